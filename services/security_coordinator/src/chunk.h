/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Memory of the store: chunks of 1 to CHUNK_PAGES pages from MemoryManager. A chunk has a fixed place in the store window (the
 * component's address space behind its image) and stays mapped while it lives. Its frames' capabilities lie in a CNode
 * that is allocated together with them, so that a chunk costs one slot of the component's own CNode, whatever
 * its size, and freeing the allocation removes everything.
 */

enum {
    CHUNK_PAGES = 16,
    CHUNK_PAGE_BYTES = 4096,
    CHUNK_NONE = 0xff,
};

/* As many as the component's page table has room for behind the image (rv64's maps 2 MiB, rv32's 4). */
#if defined(__riscv) && __riscv_xlen == 64
#define CHUNKS 16u
#else
#define CHUNKS 38u
#endif

/* After a restart: frees every chunk that is not to be kept, and the memory of those that the last life was just making or freeing. */
void chunk_recover(const bool keep[CHUNKS]);

/* Whether there is such a chunk. */
bool chunk_lives(uint8_t chunk);

/* A zero-filled chunk, or CHUNK_NONE when the store window or the memory is exhausted. pages: 1..CHUNK_PAGES. */
uint8_t chunk_alloc(uint32_t pages);

/* Gives a chunk's memory back. */
void chunk_free(uint8_t chunk);

/* Address and size of a living chunk. */
uint8_t *chunk_memory(uint8_t chunk);
uint32_t chunk_bytes(uint8_t chunk);

/* Living chunks form lists: a chunk's successor, CHUNK_NONE at first. */
uint8_t chunk_next(uint8_t chunk);
void chunk_set_next(uint8_t chunk, uint8_t next);
