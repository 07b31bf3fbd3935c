/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* malloc over the application's heap: blocks side by side, each with its size before it, free ones in a list in the order of
 * their addresses, so that neighbours merge. First fit. When the last block of a heap is free, its pages go back. */
#include <sdk.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define UNIT   16u                          /* sizes and addresses of blocks are multiples of it */
#define SPARE  65536u                       /* a free end of the heap up to this size is kept */

struct block {
    size_t size;                            /* with this header */
    struct block *next;                     /* of a free block: the next free one */
} __attribute__((aligned(UNIT)));
_Static_assert(sizeof(struct block) == UNIT, "header of a block");

static struct block *first_free;
static char *heap_end;

static char *end_of(struct block *block)
{
    return (char *)block + block->size;
}

/* Puts a block into the list and merges it with its neighbours. */
static void insert(struct block *block)
{
    struct block **link = &first_free, *before = NULL;
    while (*link != NULL && *link < block) {
        before = *link;
        link = &before->next;
    }
    block->next = *link;
    *link = block;
    if (block->next != NULL && end_of(block) == (char *)block->next) {
        block->size += block->next->size;
        block->next = block->next->next;
    }
    if (before != NULL && end_of(before) == (char *)block) {
        before->size += block->size;
        before->next = block->next;
    }
}

/* Asks for a heap with room for a block of that size behind all others. */
static bool grow(size_t size)
{
    struct sdk_memory memory;
    (void)sdk_memory(&memory);
    if (heap_end == NULL)
        heap_end = memory.heap;
    size_t used = (size_t)(heap_end - (char *)memory.heap);
    if (used + size < size || (memory.heap_size < used + size && sdk_set_heap(used + size, &memory) != SDK_SUCCESS))
        return false;
    struct block *block = (struct block *)(void *)heap_end;
    heap_end = (char *)memory.heap + memory.heap_size;
    block->size = (size_t)(heap_end - (char *)block);
    insert(block);
    return true;
}

/* Takes a block out of the list, and gives back what is more than size. */
static struct block *take(size_t size)
{
    for (struct block **link = &first_free; *link != NULL; link = &(*link)->next) {
        struct block *block = *link;
        if (block->size < size)
            continue;
        if (block->size - size >= 2 * UNIT) {
            struct block *rest = (struct block *)(void *)((char *)block + size);
            rest->size = block->size - size;
            rest->next = block->next;
            block->size = size;
            *link = rest;
        } else {
            *link = block->next;
        }
        return block;
    }
    return NULL;
}

void *malloc(size_t size)
{
    if (size > SIZE_MAX - 2 * UNIT)
        return NULL;
    size_t whole = (size + sizeof(struct block) + UNIT - 1) & ~(size_t)(UNIT - 1);
    struct block *block = take(whole);
    if (block == NULL && grow(whole))
        block = take(whole);
    return block != NULL ? block + 1 : NULL;
}

static void trim(void)
{
    struct sdk_memory memory;
    struct block **link = &first_free;
    while (*link != NULL && (*link)->next != NULL)
        link = &(*link)->next;
    struct block *last = *link;
    if (last == NULL || end_of(last) != heap_end || last->size <= SPARE || sdk_memory(&memory) != SDK_SUCCESS)
        return;
    *link = NULL;
    (void)sdk_set_heap((size_t)((char *)last - (char *)memory.heap), &memory);  /* whole steps only: something may stay */
    heap_end = (char *)memory.heap + memory.heap_size;
    if (heap_end - (char *)last >= (long)(2 * UNIT)) {
        last->size = (size_t)(heap_end - (char *)last);
        last->next = NULL;
        *link = last;
    } else {
        heap_end = (char *)last;
    }
}

void free(void *memory)
{
    if (memory == NULL)
        return;
    insert((struct block *)memory - 1);
    trim();
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *memory = malloc(bytes);
    return memory != NULL ? memset(memory, 0, bytes) : NULL;
}

void *realloc(void *memory, size_t size)
{
    if (memory == NULL)
        return malloc(size);
    size_t have = ((struct block *)memory - 1)->size - sizeof(struct block);
    if (size <= have)
        return memory;
    void *larger = malloc(size);
    if (larger != NULL) {
        memcpy(larger, memory, have);
        free(memory);
    }
    return larger;
}
