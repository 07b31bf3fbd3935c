/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * All timers of all clients, in the order of their deadlines (equal ones in the order of their starts). Pure logic:
 * time is nanoseconds that the caller passes in, 64 bits wide, so that it never wraps.
 *
 * A timer is named by (client, id). Each client has its own 32 ids and its own set of completed ones.
 */

enum { TIMERS_PER_CLIENT = 32 };
#ifndef TIMERS_CLIENTS
#define TIMERS_CLIENTS 5        /* assemblies with more say so (services/timer_service/build.mk): one takes half a KiB */
#endif

/* No timers, for tests; the state of the first life is zeros, which are none. */
void timers_init(void);

/*
 * Before anything else, in the first life and when the service was restarted, wherever it had died: running timers go on, completions stay. What was
 * being started or cancelled just then may be done or not (its client has got an error); what was completing has completed. The last
 * completions that a client was told of, if it has made no other call since, are told again, as it may not have heard them.
 * Returns the set of clients that have completions.
 */
uint32_t timers_recover(void);

/* Starts a timer that completes duration_ms from now and, if periodic, every duration_ms after that deadline (not after
 * the moment it was noticed: periods do not drift). Returns a timer_service_error. */
int timers_start(uint32_t client, uint32_t id, uint32_t duration_ms, bool periodic, uint64_t now);

/* One-shot that completes at the deadline; a running one is moved there, and a completion that was not taken yet is forgotten. */
int timers_start_at(uint32_t client, uint32_t id, uint64_t deadline);

/* Stops a timer and forgets a completion that was not taken yet. TIMER_NO_SUCH_TIMER when there is neither. */
int timers_cancel(uint32_t client, uint32_t id);

/* Completes every timer whose deadline is not after now. Returns the set of clients with new completions. */
uint32_t timers_expire(uint64_t now);

/* The client's completed timers; taking them clears the set. */
uint32_t timers_take_completed(uint32_t client);

/* Deadline of the timer that is due first; false when none runs. */
bool timers_first(uint64_t *deadline);

/* Nanoseconds to milliseconds and microseconds, without the 64-bit division routine. */
uint64_t timers_ns_to_ms(uint64_t ns);
uint64_t timers_ns_to_us(uint64_t ns);
