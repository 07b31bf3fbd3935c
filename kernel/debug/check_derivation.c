// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// The derivation tree: valid_mdb, untyped_mdb, descendants_inc, no_mloop, ut_revocable of testing.md D.4, and that no right grows on the way
// from a capability to its descendants.
#include <debug/check.h>

#include <debug/debug.h>

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
#define MAX_DEPTH 64u

// The ancestor test of sel4-abi.md 5.4 between any two entries, written down again from the text.
static bool is_ancestor(const slot_t *a, const slot_t *b)
{
    word_t badge = 0, other = 0;
    if (!mdb_original(a->mdb) || !cap_same_region(a->cap, b->cap))
        return false;
    if (cap_is_endpoint(a->cap)) {
        badge = endpoint_cap_badge(a->cap);
        other = endpoint_cap_badge(b->cap);
    } else if (cap_is_notification(a->cap)) {
        badge = notification_cap_badge(a->cap);
        other = notification_cap_badge(b->cap);
    }
    return badge == 0 || (badge == other && !mdb_first_badged(b->mdb));
}

static word_t rights_of(cap_t cap)
{
    switch (cap_tag(cap)) {
    case CAP_ENDPOINT:
        return endpoint_cap_rights(cap);
    case CAP_NOTIFICATION:
        return notification_cap_rights(cap);
    case CAP_REPLY:
        return reply_cap_can_grant(cap);
    case CAP_FRAME:
        return frame_cap_rights(cap);
    default:
        return 0;
    }
}

// The chain of ancestors of the entry being looked at; positions in checked_caps.
static struct {
    word_t at[MAX_DEPTH];
    word_t depth;
} ancestors;

static const slot_t *ancestor(word_t level) { return checked_caps[ancestors.at[level]].slot; }

static void enter(word_t position)
{
    struct checked_cap *c = &checked_caps[position];
    while (ancestors.depth > 0 && !is_ancestor(ancestor(ancestors.depth - 1), c->slot))
        checked_caps[ancestors.at[--ancestors.depth]].end = position;
    // A descendant of the innermost is one of all the others, and has no right that one of them lacks.
    for (word_t i = 0; i < ancestors.depth; i++) {
        const slot_t *a = ancestor(i);
        kassert(is_ancestor(a, c->slot));
        if (cap_same_object(a->cap, c->slot->cap))
            kassert((rights_of(c->slot->cap) & ~rights_of(a->cap)) == 0);
    }
    kassert(ancestors.depth < MAX_DEPTH);
    ancestors.at[ancestors.depth++] = position;
}

// All capabilities to an object stand together: only so do the neighbours tell whether one is the last.
static void check_contiguous(word_t position)
{
    struct checked_cap *c = &checked_caps[position];
    if (c->object == NULL)
        return;
    struct checked_object *o = c->object;
    kassert(o->end == 0 || o->end == position);
    if (o->end == 0)
        o->first = position;
    o->end = position + 1;
}

static void check_neighbours(const slot_t *slot)
{
    const slot_t *prev = slot_prev(slot), *next = slot_next(slot);
    kassert(prev == NULL || (slot_next(prev) == slot && !slot_is_empty(prev)));
    kassert(next == NULL || (slot_prev(next) == slot && !slot_is_empty(next)));
    kassert(prev != slot && next != slot);
}

// Sorts the entries into the order of their lists, one list after the other. Entries are addressed by slot, so a second array is needed.
static struct checked_cap ordered[CHECK_MAX_CAPS];
static word_t ordered_count;

static struct checked_cap describe(slot_t *slot)
{
    struct checked_cap c = {.slot = slot, .extent = cap_extent(slot->cap)};
    if (c.extent.bits != 0 && !cap_is_untyped(slot->cap))
        c.object = checked_find(cap_tag(slot->cap), arch_kernel_pointer(c.extent.base));
    return c;
}

static void order_list(slot_t *head)
{
    for (slot_t *s = head; s != NULL; s = slot_next(s)) {
        kassert(ordered_count < checked_cap_count); // else: a loop
        check_neighbours(s);
        ordered[ordered_count++] = describe(s);
    }
}

static void order_lists(void)
{
    ordered_count = 0;
    for (word_t i = 0; i < checked_cap_count; i++)
        if (slot_prev(checked_caps[i].slot) == NULL)
            order_list(checked_caps[i].slot);
    kassert(ordered_count == checked_cap_count); // else: a ring without a first entry
    for (word_t i = 0; i < ordered_count; i++)
        checked_caps[i] = ordered[i];
}

static void leave_list(word_t position)
{
    while (ancestors.depth > 0)
        checked_caps[ancestors.at[--ancestors.depth]].end = position;
}

void check_derivation(void)
{
    order_lists();
    for (word_t i = 0; i < checked_cap_count; i++) {
        if (slot_prev(checked_caps[i].slot) == NULL)
            leave_list(i);
        enter(i);
        check_contiguous(i);
    }
    leave_list(checked_cap_count);
    for (word_t i = 0; i < checked_cap_count; i++)
        kassert(slot_has_children(checked_caps[i].slot) == (checked_caps[i].end > i + 1));
}
#endif
