// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// SchedControl: giving budget and period to a scheduling context (sel4-abi.md 3.4, 9.2).
#include <api/invocation.h>
#include <object/sched_context.h>
#include <sched/refill.h>
#include <sched/sched.h>
#include <sched/time.h>

#define TIME_WORDS (sizeof(uint64_t) / sizeof(word_t))
#define FLAG_SPORADIC 1u

struct parameters {
    sched_context_t *sc;
    ticks_t budget, period;
    word_t max_refills;
    word_t badge, flags;
};

static void configure(const struct parameters *p)
{
    sched_context_t *sc = p->sc;
    tcb_t *t = sc->tcb;
    bool running = t != NULL && tcb_is_runnable(t);
    // What the current thread has used so far is charged by the old parameters.
    if (sc == ks.sc)
        sched_charge();
    if (running)
        sched_dequeue(t);

    ticks_t period = p->budget == p->period ? 0 : p->period;
    sc->badge = p->badge;
    sc->sporadic = p->flags & FLAG_SPORADIC;
    if (running && sc_is_active(sc))
        refill_update(sc, p->max_refills, p->budget, period);
    else
        refill_new(sc, p->max_refills, p->budget, period);
    if (sc == ks.sc)
        ks.reprogram = true;
    if (running) {
        sched_make_ready(t);
        sched_reschedule();
    }
}

static outcome_t check_times(uint64_t budget, uint64_t period)
{
    word_t min = (word_t)MIN_BUDGET_US, max = (word_t)MAX_PERIOD_US;
    if (budget > MAX_PERIOD_US || period > MAX_PERIOD_US || budget < MIN_BUDGET_US || period < MIN_BUDGET_US)
        return fail_range(min, max);
    if (budget > period)
        return fail_range(min, (word_t)period);
    return DONE;
}

outcome_t sched_control_decode(struct invocation *inv)
{
    if (inv->label != SchedControlConfigureFlags)
        return fail(seL4_IllegalOperation);
    if (inv->extra[0] == NULL || inv->length < 2 * TIME_WORDS + 3)
        return fail(seL4_TruncatedMessage);
    uint64_t budget = inv_mr64(inv, 0), period = inv_mr64(inv, TIME_WORDS);
    word_t extra_refills = inv_mr(inv, 2 * TIME_WORDS);
    if (check_times(budget, period) != DONE)
        return FAILED;
    cap_t cap = inv->extra[0]->cap;
    if (!cap_is_sched_context(cap))
        return fail_capability(1);
    word_t allowed = sc_capacity(sched_context_cap_size_bits(cap)) - MIN_REFILLS;
    if (extra_refills > allowed)
        return fail_range(0, allowed);

    configure(&(struct parameters){
        .sc = (sched_context_t *)sched_context_cap_ptr(cap),
        .budget = us_to_ticks(budget),
        .period = us_to_ticks(period),
        .max_refills = MIN_REFILLS + extra_refills,
        .badge = inv_mr(inv, 2 * TIME_WORDS + 1),
        .flags = inv_mr(inv, 2 * TIME_WORDS + 2),
    });
    return DONE;
}
