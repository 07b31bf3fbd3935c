/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <mailbox/message.h>

/*
 * The mailbox as this side sees it: takes one message after the other, lets it be served, and sends the answer. All that is in shared memory is
 * outside input. Needs nothing of the machine but what is declared below, so it is fuzzed on the host.
 */

/* Begins to serve. fifos: the first page of the window; window: the rest, where buffers lie; life: as epoch of mailbox_ring_start. */
void server_start(void *fifos, const struct mailbox_window *window, uint32_t life);

/* Does one piece of work: at most one message. False: there was nothing to do. */
bool server_step(void);

/* --- for the user of the module to implement --- */

/* The memory of a buffer, of which the window has `size` bytes from `address`. */
uint8_t *server_buffer(uint32_t address, uint32_t size);

/* The other side is to look. */
void server_ring(void);
