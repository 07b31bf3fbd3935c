/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <mailbox/table.h>

/*
 * Requests and their answers, over a port (port.h). Nobody waits in here: a request is entered, and whoever made it is told later
 * (exchange_answered) that the answer is there, or that there will be none.
 */

/* Time-outs are counted in ticks of this length while anybody waits: a request has between its time and one tick more. */
enum { EXCHANGE_TICK_MS = 100, EXCHANGE_TIMEOUT_MAX_MS = 600000 };

/* Counters since the driver's start. */
struct exchange_counters {
    uint32_t malformed;         /* messages of the other side that were refused */
    uint32_t unexpected;        /* well-formed ones that answer nothing */
    uint32_t late;              /* answers to requests that had been given up */
    uint32_t device_errors;
};

/* Begins a life. window: all memory that long messages may lie in; life: as in port.h. */
void exchange_init(const struct mailbox_window *window, uint32_t life);

/* Enters a request of a client (from 0): of `n` bytes at `request`, or with a buffer at a physical address, which is the client's.
 * On MAILBOX_SUCCESS *entered is queued: the caller sets its waiter, or takes it back (mailbox_leave), then calls exchange_pump.
 * Otherwise a mailbox_error. */
int exchange_short(unsigned client, const uint8_t *request, size_t n, uint32_t timeout_ms, struct mailbox_request **entered);
int exchange_long(unsigned client, uint8_t version, uint32_t address, uint32_t size, uint32_t timeout_ms, struct mailbox_request **entered);

/* Sends and receives what it can. To be called after an interrupt (behind exchange_interrupt) and after a request was entered. */
void exchange_pump(void);

/* The device has raised its interrupt. */
void exchange_interrupt(void);

/* A tick is over. */
void exchange_tick(void);

/* True when ticks are needed. */
bool exchange_waits(void);

/* Gives up what a client waits for (exchange_answered with MAILBOX_TIMED_OUT): a client that asks again has started again. */
void exchange_give_up(unsigned client);

const struct exchange_counters *exchange_counters(void);

/* Implemented by the user: the end of a request with its waiter. error: mailbox_error; reply: with MAILBOX_SUCCESS. */
void exchange_answered(const struct mailbox_request *request, int error, const struct mailbox_message *reply);

/* Implemented by the user: something of the security core's was not as it should be. */
void exchange_noticed(const char *what);
