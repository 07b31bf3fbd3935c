// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Invocations of CNodes: the operations on capability slots (sel4-abi.md 5.2, 5.3, 5.7).
#include <object/cnode.h>

#include <debug/debug.h>
#include <object/cap.h>
#include <object/endpoint.h>

// Copy, Mint, Move and Mutate differ in what they take and in what they do to the capability.
struct transfer {
    slot_t *dst, *src;
    cap_t cap;
};

// Destination is empty, source is not: what all four operations need.
static outcome_t decode_transfer_slots(struct invocation *inv, struct transfer *t)
{
    if (inv->length < 4 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    if (!slot_is_empty(t->dst))
        return fail(seL4_DeleteFirst);
    word_t depth = inv_mr(inv, 3);
    if (cspace_target(inv->extra[0]->cap, inv_mr(inv, 2), depth, true, &t->src) != DONE)
        return FAILED;
    if (slot_is_empty(t->src))
        return fail_lookup_missing(true, depth);
    return DONE;
}

static outcome_t decode_copy(struct invocation *inv, struct transfer *t)
{
    bool mint = inv->label == CNodeMint;
    if (decode_transfer_slots(inv, t) != DONE)
        return FAILED;
    if (inv->length < (mint ? 6u : 5u))
        return fail(seL4_TruncatedMessage);
    cap_t cap = cap_mask_rights(t->src->cap, inv_mr(inv, 4));
    if (mint)
        cap = cap_update_data(cap, inv_mr(inv, 5), false);
    if (cap_derive(t->src, cap, &t->cap) != DONE)
        return FAILED;
    if (cap_is_null(t->cap))
        return fail(seL4_IllegalOperation);
    slot_insert(t->dst, t->src, t->cap);
    return DONE;
}

static outcome_t decode_move(struct invocation *inv, struct transfer *t)
{
    if (decode_transfer_slots(inv, t) != DONE)
        return FAILED;
    t->cap = t->src->cap;
    if (inv->label == CNodeMutate) {
        if (inv->length < 5)
            return fail(seL4_TruncatedMessage);
        t->cap = cap_update_data(t->cap, inv_mr(inv, 4), true);
        if (cap_is_null(t->cap))
            return fail(seL4_IllegalOperation);
    }
    slot_move(t->dst, t->src, t->cap);
    return DONE;
}

// Pivot -> destination and source -> pivot at once; source = destination exchanges the two.
static void rotate(slot_t *dst, slot_t *pivot, slot_t *src, cap_t pivot_cap, cap_t src_cap)
{
    if (src == dst) {
        slot_swap(src, src_cap, pivot, pivot_cap);
        return;
    }
    slot_move(dst, pivot, pivot_cap);
    slot_move(pivot, src, src_cap);
}

static outcome_t decode_rotate(struct invocation *inv, slot_t *dst)
{
    slot_t *src, *pivot;
    if (inv->length < 8 || inv->extra[0] == NULL || inv->extra[1] == NULL)
        return fail(seL4_TruncatedMessage);
    word_t pivot_depth = inv_mr(inv, 4), src_depth = inv_mr(inv, 7);
    if (cspace_target(inv->extra[1]->cap, inv_mr(inv, 6), src_depth, true, &src) != DONE)
        return FAILED;
    if (cspace_target(inv->extra[0]->cap, inv_mr(inv, 3), pivot_depth, true, &pivot) != DONE)
        return FAILED;
    if (pivot == src || pivot == dst)
        return fail(seL4_IllegalOperation);
    if (src != dst && !slot_is_empty(dst))
        return fail(seL4_DeleteFirst);
    if (slot_is_empty(src))
        return fail_lookup_missing(true, src_depth);
    if (slot_is_empty(pivot))
        return fail_lookup_missing(false, pivot_depth);
    cap_t src_cap = cap_update_data(src->cap, inv_mr(inv, 5), true);
    cap_t pivot_cap = cap_update_data(pivot->cap, inv_mr(inv, 2), true);
    if (cap_is_null(src_cap) || cap_is_null(pivot_cap))
        return fail(seL4_IllegalOperation);
    rotate(dst, pivot, src, pivot_cap, src_cap);
    return DONE;
}

static COLD outcome_t decode_cancel_badged(const slot_t *slot)
{
    if (!cap_is_endpoint(slot->cap) || endpoint_cap_rights(slot->cap) != RIGHT_ALL)
        return fail(seL4_IllegalOperation);
    word_t badge = endpoint_cap_badge(slot->cap);
    if (badge != 0)
        endpoint_cancel_badged((endpoint_t *)endpoint_cap_ptr(slot->cap), badge);
    return DONE;
}

outcome_t cnode_decode(struct invocation *inv)
{
    struct transfer t;
    if (inv->label < CNodeRevoke || inv->label > CNodeRotate)
        return fail(seL4_IllegalOperation);
    if (inv->length < 2)
        return fail(seL4_TruncatedMessage);
    if (cspace_target(inv->cap, inv_mr(inv, 0), inv_mr(inv, 1), false, &t.dst) != DONE)
        return FAILED;

    switch (inv->label) {
    case CNodeRevoke:
        return slot_revoke(t.dst);
    case CNodeDelete:
        return slot_delete(t.dst);
    case CNodeCancelBadgedSends:
        return decode_cancel_badged(t.dst);
    case CNodeCopy:
    case CNodeMint:
        return decode_copy(inv, &t);
    case CNodeMove:
    case CNodeMutate:
        return decode_move(inv, &t);
    default:
        return decode_rotate(inv, t.dst);
    }
}
