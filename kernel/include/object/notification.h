/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Notifications: a word of signals, a queue of waiters, maybe a bound thread and a scheduling context to lend. */
#pragma once

#include <api/failures.h>
#include <object/slot.h>
#include <object/tcb.h>

enum notification_state { NTFN_IDLE, NTFN_WAITING, NTFN_ACTIVE };

typedef struct notification {
    word_t state;
    word_t badge;               /* ACTIVE: OR of the signals */
    tcb_t *queue;               /* WAITING */
    tcb_t *bound_tcb;
    struct sched_context *sc;
} notification_t;

_Static_assert(sizeof(notification_t) <= BIT(seL4_NotificationBits), "notification size is part of the ABI");

/* Delivers a signal with `badge` (sel4-abi.md 7.6). */
void notification_signal(notification_t *n, word_t badge);
/* Wait (blocking) or poll for the current thread. */
void notification_wait(tcb_t *t, notification_t *n, bool blocking);
/* Takes what is pending on the ACTIVE notification n: badge register, scheduling context. */
void notification_consume(tcb_t *t, notification_t *n);
/* Takes one thread out of the queue it waits in. */
void notification_remove(tcb_t *t);
void notification_reorder(tcb_t *t);
/* Finalisation: waiters restart, thread and scheduling context are unbound. */
void notification_finalise(notification_t *n);
void notification_bind(notification_t *n, tcb_t *t);
/* No effect when t has no bound notification. */
void notification_unbind(tcb_t *t);
/* Gives n's scheduling context to t if t has none and the SC has no thread. */
void notification_donate(tcb_t *t, notification_t *n);
/* Takes n's scheduling context back from t, which is about to block. */
void notification_return_sc(tcb_t *t, notification_t *n);
