/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 10.5: address space identifiers.
 */
#include "kit/kit.h"

#define POOLS ((word_t)1 << seL4_NumASIDPoolsBits)
#define ASIDS_PER_POOL ((word_t)1 << seL4_ASIDPoolIndexBits)

static word_t pool_new(void)
{
    word_t slot = slot_new();
    EXPECT_OK(asid_make_pool(untyped_new(12), slot));
    return slot;
}

TEST(asid, make_pool_checks_the_untyped)
{
    word_t slot = slot_new(), parent = untyped_new(12);
    EXPECT_IC(asid_make_pool(ROOT_TCB, slot), 1);
    EXPECT_IC(asid_make_pool(untyped_new(11), slot), 1);
    EXPECT_IC(asid_make_pool(untyped_new(13), slot), 1);
    EXPECT_OK(untyped_retype(parent, seL4_EndpointObject, 0, ROOT_CNODE, 0, 0, slot_new(), 1));
    EXPECT_RF(asid_make_pool(parent, slot));
}

TEST(asid, make_pool_checks_the_destination)
{
    word_t ut = untyped_new(12), full = endpoint_new();
    EXPECT_DF(asid_make_pool(ut, full));
    EXPECT_FL(invoke(seL4_CapASIDControl, RISCVASIDControlMakePool, LIST(ut, ROOT_TCB), LIST(1, WORD_BITS)), 0, LOOKUP_INVALID_ROOT);
    EXPECT_RE(invoke(seL4_CapASIDControl, RISCVASIDControlMakePool, LIST(ut, ROOT_CNODE), LIST(1, 0)), 1, WORD_BITS);
    EXPECT_OK(asid_make_pool(ut, slot_new()));
}

TEST(asid, pool_is_a_child_of_its_untyped_and_fills_it)
{
    word_t ut = untyped_new(12), pool = slot_new();
    EXPECT_OK(asid_make_pool(ut, pool));
    EXPECT_NEM(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, 0, 0, slot_new(), 1), 0);
    EXPECT_OK(cnode_revoke(ut));
    EXPECT(slot_is_empty(pool));
}

TEST(asid, assign_checks)
{
    word_t pool = pool_new(), table = table_new(), mapped = table_new();
    EXPECT_IC(asid_assign(pool, ROOT_TCB), 1);
    EXPECT_IC(asid_assign(pool, frame_new()), 1);
    EXPECT_OK(table_map(mapped, ROOT_VSPACE, FAR_VADDR));
    EXPECT_IC(asid_assign(pool, mapped), 1);
    EXPECT_OK(asid_assign(pool, table));
    EXPECT_IC(asid_assign(pool, table), 1);
    EXPECT_IC(asid_assign(pool, ROOT_VSPACE), 1);
}

TEST(asid, pool_holds_a_fixed_number)
{
    word_t pool = pool_new();
    /* 512 tables of 4 KiB on rv64: a small system has neither the memory nor the slots */
    if (test_untyped_bits < 14 + seL4_ASIDPoolIndexBits || boot_info->empty.end - boot_info->empty.start < 2 * ASIDS_PER_POOL) return;
    word_t slots = slots_new(ASIDS_PER_POOL + 1);
    for (word_t done = 0, n; done <= ASIDS_PER_POOL; done += n) {
        n = ASIDS_PER_POOL + 1 - done < 256 ? ASIDS_PER_POOL + 1 - done : 256;
        EXPECT_OK(untyped_retype(test_untyped, seL4_RISCV_PageTableObject, 0, ROOT_CNODE, 0, 0, slots + done, n));
    }
    for (word_t i = 0; i < ASIDS_PER_POOL; i++) EXPECT_OK(asid_assign(pool, slots + i));
    EXPECT_DF(asid_assign(pool, slots + ASIDS_PER_POOL));
    EXPECT_OK(cnode_delete(slots + 3)); /* its place is free again */
    EXPECT_OK(asid_assign(pool, slots + ASIDS_PER_POOL));
}

TEST(asid, number_of_pools)
{
    word_t slots = slots_new(POOLS), untypeds = slots_new(POOLS), n = 0;
    EXPECT_OK(untyped_retype(test_untyped, seL4_UntypedObject, 12, ROOT_CNODE, 0, 0, untypeds, POOLS));
    while (n < POOLS && asid_make_pool(untypeds + n, slots + n) == seL4_NoError) n++;
    EXPECT_EQ(n, POOLS - 1); /* pool 0 is the root task's */
    EXPECT_DF(asid_make_pool(untypeds + n, slots + n));
    EXPECT_DF(asid_make_pool(ROOT_TCB, slots + n)); /* before any other check */
    EXPECT_OK(cnode_delete(slots));
    EXPECT_OK(asid_make_pool(untypeds + n, slots + n));
}

TEST(asid, deleted_pool_invalidates_its_address_spaces)
{
    word_t pool = pool_new(), vs = table_new(), f = frame_new();
    EXPECT_OK(asid_assign(pool, vs));
    vspace_add_tables(vs, FAR_VADDR);
    EXPECT_OK(page_map(f, vs, FAR_VADDR, 3, 0));
    EXPECT_OK(cnode_delete(pool));
    EXPECT_FL(page_map(f, vs, FAR_VADDR, 3, 0), 0, LOOKUP_INVALID_ROOT);
    EXPECT_FL(table_map(table_new(), vs, FAR_VADDR + 0x8000000), 0, LOOKUP_INVALID_ROOT);
    EXPECT_IC(asid_assign(seL4_CapInitThreadASIDPool, vs), 1); /* still counts as assigned */
    EXPECT_OK(page_unmap(f));
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, 3, 0));
}

TEST(asid, thread_of_a_deleted_pool_faults)
{
    word_t pool = pool_new(), vs = table_new(), ep = endpoint_new();
    EXPECT_OK(asid_assign(pool, vs));
    struct thread *t = thread_new(count_for_ever, 0, TEST_PRIORITY + 1);
    EXPECT_OK(tcb_set_space(t->tcb, ep, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), vs));
    EXPECT_OK(cnode_delete(pool));
    thread_start(t);
    EXPECT_EQ(fault_recv(ep, reply_new()), seL4_Fault_VMFault);
    EXPECT_EQ(got_mr(2), 1);
}

TEST(asid, a_thread_runs_in_an_address_space_of_a_new_pool)
{
    word_t pool = pool_new(), vs = table_new(), ep = endpoint_new();
    EXPECT_OK(asid_assign(pool, vs));
    vspace_add_tables(vs, (word_t)image_start);
    for (const char *p = image_start; p < image_end; p += PAGE_SIZE)
        EXPECT_OK(page_map(copy_new(image_frame(p), ALL_RIGHTS), vs, (word_t)p, 3, 0));
    struct thread *t = thread_new_in(vs, fault_syscall, 99, TEST_PRIORITY + 1);
    EXPECT_OK(tcb_set_space(t->tcb, ep, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), vs));
    thread_start(t);
    EXPECT_EQ(fault_recv(ep, reply_new()), seL4_Fault_UnknownSyscall);
}

TEST(asid, make_pool_from_device_memory_is_refused)
{
    word_t slots = slots_new(1);
    for (word_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        if (!d->isDevice || d->paddr < 0x20000000 || d->sizeBits < 13) continue;
        EXPECT_OK(untyped_retype(boot_info->untyped.start + i, seL4_UntypedObject, 12, ROOT_CNODE, 0, 0, slots, 1));
        EXPECT_IC(asid_make_pool(slots, slot_new()), 1);
        return;
    }
    EXPECT(!"no device untyped");
}
