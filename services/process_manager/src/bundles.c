/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "bundles.h"
#include "piece.h"
#include <camkes/persistent.h>
#include <ctype.h>
#include <string.h>

static CAMKES_PERSISTENT struct bundle bundles[MAX_BUNDLES + 1];     /* the last one is never used */
static CAMKES_PERSISTENT uint32_t last_app_id;

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

struct bundle *bundle_at(unsigned i)
{
    return &bundles[i];
}

struct bundle *bundle_none(void)
{
    return &bundles[MAX_BUNDLES];
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
    bundle_forget(bundle);
    memcpy(bundle->name, name, strnlen(name, BUNDLE_NAME_MAX));
    bundle->app_id = ++last_app_id;
    camkes_in_order();
    bundle->phase = PHASE_STARTING;
    camkes_in_order();
    bundle->state = BUNDLE_RUNNING;
    return bundle;
}

void bundle_forget(struct bundle *bundle)
{
    bundle->phase = PHASE_NONE;
    bundle->state = BUNDLE_STOPPED;
    camkes_in_order();
    memset(bundle, 0, sizeof *bundle);
}

const struct bundle *bundle_running(uint32_t index)
{
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        if (bundle_alive(&bundles[i]) && index-- == 0)
            return &bundles[i];
    return NULL;
}

struct bundle *bundle_known(uint32_t index)
{
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        if (bundles[i].name[0] != '\0' && index-- == 0)
            return &bundles[i];
    return NULL;
}

uint32_t bundle_heap_pages(const struct bundle *bundle)
{
    uint32_t pages = 0;
    for (unsigned i = 0; i < bundle->ready; i++)
        pages += bundle->piece[i].pages;
    return pages;
}

uint32_t bundle_memory(const struct bundle *bundle)
{
    uint32_t bytes = bundle->start_memory;
    for (unsigned i = bundle->start_pieces; i < bundle->ready; i++)
        bytes += piece_bytes(bundle->piece[i].pages, bundle->piece[i].tables);
    return bytes;
}

/* An entry without a life: how its last one ended is kept, anything else is a claim or a farewell cut short. */
static bool whole(const struct bundle *bundle)
{
    return bundle->state == BUNDLE_EXITED || bundle->state == BUNDLE_FAULTED;
}

void bundles_recover(void (*destroy)(struct bundle *bundle))
{
    for (unsigned i = 0; i < MAX_BUNDLES; i++) {
        struct bundle *bundle = &bundles[i];
        if (bundle->phase == PHASE_STARTING || bundle->phase == PHASE_ENDING || (bundle->phase == PHASE_LIVING && whole(bundle)))
            destroy(bundle);
        if (bundle->phase != PHASE_LIVING && !whole(bundle))
            bundle_forget(bundle);
    }
}
