/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "buddy.h"

#include "kernel.h"

enum { UNUSED, FREE, IN_USE, SPLIT };
enum { IS_ROOT = BUDDY_NONE, IS_FRAME = BUDDY_NONE - 1 };   /* instead of a parent */

struct block {
    uint16_t parent;
    uint16_t next, prev;    /* FREE: list of its order; IN_USE: next in its owner's list; UNUSED even: next unused pair */
    uint8_t order;
    uint8_t state;
};

static struct block blocks[BUDDY_BLOCKS];
static uint16_t free_list[BUDDY_MAX_ORDER + 1];
static uint16_t frame_list;
static uint16_t unused_pairs;   /* list of unused pairs below pair_end */
static uint16_t roots;          /* blocks 0 .. roots - 1 */
static uint16_t pair_end;       /* pairs from here on were never used; 0 until the first split */
static uint16_t capacity;
static uint32_t slot_base, free_bytes;

void buddy_init(uint32_t first_slot, uint32_t slots)
{
    slot_base = first_slot;
    capacity = (uint16_t)(slots < BUDDY_BLOCKS ? slots : BUDDY_BLOCKS);
    roots = pair_end = 0;
    free_bytes = 0;
    unused_pairs = frame_list = BUDDY_NONE;
    for (unsigned i = 0; i <= BUDDY_MAX_ORDER; i++) {
        free_list[i] = BUDDY_NONE;
    }
    for (unsigned i = 0; i < BUDDY_BLOCKS; i++) {
        blocks[i].state = UNUSED;
    }
}

uint32_t buddy_slot(uint16_t block) { return slot_base + block; }
uint32_t buddy_order(uint16_t block) { return blocks[block].order; }
bool buddy_is_frame(uint16_t block) { return blocks[block].parent == IS_FRAME; }
uint16_t buddy_next(uint16_t block) { return blocks[block].next; }
void buddy_set_next(uint16_t block, uint16_t next) { blocks[block].next = next; }
uint32_t buddy_free_bytes(void) { return free_bytes; }
uint16_t buddy_roots(void) { return roots; }

/* --- lists of free blocks --- */

static uint16_t *list_of(uint16_t block)
{
    return buddy_is_frame(block) ? &frame_list : &free_list[blocks[block].order];
}

static void list_add(uint16_t block)
{
    uint16_t *head = list_of(block);
    blocks[block].state = FREE;
    blocks[block].prev = BUDDY_NONE;
    blocks[block].next = *head;
    if (*head != BUDDY_NONE) {
        blocks[*head].prev = block;
    }
    *head = block;
}

static void list_remove(uint16_t block)
{
    struct block *b = &blocks[block];
    if (b->prev != BUDDY_NONE) {
        blocks[b->prev].next = b->next;
    } else {
        *list_of(block) = b->next;
    }
    if (b->next != BUDDY_NONE) {
        blocks[b->next].prev = b->prev;
    }
}

uint16_t buddy_add_root(uint32_t order, bool frame)
{
    if (roots >= capacity || order > BUDDY_MAX_ORDER) {
        return BUDDY_NONE;
    }
    uint16_t block = roots++;
    blocks[block].parent = frame ? IS_FRAME : IS_ROOT;
    blocks[block].order = (uint8_t)order;
    list_add(block);
    free_bytes += 1u << order;
    return block;
}

/* --- splitting and merging --- */

/* First block of an unused pair, or BUDDY_NONE. */
static uint16_t pair_take(void)
{
    uint16_t pair = unused_pairs;
    if (pair != BUDDY_NONE) {
        unused_pairs = blocks[pair].next;
        return pair;
    }
    if (pair_end == 0) {
        pair_end = (roots + 1u) & ~1u;
    }
    if (pair_end + 2u > capacity) {
        return BUDDY_NONE;
    }
    pair = pair_end;
    pair_end = (uint16_t)(pair_end + 2);
    return pair;
}

static void pair_release(uint16_t pair)
{
    blocks[pair].state = blocks[pair ^ 1].state = UNUSED;
    blocks[pair].next = unused_pairs;
    unused_pairs = pair;
}

/* Splits a block that is on no list. Its second half becomes free; returns the first, which is on no list either. */
static uint16_t split(uint16_t block)
{
    uint16_t pair = pair_take();
    if (pair == BUDDY_NONE) {
        return BUDDY_NONE;
    }
    uint8_t order = (uint8_t)(blocks[block].order - 1);
    if (kernel_split(buddy_slot(block), order, buddy_slot(pair), 2) != 0) {
        pair_release(pair);
        return BUDDY_NONE;
    }
    blocks[block].state = SPLIT;
    for (uint16_t child = pair; child < pair + 2; child++) {
        blocks[child].parent = block;
        blocks[child].order = order;
    }
    list_add(pair ^ 1);
    return pair;
}

/* Whether both halves of this block's parent are free. */
static bool mergeable(uint16_t block)
{
    return blocks[block].state == FREE && blocks[block].parent < IS_FRAME && blocks[block ^ 1].state == FREE;
}

/* Makes the parent of a mergeable block whole and free; returns it, or BUDDY_NONE when the kernel refuses. */
static uint16_t merge(uint16_t block)
{
    uint16_t pair = block & (uint16_t)~1u, parent = blocks[block].parent;
    if (kernel_delete(buddy_slot(pair)) != 0 || kernel_delete(buddy_slot(pair ^ 1)) != 0) {
        return BUDDY_NONE;
    }
    list_remove(pair);
    list_remove(pair ^ 1);
    pair_release(pair);
    list_add(parent);
    return parent;
}

/* Merges whatever can be merged, small blocks first. False when there was nothing. */
static bool merge_all(void)
{
    bool any = false, again;
    do {
        again = false;
        for (uint16_t pair = (roots + 1u) & ~1u; pair < pair_end; pair = (uint16_t)(pair + 2)) {
            if (mergeable(pair) && merge(pair) != BUDDY_NONE) {
                any = again = true;
            }
        }
    } while (again);
    return any;
}

/* --- allocation --- */

/* Takes the smallest free block of at least this order and splits it down. */
static uint16_t take(uint32_t order)
{
    uint32_t from = order;
    while (from <= BUDDY_MAX_ORDER && free_list[from] == BUDDY_NONE) {
        from++;
    }
    if (from > BUDDY_MAX_ORDER) {
        return BUDDY_NONE;
    }
    uint16_t block = free_list[from];
    list_remove(block);
    while (blocks[block].order > order) {
        uint16_t half = split(block);
        if (half == BUDDY_NONE) {
            list_add(block);
            return BUDDY_NONE;
        }
        block = half;
    }
    return block;
}

static uint16_t put_in_use(uint16_t block)
{
    blocks[block].state = IN_USE;
    blocks[block].next = BUDDY_NONE;
    free_bytes -= 1u << blocks[block].order;
    return block;
}

uint16_t buddy_alloc(uint32_t order)
{
    if (order < BUDDY_MIN_ORDER || order > BUDDY_MAX_ORDER) {
        return BUDDY_NONE;
    }
    uint16_t block = take(order);
    if (block == BUDDY_NONE && merge_all()) {
        block = take(order);
    }
    return block == BUDDY_NONE ? BUDDY_NONE : put_in_use(block);
}

uint16_t buddy_alloc_frame(void)
{
    uint16_t block = frame_list;
    if (block == BUDDY_NONE) {
        return BUDDY_NONE;
    }
    list_remove(block);
    return put_in_use(block);
}

void buddy_free(uint16_t block)
{
    free_bytes += 1u << blocks[block].order;
    list_add(block);
    while (block != BUDDY_NONE && mergeable(block) && blocks[block].order < BUDDY_EAGER_ORDER) {
        block = merge(block);
    }
}

/* --- figures --- */

static uint16_t root_of(uint16_t block)
{
    while (blocks[block].parent < IS_FRAME) {
        block = blocks[block].parent;
    }
    return block;
}

uint32_t buddy_root_free_bytes(uint16_t root)
{
    uint32_t bytes = 0;
    for (uint16_t i = 0; i < roots || i < pair_end; i++) {
        if (blocks[i].state == FREE && root_of(i) == root) {
            bytes += 1u << blocks[i].order;
        }
    }
    return bytes;
}
