/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <zmodem/sender.h>

#include <string.h>

#include <kata/crc32.h>

enum { CONTROL_C = 0x03 };

/* ZRINIT's ZF0, which travels in the last position byte. */
#define CAN_CRC32 ((uint32_t)0x20 << 24)
#define ESCAPE_CONTROLS ((uint32_t)0x40 << 24)
/* ZFILE's ZF0: binary. */
#define ZCBIN ((uint32_t)1 << 24)

enum state {
    CALLING,        /* ZRQINIT sent: ZRINIT expected */
    OFFERING,       /* ZFILE sent: ZRPOS expected */
    REWINDING,      /* ZRPOS heard: to be answered when nothing more is there to hear */
    SENDING,        /* the window is open */
    WAITING,        /* the window is full, or the end of the frame was reached: ZACK or ZRPOS expected */
    ENDING,         /* ZEOF sent: ZRINIT expected */
    CLOSING,        /* ZFIN sent: ZFIN expected */
    CLOSED,         /* all said: the line end of the receiver's ZFIN expected, which is not for others */
};

static struct zm_output output(const struct zmodem_sender *z)
{
    return (struct zm_output){z->source->send, z->ctx, z->escape_all};
}

static void send_text(struct zmodem_sender *z, const char *text)
{
    z->source->send(z->ctx, (const uint8_t *)text, strlen(text));
}

static void send_header(struct zmodem_sender *z, enum zm_type type, uint32_t position)
{
    uint8_t header[ZM_HEX_HEADER_MAX];

    z->source->send(z->ctx, header, zm_hex_header(header, type, position));
}

static void fail(struct zmodem_sender *z, enum zmodem_error error)
{
    z->status = ZMODEM_FAILED;
    z->error = error;
}

static void give_up(struct zmodem_sender *z, enum zmodem_error error)
{
    z->source->send(z->ctx, zm_cancel_sequence, ZM_CANCEL_LENGTH);
    fail(z, error);
}

/* Decimal number with a NUL or, in front of others, a blank behind it. */
static size_t put_number(uint8_t *out, uint32_t n)
{
    uint8_t digits[10];
    size_t count = 0, length = 0;

    do {
        digits[count++] = (uint8_t)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    while (count > 0)
        out[length++] = digits[--count];
    return length;
}

/* ZFILE: name NUL, "size 0 0 0 1 size" NUL (time and mode unknown; one file of so many bytes remains). */
static void offer(struct zmodem_sender *z)
{
    static const char middle[] = " 0 0 0 1 ";
    struct zm_output out = output(z);
    uint8_t *p = z->in.data;
    size_t name = strlen(z->name);

    z->state = OFFERING;
    if (name > ZM_SUBPACKET_MAX - 64)
        name = ZM_SUBPACKET_MAX - 64;
    memcpy(p, z->name, name);
    p += name;
    *p++ = '\0';
    p += put_number(p, z->size);
    memcpy(p, middle, sizeof(middle) - 1);
    p += sizeof(middle) - 1;
    p += put_number(p, z->size);
    *p++ = '\0';
    zm_binary_header(&out, ZM_ZFILE, ZCBIN);
    zm_subpacket(&out, z->in.data, (size_t)(p - z->in.data), ZM_ZCRCW);
}

static void end_file(struct zmodem_sender *z)
{
    struct zm_output out = output(z);

    z->state = ENDING;
    zm_binary_header(&out, ZM_ZEOF, z->size);
}

static void begin_data(struct zmodem_sender *z, uint32_t position)
{
    struct zm_output out = output(z);

    z->position = z->heard = position;
    if (position >= z->size) {
        end_file(z);
        return;
    }
    z->state = SENDING;
    zm_binary_header(&out, ZM_ZDATA, position);
}

static void close_session(struct zmodem_sender *z)
{
    z->state = CLOSING;
    send_header(z, ZM_ZFIN, 0);
}

/* A new ZDATA behind others. The receiver may be in the middle of the frame (it sent two ZRPOS for one error): without the
 * end of that frame it would take our header for damaged data and send a ZRPOS again, for ever. */
static void begin_data_again(struct zmodem_sender *z)
{
    struct zm_output out = output(z);

    zm_subpacket(&out, NULL, 0, ZM_ZCRCE);
    begin_data(z, z->heard);
}

/* Whatever was said last was not heard. */
static void repeat(struct zmodem_sender *z)
{
    switch (z->state) {
    case CALLING:
        send_header(z, ZM_ZRQINIT, 0);
        break;
    case OFFERING:
        offer(z);
        break;
    case ENDING:
        end_file(z);
        break;
    case CLOSING:
        close_session(z);
        break;
    default:
        begin_data_again(z);
        break;
    }
}

/* Counts an error; false when it was one too many and the session is over. */
static bool endure(struct zmodem_sender *z)
{
    if (++z->errors <= ZMODEM_MAX_ERRORS)
        return true;
    give_up(z, ZMODEM_TOO_MANY_ERRORS);
    return false;
}

static void on_zrinit(struct zmodem_sender *z)
{
    switch (z->state) {
    case CALLING:
        z->escape_all = (z->in.position & ESCAPE_CONTROLS) != 0;
        if ((z->in.position & CAN_CRC32) == 0)
            give_up(z, ZMODEM_NOT_SUPPORTED);
        else
            offer(z);
        break;
    case ENDING:            /* the file has arrived */
        close_session(z);
        break;
    default:                /* of several, one was answered */
        break;
    }
}

/* Not answered at once: of several ZRPOS that are there already the last one counts, and they are one error. */
static void rewind_to(struct zmodem_sender *z, uint32_t position)
{
    if (z->state != REWINDING && !endure(z))
        return;
    z->position = z->heard = position;
    z->state = REWINDING;
}

static void on_zrpos(struct zmodem_sender *z)
{
    if (z->state == CALLING || z->state == CLOSING)
        return;
    if (z->in.position > z->heard)
        z->errors = 0;
    if (z->in.position > z->size)
        give_up(z, ZMODEM_REFUSED);
    else if (z->state == OFFERING)
        begin_data(z, z->in.position);
    else
        rewind_to(z, z->in.position);
}

static void on_zack(struct zmodem_sender *z)
{
    if ((z->state != SENDING && z->state != WAITING) || z->in.position > z->position || z->in.position <= z->heard)
        return;
    z->heard = z->in.position;
    z->errors = 0;
    if (z->state != WAITING)
        return;
    if (z->position < z->size)
        z->state = SENDING;
    else if (z->heard == z->size)
        end_file(z);
}

/* The receiver wants to compare with a file it has: CRC-32 of the first so many bytes, all for 0. */
static void on_zcrc(struct zmodem_sender *z)
{
    uint32_t end = z->in.position == 0 || z->in.position > z->size ? z->size : z->in.position;
    uint32_t crc = 0, at = 0;
    size_t n = 1;

    for (; at < end && n > 0; at += (uint32_t)n) {
        n = z->source->read(z->ctx, at, z->in.data, end - at < ZM_SUBPACKET_MAX ? end - at : ZM_SUBPACKET_MAX);
        crc = crc32_update(crc, z->in.data, n);
    }
    send_header(z, ZM_ZCRC, crc);
}

static void on_zfin(struct zmodem_sender *z)
{
    if (z->state != CLOSING) {
        fail(z, ZMODEM_CANCELLED);
        return;
    }
    send_text(z, "OO");
    z->state = CLOSED;
}

static void on_header(struct zmodem_sender *z)
{
    switch (z->in.type) {
    case ZM_ZRINIT:
        on_zrinit(z);
        break;
    case ZM_ZRPOS:
        on_zrpos(z);
        break;
    case ZM_ZACK:
        on_zack(z);
        break;
    case ZM_ZNAK:
        if (endure(z))
            repeat(z);
        break;
    case ZM_ZCRC:
        on_zcrc(z);
        break;
    case ZM_ZCHALLENGE:
        send_header(z, ZM_ZACK, z->in.position);
        break;
    case ZM_ZSKIP:
        close_session(z);
        fail(z, ZMODEM_REFUSED);
        break;
    case ZM_ZFIN:
        on_zfin(z);
        break;
    case ZM_ZABORT:
    case ZM_ZFERR:
    case ZM_ZCAN:
        fail(z, ZMODEM_CANCELLED);
        break;
    default:                /* our own, echoed by a terminal on the other side */
        return;
    }
    z->quiet = 0;
}

static void on_byte(struct zmodem_sender *z, uint8_t byte)
{
    switch (zm_decode(&z->in, byte)) {
    case ZM_HEADER:
        on_header(z);
        break;
    case ZM_BAD_HEADER:     /* an error, but no silence. What it was will be said again */
        if (endure(z))
            z->quiet = 0;
        break;
    case ZM_CANCEL:
        fail(z, ZMODEM_CANCELLED);
        break;
    case ZM_NOISE:
        if (z->state == CALLING && byte == CONTROL_C)
            give_up(z, ZMODEM_INTERRUPTED);
        break;
    default:
        break;
    }
}

void zmodem_sender_start(struct zmodem_sender *z, const struct zmodem_source *source, void *ctx, const char *name, uint32_t size)
{
    *z = (struct zmodem_sender){.source = source, .ctx = ctx, .name = name, .size = size, .status = ZMODEM_RUNNING, .state = CALLING};
    send_text(z, "rz\r");       /* starts the receiver of many terminals */
    repeat(z);
}

bool zmodem_sender_busy(const struct zmodem_sender *z)
{
    return z->status == ZMODEM_RUNNING && (z->state == SENDING || z->state == REWINDING);
}

static void send_block(struct zmodem_sender *z)
{
    struct zm_output out = output(z);
    uint32_t left = z->size - z->position;
    size_t n = z->source->read(z->ctx, z->position, z->in.data, left < ZM_SUBPACKET_MAX ? left : ZM_SUBPACKET_MAX);

    if (n == 0) {
        give_up(z, ZMODEM_INCOMPLETE);
        return;
    }
    z->position += (uint32_t)n;
    bool last = z->position >= z->size;
    bool full = z->position - z->heard >= ZMODEM_WINDOW;
    zm_subpacket(&out, z->in.data, n, last ? ZM_ZCRCW : full ? ZM_ZCRCQ : ZM_ZCRCG);
    if (last || full)
        z->state = WAITING;
}

void zmodem_sender_go_on(struct zmodem_sender *z)
{
    if (z->state == REWINDING)
        begin_data_again(z);
    else
        send_block(z);
}

/* Behind the last header. @return whether the byte belonged to it. */
static bool take_line_end(struct zmodem_sender *z, uint8_t byte)
{
    bool line_feed = (byte & 0x7f) == '\n';

    if ((byte & 0x7f) == '\r')
        return true;
    z->status = ZMODEM_DONE;
    return line_feed;
}

size_t zmodem_sender_input(struct zmodem_sender *z, const uint8_t *bytes, size_t n)
{
    size_t i = 0;

    while (i < n && z->status == ZMODEM_RUNNING) {
        if (z->state != CLOSED)
            on_byte(z, bytes[i++]);
        else
            i += take_line_end(z, bytes[i]);
    }
    return i;
}

void zmodem_sender_timeout(struct zmodem_sender *z)
{
    unsigned limit = z->state == CALLING ? ZMODEM_MAX_START_QUIET : ZMODEM_MAX_QUIET;

    if (z->status != ZMODEM_RUNNING)
        return;
    zm_decoder_reset(&z->in);
    if (z->state == CLOSED)
        z->status = ZMODEM_DONE;
    else if (++z->quiet <= limit)
        repeat(z);
    else if (z->state == CLOSING)       /* the file has arrived: all that matters is done */
        z->status = ZMODEM_DONE;
    else
        give_up(z, ZMODEM_TIMED_OUT);
}
