/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "wav.h"

#include <string.h>

enum { FORMAT_AT = 12, DATA_AT = 36, SIZE_AT = 40, HEADER = 44 };

static uint32_t word_at(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint32_t wav_samples(const uint8_t *file, uint32_t room)
{
    /* "fmt ", its size, PCM and one channel, rate, bytes in a second, two bytes of 16 bits each time. */
    static const uint8_t format[] = { 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, 2, 0, 16, 0, 'd', 'a', 't', 'a' };
    _Static_assert(FORMAT_AT + sizeof format == SIZE_AT && DATA_AT + 4 == SIZE_AT, "the header is one piece");
    if (room < HEADER || memcmp(file, "RIFF", 4) != 0 || memcmp(file + 8, "WAVE", 4) != 0 || memcmp(file + FORMAT_AT, format, sizeof format) != 0)
        return 0;
    uint32_t bytes = word_at(file + SIZE_AT);
    return (bytes < room - HEADER ? bytes : room - HEADER) / 2;
}

int16_t wav_sample(const uint8_t *file, uint32_t number)
{
    const uint8_t *at = file + HEADER + 2 * number;
    return (int16_t)(at[0] | at[1] << 8);
}
