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

BOOT_CODE word_t highest_bit(word_t value)
{
    word_t bit = 0;
    while (value >>= 1)
        bit++;
    return bit;
}

#if CONFIG_WORD_SIZE == 64
const uint8_t de_bruijn_index[64] = {
    0, 1, 48, 2, 57, 49, 28, 3, 61, 58, 50, 42, 38, 29, 17, 4, 62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
    63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11, 46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9, 13, 8, 7, 6,
};
#else
const uint8_t de_bruijn_index[32] = {
    0, 1, 28, 2, 29, 14, 24, 3, 30, 22, 20, 15, 25, 17, 4, 8, 31, 27, 13, 23, 21, 19, 16, 7, 26, 12, 18, 6, 11, 5, 10, 9,
};
#endif
