// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Resolving capability addresses (sel4-abi.md 5.1).
#include <object/cnode.h>

#include <ipc/message.h>
#include <sched/sched.h>

static COLD slot_t *resolve_failed(word_t type, word_t bits_left, word_t found, word_t bits_found)
{
    ks.lookup_failure = (struct lookup_failure){type, bits_left, found, bits_found};
    return NULL;
}

slot_t *cspace_resolve(cap_t root, word_t address, word_t bits, word_t *bits_left)
{
    if (unlikely(!cap_is_cnode(root)))
        return resolve_failed(seL4_InvalidRoot, 0, 0, 0);

    for (;;) {
        word_t guard_size = cnode_cap_guard_size(root);
        word_t radix = cnode_cap_radix(root);
        word_t top = address << (WORD_BITS - bits);
        // Two shifts: a guard of size 0 would need one by the full word.
        if (unlikely(guard_size > bits || (top >> 1) >> (WORD_BITS - 1 - guard_size) != cnode_cap_guard(root)))
            return resolve_failed(seL4_GuardMismatch, bits, cnode_cap_guard(root), guard_size);
        if (unlikely(guard_size + radix > bits))
            return resolve_failed(seL4_DepthMismatch, bits, guard_size + radix, 0);

        slot_t *slot = (slot_t *)cnode_cap_ptr(root) + ((top << guard_size) >> (WORD_BITS - radix));
        bits -= guard_size + radix;
        if (likely(bits == 0) || !cap_is_cnode(slot->cap)) {
            *bits_left = bits;
            return slot;
        }
        root = slot->cap;
    }
}

outcome_t cspace_target(cap_t root, word_t index, word_t depth, bool is_source, slot_t **slot)
{
    if (!cap_is_cnode(root))
        return fail_lookup_root(is_source);
    if (depth - 1 >= WORD_BITS)
        return fail_range(1, WORD_BITS);
    word_t bits_left = 0;
    *slot = cspace_resolve(root, index, depth, &bits_left);
    if (*slot == NULL)
        return fail_lookup(is_source);
    if (bits_left != 0) {
        resolve_failed(seL4_DepthMismatch, bits_left, 0, 0);
        return fail_lookup(is_source);
    }
    return DONE;
}

outcome_t cspace_empty_target(cap_t root, word_t index, word_t depth, slot_t **slot)
{
    outcome_t outcome = cspace_target(root, index, depth, false, slot);
    if (outcome == DONE && !slot_is_empty(*slot))
        return fail(seL4_DeleteFirst);
    return outcome;
}

slot_t *cspace_receive_slot(const tcb_t *receiver, const word_t *buffer)
{
    slot_t *slot;
    const slot_t *root = cspace_lookup(receiver, buffer[BUFFER_RECEIVE_CNODE]);
    if (root == NULL)
        return NULL;
    if (cspace_empty_target(root->cap, buffer[BUFFER_RECEIVE_INDEX], buffer[BUFFER_RECEIVE_DEPTH], &slot) != DONE)
        return NULL;
    return slot;
}
