/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Driver of a NOR flash made of two 16-bit chips side by side on a 32-bit bus, which describe themselves by CFI (JEDEC JESD68.01)
 * and obey the Intel command set 0001. Waits by polling, never longer than the chips' own limits allow. */
#pragma once

#include "store/flash.h"

/* How the registers are reached; offsets are in bytes, multiples of 4. */
struct cfi_bus {
    uint32_t (*load)(void *ctx, uint32_t offset);
    void (*store)(void *ctx, uint32_t offset, uint32_t value);
    uint32_t (*microseconds)(void *ctx); /* a clock that may wrap around */
    void *ctx;
};

enum flash_cfi_error {
    FLASH_CFI_OK = 0,
    FLASH_CFI_ABSENT = -1,      /* no answer to the query, or not two such chips */
    FLASH_CFI_UNSUPPORTED = -2, /* another command set, or blocks of several sizes */
    FLASH_CFI_RANGE = -3,       /* outside of the flash, or not in whole words */
    FLASH_CFI_TIMEOUT = -4,     /* not ready in time */
    FLASH_CFI_LOCKED = -5,      /* the block is locked */
    FLASH_CFI_VOLTAGE = -6,     /* no programming voltage */
    FLASH_CFI_ERASE = -7,       /* erasing has failed */
    FLASH_CFI_PROGRAM = -8,     /* programming has failed */
};

struct flash_cfi {
    struct flash flash; /* what the store is given: its functions return these errors */
    struct cfi_bus bus;
    uint32_t size;          /* bytes of both chips */
    uint32_t program_limit; /* microseconds that one program() may take */
    uint32_t erase_limit;
};

/** Asks the chips what they are. window: bytes of the bus that belong to them. */
int flash_cfi_open(struct flash_cfi *f, const struct cfi_bus *bus, uint32_t window);
