/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <zmodem/frame.h>

#include <kata/crc32.h>

enum { ZPAD = '*', ZDLE = 0x18, ZBIN = 'A', ZHEX = 'B', ZBIN32 = 'C', ZRUB0 = 'l', ZRUB1 = 'm' };
enum { XON = 0x11, XOFF = 0x13, CR = '\r', LF = '\n', BS = '\b' };
enum { CAN_LIMIT = 5, HEADER_LENGTH = 5 };

enum state {
    HUNT,           /* for ZPAD */
    PAD,            /* ZPAD seen */
    PAD_ZDLE,       /* ZPAD ZDLE seen: the encoding follows */
    HEX_HEADER,
    BIN_HEADER,
    DATA_CR,        /* data after a hex header: its line end may come first */
    DATA_LF,
    DATA,
    DATA_CRC,
};

const uint8_t zm_cancel_sequence[ZM_CANCEL_LENGTH] = {
    ZDLE, ZDLE, ZDLE, ZDLE, ZDLE, ZDLE, ZDLE, ZDLE, BS, BS, BS, BS, BS, BS, BS, BS,
};

void zm_decoder_reset(struct zm_decoder *d)
{
    d->state = HUNT;
    d->escaped = false;
}

void zm_expect_data(struct zm_decoder *d)
{
    d->state = d->hex ? DATA_CR : DATA;
    d->hex = false;
    d->escaped = false;
    d->full = false;
    d->parts = 0;
    d->crc = 0;
    d->length = 0;
}

static enum zm_token fail(struct zm_decoder *d, enum zm_token token)
{
    zm_decoder_reset(d);
    return token;
}

static uint32_t little_endian(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint8_t crc_length(const struct zm_decoder *d)
{
    return d->crc32 ? 4 : 2;
}

/* raw[] holds a whole header: type, four position bytes, CRC. */
static enum zm_token finish_header(struct zm_decoder *d)
{
    bool good = d->crc32 ? crc32_update(0, d->raw, HEADER_LENGTH) == little_endian(d->raw + HEADER_LENGTH)
                         : zm_crc16(0, d->raw, HEADER_LENGTH + 2) == 0;
    if (!good)
        return fail(d, ZM_BAD_HEADER);
    d->type = d->raw[0];
    d->position = little_endian(d->raw + 1);
    zm_decoder_reset(d);
    return ZM_HEADER;
}

static enum zm_token header_byte(struct zm_decoder *d, uint8_t byte)
{
    d->raw[d->raw_length++] = byte;
    return d->raw_length == HEADER_LENGTH + crc_length(d) ? finish_header(d) : ZM_NOTHING;
}

static int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static enum zm_token hex_digit(struct zm_decoder *d, uint8_t byte)
{
    enum { FIRST_DIGIT = 0xff };
    int value = hex_value(byte & 0x7f);

    if (value < 0)
        return fail(d, ZM_BAD_HEADER);
    if (d->nibble == FIRST_DIGIT) {
        d->nibble = (uint8_t)value;
        return ZM_NOTHING;
    }
    uint8_t whole = (uint8_t)(d->nibble << 4 | value);
    d->nibble = FIRST_DIGIT;
    return header_byte(d, whole);
}

static enum zm_token encoding_byte(struct zm_decoder *d, uint8_t byte)
{
    if (byte != ZBIN && byte != ZHEX && byte != ZBIN32)
        return fail(d, ZM_NOISE);
    d->hex = byte == ZHEX;
    d->crc32 = byte == ZBIN32;
    d->state = d->hex ? HEX_HEADER : BIN_HEADER;
    d->raw_length = 0;
    d->nibble = 0xff;
    return ZM_NOTHING;
}

/* CRC of this subpacket's data so far: of the parts and of what is in the buffer. */
static uint32_t data_crc(const struct zm_decoder *d)
{
    return d->crc32 ? crc32_update(d->crc, d->data, d->length) : zm_crc16((uint16_t)d->crc, d->data, d->length);
}

static enum zm_token finish_data(struct zm_decoder *d)
{
    uint8_t end = (uint8_t)d->frame_end;
    bool good = d->crc32 ? crc32_update(data_crc(d), &end, 1) == little_endian(d->raw)
                         : zm_crc16(zm_crc16((uint16_t)data_crc(d), &end, 1), d->raw, 2) == 0;

    zm_decoder_reset(d);
    return good ? ZM_DATA : ZM_BAD_DATA;
}

/* The buffer is full and the subpacket goes on: its bytes must be used before the next call. */
static enum zm_token hand_out_part(struct zm_decoder *d, uint8_t next)
{
    if (++d->parts == ZM_SUBPACKET_LONG / ZM_SUBPACKET_MAX)
        return fail(d, ZM_BAD_DATA);
    d->crc = data_crc(d);
    d->stash = next;
    d->full = true;
    return ZM_PART;
}

/* Behind a part the buffer begins anew, with the byte that did not fit. */
static void resume(struct zm_decoder *d)
{
    if (d->full) {
        d->data[0] = d->stash;
        d->length = 1;
        d->full = false;
    }
}

static enum zm_token data_byte(struct zm_decoder *d, uint8_t byte)
{
    if (d->state == DATA_CRC) {
        d->raw[d->raw_length++] = byte;
        return d->raw_length == crc_length(d) ? finish_data(d) : ZM_NOTHING;
    }
    if (d->length == ZM_SUBPACKET_MAX)
        return hand_out_part(d, byte);
    d->data[d->length++] = byte;
    return ZM_NOTHING;
}

static enum zm_token plain_byte(struct zm_decoder *d, uint8_t byte)
{
    return d->state == BIN_HEADER ? header_byte(d, byte) : data_byte(d, byte);
}

/* The byte after ZDLE in a binary header or a subpacket. */
static enum zm_token escaped_byte(struct zm_decoder *d, uint8_t byte)
{
    if (byte == ZDLE)
        return ZM_NOTHING;      /* still escaped: perhaps a run of CAN; otherwise the CRC will tell */
    d->escaped = false;
    if (byte == ZRUB0)
        return plain_byte(d, 0x7f);
    if (byte == ZRUB1)
        return plain_byte(d, 0xff);
    if ((byte & 0x60) == 0x40)
        return plain_byte(d, byte ^ 0x40);
    if (d->state == DATA && byte >= ZM_ZCRCE && byte <= ZM_ZCRCW) {
        d->frame_end = byte;
        d->state = DATA_CRC;
        d->raw_length = 0;
        return ZM_NOTHING;
    }
    return fail(d, d->state == BIN_HEADER ? ZM_BAD_HEADER : ZM_BAD_DATA);
}

static enum zm_token binary_byte(struct zm_decoder *d, uint8_t byte)
{
    resume(d);
    if (d->escaped)
        return escaped_byte(d, byte);
    if (byte == ZDLE) {
        d->escaped = true;
        return ZM_NOTHING;
    }
    return plain_byte(d, byte);
}

/* Between a hex header and its data: CR, LF (with or without parity bit), each at most once. */
static enum zm_token line_end_byte(struct zm_decoder *d, uint8_t byte)
{
    if (d->state == DATA_CR && (byte & 0x7f) == CR) {
        d->state = DATA_LF;
        return ZM_NOTHING;
    }
    d->state = DATA;
    return (byte & 0x7f) == LF ? ZM_NOTHING : binary_byte(d, byte);
}

static enum zm_token hunt_byte(struct zm_decoder *d, uint8_t byte)
{
    if (byte == ZPAD)
        d->state = PAD;
    else if (byte == ZDLE && d->state == PAD)
        d->state = PAD_ZDLE;
    else
        return fail(d, ZM_NOISE);
    return ZM_NOTHING;
}

enum zm_token zm_decode(struct zm_decoder *d, uint8_t byte)
{
    d->can_run = byte == ZDLE ? d->can_run + 1 : 0;
    if (d->can_run == CAN_LIMIT) {
        d->can_run = 0;
        return fail(d, ZM_CANCEL);
    }
    if ((byte & 0x7f) == XON || (byte & 0x7f) == XOFF)
        return ZM_NOTHING;      /* flow control of the line; in frames these are always escaped */
    switch (d->state) {
    case PAD_ZDLE:
        return encoding_byte(d, byte);
    case HEX_HEADER:
        return hex_digit(d, byte);
    case DATA_CR:
    case DATA_LF:
        return line_end_byte(d, byte);
    case BIN_HEADER:
    case DATA:
    case DATA_CRC:
        return binary_byte(d, byte);
    default:
        return hunt_byte(d, byte);
    }
}

static uint8_t *put_hex(uint8_t *out, uint8_t byte)
{
    static const char digits[16] = "0123456789abcdef";

    *out++ = (uint8_t)digits[byte >> 4];
    *out++ = (uint8_t)digits[byte & 15];
    return out;
}

size_t zm_hex_header(uint8_t *out, enum zm_type type, uint32_t position)
{
    uint8_t raw[HEADER_LENGTH + 2] = {
        (uint8_t)type, (uint8_t)position, (uint8_t)(position >> 8), (uint8_t)(position >> 16), (uint8_t)(position >> 24),
    };
    uint16_t crc = zm_crc16(0, raw, HEADER_LENGTH);
    uint8_t *p = out;

    raw[HEADER_LENGTH] = (uint8_t)(crc >> 8);
    raw[HEADER_LENGTH + 1] = (uint8_t)crc;
    *p++ = ZPAD;
    *p++ = ZPAD;
    *p++ = ZDLE;
    *p++ = ZHEX;
    for (size_t i = 0; i < sizeof(raw); i++)
        p = put_hex(p, raw[i]);
    *p++ = CR;
    *p++ = LF | 0x80;
    if (type != ZM_ZFIN && type != ZM_ZACK)
        *p++ = XON;
    return (size_t)(p - out);
}
