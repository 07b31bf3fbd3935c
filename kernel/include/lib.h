/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Memory and bit helpers (the compiler may call memset and memcpy by itself). */
#pragma once

#include <types.h>

void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
/* Zeroes `bytes` bytes, a multiple of 16, at a 16-byte aligned address. */
void clear_memory(void *at, word_t bytes);

/* Index of the highest set bit of a non-zero word; slow, for boot. */
word_t highest_bit(word_t value);

/* Index of the lowest set bit of a non-zero word. De Bruijn sequences: multiplying one by a power of two shifts a different pattern to the
 * top for every bit, whose index is in the table. */
#if CONFIG_WORD_SIZE == 64
#define DE_BRUIJN 0x03f79d71b4cb0a89ull
#else
#define DE_BRUIJN 0x077cb531u
#endif
#define DE_BRUIJN_BITS (CONFIG_WORD_SIZE == 64 ? 6u : 5u)
extern const uint8_t de_bruijn_index[CONFIG_WORD_SIZE];
INLINE word_t lowest_bit(word_t value)
{
    return de_bruijn_index[((value & (0 - value)) * (word_t)DE_BRUIJN) >> (WORD_BITS - DE_BRUIJN_BITS)];
}
