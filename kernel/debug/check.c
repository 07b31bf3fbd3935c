// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Finding all capabilities and objects. Capabilities live in CNodes, TCBs and the interrupt table. A CNode is found through any
// capability to it, a slot also through its neighbours in the derivation list, so that nothing stays hidden.
#include <debug/check.h>

#include <arch.h>
#include <debug/debug.h>

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
#define TABLE_BITS 13u
#define RAM_SLOTS ((RAM_END - RAM_BASE) >> seL4_SlotBits)

struct checked_cap checked_caps[CHECK_MAX_CAPS];
word_t checked_cap_count;
struct checked_object checked_objects[CHECK_MAX_CAPS];
word_t checked_object_count;

// The capabilities in the order in which they were found, with what they were then.
static struct {
    slot_t *slot;
    slot_t content;
    slot_t *inside; // of a CNode or zombie that was found by way of this capability: its slots
    word_t inside_count;
} found[CHECK_MAX_CAPS];
static word_t found_count;
// At the last check of all capabilities; 0, 0: there was none, or it did not end.
static struct {
    word_t found, used;
} last_check;

// A bit per possible slot in RAM: found already; and one for the first slot of a CNode or zombie.
static word_t found_slots[RAM_SLOTS / WORD_BITS + 1], found_nodes[RAM_SLOTS / WORD_BITS + 1];
// Objects by address: open hashing; entries with an old round are empty.
static struct {
    word_t round;
    struct checked_object *object;
} object_table[1u << TABLE_BITS];
static word_t check_round;

static word_t table_index(word_t base) { return (base >> 4 ^ base >> (4 + TABLE_BITS)) & MASK(TABLE_BITS); }

struct checked_object *checked_find(word_t tag, const void *at)
{
    word_t base = arch_physical(at);
    for (word_t i = table_index(base); object_table[i].round == check_round; i = (i + 1) & MASK(TABLE_BITS)) {
        struct checked_object *o = object_table[i].object;
        if (o->base == base && cap_tag(o->cap) == tag)
            return o;
    }
    return NULL;
}

void check_alive(word_t tag, const void *at) { kassert(checked_find(tag, at) != NULL); }

void check_alive_thread(const tcb_t *t)
{
    kassert(t == &idle_thread || checked_find(CAP_THREAD, t) != NULL || checked_find(CAP_ZOMBIE, t) != NULL);
}

static struct checked_object *add_object(cap_t cap, struct cap_extent extent)
{
    word_t i = table_index(extent.base);
    for (; object_table[i].round == check_round; i = (i + 1) & MASK(TABLE_BITS)) {
        struct checked_object *o = object_table[i].object;
        if (o->base == extent.base && o->bits == extent.bits && cap_tag(o->cap) == cap_tag(cap))
            return o;
    }
    kassert(checked_object_count < CHECK_MAX_CAPS);
    struct checked_object *o = &checked_objects[checked_object_count++];
    *o = (struct checked_object){.base = extent.base, .bits = extent.bits, .cap = cap};
    object_table[i].round = check_round;
    object_table[i].object = o;
    return o;
}

static word_t ram_index(const slot_t *slot) { return (arch_physical(slot) - (word_t)RAM_BASE) >> seL4_SlotBits; }

// True when it is seen for the first time. Slots outside RAM are those of interrupts (on the host): all are added at the start.
static bool mark(word_t *bits, const slot_t *slot)
{
    word_t index = ram_index(slot);
    if (index >= RAM_SLOTS)
        return false;
    word_t bit = BIT(index % WORD_BITS);
    bool is_new = (bits[index / WORD_BITS] & bit) == 0;
    bits[index / WORD_BITS] |= bit;
    return is_new;
}

static void unmark(word_t *bits, const slot_t *slot)
{
    if (ram_index(slot) < RAM_SLOTS)
        bits[ram_index(slot) / WORD_BITS] = 0;
}

static bool same_content(const slot_t *a, const slot_t *b)
{
    const word_t *x = (const word_t *)a, *y = (const word_t *)b;
    for (word_t i = 0; i < sizeof *a / sizeof *x; i++)
        if (x[i] != y[i])
            return false;
    return true;
}

static void append_cap(slot_t *slot)
{
    kassert(found_count < CHECK_MAX_CAPS);
    found[found_count].slot = slot;
    found[found_count].content = *slot;
    found[found_count].inside = NULL;
    found[found_count++].inside_count = 0;
}

static void add_slot(slot_t *slot)
{
    if (slot == NULL)
        return;
    kassert(((word_t)slot & MASK(seL4_SlotBits)) == 0);
    // An empty slot is in no list.
    if (slot_is_empty(slot))
        kassert(slot_prev(slot) == NULL && slot_next(slot) == NULL);
    else if (mark(found_slots, slot))
        append_cap(slot);
}

static bool slot_is_zero(const slot_t *slot)
{
    const word_t *w = (const word_t *)slot;
    _Static_assert(sizeof *slot == 4 * sizeof *w, "all words of a slot");
    return (w[0] | w[1] | w[2] | w[3]) == 0;
}

// Most slots of a large CNode are zero.
static void add_slots(slot_t *first, word_t count)
{
    for (word_t i = 0; i < count; i++)
        if (!slot_is_zero(&first[i]))
            add_slot(&first[i]);
}

// How many slots are not zero.
static word_t count_used(const slot_t *first, word_t count)
{
    word_t used = 0;
    for (const slot_t *s = first; s < first + count; s++)
        used += !slot_is_zero(s);
    return used;
}

static slot_t *contained_slots(cap_t cap, word_t *count)
{
    *count = cap_is_cnode(cap) ? BIT(cnode_cap_radix(cap)) : cap_is_zombie(cap) ? zombie_count(cap) : 0;
    return cap_is_cnode(cap) ? (slot_t *)cnode_cap_ptr(cap) : cap_is_zombie(cap) ? zombie_slots(cap) : NULL;
}

// The neighbours, and what is inside.
static void follow(word_t position)
{
    const slot_t *slot = found[position].slot;
    word_t count;
    slot_t *inside = contained_slots(slot->cap, &count);
    add_slot(slot_prev(slot));
    add_slot(slot_next(slot));
    if (inside == NULL || !mark(found_nodes, inside))
        return;
    found[position].inside = inside;
    found[position].inside_count = count;
    add_slots(inside, count);
}

static void forget_marks(void)
{
    for (word_t i = 0; i < found_count; i++) {
        unmark(found_slots, found[i].slot);
        if (found[i].inside != NULL)
            unmark(found_nodes, found[i].inside);
    }
}

static void add_interrupt_slots(void)
{
    for (word_t irq = 1; irq <= ARCH_MAX_IRQ; irq++) {
        slot_t *slot = irq_slot(irq);
        if (slot_is_empty(slot))
            continue;
        mark(found_slots, slot);
        append_cap(slot);
    }
}

static void find_capabilities(void)
{
    forget_marks();
    found_count = 0;
    add_interrupt_slots();
    for (tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        add_slots(t->slots, TCB_SLOTS);
    for (word_t i = 0; i < found_count; i++)
        follow(i);
}

// Slots in use in everything that has slots.
static word_t count_all_used(void)
{
    word_t used = count_used(irq_slot(1), ARCH_MAX_IRQ);
    for (const tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        used += count_used(t->slots, TCB_SLOTS);
    for (word_t i = 0; i < found_count; i++)
        used += count_used(found[i].inside, found[i].inside_count);
    return used;
}

// No capability has changed since the last check: all that were there are there, and no other slot is in use.
static bool capabilities_unchanged(void)
{
    if (last_check.found == 0)
        return false;
    for (word_t i = 0; i < last_check.found; i++)
        if (!same_content(&found[i].content, found[i].slot))
            return false;
    return count_all_used() == last_check.used;
}

static void find_objects(void)
{
    check_round++;
    checked_object_count = 0;
    checked_cap_count = found_count;
    for (word_t i = 0; i < found_count; i++) {
        struct checked_cap *c = &checked_caps[i];
        cap_t cap = found[i].content.cap;
        *c = (struct checked_cap){.slot = found[i].slot, .extent = cap_extent(cap)};
        if (c->extent.bits != 0 && !cap_is_untyped(cap))
            c->object = add_object(cap, c->extent);
    }
}

// What depends on the contents of capabilities alone holds as long as none of them changes.
static void check_capabilities(void)
{
    if (capabilities_unchanged())
        return;
    last_check.found = 0;
    find_capabilities();
    find_objects();
    check_derivation();
    check_memory();
    last_check.found = found_count;
    last_check.used = count_all_used();
}

void check_all_invariants(void)
{
    ticks_t start = arch_time();
    check_capabilities();
    check_objects();
    check_schedule();
    check_vspaces();
    arch_rewind_time(start);
}
#endif
