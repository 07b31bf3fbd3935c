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

// A bit per possible slot in RAM: found already.
static word_t found_slots[RAM_SLOTS / WORD_BITS + 1];
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

static struct checked_object *add_object(cap_t cap, struct cap_extent extent, bool *is_new)
{
    word_t i = table_index(extent.base);
    for (; object_table[i].round == check_round; i = (i + 1) & MASK(TABLE_BITS)) {
        struct checked_object *o = object_table[i].object;
        if (o->base == extent.base && o->bits == extent.bits && cap_tag(o->cap) == cap_tag(cap)) {
            *is_new = false;
            return o;
        }
    }
    kassert(checked_object_count < CHECK_MAX_CAPS);
    struct checked_object *o = &checked_objects[checked_object_count++];
    *o = (struct checked_object){.base = extent.base, .bits = extent.bits, .cap = cap};
    object_table[i].round = check_round;
    object_table[i].object = o;
    *is_new = true;
    return o;
}

// True when the slot is seen for the first time. Slots outside RAM are those of interrupts: all are added at the start.
static bool mark(const slot_t *slot)
{
    word_t index = (arch_physical(slot) - (word_t)RAM_BASE) >> seL4_SlotBits;
    if (index >= RAM_SLOTS)
        return false;
    word_t bit = BIT(index % WORD_BITS);
    bool is_new = (found_slots[index / WORD_BITS] & bit) == 0;
    found_slots[index / WORD_BITS] |= bit;
    return is_new;
}

static void append_cap(slot_t *slot)
{
    kassert(checked_cap_count < CHECK_MAX_CAPS);
    checked_caps[checked_cap_count++] = (struct checked_cap){.slot = slot};
}

static void add_slot(slot_t *slot)
{
    if (slot == NULL)
        return;
    kassert(((word_t)slot & MASK(seL4_SlotBits)) == 0);
    // An empty slot is in no list.
    if (slot_is_empty(slot))
        kassert(slot_prev(slot) == NULL && slot_next(slot) == NULL);
    else if (mark(slot))
        append_cap(slot);
}

static void add_slots(slot_t *first, word_t count)
{
    for (word_t i = 0; i < count; i++)
        add_slot(&first[i]);
}

// What a capability leads to.
static void follow(struct checked_cap *c)
{
    cap_t cap = c->slot->cap;
    struct cap_extent extent = cap_extent(cap);
    bool is_new = false;
    add_slot(slot_prev(c->slot));
    add_slot(slot_next(c->slot));
    if (cap_is_untyped(cap))
        return;
    if (extent.bits != 0)
        c->object = add_object(cap, extent, &is_new);
    if (!is_new)
        return;
    if (cap_is_cnode(cap))
        add_slots((slot_t *)cnode_cap_ptr(cap), BIT(cnode_cap_radix(cap)));
    else if (cap_is_zombie(cap))
        add_slots(zombie_slots(cap), zombie_count(cap));
}

static void find_everything(void)
{
    check_round++;
    checked_cap_count = checked_object_count = 0;
    for (word_t i = 0; i < sizeof found_slots / sizeof *found_slots; i++)
        found_slots[i] = 0;
    for (word_t irq = 1; irq <= ARCH_MAX_IRQ; irq++)
        if (!slot_is_empty(irq_slot(irq)))
            append_cap(irq_slot(irq));
    for (tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        add_slots(t->slots, TCB_SLOTS);
    for (word_t i = 0; i < checked_cap_count; i++)
        follow(&checked_caps[i]);
}

void check_all_invariants(void)
{
    find_everything();
    check_derivation();
    check_memory();
    check_objects();
    check_schedule();
    check_vspaces();
}
#endif
