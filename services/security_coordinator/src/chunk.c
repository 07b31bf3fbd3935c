/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "chunk.h"

#include "camkes.h"
#include <kata/panic.h>
#include <memory_client.h>
#include <memory_manager.h>

#define CHUNK_WINDOW_BYTES (CHUNK_PAGES * CHUNK_PAGE_BYTES)
/* The window ends with the page table that maps the component itself: it costs no further table. */
#define WINDOW_END ((uintptr_t)1 << seL4_LargePageBits)
#define WINDOW (WINDOW_END - CHUNKS * CHUNK_WINDOW_BYTES)

/* Own slots: a CNode for each chunk, then the frames of the chunk being made. */
#define CONTAINER_SLOT(chunk) (SELF_CNODE_FIRST_SLOT + (chunk))
#define FRAME_SLOT(page) (SELF_CNODE_FIRST_SLOT + CHUNKS + (page))

_Static_assert(FRAME_SLOT(CHUNK_PAGES - 1) <= SELF_CNODE_LAST_SLOT, "cnode_headroom is at least CHUNKS + CHUNK_PAGES");

/* Survives a restart, as the chunks' memory and mappings do. Which of them are in use is the store's knowledge (chunk_recover). */
static CAMKES_PERSISTENT struct {
    uint32_t handle;    /* of the allocation; 0: no chunk */
    uint8_t pages;
    uint8_t next;
} chunks[CHUNKS];

uint8_t *chunk_memory(uint8_t chunk)
{
    return (uint8_t *)(WINDOW + chunk * CHUNK_WINDOW_BYTES);
}

bool chunk_lives(uint8_t chunk) { return chunk < CHUNKS && chunks[chunk].handle; }
uint32_t chunk_bytes(uint8_t chunk) { return chunks[chunk].pages * (uint32_t)CHUNK_PAGE_BYTES; }
uint8_t chunk_next(uint8_t chunk) { return chunks[chunk].next; }
void chunk_set_next(uint8_t chunk, uint8_t next) { chunks[chunk].next = next; }

_Static_assert(CHUNKS <= memory_MAX_DATA / sizeof(uint32_t), "all handles fit into a list");
size_t memory_handles(uint32_t *handles, size_t room)
{
    size_t n = 0;
    for (; n < CHUNKS && n < room; n++) {
        handles[n] = chunks[n].handle;
    }
    return n;
}

void chunk_recover(const bool keep[CHUNKS])
{
    for (uint8_t chunk = 0; chunk < CHUNKS; chunk++) {
        if (!keep[chunk]) {
            chunks[chunk].handle = 0;
        }
    }
    memory_reconcile();
}

/* Smallest radix >= 1 of a CNode with room for n capabilities. */
static uint32_t radix_for(uint32_t n)
{
    uint32_t radix = 1;
    while (1u << radix < n) {
        radix++;
    }
    return radix;
}

/* Maps the new frames in order and moves their capabilities out of the way; a moved capability keeps its mapping. */
static bool place_frames(uint8_t chunk, uint32_t pages, uint32_t radix)
{
    seL4_Word address = (seL4_Word)chunk_memory(chunk);
    for (uint32_t i = 0; i < pages; i++, address += CHUNK_PAGE_BYTES) {
        if (seL4_RISCV_Page_Map(FRAME_SLOT(i), SELF_VSPACE_ROOT, address, seL4_ReadWrite, 1 /* no execute */) != seL4_NoError ||
            seL4_CNode_Move(CONTAINER_SLOT(chunk), i, (seL4_Uint8)radix, SELF_CNODE, FRAME_SLOT(i), seL4_WordBits) != seL4_NoError) {
            return false;
        }
    }
    return true;
}

uint8_t chunk_alloc(uint32_t pages)
{
    uint8_t chunk = 0;
    while (chunk < CHUNKS && chunks[chunk].handle) {
        chunk++;
    }
    if (chunk == CHUNKS) {
        return CHUNK_NONE;
    }
    uint32_t radix = radix_for(pages), handle;
    const uint32_t objects[] = {
        seL4_CapTableObject, radix, CONTAINER_SLOT(chunk),
        seL4_RISCV_4K_Page, pages, FRAME_SLOT(0),
    };
    if (memory_get(objects, sizeof objects / sizeof *objects, MEMORY_MEDIUM, "", &handle) != 0) {
        return CHUNK_NONE;
    }
    if (!place_frames(chunk, pages, radix)) {
        memory_give_back(handle);
        return CHUNK_NONE;
    }
    chunks[chunk].handle = handle;
    chunks[chunk].pages = (uint8_t)pages;
    chunks[chunk].next = CHUNK_NONE;
    return chunk;
}

void chunk_free(uint8_t chunk)
{
    kata_assert(chunk_lives(chunk));
    uint32_t handle = chunks[chunk].handle;
    chunks[chunk].handle = 0;
    camkes_in_order();
    memory_give_back(handle);
}
