/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* MemoryManager's allocator over a model of the kernel that knows untypeds, their watermarks and who was made from whom. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "allocation.h"
#include "buddy.h"
#include "kernel.h"
#include "memory_manager.h"

#include <sel4/invocation_gen.h>

/* --- model of the kernel --- */

enum { SLOTS = 1024, CLIENTS = 2, CLIENT_SLOTS = 512, BASE = 100 };

struct untyped {
    bool present;
    uint32_t bits;
    uint32_t watermark;
    uint32_t parent;        /* slot, 0: root */
    uint32_t children;      /* untypeds made from it */
};
static struct untyped ut[SLOTS];
static uint32_t client_slot[CLIENTS][CLIENT_SLOTS];     /* slot of the untyped or frame the cap comes from, 0: empty */
static unsigned objects_of[SLOTS];
static int fail_after;      /* countdown to an injected kernel error; -1: never */

static bool injected(void)
{
    return fail_after >= 0 && fail_after-- == 0;
}

static int retype(struct untyped *u, uint32_t bits, uint32_t count)
{
    assert_true(u->present);
    uint32_t at = u->children || objects_of[u - ut] ? u->watermark : 0;
    at = (at + (1u << bits) - 1) & ~((1u << bits) - 1);
    if (((uint64_t)count << bits) + at > 1ull << u->bits) {
        return seL4_NotEnoughMemory;
    }
    u->watermark = at + (count << bits);
    return 0;
}

int kernel_split(uint32_t untyped, uint32_t bits, uint32_t dest, uint32_t count)
{
    if (injected()) {
        return seL4_IllegalOperation;
    }
    assert_int_equal(objects_of[untyped], 0);
    int error = retype(&ut[untyped], bits, count);
    for (uint32_t i = 0; !error && i < count; i++) {
        assert_false(ut[dest + i].present);
        ut[dest + i] = (struct untyped){ true, bits, 0, untyped, 0 };
        ut[untyped].children++;
    }
    return error;
}

static int put(uint32_t from, uint32_t client, uint32_t slot, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slot + i >= CLIENT_SLOTS) {
            return seL4_RangeError;
        }
        if (client_slot[client][slot + i]) {
            return seL4_DeleteFirst;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        client_slot[client][slot + i] = from;
    }
    objects_of[from] += count;
    return 0;
}

static uint32_t object_bits(uint32_t type, uint32_t size_bits)
{
    switch (type) {
    case seL4_UntypedObject:
    case seL4_SchedContextObject: return size_bits;
    case seL4_CapTableObject: return size_bits + seL4_SlotBits;
    case seL4_TCBObject: return seL4_TCBBits;
    case seL4_EndpointObject: return seL4_EndpointBits;
    case seL4_NotificationObject: return seL4_NotificationBits;
    case seL4_ReplyObject: return seL4_ReplyBits;
    case seL4_RISCV_Mega_Page: return seL4_LargePageBits;
    default: return 12;
    }
}

int kernel_create(uint32_t untyped, uint32_t type, uint32_t size_bits, uint32_t client, uint32_t slot, uint32_t count)
{
    assert_true(count >= 1 && count <= 256);
    assert_int_equal(ut[untyped].children, 0);
    if (injected()) {
        return seL4_IllegalOperation;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (slot + i >= CLIENT_SLOTS) {
            return seL4_RangeError;
        }
        if (client_slot[client][slot + i]) {
            return seL4_DeleteFirst;
        }
    }
    int error = retype(&ut[untyped], object_bits(type, size_bits), count);
    return error ? error : put(untyped, client, slot, count);
}

int kernel_lend_frame(uint32_t frame, uint32_t client, uint32_t slot)
{
    assert_true(ut[frame].present);
    assert_int_equal(objects_of[frame], 0);
    return injected() ? seL4_IllegalOperation : put(frame, client, slot, 1);
}

int kernel_revoke(uint32_t slot)
{
    assert_int_equal(ut[slot].children, 0);
    for (uint32_t c = 0; c < CLIENTS; c++) {
        for (uint32_t i = 0; i < CLIENT_SLOTS; i++) {
            if (client_slot[c][i] == slot) {
                client_slot[c][i] = 0;
                objects_of[slot]--;
            }
        }
    }
    assert_int_equal(objects_of[slot], 0);
    return 0;
}

int kernel_delete(uint32_t slot)
{
    assert_true(ut[slot].present);
    assert_int_equal(ut[slot].children, 0);
    assert_int_equal(objects_of[slot], 0);
    ut[ut[slot].parent].children--;
    ut[slot].present = false;
    return 0;
}

/* --- helpers --- */

static uint32_t total;

static void add_root(uint32_t bits, bool frame)
{
    uint16_t root = buddy_add_root(bits, frame);
    assert_int_not_equal(root, BUDDY_NONE);
    ut[buddy_slot(root)] = (struct untyped){ true, bits, 0, 0, 0 };
    total += 1u << bits;
}

static void start(uint32_t slots)
{
    memset(ut, 0, sizeof ut);
    memset(client_slot, 0, sizeof client_slot);
    memset(objects_of, 0, sizeof objects_of);
    total = 0;
    fail_after = -1;
    buddy_init(BASE, slots);
    allocation_init();
}

static int setup(void **state)
{
    (void)state;
    start(400);
    add_root(20, false);
    add_root(16, false);
    add_root(9, false);
    return 0;
}

static int create(uint32_t client, uint32_t type, uint32_t size, uint32_t slot, uint32_t *handle)
{
    struct object_request request = { type, size, slot };
    return allocation_create(client, &request, 1, MEMORY_MEDIUM, handle);
}

static void expect_all_free(void)
{
    struct allocation_stats stats;
    allocation_get_stats(&stats);
    assert_int_equal(stats.allocated_bytes, 0);
    assert_int_equal(stats.allocated_objs, 0);
    assert_int_equal(buddy_free_bytes(), total);
    for (uint32_t i = 0; i < SLOTS; i++) {
        assert_int_equal(objects_of[i], 0);
    }
}

static uint32_t allocated(void)
{
    struct allocation_stats stats;
    allocation_get_stats(&stats);
    assert_int_equal(stats.allocated_bytes + buddy_free_bytes(), total);
    return stats.allocated_bytes;
}

/* --- tests --- */

static void test_every_object_type(void **state)
{
    (void)state;
    const struct object_request all[] = {
        { seL4_UntypedObject, 12, 1 }, { seL4_TCBObject, 1, 2 }, { seL4_EndpointObject, 3, 3 }, { seL4_NotificationObject, 1, 6 },
        { seL4_CapTableObject, 5, 7 }, { seL4_SchedContextObject, 8, 8 }, { seL4_ReplyObject, 2, 9 }, { seL4_RISCV_4K_Page, 11, 11 },
        { seL4_RISCV_PageTableObject, 2, 22 },
    };
    uint32_t handle;
    assert_int_equal(allocation_create(0, all, 9, MEMORY_SHORT, &handle), MEMORY_SUCCESS);
    uint32_t bytes = 4096 + (1u << seL4_TCBBits) + 3 * 16 + (1u << seL4_NotificationBits) + (32u << seL4_SlotBits) + 256 +
                     2 * (1u << seL4_ReplyBits) + 13 * 4096;
    assert_int_equal(allocated(), bytes);
    for (uint32_t i = 1; i < 24; i++) {
        assert_int_not_equal(client_slot[0][i], 0);
    }
    assert_int_equal(client_slot[0][24], 0);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    expect_all_free();
}

static void test_one_mebibyte_of_frames(void **state)
{
    (void)state;
    uint32_t handle;
    assert_int_equal(create(0, seL4_RISCV_4K_Page, 256, 10, &handle), MEMORY_SUCCESS);
    assert_int_equal(allocated(), 1 << 20);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    expect_all_free();
}

static void test_frames_from_memory_in_pieces(void **state)
{
    (void)state;
    start(400);
    for (int i = 0; i < 10; i++) {
        add_root(15, false);
    }
    uint32_t handle;
    struct allocation_stats stats;
    assert_int_equal(create(0, seL4_RISCV_4K_Page, 80, 10, &handle), MEMORY_SUCCESS);   /* 327,680 bytes: all of it */
    assert_int_equal(buddy_free_bytes(), 0);
    allocation_get_stats(&stats);
    assert_true(stats.slab_too_small > 0);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    expect_all_free();
}

static void test_boot_frames_are_used_first(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        add_root(12, true);
    }
    uint32_t handle, other;
    assert_int_equal(create(0, seL4_RISCV_PageTableObject, 1, 300, &other), MEMORY_SUCCESS);    /* never a boot frame */
    assert_int_equal(create(1, seL4_RISCV_4K_Page, 7, 10, &handle), MEMORY_SUCCESS);
    assert_int_equal(allocated(), 8 * 4096);
    unsigned lent = 0;
    for (uint32_t i = 10; i < 17; i++) {
        uint16_t block = (uint16_t)(client_slot[1][i] - BASE);
        assert_int_not_equal(client_slot[1][i], 0);
        lent += buddy_is_frame(block);
    }
    assert_int_equal(lent, 5);
    assert_int_equal(allocation_free(1, handle), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(0, other), MEMORY_SUCCESS);
    expect_all_free();
}

static void test_handles_belong_to_their_client(void **state)
{
    (void)state;
    uint32_t handle, again;
    assert_int_equal(create(0, seL4_TCBObject, 1, 10, &handle), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(1, handle), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, 0), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, handle ^ 1), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, 0xffffffff), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(0, handle), MEMORY_FREE_FAILED);
    assert_int_equal(create(0, seL4_TCBObject, 1, 10, &again), MEMORY_SUCCESS);
    assert_int_not_equal(handle, again);
    assert_int_equal(allocation_free(0, handle), MEMORY_FREE_FAILED);
}

static void test_static_is_never_freed(void **state)
{
    (void)state;
    uint32_t handle;
    struct object_request request = { seL4_TCBObject, 1, 10 };
    assert_int_equal(allocation_create(0, &request, 1, MEMORY_STATIC, &handle), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(0, handle), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_create(0, &request, 1, MEMORY_STATIC + 1, &handle), MEMORY_OBJ_COUNT_INVALID);
}

static void test_bad_requests(void **state)
{
    (void)state;
    uint32_t handle;
    assert_int_equal(create(0, seL4_ObjectTypeCount, 1, 10, &handle), MEMORY_OBJ_TYPE_INVALID);
    assert_int_equal(create(0, UINT32_MAX, 1, 10, &handle), MEMORY_OBJ_TYPE_INVALID);
    assert_int_equal(create(0, seL4_TCBObject, 0, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(create(0, seL4_TCBObject, UINT32_MAX, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(create(0, seL4_UntypedObject, 3, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(create(0, seL4_UntypedObject, 30, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(create(0, seL4_CapTableObject, 0, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(create(0, seL4_CapTableObject, 28, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(create(0, seL4_SchedContextObject, 6, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(create(0, seL4_RISCV_4K_Page, 4096, 10, &handle), MEMORY_ALLOC_FAILED);
    assert_int_equal(create(0, seL4_RISCV_Mega_Page, 4096, 10, &handle), MEMORY_ALLOC_FAILED);
    assert_int_equal(allocation_create(0, NULL, 0, 0, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(create(0, seL4_RISCV_4K_Page, 2, CLIENT_SLOTS - 1, &handle), MEMORY_OBJ_CAP_INVALID);
    assert_int_equal(handle, 0);
    expect_all_free();
}

static void test_occupied_slot_rolls_everything_back(void **state)
{
    (void)state;
    uint32_t first, handle;
    assert_int_equal(create(0, seL4_EndpointObject, 1, 40, &first), MEMORY_SUCCESS);
    const struct object_request requests[] = { { seL4_RISCV_4K_Page, 20, 10 }, { seL4_TCBObject, 1, 35 }, { seL4_EndpointObject, 1, 40 } };
    assert_int_equal(allocation_create(0, requests, 3, MEMORY_SHORT, &handle), MEMORY_OBJ_CAP_INVALID);
    assert_int_equal(client_slot[0][10], 0);
    assert_int_equal(client_slot[0][35], 0);
    assert_int_not_equal(client_slot[0][40], 0);
    assert_int_equal(allocated(), 16);
    assert_int_equal(allocation_free(0, first), MEMORY_SUCCESS);
    expect_all_free();
}

static void test_any_kernel_error_rolls_back(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        add_root(12, true);
    }
    const struct object_request requests[] = {
        { seL4_RISCV_4K_Page, 20, 10 }, { seL4_TCBObject, 1, 35 }, { seL4_CapTableObject, 3, 36 }, { seL4_EndpointObject, 1, 40 },
    };
    uint32_t handle;
    int step = 0, error;
    do {
        fail_after = step++;
        error = allocation_create(0, requests, 4, MEMORY_SHORT, &handle);
        if (error) {
            expect_all_free();
            for (uint32_t i = 0; i < CLIENT_SLOTS; i++) {
                assert_int_equal(client_slot[0][i], 0);
            }
        }
    } while (error);
    fail_after = -1;
    assert_true(step > 5);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    expect_all_free();
}

static void test_tables_full(void **state)
{
    (void)state;
    uint32_t handles[ALLOCATIONS + 1], n = 0;
    int error;
    while ((error = create(0, seL4_EndpointObject, 1, 1 + n, &handles[n])) == MEMORY_SUCCESS) {
        n++;
    }
    assert_int_equal(error, MEMORY_CAP_ALLOC_FAILED);
    assert_int_equal(n, ALLOCATIONS);
    while (n) {
        assert_int_equal(allocation_free(0, handles[--n]), MEMORY_SUCCESS);
    }
    expect_all_free();
    start(12);      /* few slots: splitting ends early, cleanly */
    add_root(20, false);
    assert_int_equal(create(0, seL4_EndpointObject, 1, 1, &handles[0]), MEMORY_ALLOC_FAILED);
    expect_all_free();
    assert_int_equal(create(0, seL4_RISCV_4K_Page, 256, 1, &handles[0]), MEMORY_SUCCESS);
}

static void test_out_of_memory_is_counted(void **state)
{
    (void)state;
    struct allocation_stats stats;
    uint32_t handle;
    assert_int_equal(create(0, seL4_RISCV_4K_Page, 300, 10, &handle), MEMORY_ALLOC_FAILED);
    allocation_get_stats(&stats);
    assert_int_equal(stats.out_of_memory, 1);
    expect_all_free();
}

static void test_owners(void **state)
{
    (void)state;
    uint32_t handle, count, bytes, objs;
    create(1, seL4_RISCV_4K_Page, 3, 10, &handle);
    create(1, seL4_TCBObject, 1, 20, &handle);
    allocation_owner(1, &count, &bytes, &objs);
    assert_int_equal(count, 2);
    assert_int_equal(bytes, 3 * 4096 + (1 << seL4_TCBBits));
    assert_int_equal(objs, 4);
    allocation_owner(0, &count, &bytes, &objs);
    assert_int_equal(count + bytes + objs, 0);
}

static void test_retain(void **state)
{
    (void)state;
    uint32_t kept[2], lost[2], other, fixed;
    struct object_request request = { seL4_TCBObject, 1, 50 };
    assert_int_equal(create(0, seL4_TCBObject, 1, 10, &kept[0]), MEMORY_SUCCESS);
    assert_int_equal(create(0, seL4_RISCV_4K_Page, 5, 11, &lost[0]), MEMORY_SUCCESS);
    assert_int_equal(create(0, seL4_EndpointObject, 1, 20, &kept[1]), MEMORY_SUCCESS);
    assert_int_equal(create(0, seL4_EndpointObject, 1, 21, &lost[1]), MEMORY_SUCCESS);
    assert_int_equal(create(1, seL4_EndpointObject, 1, 10, &other), MEMORY_SUCCESS);
    assert_int_equal(allocation_create(0, &request, 1, MEMORY_STATIC, &fixed), MEMORY_SUCCESS);
    allocation_retain(0, (const uint32_t[]){ kept[1], 0, other, 0xffffffff, kept[0] }, 5);
    assert_int_equal(allocated(), 2 * 16 + (1u << seL4_TCBBits));
    assert_int_equal(allocation_free(0, lost[0]), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, lost[1]), MEMORY_FREE_FAILED);
    assert_int_equal(client_slot[0][11], 0);
    assert_int_equal(client_slot[0][50], 0);
    allocation_retain(0, NULL, 0);
    assert_int_equal(allocated(), 16);
    assert_int_equal(allocation_free(1, other), MEMORY_SUCCESS);
    expect_all_free();
}

static uint32_t rnd(uint32_t n)
{
    return (uint32_t)rand() % n;
}

/* Random allocations and frees of two clients; the model checks every kernel call; at the end all is back and whole. */
static void test_random_soak(void **state)
{
    (void)state;
    static const uint32_t counted[] = { seL4_TCBObject, seL4_EndpointObject, seL4_NotificationObject, seL4_ReplyObject,
                                        seL4_RISCV_4K_Page, seL4_RISCV_PageTableObject };
    struct { uint32_t handle, client, slot; } live[16] = { 0 };
    for (int i = 0; i < 9; i++) {
        add_root(12, true);
    }
    srand(3);
    for (int step = 0; step < 60000; step++) {
        uint32_t i = rnd(16);
        if (live[i].handle) {
            assert_int_equal(allocation_free(live[i].client, live[i].handle), MEMORY_SUCCESS);
            live[i].handle = 0;
            continue;
        }
        struct object_request requests[4];
        uint32_t n = 1 + rnd(4), slot = 1 + i * 31;
        live[i].client = rnd(CLIENTS);
        for (uint32_t r = 0; r < n; r++) {
            uint32_t size = 1 + rnd(7);
            requests[r] = rnd(4) ? (struct object_request){ counted[rnd(6)], size, slot }
                                 : (struct object_request){ seL4_UntypedObject, 4 + rnd(14), slot };
            slot += requests[r].type == seL4_UntypedObject ? 1 : size;
        }
        if (rnd(50) == 0) {
            fail_after = (int)rnd(10);
        }
        (void)allocation_create(live[i].client, requests, n, rnd(2), &live[i].handle);
        fail_after = -1;
        allocated();
    }
    for (int i = 0; i < 16; i++) {
        if (live[i].handle) {
            assert_int_equal(allocation_free(live[i].client, live[i].handle), MEMORY_SUCCESS);
        }
    }
    expect_all_free();
    uint32_t handle;
    assert_int_equal(create(0, seL4_UntypedObject, 20, 1, &handle), MEMORY_SUCCESS);    /* the largest block is whole again */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_every_object_type, setup),
        cmocka_unit_test_setup(test_one_mebibyte_of_frames, setup),
        cmocka_unit_test_setup(test_frames_from_memory_in_pieces, setup),
        cmocka_unit_test_setup(test_boot_frames_are_used_first, setup),
        cmocka_unit_test_setup(test_handles_belong_to_their_client, setup),
        cmocka_unit_test_setup(test_static_is_never_freed, setup),
        cmocka_unit_test_setup(test_bad_requests, setup),
        cmocka_unit_test_setup(test_occupied_slot_rolls_everything_back, setup),
        cmocka_unit_test_setup(test_any_kernel_error_rolls_back, setup),
        cmocka_unit_test_setup(test_tables_full, setup),
        cmocka_unit_test_setup(test_out_of_memory_is_counted, setup),
        cmocka_unit_test_setup(test_owners, setup),
        cmocka_unit_test_setup(test_retain, setup),
        cmocka_unit_test_setup(test_random_soak, setup),
    };
    return cmocka_run_group_tests_name("memory_allocation", tests, NULL, NULL);
}
