/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "spotter.h"

static unsigned mean(const struct spotter *spotter, unsigned label)
{
    unsigned sum = 0;
    for (unsigned n = 0; n < SPOTTER_MEAN; n++)
        sum += spotter->chances[n][label];
    return sum / SPOTTER_MEAN;
}

bool spotter_answer(struct spotter *spotter, const int8_t answer[SPOTTER_LABELS], unsigned *label, unsigned *confidence)
{
    uint8_t *chances = spotter->chances[spotter->answers++ % SPOTTER_MEAN];
    for (unsigned n = 0; n < SPOTTER_LABELS; n++)
        chances[n] = (uint8_t)(answer[n] + 128);
    *confidence = 0;
    for (unsigned n = SPOTTER_FIRST_WORD; n < SPOTTER_LABELS; n++)
        if (mean(spotter, n) > *confidence) {
            *label = n;
            *confidence = mean(spotter, n);
        }
    if (spotter->pause != 0) {
        spotter->pause--;
        return false;
    }
    if (spotter->answers < SPOTTER_MEAN || *confidence < SPOTTER_ENOUGH)
        return false;
    spotter->pause = SPOTTER_PAUSE;
    return true;
}
