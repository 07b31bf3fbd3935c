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
 * The capability of block i lies in slot first_slot + i. Roots are the slabs that the boot left; besides untypeds these are
 * single frames of the boot image, which can only be handed out as frames. Children are numbered in pairs (2n, 2n + 1), so
 * that a buddy is found by flipping one bit.
 *
 * Small blocks are merged as soon as they can be. Merging large ones is put off until somebody needs a block that is not
 * there, because the kernel clears a whole merged block when it is split again.
 *
 * One half-word per block survives the death of the service: free, split into which pair, or whose. It is written before
 * something comes into being in the block and after everything in it is gone, so after a restart it is enough to walk down
 * from the roots, and to revoke whatever is free or belongs to nobody alive (buddy_rebuild). Everything else is worked out anew.
 */

enum {
    BUDDY_MIN_ORDER = 4,        /* smallest kernel object */
    BUDDY_MAX_ORDER = 30,      /* the sum of all memory is a 32-bit number */
    BUDDY_FRAME_ORDER = 12,
    BUDDY_EAGER_ORDER = 14,     /* blocks up to this size are made whole at once */
    BUDDY_BLOCKS = 320,
    BUDDY_NONE = 0xffff,
};

/* Every life of the service begins with buddy_init, then all roots in the same order, then buddy_rebuild. */

/* `slots`: number of slots from first_slot on that are for blocks. */
void buddy_init(uint32_t first_slot, uint32_t slots);

/* Adds a root; the caller puts its capability into buddy_slot() of the result, in the first life of it. frame: a frame and
 * not an untyped. BUDDY_NONE when the table is full. */
uint16_t buddy_add_root(uint32_t order, bool frame);

/* Works out which blocks are free. lives: whether an owner's blocks stay; what the others had is revoked and free. */
void buddy_rebuild(bool (*lives)(uint16_t owner));

/*
 * A free block of exactly this order, now its owner's; the smallest that is large enough is split for it. BUDDY_NONE when
 * there is none (or no room in the table to split). lasting: what comes into it is never freed; it goes to the smallest
 * slab with room, and leaves the large ones whole. owner: below 0x4000.
 */
uint16_t buddy_alloc(uint32_t order, uint16_t owner, bool lasting);

/* A free frame of the boot image, now its owner's; BUDDY_NONE when there is none. */
uint16_t buddy_alloc_frame(uint16_t owner);

/* Revokes and takes back all blocks of an owner. */
void buddy_release(uint16_t owner);

uint32_t buddy_slot(uint16_t block);
uint32_t buddy_order(uint16_t block);
bool buddy_is_frame(uint16_t block);

/* Free bytes in all; and of one root, for 0 <= root < buddy_roots(). */
uint32_t buddy_free_bytes(void);
uint16_t buddy_roots(void);
uint32_t buddy_root_free_bytes(uint16_t root);
