/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Numbers out of text. */
#ifndef KATA_STDLIB_H
#define KATA_STDLIB_H

#include <stddef.h>

/* Base 0 (prefix 0x: 16, else 0: 8, else 10) or 2..36. *end (may be NULL) is behind the number, or the start when there is
 * none. Too large: the largest value. */
unsigned long strtoul(const char *text, char **end, int base);

/* Decimal number with an optional sign at the start of the text; 0 when there is none. */
int atoi(const char *text);

#endif
