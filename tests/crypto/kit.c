/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "cases.h"

#include <crypto.h>
#include <string.h>

bool random_fails;

int platform_random(void *out, size_t n)
{
    static uint32_t state = 1;
    for (uint8_t *at = out; n-- > 0; at++) {
        state = state * 1664525u + 1013904223u;
        *at = (uint8_t)(state >> 24);
    }
    return random_fails ? -1 : 0;
}

static unsigned digit(char c) { return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10); }

size_t unhex(const char *text, void *out, size_t most)
{
    uint8_t *at = out;
    size_t n = 0;
    for (; n < most && text[2 * n] != '\0'; n++)
        at[n] = (uint8_t)(digit(text[2 * n]) << 4 | digit(text[2 * n + 1]));
    return n;
}

bool equal(const void *a, const void *b, size_t n) { return n == 0 || memcmp(a, b, n) == 0; }

bool all_zero(const void *memory, size_t n)
{
    const uint8_t *at = memory;
    while (n > 0 && at[n - 1] == 0)
        n--;
    return n == 0;
}

void flip_bit(void *memory, size_t bit) { ((uint8_t *)memory)[bit / 8] ^= (uint8_t)(1u << (bit % 8)); }
