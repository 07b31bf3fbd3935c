/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Test commands (debug builds): the console's heap, and objects from the MemoryManager.
 */
#include "console.h"

#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD

#include <kata/allocator.h>
#include <kata/panic.h>
#include <kata/slot_allocator.h>
#include <memory_client.h>
#include <sel4/sel4.h>
#include <string.h>

enum { PAGE_BITS = 12, SLOTS = SELF_CNODE_LAST_SLOT - SELF_CNODE_FIRST_SLOT + 1, MAX_ALLOCATIONS = 8 };

/* One entry of memory.alloc's objs. */
struct object {
    uint32_t type, size, slot;
};

/* What test_malloc has and test_mfree returns; count 0: unused. */
static struct allocation {
    uint32_t handle;
    uint16_t slot, count;
} allocations[MAX_ALLOCATIONS];

size_t memory_handles(uint32_t *handles, size_t room)
{
    size_t n = 0;

    for (; n < MAX_ALLOCATIONS && n < room; n++)
        handles[n] = allocations[n].count != 0 ? allocations[n].handle : 0;
    return n;
}

static struct slot_allocator *slots(void)
{
    static uint32_t bitmap[SLOT_BITMAP_WORDS(SLOTS)];
    static struct slot_allocator allocator;

    if (allocator.count == 0)
        slot_allocator_init(&allocator, bitmap, SELF_CNODE_FIRST_SLOT, SLOTS);
    return &allocator;
}

enum result cmd_test_alloc(int argc, char *argv[])
{
    static uint64_t memory[64];
    void *block[3];

    (void)argc, (void)argv;
    heap_init(memory, sizeof(memory));
    size_t available = heap_available();
    console_printf("heap at %p, %u bytes\n", (void *)memory, (unsigned)available);
    for (int i = 0; i < 3; i++) {
        block[i] = heap_alloc(40);
        console_printf("block at %p\n", block[i]);
    }
    bool ok = block[0] != NULL && block[1] != NULL && block[2] != NULL && heap_alloc(sizeof(memory)) == NULL;
    ok = ok && heap_free(block[1]) && heap_alloc(40) == block[1] && heap_free(block[1]);
    ok = ok && heap_free(block[0]) && heap_free(block[2]) && heap_available() == available && heap_used() == 0;
    if (!ok)
        return failed("test_alloc", "the heap is wrong");
    console_puts("All tests passed!\n");
    return DONE;
}

/* The heap refuses what it does not have; the original's ended the shell. */
enum result cmd_test_alloc_error(int argc, char *argv[])
{
    static uint64_t memory[8];

    (void)argc;
    heap_init(memory, sizeof(memory));
    if (heap_alloc((size_t)1 << 30) != NULL)
        return failed(argv[0], "the heap gave what it does not have");
    return failed(argv[0], "memory allocation error");
}

enum result cmd_test_malloc(int argc, char *argv[])
{
    struct allocation *a = allocations;
    uint32_t bytes;

    (void)argc;
    if (!parse_number(argv[1], &bytes) || bytes == 0)
        return BAD_ARGUMENTS;
    while (a < allocations + MAX_ALLOCATIONS && a->count != 0)
        a++;
    uint32_t pages = ((bytes - 1) >> PAGE_BITS) + 1;
    if (a == allocations + MAX_ALLOCATIONS || pages > SLOTS || (a->slot = slot_alloc(slots(), (uint16_t)pages)) == 0)
        return failed("malloc", "the console has no slots for so many pages");
    struct object frames = {seL4_RISCV_4K_Page, pages, a->slot};
    int error = memory_get(&frames.type, 3, 0, "test", &a->handle);
    if (error != 0) {
        slot_free(slots(), a->slot, (uint16_t)pages);
        return failed("malloc", memory_error(error));
    }
    a->count = (uint16_t)pages;
    console_printf("Allocated %u pages at slot %u\n", a->count, a->slot);
    return DONE;
}

enum result cmd_test_mfree(int argc, char *argv[])
{
    uint32_t slot, pages;

    if (!parse_number(argv[1], &slot) || (argc > 2 && !parse_number(argv[2], &pages)))
        return BAD_ARGUMENTS;
    for (struct allocation *a = allocations; a < allocations + MAX_ALLOCATIONS; a++) {
        if (a->count == 0 || a->slot != slot)
            continue;
        if (argc > 2 && pages != a->count)
            return failed("mfree", "an allocation goes as a whole");
        int error = memory_give_back(a->handle);
        if (error != 0)
            return failed("mfree", memory_error(error));
        slot_free(slots(), a->slot, a->count);
        console_printf("Free'd %u pages at slot %u\n", a->count, a->slot);
        a->count = 0;
        return DONE;
    }
    return failed("mfree", "nothing was allocated there");
}

/* Of the console's own allocations: those of others change meanwhile, when an application ends. */
static uint32_t bytes_in_use(void)
{
    char name[CAMKES_IPC_MAX_DATA];
    uint32_t quota, allocations, bytes, objects;

    for (uint32_t i = 0; memory_owner(i, name, sizeof(name), &quota, &allocations, &bytes, &objects) == 0; i++) {
        if (strcmp(name, "debug_console") == 0)
            return bytes;
    }
    return UINT32_MAX;
}

/* Moves the capabilities of objs[1..n) into the CNode objs[0]. */
static bool move_into_cnode(const struct object *objs, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        if (seL4_CNode_Move(objs[0].slot, i, (uint8_t)objs[0].size, SELF_CNODE, objs[i].slot, seL4_WordBits) != seL4_NoError)
            return false;
    }
    return true;
}

/* Allocates objs[0..n) together in slots of their own, or all but the first in the CNode that this is, frees them, and sees that
 * nothing is missing. */
static int alloc_and_free(struct object *objs, uint32_t n, bool in_cnode)
{
    uint16_t first = slot_alloc(slots(), (uint16_t)n);
    uint32_t before = bytes_in_use();
    uint32_t handle;

    for (uint32_t i = 0; i < n; i++)
        objs[i].slot = first + i;
    int error = first == 0 ? -1 : memory_get(&objs->type, 3 * (size_t)n, 0, "test", &handle);
    kata_assert(error != 0 || !in_cnode || move_into_cnode(objs, n));
    if (error == 0)
        error = memory_give_back(handle);
    slot_free(slots(), first, (uint16_t)n);
    kata_assert(error != 0 || (before != UINT32_MAX && bytes_in_use() == before));
    return error;
}

enum result cmd_test_obj_alloc(int argc, char *argv[])
{
    struct object objs[] = {
        {seL4_UntypedObject, 12, 0},        {seL4_TCBObject, 1, 0},          {seL4_EndpointObject, 1, 0},
        {seL4_NotificationObject, 1, 0},    {seL4_CapTableObject, 5, 0},     {seL4_RISCV_4K_Page, 1, 0},
        {seL4_RISCV_PageTableObject, 1, 0}, {seL4_SchedContextObject, 8, 0}, {seL4_ReplyObject, 1, 0},
    };
    struct object inside[] = {{seL4_CapTableObject, 5, 0}, {seL4_TCBObject, 1, 0}, {seL4_EndpointObject, 1, 0}, {seL4_RISCV_4K_Page, 1, 0}};
    enum { KINDS = sizeof(objs) / sizeof(objs[0]), INSIDE = sizeof(inside) / sizeof(inside[0]) };
    int error = 0;

    (void)argc, (void)argv;
    print_memory_stats();
    for (int i = 0; i < KINDS && error == 0; i++)
        error = alloc_and_free(&objs[i], 1, false);
    if (error == 0)
        error = alloc_and_free(objs, KINDS, false);
    if (error == 0)
        console_printf("Batch alloc ok: %d objects\n", (int)KINDS);
    if (error == 0)
        error = alloc_and_free(inside, INSIDE, true);
    if (error != 0)
        return failed("test_obj_alloc", memory_error(error));
    console_printf("kata_object_alloc_in_cnode ok: %d objects\n", (int)INSIDE);
    print_memory_stats();
    console_puts("All tests passed!\n");
    return DONE;
}

enum result cmd_test_panic(int argc, char *argv[])
{
    (void)argc, (void)argv;
    console_flush();
    panic("testing");
}

#endif
