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
/* Index of the lowest set bit of a non-zero word. */
word_t lowest_bit(word_t value);
