/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "timers.h"
#include "backend.h"
#include <kata/sdk_abi.h>
#include <stddef.h>
#include <timer_service.h>

/* Whose timer a pool timer is. A one-shot's is free again when it has completed. */
struct pool_timer {
    uint8_t used, app, id;
};
static struct pool_timer pool[POOL_TIMERS];

static int pool_find(const struct app *app, uint32_t id)
{
    for (unsigned i = 0; i < POOL_TIMERS; i++)
        if (pool[i].used && pool[i].app == app_index(app) && pool[i].id == id)
            return (int)i;
    return -1;
}

static unsigned pool_used_by(const struct app *app)
{
    unsigned n = 0;
    for (unsigned i = 0; i < POOL_TIMERS; i++)
        n += pool[i].used && pool[i].app == app_index(app);
    return n;
}

static int pool_free(void)
{
    for (unsigned i = 0; i < POOL_TIMERS; i++)
        if (!pool[i].used)
            return (int)i;
    return -1;
}

static int error_of(int timer_error)
{
    return timer_error == TIMER_OUT_OF_RESOURCES ? SDK_OUT_OF_RESOURCES : SDK_INVALID_TIMER;
}

int timers_start(struct app *app, uint32_t id, uint32_t duration_ms, bool periodic)
{
    if (id >= SDK_TIMERS)
        return SDK_NO_SUCH_TIMER;
    uint32_t bit = 1u << id;
    if (app->active & bit)
        return SDK_TIMER_ALREADY_EXISTS;
    if (duration_ms == 0 || duration_ms > MAX_DURATION)
        return SDK_INVALID_TIMER;
    int slot = pool_free();
    if (slot < 0 || pool_used_by(app) >= TIMERS_PER_APP)
        return SDK_OUT_OF_RESOURCES;
    int error = periodic ? timer_periodic((uint32_t)slot, duration_ms) : timer_oneshot((uint32_t)slot, duration_ms);
    if (error != TIMER_SUCCESS)
        return error_of(error);
    pool[slot] = (struct pool_timer){ .used = 1, .app = (uint8_t)app_index(app), .id = (uint8_t)id };
    app->active |= bit;
    if (periodic)
        app->periodic |= bit;
    return SDK_SUCCESS;
}

static void stop(struct app *app, uint32_t id)
{
    int slot = pool_find(app, id);
    if (slot >= 0) {
        /* It may have completed a moment ago: what TimerService has noted is fetched while the entry still says
         * whose it is, so that the next user of the entry does not inherit it. */
        (void)timer_cancel((uint32_t)slot);
        timers_collect();
        pool[slot].used = 0;
    }
    uint32_t keep = ~(1u << id);
    app->active &= keep;
    app->periodic &= keep;
    app->completed &= keep;
}

int timers_cancel(struct app *app, uint32_t id)
{
    if (id >= SDK_TIMERS)
        return SDK_NO_SUCH_TIMER;
    if (!(app->active >> id & 1))
        return SDK_INVALID_TIMER;
    stop(app, id);
    return SDK_SUCCESS;
}

int timers_poll(struct app *app, uint32_t *mask)
{
    *mask = app->completed;
    app->active &= ~(app->completed & ~app->periodic);
    app->completed = 0;
    return SDK_SUCCESS;
}

int timers_wait(struct app *app, uint32_t *mask)
{
    if (app->completed == 0 && app->active != 0) {
        app->parked = park_caller();
        if (app->parked == NOT_PARKED)
            return SDK_OUT_OF_RESOURCES;
        return REQUEST_PARKED;
    }
    return timers_poll(app, mask);
}

void timers_forget_waiting(struct app *app)
{
    if (app->parked != NOT_PARKED)
        forget_parked(app->parked);
    app->parked = NOT_PARKED;
}

void timers_release(struct app *app)
{
    timers_forget_waiting(app);
    for (uint32_t id = 0; id < SDK_TIMERS; id++)
        if (app->active >> id & 1)
            stop(app, id);
}

static void wake(struct app *app)
{
    uint32_t mask;
    if (app->parked == NOT_PARKED || app->completed == 0)
        return;
    int handle = app->parked;
    app->parked = NOT_PARKED;
    (void)timers_poll(app, &mask);
    answer_parked(handle, mask);
}

void timers_collect(void)
{
    uint32_t mask = timer_completed_timers();
    for (unsigned i = 0; i < POOL_TIMERS; i++) {
        struct app *app = mask >> i & 1 && pool[i].used ? app_at(pool[i].app) : NULL;
        if (app == NULL)
            continue;
        app->completed |= 1u << pool[i].id;
        if (!(app->periodic >> pool[i].id & 1))
            pool[i].used = 0;
    }
    for (unsigned i = 0; i < MAX_APPS; i++)
        if (app_at(i) != NULL)
            wake(app_at(i));
}
