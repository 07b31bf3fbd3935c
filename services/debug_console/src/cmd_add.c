/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Test command (debug builds): the sum of two decimal fractions, as the original's demonstration of a command. Fixed point:
 * the machine has no floating-point unit.
 */
#include "console.h"

#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD

enum { DIGITS = 6, ONE = 1000000 };     /* behind the point */
#define LARGEST ((int64_t)1000000000 * ONE)

static bool parse_decimal(const char *text, int64_t *value)
{
    bool negative = *text == '-';
    int behind = -1;            /* digits behind the point; -1: before it */
    bool any = false;

    *value = 0;
    for (text += negative; *text != '\0'; text++) {
        if (*text == '.' && behind < 0) {
            behind = 0;
            continue;
        }
        if (*text < '0' || *text > '9' || behind == DIGITS || *value > LARGEST)
            return false;
        *value = *value * 10 + (*text - '0');
        behind += behind >= 0;
        any = true;
    }
    for (behind = behind < 0 ? 0 : behind; behind < DIGITS; behind++)
        *value *= 10;
    *value = negative ? -*value : *value;
    return any && *value <= LARGEST && *value >= -LARGEST;
}

enum result cmd_add(int argc, char *argv[])
{
    int64_t x, y;

    (void)argc;
    if (!parse_decimal(argv[1], &x) || !parse_decimal(argv[2], &y))
        return BAD_ARGUMENTS;
    uint64_t sum = (uint64_t)(x + y < 0 ? -(x + y) : x + y);
    uint32_t fraction = (uint32_t)(sum % ONE);
    int digits = DIGITS;
    while (digits > 1 && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    console_printf("%s%llu.%0*u\n", x + y < 0 ? "-" : "", (unsigned long long)(sum / ONE), digits, (unsigned)fraction);
    return DONE;
}

#endif
