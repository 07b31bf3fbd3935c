/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "space.h"
#include "slots.h"
#include <bundle/bundle.h>
#include <kata/log.h>
#include <kata/panic.h>
#include <memory_client.h>
#include <memory_manager.h>
#include <model/model.h>

bool ok(const struct bundle *bundle, seL4_Error error, const char *what)
{
    if (error != seL4_NoError)
        log_error("%s: %s failed: %s", bundle->name, what, model_error_name(error));
    return error == seL4_NoError;
}

int space_allocate(struct bundle *bundle, const uint32_t *objects, size_t words)
{
    if (bundle->pieces == MAX_PIECES)
        return PM_NO_MEMORY;
    struct piece *piece = &bundle->piece[bundle->pieces];
    *piece = (struct piece){ 0 };
    int error = memory_get(objects, words, MEMORY_MEDIUM, bundle->name, &piece->handle);
    if (error == 0) {
        bundle->pieces++;
        return PM_SUCCESS;
    }
    if (error == MEMORY_ALLOC_FAILED || error == MEMORY_QUOTA_EXCEEDED)
        return PM_NO_MEMORY;
    log_error("%s: memory refused (%d)", bundle->name, error);
    return PM_START_FAILED;
}

void space_free(const struct bundle *bundle, uint32_t handle)
{
    int error = memory_give_back(handle);
    if (error != 0)
        log_error("%s: memory not freed (%d)", bundle->name, error);
}

size_t memory_handles(uint32_t *handles, size_t room)
{
    size_t n = 0;
    for (unsigned i = 0; i < MAX_BUNDLES; i++)
        for (unsigned p = 0; p < bundle_at(i)->pieces; p++) {
            kata_assert(n < room);      /* a list that was cut short would take memory away */
            handles[n++] = bundle_at(i)->piece[p].handle;
        }
    return n;
}

uint32_t space_take_due(struct space *space)
{
    uint32_t room = WORK_END - space->frames;
    uint32_t n = space->frames_due < room ? space->frames_due : room;
    space->frames_due -= n;
    space->next_frame = space->frames;
    space->frames_end = space->frames + n;
    return n;
}

bool space_frame(struct space *space)
{
    if (space->next_frame != space->frames_end)
        return true;
    const uint32_t objects[] = { seL4_RISCV_4K_Page, space_take_due(space), space->frames };
    space->error = objects[1] > 0 ? space_allocate(space->bundle, objects, 3) : PM_UNKNOWN_ERROR;
    return space->error == PM_SUCCESS;
}

bool space_map(struct space *space, seL4_CPtr frame, uint32_t vaddr, uint32_t rights)
{
    for (seL4_Word n = model_tables_needed(&model_paging, space->mapped, vaddr, vaddr + BUNDLE_PAGE); n > 0; n--)
        if (!ok(space->bundle, model_map_table(space->vspace, space->next_table++, vaddr), "page table"))
            return false;
    space->mapped = vaddr;
    return ok(space->bundle, model_map_page(space->vspace, frame, vaddr, rights, NULL), "mapping");
}

bool space_keep(struct space *space, seL4_CPtr slot)
{
    return ok(space->bundle, seL4_CNode_Move(space->container, space->container_used++, (seL4_Uint8)space->container_bits, SELF_CNODE,
                                             slot, seL4_WordBits), "container");
}
