/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Prints the flash after some steps of a workload, cut in the last one, as tests/flash/image-<version>.hex holds it. */
#include <stdio.h>

#include "workload.h"

enum { STEPS = 24, SEED = 11, SCALE = 900, LINE = 64 };

static struct store store;

int main(void)
{
    struct flash_model m;
    model_init(&m, 2048, 10, 64, 0x5a);
    if (store_open(&store, &m.flash) != STORE_OK)
        return 1;
    for (unsigned n = 0; n < STEPS; n++) {
        struct step step = workload_step(SEED, n, SCALE);
        if (workload_run(&store, &m.flash, &step) != STORE_OK)
            return 1;
    }
    printf("# A flash of the store's format version 1: %d steps of the workload %d (tests/flash/image.c). What is not here is erased.\n", STEPS, SEED);
    printf("geometry %u %u %u\n", m.flash.block_size, m.flash.blocks, m.flash.page_size);
    for (uint32_t at = 0; at < model_size(&m); at += LINE) {
        bool erased = true;
        for (uint32_t i = 0; i < LINE; i++)
            erased = erased && m.cells[at + i] == 0xff;
        if (erased)
            continue;
        printf("%05x:", at);
        for (uint32_t i = 0; i < LINE; i++)
            printf("%02x", m.cells[at + i]);
        printf("\n");
    }
    model_free(&m);
    return 0;
}
