/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The last samples that were heard, by their numbers, which wrap. */
#include <stdint.h>

#define RING_SAMPLES 4096u      /* a quarter of a second; a power of two */

struct ring {
    uint32_t first, next;       /* numbers of the oldest sample, and of the one that will come next */
    int16_t samples[RING_SAMPLES];
};

/* Empty; the next sample has this number. */
void ring_reset(struct ring *ring, uint32_t next);

/* Adds samples; the oldest go. */
void ring_add(struct ring *ring, const int16_t *samples, uint32_t count);

/* Copies up to count samples from *position on, which is moved to the oldest when it is not there any more (or never was). How many. */
uint32_t ring_copy(const struct ring *ring, uint32_t *position, int16_t *samples, uint32_t count);
