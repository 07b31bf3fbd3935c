/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Refill arithmetic of sporadic servers and round-robin contexts (sel4-abi.md 9.3). No scheduling decisions here. */
#pragma once

#include <object/sched_context.h>

/* One refill (now, budget); period 0 = round robin. */
void refill_new(sched_context_t *sc, word_t max_refills, ticks_t budget, ticks_t period);
/* New parameters for an SC that is in use: keeps the bandwidth bound (9.2). */
void refill_update(sched_context_t *sc, word_t max_refills, ticks_t budget, ticks_t period);
/* Charges `used` ticks to the refills (not to `consumed`). */
void refill_charge(sched_context_t *sc, ticks_t used);
/* Round robin: all that was used may be used again. */
void refill_reset_slice(sched_context_t *sc);
/* The unblock rule. */
void refill_unblock(sched_context_t *sc);
/* Head refill is due now. */
bool refill_due(const sched_context_t *sc);
/* Due, and enough for a kernel entry: a thread may start to run on it. */
bool refill_usable(const sched_context_t *sc);
/* Head refill has at least the minimum budget beyond `used`. */
bool refill_sufficient(const sched_context_t *sc, ticks_t used);
