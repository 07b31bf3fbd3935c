/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * ZMODEM's link layer: bytes -> headers and data subpackets (escapes, CRCs), and headers -> bytes.
 */
#ifndef ZMODEM_FRAME_H
#define ZMODEM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ZM_SUBPACKET_MAX = 1024,        /* what the protocol allows, and the decoder keeps */
    ZM_SUBPACKET_LONG = 8192,       /* what some senders make of it (sz -8): comes in parts */
    ZM_HEX_HEADER_MAX = 21,
    ZM_CANCEL_LENGTH = 16,
};

/* Frame types (protocol chapter 11). */
enum zm_type {
    ZM_ZRQINIT, ZM_ZRINIT, ZM_ZSINIT, ZM_ZACK, ZM_ZFILE, ZM_ZSKIP, ZM_ZNAK, ZM_ZABORT, ZM_ZFIN, ZM_ZRPOS, ZM_ZDATA, ZM_ZEOF,
    ZM_ZFERR, ZM_ZCRC, ZM_ZCHALLENGE, ZM_ZCOMPL, ZM_ZCAN, ZM_ZFREECNT, ZM_ZCOMMAND, ZM_ZSTDERR,
};

/* How a data subpacket ends. */
enum zm_frame_end {
    ZM_ZCRCE = 'h',     /* frame ends, a header follows */
    ZM_ZCRCG = 'i',     /* frame goes on, no answer wanted */
    ZM_ZCRCQ = 'j',     /* frame goes on, ZACK wanted */
    ZM_ZCRCW = 'k',     /* frame ends, ZACK wanted */
};

/* What a byte completed. */
enum zm_token {
    ZM_NOTHING,     /* part of something */
    ZM_NOISE,       /* a byte that belongs to nothing */
    ZM_HEADER,      /* .type and .position are valid */
    ZM_BAD_HEADER,  /* damaged; the decoder looks for the next header */
    ZM_PART,        /* .data[0..length) is valid, but not checked: the subpacket goes on */
    ZM_DATA,        /* .data[0..length) and .frame_end are valid; so was what came in parts before it */
    ZM_BAD_DATA,    /* damaged or too long; the decoder looks for the next header */
    ZM_CANCEL,      /* five CAN in a row */
};

struct zm_decoder {
    uint8_t state;
    uint8_t can_run;        /* CAN bytes in a row */
    bool escaped;           /* the byte before was ZDLE */
    bool crc32;             /* width of the CRC of this frame */
    bool hex;               /* the last header was a hex one: its CR LF may stand before the data */
    uint8_t nibble;         /* first digit of a pair */
    uint8_t raw_length;     /* bytes in raw[] */
    uint8_t raw[9];         /* header with its CRC, or the CRC of a subpacket */
    enum zm_type type;
    uint32_t position;      /* ZP0..ZP3 */
    enum zm_frame_end frame_end;
    uint8_t parts;          /* of this subpacket that have been handed out */
    bool full;              /* data was handed out as a part; stash comes before the next byte */
    uint8_t stash;
    uint32_t crc;           /* of the parts */
    uint16_t length;
    uint8_t data[ZM_SUBPACKET_MAX];
};

/** Starts looking for a header. */
void zm_decoder_reset(struct zm_decoder *d);

/** After a ZM_HEADER that is followed by data, and after a ZM_DATA whose frame goes on: the next bytes are a subpacket. */
void zm_expect_data(struct zm_decoder *d);

enum zm_token zm_decode(struct zm_decoder *d, uint8_t byte);

/** Writes a hex header into out (at least ZM_HEX_HEADER_MAX bytes). @return its length. */
size_t zm_hex_header(uint8_t *out, enum zm_type type, uint32_t position);

/* Where frames are written to. */
struct zm_output {
    void (*send)(void *ctx, const uint8_t *bytes, size_t n);
    void *ctx;
    bool escape_all;        /* control characters, because the receiver asks for it */
};

/** Sends a binary header with CRC-32. Data that follows it has CRC-32, too. */
void zm_binary_header(const struct zm_output *out, enum zm_type type, uint32_t position);

/** Sends a subpacket behind a binary header. */
void zm_subpacket(const struct zm_output *out, const uint8_t *bytes, size_t n, enum zm_frame_end end);

/** CRC-16/XMODEM, the one of hex and 16-bit binary frames. */
uint16_t zm_crc16(uint16_t crc, const uint8_t *bytes, size_t n);

/** The cancel sequence: eight CAN, eight BS (ZM_CANCEL_LENGTH bytes). */
extern const uint8_t zm_cancel_sequence[ZM_CANCEL_LENGTH];

#endif
