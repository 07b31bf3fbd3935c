// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Refills of scheduling contexts: a ring of (time, amount) whose amounts always add up to the budget (sel4-abi.md 9.3). Round robin uses two:
// what is left of the slice, and the whole slice.
#include <sched/refill.h>

#include <debug/debug.h>
#include <sched/time.h>
#include <state.h>

// No refill is moved further into the future than this, so that time arithmetic cannot wrap.
#define LATEST_REFILL (UINT64_MAX - 2 * MAX_PERIOD)

static refill_t *refill_at(sched_context_t *sc, word_t n)
{
    word_t index = sc->head + n;
    return sc_refills(sc) + (index < sc->refill_max ? index : index - sc->refill_max);
}

static refill_t *last_refill(sched_context_t *sc) { return refill_at(sc, sc->count - 1); }

static refill_t pop_head(sched_context_t *sc)
{
    refill_t head = *sc_head(sc);
    kassert(sc->count > 1);
    sc->head = sc->head + 1 < sc->refill_max ? sc->head + 1 : 0;
    sc->count--;
    return head;
}

// Appends `amount` usable from `time`: joined with the last refill when they touch or when the ring is full.
static void append(sched_context_t *sc, ticks_t time, ticks_t amount)
{
    refill_t *last = last_refill(sc);
    if (last->time + last->amount >= time) {
        last->amount += amount;
    } else if (sc->count < sc->refill_max) {
        sc->count++;
        *last_refill(sc) = (refill_t){time, amount};
    } else {
        last->time = time - last->amount;
        last->amount += amount;
    }
}

// The head moves one period ahead, to the back of the ring.
static void defer_head(sched_context_t *sc)
{
    if (sc->count == 1) {
        sc_head(sc)->time += sc->period;
        return;
    }
    refill_t head = pop_head(sc);
    append(sc, head.time + sc->period, head.amount);
}

// The head is too small to be worth a kernel entry: the next refill takes it up, ending when it would have.
static void merge_small_heads(sched_context_t *sc)
{
    while (sc->count > 1 && sc_head(sc)->amount < MIN_BUDGET) {
        refill_t head = pop_head(sc);
        sc_head(sc)->time -= head.amount;
        sc_head(sc)->amount += head.amount;
    }
}

COLD void refill_new(sched_context_t *sc, word_t max_refills, ticks_t budget, ticks_t period)
{
    sc->period = period;
    sc->refill_max = max_refills;
    sc->head = 0;
    sc->count = 1;
    sc_refills(sc)[0] = (refill_t){ks.now, budget};
    if (period == 0) { // round robin: what is left of the slice, and the whole slice
        sc->count = 2;
        sc_refills(sc)[1] = sc_refills(sc)[0];
    }
}

void refill_update(sched_context_t *sc, word_t max_refills, ticks_t budget, ticks_t period)
{
    if (period == 0) {
        refill_new(sc, max_refills, budget, period);
        return;
    }
    refill_t head = *sc_head(sc);
    sc->period = period;
    sc->refill_max = max_refills;
    sc->head = 0;
    sc->count = 1;
    if (head.time <= ks.now)
        head.time = ks.now;
    if (head.amount >= budget) {
        head.amount = budget;
        sc_refills(sc)[0] = head;
        return;
    }
    sc_refills(sc)[0] = head;
    append(sc, head.time + period, budget - head.amount);
    merge_small_heads(sc);
}

// The timer ends a slice in time: so many refills are used up at once only when the clock has jumped. The rest is forgiven.
#define MAX_CHARGED 256u

void refill_charge_sporadic(sched_context_t *sc, ticks_t used)
{
    if (!sc_is_active(sc))
        return;
    for (word_t n = 0; sc_head(sc)->amount <= used && sc_head(sc)->time < LATEST_REFILL; n++) {
        used = n < MAX_CHARGED ? used - sc_head(sc)->amount : 0;
        defer_head(sc);
    }
    refill_t *head = sc_head(sc);
    if (used > 0 && head->time < LATEST_REFILL) {
        ticks_t time = head->time + sc->period;
        head->time += used;
        head->amount -= used;
        append(sc, time, used);
    }
    merge_small_heads(sc);
}

COLD void refill_charge(sched_context_t *sc, ticks_t used)
{
    ticks_t *left = &sc_refills(sc)->amount;
    if (!sc_is_round_robin(sc))
        refill_charge_sporadic(sc, used);
    else
        *left = used < *left ? *left - used : 0;
}

void refill_unblock(sched_context_t *sc)
{
    if (sc_is_round_robin(sc) || !refill_due(sc))
        return;
    sc_head(sc)->time = ks.now;
    while (sc->count > 1 && refill_at(sc, 1)->time <= ks.now + sc_head(sc)->amount) {
        refill_t head = pop_head(sc);
        sc_head(sc)->time = ks.now;
        sc_head(sc)->amount += head.amount;
    }
}

bool refill_sufficient(const sched_context_t *sc, ticks_t used)
{
    ticks_t amount = sc_head(sc)->amount;
    return amount >= used && amount - used >= MIN_BUDGET;
}
