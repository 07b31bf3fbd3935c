/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The NS16550A as far as the driver uses it. Everything that touches a register is behind these functions. */

/* 8N1, FIFOs on and empty, receive interrupt on, transmit interrupt off. Returns a byte that had been received before (which
 * switching the FIFOs on would lose), or -1. */
int ns16550_init(void);

/* Number of received bytes that are certainly in the FIFO, 0: none. Sets *overrun when the device has lost bytes since the
 * last call; never clears it. */
size_t ns16550_rx_ready(bool *overrun);

/* Takes the oldest received byte; only after ns16550_rx_ready(). */
uint8_t ns16550_rx_get(void);

/* Number of bytes that can be put right now: the whole FIFO when it is empty, otherwise 0. */
size_t ns16550_tx_space(void);
void ns16550_tx_put(uint8_t byte);

/* Whether the last bit has left the shift register. */
bool ns16550_tx_idle(void);

/* Selects which conditions interrupt. */
void ns16550_set_interrupts(bool receive, bool transmit);
