/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <zmodem/frame.h>

/* One step per nibble: 32 bytes of table instead of 512. table[i] is i * x^16 mod (x^16 + x^12 + x^5 + 1). */
static const uint16_t table[16] = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7, 0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef,
};

uint16_t zm_crc16(uint16_t crc, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        crc = (uint16_t)(crc << 4) ^ table[(crc >> 12) ^ (bytes[i] >> 4)];
        crc = (uint16_t)(crc << 4) ^ table[(crc >> 12) ^ (bytes[i] & 15)];
    }
    return crc;
}
