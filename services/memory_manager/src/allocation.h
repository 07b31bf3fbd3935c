/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Living allocations: sets of objects that were asked for together, the blocks that hold them, and their owners.
 *
 * The table is part of the books, which outlive the service (kernel.h): an entry comes to life with one store when all of it
 * exists, and dies with one store before any of it is given back. Whatever a death leaves half made or half unmade belongs
 * to an entry that does not live, and allocation_start gives it back.
 */

enum {
    ALLOCATIONS = 96,
    ALLOCATION_MAX_REQUESTS = 36,   /* triples that fit into one call */
    ALLOCATION_MAX_OBJECTS = UINT16_MAX,
    ALLOCATION_TAG = 14,            /* bytes kept of a tag, with its NUL */
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

struct allocation_owner {
    uint32_t client;
    const char *tag;                /* "": all of the client */
    uint32_t count, bytes, objs;
};

/* Every life of the service, when the roots are in place: finishes what the last one left undone, and works out all figures.
 * quotas: bytes that each client may have, 0: no limit; kept by reference. */
void allocation_start(const uint32_t *quotas, uint32_t clients);

/* All or nothing. tag: what it is for, shown with the owner; cut when it is long. Returns a memory_manager_error; on
 * success *handle (never 0) names the allocation for `client`. */
int allocation_create(uint32_t client, const struct object_request *requests, size_t n, uint32_t lifetime, const char *tag,
                      uint32_t *handle);

/* Revokes every capability of the allocation and returns its memory. Only its owner can. */
int allocation_free(uint32_t client, uint32_t handle);

/* Frees every allocation of the client, static ones too, whose handle is not in the list. */
void allocation_retain(uint32_t client, const uint32_t *handles, size_t n);

void allocation_get_stats(struct allocation_stats *stats);

/* Who owns what: first each client in all, then each tag of each client. False behind the last. */
bool allocation_owner(uint32_t index, struct allocation_owner *owner);
