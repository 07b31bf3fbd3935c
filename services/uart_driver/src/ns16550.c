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
    IIR_MASK = 0xf, IIR_TRIGGER = 4,
    FCR_ENABLE = 1 << 0, FCR_CLEAR = 3 << 1, FCR_TRIGGER_14 = 3 << 6,
    LCR_8N1 = 3, LCR_DLAB = 1 << 7,
    MCR_DTR = 1 << 0, MCR_RTS = 1 << 1, MCR_OUT2 = 1 << 3,
    LSR_DATA = 1 << 0, LSR_OVERRUN = 1 << 1, LSR_THR_EMPTY = 1 << 5, LSR_IDLE = 1 << 6,
};

/* Divisor 1, the fastest: QEMU has no line, but derives the receive time-out (4 characters) from it. A board with a
 * real line sets its own. */
#ifndef NS16550_DIVISOR
#define NS16550_DIVISOR 1
#endif

#define FIFO_SIZE 16
#define TRIGGER_SIZE 14

int ns16550_init(void)
{
    regs[IER] = 0;
    regs[LCR] = LCR_DLAB;
    regs[DLL] = NS16550_DIVISOR & 0xff;
    regs[DLM] = NS16550_DIVISOR >> 8;
    regs[LCR] = LCR_8N1;
    regs[MCR] = MCR_DTR | MCR_RTS | MCR_OUT2;
    /* A high trigger level lets bytes arrive in bursts; the device's time-out interrupt delivers the rest. */
    uint8_t status = regs[LSR], early = regs[RBR];  /* no branch: nothing else shall arrive before the FIFO is on */
    regs[FCR] = FCR_ENABLE | FCR_CLEAR | FCR_TRIGGER_14;
    ns16550_set_interrupts(true, false);
    return status & LSR_DATA ? early : -1;
}

/* The interrupt cause tells when the trigger level is reached: that saves asking before each byte. */
size_t ns16550_rx_ready(bool *overrun)
{
    if ((regs[IIR] & IIR_MASK) == IIR_TRIGGER) {
        return TRIGGER_SIZE;
    }
    uint8_t status = regs[LSR];
    if (status & LSR_OVERRUN) {
        *overrun = true;
    }
    return status & LSR_DATA ? 1 : 0;
}

uint8_t ns16550_rx_get(void)
{
    return regs[RBR];
}

size_t ns16550_tx_space(void)
{
    return regs[LSR] & LSR_THR_EMPTY ? FIFO_SIZE : 0;
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
