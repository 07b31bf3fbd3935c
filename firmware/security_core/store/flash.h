/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the store asks of a flash memory: NOR, erased in blocks to ones; programming clears bits and never sets one, and
 * a cell that was programmed may be programmed again with more zeros. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct flash {
    uint32_t block_size; /* bytes that are erased at once */
    uint32_t blocks;
    uint32_t page_size;  /* bytes, a power of two: one program() neither is longer nor crosses a multiple of it */
    /* Each returns 0, or anything else when the device reports an error. addr is a byte offset in the device. */
    int (*read)(void *ctx, uint32_t addr, void *buf, size_t n);
    int (*program)(void *ctx, uint32_t addr, const void *buf, size_t n); /* addr and n are multiples of 4 */
    int (*erase)(void *ctx, uint32_t block);
    void *ctx;
};
