/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "models.h"
#include "vector.h"

/* What MlCoordinator knows: of each model, and of the core. Only the files of this service that implement models.h use it. */

#define NEVER UINT64_MAX
#define US_PER_MS 1000u
enum { NOBODY = -1 };

struct model {
    char bundle[MODELS_NAME], name[MODELS_NAME];
    bool used, resident, queued, given_up;          /* given_up: forgotten as soon as it does not run any more */
    bool shared;                    /* the image is in a bundle of the model's own name, not the application's; each application has its copy in memory */
    unsigned client;
    struct image image;
    uint32_t at;                    /* in the memory, when resident */
    uint32_t priority, limit_ms, period_ms;         /* period_ms 0: none */
    uint64_t next_us;               /* when its next period begins */
    uint64_t since_us;              /* in the queue, or running; 0: neither */
    uint64_t due_us;                /* in the queue: its run is to begin before, of equals the one with the earliest does */
    uint32_t order;                 /* of queueing: first come, first served */
    uint32_t last_used;
    bool has_result;
    bool has_input, fed, hungry;    /* input is set, and not in a run yet; is set; was set, and has gone with the model's memory */
    uint32_t refused_at;            /* number of the layer or tensor */
    struct models_result result;
    struct models_statistics statistics;
};

extern struct coordinator {
    struct model models[MODELS];
    uint8_t *tcm;
    struct vector_window executor;  /* behind the memory that models share */
    bool present;
    int running;                    /* or NOBODY */
    int first;                      /* in the queue, before all others; or NOBODY */
    bool stopping;                  /* the running one was stopped; the core says when it stands still */
    bool timed_out;                 /* ... because its time was over */
    uint32_t temporary;             /* where the running one's is */
    uint64_t deadline_us;           /* of the running one */
    uint64_t owing_since_us;        /* NEVER: the core owes nothing */
    uint32_t orders;
    uint32_t completed;
} ml;

/* NULL: it is not in the table. */
struct model *table_find(const char *bundle, const char *name);

/* The same, new in the table if it has not been: checked by its headers. NULL with *error: it is not there, or there is no room. */
struct model *table_known(unsigned client, const char *bundle, const char *name, int *error);

/* The core may have come up later than this service. */
bool table_core_is_present(void);

int model_number(const struct model *m);
bool model_runs(const struct model *m);

/* Its memory is not what it was; and is somebody else's from now on. */
void model_lose_contents(struct model *m);
void model_leave_memory(struct model *m);

/* Its place in the table becomes free. It must not be running. */
void model_forget(struct model *m);

/* Where the output of a resident one is, with its header. */
const uint8_t *model_output(const struct model *m);

/* Asks for the image: its size is 0 if there is none. */
struct bundle_source model_source(struct model *m);
