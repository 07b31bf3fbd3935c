/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* MemoryManager's allocator over a model of the kernel (memory_manager/fake_kernel.h). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kit.h"

static int setup(void **state)
{
    (void)state;
    kit_start(400);
    kit_add_root(20, false);
    kit_add_root(16, false);
    kit_add_root(9, false);
    return 0;
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
    assert_int_equal(allocation_create(0, all, 9, MEMORY_SHORT, "", &handle), MEMORY_SUCCESS);
    uint32_t bytes = 4096 + (1u << seL4_TCBBits) + 3 * 16 + (1u << seL4_NotificationBits) + (32u << seL4_SlotBits) + 256 +
                     2 * (1u << seL4_ReplyBits) + 13 * 4096;
    assert_int_equal(kit_allocated(), bytes);
    for (uint32_t i = 1; i < 24; i++) {
        assert_int_not_equal(fake.client[0][i].from, 0);
    }
    assert_int_equal(fake.client[0][24].from, 0);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    kit_expect_all_free();
}

static void test_one_mebibyte_of_frames(void **state)
{
    (void)state;
    uint32_t handle;
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 256, 10, &handle), MEMORY_SUCCESS);
    assert_int_equal(kit_allocated(), 1 << 20);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    kit_expect_all_free();
}

static void test_frames_from_memory_in_pieces(void **state)
{
    (void)state;
    kit_start(400);
    for (int i = 0; i < 10; i++) {
        kit_add_root(15, false);
    }
    uint32_t handle;
    struct allocation_stats stats;
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 80, 10, &handle), MEMORY_SUCCESS);   /* 327,680 bytes: all of it */
    assert_int_equal(buddy_free_bytes(), 0);
    allocation_get_stats(&stats);
    assert_true(stats.slab_too_small > 0);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    kit_expect_all_free();
}

static void test_boot_frames_are_used_first(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        kit_add_root(12, true);
    }
    uint32_t handle, other;
    assert_int_equal(kit_create(0, seL4_RISCV_PageTableObject, 1, 300, &other), MEMORY_SUCCESS);    /* never a boot frame */
    assert_int_equal(kit_create(1, seL4_RISCV_4K_Page, 7, 10, &handle), MEMORY_SUCCESS);
    assert_int_equal(kit_allocated(), 8 * 4096);
    unsigned lent = 0;
    for (uint32_t i = 10; i < 17; i++) {
        uint16_t block = (uint16_t)(fake.client[1][i].from - KIT_BASE);
        assert_int_not_equal(fake.client[1][i].from, 0);
        lent += buddy_is_frame(block);
    }
    assert_int_equal(lent, 5);
    assert_int_equal(allocation_free(1, handle), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(0, other), MEMORY_SUCCESS);
    kit_expect_all_free();
}

static void test_handles_belong_to_their_client(void **state)
{
    (void)state;
    uint32_t handle, again;
    assert_int_equal(kit_create(0, seL4_TCBObject, 1, 10, &handle), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(1, handle), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, 0), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, handle ^ 1), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, 0xffffffff), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(0, handle), MEMORY_FREE_FAILED);
    assert_int_equal(kit_create(0, seL4_TCBObject, 1, 10, &again), MEMORY_SUCCESS);
    assert_int_not_equal(handle, again);
    assert_int_equal(allocation_free(0, handle), MEMORY_FREE_FAILED);
}

static void test_static_is_never_freed(void **state)
{
    (void)state;
    uint32_t handle;
    struct object_request request = { seL4_TCBObject, 1, 10 };
    assert_int_equal(allocation_create(0, &request, 1, MEMORY_STATIC, "", &handle), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(0, handle), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_create(0, &request, 1, MEMORY_STATIC + 1, "", &handle), MEMORY_OBJ_COUNT_INVALID);
}

static void test_bad_requests(void **state)
{
    (void)state;
    uint32_t handle;
    assert_int_equal(kit_create(0, seL4_ObjectTypeCount, 1, 10, &handle), MEMORY_OBJ_TYPE_INVALID);
    assert_int_equal(kit_create(0, UINT32_MAX, 1, 10, &handle), MEMORY_OBJ_TYPE_INVALID);
    assert_int_equal(kit_create(0, seL4_TCBObject, 0, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(kit_create(0, seL4_TCBObject, UINT32_MAX, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(kit_create(0, seL4_UntypedObject, 3, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(kit_create(0, seL4_UntypedObject, 31, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(kit_create(0, seL4_CapTableObject, 0, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(kit_create(0, seL4_CapTableObject, 28, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(kit_create(0, seL4_SchedContextObject, 6, 10, &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 4096, 10, &handle), MEMORY_ALLOC_FAILED);
    assert_int_equal(kit_create(0, seL4_RISCV_Mega_Page, 4096, 10, &handle), MEMORY_ALLOC_FAILED);
    assert_int_equal(allocation_create(0, NULL, 0, 0, "", &handle), MEMORY_OBJ_COUNT_INVALID);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 2, FAKE_CLIENT_SLOTS - 1, &handle), MEMORY_OBJ_CAP_INVALID);
    assert_int_equal(handle, 0);
    kit_expect_all_free();
}

static void test_occupied_slot_rolls_everything_back(void **state)
{
    (void)state;
    uint32_t first, handle;
    assert_int_equal(kit_create(0, seL4_EndpointObject, 1, 40, &first), MEMORY_SUCCESS);
    const struct object_request requests[] = { { seL4_RISCV_4K_Page, 20, 10 }, { seL4_TCBObject, 1, 35 }, { seL4_EndpointObject, 1, 40 } };
    assert_int_equal(allocation_create(0, requests, 3, MEMORY_SHORT, "", &handle), MEMORY_OBJ_CAP_INVALID);
    assert_int_equal(fake.client[0][10].from, 0);
    assert_int_equal(fake.client[0][35].from, 0);
    assert_int_not_equal(fake.client[0][40].from, 0);
    assert_int_equal(kit_allocated(), 16);
    assert_int_equal(allocation_free(0, first), MEMORY_SUCCESS);
    kit_expect_all_free();
}

static void test_any_kernel_error_rolls_back(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        kit_add_root(12, true);
    }
    const struct object_request requests[] = {
        { seL4_RISCV_4K_Page, 20, 10 }, { seL4_TCBObject, 1, 35 }, { seL4_CapTableObject, 3, 36 }, { seL4_EndpointObject, 1, 40 },
    };
    uint32_t handle;
    int step = 0, error;
    do {
        fake_error_after = step++;
        error = allocation_create(0, requests, 4, MEMORY_SHORT, "", &handle);
        if (error) {
            kit_expect_all_free();
            for (uint32_t i = 0; i < FAKE_CLIENT_SLOTS; i++) {
                assert_int_equal(fake.client[0][i].from, 0);
            }
        }
    } while (error);
    fake_error_after = -1;
    assert_true(step > 5);
    assert_int_equal(allocation_free(0, handle), MEMORY_SUCCESS);
    kit_expect_all_free();
}

static void test_tables_full(void **state)
{
    (void)state;
    uint32_t handles[ALLOCATIONS + 1], n = 0;
    int error;
    while ((error = kit_create(0, seL4_EndpointObject, 1, 1 + n, &handles[n])) == MEMORY_SUCCESS) {
        n++;
    }
    assert_int_equal(error, MEMORY_CAP_ALLOC_FAILED);
    assert_int_equal(n, ALLOCATIONS);
    while (n) {
        assert_int_equal(allocation_free(0, handles[--n]), MEMORY_SUCCESS);
    }
    kit_expect_all_free();
    kit_start(12);      /* few slots: splitting ends early, cleanly */
    kit_add_root(20, false);
    assert_int_equal(kit_create(0, seL4_EndpointObject, 1, 1, &handles[0]), MEMORY_ALLOC_FAILED);
    kit_expect_all_free();
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 256, 1, &handles[0]), MEMORY_SUCCESS);
}

static void test_out_of_memory_is_counted(void **state)
{
    (void)state;
    struct allocation_stats stats;
    uint32_t handle;
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 300, 10, &handle), MEMORY_ALLOC_FAILED);
    allocation_get_stats(&stats);
    assert_int_equal(stats.out_of_memory, 1);
    kit_expect_all_free();
}

static void test_owners(void **state)
{
    (void)state;
    struct allocation_owner owner;
    struct object_request frames = { seL4_RISCV_4K_Page, 2, 40 };
    uint32_t handle;
    kit_create(1, seL4_RISCV_4K_Page, 3, 10, &handle);
    kit_create(1, seL4_TCBObject, 1, 20, &handle);
    assert_int_equal(allocation_create(1, &frames, 1, MEMORY_SHORT, "hello", &handle), MEMORY_SUCCESS);
    frames.slot = 50;
    assert_int_equal(allocation_create(1, &frames, 1, MEMORY_SHORT, "a rather long name", &handle), MEMORY_SUCCESS);
    frames.slot = 60;
    assert_int_equal(allocation_create(1, &frames, 1, MEMORY_SHORT, "hello", &handle), MEMORY_SUCCESS);
    const struct allocation_owner expected[] = {
        { 0, "", 0, 0, 0 }, { 1, "", 5, 9 * 4096 + (1 << seL4_TCBBits), 10 }, { 1, "hello", 2, 4 * 4096, 4 },
        { 1, "a rather long", 1, 2 * 4096, 2 },
    };
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(allocation_owner(i, &owner));
        assert_int_equal(owner.client, expected[i].client);
        assert_string_equal(owner.tag, expected[i].tag);
        assert_int_equal(owner.count, expected[i].count);
        assert_int_equal(owner.bytes, expected[i].bytes);
        assert_int_equal(owner.objs, expected[i].objs);
    }
    assert_false(allocation_owner(4, &owner));
    kit_check();
}

static void test_retain(void **state)
{
    (void)state;
    uint32_t kept[2], lost[2], other, fixed;
    struct object_request request = { seL4_TCBObject, 1, 50 };
    assert_int_equal(kit_create(0, seL4_TCBObject, 1, 10, &kept[0]), MEMORY_SUCCESS);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 5, 11, &lost[0]), MEMORY_SUCCESS);
    assert_int_equal(kit_create(0, seL4_EndpointObject, 1, 20, &kept[1]), MEMORY_SUCCESS);
    assert_int_equal(kit_create(0, seL4_EndpointObject, 1, 21, &lost[1]), MEMORY_SUCCESS);
    assert_int_equal(kit_create(1, seL4_EndpointObject, 1, 10, &other), MEMORY_SUCCESS);
    assert_int_equal(allocation_create(0, &request, 1, MEMORY_STATIC, "", &fixed), MEMORY_SUCCESS);
    allocation_retain(0, (const uint32_t[]){ kept[1], 0, other, 0xffffffff, kept[0] }, 5);
    assert_int_equal(kit_allocated(), 2 * 16 + (1u << seL4_TCBBits));
    assert_int_equal(allocation_free(0, lost[0]), MEMORY_FREE_FAILED);
    assert_int_equal(allocation_free(0, lost[1]), MEMORY_FREE_FAILED);
    assert_int_equal(fake.client[0][11].from, 0);
    assert_int_equal(fake.client[0][50].from, 0);
    allocation_retain(0, NULL, 0);
    assert_int_equal(kit_allocated(), 16);
    assert_int_equal(allocation_free(1, other), MEMORY_SUCCESS);
    kit_expect_all_free();
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
        kit_add_root(12, true);
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
        live[i].client = rnd(FAKE_CLIENTS);
        for (uint32_t r = 0; r < n; r++) {
            uint32_t size = 1 + rnd(7);
            requests[r] = rnd(4) ? (struct object_request){ counted[rnd(6)], size, slot }
                                 : (struct object_request){ seL4_UntypedObject, 4 + rnd(14), slot };
            slot += requests[r].type == seL4_UntypedObject ? 1 : size;
        }
        if (rnd(50) == 0) {
            fake_error_after = (int)rnd(10);
        }
        (void)allocation_create(live[i].client, requests, n, rnd(2), "", &live[i].handle);
        fake_error_after = -1;
        kit_allocated();
    }
    for (int i = 0; i < 16; i++) {
        if (live[i].handle) {
            assert_int_equal(allocation_free(live[i].client, live[i].handle), MEMORY_SUCCESS);
        }
    }
    kit_expect_all_free();
    kit_expect_whole();
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
