/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "apps.h"
#include "backend.h"
#include "timers.h"
#include <sdk_runtime.h>
#include <string.h>

static struct app apps[MAX_APPS];

struct app *app_at(unsigned i)
{
    return apps[i].id != 0 ? &apps[i] : NULL;
}

unsigned app_index(const struct app *app)
{
    return (unsigned)(app - apps);
}

/* Entry with that id; id 0 finds a free one. */
static struct app *entry(uint32_t id)
{
    for (unsigned i = 0; i < MAX_APPS; i++)
        if (apps[i].id == id)
            return &apps[i];
    return NULL;
}

struct app *app_find(uint32_t id)
{
    return id != 0 ? entry(id) : NULL;
}

int app_register(uint32_t id, const char *name)
{
    size_t length = strlen(name);
    if (id == 0 || id > APP_ID_MAX || entry(id) != NULL)
        return SDKM_APP_ID_INVALID;
    struct app *app = entry(0);
    if (app == NULL || length == 0 || length > APP_NAME_MAX)
        return SDKM_GET_ENDPOINT_FAILED;
    *app = (struct app){ .id = id, .parked = NOT_PARKED };
    memcpy(app->name, name, length + 1);
    return SDKM_SUCCESS;
}

int app_release(uint32_t id)
{
    struct app *app = app_find(id);
    if (app == NULL)
        return SDKM_APP_ID_INVALID;
    timers_release(app);
    app->id = 0;
    return SDKM_SUCCESS;
}
