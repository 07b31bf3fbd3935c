/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Its output is its input plus the number of the run, in every byte. Temporary data has to be zero. */
#include <stdint.h>

#include "model.h"

enum { BYTES = 5000 };
static volatile MODEL_INPUT uint8_t input[BYTES];
static volatile MODEL_OUTPUT uint8_t output[BYTES];
static volatile MODEL_TEMPORARY uint8_t temporary[8192];
static uint8_t runs;

int model_main(void)
{
    runs++;
    for (unsigned i = 0; i < sizeof temporary; i++) {
        if (temporary[i] != 0) {
            return 1;
        }
        temporary[i] = 0x77;
    }
    for (unsigned i = 0; i < BYTES; i++) {
        output[i] = (uint8_t)(input[i] + runs);
    }
    return 0;
}
