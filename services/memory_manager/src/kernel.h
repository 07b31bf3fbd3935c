/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/*
 * The kernel as the allocator sees it; host tests put a model in its place. Slots are MemoryManager's own; results are
 * kernel error numbers, 0 for success.
 */

/* Moves a capability to an empty slot. */
int kernel_move(uint32_t dest, uint32_t src);

/* Creates `count` child untypeds of 2^bits bytes in the slots from dest on. */
int kernel_split(uint32_t untyped, uint32_t bits, uint32_t dest, uint32_t count);

/* Creates objects from an untyped, in `count` slots of a client's CNode from `slot` on. */
int kernel_create(uint32_t untyped, uint32_t type, uint32_t size_bits, uint32_t client, uint32_t slot, uint32_t count);

/* Puts a copy of a frame, filled with zeros, into a slot of a client's CNode. */
int kernel_lend_frame(uint32_t frame, uint32_t client, uint32_t slot);

/* Undoes the mapping of this very capability, if there is one. */
int kernel_unmap(uint32_t frame);

/* Deletes everything that was made from the capability in the slot, wherever it is. */
int kernel_revoke(uint32_t slot);

/* Deletes the capability in the slot. */
int kernel_delete(uint32_t slot);

/*
 * What outlives the death of the service (books). Such variables start as zeros and are never cleared again. The service may
 * die between any two instructions; what the books say changes only by kernel_commit, one half-word at a time: everything
 * before it in the program is done before it, and everything behind it after it.
 */
#ifndef KERNEL_PERSISTENT   /* tests have a section that they can find */
#include <camkes/persistent.h>
#define KERNEL_PERSISTENT CAMKES_PERSISTENT
#endif
void kernel_commit(volatile uint16_t *word, uint16_t value);
