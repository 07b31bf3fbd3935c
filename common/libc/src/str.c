/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Strings. */
#include <string.h>

size_t strlen(const char *s)
{
    const char *end = s;
    while (*end) {
        end++;
    }
    return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n]) {
        n++;
    }
    return n;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, (size_t)-1); }

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n--; a++, b++) {
        unsigned char x = (unsigned char)*a;
        unsigned char y = (unsigned char)*b;
        if (x != y || !x) {
            return x - y;
        }
    }
    return 0;
}

char *strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c) {
            return (char *)s;
        }
        if (!*s) {
            return NULL;
        }
    }
}

char *strrchr(const char *s, int c)
{
    char *last = NULL;
    for (;; s++) {
        if (*s == (char)c) {
            last = (char *)s;
        }
        if (!*s) {
            return last;
        }
    }
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
    size_t n = 0;
    for (; src[n]; n++) {
        if (n + 1 < size) {
            dst[n] = src[n];
        }
    }
    if (size) {
        dst[n < size ? n : size - 1] = '\0';
    }
    return n;
}
