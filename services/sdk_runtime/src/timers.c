/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "timers.h"
#include "backend.h"
#include "messages.h"
#include <camkes/persistent.h>
#include <kata/sdk_abi.h>
#include <stddef.h>

#define ALARM     0u            /* our one timer of TimerService */
#define US_PER_MS 1000u
#define RECEIVE   (1u << RECEIVE_TIMER)

static uint64_t armed;              /* deadline that TimerService has; 0: nobody knows */

/* Running: started, and still to complete. */
static uint32_t running(const struct app *app)
{
    return app->active & ~(app->completed & ~app->periodic);
}

bool timers_run(const struct app *app)
{
    return (app->active & ~RECEIVE) != 0;
}

static void find_next(struct app *app)
{
    uint64_t next = NO_DEADLINE;
    uint32_t ids = running(app);
    for (unsigned id = 0; ids != 0; id++, ids >>= 1)
        if (ids & 1 && app->deadline[id] < next)
            next = app->deadline[id];
    app->next = next;
}

void timers_rearm(void)
{
    uint64_t next = NO_DEADLINE;
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        if (app_at(i) != NULL && app_at(i)->next < next)
            next = app_at(i)->next;
    if (next == armed)
        return;
    armed = next;
    if (next == NO_DEADLINE)
        (void)timer_cancel(ALARM);
    else if (timer_oneshot_at(ALARM, next) != 0)
        armed = 0;
}

/* The time; NO_DEADLINE when TimerService refuses to serve. */
static uint64_t time_now(void)
{
    for (unsigned tries = 0; tries < 6; tries++) {  /* one more than the restarts per minute that the assembly allows */
        uint64_t now = timer_now_us();
        if (now != 0 || !service_died())
            return now;
    }
    return NO_DEADLINE;
}

void timers_recover(struct app *app)
{
    armed = 0;
    find_next(app);
}

/* The bit comes last: half a timer does not run. */
static int run(struct app *app, uint32_t id, uint32_t duration_ms, bool periodic)
{
    uint32_t bit = 1u << id;
    uint64_t now = time_now();
    if (now == NO_DEADLINE)
        return SDK_SERVICE_RESTARTED;
    app->completed &= ~bit;
    app->deadline[id] = now + (uint64_t)duration_ms * US_PER_MS;
    app->period_ms[id] = duration_ms;
    app->periodic = periodic ? app->periodic | bit : app->periodic & ~bit;
    camkes_in_order();
    app->active |= bit;
    find_next(app);
    timers_rearm();
    return SDK_SUCCESS;
}

static unsigned count(uint32_t ids)
{
    unsigned n = 0;
    for (; ids != 0; ids &= ids - 1)
        n++;
    return n;
}

int timers_start(struct app *app, uint32_t id, uint32_t duration_ms, bool periodic)
{
    if (id >= SDK_TIMERS)
        return SDK_NO_SUCH_TIMER;
    if (app->active >> id & 1)
        return SDK_TIMER_ALREADY_EXISTS;
    if (duration_ms == 0 || duration_ms > MAX_DURATION)
        return SDK_INVALID_TIMER;
    if (count(app->active & ~RECEIVE) >= app->config.quota_timers)
        return SDK_OUT_OF_RESOURCES;
    return run(app, id, duration_ms, periodic);
}

void timer_start_receive(struct app *app, uint32_t duration_ms)
{
    (void)run(app, RECEIVE_TIMER, duration_ms, false);   /* without the time it waits for a message alone */
}

void timer_stop(struct app *app, uint32_t id)
{
    uint32_t bit = 1u << id;
    bool ran = app->active & bit;
    app->active &= ~bit;
    camkes_in_order();
    app->periodic &= ~bit;
    app->completed &= ~bit;
    if (ran) {
        find_next(app);
        timers_rearm();
    }
}

int timers_cancel(struct app *app, uint32_t id)
{
    if (id >= SDK_TIMERS)
        return SDK_NO_SUCH_TIMER;
    if (!(app->active >> id & 1))
        return SDK_INVALID_TIMER;
    timer_stop(app, id);
    return SDK_SUCCESS;
}

uint32_t timers_take(struct app *app)
{
    uint32_t mask = app->completed;
    app->reported |= mask;
    camkes_in_order();
    app->active &= ~(mask & ~app->periodic);
    camkes_in_order();
    app->completed = 0;
    return mask;
}

/* The first deadline after now on the timer's grid: it does not drift, however late this is. Steps of doubling length. */
static uint64_t next_on_grid(uint64_t deadline, uint64_t period, uint64_t now)
{
    while (deadline <= now) {
        uint64_t step = period;
        while (deadline + 2 * step <= now)
            step *= 2;
        deadline += step;
    }
    return deadline;
}

/* Completion first: a death in between completes it once more. */
static void complete(struct app *app, unsigned id, uint64_t now)
{
    app->completed |= 1u << id;
    camkes_in_order();
    if (app->periodic >> id & 1)
        app->deadline[id] = next_on_grid(app->deadline[id], (uint64_t)app->period_ms[id] * US_PER_MS, now);
}

static void expire(struct app *app, uint64_t now)
{
    uint32_t ids = running(app);
    for (unsigned id = 0; ids != 0; id++, ids >>= 1)
        if (ids & 1 && app->deadline[id] <= now)
            complete(app, id, now);
    find_next(app);
}

static void wake(struct app *app)
{
    if (app->parked == NOT_PARKED || app->suspended)
        return;
    if (app->waiting == WAITS_FOR_MESSAGE && (app->completed & RECEIVE)) {
        timer_stop(app, RECEIVE_TIMER);
        message_time_out(app);
    }
    if (app->waiting == WAITS_FOR_TIMER && app->completed != 0) {
        camkes_stream_t out = answer_begin(app);
        camkes_put_word(&out, timers_take(app));
        answer_end(app, SDK_SUCCESS, &out);
        app->parked = NOT_PARKED;
        app->waiting = WAITS_NOT;
    }
}

void timers_collect(void)
{
    uint64_t now = time_now();
    if (now == NO_DEADLINE)
        return;                 /* a TimerService that serves again signals everybody */
    (void)timer_completed_timers();
    armed = 0;
    for (unsigned i = 0; i < SDK_MAX_APPS; i++) {
        struct app *app = app_at(i);
        if (app != NULL && app->next <= now)
            expire(app, now);
        if (app != NULL)
            wake(app);
    }
    timers_rearm();
}
