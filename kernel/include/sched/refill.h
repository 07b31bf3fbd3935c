/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Refill arithmetic of sporadic servers and round-robin contexts (sel4-abi.md 9.3). No scheduling decisions here. */
#pragma once

#include <object/sched_context.h>
#include <sched/time.h>
#include <state.h>

/* One refill (now, budget); period 0 = round robin. */
void refill_new(sched_context_t *sc, word_t max_refills, ticks_t budget, ticks_t period);
/* New parameters for an SC that is in use: keeps the bandwidth bound (9.2). */
void refill_update(sched_context_t *sc, word_t max_refills, ticks_t budget, ticks_t period);
/* Charges `used` ticks to the refills (not to `consumed`). A slice of round robin is charged with no more than is left. */
void refill_charge(sched_context_t *sc, ticks_t used);
/* The same for one that is not round robin; no effect when it is not configured (any more). */
NOINLINE void refill_charge_sporadic(sched_context_t *sc, ticks_t used);
/* Round robin: refill 0 is what is left of the slice, refill 1 the whole slice. Both are due from the beginning. */
INLINE void refill_reset_slice(sched_context_t *sc) { sc_refills(sc)[0].amount = sc_refills(sc)[1].amount; }
/* The unblock rule. */
void refill_unblock(sched_context_t *sc);
/* Head refill is due now. */
INLINE bool refill_due(const sched_context_t *sc) { return sc_head(sc)->time <= ks.now + TIMER_MARGIN; }
/* Due, and enough for a kernel entry: a thread may start to run on it. */
INLINE bool refill_usable(const sched_context_t *sc)
{
    return sc_head(sc)->amount >= MIN_BUDGET && (sc_is_round_robin(sc) || refill_due(sc));
}
/* Head refill has at least the minimum budget beyond `used`. */
bool refill_sufficient(const sched_context_t *sc, ticks_t used);
