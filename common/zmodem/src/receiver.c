/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <zmodem/zmodem.h>

/* ZRINIT's ZF0: full duplex, can receive while writing, CRC-32. A window of 0 lets the sender stream. */
#define RECEIVER_CAPABILITIES ((uint32_t)(0x01 | 0x02 | 0x20) << 24)

enum { GARBAGE_LIMIT = 32768, CONTROL_C = 0x03 };

enum state {
    START,          /* nobody heard yet */
    READY,          /* ZRINIT sent: ZFILE or ZFIN expected */
    FILE_INFO,      /* in the subpacket of a ZFILE */
    ATTENTION,      /* in the subpacket of a ZSINIT: acknowledged, its contents unused */
    POSITION,       /* ZRPOS or ZACK sent, or frame over: ZDATA or ZEOF expected */
    RECEIVING,      /* in the subpackets of a ZDATA */
    CLOSING,        /* ZFIN answered: "OO" expected */
};

enum file { NO_FILE, OPEN, COMPLETE };

static void send_header(struct zmodem *z, enum zm_type type, uint32_t position)
{
    uint8_t header[ZM_HEX_HEADER_MAX];

    z->ops->send(z->ctx, header, zm_hex_header(header, type, position));
}

/* Offers to receive (the next file). */
static void announce(struct zmodem *z, enum state state)
{
    z->state = state;
    send_header(z, ZM_ZRINIT, RECEIVER_CAPABILITIES);
}

/* Bytes were handed over that may be wrong: the file has to come anew. */
static bool restart_file(struct zmodem *z)
{
    z->unchecked = 0;
    z->received = 0;
    return ++z->restarts <= ZMODEM_MAX_RESTARTS && z->ops->restart(z->ctx);
}

static void ask_for_position(struct zmodem *z)
{
    if (z->unchecked > 0 && !restart_file(z)) {
        zmodem_abort(z, z->restarts > ZMODEM_MAX_RESTARTS ? ZMODEM_TOO_MANY_ERRORS : ZMODEM_REFUSED);
        return;
    }
    z->state = POSITION;
    send_header(z, ZM_ZRPOS, z->received);
}

/* What was expected did not come, or came damaged: asks for it (again). Once the sender was heard it gets a ZNAK instead
 * of another ZRINIT, because lrzsz answers that at once and a repeated ZRINIT only after five quiet seconds. */
static void request(struct zmodem *z)
{
    switch (z->state) {
    case START:
        announce(z, START);
        break;
    case READY:
    case FILE_INFO:
    case ATTENTION:
        z->state = READY;
        send_header(z, ZM_ZNAK, 0);
        break;
    case CLOSING:
        send_header(z, ZM_ZFIN, 0);
        break;
    default:
        ask_for_position(z);
        break;
    }
    z->garbage = 0;
}

static void progress(struct zmodem *z)
{
    z->garbage = 0;
    z->errors = 0;
    z->quiet = 0;
}

static void fail(struct zmodem *z, enum zmodem_error error)
{
    z->status = ZMODEM_FAILED;
    z->error = error;
}

/* A header as well as the CANs: lrzsz's sender skips everything up to the next header when it was offered two ZRINITs, and
 * would offer the file again after five quiet seconds, to nobody. */
void zmodem_abort(struct zmodem *z, enum zmodem_error error)
{
    send_header(z, ZM_ZABORT, 0);
    z->ops->send(z->ctx, zm_cancel_sequence, ZM_CANCEL_LENGTH);
    fail(z, error);
}

/* Counts an error; false when it was one too many and the session is over. */
static bool endure(struct zmodem *z)
{
    if (++z->errors <= ZMODEM_MAX_ERRORS)
        return true;
    zmodem_abort(z, ZMODEM_TOO_MANY_ERRORS);
    return false;
}

static void trouble(struct zmodem *z)
{
    if (endure(z))
        request(z);
}

static void finish(struct zmodem *z)
{
    if (z->file == COMPLETE)
        z->status = ZMODEM_DONE;
    else
        fail(z, ZMODEM_NO_FILE);
}

static void expect_data(struct zmodem *z, enum state state)
{
    z->state = state;
    zm_expect_data(&z->in);
}

/* Decimal digits of the size field; a value beyond 32 bits counts as unknown. */
static uint32_t parse_size(const uint8_t *p, const uint8_t *end)
{
    uint32_t size = 0;

    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        if (size > (UINT32_MAX - 9) / 10)
            return 0;
        size = size * 10 + (*p - '0');
    }
    return size;
}

/* Opens the file that .in.data describes: name NUL, then "size mtime mode ...", NUL. */
static void offer(struct zmodem *z)
{
    uint8_t *p = z->in.data;
    uint8_t *end = p + z->in.length;

    while (p < end && *p != '\0')
        p++;
    if (p == end) {         /* no end of the name: a broken sender */
        zmodem_abort(z, ZMODEM_REFUSED);
        return;
    }
    if (!z->ops->begin(z->ctx, (const char *)z->in.data, parse_size(p + 1, end))) {
        zmodem_abort(z, ZMODEM_REFUSED);
        return;
    }
    z->file = OPEN;
    ask_for_position(z);
}

static void on_file_info(struct zmodem *z)
{
    progress(z);
    switch (z->file) {
    case NO_FILE:
        offer(z);
        break;
    case OPEN:              /* our ZRPOS was lost */
        ask_for_position(z);
        break;
    default:                /* one file per session */
        z->state = READY;
        send_header(z, ZM_ZSKIP, 0);
        break;
    }
}

/* Hands over the part of the subpacket that is new. */
static bool deliver(struct zmodem *z)
{
    uint32_t old = z->overlap < z->in.length ? z->overlap : z->in.length;

    z->overlap -= old;
    if (old == z->in.length)
        return true;
    if (!z->ops->data(z->ctx, z->in.data + old, z->in.length - old))
        return false;
    z->received += z->in.length - old;
    z->unchecked += z->in.length - old;
    progress(z);
    return true;
}

/* Part of a long subpacket. Only files have these. Until the sender is known to make them it may as well be one whose end
 * was damaged: its bytes are dropped, and its CRC will tell (on_file_data). */
static void on_part(struct zmodem *z)
{
    if (z->state != RECEIVING) {
        zm_decoder_reset(&z->in);
        trouble(z);
    } else if (z->long_subpackets && !deliver(z)) {
        zmodem_abort(z, ZMODEM_REFUSED);
    }
}

static void on_file_data(struct zmodem *z)
{
    z->quiet = 0;
    z->garbage = 0;
    if (z->in.parts > 0 && !z->long_subpackets) {   /* a right CRC: the sender makes them so (sz -8) */
        z->long_subpackets = true;
        ask_for_position(z);
        return;
    }
    if (!deliver(z)) {
        zmodem_abort(z, ZMODEM_REFUSED);
        return;
    }
    z->unchecked = 0;
    if (z->in.frame_end == ZM_ZCRCQ || z->in.frame_end == ZM_ZCRCW)
        send_header(z, ZM_ZACK, z->received - z->overlap);
    if (z->in.frame_end == ZM_ZCRCG || z->in.frame_end == ZM_ZCRCQ)
        zm_expect_data(&z->in);
    else
        z->state = POSITION;
}

static void on_data(struct zmodem *z)
{
    switch (z->state) {
    case FILE_INFO:
        on_file_info(z);
        break;
    case RECEIVING:
        on_file_data(z);
        break;
    case ATTENTION:
        z->state = READY;
        send_header(z, ZM_ZACK, 1);
        break;
    default:
        break;
    }
}

static void on_zdata(struct zmodem *z)
{
    if (z->file != OPEN)
        return;
    if (z->in.position > z->received) {     /* something was lost in between */
        trouble(z);
        return;
    }
    z->overlap = z->received - z->in.position;
    expect_data(z, RECEIVING);
}

static void on_zeof(struct zmodem *z)
{
    if (z->file == OPEN && z->in.position != z->received)
        return;             /* overtaken by a ZRPOS: the sender will come back (protocol 8.2) */
    if (z->file == OPEN)
        z->file = COMPLETE;
    progress(z);
    announce(z, READY);
}

static void on_zfin(struct zmodem *z)
{
    if (z->file == OPEN) {
        zmodem_abort(z, ZMODEM_INCOMPLETE);
        return;
    }
    z->closing = 0;
    z->state = CLOSING;
    request(z);
}

/* ZRQINIT or ZNAK: the sender wants to hear ZRINIT, or in a file the position. */
static void on_inquiry(struct zmodem *z)
{
    if (z->state != START && z->state != READY)
        trouble(z);
    else if (endure(z))
        announce(z, READY);
}

static void on_header(struct zmodem *z)
{
    switch (z->in.type) {
    case ZM_ZRQINIT:
    case ZM_ZNAK:
        on_inquiry(z);
        break;
    case ZM_ZSINIT:
        expect_data(z, ATTENTION);
        break;
    case ZM_ZFILE:
        expect_data(z, FILE_INFO);
        break;
    case ZM_ZDATA:
        on_zdata(z);
        break;
    case ZM_ZEOF:
        on_zeof(z);
        break;
    case ZM_ZFIN:
        on_zfin(z);
        break;
    case ZM_ZABORT:
    case ZM_ZFERR:
    case ZM_ZCAN:
        zmodem_abort(z, ZMODEM_CANCELLED);
        break;
    case ZM_ZFREECNT:
        send_header(z, ZM_ZACK, UINT32_MAX);
        break;
    case ZM_ZCHALLENGE:
        send_header(z, ZM_ZACK, z->in.position);
        break;
    case ZM_ZCOMMAND:
        zmodem_abort(z, ZMODEM_NOT_SUPPORTED);
        break;
    case ZM_ZSTDERR:        /* text for people: thrown away */
        expect_data(z, z->file == OPEN ? POSITION : READY);
        break;
    default:                /* a receiver's header: our own, echoed by a terminal on the other side */
        return;
    }
    z->quiet = 0;
}

static void on_noise(struct zmodem *z, uint8_t byte)
{
    if (z->state == START && byte == CONTROL_C) {
        zmodem_abort(z, ZMODEM_INTERRUPTED);
        return;
    }
    if (z->state == CLOSING && byte == 'O' && ++z->closing == 2) {
        finish(z);
        return;
    }
    if (++z->garbage >= GARBAGE_LIMIT)
        trouble(z);
}

static void on_byte(struct zmodem *z, uint8_t byte)
{
    switch (zm_decode(&z->in, byte)) {
    case ZM_NOTHING:
        break;
    case ZM_NOISE:
        on_noise(z, byte);
        break;
    case ZM_HEADER:
        on_header(z);
        break;
    case ZM_PART:
        on_part(z);
        break;
    case ZM_DATA:
        on_data(z);
        break;
    case ZM_BAD_HEADER:
    case ZM_BAD_DATA:
        trouble(z);
        break;
    case ZM_CANCEL:
        fail(z, ZMODEM_CANCELLED);
        break;
    }
}

void zmodem_start(struct zmodem *z, const struct zmodem_ops *ops, void *ctx)
{
    *z = (struct zmodem){.ops = ops, .ctx = ctx, .status = ZMODEM_RUNNING, .file = NO_FILE};
    announce(z, START);
}

size_t zmodem_input(struct zmodem *z, const uint8_t *bytes, size_t n)
{
    size_t i = 0;

    while (i < n && z->status == ZMODEM_RUNNING)
        on_byte(z, bytes[i++]);
    return i;
}

void zmodem_timeout(struct zmodem *z)
{
    unsigned limit = z->state == START ? ZMODEM_MAX_START_QUIET : ZMODEM_MAX_QUIET;

    if (z->status != ZMODEM_RUNNING)
        return;
    zm_decoder_reset(&z->in);
    if (z->state == CLOSING)            /* "OO" got lost; all that matters is here */
        finish(z);
    else if (++z->quiet <= limit)
        request(z);
    else if (z->file == COMPLETE)       /* the sender vanished behind the end of the file */
        finish(z);
    else
        zmodem_abort(z, ZMODEM_TIMED_OUT);
}

uint32_t zmodem_wait_ms(const struct zmodem *z)
{
    return z->state == CLOSING ? ZMODEM_END_WAIT_MS : ZMODEM_WAIT_MS;
}

const char *zmodem_error_text(enum zmodem_error error)
{
    static const char *const texts[] = {
        [ZMODEM_OK] = "no error",
        [ZMODEM_CANCELLED] = "cancelled by the other side",
        [ZMODEM_INTERRUPTED] = "interrupted",
        [ZMODEM_TIMED_OUT] = "the other side went silent",
        [ZMODEM_TOO_MANY_ERRORS] = "too many transmission errors",
        [ZMODEM_REFUSED] = "the file was refused",
        [ZMODEM_INCOMPLETE] = "ended before the end of the file",
        [ZMODEM_NO_FILE] = "no file was sent",
        [ZMODEM_NOT_SUPPORTED] = "remote commands are not supported",
    };

    return (size_t)error < sizeof(texts) / sizeof(texts[0]) ? texts[error] : "unknown error";
}
