/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "models.h"
#include "backend.h"
#include <camkes/persistent.h>
#include <kata/sdk_abi.h>
#include <ml_coordinator.h>
#include <string.h>

#define FIRST_ID 31u            /* of the first model of a manifest; the next ones go down from there */
#define SLOTS    32u            /* of MlCoordinator */
#define PIECE    320u           /* bytes of output in an answer of it */

static uint32_t id_of(unsigned model) { return FIRST_ID - model; }

static const char *name_of(const struct app *app, seL4_Word id)
{
    const char *name = id <= FIRST_ID && id > FIRST_ID - SDK_MODELS_MAX ? app->config.models[FIRST_ID - id] : "";
    return name[0] != '\0' ? name : NULL;
}

static int find(const struct app *app, const char *name)
{
    for (unsigned i = 0; i < SDK_MODELS_MAX; i++)
        if (app->config.models[i][0] != '\0' && strcmp(app->config.models[i], name) == 0)
            return (int)i;
    return -1;
}

static int sdk_error(int error)
{
    switch (error) {
    case ML_SUCCESS:
        return SDK_SUCCESS;
    case ML_NO_SUCH_MODEL:
        return SDK_NO_SUCH_MODEL;
    case ML_INVALID_TIMER:
        return SDK_INVALID_TIMER;
    case ML_NO_MODEL_SLOTS_LEFT:
        return SDK_OUT_OF_RESOURCES;
    case ML_NO_OUTPUT_HEADER:
        return SDK_NO_MODEL_OUTPUT;
    case ML_NO_DEVICE:
        return SDK_NO_PLATFORM_SUPPORT;
    case ML_BUSY:
        return SDK_MODEL_BUSY;
    case ML_BAD_ARGUMENT:
        return SDK_SERIALIZE_FAILED;
    default:
        return error < 0 && service_died() ? SDK_SERVICE_RESTARTED : SDK_LOAD_MODEL_FAILED;
    }
}

/* The bits come before the run: one that has ended already finds them. One run more does not end a period. */
int model_start(struct app *app, const char *name, uint32_t period_ms, uint32_t *id)
{
    int model = find(app, name);
    if (model < 0)
        return SDK_NO_SUCH_MODEL;
    *id = id_of((unsigned)model);
    uint32_t bit = 1u << *id;
    uint32_t active = app->model_active, periodic = app->model_periodic, completed = app->model_completed;
    app->model_completed &= ~bit;
    app->model_periodic |= period_ms ? bit : 0;
    camkes_in_order();
    app->model_active |= bit;
    int error = sdk_error(period_ms ? mlcoord_periodic(app->config.name, name, period_ms) : mlcoord_oneshot(app->config.name, name));
    if (error != SDK_SUCCESS) {
        app->model_active = active;
        app->model_periodic = periodic;
        app->model_completed = completed;
    }
    return error;
}

static void forget(struct app *app, uint32_t bits)
{
    app->model_active &= ~bits;
    app->model_completed &= ~bits;
    app->model_periodic &= ~bits;
}

/* As the original's: it is no error when nothing runs. */
int model_cancel(struct app *app, seL4_Word id)
{
    const char *name = name_of(app, id);
    if (name == NULL)
        return SDK_NO_SUCH_MODEL;
    forget(app, 1u << id);
    int error = mlcoord_cancel(app->config.name, name);
    return error == ML_NO_SUCH_MODEL ? SDK_SUCCESS : sdk_error(error);
}

int model_input_size(struct app *app, seL4_Word id, uint32_t *size)
{
    const char *name = name_of(app, id);
    *size = 0;
    return name == NULL ? SDK_NO_SUCH_MODEL : sdk_error(mlcoord_get_input_params(app->config.name, name, size));
}

int model_tensor(struct app *app, seL4_Word id, uint32_t kind, uint32_t index, camkes_stream_t *out)
{
    enum { TYPE, OFFSET, SIZE, RANK, SHAPE, SCALE = SHAPE + 4, ZERO, LABELS, WORDS };
    const char *name = name_of(app, id);
    uint32_t w[WORDS];
    char text[SDK_NAME_MAX + 1];
    if (name == NULL)
        return SDK_NO_SUCH_MODEL;
    int error = sdk_error(mlcoord_get_tensor(app->config.name, name, kind, index, &w[TYPE], &w[OFFSET], &w[SIZE], &w[RANK], &w[SHAPE], &w[SHAPE + 1],
                                             &w[SHAPE + 2], &w[SHAPE + 3], &w[SCALE], &w[ZERO], &w[LABELS], text, sizeof text));
    for (unsigned i = 0; error == SDK_SUCCESS && i < WORDS; i++)
        camkes_put_word(out, w[i]);
    if (error == SDK_SUCCESS)
        camkes_put_array(out, text, strlen(text));
    return error;
}

int model_label(struct app *app, seL4_Word id, uint32_t output, uint32_t index, camkes_stream_t *out)
{
    const char *name = name_of(app, id);
    char text[SDK_NAME_MAX + 1];
    if (name == NULL)
        return SDK_NO_SUCH_MODEL;
    int error = sdk_error(mlcoord_get_label(app->config.name, name, output, index, text, sizeof text));
    if (error == SDK_SUCCESS)
        camkes_put_array(out, text, strlen(text));
    return error;
}

int model_set_input(struct app *app, seL4_Word id, uint32_t offset, const void *data, size_t n)
{
    const char *name = name_of(app, id);
    return name == NULL ? SDK_NO_SUCH_MODEL : sdk_error(mlcoord_set_input(app->config.name, name, offset, data, n));
}

int model_output(struct app *app, seL4_Word id, uint32_t offset, camkes_stream_t *out)
{
    const char *name = name_of(app, id);
    uint32_t jobnum, faulted, return_code, epc, address, size;
    uint8_t data[PIECE];
    size_t n = sizeof data;
    if (name == NULL)
        return SDK_NO_SUCH_MODEL;
    int error = sdk_error(mlcoord_get_output(app->config.name, name, offset, PIECE, &jobnum, &faulted, &return_code, &epc, &address, &size, data, &n));
    if (error != SDK_SUCCESS)
        return error == SDK_NO_SUCH_MODEL ? SDK_NO_MODEL_OUTPUT : error;
    camkes_put_word(out, jobnum);
    camkes_put_word(out, faulted);
    camkes_put_word(out, return_code);
    camkes_put_word(out, epc);
    camkes_put_word(out, address);
    camkes_put_word(out, size);
    camkes_put_array(out, data, n);
    return SDK_SUCCESS;
}

bool models_run(const struct app *app)
{
    return app->model_active != 0;
}

uint32_t models_take(struct app *app)
{
    uint32_t mask = app->model_completed;
    app->model_reported |= mask;
    camkes_in_order();
    app->model_active &= ~(mask & ~app->model_periodic);
    camkes_in_order();
    app->model_completed = 0;
    return mask;
}

static void wake(struct app *app)
{
    if (app->parked == NOT_PARKED || app->suspended || app->waiting != WAITS_FOR_MODEL || app->model_completed == 0)
        return;
    camkes_stream_t out = answer_begin(app);
    camkes_put_word(&out, models_take(app));
    answer_end(app, SDK_SUCCESS, &out);
    app->parked = NOT_PARKED;
    app->waiting = WAITS_NOT;
}

/* The model in a slot of MlCoordinator: to its application. */
static void complete(uint32_t slot)
{
    char bundle[SDK_NAME_MAX + 1], model[SDK_NAME_MAX + 1];
    if (mlcoord_get_model_name(slot, bundle, sizeof bundle, model, sizeof model) != ML_SUCCESS)
        return;
    struct app *app = app_named(bundle);
    int i = app != NULL ? find(app, model) : -1;
    if (i >= 0)
        app->model_completed |= app->model_active & 1u << id_of((unsigned)i);
}

/* What MlCoordinator does not run any more, and will not, has ended without word, or with its last one: MlCoordinator or this service was started again,
 * or the vector core has failed. */
static void complete_lost(struct app *app)
{
    for (unsigned i = 0; i < SDK_MODELS_MAX; i++) {
        uint32_t bit = 1u << id_of(i);
        bool said = app->model_completed & ~app->model_periodic & bit;
        if ((app->model_active & bit) && !said && mlcoord_is_pending(app->config.name, app->config.models[i]) == ML_NO_SUCH_MODEL) {
            app->model_periodic &= ~bit;
            app->model_completed |= bit;
        }
    }
}

void models_collect(void)
{
    uint32_t slots = mlcoord_completed_jobs();
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        if (slots >> slot & 1)
            complete(slot);
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        if (app_at(i) != NULL) {
            complete_lost(app_at(i));
            wake(app_at(i));
        }
}

void models_release(struct app *app)
{
    for (unsigned i = 0; i < SDK_MODELS_MAX; i++)
        if (app->config.models[i][0] != '\0')
            (void)mlcoord_cancel(app->config.name, app->config.models[i]);
}
