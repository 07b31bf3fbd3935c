/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "space.h"
#include "slots.h"
#include <bundle/bundle.h>
#include <kata/log.h>
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
    int error = memory_alloc(objects, words, MEMORY_MEDIUM, bundle->name, &piece->handle);
    if (error == 0) {
        bundle->pieces++;
        return PM_SUCCESS;
    }
    if (error < 0)
        space_retain();         /* nobody knows whether it was made */
    if (error == MEMORY_ALLOC_FAILED || error == MEMORY_QUOTA_EXCEEDED)
        return PM_NO_MEMORY;
    log_error("%s: memory refused (%d)", bundle->name, error);
    return PM_START_FAILED;
}

void space_free(const struct bundle *bundle, uint32_t handle)
{
    int error = memory_free(handle), tries = 1;
    for (; error < 0 && tries < TRIES; tries++)
        error = memory_free(handle);
    if (error != 0 && !(error == MEMORY_FREE_FAILED && tries > 1))      /* then the first try did it */
        log_error("%s: memory not freed (%d)", bundle->name, error);
}

void space_retain(void)
{
    uint32_t handles[memory_MAX_DATA / sizeof(uint32_t)];
    const size_t room = sizeof handles / sizeof handles[0];
    size_t n = 0;
    for (unsigned i = 0; i < MAX_BUNDLES; i++) {
        const struct bundle *bundle = bundle_at(i);
        for (unsigned p = 0; p < bundle->pieces && n < room; p++)
            handles[n++] = bundle->piece[p].handle;
    }
    if (n < room)               /* a list that was cut short would take memory away */
        (void)memory_retain(handles, n);
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
    return objects[1] > 0 && space_allocate(space->bundle, objects, 3) == PM_SUCCESS;
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
