/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* The mailbox device of the Sparrow chip: two FIFOs of 8 words (kataos.md, chapter 8). Offsets of its 32-bit registers. */
enum {
    MBOX_INTR_STATE = 0x00,         /* write 1 to clear */
    MBOX_INTR_ENABLE = 0x04,
    MBOX_INTR_TEST = 0x08,
    MBOX_MBOXW = 0x0c,              /* into the FIFO to the security core */
    MBOX_MBOXR = 0x10,              /* out of the FIFO from it */
    MBOX_STATUS = 0x14,
    MBOX_ERROR = 0x18,
    MBOX_WIRQT = 0x1c,              /* thresholds: an interrupt when a FIFO holds more words */
    MBOX_RIRQT = 0x20,
    MBOX_CTRL = 0x24,
};

enum {
    INTR_WRITE_THRESHOLD = 1, INTR_READ_THRESHOLD = 2, INTR_ERROR = 4, INTR_ALL = 7,
    STATUS_EMPTY = 1, STATUS_FULL = 2, STATUS_WRITE_LEVEL = 4, STATUS_READ_LEVEL = 8,
    ERROR_READ = 1, ERROR_WRITE = 2,        /* read from the empty FIFO, write to the full one */
    CTRL_FLUSH_WRITE = 1, CTRL_FLUSH_READ = 2,
};

/* Access to the registers: given by the assembly of the platform, or by a model of the device in tests. */
uint32_t mailbox_register_read(unsigned offset);
void mailbox_register_write(unsigned offset, uint32_t value);
