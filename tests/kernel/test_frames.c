/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapters 1.3, 1.6, 10.4: several capabilities to one frame, capabilities with few rights, the largest pages.
 */
#include "kit/kit.h"

#define RW (RIGHT_READ | RIGHT_WRITE)
#define EXECUTE_NEVER 1

static volatile word_t *at(word_t vaddr) { return (volatile word_t *)vaddr; }

/* Label of the fault of a thread that does `body` at VADDR: a VMFault, or the CapFault behind it. */
static word_t fault_of(void (*body)(word_t), word_t vaddr)
{
    word_t ep = endpoint_new();
    struct thread *t = thread_new(body, vaddr, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    word_t label = fault_recv(ep, reply_new());
    EXPECT_OK(tcb_suspend(t->tcb));
    return label;
}

TEST(frames, capability_without_read_gives_no_access)
{
    static const word_t rights[] = {RIGHT_WRITE, 0, RIGHT_GRANT};
    word_t frame = frame_new();
    for (unsigned i = 0; i < ARRAY_LENGTH(rights); i++) {
        word_t cap = copy_new(frame, rights[i]), again = copy_new(cap, ALL_RIGHTS); /* what is gone does not come back */
        EXPECT_OK(page_map(again, ROOT_VSPACE, TEST_VADDR, RW, EXECUTE_NEVER));
        EXPECT_EQ(fault_of(fault_load, TEST_VADDR), seL4_Fault_VMFault);
        EXPECT_EQ(fault_of(fault_store, TEST_VADDR), seL4_Fault_VMFault);
        EXPECT_OK(page_unmap(again));
    }
}

TEST(frames, capability_without_read_is_accepted_as_buffer_but_never_used)
{
    word_t frame = copy_new(frame_new(), RIGHT_WRITE), ep = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_SEND, ep, INFO(1, 0, 6), 0, 0, 0);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, TEST_VADDR, frame));
    thread_start(t);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 4);
}

TEST(frames, one_frame_in_two_address_spaces)
{
    word_t frame = frame_new(), copy = copy_new(frame, RIGHT_READ), vs = vspace_new();
    vspace_add_tables(vs, FAR_VADDR);
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_OK(page_map(copy, vs, FAR_VADDR, RW, 0));
    EXPECT_IC(page_map(frame, vs, FAR_VADDR, RW, 0), 1); /* that one is mapped elsewhere */
    EXPECT_OK(cnode_delete(copy));
    EXPECT_OK(page_map(copy_new(frame, ALL_RIGHTS), vs, FAR_VADDR, RW, 0)); /* the place was free again */
    *at(TEST_VADDR) = 0x77;
    EXPECT_EQ(*at(TEST_VADDR), 0x77);
}

TEST(frames, one_frame_at_two_addresses)
{
    word_t frame = frame_new(), copy = copy_new(frame, ALL_RIGHTS);
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, RW, 0));
    EXPECT_OK(page_map(copy, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE, RIGHT_READ, 0));
    *at(TEST_VADDR) = 0x1357;
    EXPECT_EQ(*at(TEST_VADDR + PAGE_SIZE), 0x1357);
    EXPECT_EQ(fault_of(fault_store, TEST_VADDR + PAGE_SIZE), seL4_Fault_VMFault);
    EXPECT_OK(cnode_revoke(frame)); /* takes the copy and its mapping */
    EXPECT_EQ(fault_of(fault_load, TEST_VADDR + PAGE_SIZE), seL4_Fault_VMFault);
    EXPECT_EQ(*at(TEST_VADDR), 0x1357);
}

TEST(frames, moved_and_mutated_capability_stays_mapped)
{
    word_t frame = frame_new(), moved = slot_new(), mutated = slot_new();
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, RW, 0));
    *at(TEST_VADDR) = 0x42;
    EXPECT_OK(cnode_move(moved, frame));
    EXPECT_OK(cnode_mutate(mutated, moved, 7));
    EXPECT_EQ(*at(TEST_VADDR), 0x42);
    EXPECT_OK(page_map(mutated, ROOT_VSPACE, TEST_VADDR, RIGHT_READ, 0));
    EXPECT_EQ(fault_of(fault_store, TEST_VADDR), seL4_Fault_VMFault);
    EXPECT_OK(cnode_delete(mutated));
    EXPECT_EQ(fault_of(fault_load, TEST_VADDR), seL4_Fault_VMFault);
}

/* A mapping without any access leaves the entry free for others; its own capability does not disturb them. */
TEST(frames, place_of_a_mapping_without_access_can_be_taken)
{
    word_t none = frame_new(), other = frame_new();
    EXPECT_OK(page_map(none, ROOT_VSPACE, TEST_VADDR, 0, EXECUTE_NEVER));
    EXPECT_OK(page_map(other, ROOT_VSPACE, TEST_VADDR, RW, 0));
    *at(TEST_VADDR) = 0x42;
    EXPECT_OK(page_unmap(none));
    EXPECT_OK(cnode_delete(none));
    EXPECT_EQ(*at(TEST_VADDR), 0x42);
}

TEST(frames, every_page_size_knows_its_level)
{
#if IS_64BIT
    const word_t giga = (word_t)1 << seL4_HugePageBits;
    word_t huge = device_frame(0x40000000, seL4_HugePageBits), vs = vspace_new(), vaddr = 4 * giga;
    EXPECT(huge != 0);
    EXPECT_AE(page_map(huge, vs, vaddr + ((word_t)1 << seL4_LargePageBits), RW, 0));
    EXPECT_IA(page_map(huge, vs, seL4_UserTop - giga + PAGE_SIZE, RW, 0), 0);
    EXPECT_OK(page_map(huge, vs, vaddr, RW, 0));
    EXPECT_OK(page_map(huge, vs, vaddr, RIGHT_READ, 0));
    EXPECT_DF(table_map(table_new(), vs, vaddr + PAGE_SIZE));
    EXPECT_FL(page_map(frame_new(), vs, vaddr, RW, 0), 0, LOOKUP_MISSING, 30);
    EXPECT_OK(page_unmap(huge));
    EXPECT_OK(table_map(table_new(), vs, vaddr));
    EXPECT_FL(page_map(huge, vs, vaddr, RW, 0), 0, LOOKUP_MISSING, 21);
    EXPECT_OK(table_map(table_new(), vs, vaddr));
    EXPECT_FL(page_map(huge, vs, vaddr, RW, 0), 0, LOOKUP_MISSING, 12);
    EXPECT_DF(table_map(table_new(), vs, vaddr)); /* all levels are there */
#else
    word_t large = device_frame(0x40000000, seL4_LargePageBits), vs = vspace_new();
    EXPECT(large != 0);
    EXPECT_OK(page_map(large, vs, FAR_VADDR, RW, 0));
    EXPECT_FL(page_map(frame_new(), vs, FAR_VADDR, RW, 0), 0, LOOKUP_MISSING, 22);
    EXPECT_OK(page_unmap(large));
    EXPECT_OK(table_map(table_new(), vs, FAR_VADDR));
    EXPECT_FL(page_map(large, vs, FAR_VADDR, RW, 0), 0, LOOKUP_MISSING, 12);
    EXPECT_DF(table_map(table_new(), vs, FAR_VADDR));
#endif
}

TEST(frames, last_pages_of_user_space)
{
    word_t vs = vspace_new(), frame = frame_new(), last = seL4_UserTop - PAGE_SIZE;
    EXPECT_IA(page_map(frame, vs, seL4_UserTop, RW, 0), 0);
    EXPECT_IA(table_map(table_new(), vs, seL4_UserTop), 0);
    EXPECT_IA(table_map(table_new(), vs, WORD_MAX), 0);
    vspace_add_tables(vs, seL4_UserTop - 1);
    /* the page below the top: the range check is on its last byte, which must lie below the last user address */
    EXPECT_OK(page_map(frame, vs, last, RW, 0));
}
