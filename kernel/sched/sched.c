// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Who runs next, and for how long (sel4-abi.md 7.7 and ch. 9).
#include <sched/sched.h>

#include <api/interrupt.h>
#include <arch.h>
#include <arch/fastpath.h>
#include <debug/benchmark.h>
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
    sched_update_until();

    refill_new(&idle_time.sc, MIN_REFILLS, FOREVER, 0);
    idle_thread.state = THREAD_IDLE;
    idle_thread.sc = &idle_time.sc;
    idle_time.sc.tcb = &idle_thread;
    tcb_set_name(&idle_thread, "idle");
    ks.current = &idle_thread;
    ks.sc = &idle_time.sc;
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

// The SC of a thread that wakes up: may it be used at once? (One that is being used right now has been checked on entry, and
// one whose end has come since then is nobody's or its thread's: end_slice().)
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
        sched_enqueue(c, c->prio != current->prio);
        return current;
    }
    if (c->prio >= current->prio || !sched_ready_above(c->prio))
        return c;
    sched_enqueue_head(c);
    return sched_take_highest();
}

// The current thread has been lent another SC in this entry, has lost it, or waits for its time.
static NOINLINE bool can_run_on_other_sc(tcb_t *current)
{
    if (!tcb_is_schedulable(current))
        return false;
    if (usable_now(current->sc))
        return true;
    sched_release_later(current);
    return false;
}

// The current thread wants to run on, now or later: it is ready if another one is chosen.
INLINE bool is_still_ready(tcb_t *current)
{
    return tcb_is_runnable(current) && current->queue == QUEUE_NONE &&
           (likely(current->sc == ks.sc && sc_is_active(ks.sc)) || can_run_on_other_sc(current));
}

INLINE tcb_t *choose(void)
{
    tcb_t *current = ks.current;
    bool ready = is_still_ready(current);
    bool can_run = ready && (CONFIG_NUM_DOMAINS == 1 || current->domain == ks.domain);
    if (ks.action == SCHED_CANDIDATE)
        return choose_candidate(current, can_run);
    if (can_run && !sched_ready_above(current->prio))
        return current;
    if (ready)
        sched_enqueue_head(current);
    return sched_take_highest();
}

static tcb_t *decide(void)
{
    if (unlikely(sched_domain_is_over()))
        sched_next_domain();
    tcb_t *next = choose();
    ks.action = SCHED_KEEP;
    return next;
}

// --- the switch -----------------------------------------------------------------------------------------

// As sched_charge(). No more than is left can have been used: sched_deadline_passed() has charged it then.
INLINE void charge_until_now(sched_context_t *sc)
{
    ticks_t used = ks.now - ks.charged_until;
    if (used == 0)
        return;
    ks.charged_until = ks.now;
    sc->consumed += used;
    if (likely(sc_is_round_robin(sc)))
        sc_refills(sc)->amount -= used;
    else
        refill_charge_sporadic(sc, used);
}

INLINE void switch_sc(sched_context_t *sc)
{
    charge_until_now(ks.sc);
    ks.sc = sc;
    ks.reprogram = true;
    if (!sc_is_round_robin(sc) && !sc->sporadic)
        refill_unblock(sc);
}

void sched_switch_to(tcb_t *t)
{
    if (t != ks.current) {
        benchmark_switch(t);
        ks.current = t;
        arch_switch_thread(t);
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
    check_invariants();
}

void sched_preempt_with(tcb_t *t)
{
    sched_enqueue_head(ks.current);
    sched_switch_to(t);
}

// Nobody can run: sleeps until somebody can.
static COLD tcb_t *idle(void)
{
    tcb_t *next;
    do {
        sched_switch_to(&idle_thread);
        benchmark_leave();
        arch_wait_for_interrupt();
        benchmark_enter();
        interrupt_service();
        next = decide();
    } while (next == &idle_thread);
    return next;
}

void sched_finish(void)
{
    tcb_t *current = ks.current;
    bool unchanged = ks.action == SCHED_KEEP && current->state == THREAD_RUNNING && current->sc == ks.sc && !ks.reprogram;
    if (likely(unchanged)) {
        check_invariants();
        return;
    }
    tcb_t *next = decide();
    if (unlikely(next == &idle_thread))
        next = idle();
    sched_switch_to(next);
}
