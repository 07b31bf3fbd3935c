/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Text to number. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>

/* Value of a digit in the largest base; 36 when c is none. */
static unsigned digit_of(int c)
{
    if (isdigit(c)) {
        return (unsigned)(c - '0');
    }
    return isalpha(c) ? (unsigned)(tolower(c) - 'a' + 10) : 36u;
}

/* Skips a prefix that the base allows, and returns the base that follows from it. */
static unsigned prefix(const char **text, unsigned base)
{
    const char *t = *text;
    if ((base == 0 || base == 16) && t[0] == '0' && (t[1] | 32) == 'x' && digit_of(t[2]) < 16) {
        *text = t + 2;
        return 16;
    }
    return base ? base : t[0] == '0' ? 8 : 10;
}

unsigned long strtoul(const char *text, char **end, int base)
{
    const char *t = text;
    while (isspace(*t)) {
        t++;
    }
    unsigned radix = prefix(&t, (unsigned)base);
    unsigned long value = 0;
    const char *first = t;
    for (unsigned digit; (digit = digit_of(*t)) < radix; t++) {
        value = value > (ULONG_MAX - digit) / radix ? ULONG_MAX : value * radix + digit;
    }
    if (end) {
        *end = (char *)(t == first ? text : t);
    }
    return value;
}

int atoi(const char *text)
{
    while (isspace(*text)) {
        text++;
    }
    int negative = *text == '-';
    if (negative || *text == '+') {
        text++;
    }
    unsigned long value = isdigit(*text) ? strtoul(text, NULL, 10) : 0;
    return negative ? (int)-value : (int)value;
}
