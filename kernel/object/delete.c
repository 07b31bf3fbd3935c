// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Deleting capabilities and what hangs on them: constant space, preemptible after every slot.
//
// The last capability to a CNode or TCB becomes a zombie: a capability that says how many of the object's own slots still have to be
// emptied. Emptying one of them may turn up another last capability, whose zombie has to be worked off first. Instead of
// recursing, the tree is turned inside out: the inner zombie takes the place of the outer one, and the outer one waits in
// the inner object's first slot, where it is met again as the last thing to be done. All state is in slots, so the work can be dropped at
// any step and taken up again by whoever deletes or revokes next.
#include <object/cap.h>
#include <object/cnode.h>
#include <object/irq.h>

#include <debug/debug.h>
#include <sched/sched.h>

// Removes the capability; true: the slot is empty now, false: it holds a zombie.
static bool finalise_slot(slot_t *slot)
{
    struct finalised result;
    cap_finalise(slot->cap, slot_is_final(slot), &result);
    if (!cap_is_null(result.remainder)) {
        slot->cap = result.remainder;
        return false;
    }
    slot_clear(slot);
    // Without the capability there is no address space, at once (sel4-abi.md 10.1), even if others still have one to it.
    if (unlikely(slot == &ks.current->slots[TCB_VSPACE]))
        arch_switch_vspace(ks.current);
    if (unlikely(result.irq != 0))
        irq_release(result.irq);
    return true;
}

static void swap(slot_t *a, slot_t *b)
{
    slot_swap(a, a->cap, b, b->cap);
}

// A zombie has nothing left to empty, or only the slot it sits in itself.
static bool zombie_is_done(const slot_t *slot)
{
    word_t count = zombie_count(slot->cap);
    return count == 0 || (count == 1 && zombie_slots(slot->cap) == slot);
}

// `slot` holds the zombie of an object whose last remaining slot `end` holds another zombie: that one goes first.
static void descend(slot_t *slot, slot_t *end)
{
    slot_t *inner = zombie_slots(end->cap);
    word_t inner_count = zombie_count(end->cap);
    if (inner_count == 0 || (inner_count == 1 && inner == slot)) {
        slot_clear(end); // nothing in there but, at most, the zombie being worked on
        return;
    }
    bool last = end == zombie_slots(slot->cap);
    swap(slot, end);
    if (last)
        slot_clear(end); // the outer object had nothing else
    else
        swap(end, inner != slot ? inner : inner + 1);
}

// One step of emptying the object whose zombie is in slot.
static void zombie_step(slot_t *slot)
{
    slot_t *first = zombie_slots(slot->cap);
    word_t count = zombie_count(slot->cap);
    slot_t *end = &first[count - 1];

    if (end == slot)
        swap(slot, first); // sits among its own slots: wait in the first one; revocation finds it there
    else if (slot_is_empty(end))
        slot->cap = zombie_set_count(slot->cap, count - 1);
    else if (cap_is_zombie(end->cap) || !finalise_slot(end))
        descend(slot, end);
}

outcome_t slot_delete(slot_t *slot)
{
    while (!slot_is_empty(slot)) {
        if (!cap_is_zombie(slot->cap)) {
            if (finalise_slot(slot))
                return DONE;
        } else if (zombie_is_done(slot)) {
            slot_clear(slot);
            return DONE;
        } else {
            zombie_step(slot);
        }
        if (sched_preemption_point())
            return PREEMPTED;
    }
    return DONE;
}

void slot_delete_now(slot_t *slot)
{
    if (slot_is_empty(slot))
        return;
    bool emptied = finalise_slot(slot);
    kassert(emptied);
    (void)emptied;
}

bool slot_delete_is_long(const slot_t *slot)
{
    return (cap_is_cnode(slot->cap) || cap_is_thread(slot->cap) || cap_is_zombie(slot->cap)) && slot_is_final(slot);
}

outcome_t slot_revoke(slot_t *slot)
{
    while (slot_has_children(slot)) {
        if (slot_delete(slot_next(slot)) == PREEMPTED || sched_preemption_point())
            return PREEMPTED;
    }
    return DONE;
}
