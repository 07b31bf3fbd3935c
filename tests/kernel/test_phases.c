/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 2.5, 2.6: what the sending half of the combined and of the non-blocking calls does and leaves out.
 */
#include "kit/internal.h"

#define BAD_CPTR ((word_t)1 << (WORD_BITS - 1))

static word_t ntfn, badged;

/* The receiving half ends at once: a signal is there. */
static void setup(void)
{
    ntfn = notification_new();
    badged = mint_new(ntfn, ALL_RIGHTS, 5);
}

/* The three combined calls, with `dest` as what they send to. */
static word_t combined(unsigned which, word_t dest, word_t info, struct list mrs)
{
    ipc_signal(badged);
    switch (which) {
    case 0: return sys(SYS_NBSEND_WAIT, ntfn, info, mrs, dest, 0);
    case 1: return sys(SYS_NBSEND_RECV, ntfn, info, mrs, 0, dest);
    default: return sys(SYS_REPLY_RECV, ntfn, info, mrs, dest, 0);
    }
}

TEST(phases, message_with_an_unresolvable_capability_is_not_sent)
{
    word_t ep = endpoint_new();
    setup();
    struct thread *t = thread_with_syscall(0, SYS_RECV, ep, 0, reply_new(), 0, 0);
    for (unsigned i = 0; i < 3; i++) {
        self()->buffer->caps_or_badges[0] = BAD_CPTR;
        EXPECT_EQ(combined(i, ep, INFO(1, 1, 0), NONE), 5);
        EXPECT_EQ(t->seen[0], 0);
    }
    self()->buffer->caps_or_badges[0] = BAD_CPTR;
    ipc_nbsend(ep, INFO(1, 1, 0), NONE);
    EXPECT_EQ(t->seen[0], 0);
    self()->buffer->caps_or_badges[0] = 0; /* an empty slot resolves */
    ipc_nbsend(ep, INFO(1, 1, 0), NONE);
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[2], INFO(1, 0, 0));
}

TEST(phases, message_nobody_waits_for_is_dropped)
{
    word_t ep = endpoint_new();
    setup();
    for (unsigned i = 0; i < 3; i++) EXPECT_EQ(combined(i, ep, INFO(1, 0, 2), LIST(1, 2)), 5);
    EXPECT_EQ(ipc_nbrecv(ep, reply_new()), 0);
}

TEST(phases, messages_are_sent_whole)
{
    word_t ep = endpoint_new();
    setup();
    for (unsigned i = 0; i < 3; i++) {
        struct thread *t = thread_with_syscall(0, SYS_RECV, ep, 0, reply_new(), 0, 0);
        EXPECT_EQ(combined(i, mint_new(ep, ALL_RIGHTS, 0x70 + i), INFO(9, 0, 6), LIST(1, 2, 3, 4, 5, 6)), 5);
        EXPECT_EQ(t->seen[1], 0x70 + i);
        EXPECT_EQ(t->seen[2], INFO(9, 0, 6));
        for (word_t k = 0; k < 4; k++) EXPECT_EQ(t->seen[3 + k], k + 1);
        EXPECT_EQ(t->buffer->msg[5], 6);
    }
}

TEST(phases, arch_and_irq_invocations_work)
{
    word_t frame = frame_new(), handler = slot_new();
    setup();
    EXPECT_OK(irq_get(7, handler));
    for (unsigned i = 0; i < 3; i++) {
        EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, 3, 0));
        EXPECT_EQ(combined(i, frame, INFO(RISCVPageUnmap, 0, 0), NONE), 5);
        EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE, 3, 0)); /* only if it was unmapped */
        EXPECT_OK(page_unmap(frame));
        EXPECT_EQ(combined(i, handler, INFO(IRQAckIRQ, 0, 0), NONE), 5);
    }
}

TEST(phases, failing_invocations_change_no_register)
{
    word_t frame = frame_new();
    setup();
    for (unsigned i = 0; i < 3; i++) {
        EXPECT_EQ(combined(i, frame, INFO(RISCVPageMap, 0, 3), LIST(7, 8, 9)), 5);
        EXPECT_EQ(self()->out.info, INFO(RISCVPageMap, 0, 3));
        for (word_t k = 0; k < 3; k++) EXPECT_EQ(self()->out.mr[k], 7 + k);
    }
}

/* ReplyRecv sends to whatever a6 names; for the receiving half it then has to be a reply object. */
TEST(phases, reply_recv_sends_to_an_endpoint_and_faults_behind)
{
    word_t ep = endpoint_new(), other = endpoint_new(), faults = endpoint_new();
    struct thread *r = thread_with_syscall(0, SYS_RECV, other, 0, reply_new(), 0, 0);
    struct thread *t = thread_for_syscall(SYS_REPLY_RECV, ep, INFO(3, 0, 1), other, 0, 0);
    thread_set_fault_ep(t, faults);
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, TEST_PRIORITY - 1));
    thread_start(t);
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_CapFault);
    EXPECT_EQ(got_mr(1), other);
    EXPECT_EQ(got_mr(2), 1);
    EXPECT_EQ(got_mr(3), LOOKUP_MISSING);
    EXPECT_EQ(r->seen[2], INFO(3, 0, 1));
}

/* Receiving with the object that holds a faulting thread: its fault is forgotten, it stays where it is. */
TEST(phases, reuse_of_the_reply_object_of_a_faulter)
{
    word_t faults = endpoint_new(), reply = reply_new();
    struct thread *t = thread_with_syscall(faults, SYS_WAIT, 0, 0, 0, 0, 0);
    EXPECT_EQ(fault_recv(faults, reply), seL4_Fault_CapFault);
    ipc_nbrecv(faults, reply);
    ipc_send(reply, INFO(0, 0, 0), NONE); /* nobody */
    settle();
    EXPECT_EQ(t->seen[0], 0);
    EXPECT_OK(tcb_write_pc(t->tcb, 1, thread_pc(t) + 4));
    EXPECT_EQ(t->seen[0], 1);
}

/* What is received after a phase one that gave the time away arrives when there is time again. */
TEST(phases, sender_without_time_left_still_receives)
{
    word_t ep = endpoint_new(), back = endpoint_new();
    struct thread *passive = thread_with_syscall(0, SYS_RECV, ep, 0, reply_new(), 0, 0);
    EXPECT_OK(sc_unbind(passive->sc));
    struct thread *t = thread_with_syscall(0, SYS_NBSEND_WAIT, back, INFO(4, 0, 0), ep, 0, 0);
    EXPECT_EQ(passive->seen[0], 1); /* it ran on t's context and has stopped with it */
    EXPECT_EQ(t->seen[0], 0);
    ipc_nbsend(back, INFO(6, 0, 0), NONE);
    settle();
    EXPECT_EQ(t->seen[0], 0); /* delivered, but it cannot run */
    EXPECT_OK(sc_unbind_object(t->sc, passive->tcb));
    EXPECT_OK(sc_bind(t->sc, t->tcb));
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[2], INFO(6, 0, 0));
}
