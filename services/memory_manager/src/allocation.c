/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "allocation.h"

#include "buddy.h"
#include "kernel.h"
#include "memory_manager.h"
#include "objects.h"
#include "place.h"

#include <string.h>

struct allocation {
    uint32_t bytes;
    uint16_t objs;
    uint16_t generation;        /* counts uses of this entry, so that old handles do not fit */
    volatile uint16_t holder;   /* 0: no allocation; otherwise client + 1, and its lifetime in the lowest bits */
    char tag[ALLOCATION_TAG];
};

enum { LIFETIME_BITS = 2 };

static KERNEL_PERSISTENT struct allocation table[ALLOCATIONS];
static KERNEL_PERSISTENT struct allocation_stats stats;

static const uint32_t *quota_of;
static uint32_t client_count;

static bool lives(uint16_t entry)
{
    return table[entry].holder != 0;
}

static bool belongs_to(const struct allocation *a, uint32_t client)
{
    return a->holder >> LIFETIME_BITS == client + 1;
}

static bool is_static(const struct allocation *a)
{
    return (a->holder & ((1u << LIFETIME_BITS) - 1)) == MEMORY_STATIC;
}

static uint16_t entry_of(const struct allocation *a)
{
    return (uint16_t)(a - table);
}

void allocation_start(const uint32_t *quotas, uint32_t clients)
{
    quota_of = quotas;
    client_count = clients;
    buddy_rebuild(lives);
    stats.allocated_bytes = stats.allocated_objs = 0;
    for (const struct allocation *a = table; a < table + ALLOCATIONS; a++) {
        if (a->holder) {
            stats.allocated_bytes += a->bytes;
            stats.allocated_objs += a->objs;
        }
    }
}

/* --- who owns what --- */

static void add_up(struct allocation_owner *owner)
{
    owner->count = owner->bytes = owner->objs = 0;
    for (const struct allocation *a = table; a < table + ALLOCATIONS; a++) {
        if (belongs_to(a, owner->client) && (!owner->tag[0] || strcmp(a->tag, owner->tag) == 0)) {
            owner->count++;
            owner->bytes += a->bytes;
            owner->objs += a->objs;
        }
    }
}

/* Whether an entry is the first one with its client and tag. */
static bool introduces_tag(const struct allocation *a)
{
    const struct allocation *b = table;
    while (b->holder >> LIFETIME_BITS != a->holder >> LIFETIME_BITS || strcmp(b->tag, a->tag) != 0) {
        b++;
    }
    return b == a;
}

bool allocation_owner(uint32_t index, struct allocation_owner *owner)
{
    *owner = (struct allocation_owner){ .client = index, .tag = "" };
    if (index >= client_count) {
        const struct allocation *a = table;
        for (uint32_t skip = index - client_count;; a++) {
            if (a == table + ALLOCATIONS) {
                return false;
            }
            if (a->holder && a->tag[0] && introduces_tag(a) && skip-- == 0) {
                break;
            }
        }
        owner->client = (a->holder >> LIFETIME_BITS) - 1u;
        owner->tag = a->tag;
    }
    add_up(owner);
    return true;
}

void allocation_get_stats(struct allocation_stats *out)
{
    *out = stats;
}

/* --- allocation --- */

/* Works out all shapes and their sum; refuses what is larger than all free memory, or than what the client may still have,
 * before anything is touched. */
static int measure(uint32_t client, const struct object_request *requests, struct object_shape *shapes, size_t n, uint32_t *bytes,
                   uint32_t *objs)
{
    struct allocation_owner owner = { .client = client, .tag = "" };
    uint32_t limit = buddy_free_bytes();
    int refusal = MEMORY_ALLOC_FAILED;
    add_up(&owner);
    if (quota_of[client] && quota_of[client] - owner.bytes <= limit) {
        limit = quota_of[client] - owner.bytes;
        refusal = MEMORY_QUOTA_EXCEEDED;
    }
    *bytes = *objs = 0;
    for (size_t i = 0; i < n; i++) {
        int error = object_shape(&requests[i], &shapes[i]);
        if (error) {
            return error;
        }
        if (shapes[i].count > (limit - *bytes) >> shapes[i].bits) {
            stats.out_of_memory += refusal == MEMORY_ALLOC_FAILED;
            return refusal;
        }
        *bytes += (uint32_t)shapes[i].count << shapes[i].bits;
        *objs += shapes[i].count;
    }
    return *objs <= ALLOCATION_MAX_OBJECTS ? MEMORY_SUCCESS : MEMORY_OBJ_COUNT_INVALID;
}

static struct allocation *find_free_entry(void)
{
    for (struct allocation *a = table; a < table + ALLOCATIONS; a++) {
        if (!a->holder) {
            return a;
        }
    }
    return NULL;
}

/* Bits 0..7: entry; above: its generation, which is never 0. */
static uint32_t handle_of(const struct allocation *a)
{
    return (uint32_t)a->generation << 8 | entry_of(a);
}

static void set_tag(struct allocation *a, const char *tag)
{
    size_t n = 0;
    while (n < ALLOCATION_TAG - 1 && tag[n]) {
        a->tag[n] = tag[n];
        n++;
    }
    a->tag[n] = '\0';
}

/* Brings a complete allocation to life. */
static void bring_to_life(struct allocation *a, uint32_t client, uint32_t lifetime)
{
    if (++a->generation == 0) {
        a->generation = 1;
    }
    stats.allocated_bytes += a->bytes;
    stats.allocated_objs += a->objs;
    kernel_commit(&a->holder, (uint16_t)((client + 1) << LIFETIME_BITS | lifetime));
}

int allocation_create(uint32_t client, const struct object_request *requests, size_t n, uint32_t lifetime, const char *tag,
                      uint32_t *handle)
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
    int error = measure(client, requests, shapes, n, &bytes, &objs);
    if (error) {
        return error;
    }
    struct placement placement = { .owner = entry_of(a), .client = client, .lasting = lifetime == MEMORY_STATIC, .left = bytes };
    error = place_all(&placement, requests, shapes, n);
    stats.slab_too_small += placement.pieced;
    stats.out_of_memory += error == MEMORY_ALLOC_FAILED;
    if (error) {
        buddy_release(entry_of(a));
        return error;
    }
    a->bytes = bytes;
    a->objs = (uint16_t)objs;
    set_tag(a, tag);
    bring_to_life(a, client, lifetime);
    *handle = handle_of(a);
    return MEMORY_SUCCESS;
}

/* --- giving back --- */

static void release(struct allocation *a)
{
    kernel_commit(&a->holder, 0);
    buddy_release(entry_of(a));
    stats.allocated_bytes -= a->bytes;
    stats.allocated_objs -= a->objs;
}

int allocation_free(uint32_t client, uint32_t handle)
{
    uint32_t index = handle & 0xff;
    struct allocation *a = &table[index < ALLOCATIONS ? index : 0];
    if (!belongs_to(a, client) || handle_of(a) != handle || is_static(a)) {
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
        if (belongs_to(a, client) && !listed(handle_of(a), handles, n)) {
            release(a);
        }
    }
}
