/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Applications' timers: all of them on one timer of TimerService, which has the first deadline of all. */
#include "apps.h"

#define MAX_DURATION   0x7fffffffu  /* milliseconds */
#define REQUEST_PARKED (-1)         /* instead of an SDKError: no answer now */

/* These return SDKError. */
int timers_start(struct app *app, uint32_t id, uint32_t duration_ms, bool periodic);
int timers_cancel(struct app *app, uint32_t id);

/* Takes the completions; 0 when there are none. */
uint32_t timers_take(struct app *app);

/* Does any of its timers run? */
bool timers_run(const struct app *app);

/* Starts RECEIVE_TIMER. */
void timer_start_receive(struct app *app, uint32_t duration_ms);

/* Stops a timer, whether it runs or not. */
void timer_stop(struct app *app, uint32_t id);

/* The first deadline may have changed: sets TimerService to it. */
void timers_rearm(void);

/* TimerService has signalled: completes what is due and wakes whoever waits for it. */
void timers_collect(void);

/* After a restart: what is derived from the rest of the record. */
void timers_recover(struct app *app);
