/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Prints inputs for flash.c: flashes that the store has written, the power cut in the last of a few steps of a workload. */
#include <stdio.h>

#include "workload.h"

enum { BLOCK = 2048, BLOCKS = 6, RUN_MOST = 127, ZEROS_MOST = 129, SEEDS = 12 };

static struct store store;
static struct flash_model m;

static bool erased(uint32_t at)
{
    for (uint32_t i = 0; i < 4; i++)
        if (m.cells[at + i] != 0xff)
            return false;
    return true;
}

static bool zero(uint32_t at)
{
    return (m.cells[at] | m.cells[at + 1] | m.cells[at + 2] | m.cells[at + 3]) == 0;
}

static void print_run(uint32_t at, uint32_t bytes, uint32_t n)
{
    printf("%02x%02x%02x%02x", at / BLOCK, at % BLOCK & 0xff, at % BLOCK >> 8, n);
    for (uint32_t i = 0; i < bytes; i++)
        printf("%02x", m.cells[at + i]);
}

static void print_flash(unsigned options, unsigned actions)
{
    printf("%02x%02x", options | (BLOCKS - 5), actions);
    for (uint32_t at = 0, n; at < BLOCK * BLOCKS; at += n) {
        uint32_t end = (at / BLOCK + 1) * BLOCK;
        n = 4;
        if (erased(at))
            continue;
        if (zero(at)) {
            while (at + n < end && n < 4 * ZEROS_MOST && zero(at + n))
                n += 4;
            print_run(at, 0, 127 + n / 4);
        } else {
            while (at + n < end && n + 4 <= RUN_MOST && !erased(at + n) && !zero(at + n))
                n += 4;
            print_run(at, n, n);
        }
    }
    printf("\n");
}

/* Steps of a workload, as far as they fit; the last may be cut. */
static void run(unsigned seed, unsigned steps, uint64_t cut_at, enum tear tear)
{
    static jmp_buf power;
    if (store_open(&store, &m.flash) != STORE_OK || setjmp(power) != 0)
        return;
    for (unsigned n = 0; n < steps; n++) {
        struct step step = workload_step(seed, n, 100);
        if (n + 1 == steps) {
            m.operations = 0;
            m.cut_at = cut_at;
            m.tear = tear;
            m.power = &power;
        }
        if (workload_run(&store, &m.flash, &step) != STORE_OK)
            return;
    }
}

int main(void)
{
    printf("# SPDX-License-Identifier: Apache-2.0\n# Copyright The KataOS-C authors\n"
           "# Options, actions, then a flash in runs (tests/fuzz/parsers/flash.c). The first ones are from flash_seeds.c.\n");
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        model_init(&m, BLOCK, BLOCKS, 64, 0xff);
        m.random = seed;
        run(seed, 1 + seed * seed / 4, seed % 4 == 0 ? UINT64_MAX : seed * 5, (enum tear)(seed % TEARS));
        print_flash(seed % 2 ? 0x1c : 0x0c, seed * 37 & 0xff);
        model_free(&m);
    }
    return 0;
}
