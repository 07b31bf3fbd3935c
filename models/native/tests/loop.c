/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Never ends. */
#include "model.h"

int model_main(void)
{
    for (;;) {
        __asm__ volatile("");
    }
}
