/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* The memory is a sequence of blocks, each behind a header with its size and state. Invariant: the sizes of all blocks
 * add up to the heap, and free neighbours are joined by the next search that
 * meets them. heap_free walks the blocks, so that a wrong pointer is refused instead of corrupting the heap. */
#include <kata/allocator.h>
#include <stdint.h>

#define UNIT (2 * sizeof(size_t))
#define USED ((size_t)1) /* sizes are multiples of UNIT: bit 0 is free for the state */

struct block {
    size_t size_and_state; /* with this header */
    size_t padding;        /* keeps the contents aligned to UNIT */
};
_Static_assert(sizeof(struct block) == UNIT, "block header");

static struct block *heap, *heap_end;
static size_t used;

static size_t size_of(const struct block *b) { return b->size_and_state & ~USED; }
static bool is_used(const struct block *b) { return b->size_and_state & USED; }
static struct block *after(struct block *b) { return (struct block *)(void *)((char *)b + size_of(b)); }

void heap_init(void *memory, size_t size)
{
    uintptr_t start = ((uintptr_t)memory + UNIT - 1) & ~(UNIT - 1);
    uintptr_t end = ((uintptr_t)memory + size) & ~(UNIT - 1);
    heap = (struct block *)start;
    heap_end = start < end ? (struct block *)end : heap;
    used = 0;
    if (heap != heap_end) {
        heap->size_and_state = end - start;
    }
}

/* Joins a free block with the free ones behind it. */
static void join(struct block *b)
{
    struct block *next;
    while ((next = after(b)) != heap_end && !is_used(next)) {
        b->size_and_state += size_of(next);
    }
}

/* Cuts a free block to n bytes; what is left must hold a header and something. */
static void split(struct block *b, size_t n)
{
    size_t rest = size_of(b) - n;
    if (rest > UNIT) {
        b->size_and_state = n;
        after(b)->size_and_state = rest;
    }
}

void *heap_alloc(size_t n)
{
    if (n == 0 || n > (size_t)((char *)heap_end - (char *)heap)) {
        return NULL;
    }
    n = ((n + UNIT - 1) & ~(UNIT - 1)) + UNIT;
    for (struct block *b = heap; b != heap_end; b = after(b)) {
        if (is_used(b)) {
            continue;
        }
        join(b);
        if (size_of(b) >= n) {
            split(b, n);
            used += size_of(b);
            b->size_and_state |= USED;
            return b + 1;
        }
    }
    return NULL;
}

bool heap_free(void *p)
{
    if (!p) {
        return true;
    }
    for (struct block *b = heap; b != heap_end; b = after(b)) {
        if (b + 1 == p && is_used(b)) {
            b->size_and_state &= ~USED;
            used -= size_of(b);
            return true;
        }
    }
    return false;
}

size_t heap_used(void) { return used; }
size_t heap_available(void) { return (size_t)((char *)heap_end - (char *)heap) - used; }
