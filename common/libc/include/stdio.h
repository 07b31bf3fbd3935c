/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Formatted output into memory. Conversions: d i u x X c s p %, lengths hh h l ll z, flags - and 0, width, * for width and
 * precision, precision for s. */
#ifndef KATA_STDIO_H
#define KATA_STDIO_H

#include <stdarg.h>
#include <stddef.h>

/* Writes at most size bytes with the NUL. Returns the length that the whole text has. */
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments);
int snprintf(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
