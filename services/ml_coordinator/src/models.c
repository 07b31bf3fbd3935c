/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "models.h"

#include "loading.h"
#include "memory.h"
#include "ml_coordinator.h"
#include "runs.h"
#include "table.h"

#include <string.h>
#include <vc_top/registers.h>

enum { ONESHOT_DUE_US = 1000000 };                  /* after it was asked for; a periodic run is due when the next one is */
enum { PERIOD_MAX_MS = 86400000 };

bool models_init(uint8_t *tcm, uint32_t size)
{
    memset(&ml, 0, sizeof ml);
    ml.tcm = tcm;
    ml.running = ml.first = NOBODY;
    ml.owing_since_us = NEVER;
    size = size <= VC_INIT_ADDRESS ? size : VC_INIT_ADDRESS + 1;    /* what the core cannot clear is not used */
    uint32_t executor;
    (void)models_executor(&executor);
    executor = (executor + VC_PAGE - 1) / VC_PAGE * VC_PAGE;
    executor = executor < size ? executor : 0;
    ml.executor = (struct vector_window){ size - executor, executor, VC_READ | VC_EXECUTE };
    memory_init(size - executor);
    return table_core_is_present();
}

int models_oneshot(unsigned client, const char *bundle, const char *name)
{
    int error = ML_SUCCESS;
    struct model *m = table_known(client, bundle, name, &error);
    if (m == NULL) {
        return error;
    }
    if (m->client == client && !m->queued && !model_runs(m)) {
        ml.completed &= ~(1u << model_number(m));     /* what is not asked for yet would be taken for the end of this one */
    }
    m->client = client;
    if (!m->queued) {
        runs_queue(m, models_now_us() + ONESHOT_DUE_US);
    }
    runs_go_on();
    return ML_SUCCESS;
}

int models_periodic(unsigned client, const char *bundle, const char *name, uint32_t rate_ms)
{
    int error = ML_SUCCESS;
    if (rate_ms == 0 || rate_ms > PERIOD_MAX_MS) {
        return ML_INVALID_TIMER;
    }
    struct model *m = table_known(client, bundle, name, &error);
    if (m == NULL) {
        return error;
    }
    m->client = client;
    m->period_ms = rate_ms;
    m->next_us = models_now_us() + (uint64_t)rate_ms * US_PER_MS;
    runs_set_alarm();
    return ML_SUCCESS;
}

int models_cancel(const char *bundle, const char *name)
{
    struct model *m = table_find(bundle, name);
    if (m == NULL) {
        return ml.present ? ML_NO_SUCH_MODEL : ML_NO_DEVICE;
    }
    if (!model_runs(m)) {
        model_forget(m);
        runs_go_on();
        return ML_SUCCESS;
    }
    m->given_up = true;
    m->queued = false;
    m->period_ms = 0;
    ml.timed_out = false;
    ml.completed &= ~(1u << model_number(m));
    if (!ml.stopping) {
        ml.stopping = true;
        (void)vector_stop();
    }
    models_event();
    return ML_SUCCESS;
}

int models_configure(unsigned client, const char *bundle, const char *name, uint32_t priority, uint32_t limit_ms)
{
    int error = ML_SUCCESS;
    struct model *m = table_known(client, bundle, name, &error);
    if (m == NULL) {
        return error;
    }
    if (priority >= MODELS_PRIORITIES || limit_ms == 0 || limit_ms > MODELS_LIMIT_MAX_MS) {
        return ML_BAD_ARGUMENT;
    }
    m->priority = priority;
    m->limit_ms = limit_ms;
    return ML_SUCCESS;
}

int models_input_size(unsigned client, const char *bundle, const char *name, uint32_t *size)
{
    int error = ML_SUCCESS;
    struct model *m = table_known(client, bundle, name, &error);
    *size = m != NULL ? m->image.size[IMAGE_INPUT] : 0;
    return m != NULL ? ML_SUCCESS : error;
}

int models_set_input(unsigned client, const char *bundle, const char *name, uint32_t offset, const uint8_t *data, size_t n)
{
    int error = ML_SUCCESS;
    struct model *m = table_known(client, bundle, name, &error);
    if (m == NULL) {
        return error;
    }
    if (offset > m->image.size[IMAGE_INPUT] || n > m->image.size[IMAGE_INPUT] - offset) {
        return ML_BAD_ARGUMENT;
    }
    if (model_runs(m) || !vector_settled()) {
        return ML_BUSY;
    }
    error = loading_load_now(m);
    if (error != ML_SUCCESS) {
        return error;
    }
    memcpy(ml.tcm + m->at + image_offset(&m->image, IMAGE_INPUT) + offset, data, n);
    m->has_input = m->fed = true;
    m->last_used = ++ml.orders;
    m->hungry = false;
    return ML_SUCCESS;
}

int models_tensor(unsigned client, const char *bundle, const char *name, uint32_t kind, uint32_t index, struct nn_tensor *tensor, const char **text)
{
    int error = ML_SUCCESS;
    struct model *m = table_known(client, bundle, name, &error);
    *text = "";
    if (m == NULL) {
        return error;
    }
    if (!model_runs(m)) {                 /* one that runs is in memory, and nothing changes the model */
        error = loading_load_now(m);
    }
    if (error != ML_SUCCESS) {
        return error;
    }
    if (!image_tensor(&m->image, ml.tcm + m->at, kind, index, tensor)) {
        return ML_BAD_ARGUMENT;
    }
    if (m->image.is_data) {
        *text = nn_string(image_model(&m->image, ml.tcm + m->at), tensor->name);
    }
    return ML_SUCCESS;
}

int models_label(unsigned client, const char *bundle, const char *name, uint32_t output, uint32_t index, const char **label)
{
    struct nn_tensor tensor;
    int error = models_tensor(client, bundle, name, NN_IS_OUTPUT, output, &tensor, label);
    *label = "";
    if (error == ML_SUCCESS && index < tensor.labels) {
        const struct model *m = table_find(bundle, name);
        *label = nn_label(image_model(&m->image, ml.tcm + m->at), &tensor, index);
    }
    return error;
}

int models_output(const char *bundle, const char *name, uint32_t offset, struct models_result *result, uint8_t *data, size_t *n)
{
    const struct model *m = table_find(bundle, name);
    size_t room = *n;
    *n = 0;
    *result = (struct models_result){0};
    if (m == NULL) {
        return ml.present ? ML_NO_SUCH_MODEL : ML_NO_DEVICE;
    }
    if (!m->has_result) {
        return ML_NO_OUTPUT_HEADER;
    }
    *result = m->result;
    if (offset < m->result.size) {
        *n = m->result.size - offset < room ? m->result.size - offset : room;
        memcpy(data, model_output(m) + m->image.output_at + offset, *n);
    }
    return ML_SUCCESS;
}

uint32_t models_completed(unsigned client)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < MODELS; i++) {
        mask |= ml.models[i].used && ml.models[i].client == client ? ml.completed & 1u << i : 0;
    }
    ml.completed &= ~mask;
    return mask;
}

bool models_pending(const char *bundle, const char *name)
{
    const struct model *m = table_find(bundle, name);
    return m != NULL && (m->queued || m->period_ms != 0 || model_runs(m));
}

bool models_info(unsigned i, struct models_info *info)
{
    const struct model *m = i < MODELS ? &ml.models[i] : NULL;
    if (m == NULL || !m->used) {
        return false;
    }
    *info = (struct models_info){
        .bundle = m->bundle, .model = m->name, .resident = m->resident, .queued = m->queued, .running = model_runs(m), .is_data = m->image.is_data,
        .period_ms = m->period_ms, .priority = m->priority, .limit_ms = m->limit_ms,
        .bytes = m->resident ? image_bytes(&m->image) : 0, .statistics = m->statistics,
    };
    return true;
}

unsigned models_queued(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < MODELS; i++) {
        n += ml.models[i].used && ml.models[i].queued;
    }
    return n;
}
