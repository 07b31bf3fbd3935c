/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Memory and strings: the part of the C library that programs here use. */
#ifndef KATA_STRING_H
#define KATA_STRING_H

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/* Copies src with its NUL, cut to size bytes. Returns strlen(src): cut when that is >= size. (OpenBSD) */
size_t strlcpy(char *dst, const char *src, size_t size);

#endif
