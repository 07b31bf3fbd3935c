/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "memory.h"

#include <string.h>

enum { CLEAN = -1, DIRTY = -2 };

/* Blocks in order of their offsets, which are the sums of the sizes before. */
static struct {
    struct block {
        uint32_t size;
        int owner;                  /* or CLEAN, DIRTY */
    } blocks[MEMORY_BLOCKS];
    unsigned n;
    uint32_t size;
} memory;

void memory_init(uint32_t size)
{
    memory.size = size;
    memory.n = 1;
    memory.blocks[0] = (struct block){ size, DIRTY };
}

uint32_t memory_size(void)
{
    return memory.size;
}

static void remove_block(unsigned i)
{
    memory.n--;
    memmove(&memory.blocks[i], &memory.blocks[i + 1], (memory.n - i) * sizeof *memory.blocks);
}

/* Neighbours of the same kind, if they are free, become one. */
static void merge(void)
{
    for (unsigned i = 1; i < memory.n;) {
        struct block *before = &memory.blocks[i - 1];
        if (before->owner < 0 && before->owner == memory.blocks[i].owner) {
            before->size += memory.blocks[i].size;
            remove_block(i);
        } else {
            i++;
        }
    }
}

/* Takes the beginning of a block; the rest stays one of its own. */
static void split(unsigned i, uint32_t size, int owner)
{
    struct block *block = &memory.blocks[i];
    if (block->size > size) {
        memmove(block + 1, block, (memory.n - i) * sizeof *block);
        memory.n++;
        block[1].size -= size;
        block->size = size;
    }
    block->owner = owner;
}

uint32_t memory_take(uint32_t size, int owner)
{
    uint32_t offset = 0;
    if (size == 0 || size % MEMORY_PAGE != 0 || memory.n == MEMORY_BLOCKS) {
        return MEMORY_FULL;
    }
    for (unsigned i = 0; i < memory.n; i++) {
        if (memory.blocks[i].owner == CLEAN && memory.blocks[i].size >= size) {
            split(i, size, owner);
            return offset;
        }
        offset += memory.blocks[i].size;
    }
    return MEMORY_FULL;
}

void memory_give(uint32_t offset)
{
    uint32_t at = 0;
    for (unsigned i = 0; i < memory.n; i++) {
        if (at == offset && memory.blocks[i].owner >= 0) {
            memory.blocks[i].owner = DIRTY;
            merge();
            return;
        }
        at += memory.blocks[i].size;
    }
}

bool memory_move_down(uint32_t offset)
{
    unsigned owned = 0, at = 0;
    for (unsigned i = 0; i < memory.n; i++) {
        if (memory.blocks[i].owner >= 0) {
            owned++;
            at = i;
        }
    }
    if (owned != 1 || offset == 0) {
        return false;
    }
    memory.blocks[0] = memory.blocks[at];
    memory.blocks[1] = (struct block){ memory.size - memory.blocks[0].size, DIRTY };
    memory.n = 2;
    return true;
}

bool memory_has_room(uint32_t size)
{
    uint32_t run = 0;
    for (unsigned i = 0; i < memory.n; i++) {
        run = memory.blocks[i].owner < 0 ? run + memory.blocks[i].size : 0;
        if (run >= size) {
            return true;
        }
    }
    return false;
}

bool memory_next_dirty(uint32_t *offset, uint32_t *size)
{
    *offset = 0;
    for (unsigned i = 0; i < memory.n; i++) {
        if (memory.blocks[i].owner == DIRTY) {
            *size = memory.blocks[i].size;
            memory.blocks[i].owner = CLEAN;
            merge();
            return true;
        }
        *offset += memory.blocks[i].size;
    }
    return false;
}

void memory_soil(void)
{
    for (unsigned i = 0; i < memory.n; i++) {
        memory.blocks[i].owner = memory.blocks[i].owner < 0 ? DIRTY : memory.blocks[i].owner;
    }
    merge();
}

uint32_t memory_free_bytes(void)
{
    uint32_t bytes = 0;
    for (unsigned i = 0; i < memory.n; i++) {
        bytes += memory.blocks[i].owner < 0 ? memory.blocks[i].size : 0;
    }
    return bytes;
}

bool memory_is_sound(void)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < memory.n; i++) {
        const struct block *block = &memory.blocks[i];
        if (block->size == 0 || block->size % MEMORY_PAGE != 0 || (i > 0 && block->owner < 0 && block->owner == block[-1].owner)) {
            return false;
        }
        sum += block->size;
    }
    return sum == memory.size;
}
