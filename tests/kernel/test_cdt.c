/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 5.4 to 5.7: the derivation tree as Revoke shows it, finalisation, and CancelBadgedSends.
 */
#include "kit/kit.h"

TEST(cdt, revoke_of_an_empty_slot_succeeds)
{
    EXPECT_OK(cnode_revoke(slot_new()));
}

TEST(cdt, revoke_keeps_the_slot_itself)
{
    word_t e = endpoint_new(), c = copy_new(e, ALL_RIGHTS);
    EXPECT_OK(cnode_revoke(e));
    EXPECT(!slot_is_empty(e));
    EXPECT(slot_is_empty(c));
}

TEST(cdt, copies_of_copies_are_siblings)
{
    word_t e = endpoint_new(), c = copy_new(e, ALL_RIGHTS), d = copy_new(c, ALL_RIGHTS);
    EXPECT_OK(cnode_revoke(c));
    EXPECT(!slot_is_empty(d));
    EXPECT_OK(cnode_revoke(d));
    EXPECT(!slot_is_empty(c));
    EXPECT_OK(cnode_revoke(e));
    EXPECT(slot_is_empty(c));
    EXPECT(slot_is_empty(d));
}

TEST(cdt, badged_capability_is_parent_of_its_copies)
{
    word_t e = endpoint_new(), b1 = mint_new(e, ALL_RIGHTS, 1), b2 = mint_new(e, ALL_RIGHTS, 2);
    word_t c1 = copy_new(b1, ALL_RIGHTS), c2 = copy_new(b2, ALL_RIGHTS), d1 = copy_new(c1, ALL_RIGHTS);
    EXPECT_OK(cnode_revoke(b1));
    EXPECT(slot_is_empty(c1));
    EXPECT(slot_is_empty(d1));
    EXPECT(!slot_is_empty(b1));
    EXPECT(!slot_is_empty(b2));
    EXPECT(!slot_is_empty(c2));
    EXPECT_OK(cnode_revoke(e));
    EXPECT(slot_is_empty(b1));
    EXPECT(slot_is_empty(b2));
    EXPECT(slot_is_empty(c2));
}

TEST(cdt, equal_badges_minted_apart_are_not_related)
{
    word_t e = endpoint_new(), b1 = mint_new(e, ALL_RIGHTS, 7), b2 = mint_new(e, ALL_RIGHTS, 7);
    EXPECT_OK(cnode_revoke(b2)); /* b2 stands directly before b1 in the list, but b1 is first-badged */
    EXPECT(!slot_is_empty(b1));
    EXPECT_OK(cnode_revoke(b1));
    EXPECT(!slot_is_empty(b2));
}

TEST(cdt, unbadged_copy_is_no_parent)
{
    word_t e = endpoint_new(), c = copy_new(e, ALL_RIGHTS), b = mint_new(c, ALL_RIGHTS, 3);
    EXPECT_OK(cnode_revoke(c)); /* a copy is not original */
    EXPECT(!slot_is_empty(b));
    EXPECT_OK(cnode_revoke(e));
    EXPECT(slot_is_empty(b));
}

TEST(cdt, copy_of_a_deleted_original_cannot_revoke)
{
    word_t e = endpoint_new(), c = copy_new(e, ALL_RIGHTS), d = copy_new(e, ALL_RIGHTS);
    EXPECT_OK(cnode_delete(e));
    EXPECT_OK(cnode_revoke(c));
    EXPECT_OK(cnode_revoke(d));
    EXPECT(!slot_is_empty(c));
    EXPECT(!slot_is_empty(d));
}

TEST(cdt, deleting_a_badged_capability_passes_first_badged_on)
{
    word_t e = endpoint_new(), x = mint_new(e, ALL_RIGHTS, 7), b = mint_new(e, ALL_RIGHTS, 7), c = copy_new(b, ALL_RIGHTS);
    EXPECT_OK(cnode_delete(b)); /* c is first-badged now */
    word_t y = mint_new(e, ALL_RIGHTS, 7);
    EXPECT_OK(cnode_revoke(y)); /* y, c, x: must not reach c */
    EXPECT(!slot_is_empty(c));
    EXPECT(!slot_is_empty(x));
}

TEST(cdt, move_keeps_the_place_in_the_tree)
{
    word_t e = endpoint_new(), c = copy_new(e, ALL_RIGHTS), moved = slot_new(), c2 = slot_new();
    EXPECT_OK(cnode_move(moved, e));
    EXPECT_OK(cnode_move(c2, c));
    EXPECT_OK(cnode_revoke(moved));
    EXPECT(slot_is_empty(c2));
}

TEST(cdt, object_capabilities_are_children_of_their_untyped)
{
    word_t ut = untyped_new(14), o = slots_new(4), c = slots_new(4);
    static const word_t types[][2] = {{seL4_TCBObject, 0}, {seL4_CapTableObject, 4}, {seL4_SchedContextObject, 8}, {seL4_ReplyObject, 0}};
    for (unsigned i = 0; i < 4; i++) {
        EXPECT_OK(untyped_retype(ut, types[i][0], types[i][1], ROOT_CNODE, 0, 0, o + i, 1));
        EXPECT_OK(cnode_copy(c + i, o + i, ALL_RIGHTS));
    }
    EXPECT_OK(cnode_revoke(ut));
    for (unsigned i = 0; i < 4; i++) {
        EXPECT(slot_is_empty(o + i));
        EXPECT(slot_is_empty(c + i));
    }
}

TEST(cdt, original_capability_revokes_its_copies)
{
    word_t objects[] = {tcb_new(), cnode_new(4), sc_new(), reply_new(), frame_new(), notification_new(), endpoint_new()};
    for (unsigned i = 0; i < ARRAY_LENGTH(objects); i++) {
        word_t a = copy_new(objects[i], ALL_RIGHTS), b = copy_new(a, ALL_RIGHTS);
        EXPECT_OK(cnode_revoke(a)); /* no power over siblings */
        EXPECT(!slot_is_empty(b));
        EXPECT_OK(cnode_revoke(objects[i]));
        EXPECT(slot_is_empty(a));
        EXPECT(slot_is_empty(b));
        EXPECT(!slot_is_empty(objects[i]));
    }
}

TEST(cdt, irq_control_is_parent_of_handlers)
{
    word_t h = slot_new(), c = slot_new();
    EXPECT_OK(irq_get(5, h));
    EXPECT_OK(cnode_copy(c, h, ALL_RIGHTS));
    EXPECT_OK(cnode_revoke(h));
    EXPECT(slot_is_empty(c));
    EXPECT_OK(cnode_copy(c, h, ALL_RIGHTS));
    EXPECT_OK(cnode_revoke(seL4_CapIRQControl));
    EXPECT(slot_is_empty(h));
    EXPECT(slot_is_empty(c));
}

TEST(cdt, revoke_reaches_capabilities_in_other_cnodes)
{
    word_t e = endpoint_new(), c = cnode_new(2);
    EXPECT_OK(invoke(c, CNodeMint, LIST(ROOT_CNODE), LIST(1, 2, e, WORD_BITS, ALL_RIGHTS, 9)));
    EXPECT_OK(cnode_revoke(e));
    EXPECT_OK(invoke(c, CNodeCopy, LIST(ROOT_CNODE), LIST(1, 2, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
}

TEST(cdt, revoke_of_many_capabilities)
{
    word_t e = endpoint_new(), c = cnode_new(9);
    for (word_t i = 0; i < 512; i++)
        EXPECT_OK(invoke(c, CNodeMint, LIST(ROOT_CNODE), LIST(i, 9, e, WORD_BITS, ALL_RIGHTS, i)));
    EXPECT_OK(cnode_revoke(e));
    for (word_t i = 0; i < 512; i++) EXPECT_FL(invoke(c, CNodeMove, LIST(c), LIST(i, 9, i, 9)), 1, LOOKUP_MISSING, 9);
}

/* ---- finalisation (5.6) -------------------------------------------------------------------------------------------- */

TEST(cdt, deleting_an_endpoint_restarts_its_callers)
{
    word_t e = endpoint_new(), faults = endpoint_new();
    struct thread *t = thread_with_syscall(faults, SYS_CALL, e, INFO(1, 0, 0), 0, 0, 0);
    EXPECT_OK(cnode_delete(e));
    settle(); /* the Call is re-executed on an empty slot */
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_ERROR_INFO(t->seen[2], seL4_InvalidCapability, 1);
}

TEST(cdt, deleting_an_endpoint_makes_receivers_fault)
{
    word_t e = endpoint_new(), faults = endpoint_new();
    thread_with_syscall(faults, SYS_RECV, e, 0, reply_new(), 0, 0);
    EXPECT_OK(cnode_delete(e));
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_CapFault);
    EXPECT_EQ(got_mr(seL4_CapFault_Addr), e);
    EXPECT_EQ(got_mr(seL4_CapFault_InRecvPhase), 1);
}

TEST(cdt, endpoint_lives_until_its_last_capability)
{
    word_t e = endpoint_new(), c = copy_new(e, ALL_RIGHTS);
    struct thread *t = thread_with_syscall(endpoint_new(), SYS_CALL, e, INFO(1, 0, 0), 0, 0, 0);
    EXPECT_OK(cnode_delete(e));
    settle();
    EXPECT_EQ(t->seen[0], 0);
    ipc_recv(c, reply_new());
    EXPECT_EQ(INFO_LABEL(self()->out.info), 1);
}

TEST(cdt, deleting_a_notification_restarts_waiters)
{
    word_t n = notification_new(), faults = endpoint_new();
    thread_with_syscall(faults, SYS_WAIT, n, 0, 0, 0, 0);
    EXPECT_OK(cnode_delete(n));
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_CapFault);
    EXPECT_EQ(got_mr(seL4_CapFault_Addr), n);
}

TEST(cdt, deleting_an_endpoint_stops_a_queued_faulter)
{
    word_t e = endpoint_new();
    struct thread *t = thread_with_syscall(e, SYS_WAIT, 0, 0, 0, 0, 0); /* its fault message waits on e */
    EXPECT_OK(cnode_delete(e));
    settle();
    EXPECT_EQ(t->seen[0], 0);
    EXPECT_OK(tcb_read_registers(t->tcb, 0, 1)); /* INACTIVE, but alive */
}

TEST(cdt, deleting_a_tcb_stops_the_thread)
{
    static volatile word_t counter;
    counter = 0;
    struct thread *t = thread_new(count_for_ever, (word_t)&counter, TEST_PRIORITY);
    thread_start(t);
    EXPECT_OK(cnode_delete(t->tcb));
    word_t before = counter;
    sys_yield();
    EXPECT_EQ(counter, before);
}

TEST(cdt, deleting_a_tcb_frees_its_internal_capabilities)
{
    word_t c = cnode_new(4), ut = untyped_new(12), probe = slot_new(), tcb = tcb_new(), ep = slot_new();
    EXPECT_OK(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, 0, 0, ep, 1));
    EXPECT_OK(tcb_set_space(tcb, ep, c, 0, ROOT_VSPACE));
    EXPECT_OK(cnode_delete(ep));
    EXPECT_RF(cnode_copy(probe, ut, ALL_RIGHTS)); /* the TCB still holds a capability */
    EXPECT_OK(cnode_delete(tcb));
    EXPECT_OK(cnode_copy(probe, ut, ALL_RIGHTS));
}

TEST(cdt, deleting_a_frame_capability_unmaps_its_own_mapping)
{
    word_t frame = frame_new(), copy = copy_new(frame, ALL_RIGHTS), faults = endpoint_new();
    EXPECT_OK(page_map(copy, ROOT_VSPACE, TEST_VADDR, 3, 0));
    *(volatile word_t *)TEST_VADDR = 1;
    EXPECT_OK(cnode_delete(copy));
    struct thread *t = thread_new(fault_load, TEST_VADDR, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, faults);
    thread_start(t);
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_VMFault);
    EXPECT_EQ(got_mr(seL4_VMFault_Addr), TEST_VADDR);
    EXPECT(!slot_is_empty(frame));
}

/* ---- CancelBadgedSends (5.7) ---------------------------------------------------------------------------------------- */

TEST(cdt, cancel_badged_sends_needs_all_rights_on_an_endpoint)
{
    word_t e = endpoint_new();
    EXPECT_OK(cnode_cancel_badged_sends(e));
    EXPECT_IO(cnode_cancel_badged_sends(slot_new()));
    EXPECT_IO(cnode_cancel_badged_sends(ROOT_TCB));
    EXPECT_IO(cnode_cancel_badged_sends(notification_new()));
    for (unsigned bit = 0; bit < 4; bit++) EXPECT_IO(cnode_cancel_badged_sends(copy_new(e, ALL_RIGHTS & ~((word_t)1 << bit))));
}

TEST(cdt, cancel_badged_sends_aborts_exactly_that_badge)
{
    word_t e = endpoint_new(), faults = endpoint_new(), b[2], c[4];
    struct thread *t[4];
    for (unsigned i = 0; i < 2; i++) b[i] = mint_new(e, ALL_RIGHTS, 10 + i);
    for (unsigned i = 0; i < 4; i++) c[i] = copy_new(b[i & 1], ALL_RIGHTS);
    for (unsigned i = 0; i < 4; i++) t[i] = thread_with_syscall(faults, SYS_CALL, c[i], INFO(1, 0, 0), 0, 0, 0);
    EXPECT_OK(cnode_revoke(b[0]));
    EXPECT_OK(cnode_cancel_badged_sends(b[0]));
    settle();
    for (unsigned i = 0; i < 4; i++) EXPECT_EQ(t[i]->seen[0], !(i & 1));
    EXPECT_ERROR_INFO(t[0]->seen[2], seL4_InvalidCapability, 1);
    word_t reply = reply_new();
    EXPECT_EQ(ipc_recv(e, reply), 11);
    EXPECT_EQ(ipc_nbrecv(e, reply_new()), 11);
    EXPECT_EQ(ipc_nbrecv(e, reply_new()), 0);
}

TEST(cdt, cancel_badged_sends_restarts_a_call_whose_capability_lives)
{
    word_t e = endpoint_new(), b = mint_new(e, ALL_RIGHTS, 10);
    thread_with_syscall(0, SYS_CALL, b, INFO(1, 0, 0), 0, 0, 0);
    EXPECT_OK(cnode_cancel_badged_sends(b));
    settle(); /* it calls again */
    EXPECT_EQ(ipc_nbrecv(e, reply_new()), 10);
}

TEST(cdt, cancel_badged_sends_with_badge_0_does_nothing)
{
    word_t e = endpoint_new();
    struct thread *t = thread_with_syscall(0, SYS_CALL, copy_new(e, ALL_RIGHTS), INFO(1, 0, 0), 0, 0, 0);
    word_t pc = thread_pc(t);
    EXPECT_OK(cnode_cancel_badged_sends(e));
    EXPECT_EQ(thread_pc(t), pc);
    ipc_nbrecv(e, reply_new());
    EXPECT_EQ(INFO_LABEL(self()->out.info), 1);
}
