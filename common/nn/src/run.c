/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "nn/nn.h"

/* The walker: looks up a layer's places and hands it to its kernel. */

/* Of a place nowhere: NULL. */
static void *place(const uintptr_t bases[NN_WINDOWS], uint32_t at)
{
    return (void *)(bases[NN_PLACE_WINDOW(at)] + NN_PLACE_OFFSET(at));
}

void nn_run_layer(const struct nn_memory *memory, const struct nn_kernels *kernels, uint32_t layer)
{
    const struct nn_header *header = memory->model;
    const struct nn_layer *l = nn_layers(header) + layer;
    const uintptr_t constants = (uintptr_t)memory->model + header->constants_at;
    const uintptr_t bases[NN_WINDOWS] = { 0, constants, (uintptr_t)memory->arena, (uintptr_t)memory->input, (uintptr_t)memory->output };
    const struct nn_job job = {
        .layer = l,
        .in = place(bases, l->in),
        .in2 = place(bases, l->in2),
        .weights = (const int8_t *)(constants + l->weights),
        .out = place(bases, l->out),
        .scratch = place(bases, l->scratch),
        .bias = (const int32_t *)(constants + l->bias),
        .mult = (const int32_t *)(constants + l->mult),
        .shift = (const int32_t *)(constants + l->shift),
    };

    kernels->run[l->op](&job);
}

void nn_run(const struct nn_memory *memory, const struct nn_kernels *kernels)
{
    const struct nn_header *header = memory->model;

    for (uint32_t i = 0; i < header->layers; i++)
        nn_run_layer(memory, kernels, i);
}
