/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* From the model's answers about overlapping seconds to words: one is heard when the mean of its chances over several answers is high enough, and then not
 * again before all of those have passed. */
#include <stdbool.h>
#include <stdint.h>

enum {
    SPOTTER_LABELS = 12,
    SPOTTER_FIRST_WORD = 2,     /* in front of it: silence, anything else */
    SPOTTER_MEAN = 4,           /* answers */
    SPOTTER_ENOUGH = 192,       /* of 256 */
    SPOTTER_PAUSE = 5,          /* answers after a word that do not count */
};

/* Zeros: nothing was heard. */
struct spotter {
    uint8_t chances[SPOTTER_MEAN][SPOTTER_LABELS];
    uint32_t answers, pause;
};

/* An answer: chances in 1/256, 0 being -128. True when a word is heard; confidence: of 256. */
bool spotter_answer(struct spotter *spotter, const int8_t answer[SPOTTER_LABELS], unsigned *label, unsigned *confidence);
