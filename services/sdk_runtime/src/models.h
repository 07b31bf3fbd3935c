/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Models that an application runs: those of its manifest, in this order. Their ids are 31, 30, ... (the original had one model, 31). The runs are
 * MlCoordinator's; here is who waits for which. */
#include "apps.h"
#include <camkes/marshal.h>

/* These return SDKError. */
int model_start(struct app *app, const char *name, uint32_t period_ms, uint32_t *id);   /* period_ms 0: one run */
int model_cancel(struct app *app, seL4_Word id);
int model_input_size(struct app *app, seL4_Word id, uint32_t *size);
int model_tensor(struct app *app, seL4_Word id, uint32_t kind, uint32_t index, camkes_stream_t *out);
int model_label(struct app *app, seL4_Word id, uint32_t output, uint32_t index, camkes_stream_t *out);
int model_set_input(struct app *app, seL4_Word id, uint32_t offset, const void *data, size_t n);

/* The last run, and part of its output. */
int model_output(struct app *app, seL4_Word id, uint32_t offset, camkes_stream_t *out);

/* Takes the completions; 0 when there are none. */
uint32_t models_take(struct app *app);

/* Does any of its models run, or wait for its turn? */
bool models_run(const struct app *app);

/* MlCoordinator has signalled: completes what has ended and wakes whoever waits for it. */
void models_collect(void);

/* The application goes: so do its runs. */
void models_release(struct app *app);
