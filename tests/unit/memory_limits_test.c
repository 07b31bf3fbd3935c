/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What the original's MemoryManager could not do, or got wrong: pieces, fragmentation, books, quotas, sizes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kit.h"

static int setup(void **state)
{
    (void)state;
    kit_start(400);
    return 0;
}

static void expect_free_of(uint32_t client, uint32_t handle)
{
    assert_int_equal(allocation_free(client, handle), MEMORY_SUCCESS);
}

/* --- pieces --- */

/* A request for all there is, whose frames fit into no slab, and whose smaller objects fill what the frames leave. */
static void test_one_request_over_all_slabs(void **state)
{
    (void)state;
    kit_add_root(16, false);
    kit_add_root(14, false);
    kit_add_root(13, false);
    kit_add_root(12, false);
    kit_add_root(11, false);
    const struct object_request requests[] = {
        { seL4_RISCV_4K_Page, 20, 1 }, { seL4_TCBObject, 8, 40 }, { seL4_RISCV_PageTableObject, 2, 60 }, { seL4_UntypedObject, 11, 70 },
    };
    struct allocation_stats stats;
    uint32_t handle;
    assert_int_equal(allocation_create(0, requests, 4, MEMORY_SHORT, "", &handle), MEMORY_SUCCESS);
    assert_int_equal(buddy_free_bytes(), kit_total - 20 * 4096 - (8 << seL4_TCBBits) - 2 * 4096 - 2048);
    kit_check();
    expect_free_of(0, handle);
    kit_expect_all_free();
    kit_expect_whole();
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 23, 1, &handle), MEMORY_SUCCESS);    /* every whole page of the machine */
    assert_int_equal(buddy_free_bytes(), 2048);
    allocation_get_stats(&stats);
    assert_int_equal(stats.out_of_memory, 0);
}

/* After a refusal, smaller requests are still served wherever there is room. */
static void test_refusal_does_not_stop_smaller_requests(void **state)
{
    (void)state;
    uint32_t big, handle, small[8];
    kit_add_root(16, false);
    kit_add_root(13, false);
    assert_int_equal(kit_create(0, seL4_UntypedObject, 15, 1, &big), MEMORY_SUCCESS);
    assert_int_equal(kit_create(0, seL4_UntypedObject, 16, 2, &handle), MEMORY_ALLOC_FAILED);
    assert_int_equal(kit_create(0, seL4_UntypedObject, 15, 2, &handle), MEMORY_SUCCESS);
    assert_int_equal(kit_create(0, seL4_UntypedObject, 14, 3, &small[0]), MEMORY_ALLOC_FAILED);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(kit_create(0, seL4_UntypedObject, 10, 10 + i, &small[i]), MEMORY_SUCCESS);
    }
    assert_int_equal(buddy_free_bytes(), 0);
    kit_check();
}

/* --- fragmentation --- */

/* The smallest block that fits is taken: small objects do not break up large slabs. */
static void test_best_fit(void **state)
{
    (void)state;
    uint32_t handle;
    kit_add_root(20, false);
    kit_add_root(13, false);
    kit_add_root(16, false);
    for (uint32_t i = 0; i < 16; i++) {
        assert_int_equal(kit_create(0, seL4_TCBObject, 1, 1 + i, &handle), MEMORY_SUCCESS);
    }
    assert_int_equal(buddy_root_free_bytes(1), 0);
    assert_int_equal(kit_create(0, seL4_TCBObject, 1, 50, &handle), MEMORY_SUCCESS);
    assert_int_equal(buddy_root_free_bytes(0), 1 << 20);
    assert_int_equal(buddy_root_free_bytes(2), (1 << 16) - (1 << seL4_TCBBits));
}

/* One small object that stays does not pin the rest of its slab: all the rest is used and returned again and again. */
static void test_nothing_is_pinned(void **state)
{
    (void)state;
    uint32_t stays, handle;
    kit_add_root(18, false);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 1, 1, &stays), MEMORY_SUCCESS);
    for (int round = 0; round < 200; round++) {
        assert_int_equal(kit_create(1, seL4_RISCV_4K_Page, 63, 100, &handle), MEMORY_SUCCESS);
        assert_int_equal(buddy_free_bytes(), 0);
        expect_free_of(1, handle);
    }
    expect_free_of(0, stays);
    kit_expect_whole();
}

/* Every other page freed; then the other half; the slabs are whole again while other slabs are in use. */
static void test_slab_is_reset_when_it_empties(void **state)
{
    (void)state;
    uint32_t handle[64], other, whole;
    kit_add_root(18, false);
    kit_add_root(12, false);
    assert_int_equal(kit_create(1, seL4_RISCV_4K_Page, 1, 1, &other), MEMORY_SUCCESS);
    for (uint32_t i = 0; i < 64; i++) {
        assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 1, 1 + i, &handle[i]), MEMORY_SUCCESS);
    }
    for (uint32_t i = 0; i < 64; i += 2) {
        expect_free_of(0, handle[i]);
    }
    assert_int_equal(kit_create(0, seL4_UntypedObject, 13, 200, &whole), MEMORY_ALLOC_FAILED);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 32, 200, &whole), MEMORY_SUCCESS);   /* out of 32 holes */
    expect_free_of(0, whole);
    for (uint32_t i = 1; i < 64; i += 2) {
        expect_free_of(0, handle[i]);
    }
    assert_int_equal(kit_create(0, seL4_UntypedObject, 18, 200, &whole), MEMORY_SUCCESS);
    kit_check();
}

/* Static objects go where they break up least, even when a large slab has just been broken up. */
static void test_static_keeps_out_of_large_slabs(void **state)
{
    (void)state;
    uint32_t temporary, fixed;
    kit_add_root(20, false);
    kit_add_root(16, false);
    assert_int_equal(kit_create(0, seL4_UntypedObject, 16, 1, &temporary), MEMORY_SUCCESS);         /* the small slab */
    uint32_t second;
    assert_int_equal(kit_create(0, seL4_TCBObject, 1, 2, &second), MEMORY_SUCCESS);                 /* breaks the large one */
    expect_free_of(0, temporary);
    struct object_request request = { seL4_TCBObject, 3, 10 };
    assert_int_equal(allocation_create(0, &request, 1, MEMORY_STATIC, "", &fixed), MEMORY_SUCCESS);
    expect_free_of(0, second);
    assert_int_equal(buddy_root_free_bytes(0), 1 << 20);
    assert_int_equal(kit_create(0, seL4_UntypedObject, 20, 20, &temporary), MEMORY_SUCCESS);
    assert_int_equal(allocation_free(0, fixed), MEMORY_FREE_FAILED);
}

/* --- ownership and quotas --- */

/* Whatever a client names, only what it owns is freed, and once; the figures stay exact. */
static void test_books_after_abuse(void **state)
{
    (void)state;
    uint32_t mine, theirs;
    kit_add_root(18, false);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 3, 1, &mine), MEMORY_SUCCESS);
    assert_int_equal(kit_create(1, seL4_RISCV_4K_Page, 5, 1, &theirs), MEMORY_SUCCESS);
    for (uint32_t handle = 0; handle < 1 << 16; handle++) {
        if (handle != mine) {
            assert_int_equal(allocation_free(0, handle), MEMORY_FREE_FAILED);
        }
    }
    assert_int_equal(kit_allocated(), 8 * 4096);
    expect_free_of(0, mine);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(allocation_free(0, mine), MEMORY_FREE_FAILED);
    }
    assert_int_equal(kit_allocated(), 5 * 4096);
}

static void test_quota(void **state)
{
    (void)state;
    struct allocation_stats stats;
    uint32_t handle, more, other;
    kit_add_root(18, false);
    kit_quotas[0] = 10 * 4096;
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 11, 1, &handle), MEMORY_QUOTA_EXCEEDED);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 6, 1, &handle), MEMORY_SUCCESS);
    const struct object_request requests[] = { { seL4_RISCV_4K_Page, 4, 20 }, { seL4_EndpointObject, 1, 30 } };
    assert_int_equal(allocation_create(0, requests, 2, MEMORY_SHORT, "", &more), MEMORY_QUOTA_EXCEEDED);
    assert_int_equal(more, 0);
    assert_int_equal(allocation_create(0, requests, 1, MEMORY_SHORT, "", &more), MEMORY_SUCCESS);
    assert_int_equal(kit_create(0, seL4_EndpointObject, 1, 30, &other), MEMORY_QUOTA_EXCEEDED);
    assert_int_equal(kit_create(1, seL4_RISCV_4K_Page, 54, 1, &other), MEMORY_SUCCESS);     /* all the rest: no quota */
    assert_int_equal(buddy_free_bytes(), 0);
    expect_free_of(0, handle);
    assert_int_equal(kit_create(0, seL4_EndpointObject, 1, 30, &handle), MEMORY_SUCCESS);
    kit_restart();                                                                          /* it counts what was there before */
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 6, 60, &handle), MEMORY_QUOTA_EXCEEDED);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 5, 60, &handle), MEMORY_SUCCESS);
    allocation_get_stats(&stats);
    assert_int_equal(stats.out_of_memory, 0);
}

/* --- sizes --- */

/* More than 512 frames in one request, from more than 64 slabs; as many as the client has slots. */
static void test_any_number_of_frames(void **state)
{
    (void)state;
    uint32_t handle, more;
    kit_add_root(21, false);
    kit_add_root(20, false);
    kit_add_roots(15, false, 70);
    kit_add_roots(12, true, 30);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 1100, 1, &handle), MEMORY_SUCCESS);
    assert_int_equal(kit_allocated(), 1100 * 4096);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 98, 1101, &more), MEMORY_SUCCESS);
    expect_free_of(0, more);
    expect_free_of(0, handle);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 1200, 1, &handle), MEMORY_OBJ_CAP_INVALID);  /* one slot too few */
    kit_expect_all_free();
    kit_expect_whole();
}

/* A CNode is as large as was asked for, and costs that. */
static void test_sizes_are_exact(void **state)
{
    (void)state;
    static const uint8_t sizes[] = { 1, 2, 3, 5, 8, 12 };
    kit_add_root(18, false);
    for (uint32_t i = 0; i < sizeof sizes; i++) {
        uint32_t handle;
        assert_int_equal(kit_create(0, seL4_CapTableObject, sizes[i], 1, &handle), MEMORY_SUCCESS);
        assert_int_equal(kit_allocated(), 1u << (sizes[i] + seL4_SlotBits));
        expect_free_of(0, handle);
    }
    for (uint32_t n = 1; n < 64; n++) {
        uint32_t handle;
        assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, n, 1, &handle), MEMORY_SUCCESS);
        assert_int_equal(kit_allocated(), n * 4096);
        expect_free_of(0, handle);
    }
    kit_expect_whole();
}

static void test_large_pages(void **state)
{
    (void)state;
    uint32_t one, two, handle;
    kit_add_root(seL4_LargePageBits + 1, false);
    kit_add_root(seL4_LargePageBits - 1, false);
    kit_add_root(seL4_LargePageBits - 1, false);
    assert_int_equal(kit_create(0, seL4_RISCV_4K_Page, 1, 10, &handle), MEMORY_SUCCESS);    /* from the small ones: aligned memory is kept */
    assert_int_equal(kit_create(0, seL4_RISCV_Mega_Page, 1, 1, &one), MEMORY_SUCCESS);
    assert_int_equal(kit_create(1, seL4_RISCV_Mega_Page, 1, 1, &two), MEMORY_SUCCESS);
    assert_int_equal(kit_create(1, seL4_RISCV_Mega_Page, 1, 2, &handle), MEMORY_ALLOC_FAILED);
    expect_free_of(0, one);
    expect_free_of(1, two);
    assert_int_equal(kit_create(1, seL4_RISCV_Mega_Page, 2, 1, &two), MEMORY_SUCCESS);
    assert_int_equal(kit_allocated(), (2u << seL4_LargePageBits) + 4096);
}

/* All memory in allocations of odd sizes until nothing is left; everything returned in another order. */
static void test_exhaustion_and_full_return(void **state)
{
    (void)state;
    uint32_t handle[ALLOCATIONS], n = 0, slot = 1;
    kit_add_root(19, false);
    kit_add_root(17, false);
    kit_add_roots(12, true, 7);
    srand(9);
    while (buddy_free_bytes()) {
        uint32_t pages = 1 + (uint32_t)rand() % 13;
        if (kit_create(0, seL4_RISCV_4K_Page, pages, slot, &handle[n]) == MEMORY_SUCCESS) {
            n++;
            slot += pages;
            assert_true(n < ALLOCATIONS);
        }
    }
    assert_int_equal(kit_create(1, seL4_EndpointObject, 1, 1, &handle[n]), MEMORY_ALLOC_FAILED);
    kit_check();
    for (uint32_t i = n; i > 0; i--) {
        uint32_t pick = (uint32_t)rand() % i;
        expect_free_of(0, handle[pick]);
        handle[pick] = handle[i - 1];
        kit_check();
    }
    kit_expect_all_free();
    kit_expect_whole();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_request_over_all_slabs, setup),
        cmocka_unit_test_setup(test_refusal_does_not_stop_smaller_requests, setup),
        cmocka_unit_test_setup(test_best_fit, setup),
        cmocka_unit_test_setup(test_nothing_is_pinned, setup),
        cmocka_unit_test_setup(test_slab_is_reset_when_it_empties, setup),
        cmocka_unit_test_setup(test_static_keeps_out_of_large_slabs, setup),
        cmocka_unit_test_setup(test_books_after_abuse, setup),
        cmocka_unit_test_setup(test_quota, setup),
        cmocka_unit_test_setup(test_any_number_of_frames, setup),
        cmocka_unit_test_setup(test_sizes_are_exact, setup),
        cmocka_unit_test_setup(test_large_pages, setup),
        cmocka_unit_test_setup(test_exhaustion_and_full_return, setup),
    };
    return cmocka_run_group_tests_name("memory_limits", tests, NULL, NULL);
}
