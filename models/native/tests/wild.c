/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Writes outside of its windows. */
#include <stdint.h>

#include "model.h"

int model_main(void)
{
    *(volatile uint32_t *)(uintptr_t)0x90000000u = 1;
    return 0;
}
