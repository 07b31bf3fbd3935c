/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "table.h"

#include "ml_coordinator.h"
#include "memory.h"

#include <string.h>
#include <vc_top/registers.h>

struct coordinator ml;

struct model *table_find(const char *bundle, const char *name)
{
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &ml.models[i];
        if (m->used && !m->given_up && strcmp(m->bundle, bundle) == 0 && strcmp(m->name, name) == 0) {
            return m;
        }
    }
    return NULL;
}

int model_number(const struct model *m)
{
    return (int)(m - ml.models);
}

bool model_runs(const struct model *m)
{
    return ml.running == model_number(m);
}

void model_lose_contents(struct model *m)
{
    m->hungry |= m->fed;
    m->resident = m->has_result = m->has_input = m->fed = false;
}

void model_leave_memory(struct model *m)
{
    if (m->resident) {
        memory_give(m->at);
        model_lose_contents(m);
    }
}

void model_forget(struct model *m)
{
    model_leave_memory(m);
    ml.completed &= ~(1u << model_number(m));
    memset(m, 0, sizeof *m);
}

static bool is_idle(const struct model *m)
{
    return m->used && !m->queued && m->period_ms == 0 && !model_runs(m) && !m->has_input;
}

/* A free slot, or that of the model whose last use is longest ago, if it has nothing to do and its result was seen. */
static struct model *free_slot(void)
{
    struct model *oldest = NULL;
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &ml.models[i];
        if (!m->used) {
            return m;
        }
        if (is_idle(m) && !(ml.completed >> i & 1) && (oldest == NULL || m->last_used - oldest->last_used > UINT32_MAX / 2)) {
            oldest = m;
        }
    }
    if (oldest != NULL) {
        model_forget(oldest);
    }
    return oldest;
}

const uint8_t *model_output(const struct model *m)
{
    return ml.tcm + m->at + image_offset(&m->image, IMAGE_OUTPUT);
}

static int read_image(void *ctx, uint32_t offset, void *to, uint32_t n)
{
    const struct model *m = ctx;
    return models_image_read(m->shared ? m->name : m->bundle, m->name, offset, to, n) ? 0 : -1;
}

struct bundle_source model_source(struct model *m)
{
    uint32_t size = models_image_size(m->bundle, m->name);
    m->shared = size == 0;
    return (struct bundle_source){ read_image, m, m->shared ? models_image_size(m->name, m->name) : size };
}

static bool good_name(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n < MODELS_NAME;
}

/* The executor is put in its place whenever the core is taken into use. No job can write there, and no clear reaches it. */
static void place_executor(void)
{
    uint32_t bytes;
    const uint8_t *executor = models_executor(&bytes);
    if (ml.executor.size != 0) {
        memset(ml.tcm + ml.executor.offset, 0, ml.executor.size);
        memcpy(ml.tcm + ml.executor.offset, executor, bytes);
    }
}

bool table_core_is_present(void)
{
    if (!ml.present && vector_init()) {
        ml.present = true;
        place_executor();
    }
    return ml.present;
}

/* What the table says of a model that is new, checked by its headers. */
static int look_at(struct model *m, unsigned client, const char *bundle, const char *name)
{
    if (!good_name(bundle) || !good_name(name)) {
        return ML_NO_SUCH_MODEL;
    }
    *m = (struct model){ .used = true, .client = client, .priority = MODELS_PRIORITY, .last_used = ml.orders };
    memcpy(m->bundle, bundle, strlen(bundle) + 1);
    memcpy(m->name, name, strlen(name) + 1);
    struct bundle_source source = model_source(m);
    if (source.size == 0) {
        return ML_NO_SUCH_MODEL;
    }
    if (!image_scan(&source, memory_size(), &m->image) || (m->image.is_data && ml.executor.size == 0)) {
        return ML_INVALID_IMAGE;
    }
    m->limit_ms = m->image.limit_ms == 0 ? MODELS_LIMIT_MS : m->image.limit_ms < MODELS_LIMIT_MAX_MS ? m->image.limit_ms : MODELS_LIMIT_MAX_MS;
    return ML_SUCCESS;
}

struct model *table_known(unsigned client, const char *bundle, const char *name, int *error)
{
    if (!table_core_is_present()) {
        *error = ML_NO_DEVICE;
        return NULL;
    }
    struct model *m = table_find(bundle, name), new;
    if (m != NULL) {
        return m;
    }
    *error = look_at(&new, client, bundle, name);
    m = *error == ML_SUCCESS ? free_slot() : NULL;
    if (m != NULL) {
        *m = new;
    } else if (*error == ML_SUCCESS) {
        *error = ML_NO_MODEL_SLOTS_LEFT;
    }
    return m;
}
