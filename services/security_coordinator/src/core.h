/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <mailbox/request.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Requests to the security core, through MailboxDriver: begin, put the arguments, send. The caller waits for the answer, or for the time-out.
 */
enum {
    CORE_ECHO_MAX = 4092,           /* bytes of arguments, or of results, in a page with the number or the error */
    CORE_UNREACHABLE = 0x300,       /* + mailbox_error: no answer. Above all core_error */
};

/* How long an answer may take; a busy host makes the emulator slow. */
enum {
    CORE_TIMEOUT_MS = 2000,         /* without the flash */
    CORE_READ_MS = 10000,
    CORE_WRITE_MS = 30000,          /* signature checks, collections of the flash */
};

/* Bytes of an answer with results of up to n bytes. */
#define CORE_REPLY(n) (4u + (n))

/* Begins a request. */
void core_begin(enum core_request number);
void core_put_u32(uint32_t value);
void core_put_name(const char *name);     /* one that is too long becomes an empty one, which is no less invalid */
void core_put(const void *bytes, size_t n);

/* Makes the request so long that its answer may have `reply` bytes: it may fill the pages that the request begins. */
void core_expect(size_t reply);

/* Sends it. Returns a core_error, or CORE_UNREACHABLE + mailbox_error. *results are *n bytes in the buffer of the request, which the security
 * core does not touch any more; valid until the next request. */
uint32_t core_send(uint32_t timeout_ms, const uint8_t **results, size_t *n);

/* The same for requests that may be served twice: repeated when the security core has started again instead of answering. At most
 * CORE_ASK_MAX bytes of arguments. */
enum { CORE_ASK_MAX = 300 };
uint32_t core_ask(const uint8_t **results, size_t *n);

/* A whole request with copies, for what may be short: if arguments and results (at most *results_n bytes) fit, they travel in the message itself. */
uint32_t core_call(enum core_request number, const void *arguments, size_t n, void *results, size_t *results_n);

/* The original's test: a message in its format there and back. True when the security core has done its part. */
bool core_test_original(void);

/* Memory that costs none: what of the mailbox's buffers requests do not need. */
enum { CORE_SPARE_PAGES = 5 };
uint8_t *core_spare(unsigned page);

/* The next u32 of results; 0 when there is none. */
uint32_t core_get_u32(const uint8_t **results, size_t *n);

/* Copies the next name of results; false (and name empty) when there is none that fits. */
bool core_get_name(const uint8_t **results, size_t *n, char *name, size_t cap);
