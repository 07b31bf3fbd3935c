/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <mailbox/request.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Requests to the security core, through MailboxDriver. The caller waits for the answer, or for the time-out.
 */
enum {
    CORE_ARGUMENTS_MAX = 4092,      /* bytes of arguments, or of results */
    CORE_TIMEOUT_MS = 2000,
    CORE_UNREACHABLE = 0x300,       /* + mailbox_error: no answer. Above all core_error */
};

/* Room for the arguments of the next request, CORE_ARGUMENTS_MAX bytes: a buffer that the security core reads, too. */
uint8_t *core_arguments(void);

/* Makes request `number` (core_request) with the first n bytes of core_arguments(). Returns a core_error, or CORE_UNREACHABLE + mailbox_error. On
 * success *results are *results_n bytes in the same buffer, which the security core does not touch any more until the next request; the next call
 * of core_arguments() gives another buffer. */
uint32_t core_request(uint32_t number, size_t n, const uint8_t **results, size_t *results_n);

/* The same with copies, for what may be short: if arguments and results (at most *results_n bytes) fit, they travel in the message itself. */
uint32_t core_call(uint32_t number, const void *arguments, size_t n, void *results, size_t *results_n);

/* The original's test: a message in its format there and back. True when the security core has done its part. */
bool core_test_original(void);
