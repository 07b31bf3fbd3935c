// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Who runs next, and for how long (sel4-abi.md 7.7 and ch. 9).
#include <sched/sched.h>

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
    return refill_usable(sc);
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

// --- the decision ---------------------------------------------------------------------------------------

static tcb_t *take_highest(void)
{
    tcb_t *t = sched_best_ready();
    if (t == NULL)
        return &idle_thread;
    sched_ready_remove(t);
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
    if (c->prio >= current->prio || !sched_ready_above(c->prio))
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
        if (!sched_ready_above(current->prio))
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
        sched_program_timer();
    if (unlikely(t->yield_to != NULL))
        sc_complete_yield(t->yield_to);
    if (t->state == THREAD_RESTART) {
        t->context.reg[REG_NEXT_PC] = t->context.reg[REG_PC];
        t->state = THREAD_RUNNING;
    }
}

static void decide(void)
{
    if (unlikely(sched_domain_is_over()))
        sched_next_domain();
    tcb_t *next = choose();
    ks.action = SCHED_KEEP;
    switch_to(next);
}

void sched_finish(void)
{
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
