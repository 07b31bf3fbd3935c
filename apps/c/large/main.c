/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* An address space with 1.5 MiB of .bss, sections in several page tables and a stack of 64 KiB, all of it used. */
#include <sdk.h>
#include <stdio.h>

#define WORDS (1536u * 1024 / sizeof(uint32_t))
#define TOP   0x600df00du

static uint32_t field[WORDS];
static uint32_t far[3000] __attribute__((section(".far"))) = { [2999] = 42 };
static const uint32_t top[] __attribute__((section(".top"))) = { TOP, ~TOP };

static unsigned use_stack(unsigned depth)
{
    volatile unsigned char frame[1000];
    frame[depth % sizeof frame] = 1;
    return depth == 0 ? 0 : use_stack(depth - 1) + frame[depth % sizeof frame];
}

int main(void)
{
    for (uint32_t i = 0; i < WORDS; i++)
        if (field[i] != 0)
            panic("word %u is not zero", (unsigned)i);
    for (uint32_t i = 0; i < WORDS; i++)
        field[i] = i * 2654435761u;
    for (uint32_t i = 0; i < WORDS; i++)
        if (field[i] != i * 2654435761u)
            panic("word %u is wrong", (unsigned)i);
    if (far[2999]++ != 42 || far[0] != 0 || top[0] + top[1] != ~0u)
        panic("far sections");
    if (use_stack(50) != 50)
        panic("stack");
    printf("large::%u KiB at %p, %p and %p\n", (unsigned)(sizeof field / 1024), (void *)field, (void *)far, (const void *)top);
    return 0;
}
