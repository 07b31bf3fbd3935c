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
 *             wait as whole lines in the held ring; only when that is full a line is lost, counted and reported.
 */

enum {
    LINE_SEND_MAX = 440,    /* bytes per line_send(): what one call of the interface can carry */
    LINE_LOG_MAX = 440,     /* longer log lines are cut */
};

void line_init(void);

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

/* A line of the log without newline. Control characters in it are shown as '?'. Never waits. */
void line_log(const char *text);
