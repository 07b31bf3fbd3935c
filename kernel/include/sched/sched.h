/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The scheduler: who runs next, and for how long.
 *
 * The current thread is in no queue. A thread that wakes up is announced with sched_wake(); what is to be done is decided
 * once, in sched_finish(), at the end of the kernel entry. */
#pragma once

#include <arch/machine.h>
#include <object/sched_context.h>
#include <object/tcb.h>
#include <sched/time.h>
#include <state.h>

/* Runnable, has a configured SC, and does not wait for budget. */
INLINE bool tcb_is_schedulable(const tcb_t *t)
{
    return tcb_is_runnable(t) && t->sc != NULL && sc_is_active(t->sc) && t->queue != QUEUE_RELEASE;
}

/* Boot: idle thread, domain schedule, empty queues; current thread = idle. */
void sched_init(void);
/* Boot: lets `t` (with a configured SC) run first. The caller then returns to user mode as after any kernel entry. */
void sched_start(tcb_t *t);

/* t, not current, may have become schedulable: it is the candidate to run next, or goes to the head of its queue. */
void sched_wake(tcb_t *t);
/* t became runnable for another reason than a message: if schedulable, head of its queue and a full decision. */
void sched_make_ready(tcb_t *t);
/* Full decision among all ready threads at the end of this entry. */
void sched_reschedule(void);
/* Takes t out of ready or release queue, if it is in one. */
void sched_dequeue(tcb_t *t);
/* The same for one that is known to be in a ready queue. */
void sched_ready_remove(tcb_t *t);
/* Makes t, which is in no queue, the first or the last of its priority's ready queue. */
void sched_enqueue(tcb_t *t, bool at_head);
INLINE void sched_enqueue_head(tcb_t *t) { sched_enqueue(t, true); }
INLINE void sched_enqueue_tail(tcb_t *t) { sched_enqueue(t, false); }
/* Puts t into the release queue by its head refill's time. */
void sched_release_later(tcb_t *t);
INLINE struct ready_queues *sched_ready_queues(void) { return &ks.ready[CONFIG_NUM_DOMAINS > 1 ? ks.domain : 0]; }

/* Some ready thread of the current domain has a higher priority. */
INLINE bool sched_ready_above(word_t prio)
{
    const struct ready_queues *r = sched_ready_queues();
    word_t rank = NUM_PRIOS - 1 - prio;
    return (r->bitmap[rank / WORD_BITS] & MASK(rank % WORD_BITS)) != 0 || (r->summary & MASK(rank / WORD_BITS)) != 0;
}

/* Takes the best ready thread of the current domain out of its queue; the idle thread if there is none. */
tcb_t *sched_take_highest(void);

/* Reads the time. True: nothing is due. False: something is, and sched_enter() has to deal with it. */
INLINE bool sched_time_is_left(void)
{
    ks.now = arch_time();
    return likely(ks.now < ks.deadline);
}
/* Something became due; as sched_enter(). */
bool sched_deadline_passed(void);
/* Start of every kernel entry that can change something: reads the time. False: the current thread's budget or its domain's
 * time is over; it has been dealt with (timeout fault, queue tail, release queue) and the entry's own work must not be done
 * (the caller sets RESTART). */
INLINE bool sched_enter(void) { return sched_time_is_left() || sched_deadline_passed(); }
/* Charges the time used so far to the current SC. */
void sched_charge(void);
/* The current thread gives up the rest of its head refill. */
void sched_yield(void);
/* The same for a thread on a round-robin SC, from a fast path: with nothing else to decide it is done at once. */
void sched_yield_slice(void);
/* For an interrupt of user code, when no time is left: what is over is only the slice of a round-robin SC, and the thread has given it up. False: it
 * is something else, nothing has been done. */
bool sched_end_slice_only(void);
/* End of every kernel entry: picks the thread to run, switches address space, programs the timer, idles if there is nobody. */
void sched_finish(void);
/* What sched_finish() ends with, for those that know the outcome: t, in no queue, runs on. The current thread, if it is another one, has
 * been dealt with. */
void sched_switch_to(tcb_t *t);
/* The same for a more important thread that woke up: the current one goes to the head of its queue. */
void sched_preempt_with(tcb_t *t);
/* Work-unit counting in long operations: true when the operation should stop here and be restarted. */
bool sched_preemption_point(void);

/* The domain's end or the first sleeper changed. */
void sched_update_until(void);
/* Computes ks.deadline and sets the hardware timer if need be; for ks.reprogram. */
void sched_program_timer(void);
/* The hardware timer has fired: it must be set again. */
INLINE void sched_timer_fired(void)
{
    ks.timer = UINT64_MAX;
    ks.reprogram = true;
}

/* Domains. */
#define MAX_DOMAIN_DURATION (((ticks_t)1 << 56) - 1)
INLINE bool sched_domain_is_over(void) { return ks.now + TIMER_MARGIN >= ks.domain_end; }
/* The next entry of the schedule begins. */
void sched_next_domain(void);
void sched_set_domain(tcb_t *t, word_t domain);
void sched_set_domain_start(word_t index);
