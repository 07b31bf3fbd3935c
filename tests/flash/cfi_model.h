/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Two 16-bit flash chips of the Intel command set on a 32-bit bus, as their registers behave: each has its own command machine and its own
 * status. What a driver must not do sets `violation`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flash_cfi.h"

enum { CFI_CHIPS = 2, CFI_BLOCK = 0x2000, CFI_BLOCKS = 8, CFI_SIZE = CFI_BLOCK * CFI_BLOCKS, CFI_BUFFER = 1024, CFI_TABLE = 0x40 };

enum cfi_mode { CFI_ARRAY, CFI_STATUS, CFI_QUERY };

struct cfi_chip {
    uint16_t memory[CFI_SIZE / 2];
    enum cfi_mode mode;
    uint8_t status;          /* without the ready bit */
    uint8_t pending;         /* first byte of a command of two */
    uint32_t count, left;    /* of a buffered program: words, and those that are still to come */
    uint32_t first;
    uint16_t buffer[CFI_BUFFER];
    uint32_t busy;           /* looks at the status until it is ready */
    /* how it misbehaves */
    uint32_t busy_for;       /* operations take that many looks; UINT32_MAX: for ever */
    uint8_t next_errors;     /* status bits that the next operation ends with */
    bool buffer_busy;        /* the buffer never becomes free */
};

struct cfi_model {
    struct cfi_bus bus;
    struct cfi_chip chips[CFI_CHIPS];
    uint8_t table[CFI_CHIPS][CFI_TABLE];
    uint32_t time, operations;
    const char *violation;
};

void cfi_model_init(struct cfi_model *m);
