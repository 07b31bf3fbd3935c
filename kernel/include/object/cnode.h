/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* CNodes: resolving addresses, and the operations on slots. */
#pragma once

#include <object/slot.h>
#include <object/tcb.h>
#include <api/invocation.h>

/* Resolves the low `bits` bits of `address` from `root` (sel4-abi.md 5.1). Returns the slot and the bits not consumed, or
 * NULL with ks.lookup_failure set. Iterative: at most one level per address bit. */
slot_t *cspace_resolve(cap_t root, word_t address, word_t bits, word_t *bits_left);
/* The slot an invocation names: full word, unconsumed bits ignored. NULL: ks.lookup_failure. A CSpace of one level that uses up the
 * whole word is resolved at once. */
INLINE slot_t *cspace_lookup(const tcb_t *thread, word_t cptr)
{
    cap_t root = thread->slots[TCB_CSPACE].cap;
    word_t radix = cnode_cap_radix(root), bits_left;
    if (likely(cap_is_cnode(root) && cnode_cap_guard_size(root) + radix == WORD_BITS &&
               cptr >> radix == cnode_cap_guard(root)))
        return (slot_t *)cnode_cap_ptr(root) + (cptr & MASK(radix));
    return cspace_resolve(root, cptr, WORD_BITS, &bits_left);
}
/* CNode-style lookup: exactly `depth` bits. FAILED with the error record set. is_source goes into FailedLookup. */
outcome_t cspace_target(cap_t root, word_t index, word_t depth, bool is_source, slot_t **slot);
/* cspace_target plus DeleteFirst when occupied: where a new capability may go. */
outcome_t cspace_empty_target(cap_t root, word_t index, word_t depth, slot_t **slot);
/* The empty slot into which `receiver` wants a transferred capability, or NULL. buffer: its IPC buffer. */
slot_t *cspace_receive_slot(const tcb_t *receiver, const word_t *buffer);

outcome_t cnode_decode(struct invocation *inv);

/* Deletes the capability in slot, and finalises its object when it was the last. Nothing to do for an empty slot.
 * PREEMPTED: call again (the slot then holds a zombie). */
outcome_t slot_delete(slot_t *slot);
/* Deletes all descendants of slot. PREEMPTED: call again. */
outcome_t slot_revoke(slot_t *slot);
/* Empties a slot whose capability is known not to leave a zombie. */
void slot_delete_now(slot_t *slot);
/* The capability's deletion may take long: it is the last one to a CNode or TCB. */
bool slot_delete_is_long(const slot_t *slot);
