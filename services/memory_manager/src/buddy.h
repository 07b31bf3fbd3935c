/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Blocks of memory of 2^order bytes, each an untyped capability. A block is split by retyping it into two children and
 * becomes whole again when both are free: that mirrors the kernel's rule that an untyped can be used again from its
 * start only when nothing is left of what was made from it.
 *
 * The capability of block i lies in slot first_slot + i. Roots are what the boot left; besides untypeds these are single
 * frames of the boot image, which can only be handed out as frames. Children are numbered in pairs (2n, 2n + 1), so
 * that a buddy is found by flipping one bit.
 *
 * Small blocks are merged as soon as they can be. Merging large ones is put off until somebody needs a block that is not
 * there, because the kernel clears a whole merged block when it is split again.
 */

enum {
    BUDDY_MIN_ORDER = 4,        /* smallest kernel object */
    BUDDY_MAX_ORDER = 29,
    BUDDY_FRAME_ORDER = 12,
    BUDDY_EAGER_ORDER = 14,     /* blocks up to this size are made whole at once */
    BUDDY_BLOCKS = 320,
    BUDDY_NONE = 0xffff,
};

/* Forgets everything. `slots`: number of empty slots from first_slot on. */
void buddy_init(uint32_t first_slot, uint32_t slots);

/* Adds a root, which is free at once; the caller puts its capability into buddy_slot() of the result. frame: a frame and not
 * an untyped. BUDDY_NONE when the table is full. All roots are added before the first buddy_alloc(). */
uint16_t buddy_add_root(uint32_t order, bool frame);

/* A free block of exactly this order, now in use; BUDDY_NONE when there is none (or no room in the table to split). */
uint16_t buddy_alloc(uint32_t order);

/* A free frame of the boot image, now in use; BUDDY_NONE when there is none. */
uint16_t buddy_alloc_frame(void);

/* Returns a block in use, from which nothing exists any more (kernel_revoke). */
void buddy_free(uint16_t block);

uint32_t buddy_slot(uint16_t block);
uint32_t buddy_order(uint16_t block);
bool buddy_is_frame(uint16_t block);

/* Blocks in use can be chained by their owner: an allocation's list of blocks. */
uint16_t buddy_next(uint16_t block);
void buddy_set_next(uint16_t block, uint16_t next);

/* Free bytes in all; and of one root, for 0 <= root < buddy_roots(). */
uint32_t buddy_free_bytes(void);
uint16_t buddy_roots(void);
uint32_t buddy_root_free_bytes(uint16_t root);
