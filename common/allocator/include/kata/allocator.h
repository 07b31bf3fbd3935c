/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Heap over one array: first fit, neighbours that are free are joined. For a single thread. */
#ifndef KATA_ALLOCATOR_H
#define KATA_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

/* Gives the heap its memory; forgets what was there. */
void heap_init(void *memory, size_t size);

/* n > 0 bytes, aligned to two words; NULL when no free block is large enough (or n is 0). */
void *heap_alloc(size_t n);

/* Returns a block. NULL is allowed. False when p is not a block in use. */
bool heap_free(void *p);

/* Bytes in blocks that are in use, with their headers; and the rest. */
size_t heap_used(void);
size_t heap_available(void);

#endif
