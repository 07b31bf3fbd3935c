/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Binary frames, as a sender writes them.
 */
#include <zmodem/frame.h>

#include <kata/crc32.h>

enum { ZPAD = '*', ZDLE = 0x18, ZBIN32 = 'C', CRC_LENGTH = 4, HEADER_LENGTH = 5 };

/* What a line may take for itself: ZDLE, DLE, XON, XOFF and CR, with or without parity bit. */
static bool must_escape(const struct zm_output *out, uint8_t byte)
{
    switch (byte & 0x7f) {
    case ZDLE:
    case 0x10:
    case 0x11:
    case 0x13:
    case '\r':
        return true;
    default:
        return out->escape_all && (byte & 0x60) == 0;
    }
}

/* In pieces: the bytes with their escapes may be twice as many. */
static void send_escaped(const struct zm_output *out, const uint8_t *bytes, size_t n)
{
    uint8_t piece[64];
    size_t length = 0;

    for (size_t i = 0; i < n; i++) {
        if (length + 2 > sizeof(piece)) {
            out->send(out->ctx, piece, length);
            length = 0;
        }
        bool escaped = must_escape(out, bytes[i]);
        if (escaped)
            piece[length++] = ZDLE;
        piece[length++] = escaped ? bytes[i] ^ 0x40 : bytes[i];
    }
    if (length > 0)
        out->send(out->ctx, piece, length);
}

static void send_crc(const struct zm_output *out, uint32_t crc)
{
    uint8_t bytes[CRC_LENGTH] = {(uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16), (uint8_t)(crc >> 24)};

    send_escaped(out, bytes, sizeof(bytes));
}

void zm_binary_header(const struct zm_output *out, enum zm_type type, uint32_t position)
{
    static const uint8_t start[] = {ZPAD, ZDLE, ZBIN32};
    uint8_t raw[HEADER_LENGTH] = {
        (uint8_t)type, (uint8_t)position, (uint8_t)(position >> 8), (uint8_t)(position >> 16), (uint8_t)(position >> 24),
    };

    out->send(out->ctx, start, sizeof(start));
    send_escaped(out, raw, sizeof(raw));
    send_crc(out, crc32_update(0, raw, sizeof(raw)));
}

void zm_subpacket(const struct zm_output *out, const uint8_t *bytes, size_t n, enum zm_frame_end end)
{
    uint8_t last[2] = {ZDLE, (uint8_t)end};

    send_escaped(out, bytes, n);
    out->send(out->ctx, last, sizeof(last));
    send_crc(out, crc32_update(crc32_update(0, bytes, n), last + 1, 1));
}
