// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// For how long: charging time, the end of a slice, the timer (sel4-abi.md 9.3).
#include <sched/sched.h>

#include <api/fault.h>
#include <arch.h>
#include <arch/fastpath.h>
#include <debug/debug.h>
#include <sched/refill.h>
#include <sched/time.h>

// The statistic, whatever is then charged to the refills.
static NOINLINE ticks_t count_consumed(void)
{
    ticks_t used = ks.now - ks.charged_until;
    ks.sc->consumed += used;
    ks.charged_until = ks.now;
    ks.reprogram = true;
    return used;
}

void sched_charge(void) { refill_charge(ks.sc, count_consumed()); }

// The current thread lets its equals go first. Alone in its queue it stays where it is: current.
static void to_the_tail(tcb_t *t)
{
    if (ks.ready[t->domain].head[t->prio] != NULL)
        sched_enqueue_tail(t);
}

// The current thread has used up its refill: what happens to it depends on its kind of SC.
static void end_slice(bool may_fault)
{
    tcb_t *t = ks.current;
    sched_context_t *sc = ks.sc;
    sched_reschedule();
    // Also when a preempted operation has taken the thread from it: whoever comes next must find a refill that is worth an entry.
    if (sc_is_round_robin(sc))
        refill_reset_slice(sc);
    if (!tcb_is_runnable(t) || t->sc != sc) {
        ks.sc = idle_thread.sc; // nobody's: if it is lent in this very entry, its next refill may not be due (usable_now())
        return;
    }
    if (sc_is_round_robin(sc)) {
        to_the_tail(t);
    } else if (may_fault && cap_is_endpoint(t->slots[TCB_TIMEOUT_HANDLER].cap)) {
        fault_raise_timeout(t);
    } else if (refill_usable(sc)) {
        to_the_tail(t);
    } else {
        sched_release_later(t);
    }
}

void sched_yield(void)
{
    (void)count_consumed();
    refill_charge(ks.sc, sc_head(ks.sc)->amount);
    end_slice(false);
}

void sched_yield_slice(void)
{
    tcb_t *t = ks.current;
    tcb_t **head = &sched_ready_queues()->head[t->prio], *next = *head;
    ks.sc->consumed += ks.now - ks.charged_until;
    ks.charged_until = ks.now;
    refill_reset_slice(ks.sc);
    if (next == NULL) {
        sched_program_timer();
        check_invariants();
        return;
    }
    // The first in the queue gives its place in the ring to the current thread: that is the last one's when the second is the head.
    t->queue = QUEUE_READY;
    next->queue = QUEUE_NONE;
    if (next->next == next) {
        t->next = t->prev = t;
        *head = t;
    } else {
        t->next = next->next;
        t->prev = next->prev;
        t->next->prev = t->prev->next = t;
        *head = t->next;
    }
    sched_switch_to(next);
}

bool sched_end_slice_only(void)
{
    if (unlikely(!sc_is_round_robin(ks.sc) || ks.now >= ks.until || !arch_fast_allowed()))
        return false;
    arch_fast_return();
    sched_yield_slice();
    return true;
}

static void awaken(void)
{
    while (ks.release != NULL && refill_due(ks.release->sc)) {
        tcb_t *t = ks.release;
        sched_dequeue(t);
        sched_wake(t);
    }
    ks.reprogram = true;
}

// Something became due: the budget of the current SC, the domain's time, a sleeping thread.
COLD bool sched_deadline_passed(void)
{
    bool go_on = true;
    if (!refill_sufficient(ks.sc, ks.now - ks.charged_until)) {
        sched_charge();
        end_slice(true);
        go_on = false;
    }
    if (sched_domain_is_over()) {
        sched_reschedule();
        go_on = false;
    }
    awaken();
    return go_on;
}

COLD void sched_update_until(void)
{
    ticks_t until = ks.domain_end;
    if (ks.release != NULL && sc_head(ks.release->sc)->time < until)
        until = sc_head(ks.release->sc)->time;
    ks.until = until - TIMER_MARGIN;
    ks.reprogram = true;
}

INLINE ticks_t earlier(ticks_t a, ticks_t b) { return a < b ? a : b; }

// The hardware timer may come too late. It is for a thread that does not enter the kernel by itself: that may use the budget to its end.
static NOINLINE void advance_timer(ticks_t end)
{
    ticks_t alarm = earlier(end - TIMER_MARGIN, ks.until);
    if (alarm < ks.timer) {
        ks.timer = alarm;
        arch_set_timer(alarm);
    }
}

// Called whenever the current SC, its head refill, the release queue or the domain changed. The hardware timer is only touched when
// it would come too late; an interrupt that comes early finds nothing due and sets it right.
void sched_program_timer(void)
{
    ticks_t end = ks.charged_until + sc_head(ks.sc)->amount;
    // Less than the minimum is left: not enough for a kernel entry.
    ks.deadline = earlier(end - (MIN_BUDGET - 1), ks.until);
    ks.reprogram = false;
    if (ks.deadline < ks.timer)
        advance_timer(end);
}

_Static_assert(TIMER_MARGIN < MIN_BUDGET, "the timer does not come before the deadline");

bool sched_preemption_point(void)
{
    if (likely(++ks.work_units < CONFIG_MAX_NUM_WORK_UNITS_PER_PREEMPTION))
        return false;
    ks.work_units = 0;
    return arch_irq_pending() || arch_time() >= ks.deadline;
}
