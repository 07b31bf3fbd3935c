/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "apps.h"
#include "audio.h"
#include "backend.h"
#include "messages.h"
#include "models.h"
#include "timers.h"
#include <camkes/persistent.h>
#include <string.h>

static CAMKES_PERSISTENT uint32_t ids[SDK_MAX_APPS];        /* 0: free entry; what its record holds does not matter then */

struct app *app_at(unsigned i)
{
    return ids[i] != 0 ? record_at(i) : NULL;
}

unsigned app_entry(const struct app *app)
{
    unsigned i = 0;
    while (ids[i] != app->config.app_id)
        i++;
    return i;
}

struct app *app_find(uint32_t id)
{
    for (unsigned i = 0; i < SDK_MAX_APPS && id != 0; i++)
        if (ids[i] == id)
            return record_at(i);
    return NULL;
}

struct app *app_named(const char *name)
{
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        if (ids[i] != 0 && strcmp(record_at(i)->config.name, name) == 0)
            return record_at(i);
    return NULL;
}

int app_free_entry(void)
{
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        if (ids[i] == 0)
            return (int)i;
    return -1;
}

static bool terminated(const char *name)
{
    return memchr(name, '\0', SDK_NAME_MAX + 1) != NULL;
}

static bool valid(const struct sdk_app_config *config)
{
    bool ok = config->name[0] != '\0' && terminated(config->name);
    for (unsigned i = 0; i < SDK_PEERS_MAX; i++)
        ok = ok && terminated(config->peers[i]);
    for (unsigned i = 0; i < SDK_MODELS_MAX; i++)
        ok = ok && terminated(config->models[i]);
    return ok;
}

int app_register(unsigned entry, uint32_t id)
{
    struct app *app = record_at(entry);
    if (id == 0 || id > SDK_APP_ID_MAX || app->config.app_id != id || app_find(id) != NULL)
        return SDKM_APP_ID_INVALID;
    if (!valid(&app->config) || app_named(app->config.name) != NULL)
        return SDKM_GET_ENDPOINT_FAILED;
    memset((char *)app + sizeof app->config, 0, sizeof *app - sizeof app->config);
    app->parked = NOT_PARKED;
    app->next = NO_DEADLINE;
    camkes_in_order();
    ids[entry] = id;
    return SDKM_SUCCESS;
}

static void forget_waiting(struct app *app)
{
    if (app->parked != NOT_PARKED)
        forget_parked(app->parked);
    app->parked = NOT_PARKED;
    app->waiting = WAITS_NOT;
    timer_stop(app, RECEIVE_TIMER);
}

void app_release(struct app *app)
{
    if (app->parked != NOT_PARKED)
        forget_parked(app->parked);
    models_release(app);
    (void)recording_stop(app);
    ids[app_entry(app)] = 0;
    timers_rearm();
}

void app_heard(struct app *app)
{
    forget_waiting(app);
    app->reported = app->model_reported = 0;
    message_taken(app);
    recording_taken(app);
}

void app_set_suspended(struct app *app, bool suspended)
{
    app->suspended = suspended;
    if (!suspended)
        forget_waiting(app);
}

/* The last answers may not have arrived: what they reported is reported again. */
static void recover(struct app *app)
{
    app->parked = NOT_PARKED;
    app->waiting = WAITS_NOT;
    app->active &= ~(1u << RECEIVE_TIMER);
    app->completed |= app->reported;
    app->model_active |= app->model_reported;
    app->model_completed |= app->model_reported;
    camkes_in_order();
    app->reported = app->model_reported = 0;
    app->taken = 0;
    app->audio_taken = 0;
    timers_recover(app);
}

void apps_recover(bool (*alive)(unsigned entry))
{
    for (unsigned i = 0; i < SDK_MAX_APPS; i++) {
        if (!alive(i))
            ids[i] = 0;
        if (ids[i] != 0)
            recover(record_at(i));
    }
    models_collect();
    recordings_recover();
    timers_rearm();
}
