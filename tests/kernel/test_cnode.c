/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 5.1 to 5.3: addressing slots, and the operations that move capabilities between them.
 */
#include "kit/kit.h"

#define ROOT_GUARD_SIZE (WORD_BITS - boot_info->initThreadCNodeSizeBits)

/* Delete with an address of our choice under ROOT. */
static word_t delete_at(word_t root, word_t index, word_t depth)
{
    return invoke(root, CNodeDelete, NONE, LIST(index, depth));
}

static word_t copy_from(word_t dest, word_t src_root, word_t src, word_t depth)
{
    return invoke(ROOT_CNODE, CNodeCopy, LIST(src_root), LIST(dest, WORD_BITS, src, depth, ALL_RIGHTS));
}

/* ---- 5.1 ------------------------------------------------------------------------------------------------------------ */

TEST(cnode, depth_must_be_1_to_word_bits)
{
    EXPECT_RE(delete_at(ROOT_CNODE, 0, 0), 1, WORD_BITS);
    EXPECT_RE(delete_at(ROOT_CNODE, 0, WORD_BITS + 1), 1, WORD_BITS);
    EXPECT_RE(delete_at(ROOT_CNODE, 0, WORD_MAX), 1, WORD_BITS);
}

TEST(cnode, guard_larger_than_depth_is_guard_mismatch)
{
    EXPECT_FL(delete_at(ROOT_CNODE, 0, ROOT_GUARD_SIZE - 1), 0, LOOKUP_GUARD, ROOT_GUARD_SIZE - 1, 0, ROOT_GUARD_SIZE);
    EXPECT_FL(delete_at(ROOT_CNODE, 0, 1), 0, LOOKUP_GUARD, 1, 0, ROOT_GUARD_SIZE);
}

TEST(cnode, wrong_guard_bits_are_guard_mismatch)
{
    EXPECT_FL(delete_at(ROOT_CNODE, WORD_MAX, WORD_BITS), 0, LOOKUP_GUARD, WORD_BITS, 0, ROOT_GUARD_SIZE);
    EXPECT_FL(delete_at(ROOT_CNODE, (word_t)1 << boot_info->initThreadCNodeSizeBits, WORD_BITS), 0, LOOKUP_GUARD, WORD_BITS,
              0, ROOT_GUARD_SIZE);
}

TEST(cnode, guard_and_radix_beyond_depth_is_depth_mismatch)
{
    EXPECT_FL(delete_at(ROOT_CNODE, 0, WORD_BITS - 1), 0, LOOKUP_DEPTH, WORD_BITS - 1, WORD_BITS);
}

TEST(cnode, bits_left_at_a_non_cnode_slot_are_depth_mismatch)
{
    word_t cnode = cnode_new(4); /* guard of size 0 */
    EXPECT_FL(delete_at(cnode, 3, 5), 0, LOOKUP_DEPTH, 1, 0);
    EXPECT_FL(delete_at(cnode, 3, WORD_BITS), 0, LOOKUP_DEPTH, WORD_BITS - 4, 0);
    EXPECT_OK(delete_at(cnode, 3, 4));
}

TEST(cnode, only_the_low_depth_bits_of_an_index_count)
{
    word_t cnode = cnode_new(4);
    EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(0xabc3, 4, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
    EXPECT_DF(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(3, 4, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
}

TEST(cnode, two_levels_with_guards_resolve)
{
    /* outer: radix 3, guard 0b101 of 3 bits; inner: radix 2, guard 0b01 of 2 bits: 10 bits in all. */
    word_t outer = cnode_new(3), inner = cnode_new(2), o = slot_new();
    EXPECT_OK(cnode_mint(o, outer, ALL_RIGHTS, cnode_data(5, 3)));
    EXPECT_OK(invoke(o, CNodeMint, LIST(ROOT_CNODE), LIST(5 << 3 | 6, 6, inner, WORD_BITS, ALL_RIGHTS, cnode_data(1, 2))));
    word_t address = (5 << 3 | 6) << 4 | 1 << 2 | 3;
    EXPECT_OK(invoke(o, CNodeCopy, LIST(ROOT_CNODE), LIST(address, 10, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
    EXPECT_DF(invoke(inner, CNodeCopy, LIST(ROOT_CNODE), LIST(3, 2, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
    EXPECT_FL(delete_at(o, address ^ 1 << 2, 10), 0, LOOKUP_GUARD, 4, 1, 2);
    EXPECT_FL(delete_at(o, ((address >> 4) << 3) | 3, 9), 0, LOOKUP_DEPTH, 3, 4);
}

TEST(cnode, depth_may_end_at_an_inner_cnode)
{
    word_t outer = cnode_new(2), inner = cnode_new(2), taken = slot_new();
    EXPECT_OK(invoke(outer, CNodeCopy, LIST(ROOT_CNODE), LIST(1, 2, inner, WORD_BITS, ALL_RIGHTS)));
    EXPECT_OK(copy_from(taken, outer, 1, 2)); /* the CNode capability itself, not a slot inside */
    EXPECT_OK(invoke(taken, CNodeCopy, LIST(ROOT_CNODE), LIST(1, 2, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
}

TEST(cnode, chain_of_one_bit_cnodes_resolves)
{
    /* A CNode that contains itself in slot 1: an address of ones walks it once per bit. */
    word_t cnode = cnode_new(1);
    EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(1, 1, cnode, WORD_BITS, ALL_RIGHTS)));
    EXPECT_DF(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(WORD_MAX, WORD_BITS, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
    EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(WORD_MAX - 1, WORD_BITS, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
    EXPECT_DF(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(0, 1, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
    EXPECT_FL(delete_at(cnode, WORD_MAX >> 1, WORD_BITS), 0, LOOKUP_DEPTH, WORD_BITS - 1, 0);
}

TEST(cnode, source_root_must_be_a_cnode)
{
    EXPECT_FL(copy_from(slot_new(), ROOT_TCB, ROOT_TCB, WORD_BITS), 1, LOOKUP_INVALID_ROOT);
    EXPECT_FL(copy_from(slot_new(), 0, ROOT_TCB, WORD_BITS), 1, LOOKUP_INVALID_ROOT);
}

TEST(cnode, source_lookup_failures_are_reported_as_source)
{
    word_t d = slot_new();
    EXPECT_RE(copy_from(d, ROOT_CNODE, ROOT_TCB, 0), 1, WORD_BITS);
    EXPECT_FL(copy_from(d, ROOT_CNODE, ROOT_TCB, WORD_BITS - 1), 1, LOOKUP_DEPTH, WORD_BITS - 1, WORD_BITS);
    EXPECT_FL(copy_from(d, ROOT_CNODE, WORD_MAX, WORD_BITS), 1, LOOKUP_GUARD, WORD_BITS, 0, ROOT_GUARD_SIZE);
}

/* ---- 5.2: the order of checks ------------------------------------------------------------------------------------- */

TEST(cnode, occupied_destination_wins_over_empty_source)
{
    word_t full = endpoint_new(), empty = slot_new();
    EXPECT_DF(cnode_copy(full, empty, ALL_RIGHTS));
    EXPECT_DF(cnode_mint(full, empty, ALL_RIGHTS, 0));
    EXPECT_DF(cnode_move(full, empty));
    EXPECT_DF(cnode_mutate(full, empty, 0));
    EXPECT_DF(copy_from(full, 0, empty, 0)); /* also over a bad source address */
}

TEST(cnode, empty_source_is_missing_capability)
{
    word_t d = slot_new(), s = slot_new();
    EXPECT_FL(cnode_copy(d, s, ALL_RIGHTS), 1, LOOKUP_MISSING, WORD_BITS);
    EXPECT_FL(cnode_mint(d, s, ALL_RIGHTS, 0), 1, LOOKUP_MISSING, WORD_BITS);
    EXPECT_FL(cnode_move(d, s), 1, LOOKUP_MISSING, WORD_BITS);
    EXPECT_FL(cnode_mutate(d, s, 0), 1, LOOKUP_MISSING, WORD_BITS);
    word_t inner = cnode_new(4);
    EXPECT_FL(copy_from(d, inner, 3, 4), 1, LOOKUP_MISSING, 4);
}

TEST(cnode, missing_rights_and_badges_come_last)
{
    word_t d = slot_new(), s = slot_new(), e = endpoint_new();
    EXPECT_FL(invoke(ROOT_CNODE, CNodeCopy, LIST(ROOT_CNODE), LIST(d, WORD_BITS, s, WORD_BITS)), 1, LOOKUP_MISSING, WORD_BITS);
    EXPECT_TM(invoke(ROOT_CNODE, CNodeCopy, LIST(ROOT_CNODE), LIST(d, WORD_BITS, e, WORD_BITS)));
    EXPECT_TM(invoke(ROOT_CNODE, CNodeMint, LIST(ROOT_CNODE), LIST(d, WORD_BITS, e, WORD_BITS, 15)));
    EXPECT_TM(invoke(ROOT_CNODE, CNodeMutate, LIST(ROOT_CNODE), LIST(d, WORD_BITS, e, WORD_BITS)));
    EXPECT(slot_is_empty(d));
}

TEST(cnode, destination_lookup_comes_before_the_length_check)
{
    EXPECT_RE(invoke(ROOT_CNODE, CNodeCopy, NONE, LIST(1, 0)), 1, WORD_BITS);
    EXPECT_TM(invoke(ROOT_CNODE, CNodeCopy, NONE, LIST(slot_new(), WORD_BITS)));
    EXPECT_TM(invoke(ROOT_CNODE, CNodeCopy, NONE, LIST(endpoint_new(), WORD_BITS)));
}

TEST(cnode, move_onto_itself)
{
    EXPECT_DF(cnode_move(ROOT_TCB, ROOT_TCB));
    word_t s = slot_new();
    EXPECT_FL(cnode_move(s, s), 1, LOOKUP_MISSING, WORD_BITS);
}

TEST(cnode, move_empties_the_source)
{
    word_t s = endpoint_new(), d = slot_new();
    EXPECT_OK(cnode_move(d, s));
    EXPECT(slot_is_empty(s));
    EXPECT(!slot_is_empty(d));
}

TEST(cnode, failed_operations_change_nothing)
{
    word_t a = endpoint_new(), b = tcb_new();
    EXPECT_DF(cnode_move(a, b));
    EXPECT_DF(cnode_mutate(a, b, 0));
    word_t d = slot_new();
    EXPECT_IO(cnode_mutate(d, a, 0));
    EXPECT(slot_is_empty(d));
    EXPECT(!slot_is_empty(a));
    EXPECT(!slot_is_empty(b));
}

/* ---- 5.3 ------------------------------------------------------------------------------------------------------------ */

TEST(cnode, rotate_moves_pivot_to_destination_and_source_to_pivot)
{
    word_t d = slot_new(), p = cnode_new(2), s = tcb_new();
    EXPECT_OK(cnode_rotate(d, cnode_data(1, 1), p, 0, s));
    EXPECT(slot_is_empty(s));
    EXPECT_OK(tcb_read_registers(p, 0, 1));
    EXPECT_OK(delete_at(d, 1 << 2, 3)); /* the CNode, with its new guard */
}

TEST(cnode, rotate_with_source_as_destination_swaps)
{
    word_t a = tcb_new(), b = cnode_new(2);
    EXPECT_OK(cnode_rotate(a, 0, b, 0, a));
    EXPECT_OK(tcb_read_registers(b, 0, 1));
    EXPECT_OK(delete_at(a, 0, 2));
}

TEST(cnode, rotate_pivot_must_differ)
{
    word_t d = slot_new(), s = tcb_new();
    EXPECT_IO(cnode_rotate(d, 0, s, 0, s));
    EXPECT_IO(cnode_rotate(d, 0, d, 0, s));
}

TEST(cnode, rotate_checks_in_order)
{
    word_t full = tcb_new(), empty = slot_new(), s = tcb_new(), p = tcb_new(), c = ROOT_CNODE, w = WORD_BITS;
    EXPECT_DF(cnode_rotate(full, 0, p, 0, s));
    EXPECT_DF(cnode_rotate(full, 0, p, 0, empty));
    EXPECT_FL(cnode_rotate(empty, 0, p, 0, slot_new()), 1, LOOKUP_MISSING, w);
    EXPECT_FL(cnode_rotate(empty, 0, slot_new(), 0, s), 0, LOOKUP_MISSING, w);
    EXPECT_FL(invoke(c, CNodeRotate, LIST(c, ROOT_TCB), LIST(empty, w, 0, p, w, 0, s, w)), 1, LOOKUP_INVALID_ROOT);
    EXPECT_FL(invoke(c, CNodeRotate, LIST(ROOT_TCB, c), LIST(empty, w, 0, p, w, 0, s, w)), 1, LOOKUP_INVALID_ROOT);
    EXPECT_RE(invoke(c, CNodeRotate, LIST(c, c), LIST(empty, w, 0, p, 0, 0, s, w)), 1, w);
    EXPECT_IO(cnode_rotate(empty, 0, p, 0, endpoint_new())); /* an endpoint cannot take the (new) badge */
    EXPECT_OK(cnode_rotate(empty, 0, p, 0, s));
}

/* ---- delete ---------------------------------------------------------------------------------------------------------- */

TEST(cnode, delete_of_an_empty_slot_succeeds)
{
    EXPECT_OK(cnode_delete(slot_new()));
}

TEST(cnode, delete_and_revoke_need_no_rights)
{
    word_t e = copy_new(endpoint_new(), 0);
    EXPECT_OK(cnode_revoke(e));
    EXPECT_OK(cnode_delete(e));
    EXPECT(slot_is_empty(e));
}

TEST(cnode, deleted_cnode_takes_its_contents_with_it)
{
    word_t c = cnode_new(4), ut = untyped_new(12), probe = slot_new();
    EXPECT_OK(untyped_retype(ut, seL4_EndpointObject, 0, c, 0, 0, 0, 16));
    EXPECT_RF(cnode_copy(probe, ut, ALL_RIGHTS));
    EXPECT_OK(cnode_delete(c));
    EXPECT_OK(cnode_copy(probe, ut, ALL_RIGHTS)); /* no children left */
}

TEST(cnode, deleting_one_of_two_cnode_caps_keeps_the_contents)
{
    word_t c = cnode_new(4), c2 = copy_new(c, ALL_RIGHTS);
    EXPECT_OK(invoke(c, CNodeCopy, LIST(ROOT_CNODE), LIST(7, 4, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
    EXPECT_OK(cnode_delete(c));
    EXPECT_DF(invoke(c2, CNodeCopy, LIST(ROOT_CNODE), LIST(7, 4, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
}

TEST(cnode, cnode_that_holds_its_own_last_capability_is_destroyed)
{
    word_t ut = untyped_new(12), c = slot_new(), probe = slot_new();
    EXPECT_OK(untyped_retype(ut, seL4_CapTableObject, 4, ROOT_CNODE, 0, 0, c, 1));
    EXPECT_OK(invoke(c, CNodeCopy, LIST(ROOT_CNODE), LIST(2, 4, c, WORD_BITS, ALL_RIGHTS)));
    EXPECT_OK(invoke(c, CNodeCopy, LIST(ROOT_CNODE), LIST(9, 4, c, WORD_BITS, ALL_RIGHTS)));
    EXPECT_OK(cnode_revoke(ut));
    EXPECT(slot_is_empty(c));
    EXPECT_OK(cnode_copy(probe, ut, ALL_RIGHTS));
}

TEST(cnode, cycle_of_two_cnodes_is_destroyed_by_revoke)
{
    word_t ut = untyped_new(13), c = slots_new(2), probe = slot_new();
    EXPECT_OK(untyped_retype(ut, seL4_CapTableObject, 4, ROOT_CNODE, 0, 0, c, 2));
    EXPECT_OK(invoke(c, CNodeMove, LIST(ROOT_CNODE), LIST(2, 4, c + 1, WORD_BITS)));
    EXPECT_OK(invoke(ROOT_CNODE, CNodeCopy, LIST(c), LIST(c + 1, WORD_BITS, 2, 4, ALL_RIGHTS)));
    EXPECT_OK(invoke(c + 1, CNodeMove, LIST(ROOT_CNODE), LIST(5, 4, c, WORD_BITS)));
    EXPECT_OK(cnode_delete(c + 1));
    EXPECT_OK(cnode_revoke(ut));
    EXPECT_OK(cnode_copy(probe, ut, ALL_RIGHTS));
}
