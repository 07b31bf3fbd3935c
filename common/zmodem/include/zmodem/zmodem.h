/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * ZMODEM receiver (sender: sender.h) as a pure state machine: the caller feeds bytes and time-outs, the receiver calls back with bytes to
 * send and file data. It does no input or output of its own, allocates nothing, and takes one file per session (further
 * files of a batch are skipped). Protocol: "The ZMODEM Inter Application File Transfer Protocol", C. Forsberg, 1988.
 */
#ifndef ZMODEM_ZMODEM_H
#define ZMODEM_ZMODEM_H

#include <zmodem/frame.h>

/* What the receiver needs from its surroundings. All are called from zmodem_start/_input/_timeout only. */
struct zmodem_ops {
    /* Sends n bytes to the peer. */
    void (*send)(void *ctx, const uint8_t *bytes, size_t n);
    /* A file is offered: its name as the sender gave it (path included) and its size, 0 when unknown. False refuses. */
    bool (*begin)(void *ctx, const char *name, uint32_t size);
    /* The next n bytes of the file, in order, each byte exactly once. False ends the session. */
    bool (*data)(void *ctx, const uint8_t *bytes, size_t n);
    /* All data so far is void: the file comes anew, from its begin. Happens only when a subpacket of more than ZM_SUBPACKET_MAX
     * bytes, which is handed over before its CRC is known, was damaged. False ends the session. */
    bool (*restart)(void *ctx);
};

enum zmodem_status { ZMODEM_RUNNING, ZMODEM_DONE, ZMODEM_FAILED };

enum zmodem_error {
    ZMODEM_OK,
    ZMODEM_CANCELLED,       /* the sender cancelled (five CAN, ZABORT, ZFERR) */
    ZMODEM_INTERRUPTED,     /* control-C before anything was received */
    ZMODEM_TIMED_OUT,       /* the sender went silent */
    ZMODEM_TOO_MANY_ERRORS, /* the line is too bad to make progress */
    ZMODEM_REFUSED,         /* a callback said no */
    ZMODEM_INCOMPLETE,      /* the sender ended the session in the middle of the file */
    ZMODEM_NO_FILE,         /* the sender ended the session without sending a file */
    ZMODEM_NOT_SUPPORTED,   /* the sender asked for a remote command */
};

enum {
    ZMODEM_WAIT_MS = 1000,      /* silence before zmodem_timeout() is due */
    ZMODEM_END_WAIT_MS = 500,   /* the same while only the closing "OO" is missing */
    ZMODEM_MAX_QUIET = 3,       /* silences in a row before giving up, once the sender was heard */
    ZMODEM_MAX_START_QUIET = 90,/* the same while nobody was heard yet */
    ZMODEM_MAX_ERRORS = 20,     /* errors without progress before giving up */
    ZMODEM_MAX_RESTARTS = 10,   /* times that a file comes anew: with one byte in 200,000 damaged that is every third time (64 KiB) */
};

/* Private to the receiver; `status`, `error` and `received` may be read. */
struct zmodem {
    const struct zmodem_ops *ops;
    void *ctx;
    enum zmodem_status status;
    enum zmodem_error error;
    uint32_t received;      /* bytes of the file delivered so far */
    uint32_t unchecked;     /* ... of these in a subpacket whose CRC is not known yet */
    bool long_subpackets;   /* the sender makes them longer than ZM_SUBPACKET_MAX */
    uint32_t overlap;       /* bytes of the current frame that were delivered before: dropped */
    uint16_t garbage;       /* bytes since the last thing that made sense */
    uint8_t state;
    uint8_t file;
    uint8_t errors;
    uint8_t quiet;
    uint8_t restarts;
    uint8_t closing;        /* letters of the final "OO" seen */
    struct zm_decoder in;
};

/** Begins a session: announces the receiver to the peer. ops and ctx must stay valid until it is over. */
void zmodem_start(struct zmodem *z, const struct zmodem_ops *ops, void *ctx);

/**
 * Consumes bytes from the peer.
 * @return bytes consumed: n, or fewer when the session ended before the last of them (what follows is not ZMODEM's).
 */
size_t zmodem_input(struct zmodem *z, const uint8_t *bytes, size_t n);

/** No byte came for zmodem_wait_ms(): repeats the last request, or gives up. */
void zmodem_timeout(struct zmodem *z);

/** Milliseconds of silence after which the caller has to call zmodem_timeout(). */
uint32_t zmodem_wait_ms(const struct zmodem *z);

/** Ends the session from this side: tells the sender to stop. The status becomes ZMODEM_FAILED with this error. */
void zmodem_abort(struct zmodem *z, enum zmodem_error error);

/** A sentence for people, without full stop. */
const char *zmodem_error_text(enum zmodem_error error);

#endif
