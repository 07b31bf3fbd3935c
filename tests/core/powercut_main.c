/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* powercut [ROUNDS]: the long form of the power-cut test of requests, over several geometries. Prints what was tried. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "powercut.h"

static const struct request_cuts geometries[] = {
    { .block_size = 4096, .blocks = 8 },
    { .block_size = 8192, .blocks = 6 },
    { .block_size = 4096, .blocks = 16 },
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 4;
    uint64_t cuts = 0, recoveries = 0, finished = 0;
    double start = seconds();
    for (unsigned i = 0; i < sizeof geometries / sizeof *geometries; i++) {
        struct request_cuts c = geometries[i];
        double begun = seconds();
        c.rounds = rounds < 8 ? rounds : 8;
        c.every = 1;
        c.nested_every = 30;
        c.finish_every = 10;
        bool good = request_cuts_run(&c);
        cuts += c.cuts;
        recoveries += c.recoveries;
        finished += c.finished;
        printf("requests, %u x %u bytes: %llu operations, %llu collections, %llu power losses, %.1f s\n", c.blocks, c.block_size,
               (unsigned long long)c.operations, (unsigned long long)c.collections, (unsigned long long)c.cuts, seconds() - begun);
        fflush(stdout);
        if (!good) {
            printf("FAILED: %s\n", c.failure);
            return 1;
        }
    }
    double took = seconds() - start;
    printf("requests: %llu power losses, %llu starts looked at, %llu sequences carried on to their end: all as they should be; %.1f s of processor "
           "time, %.0f power losses a second\n",
           (unsigned long long)cuts, (unsigned long long)recoveries, (unsigned long long)finished, took, (double)cuts / took);
    return 0;
}
