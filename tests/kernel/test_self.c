/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapters 5.5, 6.2, 6.4: threads that take away what they stand on.
 */
#include "kit/kit.h"

/* Makes one invocation with up to two arguments and one capability; what came back is in seen[]. */
struct request {
    word_t cap, label, extra;
    word_t mr[2];
};
static struct request request;

static void one_invocation(word_t unused)
{
    (void)unused;
    struct thread *me = self();
    me->buffer->caps_or_badges[0] = request.extra;
    struct message m = {request.cap, INFO(request.label, request.extra != 0, 2), {request.mr[0], request.mr[1], 0, 0}};
    me->progress = 1;
    syscall(SYS_CALL, &m, 0, 0);
    me->progress = 2;
    me->seen[0] = m.info;
    thread_stop();
}

static struct thread *requester(word_t cap, word_t label, word_t mr0, word_t mr1)
{
    request = (struct request){cap, label, 0, {mr0, mr1}};
    return thread_new(one_invocation, 0, TEST_PRIORITY + 1);
}

static struct thread *deleter_of(word_t slot) { return requester(ROOT_CNODE, CNodeDelete, slot, WORD_BITS); }

/* These two not under preemption: nobody goes on with a deletion that is interrupted when it has stopped its caller. */
TIMED_TEST(itself, thread_that_deletes_its_own_tcb_is_gone)
{
    struct thread *t = deleter_of(0);
    request.mr[0] = t->tcb;
    thread_start(t);
    EXPECT_EQ(t->progress, 1);
    EXPECT(slot_is_empty(t->tcb));
    EXPECT_OK(sc_bind(t->sc, tcb_new())); /* its scheduling context is free */
}

TIMED_TEST(itself, thread_that_revokes_the_memory_it_is_made_of_is_gone)
{
    word_t ut = untyped_new(14), tcb = slot_new();
    struct thread *t = requester(ROOT_CNODE, CNodeRevoke, ut, WORD_BITS);
    EXPECT_OK(untyped_retype(ut, seL4_TCBObject, 0, ROOT_CNODE, 0, 0, tcb, 1));
    EXPECT_OK(tcb_configure(tcb, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), ROOT_VSPACE, (word_t)t->buffer,
                            t->buffer_frame));
    EXPECT_OK(tcb_set_sched_params(t->tcb, ROOT_TCB, 1, 1, 0, 0));
    EXPECT_OK(tcb_set_sched_params(tcb, ROOT_TCB, 255, TEST_PRIORITY + 1, t->sc, 0));
    EXPECT_OK(invoke(tcb, TCBCopyRegisters, LIST(t->tcb), LIST(12)));
    EXPECT_OK(tcb_resume(tcb));
    EXPECT_EQ(t->progress, 1);
    EXPECT(slot_is_empty(tcb));
    EXPECT_OK(untyped_retype(ut, seL4_CapTableObject, 14 - seL4_SlotBits, ROOT_CNODE, 0, 0, tcb, 1)); /* all of it is free */
}

TEST(itself, thread_that_deletes_its_own_scheduling_context_stops_behind_the_call)
{
    struct thread *t = deleter_of(0);
    request.mr[0] = t->sc;
    thread_start(t);
    EXPECT_EQ(t->progress, 1);
    word_t sc = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    EXPECT_OK(sc_bind(sc, t->tcb));
    EXPECT_EQ(t->progress, 2);
    EXPECT_EQ(t->seen[0], 0);
}

/* The thread keeps a copy of its CSpace; the CNode goes when the thread does. */
TEST(itself, thread_that_deletes_the_capability_to_its_cspace_goes_on)
{
    word_t cnode = cnode_new(4);
    struct thread *t = requester(1, CNodeDelete, 1, WORD_BITS);
    EXPECT_OK(tcb_set_space(t->tcb, 0, cnode, PLAIN_GUARD(4), ROOT_VSPACE));
    EXPECT_OK(invoke(cnode, CNodeMint, LIST(ROOT_CNODE), LIST(1, 4, cnode, WORD_BITS, ALL_RIGHTS, PLAIN_GUARD(4))));
    EXPECT_OK(cnode_delete(cnode));
    thread_start(t);
    EXPECT_EQ(t->progress, 2);
    EXPECT_EQ(t->seen[0], 0);
    EXPECT_OK(cnode_delete(t->tcb));
}

/* Its own last capability to the CSpace and the TCB in one CNode: the whole disappears. */
TEST(itself, thread_whose_cspace_holds_its_own_tcb_can_delete_it)
{
    word_t cnode = cnode_new(4);
    struct thread *t = requester(1, CNodeDelete, 2, WORD_BITS);
    EXPECT_OK(tcb_set_space(t->tcb, 0, cnode, PLAIN_GUARD(4), ROOT_VSPACE));
    EXPECT_OK(invoke(cnode, CNodeMint, LIST(ROOT_CNODE), LIST(1, 4, cnode, WORD_BITS, ALL_RIGHTS, PLAIN_GUARD(4))));
    word_t tcb = t->tcb;
    EXPECT_OK(tcb_resume(t->tcb));
    EXPECT_EQ(t->progress, 2); /* slot 2 was empty: just a successful call */
    t = requester(1, CNodeDelete, 2, WORD_BITS);
    EXPECT_OK(tcb_set_space(t->tcb, 0, cnode, PLAIN_GUARD(4), ROOT_VSPACE));
    EXPECT_OK(cnode_delete(tcb));
    EXPECT_OK(cnode_delete(cnode));
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, TEST_PRIORITY + 1));
    thread_start(t);
    EXPECT_EQ(t->progress, 2);
}

TEST(itself, thread_that_revokes_its_buffers_memory_keeps_four_registers)
{
    word_t frame = frame_new(), ep = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_SEND, ep, INFO(1, 0, 8), 0, 0, 0);
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, 3, 1));
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, TEST_VADDR, frame));
    EXPECT_OK(cnode_revoke(frame)); /* the thread's copy is a child of this one */
    thread_start(t);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 4);
}

/* A thread in an address space of its own, in memory of its own, revokes one of the two. */
static void revoke_own_vspace(bool only_the_copy)
{
    word_t memory = untyped_new(seL4_VSpaceBits), vspace = slot_new(), faults = endpoint_new();
    EXPECT_OK(untyped_retype(memory, seL4_RISCV_PageTableObject, 0, ROOT_CNODE, 0, 0, vspace, 1));
    EXPECT_OK(asid_assign(seL4_CapInitThreadASIDPool, vspace));
    vspace_add_image(vspace);
    request = (struct request){ROOT_CNODE, CNodeRevoke, 0, {vspace, WORD_BITS}};
    struct thread *t = thread_new_in(vspace, one_invocation, 0, TEST_PRIORITY + 1);
    EXPECT_OK(tcb_set_space(t->tcb, faults, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), vspace));
    if (!only_the_copy)
        request.mr[0] = memory;
    thread_start(t);
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_VMFault);
    EXPECT_EQ(t->progress, 1);
    EXPECT_EQ(got_mr(0), got_mr(1)); /* fetching the instruction behind the ecall */
    EXPECT_EQ(got_mr(2), 1);
    EXPECT_EQ(slot_is_empty(vspace), !only_the_copy);
}

TEST(itself, thread_that_deletes_its_address_space_faults_at_once) { revoke_own_vspace(false); }
TEST(itself, thread_that_revokes_its_copy_of_its_address_space_faults_at_once) { revoke_own_vspace(true); }

TEST(itself, thread_may_change_its_own_priority_spaces_and_buffer)
{
    struct thread *t = requester(0, TCBSetPriority, TEST_PRIORITY + 2, 0);
    request.cap = request.extra = t->tcb;
    thread_start(t);
    EXPECT_EQ(t->progress, 2);
    EXPECT_EQ(t->seen[0], 0);
    t = requester(0, TCBSetPriority, TEST_PRIORITY - 1, 0); /* lowers itself: behind the test now */
    request.cap = request.extra = t->tcb;
    thread_start(t);
    EXPECT_EQ(t->progress, 1);
    settle();
    EXPECT_EQ(t->progress, 2);
    t = requester(0, TCBSetIPCBuffer, 0, 0); /* no buffer any more */
    request.cap = t->tcb;
    request.extra = t->buffer_frame;
    thread_start(t);
    EXPECT_EQ(t->progress, 2);
    EXPECT_EQ(t->seen[0], 0);
}
