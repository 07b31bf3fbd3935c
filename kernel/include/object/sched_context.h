/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Scheduling contexts: time as an object. A list of refills says when how much of it may be used (sel4-abi.md ch. 9). */
#pragma once

#include <api/failures.h>
#include <object/slot.h>
#include <object/tcb.h>

/* `amount` ticks may be used from `time` on. */
typedef struct refill {
    ticks_t time;
    ticks_t amount;
} refill_t;

#define MIN_REFILLS 2u

typedef struct sched_context {
    ticks_t period;      /* 0: round robin */
    ticks_t consumed;    /* used since last read */
    tcb_t *tcb;          /* thread that runs on it, or NULL */
    struct reply *reply; /* top of the stack of calls it travelled along */
    struct notification *ntfn;
    tcb_t *yield_from;   /* thread waiting in YieldTo for it */
    word_t badge;        /* reported in timeout faults */
    word_t refill_max;   /* 0: not configured */
    word_t head;         /* index of the first refill in the ring behind this struct */
    word_t count;        /* refills in use; 0: not configured */
    word_t sporadic;     /* flag of SchedControl_Configure: unblock rule when the thread wakes up, not when it runs */
} sched_context_t;

_Static_assert(sizeof(sched_context_t) + MIN_REFILLS * sizeof(refill_t) <= seL4_CoreSchedContextBytes +
               seL4_RefillSizeBytes / 2 && sizeof(refill_t) == seL4_RefillSizeBytes, "refills that users compute must fit");

INLINE refill_t *sc_refills(const sched_context_t *sc) { return (refill_t *)(sc + 1); }
INLINE refill_t *sc_head(const sched_context_t *sc) { return sc_refills(sc) + sc->head; }
INLINE bool sc_is_round_robin(const sched_context_t *sc) { return sc->period == 0; }
INLINE bool sc_is_active(const sched_context_t *sc) { return sc->count != 0; }
/* Refills that fit in an object of 2^size_bits bytes. */
INLINE word_t sc_capacity(word_t size_bits)
{
    return MIN_REFILLS + (BIT(size_bits) - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes;
}

outcome_t sched_context_decode(struct invocation *inv);
outcome_t sched_control_decode(struct invocation *inv);

/* Makes an unused SC a round-robin one with slices of `budget` ticks (the root task's). */
void sc_init_round_robin(sched_context_t *sc, word_t max_refills, ticks_t budget);
/* Binding: the thread becomes ready (head of its queue, full reschedule) or sleeps, if it is runnable. */
void sc_bind_tcb(sched_context_t *sc, tcb_t *t);
void sc_unbind_tcb(sched_context_t *sc);
/* Detaches thread, notification and (if all) call stack. */
void sc_unbind_all(sched_context_t *sc);
void sc_unbind_ntfn(sched_context_t *sc);
/* Moves sc from its thread, if any, to `to`, which has none. */
void sc_donate(sched_context_t *sc, tcb_t *to);
/* After sc's thread became runnable: unblock rule if sporadic; release queue if its head refill is not usable now. */
void sc_resume(sched_context_t *sc);
/* Completes or forgets a YieldTo that waits for sc. */
void sc_complete_yield(sched_context_t *sc);
void sc_cancel_yield(tcb_t *t);
/* Microseconds charged since the last reading; starts again at 0. */
uint64_t sc_take_consumed(sched_context_t *sc);
void sc_finalise(sched_context_t *sc);
