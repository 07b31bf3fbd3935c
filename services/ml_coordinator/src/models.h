/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Models and their runs: which there are, who asked, whose turn it is, and what became of it. One runs at a time. Nothing here waits: what takes
 * time is begun, and models_event or models_tick goes on with it. Functions return an ml_error.
 */

enum { MODELS = 32, MODELS_NAME = 64, MODELS_LIMIT_MS = 5000, MODELS_LIMIT_MAX_MS = 60000, MODELS_PRIORITIES = 8, MODELS_PRIORITY = 4 };

struct models_result {
    uint32_t jobnum;                /* of this model, from 1 */
    uint32_t return_code;           /* the job's own word, or the cause of its fault */
    uint32_t pc, address;           /* of a fault; both 0 if there was none */
    bool faulted;
    uint32_t size;                  /* bytes of output */
};

struct models_statistics {
    uint32_t runs, faults, drops, loads, evictions, load_failures;
    uint64_t instructions;
    uint64_t last_instructions;     /* of the last run */
    uint64_t wait_us;               /* in the queue, of all runs */
};

struct models_info {
    const char *bundle, *model;
    bool resident, queued, running, is_data;
    uint32_t period_ms;             /* 0: it has none */
    uint32_t priority, limit_ms;
    uint32_t bytes;                 /* of memory, when resident */
    struct models_statistics statistics;
};

/* What is no cause of the core's: the model was refused (address: the number of the layer or tensor), could not be loaded, or has lost
 * its input, which has to be set again. */
enum { MODELS_CAUSE_REFUSED = 0x100 + 1, MODELS_CAUSE_NOT_LOADED = 0x100 + 3, MODELS_CAUSE_NO_INPUT = 0x100 + 12 };

/* Begins. False: there is no vector core. tcm: its memory, of which the executor gets the end. */
bool models_init(uint8_t *tcm, uint32_t size);

/* Requests of a client of the service. */
int models_oneshot(unsigned client, const char *bundle, const char *model);
int models_periodic(unsigned client, const char *bundle, const char *model, uint32_t rate_ms);
int models_cancel(const char *bundle, const char *model);

/* Of runs from the next on. priority: 0 is served last. limit_ms: then it is stopped. */
int models_configure(unsigned client, const char *bundle, const char *model, uint32_t priority, uint32_t limit_ms);

/* Bytes of the input, and into it. The model must not be running. What was set is there for one run at least, and for those that follow until it is set
 * again. If the model leaves the memory (it has faulted, or another one needed the room), runs fail until it is set again: none sees another input. */
int models_input_size(unsigned client, const char *bundle, const char *model, uint32_t *size);
int models_set_input(unsigned client, const char *bundle, const char *model, uint32_t offset, const uint8_t *data, size_t n);

/* An input (kind NN_IS_INPUT) or output of the model: its type, its shape, and where it is; ML_BAD_ARGUMENT: it has fewer. The model is loaded for that,
 * as for its input. *name, and the label below: valid until the next call; "" if it has none. */
int models_tensor(unsigned client, const char *bundle, const char *model, uint32_t kind, uint32_t index, struct nn_tensor *tensor, const char **name);
int models_label(unsigned client, const char *bundle, const char *model, uint32_t output, uint32_t index, const char **label);

/* The last run's, and *n (room, then how many) of its bytes of output from offset on. */
int models_output(const char *bundle, const char *model, uint32_t offset, struct models_result *result, uint8_t *data, size_t *n);

/* Slots of the client's models with runs that have ended since the last call. */
uint32_t models_completed(unsigned client);

/* Whether a run of it is under way, or to come. */
bool models_pending(const char *bundle, const char *model);

/* Slot i of MODELS; false: it is free. */
bool models_info(unsigned i, struct models_info *info);
unsigned models_queued(void);

/* The interrupt, and the alarm. */
void models_event(void);
void models_tick(void);

/* --- for the user of the module to implement --- */

uint64_t models_now_us(void);

/* models_tick is to be called then; UINT64_MAX: never. */
void models_alarm(uint64_t at_us);

/* Bytes of the image of a bundle's model; 0: there is none. And part of it. */
uint32_t models_image_size(const char *bundle, const char *model);
bool models_image_read(const char *bundle, const char *model, uint32_t offset, void *to, uint32_t n);

/* The executor's image; *size 0: there is none, and models that are data do not run. */
const uint8_t *models_executor(uint32_t *size);

/* A model that is data was refused: nobody but the user can do anything about it. */
void models_refused(const char *bundle, const char *model, const struct nn_problem *problem);

/* A run has ended: the client is to ask. */
void models_notify(unsigned client);
