/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 2.5, 2.6 and 8.3: capability faults - which call raises one, and what it tells.
 */
#include "kit/kit.h"

#define BAD_CPTR ((word_t)1 << (WORD_BITS - 1) | 3)
#define ROOT_GUARD_SIZE (WORD_BITS - boot_info->initThreadCNodeSizeBits)

static word_t ep, reply;

static void expect_cap_fault(word_t address, word_t in_recv, struct list descriptor)
{
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(seL4_Fault_CapFault, 0, 3 + descriptor.n));
    EXPECT_EQ(got_mr(1), address);
    EXPECT_EQ(got_mr(2), in_recv);
    for (unsigned i = 0; i < descriptor.n; i++) EXPECT_EQ(got_mr(3 + i), descriptor.at[i]);
}

static void expect_recv_fault(long number, word_t source, word_t own_reply, word_t address, struct list descriptor)
{
    ep = endpoint_new();
    struct thread *t = thread_with_syscall(ep, number, source, 0, own_reply, 0, 0);
    expect_cap_fault(address, 1, descriptor);
    EXPECT_EQ(t->seen[0], 0);
    EXPECT_OK(tcb_suspend(t->tcb));
}

#define GUARD_DESCRIPTOR LIST(LOOKUP_GUARD, WORD_BITS, 0, ROOT_GUARD_SIZE)
#define MISSING_DESCRIPTOR LIST(LOOKUP_MISSING, 0)

TEST(cap_fault, send_to_unresolvable_cptr)
{
    static const long numbers[] = {SYS_SEND, SYS_CALL};
    for (unsigned i = 0; i < 2; i++) {
        ep = endpoint_new();
        thread_with_syscall(ep, numbers[i], BAD_CPTR, INFO(1, 0, 0), 0, 0, 0);
        expect_cap_fault(BAD_CPTR, 0, GUARD_DESCRIPTOR);
    }
}

TEST(cap_fault, cap_fault_ip_is_the_ecall)
{
    static struct register_file f;
    f.in[10] = BAD_CPTR;
    f.in[17] = (word_t)SYS_WAIT;
    ep = endpoint_new();
    struct thread *t = thread_new(ecall_with, (word_t)&f, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    expect_cap_fault(BAD_CPTR, 1, GUARD_DESCRIPTOR);
    EXPECT_EQ(got_mr(0), (word_t)ecall_with_site);
}

static const long receive_calls[] = {SYS_RECV, SYS_NBRECV, SYS_WAIT, SYS_NBWAIT};

TEST(cap_fault, receive_from_unresolvable_cptr)
{
    for (unsigned i = 0; i < 4; i++) expect_recv_fault(receive_calls[i], BAD_CPTR, 0, BAD_CPTR, GUARD_DESCRIPTOR);
}

TEST(cap_fault, receive_from_empty_slot)
{
    for (unsigned i = 0; i < 4; i++) expect_recv_fault(receive_calls[i], 0, 0, 0, MISSING_DESCRIPTOR);
}

TEST(cap_fault, receive_from_other_object)
{
    for (unsigned i = 0; i < 4; i++) expect_recv_fault(receive_calls[i], ROOT_TCB, 0, ROOT_TCB, MISSING_DESCRIPTOR);
}

TEST(cap_fault, receive_from_endpoint_without_read)
{
    word_t e = copy_new(endpoint_new(), ALL_RIGHTS & ~RIGHT_READ);
    for (unsigned i = 0; i < 4; i++) expect_recv_fault(receive_calls[i], e, reply_new(), e, MISSING_DESCRIPTOR);
}

TEST(cap_fault, receive_from_notification_without_read)
{
    word_t n = copy_new(notification_new(), RIGHT_WRITE);
    for (unsigned i = 0; i < 4; i++) expect_recv_fault(receive_calls[i], n, 0, n, MISSING_DESCRIPTOR);
}

TEST(cap_fault, receive_with_unresolvable_reply)
{
    word_t e = endpoint_new();
    expect_recv_fault(SYS_RECV, e, BAD_CPTR, BAD_CPTR, GUARD_DESCRIPTOR);
    expect_recv_fault(SYS_NBRECV, e, BAD_CPTR, BAD_CPTR, GUARD_DESCRIPTOR);
    expect_recv_fault(SYS_REPLY_RECV, e, BAD_CPTR, BAD_CPTR, GUARD_DESCRIPTOR);
    expect_recv_fault(SYS_NBSEND_RECV, e, BAD_CPTR, BAD_CPTR, GUARD_DESCRIPTOR);
}

TEST(cap_fault, receive_with_something_else_as_reply)
{
    word_t e = endpoint_new();
    expect_recv_fault(SYS_RECV, e, 0, 0, MISSING_DESCRIPTOR);
    expect_recv_fault(SYS_RECV, e, ROOT_TCB, ROOT_TCB, MISSING_DESCRIPTOR);
    expect_recv_fault(SYS_NBRECV, e, ROOT_TCB, ROOT_TCB, MISSING_DESCRIPTOR);
}

TEST(cap_fault, read_right_is_checked_before_the_reply)
{
    word_t e = copy_new(endpoint_new(), ALL_RIGHTS & ~RIGHT_READ);
    expect_recv_fault(SYS_RECV, e, BAD_CPTR, e, MISSING_DESCRIPTOR);
}

TEST(cap_fault, combined_calls_fault_in_their_receive_phase)
{
    expect_recv_fault(SYS_REPLY_RECV, 0, 0, 0, MISSING_DESCRIPTOR);
    expect_recv_fault(SYS_NBSEND_RECV, 0, 0, 0, MISSING_DESCRIPTOR);
    expect_recv_fault(SYS_NBSEND_WAIT, 0, 0, 0, MISSING_DESCRIPTOR);
}

TEST(cap_fault, depth_mismatch_descriptor)
{
    /* A CSpace of one slot level inside a CNode that is too deep: radix 4 with a guard of word size minus 6, so that an
     * inner CNode of radix 4 has two bits left. */
    word_t outer = cnode_new(4), inner = cnode_new(4);
    EXPECT_OK(invoke(outer, CNodeCopy, LIST(ROOT_CNODE), LIST(1, 4, inner, WORD_BITS, ALL_RIGHTS)));
    ep = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_WAIT, 1 << 2, 0, 0, 0, 0);
    EXPECT_OK(tcb_set_space(t->tcb, ep, outer, cnode_data(0, WORD_BITS - 6), ROOT_VSPACE));
    thread_start(t);
    expect_cap_fault(1 << 2, 1, LIST(LOOKUP_DEPTH, 2, 4));
}

TEST(cap_fault, cap_fault_reply_repeats_the_system_call)
{
    ep = endpoint_new();
    reply = reply_new();
    word_t slot = slot_new(), n = notification_new();
    struct thread *t = thread_with_syscall(ep, SYS_NBWAIT, slot, 0, 0, 0, 0);
    EXPECT_EQ(fault_recv(ep, reply), seL4_Fault_CapFault);
    EXPECT_OK(cnode_move(slot, n)); /* the handler supplies what was missing */
    ipc_send(reply, INFO(33, 0, 2), LIST(1, 2));
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[1], 0);
}
