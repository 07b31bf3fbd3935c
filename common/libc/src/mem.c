/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Memory functions: words where the addresses allow it, bytes else. Compiled without the compiler's own recognition of
 * such loops, which would call the functions from inside themselves. */
#include <stdint.h>
#include <string.h>

typedef uintptr_t __attribute__((may_alias)) word_t;
#define WORD sizeof(word_t)

/* True when a and b can be at word boundaries at the same time (and now are). */
static int aligned(const void *a, const void *b) { return (((uintptr_t)a | (uintptr_t)b) & (WORD - 1)) == 0; }

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;
    if (aligned(d, s)) {
        for (; n >= WORD; n -= WORD, d += WORD, s += WORD) {
            *(word_t *)(void *)d = *(const word_t *)(const void *)s;
        }
    }
    while (n--) {
        *d++ = *s++;
    }
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;
    if (d < s) { /* forwards: also right when the ranges overlap, as every byte is read before it is written */
        while (n--) {
            *d++ = *s++;
        }
    } else {
        while (n--) {
            d[n] = s[n];
        }
    }
    return dst;
}

void *memset(void *dst, int value, size_t n)
{
    unsigned char *d = dst;
    word_t word = (unsigned char)value * ((word_t)-1 / 255u);
    if (aligned(d, d)) {
        for (; n >= WORD; n -= WORD, d += WORD) {
            *(word_t *)(void *)d = word;
        }
    }
    while (n--) {
        *d++ = (unsigned char)value;
    }
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a;
    const unsigned char *y = b;
    for (; n--; x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const unsigned char *at = s;
    for (; n; n--, at++) {
        if (*at == (unsigned char)c) {
            return (void *)(unsigned long)at;
        }
    }
    return NULL;
}
