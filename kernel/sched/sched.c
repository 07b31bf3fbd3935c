// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Who runs next, and for how long (sel4-abi.md 7.7 and ch. 9).
#include <sched/sched.h>

#include <api/fault.h>
#include <api/interrupt.h>
#include <arch.h>
#include <debug/debug.h>
#include <sched/refill.h>
#include <sched/time.h>

// The idle thread never runs user code: it stands for "nobody", so that ks.current is never NULL. Its time never ends.
tcb_t idle_thread;
static struct {
    sched_context_t sc;
    refill_t refills[MIN_REFILLS];
} idle_time;

#define FOREVER ((ticks_t)1 << 62)

BOOT_CODE void sched_init(void)
{
    ks.now = arch_time();
    ks.charged_until = ks.now;
    ks.timer = UINT64_MAX;
    ks.domain_schedule[0] = (struct domain_slot){MAX_DOMAIN_DURATION, 0};
    ks.domain_end = ks.now + MAX_DOMAIN_DURATION;

    refill_new(&idle_time.sc, MIN_REFILLS, FOREVER, 0);
    idle_thread.state = THREAD_IDLE;
    idle_thread.sc = &idle_time.sc;
    idle_time.sc.tcb = &idle_thread;
    tcb_set_name(&idle_thread, "idle");
    ks.current = &idle_thread;
    ks.sc = &idle_time.sc;
    ks.reprogram = true;
}

BOOT_CODE void sched_start(tcb_t *t)
{
    ks.now = arch_time();
    sched_wake(t);
    sched_finish();
}

void sched_reschedule(void)
{
    if (ks.action == SCHED_CANDIDATE)
        sched_enqueue_head(ks.candidate);
    ks.candidate = NULL;
    ks.action = SCHED_CHOOSE;
}

// The scheduler knows about the thread already.
static bool is_accounted_for(const tcb_t *t)
{
    return t->queue != QUEUE_NONE || t == ks.current || t == ks.candidate;
}

// The SC of a thread that wakes up: may it be used at once? (One that is being used right now has been checked on entry.)
static bool usable_now(sched_context_t *sc)
{
    if (sc == ks.sc)
        return true;
    if (sc->sporadic)
        refill_unblock(sc);
    return refill_due(sc) && refill_sufficient(sc, 0);
}

void sched_wake(tcb_t *t)
{
    sched_context_t *sc = t->sc;
    if (sc == NULL || !sc_is_active(sc) || is_accounted_for(t))
        return;
    if (unlikely(!usable_now(sc))) {
        sched_release_later(t);
    } else if (likely(t->domain == ks.domain && ks.action == SCHED_KEEP)) {
        ks.candidate = t;
        ks.action = SCHED_CANDIDATE;
    } else {
        if (t->domain == ks.domain)
            sched_reschedule();
        sched_enqueue_head(t);
    }
}

void sched_make_ready(tcb_t *t)
{
    if (t->sc == NULL)
        return;
    sc_resume(t->sc);
    if (tcb_is_schedulable(t) && !is_accounted_for(t)) {
        sched_reschedule();
        sched_enqueue_head(t);
    }
}

// --- time ---------------------------------------------------------------------------------------------

void sched_charge(void)
{
    ticks_t used = ks.now - ks.charged_until;
    ks.charged_until = ks.now;
    if (used != 0) {
        ks.sc->consumed += used;
        if (sc_is_active(ks.sc))
            refill_charge(ks.sc, used);
    }
    ks.reprogram = true;
}

// The current thread has used up its refill: what happens to it depends on its kind of SC.
static void end_slice(bool may_fault)
{
    tcb_t *t = ks.current;
    sched_context_t *sc = ks.sc;
    sched_reschedule();
    if (!tcb_is_runnable(t) || t->sc != sc)
        return;
    if (sc_is_round_robin(sc)) {
        refill_reset_slice(sc);
        sched_enqueue_tail(t);
    } else if (may_fault && cap_is_endpoint(t->slots[TCB_TIMEOUT_HANDLER].cap)) {
        fault_raise_timeout(t);
    } else if (refill_due(sc) && refill_sufficient(sc, 0)) {
        sched_enqueue_tail(t);
    } else {
        sched_release_later(t);
    }
}

void sched_yield(void)
{
    sched_context_t *sc = ks.sc;
    sched_charge();
    if (!sc_is_round_robin(sc))
        refill_charge(sc, sc_head(sc)->amount);
    end_slice(false);
}

static bool domain_is_over(void) { return ks.now + TIMER_MARGIN >= ks.domain_end; }

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
static COLD bool deadline_passed(void)
{
    bool go_on = true;
    if (!refill_sufficient(ks.sc, ks.now - ks.charged_until)) {
        sched_charge();
        end_slice(true);
        go_on = false;
    }
    if (domain_is_over()) {
        sched_reschedule();
        go_on = false;
    }
    awaken();
    return go_on;
}

bool sched_enter(void)
{
    ks.now = arch_time();
    return likely(ks.now < ks.deadline) || deadline_passed();
}

// Called whenever the current SC, its head refill, the release queue or the domain changed. The hardware timer is only touched when
// it would come too late; an interrupt that comes early finds nothing due and sets it right.
static void program_timer(void)
{
    ticks_t end = ks.charged_until + sc_head(ks.sc)->amount;
    ticks_t until = ks.domain_end;
    if (ks.release != NULL && sc_head(ks.release->sc)->time < until)
        until = sc_head(ks.release->sc)->time;
    until -= TIMER_MARGIN;
    ticks_t alarm = end - TIMER_MARGIN < until ? end - TIMER_MARGIN : until;
    end -= MIN_BUDGET - 1; // less than that is left: not enough for a kernel entry
    ks.deadline = end < until ? end : until;
    if (alarm < ks.timer) {
        ks.timer = alarm;
        arch_set_timer(alarm);
    }
    ks.reprogram = false;
}

void sched_timer_fired(void)
{
    ks.timer = UINT64_MAX;
    ks.reprogram = true;
}

bool sched_preemption_point(void)
{
    if (likely(++ks.work_units < CONFIG_MAX_NUM_WORK_UNITS_PER_PREEMPTION))
        return false;
    ks.work_units = 0;
    return arch_irq_pending() || arch_time() >= ks.deadline;
}

// --- the decision ---------------------------------------------------------------------------------------

static tcb_t *take_highest(void)
{
    int prio = sched_highest_ready();
    if (prio < 0)
        return &idle_thread;
    tcb_t *t = ks.ready[ks.domain].head[prio];
    sched_dequeue(t);
    return t;
}

// Exactly one thread woke up.
static tcb_t *choose_candidate(tcb_t *current, bool current_can_run)
{
    tcb_t *c = ks.candidate;
    ks.candidate = NULL;
    if (current_can_run) {
        if (c->prio > current->prio) {
            sched_enqueue_head(current);
            return c;
        }
        if (c->prio == current->prio)
            sched_enqueue_tail(c);
        else
            sched_enqueue_head(c);
        return current;
    }
    if (c->prio >= current->prio || c->prio >= sched_highest_ready())
        return c;
    sched_enqueue_head(c);
    return take_highest();
}

static tcb_t *choose(void)
{
    tcb_t *current = ks.current;
    // It may have been lent another SC in this entry.
    if (current->sc != ks.sc && tcb_is_schedulable(current) && current->queue == QUEUE_NONE && !usable_now(current->sc))
        sched_release_later(current);
    bool can_run = tcb_is_schedulable(current) && current->queue == QUEUE_NONE && current->domain == ks.domain;
    if (ks.action == SCHED_CANDIDATE)
        return choose_candidate(current, can_run);
    if (can_run) {
        if (current->prio >= sched_highest_ready())
            return current;
        sched_enqueue_head(current);
    } else if (tcb_is_schedulable(current) && current->queue == QUEUE_NONE) {
        sched_enqueue_head(current); // its domain's time is over
    }
    return take_highest();
}

static void switch_sc(sched_context_t *sc)
{
    sched_charge();
    ks.sc = sc;
    if (!sc->sporadic)
        refill_unblock(sc);
}

static void switch_to(tcb_t *t)
{
    if (t != ks.current) {
        ks.current = t;
        arch_switch_vspace(t);
    }
    if (t->sc != ks.sc)
        switch_sc(t->sc);
    if (ks.reprogram)
        program_timer();
    if (unlikely(t->yield_to != NULL))
        sc_complete_yield(t->yield_to);
    if (t->state == THREAD_RESTART) {
        t->context.reg[REG_NEXT_PC] = t->context.reg[REG_PC];
        t->state = THREAD_RUNNING;
    }
}

static void decide(void)
{
    if (unlikely(domain_is_over()))
        sched_next_domain();
    tcb_t *next = choose();
    ks.action = SCHED_KEEP;
    switch_to(next);
}

void sched_finish(void)
{
    ks.work_units = 0;
    tcb_t *current = ks.current;
    bool unchanged = ks.action == SCHED_KEEP && tcb_is_runnable(current) && current->sc == ks.sc && !ks.reprogram;
    if (likely(unchanged && current->state == THREAD_RUNNING)) {
        check_invariants();
        return;
    }
    decide();
    while (unlikely(ks.current == &idle_thread)) {
        check_invariants();
        arch_wait_for_interrupt();
        interrupt_service();
        decide();
    }
    check_invariants();
}
