/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Free slots of a CNode, as a bitmap: first fit, any number of neighbouring slots. */
#ifndef KATA_SLOT_ALLOCATOR_H
#define KATA_SLOT_ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

/* Slots first .. first + count - 1; bit i of the bitmap is set when slot first + i is in use. */
struct slot_allocator {
    uint32_t *bitmap;
    uint16_t first; /* not 0: slot 0 means "none" */
    uint16_t count;
    uint16_t used;
};

/* Words of a bitmap for count slots. */
#define SLOT_BITMAP_WORDS(count) (((count) + 31u) / 32u)

/* All slots are free afterwards. The bitmap has SLOT_BITMAP_WORDS(count) words and belongs to the allocator. */
void slot_allocator_init(struct slot_allocator *a, uint32_t *bitmap, uint16_t first, uint16_t count);

/* First of n > 0 neighbouring slots that were free, or 0. */
uint16_t slot_alloc(struct slot_allocator *a, uint16_t n);

/* Marks n given slots as used. False when one is outside or used already; then nothing changes. */
bool slot_reserve(struct slot_allocator *a, uint16_t slot, uint16_t n);

/* Returns n slots. False when one is outside or not in use; then nothing changes. */
bool slot_free(struct slot_allocator *a, uint16_t slot, uint16_t n);

static inline uint16_t slots_free(const struct slot_allocator *a) { return (uint16_t)(a->count - a->used); }

#endif
