/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#define _POSIX_C_SOURCE 200112L
/* Data models. What nn_check accepts must run in the scalar executor within windows that are not a byte larger than the model says.
 * The first byte says what is repaired: bit 0 magic, version and size. */
#include "target.h"

#include <nn/nn.h>
#include <string.h>

#define MOST_WORK 400000u       /* multiplications and the like; more than that is only slow */

static const struct nn_limits limits = { 1u << 20, 1u << 16, 1u << 16 };

static void *room(size_t size)
{
    void *bytes = NULL;

    REQUIRE(posix_memalign(&bytes, NN_ALIGN, size + (size == 0)) == 0);
    memset(bytes, 0x5a, size);
    return bytes;
}

static uint64_t work(const struct nn_header *header)
{
    const struct nn_layer *l = nn_layers(header);
    uint64_t sum = 0;

    for (uint32_t i = 0; i < header->layers; i++) {
        uint64_t taps = (uint64_t)l[i].kernel_h * l[i].kernel_w * (l[i].op == NN_CONV_2D || l[i].op == NN_FULLY_CONNECTED ? l[i].in_c : 1u);

        sum += (uint64_t)l[i].in_h * l[i].in_w * l[i].in_c + (uint64_t)l[i].out_h * l[i].out_w * l[i].out_c * taps;
    }
    return sum;
}

static void check_and_run(const void *image, uint32_t size)
{
    const struct nn_header *header = image;
    struct nn_problem problem = { 0 };

    if (nn_check(image, size, &limits, &problem)) {
        REQUIRE(problem.part && problem.field && problem.what && problem.index < (size < 64 ? 64 : size));
        return;
    }
    if (work(header) > MOST_WORK)
        return;

    struct nn_memory memory = { image, room(header->arena_size), room(header->input_size), room(header->output_size) };

    nn_run(&memory, &nn_scalar);
    free(memory.arena);
    free((void *)(uintptr_t)memory.input);
    free(memory.output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;

    uint32_t bytes = (uint32_t)size - 1;
    uint8_t *image = room(bytes);

    memcpy(image, data + 1, bytes);
    if ((data[0] & 1) && bytes >= sizeof(struct nn_header)) {
        struct nn_header *header = (struct nn_header *)(void *)image;

        header->magic = NN_MAGIC;
        header->version = NN_VERSION;
        header->size = bytes;
    }
    check_and_run(image, bytes);
    free(image);
    return 0;
}
