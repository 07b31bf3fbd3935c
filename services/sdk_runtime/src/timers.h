/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Applications' timers on top of the 32 that TimerService gives this component. */
#include "apps.h"

#define POOL_TIMERS    32u
#define TIMERS_PER_APP 8u           /* running at the same time: no application can take the whole pool */
#define MAX_DURATION   0x7fffffffu  /* milliseconds */
#define REQUEST_PARKED (-1)         /* instead of an SDKError: no answer now */

/* These return SDKError. */
int timers_start(struct app *app, uint32_t id, uint32_t duration_ms, bool periodic);
int timers_cancel(struct app *app, uint32_t id);

/* Reports completions into *mask; 0 when there are none. */
int timers_poll(struct app *app, uint32_t *mask);

/* The same, but parks the caller (REQUEST_PARKED) when there are none and a timer runs. */
int timers_wait(struct app *app, uint32_t *mask);

/* A caller that sends something new does not wait for the answer of its last request. */
void timers_forget_waiting(struct app *app);

/* Stops all timers of an application that goes. */
void timers_release(struct app *app);

/* TimerService has signalled: distributes completions and wakes whoever waits for them. */
void timers_collect(void);
