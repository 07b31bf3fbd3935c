/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Without libFuzzer: replay NAME.hex [ROUNDS] runs a corpus (an input per line in hexadecimal, # comments), and each input ROUNDS times with
 * a few bytes changed, always the same ones. */
#include "target.h"
#include <stdio.h>
#include <string.h>

#define MAX_INPUT 65536u
#ifndef ROUNDS
#define ROUNDS 200
#endif

static uint32_t seed = 1;

static uint32_t random_below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
}

static size_t from_hex(const char *line, uint8_t *data)
{
    size_t size = 0;
    for (unsigned byte; size < MAX_INPUT && sscanf(line, "%2x", &byte) == 1; line += 2)
        data[size++] = (uint8_t)byte;
    return size;
}

/* A byte changed, a piece copied over another, or the end cut off. */
static size_t change(uint8_t *data, size_t size)
{
    uint32_t at = random_below((uint32_t)size), from = random_below((uint32_t)size), n = 1 + random_below(8);
    switch (random_below(8)) {
    case 0:
        return at;
    case 1:
        for (uint32_t i = 0; i < n && at + i < size && from + i < size; i++)
            data[at + i] = data[from + i];
        return size;
    case 2:
        data[at] ^= (uint8_t)(1u << random_below(8));
        return size;
    default:
        data[at] = (uint8_t)random_below(256);
        return size;
    }
}

int main(int argc, char **argv)
{
    static char line[2 * MAX_INPUT + 16];
    static uint8_t data[MAX_INPUT], changed[MAX_INPUT];
    const char *name = argc > 1 ? argv[1] : CORPUS;
    long rounds = argc > 2 ? strtol(argv[2], NULL, 0) : ROUNDS;
    unsigned inputs = 0;
    FILE *file = fopen(name, "r");
    if (file == NULL) {
        perror(name);
        return 2;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#')
            continue;
        size_t size = from_hex(line, data);
        LLVMFuzzerTestOneInput(data, size);
        for (long r = 0; r < rounds && size > 0; r++) {
            size_t left = size;
            memcpy(changed, data, size);
            for (uint32_t n = 1 + random_below(4); n > 0 && left > 0; n--)
                left = change(changed, left);
            LLVMFuzzerTestOneInput(changed, left);
        }
        inputs++;
    }
    fclose(file);
    printf("[  PASSED  ] %u test(s).\n", inputs);
    return inputs == 0;
}
