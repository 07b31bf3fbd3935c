/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "buddy.h"

#include "kernel.h"

enum { NO_PAIR = BUDDY_NONE, IS_ROOT = BUDDY_NONE - 1, IS_FRAME = BUDDY_NONE - 2 };   /* instead of a parent */
enum { FREE = 0, OWNED = 0x4000, SPLIT = 0x8000, NUMBER = 0x3fff };     /* use: nothing, an owner's, or a first child's number */

struct block {
    uint16_t parent;        /* NO_PAIR: number not in use */
    uint16_t next;          /* free: list of its order */
    uint8_t order;
};

/* The books. A number not in use has FREE here: a pair is only ever given up when both of it are free. */
static KERNEL_PERSISTENT volatile uint16_t use[BUDDY_BLOCKS];

static struct block blocks[BUDDY_BLOCKS];
static uint16_t free_list[BUDDY_MAX_ORDER + 1];
static uint16_t frame_list;
static uint16_t roots;      /* blocks 0 .. roots - 1 */
static uint16_t capacity;
static uint32_t slot_base, free_bytes;

void buddy_init(uint32_t first_slot, uint32_t slots)
{
    slot_base = first_slot;
    capacity = (uint16_t)(slots < BUDDY_BLOCKS ? slots : BUDDY_BLOCKS);
    roots = 0;
    free_bytes = 0;
    frame_list = BUDDY_NONE;
    for (unsigned i = 0; i <= BUDDY_MAX_ORDER; i++) {
        free_list[i] = BUDDY_NONE;
    }
    for (unsigned i = 0; i < BUDDY_BLOCKS; i++) {
        blocks[i].parent = NO_PAIR;
    }
}

uint32_t buddy_slot(uint16_t block) { return slot_base + block; }
uint32_t buddy_order(uint16_t block) { return blocks[block].order; }
bool buddy_is_frame(uint16_t block) { return blocks[block].parent == IS_FRAME; }
uint32_t buddy_free_bytes(void) { return free_bytes; }
uint16_t buddy_roots(void) { return roots; }

static bool has_parent(uint16_t block)
{
    return blocks[block].parent < IS_FRAME;
}

/* Whether the block is free, and may also be a frame. */
static bool is_free(uint16_t block)
{
    return blocks[block].parent != NO_PAIR && use[block] == FREE;
}

uint16_t buddy_add_root(uint32_t order, bool frame)
{
    if (roots >= capacity || order > BUDDY_MAX_ORDER) {
        return BUDDY_NONE;
    }
    blocks[roots] = (struct block){ frame ? IS_FRAME : IS_ROOT, BUDDY_NONE, (uint8_t)order };
    return roots++;
}

/* --- lists of free blocks --- */

static uint16_t *list_of(uint16_t block)
{
    return buddy_is_frame(block) ? &frame_list : &free_list[blocks[block].order];
}

static void push(uint16_t *list, uint16_t block)
{
    blocks[block].next = *list;
    *list = block;
}

static void list_add(uint16_t block)
{
    push(list_of(block), block);
}

static void list_remove(uint16_t block)
{
    uint16_t *at = list_of(block);
    while (*at != block) {
        at = &blocks[*at].next;
    }
    *at = blocks[block].next;
}

/* --- splitting and merging --- */

static uint16_t first_pair(void)
{
    return (uint16_t)((roots + 1u) & ~1u);
}

/* First block of an unused pair, or BUDDY_NONE. */
static uint16_t find_pair(void)
{
    for (uint16_t pair = first_pair(); pair + 2u <= capacity; pair = (uint16_t)(pair + 2)) {
        if (blocks[pair].parent == NO_PAIR) {
            return pair;
        }
    }
    return BUDDY_NONE;
}

static void adopt_children(uint16_t parent, uint16_t pair)
{
    blocks[pair] = blocks[pair ^ 1] = (struct block){ parent, BUDDY_NONE, (uint8_t)(blocks[parent].order - 1) };
}

/* Splits a free block that is on no list. Its second half goes on a list; returns the first, which is on none either. */
static uint16_t split(uint16_t block)
{
    uint16_t pair = find_pair();
    if (pair == BUDDY_NONE || kernel_split(buddy_slot(block), blocks[block].order - 1u, buddy_slot(pair), 2) != 0) {
        return BUDDY_NONE;
    }
    kernel_commit(&use[block], SPLIT | pair);
    adopt_children(block, pair);
    list_add(pair ^ 1);
    return pair;
}

/* Whether both halves of this block's parent are free. */
static bool mergeable(uint16_t block)
{
    return has_parent(block) && use[block] == FREE && use[block ^ 1] == FREE;
}

/* Makes the parent of a mergeable block whole and free; returns it. */
static uint16_t merge(uint16_t block)
{
    uint16_t pair = block & (uint16_t)~1u, parent = blocks[block].parent;
    list_remove(pair);
    list_remove(pair ^ 1);
    kernel_commit(&use[parent], FREE);
    kernel_revoke(buddy_slot(parent));
    blocks[pair].parent = blocks[pair ^ 1].parent = NO_PAIR;
    list_add(parent);
    return parent;
}

/* Merges whatever can be merged, small blocks first. False when there was nothing. */
static bool merge_all(void)
{
    bool any = false, again;
    do {
        again = false;
        for (uint16_t pair = first_pair(); pair + 2u <= capacity; pair = (uint16_t)(pair + 2)) {
            if (mergeable(pair)) {
                merge(pair);
                any = again = true;
            }
        }
    } while (again);
    return any;
}

static uint16_t root_of(uint16_t block)
{
    while (has_parent(block)) {
        block = blocks[block].parent;
    }
    return block;
}

/* --- allocation --- */

/* The smallest free block of at least this order. */
static uint16_t find(uint32_t order)
{
    while (order < BUDDY_MAX_ORDER && free_list[order] == BUDDY_NONE) {
        order++;
    }
    return free_list[order];
}

/* The same in the smallest root that has one. */
static uint16_t find_lasting(uint32_t order)
{
    uint16_t best = BUDDY_NONE;
    uint32_t best_size = UINT32_MAX;
    for (uint16_t i = 0; i < capacity; i++) {
        if (is_free(i) && !buddy_is_frame(i) && blocks[i].order >= order) {
            uint32_t size = buddy_order(root_of(i)) << 8 | blocks[i].order;
            if (size < best_size) {
                best_size = size;
                best = i;
            }
        }
    }
    return best;
}

/* Takes a free block off its list, and splits it down to the order. */
static uint16_t take(uint32_t order, bool lasting)
{
    uint16_t block = lasting ? find_lasting(order) : find(order);
    if (block == BUDDY_NONE) {
        return BUDDY_NONE;
    }
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

static uint16_t give_to(uint16_t block, uint16_t owner)
{
    kernel_commit(&use[block], OWNED | owner);
    free_bytes -= 1u << blocks[block].order;
    return block;
}

uint16_t buddy_alloc(uint32_t order, uint16_t owner, bool lasting)
{
    if (order < BUDDY_MIN_ORDER || order > BUDDY_MAX_ORDER) {
        return BUDDY_NONE;
    }
    uint16_t block = take(order, lasting);
    if (block == BUDDY_NONE && merge_all()) {
        block = take(order, lasting);
    }
    return block == BUDDY_NONE ? BUDDY_NONE : give_to(block, owner);
}

uint16_t buddy_alloc_frame(uint16_t owner)
{
    uint16_t block = frame_list;
    if (block == BUDDY_NONE) {
        return BUDDY_NONE;
    }
    frame_list = blocks[block].next;
    return give_to(block, owner);
}

static void take_back(uint16_t block)
{
    kernel_revoke(buddy_slot(block));
    kernel_commit(&use[block], FREE);
    free_bytes += 1u << blocks[block].order;
    list_add(block);
}

void buddy_release(uint16_t owner)
{
    for (uint16_t i = 0; i < capacity; i++) {
        if (use[i] != (OWNED | owner)) {
            continue;
        }
        take_back(i);
        for (uint16_t b = i; mergeable(b) && blocks[b].order < BUDDY_EAGER_ORDER;) {
            b = merge(b);
        }
    }
}

void buddy_rebuild(bool (*lives)(uint16_t owner))
{
    uint16_t todo = BUDDY_NONE;
    for (uint16_t root = roots; root-- > 0;) {
        push(&todo, root);
    }
    while (todo != BUDDY_NONE) {
        uint16_t block = todo, is = use[block];
        todo = blocks[block].next;
        if (is & SPLIT) {
            uint16_t pair = is & NUMBER;
            adopt_children(block, pair);
            push(&todo, pair ^ 1);
            push(&todo, pair);
        } else if (!(is & OWNED) || !lives(is & NUMBER)) {
            if (buddy_is_frame(block)) {
                kernel_unmap(buddy_slot(block));
            }
            take_back(block);
        }
    }
}

/* --- figures --- */

uint32_t buddy_root_free_bytes(uint16_t root)
{
    uint32_t bytes = 0;
    for (uint16_t i = 0; i < capacity; i++) {
        if (is_free(i) && root_of(i) == root) {
            bytes += 1u << blocks[i].order;
        }
    }
    return bytes;
}
