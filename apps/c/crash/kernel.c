/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Reads where the kernel lives: load fault with that address. */
#include <stdint.h>

int main(void)
{
    volatile uint32_t *volatile target = (volatile uint32_t *)(uintptr_t)0x80004000u;
    return (int)*target;
}
