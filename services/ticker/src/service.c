/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component in the place of interrupts (system/polled.camkes). */

#include "camkes.h"

/* Yield gives up what is left of the budget: the next round begins with the next period. */
int run(void)
{
    for (;;) {
        for (unsigned i = 0; i < TICKED_COUNT; i++) {
            seL4_Signal(TICKED + i);
        }
        seL4_Yield();
    }
}
