/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * What the compiler calls on its own. Compiled with -fno-tree-loop-distribute-patterns.
 */
#include <stddef.h>

void *memset(void *dest, int value, size_t n);
void *memcpy(void *restrict dest, const void *restrict src, size_t n);

void *memset(void *dest, int value, size_t n)
{
    unsigned char *d = dest;
    while (n--) *d++ = (unsigned char)value;
    return dest;
}

void *memcpy(void *restrict dest, const void *restrict src, size_t n)
{
    unsigned char *d = dest;
    const unsigned char *s = src;
    while (n--) *d++ = *s++;
    return dest;
}
