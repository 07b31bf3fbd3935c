/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#ifndef KATA_UTF8_H
#define KATA_UTF8_H

#include <stdbool.h>
#include <stddef.h>
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

/* Bytes of the character that text[0..n) begins with, 0 when it does not begin with a whole one. */
static inline size_t utf8_character(const uint8_t *text, size_t n)
{
    size_t length = n > 0 ? utf8_length(text[0]) : 0;

    if (length > n || (length > 1 && !utf8_second_ok(text[0], text[1])))
        return 0;
    for (size_t i = 1; i < length; i++)
        if (!utf8_is_continuation(text[i]))
            return 0;
    return length;
}

#endif
