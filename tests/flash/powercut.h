/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Cuts the power in a workload, at each flash operation in turn and in every way that the flash model knows; then in the recovery from
 * that, and in the recovery of the recovery. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct powercut {
    /* what is run */
    uint32_t block_size, blocks, page_size;
    uint32_t scale;       /* bytes of the largest value */
    uint32_t seed;
    unsigned steps;
    unsigned every;       /* cut at each operation (1) or at every n-th */
    unsigned nested_every; /* of these: with a second and third cut at every operation of the recovery, for every n-th (0: never) */
    unsigned finish_every; /* of these: go on to the end of the workload, for every n-th; for the others, for a few steps */
    unsigned failing;     /* blocks that begin to fail in the course of it */
    /* what came of it */
    uint64_t operations;  /* of the undisturbed workload */
    uint64_t cuts;        /* power losses */
    uint64_t recoveries;  /* store_open() that were let finish, each with a look at everything in the store */
    uint64_t finished;    /* workloads that were carried on to their end after a cut */
    uint64_t collections;
    char failure[200];    /* "" or what was wrong, with what is needed to run it again */
};

/** @return true if the store kept its promises at every cut */
bool powercut_run(struct powercut *p);
