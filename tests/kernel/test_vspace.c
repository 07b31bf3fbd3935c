/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 10.1 to 10.4: page tables, pages, and what a thread may do through them.
 */
#include "kit/kit.h"

#define RW (RIGHT_READ | RIGHT_WRITE)
#define EXECUTE_NEVER 1
#define TOP_TABLE_BITS (IS_64BIT ? 30 : 22) /* size covered by the entry that is missing first */
#define LARGE_BITS (IS_64BIT ? 21 : 22)

static volatile word_t *at(word_t vaddr)
{
    return (volatile word_t *)vaddr;
}

/* Does an access of that kind at VADDR go through? The probe thread faults otherwise. */
static bool accessible(void (*body)(word_t), word_t vaddr)
{
    word_t ep = endpoint_new();
    struct thread *t = thread_new(body, vaddr, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    word_t label = fault_recv(ep, reply_new()); /* a VMFault, or the CapFault that ends the probe */
    EXPECT_OK(tcb_suspend(t->tcb));
    return label != seL4_Fault_VMFault;
}

/* The probe for execution: a page filled with "ecall" for an unknown system call is too much; an illegal instruction (0)
 * is enough to see that the fetch worked. */
static bool executable(word_t vaddr)
{
    word_t ep = endpoint_new();
    struct thread *t = thread_new((void (*)(word_t))vaddr, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    word_t label = fault_recv(ep, reply_new());
    EXPECT_OK(tcb_suspend(t->tcb));
    return label == seL4_Fault_UserException;
}

static void expect_access(word_t frame, word_t rights, word_t attributes, bool r, bool w, bool x)
{
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, rights, attributes));
    EXPECT_EQ(accessible(fault_load, TEST_VADDR), r);
    EXPECT_EQ(accessible(fault_store, TEST_VADDR + 64), w);
    EXPECT_EQ(executable(TEST_VADDR), x);
    EXPECT_OK(page_unmap(frame));
}

/* ---- rights (10.2) ------------------------------------------------------------------------------------------------------ */

TEST(vspace, rights_of_a_read_write_frame)
{
    word_t f = frame_new();
    expect_access(f, RW, 0, true, true, true);
    expect_access(f, ALL_RIGHTS, EXECUTE_NEVER, true, true, false);
    expect_access(f, RIGHT_READ, 0, true, false, true);
    expect_access(f, RIGHT_READ, EXECUTE_NEVER, true, false, false);
}

TEST(vspace, rights_without_read_are_execute_only)
{
    word_t f = frame_new();
    expect_access(f, RIGHT_WRITE, 0, false, false, true);
    expect_access(f, 0, 0, false, false, true);
    expect_access(f, 0, EXECUTE_NEVER, false, false, false);
    expect_access(f, RIGHT_WRITE, EXECUTE_NEVER, false, false, false);
}

TEST(vspace, rights_of_a_read_only_capability)
{
    word_t ro = copy_new(frame_new(), RIGHT_READ);
    expect_access(ro, RW, 0, true, false, true);
    expect_access(ro, RIGHT_READ, EXECUTE_NEVER, true, false, false);
}

TEST(vspace, mapping_without_access_still_counts_as_mapped)
{
    word_t f = frame_new();
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, 0, EXECUTE_NEVER));
    EXPECT_IA(page_map(f, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE, RW, 0), 0);
}

TEST(vspace, unknown_attributes_are_ignored)
{
    expect_access(frame_new(), RW, WORD_MAX & ~(word_t)EXECUTE_NEVER, true, true, true);
}

/* ---- Page_Map ------------------------------------------------------------------------------------------------------------ */

TEST(vspace, page_map_needs_an_address_space_root)
{
    word_t f = frame_new();
    EXPECT_IC(page_map(f, ROOT_CNODE, TEST_VADDR, RW, 0), 1);
    EXPECT_IC(page_map(f, 0, TEST_VADDR, RW, 0), 1);
    EXPECT_IC(page_map(f, table_new(), TEST_VADDR, RW, 0), 1); /* no ASID */
    word_t mid = table_new();
    EXPECT_OK(table_map(mid, ROOT_VSPACE, FAR_VADDR));
    EXPECT_IC(page_map(f, mid, FAR_VADDR, RW, 0), 1); /* mapped, but not the root */
}

TEST(vspace, page_map_range)
{
    word_t f = frame_new();
    EXPECT_IA(page_map(f, ROOT_VSPACE, seL4_UserTop, RW, 0), 0);
    EXPECT_IA(page_map(f, ROOT_VSPACE, WORD_MAX & ~(PAGE_SIZE - 1), RW, 0), 0);
    EXPECT_IA(page_map(f, ROOT_VSPACE, seL4_UserTop - PAGE_SIZE + 1, RW, 0), 0); /* the range before the alignment */
    EXPECT_AE(page_map(f, ROOT_VSPACE, TEST_VADDR + 16, RW, 0));
    EXPECT_AE(page_map(f, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE / 2, RW, 0));
}

TEST(vspace, page_map_reports_the_missing_level)
{
    word_t vs = vspace_new(), f = frame_new();
    EXPECT_FL(page_map(f, vs, FAR_VADDR, RW, 0), 0, LOOKUP_MISSING, TOP_TABLE_BITS);
    EXPECT_OK(table_map(table_new(), vs, FAR_VADDR));
    if (IS_64BIT) {
        EXPECT_FL(page_map(f, vs, FAR_VADDR, RW, 0), 0, LOOKUP_MISSING, 21);
        EXPECT_OK(table_map(table_new(), vs, FAR_VADDR));
    }
    EXPECT_OK(page_map(f, vs, FAR_VADDR, RW, 0));
}

TEST(vspace, page_map_checks_alignment_before_the_level)
{
    word_t vs = vspace_new();
    EXPECT_AE(page_map(frame_new(), vs, FAR_VADDR + 16, RW, 0));
}

TEST(vspace, mapped_page_cannot_be_mapped_elsewhere)
{
    word_t f = frame_new(), vs = vspace_new();
    vspace_add_tables(vs, TEST_VADDR);
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_IA(page_map(f, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE, RW, 0), 0);
    EXPECT_IC(page_map(f, vs, TEST_VADDR, RW, 0), 1);
    EXPECT_IC(page_map(f, vs, TEST_VADDR + PAGE_SIZE, RW, 0), 1);
    EXPECT_OK(page_unmap(f));
    EXPECT_OK(page_map(f, vs, TEST_VADDR, RW, 0));
}

TEST(vspace, occupied_entry_is_delete_first)
{
    word_t f = frame_new(), g = frame_new();
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_DF(page_map(g, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_DF(page_map(copy_new(f, ALL_RIGHTS), ROOT_VSPACE, TEST_VADDR, RW, 0));
}

TEST(vspace, remapping_changes_rights_and_keeps_contents)
{
    word_t f = frame_new();
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RW, 0));
    *at(TEST_VADDR) = 0x1212;
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RIGHT_READ, 0));
    EXPECT_EQ(*at(TEST_VADDR), 0x1212);
    EXPECT(!accessible(fault_store, TEST_VADDR));
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RW, 0));
    *at(TEST_VADDR) = 0x1213;
    EXPECT_EQ(*at(TEST_VADDR), 0x1213);
}

TEST(vspace, unmap_takes_access_away)
{
    word_t f = frame_new();
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RW, 0));
    *at(TEST_VADDR) = 1;
    EXPECT_OK(page_unmap(f));
    EXPECT(!accessible(fault_load, TEST_VADDR));
    EXPECT_OK(page_unmap(f));
}

TEST(vspace, unmap_of_one_capability_keeps_the_others)
{
    word_t f = frame_new(), c = copy_new(f, ALL_RIGHTS);
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_OK(page_map(c, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE, RW, 0));
    *at(TEST_VADDR) = 0x77;
    EXPECT_OK(page_unmap(f));
    EXPECT_EQ(*at(TEST_VADDR + PAGE_SIZE), 0x77);
    EXPECT(!accessible(fault_load, TEST_VADDR));
}

TEST(vspace, get_address_is_physical_and_stable)
{
    word_t f = frame_new();
    EXPECT_OK(page_address(f));
    word_t pa = got_mr(0);
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 1);
    EXPECT_EQ(pa & (PAGE_SIZE - 1), 0);
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_OK(page_address(copy_new(f, RIGHT_READ)));
    EXPECT_EQ(got_mr(0), pa);
}

TEST(vspace, large_page_of_device_memory)
{
    word_t large = device_frame(0x20000000, LARGE_BITS), small = frame_new(), vs = vspace_new();
    word_t size = (word_t)1 << LARGE_BITS;
    EXPECT(large != 0);
    EXPECT_OK(page_address(large));
    EXPECT_EQ(got_mr(0), 0x20000000);
    if (IS_64BIT) {
        EXPECT_FL(page_map(large, vs, FAR_VADDR, RW, 0), 0, LOOKUP_MISSING, 30);
        EXPECT_OK(table_map(table_new(), vs, FAR_VADDR));
    }
    EXPECT_AE(page_map(large, vs, FAR_VADDR + PAGE_SIZE, RW, 0));
    EXPECT_IA(page_map(large, vs, seL4_UserTop - PAGE_SIZE, RW, 0), 0);
    EXPECT_OK(page_map(large, vs, FAR_VADDR, RW, 0));
    EXPECT_FL(page_map(small, vs, FAR_VADDR, RW, 0), 0, LOOKUP_MISSING, LARGE_BITS);
    EXPECT_DF(table_map(table_new(), vs, FAR_VADDR + size / 2));
    EXPECT_OK(table_map(table_new(), vs, FAR_VADDR + 4 * size));
    EXPECT_OK(page_unmap(large));
    EXPECT_FL(page_map(large, vs, FAR_VADDR + 4 * size, RW, 0), 0, LOOKUP_MISSING, 12);
}

/* ---- page tables --------------------------------------------------------------------------------------------------------- */

TEST(vspace, table_map_checks)
{
    word_t table = table_new();
    EXPECT_IC(table_map(ROOT_VSPACE, ROOT_VSPACE, FAR_VADDR), 0);
    EXPECT_IC(table_map(table, ROOT_CNODE, FAR_VADDR), 1);
    EXPECT_IC(table_map(table, table_new(), FAR_VADDR), 1);
    EXPECT_IA(table_map(table, ROOT_VSPACE, seL4_UserTop), 0);
    EXPECT_IA(table_map(table, ROOT_VSPACE, WORD_MAX), 0);
    EXPECT_OK(table_map(table, ROOT_VSPACE, FAR_VADDR + 0x123)); /* low bits are dropped */
    EXPECT_IC(table_map(table, ROOT_VSPACE, FAR_VADDR + 0x800000), 0);
    EXPECT_IC(table_map(table_new(), table, FAR_VADDR), 1); /* not a root */
    if (IS_64BIT) EXPECT_OK(table_map(table_new(), ROOT_VSPACE, FAR_VADDR));
    EXPECT_DF(table_map(table_new(), ROOT_VSPACE, FAR_VADDR));
    EXPECT_DF(table_map(table_new(), ROOT_VSPACE, (word_t)image_start));
}

TEST(vspace, table_unmap_checks)
{
    word_t table = table_new();
    EXPECT_OK(table_unmap(table)); /* not mapped: nothing to do */
    EXPECT_OK(table_map(table, ROOT_VSPACE, FAR_VADDR));
    word_t copy = copy_new(table, ALL_RIGHTS);
    EXPECT_RF(table_unmap(table));
    EXPECT_OK(cnode_delete(copy));
    EXPECT_OK(table_unmap(table));
    EXPECT_OK(table_map(table, ROOT_VSPACE, FAR_VADDR));
    word_t vs = vspace_new();
    EXPECT_RF(table_unmap(vs)); /* an address space root */
    EXPECT_RF(table_unmap(ROOT_VSPACE));
}

TEST(vspace, unmapped_table_loses_its_pages)
{
    word_t vs = vspace_new(), tables[2], f = frame_new();
    for (int i = 0; i < (IS_64BIT ? 2 : 1); i++) {
        tables[i] = table_new();
        EXPECT_OK(table_map(tables[i], vs, FAR_VADDR));
    }
    word_t leaf = tables[IS_64BIT ? 1 : 0];
    EXPECT_OK(page_map(f, vs, FAR_VADDR, RW, 0));
    EXPECT_OK(table_unmap(leaf));
    EXPECT_FL(page_map(f, vs, FAR_VADDR, RW, 0), 0, LOOKUP_MISSING, LARGE_BITS);
    EXPECT_OK(table_map(leaf, vs, FAR_VADDR)); /* zeroed: the page has to be mapped again, at its old place only */
    EXPECT_IA(page_map(f, vs, FAR_VADDR + PAGE_SIZE, RW, 0), 0);
    EXPECT_OK(page_map(frame_new(), vs, FAR_VADDR + PAGE_SIZE, RW, 0));
    EXPECT_OK(page_map(f, vs, FAR_VADDR, RW, 0));
}

TEST(vspace, deleted_table_is_unmapped)
{
    word_t vs = vspace_new(), f = frame_new(), table = table_new();
    EXPECT_OK(table_map(table, vs, FAR_VADDR));
    EXPECT_OK(cnode_delete(table));
    EXPECT_FL(page_map(f, vs, FAR_VADDR, RW, 0), 0, LOOKUP_MISSING, TOP_TABLE_BITS);
    EXPECT_OK(page_unmap(f));
}

/* ---- address spaces as threads see them ------------------------------------------------------------------------------------ */

TEST(vspace, thread_in_its_own_address_space)
{
    /* The same virtual address, another frame. */
    word_t vs = vspace_with_image(), mine = frame_new(), theirs = frame_new(), ep = endpoint_new();
    EXPECT_OK(page_map(mine, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_OK(page_map(theirs, vs, TEST_VADDR, RW, 0));
    struct thread *t = thread_new_in(vs, fault_store, TEST_VADDR, TEST_PRIORITY + 1);
    EXPECT_OK(tcb_set_space(t->tcb, ep, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), vs));
    *at(TEST_VADDR) = 7;
    thread_start(t);
    EXPECT_EQ(fault_recv(ep, reply_new()), seL4_Fault_CapFault); /* its end */
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(*at(TEST_VADDR), 7);
    EXPECT_OK(page_unmap(mine));
    word_t window = copy_new(theirs, ALL_RIGHTS);
    EXPECT_OK(page_map(window, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_EQ(*at(TEST_VADDR), 0x5a);
}

TEST(vspace, deleted_address_space_faults_at_once)
{
    word_t vs = vspace_with_image(), ep = endpoint_new();
    struct thread *t = thread_new_in(vs, count_for_ever, (word_t)&self()->seen[0], TEST_PRIORITY + 1);
    EXPECT_OK(tcb_set_space(t->tcb, ep, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), vs));
    EXPECT_OK(cnode_revoke(vs)); /* the copy in the TCB goes too */
    thread_start(t);
    EXPECT_EQ(fault_recv(ep, reply_new()), seL4_Fault_VMFault);
    EXPECT_EQ(got_mr(0), (word_t)count_for_ever);
    EXPECT_EQ(got_mr(1), (word_t)count_for_ever);
    EXPECT_EQ(got_mr(2), 1);
}

TEST(vspace, page_of_a_vanished_address_space)
{
    word_t vs = vspace_new(), f = frame_new();
    vspace_add_tables(vs, FAR_VADDR);
    EXPECT_OK(page_map(f, vs, FAR_VADDR, RW, 0));
    EXPECT_OK(cnode_delete(vs));
    EXPECT_OK(page_unmap(f));
    EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, RW, 0));
}

TEST(vspace, every_page_of_memory_can_be_mapped_and_written)
{
    /* FRAMEEXPORTS0001: until the untyped is empty. */
    word_t slot = slots_new(64), n = 0;
    while (n < 64 && untyped_retype(test_untyped, seL4_RISCV_4K_Page, 0, ROOT_CNODE, 0, 0, slot + n, 1) == seL4_NoError) n++;
    EXPECT(n > 4);
    for (word_t i = 0; i < n; i++) {
        EXPECT_OK(page_map(slot + i, ROOT_VSPACE, TEST_VADDR, RW, 0));
        EXPECT_EQ(*at(TEST_VADDR), 0);
        *at(TEST_VADDR) = i;
        EXPECT_OK(page_map(slot + i, ROOT_VSPACE, TEST_VADDR, RW, 0));
        EXPECT_EQ(*at(TEST_VADDR), i);
        EXPECT_OK(page_unmap(slot + i));
    }
}
