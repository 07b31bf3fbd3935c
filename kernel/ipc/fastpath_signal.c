// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Notifications in their most frequent form: signalling, with or without somebody waiting on a scheduling context of its own, and waiting
// (sel4-abi.md 7.6); and the choice of a fast path.
#include <ipc/fastpath.h>

#include <arch/fastpath.h>
#include <debug/debug.h>
#include <ipc/message.h>
#include <object/notification.h>
#include <sched/refill.h>

// Nothing has changed that concerns the scheduler.
INLINE void fast_return(void)
{
    check_invariants();
    arch_fast_return();
}

// The thread that a signal wakes up can run at once. An SC that was never configured has no amount.
INLINE bool can_wake(const tcb_t *t)
{
    const sched_context_t *sc = t->sc;
    return (CONFIG_NUM_DOMAINS == 1 || t->domain == ks.domain) && sc != NULL && !sc->sporadic && refill_usable(sc);
}

static void signal_waiting(notification_t *n, word_t badge)
{
    tcb_t *t = n->queue, *current = ks.current;
    if (fast_dequeue(&n->queue, t))
        n->state = NTFN_IDLE;
    t->state = THREAD_RUNNING;
    t->context.reg[REG_BADGE] = badge;
    arch_fast_return();
    if (t->prio > current->prio) {
        sched_preempt_with(t);
    } else {
        sched_enqueue(t, t->prio != current->prio);
        check_invariants();
    }
}

// Send and NBSend.
static void fastpath_send(word_t cptr, word_t info, word_t number)
{
    const slot_t *slot = fast_lookup(ks.current, cptr);
    if (unlikely(slot == NULL))
        goto slow;
    cap_t cap = slot->cap;
    if (unlikely(!cap_is_notification(cap) || !(notification_cap_rights(cap) & RIGHT_WRITE) || info_extra_caps(info) != 0 ||
                 !sched_time_is_left()))
        goto slow;
    notification_t *n = (notification_t *)notification_cap_ptr(cap);
    word_t badge = notification_cap_badge(cap);
    if (n->state == NTFN_WAITING) {
        if (unlikely(!can_wake(n->queue)))
            goto slow;
        signal_waiting(n, badge);
        return;
    }
    if (n->state == NTFN_ACTIVE) {
        n->badge |= badge;
    } else {
        if (n->bound_tcb != NULL && n->bound_tcb->state == THREAD_BLOCKED_RECV)
            goto slow;
        n->state = NTFN_ACTIVE;
        n->badge = badge;
    }
    fast_return();
    return;

slow:
    handle_syscall(cptr, info, number);
}

// Wait and NBWait. The current thread has a scheduling context: the notification has none to give, but may want it back.
static void fastpath_wait(word_t cptr, word_t info, word_t number)
{
    tcb_t *t = ks.current;
    const slot_t *slot = fast_lookup(t, cptr);
    if (unlikely(slot == NULL))
        goto slow;
    cap_t cap = slot->cap;
    if (unlikely(!cap_is_notification(cap) || !(notification_cap_rights(cap) & RIGHT_READ) || !sched_time_is_left()))
        goto slow;
    notification_t *n = (notification_t *)notification_cap_ptr(cap);
    if (unlikely(n->bound_tcb != NULL && n->bound_tcb != t))
        goto slow;
    if (n->state == NTFN_ACTIVE) {
        n->state = NTFN_IDLE;
        t->context.reg[REG_BADGE] = n->badge;
        fast_return();
        return;
    }
    if (number == (word_t)seL4_SysNBWait) {
        t->context.reg[REG_BADGE] = 0;
        fast_return();
        return;
    }
    if (unlikely(n->sc == t->sc || !fast_can_enqueue(n->queue, t) || sched_ready_queues()->summary == 0))
        goto slow;
    t->state = THREAD_BLOCKED_NTFN;
    t->blocked_on.ntfn = n;
    n->state = NTFN_WAITING;
    fast_enqueue(&n->queue, t);
    arch_fast_return();
    sched_switch_to(sched_take_highest());
    return;

slow:
    handle_syscall(cptr, info, number);
}

static void fastpath_yield(word_t number)
{
    if (unlikely(!sc_is_round_robin(ks.sc) || !sched_time_is_left())) {
        handle_syscall(0, 0, number);
        return;
    }
    arch_fast_return();
    sched_yield_slice();
}

void fastpath_syscall(word_t cptr, word_t info, word_t number)
{
    switch ((sword_t)number) {
    case seL4_SysSend:
    case seL4_SysNBSend:
        fastpath_send(cptr, info, number);
        break;
    case seL4_SysWait:
    case seL4_SysNBWait:
        fastpath_wait(cptr, info, number);
        break;
    case seL4_SysYield:
        fastpath_yield(number);
        break;
    default:
        handle_syscall(cptr, info, number);
        break;
    }
}
