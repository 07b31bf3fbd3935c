/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 5.2: which capabilities can be derived, and what badges, guards and rights become of.
 */
#include "kit/kit.h"

/* Delete with an address of our choice under ROOT. */
static word_t delete_at(word_t root, word_t index, word_t depth)
{
    return invoke(root, CNodeDelete, NONE, LIST(index, depth));
}

/* ---- 5.2: what can be derived -------------------------------------------------------------------------------------- */

TEST(derive, unbadged_endpoint_can_be_badged_once)
{
    word_t e = endpoint_new(), b = slot_new(), d = slot_new();
    EXPECT_OK(cnode_mint(b, e, ALL_RIGHTS, 0x77));
    EXPECT_IO(cnode_mint(d, b, ALL_RIGHTS, 0x78));
    EXPECT_IO(cnode_mint(d, b, ALL_RIGHTS, 0x77));
    EXPECT_IO(cnode_mint(d, b, ALL_RIGHTS, 0));
    EXPECT_OK(cnode_copy(d, b, ALL_RIGHTS));
}

TEST(derive, badge_zero_leaves_an_endpoint_unbadged)
{
    word_t e = endpoint_new(), z = slot_new();
    EXPECT_OK(cnode_mint(z, e, ALL_RIGHTS, 0));
    EXPECT_OK(cnode_mint(slot_new(), z, ALL_RIGHTS, 5));
}

TEST(derive, badge_width)
{
    word_t n = notification_new();
    ipc_signal(mint_new(n, ALL_RIGHTS, WORD_MAX));
    EXPECT_EQ(ipc_poll(n), IS_64BIT ? WORD_MAX : 0x0fffffff);
}

TEST(derive, badge_whose_kept_bits_are_zero_is_unbadged)
{
    if (IS_64BIT) return;
    word_t z = mint_new(endpoint_new(), ALL_RIGHTS, 0xf0000000);
    EXPECT_OK(cnode_mint(slot_new(), z, ALL_RIGHTS, 1));
}

TEST(derive, mutate_of_endpoint_or_notification_is_refused)
{
    word_t d = slot_new();
    EXPECT_IO(cnode_mutate(d, endpoint_new(), 0));
    EXPECT_IO(cnode_mutate(d, endpoint_new(), 5));
    EXPECT_IO(cnode_mutate(d, notification_new(), 0));
    EXPECT_IO(cnode_mutate(d, mint_new(endpoint_new(), ALL_RIGHTS, 3), 3));
}

TEST(derive, mint_and_mutate_set_the_guard)
{
    word_t c = cnode_new(2), m = slot_new(), d = slot_new();
    EXPECT_OK(cnode_mint(m, c, ALL_RIGHTS, cnode_data(2, 2)));
    EXPECT_OK(delete_at(m, 2 << 2 | 1, 4));
    EXPECT_FL(delete_at(m, 1 << 2 | 1, 4), 0, LOOKUP_GUARD, 4, 2, 2);
    EXPECT_OK(cnode_mutate(d, m, cnode_data(1, 3)));
    EXPECT_FL(delete_at(d, 2 << 2 | 1, 4), 0, LOOKUP_GUARD, 4, 1, 3);
    EXPECT_FL(delete_at(d, 1 << 1 | 1, 4), 0, LOOKUP_DEPTH, 4, 5);
    EXPECT_OK(delete_at(d, 1 << 2 | 1, 5));
    EXPECT_OK(cnode_mutate(m, d, 0)); /* data 0: no guard */
    EXPECT_OK(delete_at(m, 1, 2));
}

TEST(derive, copy_keeps_the_guard)
{
    word_t m = mint_new(cnode_new(2), ALL_RIGHTS, cnode_data(2, 2));
    EXPECT_OK(delete_at(copy_new(m, ALL_RIGHTS), 2 << 2 | 1, 4));
}

TEST(derive, guard_is_masked_to_its_size)
{
    word_t m = mint_new(cnode_new(2), ALL_RIGHTS, cnode_data(0xe, 2)); /* 0b1110 -> 0b10 */
    EXPECT_OK(delete_at(m, 2 << 2, 4));
}

TEST(derive, guard_beyond_word_bits_is_illegal)
{
    word_t c = cnode_new(4), d = slot_new(), max = WORD_BITS - 1;
    EXPECT_IO(cnode_mint(d, c, ALL_RIGHTS, cnode_data(0, max - 2)));
    EXPECT_IO(cnode_mutate(d, c, cnode_data(0, max)));
    EXPECT_OK(cnode_mint(d, c, ALL_RIGHTS, cnode_data(0, WORD_BITS - 4)));
}

TEST(derive, rights_are_masked_not_checked)
{
    word_t n = notification_new(), ro = copy_new(n, RIGHT_READ), none = copy_new(ro, RIGHT_WRITE);
    ipc_signal(ro);
    ipc_signal(none);
    EXPECT_EQ(ipc_poll(n), 0);
    ipc_signal(copy_new(mint_new(n, RIGHT_WRITE, 4), ALL_RIGHTS));
    EXPECT_EQ(ipc_poll(n), 4);
}

TEST(derive, bits_above_the_rights_are_ignored)
{
    word_t n = notification_new();
    ipc_signal(mint_new(n, RIGHT_WRITE | (WORD_MAX & ~ALL_RIGHTS), 4));
    EXPECT_EQ(ipc_poll(n), 4);
}

TEST(derive, copyable_capabilities)
{
    const word_t caps[] = {ROOT_TCB, ROOT_CNODE, ROOT_VSPACE, seL4_CapASIDControl, seL4_CapInitThreadASIDPool, seL4_CapDomain,
                           ROOT_SC, SCHED_CONTROL, seL4_CapInitThreadIPCBuffer, reply_new(), sc_new(), tcb_new()};
    for (unsigned i = 0; i < ARRAY_LENGTH(caps); i++) {
        copy_new(caps[i], ALL_RIGHTS);
        mint_new(caps[i], ALL_RIGHTS, 0);
        mint_new(caps[i], ALL_RIGHTS, caps[i] == ROOT_CNODE ? 0 : 0x10); /* the data word is ignored */
    }
}

TEST(derive, irq_control_cannot_be_copied_but_moved)
{
    word_t d = slot_new();
    EXPECT_IO(cnode_copy(d, seL4_CapIRQControl, ALL_RIGHTS));
    EXPECT_IO(cnode_mint(d, seL4_CapIRQControl, ALL_RIGHTS, 0));
    EXPECT_OK(cnode_move(d, seL4_CapIRQControl));
    EXPECT_OK(cnode_mutate(seL4_CapIRQControl, d, 0));
}

TEST(derive, unmapped_page_table_cannot_be_copied_but_moved)
{
    word_t table = table_new(), d = slot_new();
    EXPECT_IO(cnode_copy(d, table, ALL_RIGHTS));
    EXPECT_IO(cnode_mint(d, table, ALL_RIGHTS, 0));
    EXPECT_OK(cnode_move(d, table));
    EXPECT_OK(cnode_mutate(table, d, 0));
    EXPECT_OK(asid_assign(seL4_CapInitThreadASIDPool, table));
    EXPECT_OK(cnode_copy(d, table, ALL_RIGHTS));
}

TEST(derive, copy_of_a_mapped_frame_is_unmapped)
{
    word_t frame = frame_new();
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, 3, 0));
    word_t copy = copy_new(frame, ALL_RIGHTS);
    EXPECT_OK(page_map(copy, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE, 3, 0));
    *(volatile word_t *)TEST_VADDR = 0x1234;
    EXPECT_EQ(*(volatile word_t *)(TEST_VADDR + PAGE_SIZE), 0x1234);
}
