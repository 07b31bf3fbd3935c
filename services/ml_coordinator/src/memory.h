/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Who has which pages of the tightly coupled memory. What becomes free is dirty until it has been cleared, and is given to nobody before: whoever
 * gets a block finds zeros in it.
 */

enum { MEMORY_BLOCKS = 80, MEMORY_NONE = -1, MEMORY_PAGE = 4096 };

void memory_init(uint32_t size);    /* all of it dirty */
uint32_t memory_size(void);

/* A clean block for an owner (>= 0), first fit: its offset, or MEMORY_FULL. */
#define MEMORY_FULL UINT32_MAX
uint32_t memory_take(uint32_t size, int owner);

/* The block at this offset becomes free and dirty. */
void memory_give(uint32_t offset);

/* The only block, at this offset, becomes the beginning of the memory, and all the rest is dirty. False: there are others, or it is there already. */
bool memory_move_down(uint32_t offset);

/* Whether a block of this size could be had when everything free were clean. */
bool memory_has_room(uint32_t size);

/* The next dirty range, to be cleared; false: there is none. It counts as clean from then on. */
bool memory_next_dirty(uint32_t *offset, uint32_t *size);

/* Everything free is dirty. */
void memory_soil(void);

uint32_t memory_free_bytes(void);

/* For tests: the blocks cover all of it in order, and are merged. */
bool memory_is_sound(void);
