/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Runs a data model on the host with the scalar executor, which is the definition of what is right.
 *
 *   model-host IMAGE            inputs from stdin, one after the other, outputs to stdout
 *   model-host --check IMAGE    only says whether the device would accept it
 *
 * Exit code 0: all is well; 1: the image was refused, with the reason on stderr; 2: it could not be read, or the input is cut short. */

#define _POSIX_C_SOURCE 200112L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"

/* As large as nothing the tool makes. */
#define LIMIT NN_MAX_WINDOW

/* Exactly size bytes, so that a sanitizer sees a step too far. */
static void *room(uint32_t size)
{
    void *memory;

    if (posix_memalign(&memory, NN_ALIGN, size ? size : 1)) {
        fputs("model-host: no memory\n", stderr);
        exit(2);
    }
    return memory;
}

static void *load(const char *path, uint32_t *size)
{
    FILE *file = fopen(path, "rb");
    long length = -1;
    void *image;

    if (file && fseek(file, 0, SEEK_END) == 0)
        length = ftell(file);
    if (length < 0 || length > (long)LIMIT || fseek(file, 0, SEEK_SET)) {
        fprintf(stderr, "model-host: %s cannot be read\n", path);
        exit(2);
    }
    *size = (uint32_t)length;
    image = room(*size);
    if (fread(image, 1, *size, file) != *size) {
        fprintf(stderr, "model-host: %s cannot be read\n", path);
        exit(2);
    }
    fclose(file);
    return image;
}

static int accepted(const void *image, uint32_t size)
{
    const struct nn_limits limits = { .arena = LIMIT, .input = LIMIT, .output = LIMIT };
    struct nn_problem problem;

    if (nn_check(image, size, &limits, &problem) == 0)
        return 1;
    fprintf(stderr, "%s %u: %s: %s\n", problem.part, problem.index, problem.field, problem.what);
    return 0;
}

/* Runs the model for each input; 0, or 2 if the last one is cut short. */
static int run(const struct nn_header *header, const struct nn_memory *memory, void *input, void *arena, void *output)
{
    size_t got;

    while ((got = fread(input, 1, header->input_size, stdin)) == header->input_size) {
        memset(arena, 0xa5, header->arena_size);        /* nothing may depend on what was there */
        memset(output, 0, header->output_size);
        nn_run(memory, &nn_scalar);
        fwrite(output, 1, header->output_size, stdout);
    }
    if (got)
        fprintf(stderr, "model-host: the input ends after %zu of %u bytes\n", got, header->input_size);
    return got ? 2 : 0;
}

static int run_all(const void *image)
{
    const struct nn_header *header = image;
    void *input = room(header->input_size), *arena = room(header->arena_size), *output = room(header->output_size);
    struct nn_memory memory = { .model = image, .arena = arena, .input = input, .output = output };
    int code = run(header, &memory, input, arena, output);

    free(input);
    free(arena);
    free(output);
    return code;
}

int main(int argc, char **argv)
{
    int only_check = argc == 3 && !strcmp(argv[1], "--check");
    uint32_t size;
    void *image;
    int code;

    if (argc != 2 && !only_check) {
        fputs("usage: model-host [--check] IMAGE\n", stderr);
        return 2;
    }
    image = load(argv[argc - 1], &size);
    code = !accepted(image, size) ? 1 : only_check ? 0 : run_all(image);
    free(image);
    return code;
}
