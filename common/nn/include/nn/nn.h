/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Checking a model (nn/model.h) and running it.
 *
 * nn_check believes nothing and is the only one who does not: the executor runs what it has accepted, in the windows that it was asked
 * about, without looking again. Neither needs a C library, memory of its own, or more than a small stack. */

#include "nn/model.h"

/* What there is room for, in bytes. */
struct nn_limits {
    uint32_t arena, input, output;
};

/* Why a model was refused: "layer 7: out: outside its window". */
struct nn_problem {
    const char *part;           /* header, tensor, layer */
    uint32_t index;             /* which one */
    const char *field;
    const char *what;
};

/* Is the image of size bytes (at a multiple of NN_ALIGN) a model that stays within its own windows, and these within the limits?
 * 0: yes. Otherwise -1 and the problem. The hash is not looked at: it names the model, the bundle's signature vouches for it. */
int nn_check(const void *image, uint32_t size, const struct nn_limits *limits, struct nn_problem *problem);

/* The windows. model: the image; all at multiples of NN_ALIGN. */
struct nn_memory {
    const void *model;
    void *arena;
    const void *input;
    void *output;
};

/* A layer with its places looked up. */
struct nn_job {
    const struct nn_layer *layer;
    const int8_t *in, *in2, *weights;
    int8_t *out, *scratch;
    const int32_t *bias, *mult, *shift;
};

/* What carries the layers out: an entry for each enum nn_op. */
struct nn_kernels {
    void (*run[NN_OPS])(const struct nn_job *job);
};
extern const struct nn_kernels nn_scalar;       /* anywhere; the definition of what is right */
extern const struct nn_kernels nn_vector;       /* RISC-V with V, any VLEN from 128; mstatus.VS must be on */

/* One layer of a checked model, or all of them. */
void nn_run_layer(const struct nn_memory *memory, const struct nn_kernels *kernels, uint32_t layer);
void nn_run(const struct nn_memory *memory, const struct nn_kernels *kernels);
