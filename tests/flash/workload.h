/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the tests do with a store, and what must then be in it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model.h"
#include "store.h"

enum {
    BUNDLES = 3,
    PER_BUNDLE = 12, /* an application, two models, six keys, a counter, a secret, a boot record */
    OBJECTS = BUNDLES * PER_BUNDLE,
    STAGES = 4,      /* most changes of a step that are atomic each for themselves */
};

/* A value: its bytes follow from seed; size 0 and seed 0: there is none. */
struct value {
    uint32_t size, seed;
};

struct state {
    struct value objects[OBJECTS];
};

enum action {
    PUT, STREAM, STREAM_AND_KEY, DELETE, INSTALL, UNINSTALL, SEVERAL, RAISE, ABANDON, ABORT, IDLE, REOPEN, ACTIONS
};

struct step {
    enum action action;
    uint8_t bundle, object; /* object: index within the bundle */
    uint32_t size, seed;
};

/** The n-th step of the workload that seed names; scale is the size of the largest values in bytes. */
struct step workload_step(uint32_t seed, unsigned n, uint32_t scale);
/** The states that a power cut in the step may leave: [0] none of it, [count - 1] all of it. @return count */
unsigned workload_stages(const struct state *before, const struct step *step, struct state stages[STAGES]);
/** Carries a step out. @return STORE_OK, or the first error that is not part of the step */
int workload_run(struct store *s, const struct flash *flash, const struct step *step);
/** Is exactly this in the store? */
bool workload_holds(struct store *s, const struct state *state);
/** No byte string of a secret other than those in the state is left in the flash, but for blocks that cannot be programmed. */
bool workload_no_old_secrets(const struct flash_model *m, const struct state *state, uint32_t seed, unsigned steps, uint32_t scale);
struct store_id workload_id(unsigned object);
void workload_fill(uint8_t *to, const struct value *value);
/** Bytes of the values in a state. */
uint32_t workload_bytes(const struct state *state);
