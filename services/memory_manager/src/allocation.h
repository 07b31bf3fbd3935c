/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Living allocations: sets of objects that were asked for together, the blocks that hold them, and their owners.
 *
 * Objects are placed largest first into blocks whose sizes add up to exactly the sum of the objects' sizes: all sizes
 * are powers of two, so nothing is lost to alignment and "allocated" equals "requested" to the byte.
 */

enum {
    ALLOCATIONS = 96,
    ALLOCATION_MAX_REQUESTS = 36,   /* triples that fit into one call */
    ALLOCATION_MAX_OBJECTS = 4096,
};

/* One triple of MemoryInterface.alloc. */
struct object_request {
    uint32_t type;  /* kernel object type */
    uint32_t size;  /* count, or size bits of one object (Untyped, CapTable, SchedContext) */
    uint32_t slot;  /* first slot in the client's CNode */
};

struct allocation_stats {
    uint32_t allocated_bytes, allocated_objs;
    uint32_t slab_too_small;        /* times a block had to be put together from smaller ones */
    uint32_t out_of_memory;         /* requests refused for want of memory */
};

void allocation_init(void);

/* All or nothing. Returns a memory_manager_error; on success *handle (never 0) names the allocation for `client`. */
int allocation_create(uint32_t client, const struct object_request *requests, size_t n, uint32_t lifetime, uint32_t *handle);

/* Revokes every capability of the allocation and returns its memory. Only its owner can. */
int allocation_free(uint32_t client, uint32_t handle);

/* Frees every allocation of the client, static ones too, whose handle is not in the list. */
void allocation_retain(uint32_t client, const uint32_t *handles, size_t n);

void allocation_get_stats(struct allocation_stats *stats);

/* What one client owns. */
void allocation_owner(uint32_t client, uint32_t *count, uint32_t *bytes, uint32_t *objs);
