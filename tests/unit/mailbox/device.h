/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Model of the Sparrow chip's mailbox device, and of the security core behind it. */

#include <stdbool.h>
#include <stdint.h>

void device_reset(void);

/* The interrupt line to the management core. */
bool device_interrupt(void);

/* The security core's side: a word from the management core (false: none), a word to it (false: the FIFO is full). */
bool device_peer_get(uint32_t *word);
bool device_peer_put(uint32_t word);

/* Words in the FIFO to the security core. */
unsigned device_sent(void);

/* An error as the hardware would report it. */
void device_fail(uint32_t error);

/* Register accesses that the driver has made since the last call. */
unsigned device_accesses(void);
