// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Notifications in their most frequent form: signalling, with or without somebody waiting on a scheduling context of its own, and waiting
// (sel4-abi.md 7.6); and the choice of a fast path.
#include <ipc/fastpath.h>

#include <arch/fastpath.h>
#include <debug/debug.h>
#include <object/notification.h>

// Nothing has changed that concerns the scheduler.
INLINE void fast_return(void)
{
    check_invariants();
    arch_fast_return();
}

// Each of the following returns false if the general path has to do it, with nothing done.

// The waiter at the head of the queue gets the signal. It has a scheduling context of its own.
static bool signal_waiting(notification_t *n, word_t badge)
{
    tcb_t *t = n->queue, *current = ks.current;
    if (unlikely(!fast_can_wake(t)))
        return false;
    if (fast_dequeue(&n->queue, t))
        n->state = NTFN_IDLE;
    t->state = THREAD_RUNNING;
    t->context.reg[REG_BADGE] = badge;
    if (t->prio > current->prio) {
        arch_fast_return();
        sched_preempt_with(t);
    } else {
        sched_enqueue(t, t->prio != current->prio);
        fast_return();
    }
    return true;
}

bool fastpath_signal(notification_t *n, word_t badge)
{
    return likely(arch_fast_allowed() && n->state == NTFN_WAITING && ks.action == SCHED_KEEP && ks.current->state == THREAD_RUNNING) &&
           signal_waiting(n, badge);
}

INLINE bool signal(cap_t cap, word_t info)
{
    notification_t *n = (notification_t *)notification_cap_ptr(cap);
    word_t badge = notification_cap_badge(cap);
    if (unlikely(!(notification_cap_rights(cap) & RIGHT_WRITE) || info_extra_caps(info) != 0))
        return false;
    if (n->state == NTFN_WAITING)
        return signal_waiting(n, badge);
    if (n->state == NTFN_ACTIVE) {
        n->badge |= badge;
    } else {
        if (n->bound_tcb != NULL && n->bound_tcb->state == THREAD_BLOCKED_RECV)
            return false;
        n->state = NTFN_ACTIVE;
        n->badge = badge;
    }
    fast_return();
    return true;
}

// The current thread has a scheduling context: the notification has none to give, but may want it back.
static bool block_on_notification(notification_t *n)
{
    tcb_t *t = ks.current;
    if (unlikely(n->sc == t->sc || !fast_can_enqueue(n->queue, t) || sched_ready_queues()->summary == 0))
        return false;
    t->state = THREAD_BLOCKED_NTFN;
    t->blocked_on.ntfn = n;
    n->state = NTFN_WAITING;
    fast_enqueue(&n->queue, t);
    arch_fast_return();
    sched_switch_to(sched_take_highest());
    return true;
}

INLINE bool wait(cap_t cap, bool blocking)
{
    tcb_t *t = ks.current;
    notification_t *n = (notification_t *)notification_cap_ptr(cap);
    if (unlikely(!(notification_cap_rights(cap) & RIGHT_READ) || (n->bound_tcb != NULL && n->bound_tcb != t)))
        return false;
    if (n->state != NTFN_ACTIVE && blocking)
        return block_on_notification(n);
    t->context.reg[REG_BADGE] = n->state == NTFN_ACTIVE ? n->badge : 0;
    if (n->state == NTFN_ACTIVE)
        n->state = NTFN_IDLE;
    fast_return();
    return true;
}

INLINE bool yield(void)
{
    if (unlikely(!sc_is_round_robin(ks.sc) || !sched_time_is_left()))
        return false;
    arch_fast_return();
    sched_yield_slice();
    return true;
}

INLINE bool signal_or_wait(word_t cptr, word_t info, word_t number)
{
    bool sends = number == (word_t)seL4_SysSend || number == (word_t)seL4_SysNBSend;
    if (!sends && number != (word_t)seL4_SysWait && number != (word_t)seL4_SysNBWait)
        return false;
    slot_t *slot;
    if (unlikely(!fast_lookup(ks.current, cptr, &slot) || !cap_is_notification(slot->cap) || !sched_time_is_left()))
        return false;
    return sends ? signal(slot->cap, info) : wait(slot->cap, number == (word_t)seL4_SysWait);
}

void fastpath_syscall(word_t cptr, word_t info, word_t number)
{
    if (!(number == (word_t)seL4_SysYield ? yield() : signal_or_wait(cptr, info, number)))
        handle_syscall(cptr, info, number);
}
