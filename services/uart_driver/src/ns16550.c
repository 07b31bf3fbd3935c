/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "ns16550.h"

#include "camkes.h"

enum {  /* byte registers; DLL and DLM take the place of the first two while LCR_DLAB is set */
    RBR = 0, THR = 0, DLL = 0,
    IER = 1, DLM = 1,
    FCR = 2, IIR = 2,
    LCR = 3,
    MCR = 4,
    LSR = 5,
};

enum {
    IER_RECEIVE = 1 << 0, IER_TRANSMIT = 1 << 1,
    IIR_MASK = 0xf, IIR_TRIGGER = 4, IIR_TIMEOUT = 12,
    FCR_ENABLE = 1 << 0, FCR_CLEAR = 3 << 1, FCR_TRIGGER_14 = 3 << 6,
    LCR_8N1 = 3, LCR_DLAB = 1 << 7,
    MCR_DTR = 1 << 0, MCR_RTS = 1 << 1, MCR_OUT2 = 1 << 3,
    LSR_DATA = 1 << 0, LSR_OVERRUN = 1 << 1, LSR_THR_EMPTY = 1 << 5, LSR_IDLE = 1 << 6,
};

/* QEMU has no line, but derives the receive time-out (4 characters) from the divisor: 0.4 ms, short for a person, long enough
 * for a stream to go on. A board with a real line sets its own. */
#ifndef NS16550_DIVISOR
#define NS16550_DIVISOR 4
#endif

#define TRIGGER_SIZE 14

static bool fifo_on;

/* A high trigger level lets bytes arrive in bursts; the device's time-out interrupt delivers the rest. */
static void enable_fifo(void)
{
    regs[FCR] = FCR_ENABLE | FCR_CLEAR | FCR_TRIGGER_14;
    fifo_on = true;
}

void ns16550_use_fifos(void)
{
    if (!fifo_on && !(regs[LSR] & LSR_DATA)) {
        enable_fifo();
    }
}

void ns16550_init(void)
{
    regs[IER] = 0;
    regs[LCR] = LCR_DLAB;
    regs[DLL] = NS16550_DIVISOR & 0xff;
    regs[DLM] = NS16550_DIVISOR >> 8;
    regs[LCR] = LCR_8N1;
    regs[MCR] = MCR_DTR | MCR_RTS | MCR_OUT2;
    ns16550_use_fifos();
    ns16550_set_interrupts(true, false);
}

/* Without FIFO: takes what comes, byte by byte. */
static size_t receive_bytes(uint8_t *bytes, size_t room)
{
    size_t n = 0;
    while (n < room && (regs[LSR] & LSR_DATA)) {
        bytes[n++] = regs[RBR];
    }
    return n;
}

/*
 * At the trigger level one byte is left behind: it makes sure that the time-out interrupt comes when no other byte follows.
 * Bytes that arrive while the FIFO is being emptied are not chased: QEMU refills an empty FIFO with all it has, but a
 * half-empty one byte by byte.
 */
size_t ns16550_receive(uint8_t *bytes, size_t room, bool *more, bool *overrun)
{
    size_t n = 0;
    if (!fifo_on) {
        return receive_bytes(bytes, room);
    }
    switch (regs[IIR] & IIR_MASK) {
    case IIR_TRIGGER:
        for (; n < room && n < TRIGGER_SIZE - 1; n++) {
            bytes[n] = regs[RBR];
        }
        *more = true;
        break;
    case IIR_TIMEOUT: {
        uint8_t status = regs[LSR];
        *overrun |= (status & LSR_OVERRUN) != 0;
        while ((status & LSR_DATA) && n < room) {
            bytes[n++] = regs[RBR];
            status = regs[LSR];
        }
        *more = status & LSR_DATA;
        break;
    }
    default:
        break;
    }
    return n;
}

size_t ns16550_tx_space(void)
{
    return !(regs[LSR] & LSR_THR_EMPTY) ? 0 : fifo_on ? NS16550_FIFO_SIZE : 1;
}

void ns16550_tx_put(uint8_t byte)
{
    regs[THR] = byte;
}

bool ns16550_tx_idle(void)
{
    return regs[LSR] & LSR_IDLE;
}

void ns16550_set_interrupts(bool receive, bool transmit)
{
    regs[IER] = (receive ? IER_RECEIVE : 0) | (transmit ? IER_TRANSMIT : 0);
}
