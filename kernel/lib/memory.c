// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Memory helpers: word-wise, because everything the kernel moves or clears is word aligned.
#include <lib.h>

// The loops below must not be turned into calls of themselves.
#define NO_IDIOM __attribute__((optimize("no-tree-loop-distribute-patterns")))
#ifdef __clang__
#undef NO_IDIOM
#define NO_IDIOM __attribute__((no_builtin("memset", "memcpy")))
#endif

NO_IDIOM EXPORT void *memset(void *to, int value, size_t size)
{
    unsigned char *p = to;
    while (size--)
        *p++ = (unsigned char)value;
    return to;
}

NO_IDIOM EXPORT void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *d = to;
    const unsigned char *s = from;
    if ((((word_t)d | (word_t)s | size) & (sizeof(word_t) - 1)) == 0) {
        for (size_t i = 0; i < size / sizeof(word_t); i++)
            ((word_t *)to)[i] = ((const word_t *)from)[i];
        return to;
    }
    while (size--)
        *d++ = *s++;
    return to;
}

NO_IDIOM void clear_memory(void *at, word_t bytes)
{
    word_t *p = at;
    word_t *end = p + bytes / sizeof(word_t);
    // 16 bytes at a time until steps of 16 words divide the rest.
    while ((word_t)(end - p) & 15) {
        *p++ = 0;
        *p++ = 0;
    }
    // Written out: this is most of the time of making a page.
    for (; p != end; p += 16) {
        p[0] = p[1] = p[2] = p[3] = p[4] = p[5] = p[6] = p[7] = 0;
        p[8] = p[9] = p[10] = p[11] = p[12] = p[13] = p[14] = p[15] = 0;
    }
}

word_t highest_bit(word_t value)
{
    word_t bit = 0;
    for (word_t step = WORD_BITS / 2; step != 0; step /= 2) {
        if (value >> step != 0) {
            value >>= step;
            bit += step;
        }
    }
    return bit;
}
