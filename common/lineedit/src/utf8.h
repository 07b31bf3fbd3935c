/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#ifndef LINEEDIT_UTF8_H
#define LINEEDIT_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/* Second and later bytes of a character. */
static inline bool utf8_is_continuation(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Length of the character that begins with this byte, 0 if none does (RFC 3629). */
static inline uint8_t utf8_length(uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Second bytes that would make an overlong form, a surrogate or a value beyond U+10FFFF. */
static inline bool utf8_second_ok(uint8_t lead, uint8_t second)
{
    switch (lead) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second < 0xa0;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second < 0x90;
    default:
        return true;
    }
}

#endif
