/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* powercut [SEEDS [STEPS]]: the long form of the power-cut test, over several geometries. Prints what was tried. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "powercut.h"

static const struct powercut geometries[] = {
    {.block_size = 4096, .blocks = 6, .page_size = 256, .scale = 1600},
    {.block_size = 2048, .blocks = 10, .page_size = 64, .scale = 1200},
    {.block_size = 8192, .blocks = 6, .page_size = 512, .scale = 4000},
    {.block_size = 4096, .blocks = 9, .page_size = 256, .scale = 1600, .failing = 2},
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    unsigned seeds = argc > 1 ? (unsigned)atoi(argv[1]) : 2, steps = argc > 2 ? (unsigned)atoi(argv[2]) : 120;
    uint64_t cuts = 0, recoveries = 0, finished = 0;
    double start = seconds();
    for (unsigned i = 0; i < seeds * (sizeof geometries / sizeof geometries[0]); i++) {
        struct powercut p = geometries[i % (sizeof geometries / sizeof geometries[0])];
        double begun = seconds();
        p.seed = i + 1;
        p.steps = steps;
        p.every = 1;
        p.finish_every = 4;
        p.nested_every = 20;
        bool good = powercut_run(&p);
        cuts += p.cuts;
        recoveries += p.recoveries;
        finished += p.finished;
        printf("%u x %u bytes, seed %u: %llu operations, %llu collections, %llu power losses, %.1f s\n", p.blocks, p.block_size, p.seed,
               (unsigned long long)p.operations, (unsigned long long)p.collections, (unsigned long long)p.cuts, seconds() - begun);
        fflush(stdout);
        if (!good) {
            printf("FAILED: %s\n", p.failure);
            return 1;
        }
    }
    double took = seconds() - start;
    printf("%llu power losses, %llu recoveries examined, %llu workloads carried on to their end: all as they should be; %.1f s of processor time, "
           "%.0f power losses a second\n",
           (unsigned long long)cuts, (unsigned long long)recoveries, (unsigned long long)finished, took, (double)cuts / took);
    return 0;
}
