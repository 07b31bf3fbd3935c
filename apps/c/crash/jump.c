/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Jumps into data, which is not executable: instruction fault. */
#include <stdint.h>

static uint32_t code[] = { 0x00008067 };    /* ret */

int main(void)
{
    void (*volatile target)(void) = (void (*)(void))(uintptr_t)code;
    code[0] |= 0;
    target();
    return 0;
}
