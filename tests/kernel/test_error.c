/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 3: general decoding. Every object refuses labels of other objects, and every operation refuses a message that
 * is too short.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

/* Every label outside FIRST..LAST and EXTRA is illegal on CAP, whatever else the message says. */
static void expect_foreign_labels_refused(word_t cap, word_t first, word_t last, word_t extra)
{
    for (word_t label = 0; label < nInvocationLabels + 10; label++) {
        if ((label >= first && label <= last) || label == extra) continue;
        EXPECT_IO(invoke(cap, label, NONE, NONE));
        EXPECT_IO(invoke(cap, label, LIST(ROOT_CNODE, ROOT_TCB, ROOT_VSPACE), LIST(1, 2, 3, 4, 5, 6, 7, 8)));
    }
}

TEST(error, untyped_refuses_foreign_labels) { expect_foreign_labels_refused(untyped_new(12), 1, 1, 1); }
TEST(error, tcb_refuses_foreign_labels) { expect_foreign_labels_refused(tcb_new(), TCBReadRegisters, TCBSetFlags, 2); }
TEST(error, cnode_refuses_foreign_labels)
{
    expect_foreign_labels_refused(cnode_new(4), CNodeRevoke, CNodeRotate, CNodeRevoke);
}
TEST(error, irq_control_refuses_foreign_labels)
{
    expect_foreign_labels_refused(seL4_CapIRQControl, IRQIssueIRQHandler, IRQIssueIRQHandler, RISCVIRQIssueIRQHandlerTrigger);
}
TEST(error, irq_handler_refuses_foreign_labels)
{
    word_t handler = slot_new();
    EXPECT_OK(irq_get(5, handler));
    expect_foreign_labels_refused(handler, IRQAckIRQ, IRQClearIRQHandler, IRQAckIRQ);
}
TEST(error, domain_refuses_foreign_labels)
{
    expect_foreign_labels_refused(seL4_CapDomain, DomainSetSet, DomainScheduleSetStart, DomainSetSet);
}
TEST(error, sched_control_refuses_foreign_labels)
{
    expect_foreign_labels_refused(SCHED_CONTROL, SchedControlConfigureFlags, SchedControlConfigureFlags, 33);
}
TEST(error, sched_context_refuses_foreign_labels)
{
    expect_foreign_labels_refused(sc_new(), SchedContextBind, SchedContextYieldTo, SchedContextBind);
}
TEST(error, page_refuses_foreign_labels) { expect_foreign_labels_refused(frame_new(), RISCVPageMap, RISCVPageGetAddress, 41); }
TEST(error, page_table_refuses_foreign_labels)
{
    expect_foreign_labels_refused(table_new(), RISCVPageTableMap, RISCVPageTableUnmap, RISCVPageTableMap);
}
TEST(error, asid_control_refuses_foreign_labels)
{
    expect_foreign_labels_refused(seL4_CapASIDControl, RISCVASIDControlMakePool, RISCVASIDControlMakePool, 44);
}
TEST(error, asid_pool_refuses_foreign_labels)
{
    expect_foreign_labels_refused(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, RISCVASIDPoolAssign, 45);
}

/* Each prefix of the message, and each prefix of the capabilities, is too short. */
static void expect_truncation(word_t cap, word_t label, struct list caps, struct list mrs)
{
    for (unsigned n = 0; n < mrs.n; n++) EXPECT_TM(invoke(cap, label, caps, (struct list){n, mrs.at}));
    for (unsigned n = 0; n < caps.n; n++) EXPECT_TM(invoke(cap, label, (struct list){n, caps.at}, mrs));
}

TEST(error, untyped_retype_needs_the_whole_message)
{
    expect_truncation(untyped_new(12), UntypedRetype, LIST(ROOT_CNODE), LIST(seL4_EndpointObject, 0, 0, 0, slot_new(), 1));
}

TEST(error, tcb_operations_need_the_whole_message)
{
    word_t tcb = tcb_new();
    expect_truncation(tcb, TCBReadRegisters, NONE, LIST(0, 1));
    expect_truncation(tcb, TCBWriteRegisters, NONE, LIST(0, 2, 0, 0));
    expect_truncation(tcb, TCBCopyRegisters, LIST(tcb), LIST(0));
    expect_truncation(tcb, TCBConfigure, LIST(ROOT_CNODE, ROOT_VSPACE, 0), LIST(0, 0, 0));
    expect_truncation(tcb, TCBSetPriority, LIST(ROOT_TCB), LIST(1));
    expect_truncation(tcb, TCBSetMCPriority, LIST(ROOT_TCB), LIST(1));
    expect_truncation(tcb, TCBSetSchedParams, LIST(ROOT_TCB, 0, 0), LIST(1, 1));
    expect_truncation(tcb, TCBSetTimeoutEndpoint, LIST(0), NONE);
    expect_truncation(tcb, TCBSetIPCBuffer, LIST(0), LIST(0));
    expect_truncation(tcb, TCBSetSpace, LIST(0, ROOT_CNODE, ROOT_VSPACE), LIST(0, 0));
    expect_truncation(tcb, TCBBindNotification, LIST(notification_new()), NONE);
    expect_truncation(tcb, TCBSetTLSBase, NONE, LIST(0));
    expect_truncation(tcb, TCBSetFlags, NONE, LIST(0, 0));
}

TEST(error, cnode_operations_need_the_whole_message)
{
    word_t d = slot_new(), s = endpoint_new(), c = ROOT_CNODE, w = WORD_BITS;
    expect_truncation(c, CNodeRevoke, NONE, LIST(s, w));
    expect_truncation(c, CNodeDelete, NONE, LIST(s, w));
    expect_truncation(c, CNodeCancelBadgedSends, NONE, LIST(s, w));
    expect_truncation(c, CNodeCopy, LIST(c), LIST(d, w, s, w, 15));
    expect_truncation(c, CNodeMint, LIST(c), LIST(d, w, s, w, 15, 1));
    expect_truncation(c, CNodeMove, LIST(c), LIST(d, w, s, w));
    expect_truncation(c, CNodeMutate, LIST(c), LIST(d, w, s, w, 0));
    expect_truncation(c, CNodeRotate, LIST(c, c), LIST(d, w, 0, s, w, 0, s, w));
}

TEST(error, irq_operations_need_the_whole_message)
{
    word_t handler = slot_new(), free_slot = slot_new();
    EXPECT_OK(irq_get(5, handler));
    expect_truncation(seL4_CapIRQControl, IRQIssueIRQHandler, LIST(ROOT_CNODE), LIST(6, free_slot, WORD_BITS));
    expect_truncation(seL4_CapIRQControl, RISCVIRQIssueIRQHandlerTrigger, LIST(ROOT_CNODE), LIST(6, 0, free_slot, WORD_BITS));
    expect_truncation(handler, IRQSetIRQHandler, LIST(notification_new()), NONE);
}

TEST(error, domain_operations_need_the_whole_message)
{
    expect_truncation(seL4_CapDomain, DomainSetSet, LIST(ROOT_TCB), LIST(0));
#if IS_64BIT
    expect_truncation(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(0, 0, 1));
#else
    expect_truncation(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(0, 0, 1, 0));
#endif
    expect_truncation(seL4_CapDomain, DomainScheduleSetStart, NONE, LIST(0));
}

TEST(error, sched_operations_need_the_whole_message)
{
    word_t sc = sc_new();
#if IS_64BIT
    expect_truncation(SCHED_CONTROL, SchedControlConfigureFlags, LIST(sc), LIST(1000, 1000, 0, 0, 0));
#else
    expect_truncation(SCHED_CONTROL, SchedControlConfigureFlags, LIST(sc), LIST(1000, 0, 1000, 0, 0, 0, 0));
#endif
    expect_truncation(sc, SchedContextBind, LIST(tcb_new()), NONE);
    expect_truncation(sc, SchedContextUnbindObject, LIST(tcb_new()), NONE);
}

TEST(error, vspace_operations_need_the_whole_message)
{
    expect_truncation(table_new(), RISCVPageTableMap, LIST(ROOT_VSPACE), LIST(FAR_VADDR, 0));
    expect_truncation(frame_new(), RISCVPageMap, LIST(ROOT_VSPACE), LIST(TEST_VADDR, 3, 0));
    expect_truncation(seL4_CapASIDControl, RISCVASIDControlMakePool, LIST(untyped_new(12), ROOT_CNODE), LIST(slot_new(), WORD_BITS));
    expect_truncation(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, LIST(table_new()), NONE);
}

TEST(error, operations_without_arguments_accept_an_empty_message)
{
    word_t tcb = tcb_new(), sc = sc_new();
    EXPECT_OK(tcb_suspend(tcb));
    EXPECT_OK(tcb_resume(tcb));
    EXPECT_IO(tcb_unbind_notification(tcb));
    EXPECT_OK(sc_unbind(sc));
    EXPECT_OK(sc_consumed(sc));
    EXPECT_EQ(INFO_LENGTH(self()->out.info), IS_64BIT ? 1 : 2);
    EXPECT_OK(page_unmap(frame_new()));
    EXPECT_OK(table_unmap(table_new()));
}

TEST(error, surplus_registers_and_capabilities_are_ignored)
{
    word_t slot = copy_new(ROOT_TCB, ALL_RIGHTS);
    EXPECT_OK(invoke(ROOT_CNODE, CNodeDelete, LIST(ROOT_TCB, slot, 0), LIST(slot, WORD_BITS, 1, 2, 3, 4, 5, 6, 7)));
    EXPECT(slot_is_empty(slot));
}

TEST(error, message_length_above_120_counts_as_120)
{
    word_t slot = copy_new(ROOT_TCB, ALL_RIGHTS);
    EXPECT_OK(ipc_call(ROOT_CNODE, INFO(CNodeDelete, 0, 127), LIST(slot, WORD_BITS)));
    EXPECT(slot_is_empty(slot));
}

TEST(error, unresolvable_extra_capability_faults_even_when_unused)
{
    word_t ep = endpoint_new(), bad = (word_t)1 << (WORD_BITS - 1) | 5;
    thread_with_syscall(ep, SYS_CALL, ROOT_TCB, INFO(TCBResume, 1, 0), 0, 0, bad);
    EXPECT_EQ(fault_recv(ep, reply_new()), seL4_Fault_CapFault);
    EXPECT_EQ(got_mr(seL4_CapFault_Addr), bad);
    EXPECT_EQ(got_mr(seL4_CapFault_InRecvPhase), 0);
}

TEST(error, extra_capabilities_need_an_ipc_buffer)
{
    struct thread *t = thread_for_syscall(SYS_CALL, tcb_new(), INFO(TCBSetPriority, 1, 1), 0, 0, ROOT_TCB);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, 0, 0));
    thread_start(t);
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[2], INFO(seL4_TruncatedMessage, 0, 0));
}

TEST(error, details_beyond_mr3_need_an_ipc_buffer)
{
    /* GuardMismatch in a FailedLookup has five words; without a buffer four arrive. Depth 4 of index 0xb in the root. */
    struct thread *t = thread_for_syscall(SYS_CALL, ROOT_CNODE, INFO(CNodeDelete, 0, 2), 0, 0, 0);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, 0, 0));
    thread_start(t); /* its MRs are 11, 12: index 11, depth 12 */
    word_t guard_size = WORD_BITS - boot_info->initThreadCNodeSizeBits;
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[2], INFO(seL4_FailedLookup, 0, 4));
    EXPECT_EQ(t->seen[3], 0);
    EXPECT_EQ(t->seen[4], LOOKUP_GUARD);
    EXPECT_EQ(t->seen[5], 12);
    EXPECT_EQ(t->seen[6], 0);
    EXPECT(guard_size > 12);
}
