/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "heap.h"
#include "piece.h"
#include "slots.h"
#include "space.h"
#include <camkes/persistent.h>
#include <model/model.h>

#define RW (MODEL_READ | MODEL_WRITE)

static uint32_t heap_end(const struct bundle *bundle)
{
    return bundle->heap + bundle_heap_pages(bundle) * BUNDLE_PAGE;
}

/* Last page that is mapped: the heap's, or the one of the IPC buffer, two below its begin. */
static seL4_Word last_page(const struct bundle *bundle)
{
    uint32_t end = heap_end(bundle);
    return end > bundle->heap ? end - BUNDLE_PAGE : bundle->heap - 2 * BUNDLE_PAGE;
}

/* Frees the last piece. One that was not ready is nobody's loss. */
static void drop_last(struct bundle *bundle)
{
    uint32_t handle = bundle->piece[bundle->pieces - 1].handle;
    if (bundle->ready == bundle->pieces)
        bundle->ready--;
    camkes_in_order();
    bundle->pieces--;
    space_free(bundle, handle);
}

static bool fill(struct space *space, uint32_t pages, uint32_t tables)
{
    struct bundle *bundle = space->bundle;
    uint32_t at = heap_end(bundle);
    for (uint32_t i = 0; i < pages; i++, at += BUNDLE_PAGE)
        if (!space_map(space, space->next_frame + i, at, RW) || !space_keep(space, space->next_frame + i))
            return false;
    for (uint32_t i = 0; i < tables; i++)
        if (!space_keep(space, WORK_POOL + i))
            return false;
    /* The CNode itself goes to the end of the application's, where the start left a slot for each piece. */
    return ok(bundle, seL4_CNode_Move(container_of(bundle), (1u << bundle->container_bits) - bundle->pieces, bundle->container_bits,
                                      SELF_CNODE, WORK_CONTAINER, seL4_WordBits), "heap");
}

/* One more piece of up to so many pages, as many as the work slots hold. Returns a ProcessManagerError. */
static int add_piece(struct bundle *bundle, uint32_t pages)
{
    uint32_t at = heap_end(bundle), room = WORK_END - WORK_POOL;
    if (pages > room / 2)
        pages = room / 2;       /* tables are few, but there may be two levels of them */
    uint32_t tables = (uint32_t)model_tables_needed(&model_paging, last_page(bundle), at, at + pages * BUNDLE_PAGE);
    uint32_t bits = piece_container_bits(pages, tables);
    struct space space = {
        .bundle = bundle, .vspace = vspace_of(bundle), .container = WORK_CONTAINER, .container_bits = bits,
        .next_table = WORK_POOL, .next_frame = WORK_POOL + tables, .mapped = last_page(bundle),
    };
    const uint32_t objects[] = {
        seL4_CapTableObject, bits, WORK_CONTAINER,
        seL4_RISCV_4K_Page, pages, WORK_POOL + tables,
        seL4_RISCV_PageTableObject, tables, WORK_POOL,      /* none: left out */
    };
    int error = space_allocate(bundle, objects, tables > 0 ? 9 : 6);
    if (error != PM_SUCCESS)
        return error;
    if (!fill(&space, pages, tables)) {
        drop_last(bundle);
        return PM_NO_MEMORY;
    }
    bundle->piece[bundle->pieces - 1].pages = (uint16_t)pages;
    bundle->piece[bundle->pieces - 1].tables = (uint16_t)tables;
    camkes_in_order();
    bundle->ready = bundle->pieces;
    return PM_SUCCESS;
}

/* Are so many more pages within the quota and the address space? */
static bool fits(const struct bundle *bundle, uint32_t pages)
{
    uint32_t end = heap_end(bundle);
    if (pages > (bundle_app_rules.user_top - end) / BUNDLE_PAGE)
        return false;
    uint32_t tables = (uint32_t)model_tables_needed(&model_paging, last_page(bundle), end, end + pages * BUNDLE_PAGE);
    uint32_t used = bundle_memory(bundle);
    return used <= bundle->quota && pages <= (bundle->quota - used) / BUNDLE_PAGE && piece_bytes(pages, tables) <= bundle->quota - used;
}

static void shrink_to(struct bundle *bundle, unsigned pieces)
{
    while (bundle->pieces > pieces)
        drop_last(bundle);
}

static int grow(struct bundle *bundle, uint32_t pages)
{
    unsigned before = bundle->pieces;
    uint32_t goal = bundle_heap_pages(bundle) + pages, have;
    int error = PM_SUCCESS;
    while (error == PM_SUCCESS && (have = bundle_heap_pages(bundle)) < goal)
        error = add_piece(bundle, goal - have);
    if (error != PM_SUCCESS)
        shrink_to(bundle, before);
    return error;
}

/* As there are few pieces, each growth is as large as what there is already, or as large a part of that as is to be had. */
static int grow_generously(struct bundle *bundle, uint32_t pages)
{
    for (uint32_t n = bundle_heap_pages(bundle); n > pages; n /= 2)
        if (fits(bundle, n) && grow(bundle, n) == PM_SUCCESS)
            return PM_SUCCESS;
    return fits(bundle, pages) ? grow(bundle, pages) : PM_QUOTA_EXCEEDED;
}

int heap_resize(struct bundle *bundle, uint32_t bytes)
{
    uint32_t wanted = bytes / BUNDLE_PAGE + (bytes % BUNDLE_PAGE != 0), have = bundle_heap_pages(bundle);
    if (wanted > have)
        return grow_generously(bundle, wanted - have);
    while (bundle->pieces > bundle->start_pieces && have - bundle->piece[bundle->pieces - 1].pages >= wanted) {
        have -= bundle->piece[bundle->pieces - 1].pages;
        drop_last(bundle);
    }
    return PM_SUCCESS;
}

/* The thread goes on behind its ecall instruction. */
seL4_Word heap_syscall(struct bundle *bundle, seL4_Word *words)
{
    seL4_Word wanted = words[seL4_UnknownSyscall_A0];
    int error = PM_SUCCESS;
    if (wanted != (seL4_Word)SDK_HEAP_QUERY)
        error = wanted <= UINT32_MAX ? heap_resize(bundle, (uint32_t)wanted) : PM_QUOTA_EXCEEDED;
    words[seL4_UnknownSyscall_FaultIP] += 4;
    words[seL4_UnknownSyscall_A0] = error == PM_SUCCESS ? SDK_SUCCESS : SDK_OUT_OF_RESOURCES;
    words[seL4_UnknownSyscall_A1] = bundle->heap;
    words[seL4_UnknownSyscall_A2] = bundle_heap_pages(bundle) * BUNDLE_PAGE;
    words[seL4_UnknownSyscall_A3] = bundle_memory(bundle);
    words[seL4_UnknownSyscall_A4] = bundle->quota;
    return seL4_UnknownSyscall_A6 + 1;
}
