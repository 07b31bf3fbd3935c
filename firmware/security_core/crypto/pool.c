/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Blocks lie side by side from the first to the last byte of the pool, each behind a header of one word: its size with the
 * header, and in bit 0 whether it is in use. First fit; free neighbours become one when a search passes them. What is free is
 * zero, so that nothing secret stays behind and nothing needs to be cleared when it is taken. */
#include "pool.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WORD   sizeof(uintptr_t)
#define WORDS  (CRYPTO_POOL_SIZE / WORD)
#define IN_USE ((uintptr_t)1)

static uintptr_t pool[WORDS];       /* a first word of zero: nothing was ever taken, all is one free block */
static size_t peak;

static size_t size_of(const uintptr_t *block) { return *block & ~IN_USE; }
static bool is_free(const uintptr_t *block) { return (*block & IN_USE) == 0; }
static uintptr_t *behind(uintptr_t *block) { return block + size_of(block) / WORD; }
static uintptr_t *first(void)
{
    if (pool[0] == 0)
        pool[0] = sizeof pool;
    return pool;
}

/* Makes a free block as large as the free neighbours behind it allow. */
static void merge(uintptr_t *block)
{
    for (uintptr_t *next = behind(block); next != pool + WORDS && is_free(next); next = behind(block)) {
        *block += size_of(next);
        *next = 0;
    }
}

static void *take(uintptr_t *block, size_t bytes)
{
    size_t rest = size_of(block) - bytes;
    size_t reached = (size_t)((char *)block - (char *)pool) + bytes;
    if (rest != 0)
        block[bytes / WORD] = rest;
    *block = bytes | IN_USE;
    peak = reached > peak ? reached : peak;
    return block + 1;
}

void *crypto_pool_calloc(size_t n, size_t size)
{
    if (n == 0 || size == 0 || size > CRYPTO_POOL_SIZE / n)
        return NULL;
    size_t bytes = (n * size + WORD - 1) / WORD * WORD + WORD;
    for (uintptr_t *block = first(); block != pool + WORDS; block = behind(block)) {
        if (!is_free(block))
            continue;
        merge(block);
        if (size_of(block) >= bytes)
            return take(block, bytes);
    }
    return NULL;
}

void crypto_pool_free(void *memory)
{
    if (memory == NULL)
        return;
    uintptr_t *block = (uintptr_t *)memory - 1;
    memset(memory, 0, size_of(block) - WORD);
    *block &= ~IN_USE;
}

size_t crypto_pool_used(void)
{
    size_t used = 0;
    for (uintptr_t *block = first(); block != pool + WORDS; block = behind(block))
        used += is_free(block) ? 0 : size_of(block);
    return used;
}

size_t crypto_pool_peak(void) { return peak; }
