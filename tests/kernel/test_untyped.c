/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 4: Untyped_Retype - its checks in their order, and what memory it hands out.
 */
#include "kit/kit.h"

static word_t ut12(void)
{
    return untyped_new(12);
}

/* Retype into the root CNode (depth 0). */
static word_t retype(word_t untyped, word_t type, word_t bits, word_t slot, word_t num)
{
    return untyped_retype(untyped, type, bits, ROOT_CNODE, 0, 0, slot, num);
}

static word_t frame_address(word_t frame)
{
    EXPECT_OK(page_address(frame));
    return got_mr(0);
}

static word_t root_slots(void)
{
    return (word_t)1 << boot_info->initThreadCNodeSizeBits;
}

TEST(untyped, unknown_type_is_argument_0)
{
    EXPECT_IA(retype(ut12(), seL4_ObjectTypeCount, 0, slot_new(), 1), 0);
    EXPECT_IA(retype(ut12(), WORD_MAX, 0, slot_new(), 1), 0);
}

TEST(untyped, size_beyond_maximum_is_range_error)
{
    word_t ut = ut12(), slot = slot_new();
    EXPECT_RE(retype(ut, seL4_UntypedObject, WORD_BITS, slot, 1), 0, seL4_MaxUntypedBits);
    EXPECT_RE(retype(ut, seL4_UntypedObject, seL4_MaxUntypedBits + 1, slot, 1), 0, seL4_MaxUntypedBits);
    EXPECT_RE(retype(ut, seL4_CapTableObject, seL4_MaxUntypedBits - seL4_SlotBits + 1, slot, 1), 0, seL4_MaxUntypedBits);
    EXPECT_RE(retype(ut, seL4_SchedContextObject, seL4_MaxUntypedBits + 1, slot, 1), 0, seL4_MaxUntypedBits);
    EXPECT_RE(retype(ut, seL4_UntypedObject, WORD_MAX, slot, 1), 0, seL4_MaxUntypedBits);
}

TEST(untyped, size_of_fixed_size_object_is_only_range_checked)
{
    word_t ut = ut12();
    EXPECT_RE(retype(ut, seL4_EndpointObject, WORD_BITS, slot_new(), 1), 0, seL4_MaxUntypedBits);
    EXPECT_OK(retype(ut, seL4_EndpointObject, WORD_BITS - 1, slot_new(), 1));
}

TEST(untyped, type_is_checked_before_size)
{
    EXPECT_IA(retype(ut12(), seL4_ObjectTypeCount, WORD_BITS, slot_new(), 1), 0);
}

TEST(untyped, too_small_variable_objects_are_argument_1)
{
    word_t ut = ut12(), slot = slot_new();
    EXPECT_IA(retype(ut, seL4_CapTableObject, 0, slot, 1), 1);
    EXPECT_IA(retype(ut, seL4_UntypedObject, 3, slot, 1), 1);
    EXPECT_IA(retype(ut, seL4_SchedContextObject, 6, slot, 1), 1);
    EXPECT_OK(retype(ut, seL4_CapTableObject, 1, slot, 1));
    EXPECT_OK(retype(ut, seL4_UntypedObject, 4, slot_new(), 1));
    EXPECT_OK(retype(ut, seL4_SchedContextObject, 7, slot_new(), 1));
}

TEST(untyped, destination_root_must_be_a_cnode)
{
    word_t ut = ut12();
    EXPECT_FL(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_TCB, 1, WORD_BITS, 0, 1), 0, LOOKUP_INVALID_ROOT);
    EXPECT_FL(untyped_retype(ut, seL4_EndpointObject, 0, 0, 1, WORD_BITS, 0, 1), 0, LOOKUP_INVALID_ROOT);
    EXPECT_FL(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_TCB, 0, 0, 0, 1), 0, LOOKUP_MISSING, 0);
}

TEST(untyped, destination_depth_beyond_word_is_range_error)
{
    EXPECT_RE(untyped_retype(ut12(), seL4_EndpointObject, 0, ROOT_CNODE, 1, WORD_BITS + 1, 0, 1), 1, WORD_BITS);
    EXPECT_RE(untyped_retype(ut12(), seL4_EndpointObject, 0, ROOT_CNODE, 1, WORD_MAX, 0, 1), 1, WORD_BITS);
}

TEST(untyped, destination_lookup_failures_are_reported)
{
    word_t ut = ut12(), guard = WORD_BITS - boot_info->initThreadCNodeSizeBits;
    EXPECT_FL(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, 1, WORD_BITS - 1, 0, 1), 0, LOOKUP_DEPTH,
              WORD_BITS - 1, WORD_BITS);
    EXPECT_FL(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, 1, guard - 1, 0, 1), 0, LOOKUP_GUARD, guard - 1, 0,
              guard);
    EXPECT_FL(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, WORD_MAX, WORD_BITS, 0, 1), 0, LOOKUP_GUARD,
              WORD_BITS, 0, guard);
}

TEST(untyped, destination_must_be_a_cnode)
{
    EXPECT_FL(untyped_retype(ut12(), seL4_EndpointObject, 0, ROOT_CNODE, ROOT_TCB, WORD_BITS, 0, 1), 0, LOOKUP_MISSING,
              WORD_BITS);
    EXPECT_FL(untyped_retype(ut12(), seL4_EndpointObject, 0, ROOT_CNODE, slot_new(), WORD_BITS, 0, 1), 0, LOOKUP_MISSING,
              WORD_BITS);
}

TEST(untyped, node_index_is_ignored_at_depth_0)
{
    EXPECT_OK(untyped_retype(ut12(), seL4_EndpointObject, 0, ROOT_CNODE, WORD_MAX, 0, slot_new(), 1));
}

TEST(untyped, objects_go_into_an_inner_cnode)
{
    word_t inner = cnode_new(4), ut = ut12();
    EXPECT_OK(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, inner, WORD_BITS, 3, 2));
    EXPECT_DF(untyped_retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 3, 1));
    EXPECT_DF(untyped_retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 4, 1));
    EXPECT_OK(untyped_retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 5, 1));
    EXPECT_RE(untyped_retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 16, 1), 0, 15);
}

TEST(untyped, offset_beyond_cnode_is_range_error)
{
    EXPECT_RE(retype(ut12(), seL4_EndpointObject, 0, root_slots(), 1), 0, root_slots() - 1);
    EXPECT_RE(retype(ut12(), seL4_EndpointObject, 0, WORD_MAX, 0), 0, root_slots() - 1);
}

TEST(untyped, number_of_objects_is_1_to_256)
{
    word_t ut = ut12(), slot = slot_new();
    EXPECT_RE(retype(ut, seL4_EndpointObject, 0, slot, 0), 1, 256);
    EXPECT_RE(retype(ut, seL4_EndpointObject, 0, slot, 257), 1, 256);
    EXPECT_RE(retype(ut, seL4_EndpointObject, 0, slot, (word_t)1 << 31), 1, 256);
    EXPECT_RE(retype(ut, seL4_EndpointObject, 0, slot, WORD_MAX), 1, 256);
}

TEST(untyped, window_beyond_cnode_is_range_error)
{
    word_t ut = ut12(), inner = cnode_new(4);
    EXPECT_RE(untyped_retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 10, 7), 1, 6);
    EXPECT_RE(untyped_retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 15, 2), 1, 1);
    EXPECT_OK(untyped_retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 10, 6));
}

TEST(untyped, range_error_before_delete_first_before_not_enough_memory)
{
    word_t ut = ut12(), occupied = slot_new(), free_slot = slot_new();
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, occupied, 1)); /* the untyped is full now */
    EXPECT_RE(retype(ut, seL4_RISCV_4K_Page, 0, occupied, 1 << 20), 1, 256);
    EXPECT_DF(retype(ut, seL4_RISCV_4K_Page, 0, occupied, 1));
    EXPECT_NEM(retype(ut, seL4_RISCV_4K_Page, 0, free_slot, 1), 0);
}

TEST(untyped, any_occupied_slot_of_the_window_is_delete_first)
{
    word_t ut = ut12(), slots = slots_new(4);
    EXPECT_OK(retype(ut, seL4_EndpointObject, 0, slots + 3, 1));
    EXPECT_DF(retype(ut, seL4_EndpointObject, 0, slots, 4));
    EXPECT(slot_is_empty(slots));
    EXPECT_OK(retype(ut, seL4_EndpointObject, 0, slots, 3));
}

TEST(untyped, not_enough_memory_reports_free_bytes)
{
    word_t ut = ut12(), slot = slots_new(3);
    EXPECT_NEM(retype(ut, seL4_UntypedObject, 13, slot, 1), 4096);
    EXPECT_OK(retype(ut, seL4_EndpointObject, 0, slot, 1));
    EXPECT_NEM(retype(ut, seL4_RISCV_4K_Page, 0, slot + 1, 1), 4096 - 16);
    EXPECT_NEM(retype(ut, seL4_EndpointObject, 0, slot + 1, 256), 4096 - 16);
    EXPECT_OK(retype(ut, seL4_UntypedObject, 10, slot + 1, 1)); /* aligned up: 1024..2047 */
    EXPECT_NEM(retype(ut, seL4_UntypedObject, 11, slot + 2, 2), 2048);
}

TEST(untyped, free_bytes_ignore_alignment)
{
    word_t ut = untyped_new(13), slot = slots_new(3);
    EXPECT_OK(retype(ut, seL4_EndpointObject, 0, slot, 1));
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, slot + 1, 1)); /* 8176 bytes free: one page, aligned up to the second */
    EXPECT_NEM(retype(ut, seL4_EndpointObject, 0, slot + 2, 1), 0);
}

TEST(untyped, sixteen_pages_fill_64k)
{
    word_t ut = untyped_new(16), slots = slots_new(17);
    EXPECT_NEM(retype(ut, seL4_RISCV_4K_Page, 0, slots, 17), 65536);
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, slots, 16));
    EXPECT_NEM(retype(ut, seL4_RISCV_4K_Page, 0, slots + 16, 1), 0);
    EXPECT_NEM(retype(ut, seL4_EndpointObject, 0, slots + 16, 1), 0);
}

TEST(untyped, cnode_larger_than_the_untyped_is_refused)
{
    word_t ut = untyped_new(14), slot = slot_new();
    for (word_t bits = 14 - seL4_SlotBits + 1; bits <= seL4_MaxUntypedBits - seL4_SlotBits; bits++)
        EXPECT_NEM(retype(ut, seL4_CapTableObject, bits, slot, 1), 1 << 14);
    EXPECT_OK(retype(ut, seL4_CapTableObject, 14 - seL4_SlotBits, slot, 1));
}

TEST(untyped, device_memory_becomes_untypeds_and_frames_only)
{
    word_t frame = device_frame(0x20000000, 12), slots = slots_new(2);
    EXPECT(frame != 0);
    EXPECT_EQ(frame_address(frame), 0x20000000);
    for (word_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        if (!d->isDevice || d->paddr <= 0x20000000 || d->sizeBits < 13) continue;
        word_t device = boot_info->untyped.start + i;
        EXPECT_IA(retype(device, seL4_EndpointObject, 0, slots, 1), 1);
        EXPECT_IA(retype(device, seL4_TCBObject, 0, slots, 1), 1);
        EXPECT_IA(retype(device, seL4_RISCV_PageTableObject, 0, slots, 1), 1);
        EXPECT_OK(retype(device, seL4_UntypedObject, 12, slots, 1));
        EXPECT_IA(retype(slots, seL4_CapTableObject, 4, slots + 1, 1), 1); /* an untyped out of it is device memory too */
        return;
    }
    EXPECT(!"no further device untyped");
}

TEST(untyped, objects_are_contiguous_in_slot_order)
{
    word_t ut = untyped_new(15), slots = slots_new(8);
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, slots, 8));
    for (word_t i = 1; i < 8; i++) EXPECT_EQ(frame_address(slots + i), frame_address(slots) + i * PAGE_SIZE);
    EXPECT_EQ(frame_address(slots) & 0x7fff, 0);
}

TEST(untyped, watermark_only_rises_while_there_are_children)
{
    word_t ut = untyped_new(14), slots = slots_new(5);
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, slots, 2));
    word_t base = frame_address(slots);
    EXPECT_OK(cnode_delete(slots + 1));
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, slots + 2, 1));
    EXPECT_EQ(frame_address(slots + 2), base + 2 * PAGE_SIZE);
    EXPECT_OK(cnode_delete(slots));
    EXPECT_OK(cnode_delete(slots + 2)); /* childless: from the beginning again */
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, slots + 3, 1));
    EXPECT_EQ(frame_address(slots + 3), base);
}

TEST(untyped, reset_memory_is_zero)
{
    word_t ut = untyped_new(14), slots = slots_new(4);
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, slots, 4));
    volatile word_t *page = (volatile word_t *)TEST_VADDR;
    for (word_t i = 0; i < 4; i++) {
        EXPECT_OK(page_map(slots + i, ROOT_VSPACE, TEST_VADDR, 3, 0));
        for (word_t k = 0; k < PAGE_SIZE / sizeof *page; k++) page[k] = WORD_MAX;
        EXPECT_OK(page_unmap(slots + i));
    }
    EXPECT_OK(cnode_revoke(ut));
    EXPECT_OK(retype(ut, seL4_RISCV_4K_Page, 0, slots, 4));
    for (word_t i = 0; i < 4; i++) {
        EXPECT_OK(page_map(slots + i, ROOT_VSPACE, TEST_VADDR, 3, 0));
        word_t all = 0;
        for (word_t k = 0; k < PAGE_SIZE / sizeof *page; k++) all |= page[k];
        EXPECT_EQ(all, 0);
        EXPECT_OK(page_unmap(slots + i));
    }
}

TEST(untyped, revoke_destroys_nested_untypeds)
{
    word_t ut = untyped_new(14), inner = slot_new(), object = slot_new();
    EXPECT_OK(retype(ut, seL4_UntypedObject, 13, inner, 1));
    EXPECT_OK(retype(inner, seL4_EndpointObject, 0, object, 1));
    EXPECT_OK(cnode_revoke(ut));
    EXPECT(slot_is_empty(inner));
    EXPECT(slot_is_empty(object));
}

TEST(untyped, copy_makes_the_source_full_until_it_is_gone)
{
    word_t ut = ut12(), copy = slot_new(), slot = slot_new();
    EXPECT_OK(cnode_copy(copy, ut, ALL_RIGHTS));
    EXPECT_NEM(retype(ut, seL4_EndpointObject, 0, slot, 1), 0);
    EXPECT_OK(retype(copy, seL4_EndpointObject, 0, slot, 1));
    EXPECT_OK(cnode_revoke(ut));
    EXPECT(slot_is_empty(copy));
    EXPECT(slot_is_empty(slot));
    EXPECT_OK(retype(ut, seL4_EndpointObject, 0, slot, 1));
}

TEST(untyped, copy_of_an_untyped_with_children_is_refused)
{
    word_t ut = ut12(), copy = slot_new();
    EXPECT_OK(retype(ut, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_RF(cnode_copy(copy, ut, ALL_RIGHTS));
    EXPECT_RF(cnode_mint(copy, ut, ALL_RIGHTS, 0));
    EXPECT(slot_is_empty(copy));
    EXPECT_OK(cnode_revoke(ut));
    EXPECT_OK(cnode_copy(copy, ut, ALL_RIGHTS));
    EXPECT_RF(cnode_copy(slot_new(), ut, ALL_RIGHTS));
}

TEST(untyped, new_tcb_has_zero_registers_and_is_inactive)
{
    word_t tcb = tcb_new();
    EXPECT_OK(tcb_read_registers(tcb, 0, 32));
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 32);
    for (unsigned i = 0; i < 32; i++) EXPECT_EQ(got_mr(i), 0);
}

TEST(untyped, every_type_can_be_made)
{
    static const word_t types[][2] = {{seL4_UntypedObject, 4}, {seL4_TCBObject, 0}, {seL4_EndpointObject, 0},
        {seL4_NotificationObject, 0}, {seL4_CapTableObject, 1}, {seL4_SchedContextObject, 7}, {seL4_ReplyObject, 0},
        {seL4_RISCV_4K_Page, 0}, {seL4_RISCV_PageTableObject, 0}};
    for (unsigned i = 0; i < ARRAY_LENGTH(types); i++) EXPECT(!slot_is_empty(object_new(types[i][0], types[i][1])));
}

TEST(untyped, object_sizes)
{
    /* How many of each fit 8 KiB exactly (4.2). */
    static const word_t sizes[][3] = {{seL4_EndpointObject, 0, seL4_EndpointBits},
        {seL4_NotificationObject, 0, seL4_NotificationBits}, {seL4_ReplyObject, 0, seL4_ReplyBits},
        {seL4_TCBObject, 0, seL4_TCBBits}, {seL4_SchedContextObject, 7, 7}, {seL4_CapTableObject, 1, seL4_SlotBits + 1},
        {seL4_RISCV_4K_Page, 0, 12}, {seL4_RISCV_PageTableObject, 0, 12}, {seL4_UntypedObject, 9, 9}};
    word_t ut = untyped_new(13), rest = slots_new(3);
    for (unsigned i = 0; i < ARRAY_LENGTH(sizes); i++) {
        /* Leave room for one object only: an untyped of half, a quarter ... of the memory in front of it. */
        word_t bits = sizes[i][2];
        word_t filler = slots_new(13);
        for (word_t b = 12; b >= bits; b--) EXPECT_OK(retype(ut, seL4_UntypedObject, b, filler + b - bits, 1));
        EXPECT_OK(retype(ut, sizes[i][0], sizes[i][1], rest, 1));
        EXPECT_NEM(retype(ut, seL4_EndpointObject, 0, rest + 1, 1), 0);
        EXPECT_OK(cnode_revoke(ut));
    }
}
