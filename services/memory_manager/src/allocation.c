/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "allocation.h"

#include "buddy.h"
#include "kernel.h"
#include "memory_manager.h"
#include "objects.h"

#include <sel4/invocation_gen.h>
#include <stdbool.h>

enum { RETYPE_MAX = 256 };      /* objects per Untyped_Retype */

struct allocation {
    uint32_t bytes;
    uint16_t objs;
    uint16_t blocks;        /* first of its list */
    uint16_t generation;    /* counts uses of this entry, so that old handles do not fit */
    uint8_t client;
    uint8_t lifetime;       /* of a living one; FREE_ENTRY otherwise */
};

enum { FREE_ENTRY = 0xff };

static struct allocation table[ALLOCATIONS];
static struct allocation_stats stats;

void allocation_init(void)
{
    for (unsigned i = 0; i < ALLOCATIONS; i++) {
        table[i] = (struct allocation){ .lifetime = FREE_ENTRY };
    }
    stats = (struct allocation_stats){ 0 };
}

/* Revokes and returns all blocks of an allocation, and with them every object in it. */
static void release_blocks(struct allocation *a)
{
    while (a->blocks != BUDDY_NONE) {
        uint16_t block = a->blocks;
        a->blocks = buddy_next(block);
        kernel_revoke(buddy_slot(block));
        buddy_free(block);
    }
}

static void own_block(struct allocation *a, uint16_t block)
{
    buddy_set_next(block, a->blocks);
    a->blocks = block;
}

/* --- placing objects --- */

/* State of one allocation_create(). */
struct placement {
    struct allocation *allocation;
    uint32_t client;
    uint32_t left;      /* bytes of objects that have no block yet */
    uint32_t room;      /* bytes left in the newest block */
};

/* Not __builtin_clz: that is a table in libgcc where the instruction set has no such instruction. */
static uint32_t log2_floor(uint32_t n)
{
    uint32_t log = 0;
    while (n >>= 1) {
        log++;
    }
    return log;
}

/*
 * Takes the next block: as large as what is left to place allows, so that the blocks add up to it; smaller ones when
 * memory is in pieces, but never smaller than the object to be placed.
 */
static int take_block(struct placement *p, uint32_t object_bits)
{
    uint32_t order = log2_floor(p->left);
    uint16_t block = buddy_alloc(order);
    if (block == BUDDY_NONE && order > object_bits) {
        stats.slab_too_small++;
    }
    while (block == BUDDY_NONE && order > object_bits) {
        block = buddy_alloc(--order);
    }
    if (block == BUDDY_NONE) {
        stats.out_of_memory++;
        return MEMORY_ALLOC_FAILED;
    }
    own_block(p->allocation, block);
    p->room = 1u << order;
    p->left -= p->room;
    return MEMORY_SUCCESS;
}

static int create_error(int kernel_error)
{
    switch (kernel_error) {
    case seL4_NoError: return MEMORY_SUCCESS;
    case seL4_DeleteFirst:
    case seL4_RangeError:
    case seL4_FailedLookup: return MEMORY_OBJ_CAP_INVALID;
    default: return MEMORY_UNKNOWN_ERROR;
    }
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Places the last `count` objects of a request, whose first slot is `slot`. */
static int place(struct placement *p, uint32_t type, const struct object_shape *shape, uint32_t slot, uint32_t count)
{
    while (count) {
        int error = p->room ? MEMORY_SUCCESS : take_block(p, shape->bits);
        if (error) {
            return error;
        }
        uint32_t n = min_u32(min_u32(count, p->room >> shape->bits), RETYPE_MAX);
        uint32_t untyped = buddy_slot(p->allocation->blocks);
        error = create_error(kernel_create(untyped, type, shape->size_bits, p->client, slot, n));
        if (error) {
            return error;
        }
        p->room -= n << shape->bits;
        slot += n;
        count -= n;
    }
    return MEMORY_SUCCESS;
}

/* Serves as many frames of a request as there are from the boot image's; *done counts them. */
static int place_frames(struct placement *p, const struct object_request *request, uint32_t *done)
{
    uint16_t block;
    while (*done < request->size && (block = buddy_alloc_frame()) != BUDDY_NONE) {
        own_block(p->allocation, block);
        int error = create_error(kernel_lend_frame(buddy_slot(block), p->client, request->slot + *done));
        if (error) {
            return error;
        }
        p->left -= 1u << BUDDY_FRAME_ORDER;
        (*done)++;
    }
    return MEMORY_SUCCESS;
}

/* Frames of the boot image first: they must leave p->left before any block is sized by it. */
static int place_all(struct placement *p, const struct object_request *requests, const struct object_shape *shapes, size_t n)
{
    uint16_t done[ALLOCATION_MAX_REQUESTS];
    uint32_t sizes = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t frames = 0;
        int error = requests[i].type == seL4_RISCV_4K_Page ? place_frames(p, &requests[i], &frames) : MEMORY_SUCCESS;
        if (error) {
            return error;
        }
        done[i] = (uint16_t)frames;
        sizes |= 1u << shapes[i].bits;
    }
    while (sizes) {
        uint32_t bits = log2_floor(sizes);
        sizes &= ~(1u << bits);
        for (size_t i = 0; i < n; i++) {
            if (shapes[i].bits == bits) {
                int error = place(p, requests[i].type, &shapes[i], requests[i].slot + done[i], shapes[i].count - done[i]);
                if (error) {
                    return error;
                }
            }
        }
    }
    return MEMORY_SUCCESS;
}

/* --- requests --- */

/* Works out all shapes and their sum; refuses what is larger than all free memory before anything is touched. */
static int measure(const struct object_request *requests, struct object_shape *shapes, size_t n, uint32_t *bytes, uint32_t *objs)
{
    uint32_t available = buddy_free_bytes();
    *bytes = *objs = 0;
    for (size_t i = 0; i < n; i++) {
        int error = object_shape(&requests[i], &shapes[i]);
        if (error) {
            return error;
        }
        if (shapes[i].count > (available - *bytes) >> shapes[i].bits) {
            stats.out_of_memory++;
            return MEMORY_ALLOC_FAILED;
        }
        *bytes += (uint32_t)shapes[i].count << shapes[i].bits;
        *objs += shapes[i].count;
    }
    return *objs <= ALLOCATION_MAX_OBJECTS ? MEMORY_SUCCESS : MEMORY_OBJ_COUNT_INVALID;
}

static struct allocation *find_free_entry(void)
{
    for (unsigned i = 0; i < ALLOCATIONS; i++) {
        if (table[i].lifetime == FREE_ENTRY) {
            return &table[i];
        }
    }
    return NULL;
}

/* Bits 0..7: entry; above: its generation, which is never 0. */
static uint32_t handle_of(const struct allocation *a)
{
    return (uint32_t)a->generation << 8 | (uint32_t)(a - table);
}

int allocation_create(uint32_t client, const struct object_request *requests, size_t n, uint32_t lifetime, uint32_t *handle)
{
    struct object_shape shapes[ALLOCATION_MAX_REQUESTS];
    struct allocation *a = find_free_entry();
    uint32_t bytes, objs;
    *handle = 0;
    if (n == 0 || n > ALLOCATION_MAX_REQUESTS || lifetime > MEMORY_STATIC) {
        return MEMORY_OBJ_COUNT_INVALID;
    }
    if (a == NULL) {
        return MEMORY_CAP_ALLOC_FAILED;
    }
    int error = measure(requests, shapes, n, &bytes, &objs);
    if (error) {
        return error;
    }
    a->blocks = BUDDY_NONE;
    error = place_all(&(struct placement){ .allocation = a, .client = client, .left = bytes }, requests, shapes, n);
    if (error) {
        release_blocks(a);
        return error;
    }
    if (++a->generation == 0) {
        a->generation = 1;
    }
    a->bytes = bytes;
    a->objs = (uint16_t)objs;
    a->client = (uint8_t)client;
    a->lifetime = (uint8_t)lifetime;
    stats.allocated_bytes += bytes;
    stats.allocated_objs += objs;
    *handle = handle_of(a);
    return MEMORY_SUCCESS;
}

static void release(struct allocation *a)
{
    release_blocks(a);
    a->lifetime = FREE_ENTRY;
    stats.allocated_bytes -= a->bytes;
    stats.allocated_objs -= a->objs;
}

int allocation_free(uint32_t client, uint32_t handle)
{
    uint32_t index = handle & 0xff;
    struct allocation *a = &table[index < ALLOCATIONS ? index : 0];
    if (a->lifetime == FREE_ENTRY || handle_of(a) != handle || a->client != client || a->lifetime == MEMORY_STATIC) {
        return MEMORY_FREE_FAILED;
    }
    release(a);
    return MEMORY_SUCCESS;
}

static bool listed(uint32_t handle, const uint32_t *handles, size_t n)
{
    while (n && handles[n - 1] != handle) {
        n--;
    }
    return n != 0;
}

void allocation_retain(uint32_t client, const uint32_t *handles, size_t n)
{
    for (struct allocation *a = table; a < table + ALLOCATIONS; a++) {
        if (a->lifetime != FREE_ENTRY && a->client == client && !listed(handle_of(a), handles, n)) {
            release(a);
        }
    }
}

void allocation_get_stats(struct allocation_stats *out)
{
    *out = stats;
}

void allocation_owner(uint32_t client, uint32_t *count, uint32_t *bytes, uint32_t *objs)
{
    *count = *bytes = *objs = 0;
    for (unsigned i = 0; i < ALLOCATIONS; i++) {
        if (table[i].lifetime != FREE_ENTRY && table[i].client == client) {
            (*count)++;
            *bytes += table[i].bytes;
            *objs += table[i].objs;
        }
    }
}
