// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Notifications (sel4-abi.md 7.6).
#include <object/notification.h>

#include <object/endpoint.h>
#include <object/sched_context.h>
#include <sched/sched.h>

// t gets the signal and runs, on the notification's scheduling context if it has none of its own.
static void deliver(notification_t *n, tcb_t *t, word_t badge)
{
    t->state = THREAD_RUNNING;
    t->context.reg[REG_BADGE] = badge;
    notification_donate(t, n);
    sched_wake(t);
}

static void notification_leave(notification_t *n, tcb_t *t)
{
    ipc_queue_remove(&n->queue, t);
    if (n->queue == NULL)
        n->state = NTFN_IDLE;
}

void notification_signal(notification_t *n, word_t badge)
{
    tcb_t *t;
    switch (n->state) {
    case NTFN_WAITING:
        t = n->queue;
        notification_leave(n, t);
        deliver(n, t, badge);
        break;
    case NTFN_ACTIVE:
        n->badge |= badge;
        break;
    default:
        t = n->bound_tcb;
        if (t != NULL && t->state == THREAD_BLOCKED_RECV) {
            tcb_cancel_ipc(t);
            deliver(n, t, badge);
        } else {
            n->state = NTFN_ACTIVE;
            n->badge = badge;
        }
    }
}

void notification_consume(tcb_t *t, notification_t *n)
{
    t->context.reg[REG_BADGE] = n->badge;
    n->state = NTFN_IDLE;
    notification_donate(t, n);
}

void notification_wait(tcb_t *t, notification_t *n, bool blocking)
{
    if (n->state == NTFN_ACTIVE) {
        notification_consume(t, n);
    } else if (blocking) {
        notification_return_sc(t, n);
        sched_dequeue(t);
        t->state = THREAD_BLOCKED_NTFN;
        t->blocked_on.ntfn = n;
        n->state = NTFN_WAITING;
        ipc_queue_insert(&n->queue, t);
    } else {
        t->context.reg[REG_BADGE] = 0;
    }
}

void notification_remove(tcb_t *t) { notification_leave(t->blocked_on.ntfn, t); }

void notification_reorder(tcb_t *t)
{
    notification_t *n = t->blocked_on.ntfn;
    ipc_queue_remove(&n->queue, t);
    ipc_queue_insert(&n->queue, t);
}

void notification_bind(notification_t *n, tcb_t *t)
{
    n->bound_tcb = t;
    t->bound_ntfn = n;
}

COLD void notification_unbind(tcb_t *t)
{
    if (t->bound_ntfn != NULL)
        t->bound_ntfn->bound_tcb = NULL;
    t->bound_ntfn = NULL;
}

void notification_donate(tcb_t *t, notification_t *n)
{
    if (t->sc == NULL && n->sc != NULL && n->sc->tcb == NULL)
        sc_donate(n->sc, t);
}

void notification_return_sc(tcb_t *t, notification_t *n)
{
    if (n->sc != NULL && n->sc == t->sc) {
        n->sc->tcb = NULL;
        t->sc = NULL;
    }
}

void notification_finalise(notification_t *n)
{
    if (n->sc != NULL)
        sc_unbind_ntfn(n->sc);
    if (n->bound_tcb != NULL)
        notification_unbind(n->bound_tcb);
    while (n->queue != NULL) {
        tcb_t *t = n->queue;
        notification_leave(n, t);
        t->state = THREAD_RESTART;
        sched_make_ready(t);
    }
    n->state = NTFN_IDLE;
}
