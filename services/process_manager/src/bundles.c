/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "bundles.h"
#include <ctype.h>
#include <string.h>

static struct bundle bundles[MAX_BUNDLES];
static uint32_t last_app_id;

bool bundle_name_valid(const char *name)
{
    size_t n = 0;
    if (*name == '.' || *name == '-')
        return false;
    for (; name[n] != '\0'; n++)
        if (n == BUNDLE_NAME_MAX || !(isalnum((unsigned char)name[n]) || name[n] == '.' || name[n] == '_' || name[n] == '-'))
            return false;
    return n != 0;
}

unsigned bundle_number(const struct bundle *bundle)
{
    return (unsigned)(bundle - bundles);
}

bool bundle_alive(const struct bundle *bundle)
{
    return bundle->name[0] != '\0' && (bundle->state == BUNDLE_RUNNING || bundle->state == BUNDLE_SUSPENDED);
}

/* The empty name finds a free entry. */
static struct bundle *entry(const char *name)
{
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        if (strcmp(bundles[i].name, name) == 0)
            return &bundles[i];
    return NULL;
}

struct bundle *bundle_find(const char *name)
{
    return *name != '\0' ? entry(name) : NULL;
}

struct bundle *bundle_of_app(uint32_t app_id)
{
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        if (bundle_alive(&bundles[i]) && bundles[i].app_id == app_id)
            return &bundles[i];
    return NULL;
}

/* Ids grow, so the smallest is the oldest. */
static struct bundle *oldest_dead(void)
{
    struct bundle *oldest = NULL;
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        if (!bundle_alive(&bundles[i]) && (oldest == NULL || bundles[i].app_id < oldest->app_id))
            oldest = &bundles[i];
    return oldest;
}

struct bundle *bundle_claim(const char *name)
{
    struct bundle *bundle = bundle_find(name);
    if (bundle == NULL)
        bundle = entry("");
    if (bundle == NULL)
        bundle = oldest_dead();
    if (bundle == NULL || last_app_id == APP_ID_MAX)
        return NULL;
    memset(bundle, 0, sizeof *bundle);
    memcpy(bundle->name, name, strnlen(name, BUNDLE_NAME_MAX));
    bundle->state = BUNDLE_RUNNING;
    bundle->app_id = ++last_app_id;
    return bundle;
}

void bundle_forget(struct bundle *bundle)
{
    memset(bundle, 0, sizeof *bundle);
}

const struct bundle *bundle_running(uint32_t index)
{
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        if (bundle_alive(&bundles[i]) && index-- == 0)
            return &bundles[i];
    return NULL;
}
