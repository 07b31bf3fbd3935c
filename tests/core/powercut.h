/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Cuts the power in a sequence of requests, at each flash operation in turn and in every way that the flash model knows, also in the recovery from
 * that. After each, what a request was to do has been done or not. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct request_cuts {
    /* what is run */
    uint32_t block_size, blocks;
    unsigned rounds;        /* of the sequence, with higher versions each time */
    unsigned every;         /* cut at each operation (1) or at every n-th */
    unsigned nested_every;  /* of these: with a second and a third cut in the recovery, for every n-th (0: never) */
    unsigned finish_every;  /* of these: carry on to the end, for every n-th; for the others, for the next step */
    /* what came of it */
    uint64_t operations;    /* of the undisturbed sequence */
    uint64_t cuts;          /* power losses */
    uint64_t recoveries;    /* starts after which everything was looked at */
    uint64_t old, new;      /* of these: the request was not done, or done */
    uint64_t finished;      /* sequences carried on to their end */
    uint64_t collections;
    char failure[200];      /* "" or what was wrong, and where */
};

bool request_cuts_run(struct request_cuts *cuts);
