// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// The capability derivation tree as one doubly linked list with two flags (sel4-abi.md 5.4).
#include <object/slot.h>

#include <debug/debug.h>
#include <object/cap.h>

// Lets the neighbours of an entry with the links `m` point to `to` instead.
static void relink(mdb_t m, slot_t *to)
{
    slot_t *prev = (slot_t *)mdb_prev(m);
    slot_t *next = (slot_t *)mdb_next(m);
    if (prev != NULL)
        prev->mdb = mdb_set_next(prev->mdb, (word_t)to);
    if (next != NULL)
        next->mdb = mdb_set_prev(next->mdb, (word_t)to);
}

static void link_behind(slot_t *dst, slot_t *src, word_t original)
{
    slot_t *next = slot_next(src);
    dst->mdb = mdb((word_t)src, (word_t)next, original, original);
    src->mdb = mdb_set_next(src->mdb, (word_t)dst);
    if (next != NULL)
        next->mdb = mdb_set_prev(next->mdb, (word_t)dst);
}

// Whether `cap`, derived from `source`, may itself have children.
static bool derived_is_original(cap_t cap, cap_t source)
{
    switch (cap_tag(cap)) {
    case CAP_ENDPOINT:
        return endpoint_cap_badge(cap) != endpoint_cap_badge(source);
    case CAP_NOTIFICATION:
        return notification_cap_badge(cap) != notification_cap_badge(source);
    case CAP_IRQ_HANDLER:
        return cap_is_irq_control(source);
    case CAP_UNTYPED:
        return true;
    default:
        return false;
    }
}

void slot_init(slot_t *slot, cap_t cap)
{
    slot->cap = cap;
    slot->mdb = mdb(0, 0, true, true);
}

void slot_insert(slot_t *dst, slot_t *src, cap_t cap)
{
    kassert(slot_is_empty(dst));
    // Two caps to one untyped: the source must not hand out what the copy may hand out.
    if (cap_is_untyped(cap) && cap_is_untyped(src->cap))
        src->cap = untyped_cap_set_free(src->cap, BIT(untyped_cap_size_bits(src->cap)));
    dst->cap = cap;
    link_behind(dst, src, derived_is_original(cap, src->cap));
}

void slot_insert_new(slot_t *dst, slot_t *parent, cap_t cap)
{
    kassert(slot_is_empty(dst));
    dst->cap = cap;
    link_behind(dst, parent, true);
}

void slot_move(slot_t *dst, slot_t *src, cap_t cap)
{
    kassert(slot_is_empty(dst) && dst != src);
    dst->cap = cap;
    dst->mdb = src->mdb;
    src->cap = null_cap();
    src->mdb = mdb(0, 0, false, false);
    relink(dst->mdb, dst);
}

COLD void slot_swap(slot_t *a, cap_t cap_a, slot_t *b, cap_t cap_b)
{
    a->cap = cap_b;
    b->cap = cap_a;

    mdb_t m = a->mdb;
    relink(m, b);
    // If the two were neighbours, b's links have just been changed: read them now.
    a->mdb = b->mdb;
    b->mdb = m;
    relink(a->mdb, a);
}

void slot_clear(slot_t *slot)
{
    slot_t *prev = slot_prev(slot);
    slot_t *next = slot_next(slot);
    if (prev != NULL)
        prev->mdb = mdb_set_next(prev->mdb, (word_t)next);
    if (next != NULL) {
        word_t first = mdb_first_badged(next->mdb) | mdb_first_badged(slot->mdb);
        next->mdb = mdb_set_first_badged(mdb_set_prev(next->mdb, (word_t)prev), first);
    }
    slot->cap = null_cap();
    slot->mdb = mdb(0, 0, false, false);
}

// The badge rule of the ancestor test: a badged parent's children carry its badge and do not begin a new group.
static bool badge_admits(cap_t a, const slot_t *b)
{
    word_t badge;
    if (cap_is_endpoint(a)) {
        badge = endpoint_cap_badge(a);
        return badge == 0 || (badge == endpoint_cap_badge(b->cap) && !mdb_first_badged(b->mdb));
    }
    if (cap_is_notification(a)) {
        badge = notification_cap_badge(a);
        return badge == 0 || (badge == notification_cap_badge(b->cap) && !mdb_first_badged(b->mdb));
    }
    return true;
}

bool slot_has_children(const slot_t *slot)
{
    const slot_t *next = slot_next(slot);
    return next != NULL && mdb_original(slot->mdb) && cap_same_region(slot->cap, next->cap) && badge_admits(slot->cap, next);
}

bool slot_is_final(const slot_t *slot)
{
    const slot_t *prev = slot_prev(slot);
    const slot_t *next = slot_next(slot);
    return (prev == NULL || !cap_same_object(prev->cap, slot->cap)) &&
           (next == NULL || !cap_same_object(slot->cap, next->cap));
}
