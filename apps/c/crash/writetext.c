/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Writes over its own code, which is not writable: store fault. */
#include <stdint.h>

int main(void)
{
    volatile uint32_t *volatile target = (volatile uint32_t *)(uintptr_t)main;
    *target = 0;
    return 0;
}
