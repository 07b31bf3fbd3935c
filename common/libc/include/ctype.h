/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Classes of ASCII characters. */
#ifndef KATA_CTYPE_H
#define KATA_CTYPE_H

static inline int isdigit(int c) { return (unsigned)c - '0' < 10u; }
static inline int isspace(int c) { return c == ' ' || (unsigned)c - '\t' < 5u; }
static inline int isprint(int c) { return (unsigned)c - ' ' < 95u; }
static inline int isalpha(int c) { return ((unsigned)c | 32u) - 'a' < 26u; }
static inline int isalnum(int c) { return isalpha(c) || isdigit(c); }
static inline int isxdigit(int c) { return isdigit(c) || ((unsigned)c | 32u) - 'a' < 6u; }
static inline int tolower(int c) { return (unsigned)c - 'A' < 26u ? c + 32 : c; }
static inline int toupper(int c) { return (unsigned)c - 'a' < 26u ? c - 32 : c; }

#endif
