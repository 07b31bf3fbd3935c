/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: MlCoordinatorInterface (interfaces/ml.idl4) over models.c. */

#include "memory.h"
#include "ml_coordinator.h"
#include "models.h"

#include "camkes.h"
#include <kata/log.h>
#include <string.h>

#define ALARM 0u                    /* our one timer */
enum { PIECE = 1024 };              /* of an image, per call */

static uint64_t armed;              /* 0: nobody knows */

/* --- what models.c needs --- */

uint64_t models_now_us(void)
{
    static uint64_t last;
    for (unsigned tries = 0; tries < 6; tries++) {      /* one more than the restarts per minute that the assembly allows TimerService */
        uint64_t now = timer_now_us();
        if (now != 0) {
            last = now;
            break;
        }
    }
    return last;
}

void models_alarm(uint64_t at_us)
{
    if (at_us == armed) {
        return;
    }
    armed = at_us;
    if (at_us == UINT64_MAX) {
        (void)timer_cancel(ALARM);
    } else if (timer_oneshot_at(ALARM, at_us) != 0) {
        armed = 0;
    }
}

uint32_t models_image_size(const char *bundle, const char *model)
{
    uint32_t size;
    return security_model_size(bundle, model, &size) == 0 ? size : 0;
}

bool models_image_read(const char *bundle, const char *model, uint32_t offset, void *to, uint32_t n)
{
    uint8_t *at = to;
    while (n > 0) {
        size_t got = n < PIECE ? n : PIECE;
        if (security_load_model(bundle, model, offset, (uint32_t)got, at, &got) != 0 || got == 0) {
            return false;
        }
        at += got;
        offset += (uint32_t)got;
        n -= (uint32_t)got;
    }
    return true;
}

/* executor.S. Both are 0 where there is no vector core. */
extern const uint8_t executor_begin[], executor_end[];

const uint8_t *models_executor(uint32_t *size)
{
    *size = (uint32_t)(executor_end - executor_begin);
    return executor_begin;
}

void models_refused(const char *bundle, const char *model, const struct nn_problem *problem)
{
    log_error("%s:%s refused: %s %u: %s: %s", bundle, model, problem->part, (unsigned)problem->index, problem->field, problem->what);
}

void models_notify(unsigned client)
{
    mlcoord_emit(client);
}

/* --- events --- */

void post_init(void)
{
    (void)models_init((uint8_t *)(uintptr_t)tcm, tcm_SIZE);
    if (camkes_restarted()) {
        (void)timer_cancel(ALARM);
        for (unsigned client = 0; client < mlcoord_CLIENTS; client++) {
            mlcoord_emit(client);   /* what they wait for is gone */
        }
    }
}

void irq_handle(void)
{
    models_event();
    irq_acknowledge();
}

void timer_notified(void)
{
    (void)timer_completed_timers();
    armed = 0;
    models_tick();
}

/* --- requests --- */

static void copy_name(char *to, size_t cap, const char *from)
{
    size_t n = strlen(from) < cap ? strlen(from) : cap - 1;
    memcpy(to, from, n);
    to[n] = '\0';
}

uint32_t mlcoord_completed_jobs(void)
{
    return models_completed((unsigned)camkes_sender());
}

int mlcoord_oneshot(const char *bundle_id, const char *model_id)
{
    return models_oneshot((unsigned)camkes_sender(), bundle_id, model_id);
}

int mlcoord_periodic(const char *bundle_id, const char *model_id, uint32_t rate_ms)
{
    return models_periodic((unsigned)camkes_sender(), bundle_id, model_id, rate_ms);
}

int mlcoord_cancel(const char *bundle_id, const char *model_id)
{
    return models_cancel(bundle_id, model_id);
}

int mlcoord_get_output(const char *bundle_id, const char *model_id, uint32_t offset, uint32_t length, uint32_t *jobnum, uint32_t *was_fault,
                       uint32_t *return_code, uint32_t *epc, uint32_t *address, uint32_t *size, uint8_t *data, size_t *data_n)
{
    struct models_result result;
    *data_n = length < *data_n ? length : *data_n;
    int error = models_output(bundle_id, model_id, offset, &result, data, data_n);
    *jobnum = result.jobnum;
    *was_fault = result.faulted;
    *return_code = result.return_code;
    *epc = result.pc;
    *address = result.address;
    *size = result.size;
    return error;
}

int mlcoord_get_input_params(const char *bundle_id, const char *model_id, uint32_t *size)
{
    return models_input_size((unsigned)camkes_sender(), bundle_id, model_id, size);
}

int mlcoord_get_tensor(const char *bundle_id, const char *model_id, uint32_t kind, uint32_t index, uint32_t *type, uint32_t *offset, uint32_t *size,
                       uint32_t *rank, uint32_t *height, uint32_t *width, uint32_t *depth, uint32_t *last, uint32_t *scale, uint32_t *zero,
                       uint32_t *labels, char *name, size_t name_cap)
{
    struct nn_tensor tensor = {0};
    const char *text;
    int error = models_tensor((unsigned)camkes_sender(), bundle_id, model_id, kind, index, &tensor, &text);
    *type = tensor.type;
    *offset = tensor.offset;
    *size = tensor.size;
    *rank = tensor.rank;
    *height = tensor.shape[0];
    *width = tensor.shape[1];
    *depth = tensor.shape[2];
    *last = tensor.shape[3];
    *scale = tensor.scale;
    *zero = (uint32_t)tensor.zero;
    *labels = tensor.labels;
    copy_name(name, name_cap, text);
    return error;
}

int mlcoord_get_label(const char *bundle_id, const char *model_id, uint32_t output, uint32_t index, char *label, size_t label_cap)
{
    const char *text;
    int error = models_label((unsigned)camkes_sender(), bundle_id, model_id, output, index, &text);
    copy_name(label, label_cap, text);
    return error;
}

int mlcoord_set_input(const char *bundle_id, const char *model_id, uint32_t offset, const uint8_t *data, size_t data_n)
{
    return models_set_input((unsigned)camkes_sender(), bundle_id, model_id, offset, data, data_n);
}

int mlcoord_configure(const char *bundle_id, const char *model_id, uint32_t priority, uint32_t limit_ms)
{
    return models_configure((unsigned)camkes_sender(), bundle_id, model_id, priority, limit_ms);
}

int mlcoord_is_pending(const char *bundle_id, const char *model_id)
{
    return models_pending(bundle_id, model_id) ? ML_SUCCESS : ML_NO_SUCH_MODEL;
}

int mlcoord_get_model(uint32_t index, char *bundle_id, size_t bundle_id_cap, char *model_id, size_t model_id_cap, uint32_t *state, uint32_t *period_ms,
                      uint32_t *bytes, uint32_t *runs, uint32_t *faults, uint32_t *drops, uint64_t *instructions, uint64_t *last, uint64_t *wait_us)
{
    struct models_info info = { .bundle = "", .model = "" };
    bool there = models_info(index, &info);
    copy_name(bundle_id, bundle_id_cap, info.bundle);
    copy_name(model_id, model_id_cap, info.model);
    *state = info.running ? 3 : info.queued ? 2 : info.resident ? 1 : 0;
    *period_ms = info.period_ms;
    *bytes = info.bytes;
    *runs = info.statistics.runs;
    *faults = info.statistics.faults;
    *drops = info.statistics.drops;
    *instructions = info.statistics.instructions;
    *last = info.statistics.last_instructions;
    *wait_us = info.statistics.wait_us;
    return there ? ML_SUCCESS : ML_NO_SUCH_MODEL;
}

int mlcoord_get_model_name(uint32_t index, char *bundle_id, size_t bundle_id_cap, char *model_id, size_t model_id_cap)
{
    struct models_info info = { .bundle = "", .model = "" };
    bool there = models_info(index, &info);
    copy_name(bundle_id, bundle_id_cap, info.bundle);
    copy_name(model_id, model_id_cap, info.model);
    return there ? ML_SUCCESS : ML_NO_SUCH_MODEL;
}

static void log_model(const struct models_info *info)
{
    const struct models_statistics *s = &info->statistics;
    log_info("%s:%s%s%s%s%s period %u ms, priority %u, limit %u ms, %u bytes, %u runs, %u faults, %u drops, %u loads, %u refused, %u evictions",
             info->bundle, info->model, info->is_data ? " data" : "", info->running ? " running" : "", info->queued ? " queued" : "",
             info->resident ? " loaded" : "", (unsigned)info->period_ms, (unsigned)info->priority, (unsigned)info->limit_ms, (unsigned)info->bytes,
             (unsigned)s->runs, (unsigned)s->faults, (unsigned)s->drops, (unsigned)s->loads, (unsigned)s->load_failures, (unsigned)s->evictions);
}

/* The original's dump, with what it left out. */
int mlcoord_debug_state(void)
{
    struct models_info info;
    const char *running = NULL;
    for (unsigned i = 0; i < MODELS; i++) {
        if (models_info(i, &info)) {
            log_model(&info);
            running = info.running ? info.model : running;
        }
    }
    if (running != NULL) {
        log_info("Running model: %s", running);
    } else {
        kata_log_text(LOG_INFO, "No running model.");
    }
    log_info("Execution Queue: %u, TCM free: %u of %u bytes", models_queued(), (unsigned)memory_free_bytes(), (unsigned)memory_size());
    return ML_SUCCESS;
}

int mlcoord_capscan(void)
{
    camkes_capscan();
    return ML_SUCCESS;
}
