/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The two byte streams of the line, and the one place where log lines and console text are put in order.
 *
 *   receive:  FIFO -> rx ring -> line_receive(). A full ring stops draining and turns the receive interrupt off:
 *             back-pressure instead of loss.
 *   transmit: line_send() and log lines -> tx ring -> FIFO. Log lines that do not fit, and all of them in raw mode,
 *             wait as whole lines in the log ring. A source whose waiting lines take more than it leaves to the others loses
 *             lines, which are counted and reported. Lines that have been printed can be read again until their room is needed.
 */

enum {
    LINE_SEND_MAX = 440,    /* bytes per line_send(): what one call of the interface can carry */
    LINE_LOG_MAX = 432,     /* longer log lines are cut; no application has any */
    LINE_LOG_SIZE = 2048,   /* a power of two */
    LINE_SOURCES = 12,      /* of log lines: at most */
};

/*
 * What outlives the driver: the log. The ring holds whole lines: a byte for the source, the text, '\n'. Lines up to `shown` have
 * been printed and stay readable until their room is needed; the others are waiting. Positions run freely.
 */
struct line_store {
    uint32_t head, tail, shown;
    uint32_t lost[LINE_SOURCES];    /* lines of each source that were not kept */
    uint32_t told[LINE_SOURCES];    /* ... of which so many have been reported */
    uint8_t bytes[LINE_LOG_SIZE];
};

/* restarted: the store is that of a life before this one, otherwise it is made empty. What else was under way is lost, and
 * counted; the mode (raw or not) stays. */
void line_init(struct line_store *store, bool restarted);

/* The device interrupted: moves whatever can be moved, both ways, and sets the interrupts to what is awaited. */
void line_interrupt(void);

/*
 * Oldest received bytes that lie in one piece: *bytes points to them; returns their number. They stay until line_consume().
 * While a stream is coming in, fewer than `enough` bytes are not shown yet: an interrupt follows when there are more or when
 * the stream pauses. That makes few large deliveries out of many small ones.
 */
size_t line_received(const uint8_t **bytes, size_t enough);
void line_consume(size_t n);

/* Bytes are there, but not shown yet. */
bool line_receiving(void);

/* Queues n <= LINE_SEND_MAX bytes. False: does not fit, nothing was taken. It always fits when !line_congested(). */
bool line_send(const uint8_t *bytes, size_t n);

/* Senders should wait: the next full-sized line_send() might not fit. */
bool line_congested(void);

/* Everything queued has left the device. When not, an interrupt comes when it is worth asking again. */
bool line_drained(void);

/* Raw: bytes as they are, log lines held back. Only when line_drained(), so that no queued text changes its meaning. */
void line_set_raw(bool raw);

/* A line of the log without newline, from source < LINE_SOURCES. Control characters in it are shown as '?'. Never waits. */
void line_log(unsigned source, const char *text);

/* Log lines of a source that have been lost since the driver started. */
uint32_t line_lost(unsigned source);

/*
 * The log again: whole lines, as many as there is room for, from *position on (0: from the oldest that is left), which moves
 * behind them. Returns their bytes: 0 at the end. Lines longer than LINE_LOG_MAX do not exist.
 */
size_t line_log_read(uint32_t *position, uint8_t *bytes, size_t room);

/* The name of a source, for people: the caller of this file knows it. */
const char *line_source_name(unsigned source);
