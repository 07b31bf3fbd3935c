/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* libFuzzer's side: entry, and a mutator that keeps programs made of whole steps. */
#include "program.h"
#include "world.h"

#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    host_start();
    world_make(false);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    program_run(data, size);
    return 0;
}

static uint32_t random_state;
static uint32_t next_random(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

/* A step that has a chance to succeed: small numbers choose typed capabilities and usual values. */
static void random_step(uint8_t *step)
{
    for (unsigned i = 0; i < STEP_BYTES; i++)
        step[i] = (uint8_t)next_random(i == 0 ? 256 : next_random(8) == 0 ? 256 : 64);
    step[1] = next_random(2) ? 0 : (uint8_t)next_random(256);
}

static size_t insert_step(uint8_t *data, size_t steps, size_t at, const uint8_t *step)
{
    uint8_t copy[STEP_BYTES];
    memcpy(copy, step, STEP_BYTES);
    memmove(data + (at + 1) * STEP_BYTES, data + at * STEP_BYTES, (steps - at) * STEP_BYTES);
    memcpy(data + at * STEP_BYTES, copy, STEP_BYTES);
    return steps + 1;
}

static size_t mutate_once(uint8_t *data, size_t steps, size_t max_steps)
{
    uint8_t step[STEP_BYTES];
    size_t at = next_random((uint32_t)steps + 1), other = steps == 0 ? 0 : next_random((uint32_t)steps);
    uint32_t kind = next_random(8);

    random_step(step);
    if (steps == 0 || (kind < 3 && steps < max_steps))
        return insert_step(data, steps, at, step);
    at = at == steps ? steps - 1 : at;
    if (kind == 3 && steps > 1) {
        memmove(data + at * STEP_BYTES, data + (at + 1) * STEP_BYTES, (steps - at - 1) * STEP_BYTES);
        return steps - 1;
    }
    if (kind == 4 && steps < max_steps)
        return insert_step(data, steps, at, data + other * STEP_BYTES);
    if (kind == 5)
        LLVMFuzzerMutate(data + at * STEP_BYTES, STEP_BYTES, STEP_BYTES);
    else
        data[at * STEP_BYTES + next_random(STEP_BYTES)] = (uint8_t)next_random(kind == 6 ? 64 : 256);
    return steps;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size_t steps = size / STEP_BYTES, max_steps = max_size / STEP_BYTES;

    random_state = seed;
    if (max_steps == 0)
        return size;
    for (uint32_t n = 1 + next_random(4); n > 0; n--)
        steps = mutate_once(data, steps, max_steps);
    return steps * STEP_BYTES;
}
