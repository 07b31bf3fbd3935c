/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * ZMODEM sender of one file, as a pure state machine like the receiver (zmodem.h): the caller feeds bytes and time-outs and
 * lets it go on while it has something to send. It sends a window of data ahead and then waits to hear from the receiver,
 * so that one that is gone is noticed soon.
 */
#ifndef ZMODEM_SENDER_H
#define ZMODEM_SENDER_H

#include <zmodem/zmodem.h>

struct zmodem_source {
    /* Sends n bytes to the peer. */
    void (*send)(void *ctx, const uint8_t *bytes, size_t n);
    /* Copies up to n bytes of the file from offset on. 0 where there should be some ends the session. */
    size_t (*read)(void *ctx, uint32_t offset, uint8_t *bytes, size_t n);
};

enum { ZMODEM_WINDOW = 8192 };      /* bytes sent ahead */

/* Private to the sender; `status`, `error` and `position` (bytes sent) may be read. */
struct zmodem_sender {
    const struct zmodem_source *source;
    void *ctx;
    const char *name;
    uint32_t size;
    uint32_t position;      /* of the next byte to send */
    uint32_t heard;         /* the receiver has everything before this */
    enum zmodem_status status;
    enum zmodem_error error;
    uint8_t state;
    uint8_t errors;
    uint8_t quiet;
    bool escape_all;
    struct zm_decoder in;   /* its buffer holds the block that is sent: receivers send no data */
};

/** Begins a session. name must stay valid until it is over. */
void zmodem_sender_start(struct zmodem_sender *z, const struct zmodem_source *source, void *ctx, const char *name, uint32_t size);

/** There is data to send and the receiver is ready: look for input without waiting, then call zmodem_sender_go_on(). */
bool zmodem_sender_busy(const struct zmodem_sender *z);

/** Sends the next piece of data. */
void zmodem_sender_go_on(struct zmodem_sender *z);

/** Consumes bytes from the peer. @return bytes consumed, fewer than n when the session ended before the last of them. */
size_t zmodem_sender_input(struct zmodem_sender *z, const uint8_t *bytes, size_t n);

/** No byte came for ZMODEM_WAIT_MS while the sender was not busy: repeats what it sent last, or gives up. */
void zmodem_sender_timeout(struct zmodem_sender *z);

#endif
