/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The NS16550A as far as the driver uses it. Everything that touches a register is behind these functions. */

/* 8N1, receive interrupt on, transmit interrupt off. FIFOs on, unless bytes are there already. */
void ns16550_init(void);

/*
 * Switches the FIFOs on, if they are not and no byte is waiting. To be called when none is on its way either: switching them on discards what
 * comes at that moment. So a script that waits in a pipe at the start is read byte by byte, and the FIFOs are for the first file transfer.
 */
void ns16550_use_fifos(void);

enum { NS16550_FIFO_SIZE = 16 };

/*
 * Takes up to room bytes out of the FIFO, as many as the cause of the receive interrupt promises; returns their number. *more: set
 * when further bytes are on their way, for which an interrupt will come; cleared when the line has fallen silent;
 * unchanged when there was no receive interrupt. Sets *overrun, and never clears it, when the device has lost bytes.
 */
size_t ns16550_receive(uint8_t *bytes, size_t room, bool *more, bool *overrun);

/* Number of bytes that can be put right now: the whole FIFO when it is empty, otherwise 0. */
size_t ns16550_tx_space(void);
void ns16550_tx_put(uint8_t byte);

/* Whether the last bit has left the shift register. */
bool ns16550_tx_idle(void);

/* Selects which conditions interrupt. */
void ns16550_set_interrupts(bool receive, bool transmit);
