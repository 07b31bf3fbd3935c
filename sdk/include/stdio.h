/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#ifndef SDK_STDIO_H
#define SDK_STDIO_H

#include_next <stdio.h>

/* Output collects into lines; each line is one sdk_log message, sent at its newline (or when SDK_LOG_MAX is reached, or
 * at exit). All return the number of characters. One call formats up to 255 characters. */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int puts(const char *line);
int putchar(int c);

/* Sends what has been collected of the current line. */
void sdk_flush(void);

#endif
