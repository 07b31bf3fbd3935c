/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How requests get to the security core: through MailboxDriver (way_mailbox.c), or, where there is none, to a stand-in (way_local.c). Functions
 * return a mailbox_error, or less than 0: MailboxDriver has died.
 */

enum { WAY_PAGES = 15 };    /* of 4 KiB */

/* The buffers of requests, WAY_PAGES pages. */
uint8_t *way_buffers(void);

/* A request of `size` bytes at a page of the buffers; the answer is at the same place, in the pages that the request begins. */
int way_transfer(uint32_t offset, uint32_t size, uint32_t timeout_ms, uint32_t *reply_size);

/* A short one, in a message. */
int way_exchange(const uint8_t *request, size_t request_n, uint32_t timeout_ms, uint8_t *reply, size_t *reply_n);

/* A message in the original's format. True when the answer came back, at the same place and of the same size. */
bool way_original(uint32_t offset, uint32_t size);
