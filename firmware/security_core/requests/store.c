/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The state of the store, for people. */

#include <string.h>

#include "../core.h"
#include "../flash_bus.h"
#include "../storage.h"
#include "arguments.h"

static uint32_t kib(uint64_t bytes)
{
    return (uint32_t)(bytes / 1024);
}

uint32_t handle_store(struct request *request)
{
    struct store_statistics now;
    if (request->size != 0) {
        return CORE_DESERIALIZE_FAILED;
    }
    if (storage() == NULL) {
        return storage_state();
    }
    store_statistics(storage(), &now);
    const struct core_store out = {
        .format = 1,
        .objects = now.objects,
        .free_kib = kib(now.free),
        .used_kib = kib(now.live),
        .blocks = now.blocks,
        .bad_blocks = now.bad,
        .erases_least = now.erases_min,
        .erases_most = now.erases_max,
        .programs = flash_bus_count.programs,
        .programmed = flash_bus_count.programmed,
        .erases = flash_bus_count.erases,
        .open_instructions = core_kept.store_instructions,
    };
    return result_add(request, &out, sizeof out) ? CORE_SUCCESS : CORE_SERIALIZE_FAILED;
}
