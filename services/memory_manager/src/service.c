/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: MemoryInterface (interfaces/memory.idl4) over the allocator. */

#include "allocation.h"
#include "boot.h"
#include "buddy.h"
#include "memory_manager.h"

#include "camkes.h"
#include <kata/log.h>
#include <stdio.h>

static struct boot_memory boot;

static const char *const client_name[] = memory_CLIENT_NAMES;
static const uint32_t client_quota[] = memory_CLIENT_QUOTAS;

_Static_assert(sizeof(struct object_request) == 3 * sizeof(uint32_t), "a triple of the interface is an object_request");

void post_init(void)
{
    struct allocation_stats stats;
    boot_take_over(&boot);
    allocation_start(client_quota, memory_CLIENTS);
    allocation_get_stats(&stats);
    log_info("Global memory: %u allocated %u free, reserved: %u kernel %u user", (unsigned)stats.allocated_bytes,
             (unsigned)buddy_free_bytes(), (unsigned)boot.kernel, (unsigned)boot.user);
}

int memory_alloc(const uint32_t *objs, size_t objs_n, uint32_t lifetime, const char *tag, uint32_t *handle)
{
    *handle = 0;
    if (objs_n % 3) {
        return MEMORY_DESERIALIZE_FAILED;
    }
    return allocation_create(camkes_sender(), (const struct object_request *)objs, objs_n / 3, lifetime, tag, handle);
}

int memory_free(uint32_t handle)
{
    return allocation_free(camkes_sender(), handle);
}

int memory_retain(const uint32_t *handles, size_t handles_n)
{
    allocation_retain(camkes_sender(), handles, handles_n);
    return MEMORY_SUCCESS;
}

/* Objects are packed without waste, so what is allocated is what living allocations asked for. */
int memory_stats(uint32_t *allocated_bytes, uint32_t *free_bytes, uint32_t *requested_bytes, uint32_t *overhead_bytes,
                 uint32_t *allocated_objs, uint32_t *requested_objs, uint32_t *untyped_slab_too_small, uint32_t *out_of_memory)
{
    struct allocation_stats stats;
    allocation_get_stats(&stats);
    *allocated_bytes = *requested_bytes = stats.allocated_bytes;
    *allocated_objs = *requested_objs = stats.allocated_objs;
    *free_bytes = buddy_free_bytes();
    *overhead_bytes = boot.overhead;
    *untyped_slab_too_small = stats.slab_too_small;
    *out_of_memory = stats.out_of_memory;
    return MEMORY_SUCCESS;
}

static void log_slabs(void)
{
    uint32_t frames = 0, free_frames = 0;
    for (uint16_t root = 0; root < buddy_roots(); root++) {
        uint32_t size = 1u << buddy_order(root), free_bytes = buddy_root_free_bytes(root);
        if (buddy_is_frame(root)) {
            frames += size;
            free_frames += free_bytes;
        } else {
            log_info("[%u] size %u allocated %u free %u", (unsigned)buddy_slot(root), (unsigned)size,
                     (unsigned)(size - free_bytes), (unsigned)free_bytes);
        }
    }
    log_info("[boot frames] size %u allocated %u free %u", (unsigned)frames, (unsigned)(frames - free_frames), (unsigned)free_frames);
}

static void log_owners(void)
{
    struct allocation_owner o;
    for (uint32_t i = 0; allocation_owner(i, &o); i++) {
        log_info("%s%s%s: %u allocations, %u bytes, %u objects", client_name[o.client], o.tag[0] ? "/" : "", o.tag, (unsigned)o.count,
                 (unsigned)o.bytes, (unsigned)o.objs);
    }
}

int memory_owner(uint32_t index, char *name, size_t name_cap, uint32_t *quota, uint32_t *allocations, uint32_t *bytes, uint32_t *objs)
{
    struct allocation_owner o;
    if (!allocation_owner(index, &o)) {
        return MEMORY_OBJ_COUNT_INVALID;
    }
    snprintf(name, name_cap, "%s%s%s", client_name[o.client], o.tag[0] ? "/" : "", o.tag);
    *quota = client_quota[o.client];
    *allocations = o.count;
    *bytes = o.bytes;
    *objs = o.objs;
    return MEMORY_SUCCESS;
}

int memory_debug(void)
{
    log_slabs();
    log_owners();
    return MEMORY_SUCCESS;
}

int memory_capscan(void)
{
    camkes_capscan();
    return MEMORY_SUCCESS;
}
