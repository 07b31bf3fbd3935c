/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Runs a model layer by layer twice, with the scalar and with the vector kernels, each with its own arena and output, and compares both
 * after every layer: all bytes, but for the scratch. Prints a line per layer: instructions of both, multiply-accumulates.
 * The model lies at the begin of the memory of hart 0, which is not used otherwise; tests/nn/bench.py puts it there. */

#include "../crypto/target.h"

#include "nn/nn.h"

#include <platform_gen.h>
#include <string.h>

_Noreturn void test_main(void);

#define MIB 0x100000u
static uint8_t *const model = (uint8_t *)(uintptr_t)HART0_BASE;
static uint8_t *const arenas[2] = { (uint8_t *)(uintptr_t)(HART0_BASE + MIB), (uint8_t *)(uintptr_t)(HART0_BASE + 2 * MIB) };
static uint8_t *const input = (uint8_t *)(uintptr_t)(HART0_BASE + 3 * MIB);
static uint8_t *const outputs[2] = { (uint8_t *)(uintptr_t)(HART0_BASE + 3 * MIB + MIB / 4),
                                     (uint8_t *)(uintptr_t)(HART0_BASE + 3 * MIB + MIB / 2) };

static uint32_t instructions(void)
{
    uint32_t count;
    __asm__ volatile("csrr %0, minstret" : "=r"(count)::"memory");
    return count;
}

static uint32_t measure(const struct nn_memory *memory, const struct nn_kernels *kernels, uint32_t layer)
{
    uint32_t before = instructions();

    nn_run_layer(memory, kernels, layer);
    return instructions() - before;
}

static uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void random_bytes(uint8_t *bytes, uint32_t size, uint32_t seed)
{
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(random_next(&seed) >> 11);
}

static uint32_t macs(const struct nn_layer *l)
{
    uint32_t outputs_of_layer = (uint32_t)l->out_h * l->out_w * l->out_c, taps = (uint32_t)l->kernel_h * l->kernel_w;

    switch (l->op) {
    case NN_CONV_2D:
    case NN_FULLY_CONNECTED:
        return outputs_of_layer * taps * l->in_c;
    case NN_DEPTHWISE_CONV_2D:
        return outputs_of_layer * taps;
    default:
        return 0;
    }
}

/* Bytes that differ outside of the scratch; the vector arena then gets the scalar's content. */
static uint32_t differences(const struct nn_header *h, const struct nn_layer *l)
{
    uint32_t found = 0, scratch = NN_PLACE_OFFSET(l->scratch), size = (uint32_t)nn_scratch(l);

    for (uint32_t i = 0; i < h->arena_size; i++)
        found += arenas[0][i] != arenas[1][i] && !(size && i - scratch < size);
    for (uint32_t i = 0; i < h->output_size; i++)
        found += outputs[0][i] != outputs[1][i];
    memcpy(arenas[1], arenas[0], h->arena_size);
    memcpy(outputs[1], outputs[0], h->output_size);
    return found;
}

static uint32_t run_layer(const struct nn_header *h, uint32_t i, uint32_t totals[2])
{
    const struct nn_layer *l = nn_layers(h) + i;
    uint32_t scalar = measure(&(struct nn_memory){ model, arenas[0], input, outputs[0] }, &nn_scalar, i);
    uint32_t vector = measure(&(struct nn_memory){ model, arenas[1], input, outputs[1] }, &nn_vector, i);
    uint32_t wrong = differences(h, l);

    print("layer %u op %u in %ux%ux%u out %ux%ux%u kernel %ux%u stride %u macs %u scalar %u vector %u wrong %u\n", (unsigned)i, l->op,
          l->in_h, l->in_w, l->in_c, l->out_h, l->out_w, l->out_c, l->kernel_h, l->kernel_w, l->stride_w, (unsigned)macs(l),
          (unsigned)scalar, (unsigned)vector, (unsigned)wrong);
    totals[0] += scalar;
    totals[1] += vector;
    return wrong;
}

_Noreturn void test_main(void)
{
    const struct nn_header *h = (const struct nn_header *)(const void *)model;
    const struct nn_limits limits = { MIB, MIB / 4, MIB / 4 };
    struct nn_problem problem;
    uint32_t totals[2] = { 0 }, wrong = 0;

    __asm__ volatile("csrs mstatus, %0" ::"r"(0x600));
    if (h->size > MIB || nn_check(model, h->size, &limits, &problem)) {
        print("refused: %s %u: %s: %s\n", problem.part, (unsigned)problem.index, problem.field, problem.what);
        finish(1);
    }
    random_bytes(input, h->input_size, 1);
    random_bytes(arenas[0], h->arena_size, 2);
    random_bytes(outputs[0], h->output_size, 3);
    memcpy(arenas[1], arenas[0], h->arena_size);
    memcpy(outputs[1], outputs[0], h->output_size);
    for (uint32_t i = 0; i < h->layers; i++)
        wrong += run_layer(h, i, totals);
    print("total layers %u macs %u scalar %u vector %u arena %u wrong %u\n", (unsigned)h->layers, (unsigned)h->macs_low,
          (unsigned)totals[0], (unsigned)totals[1], (unsigned)h->arena_size, (unsigned)wrong);
    finish(wrong != 0);
}
