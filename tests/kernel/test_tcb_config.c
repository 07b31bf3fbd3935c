/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 6.2, 6.3 and 6.5: spaces, IPC buffers, priorities and scheduling parameters of a thread.
 */
#include "kit/kit.h"

#define ROOT_DATA PLAIN_GUARD(boot_info->initThreadCNodeSizeBits)

static word_t configure(word_t tcb, word_t cspace, word_t data, word_t vspace, word_t buffer, word_t frame)
{
    return tcb_configure(tcb, cspace, data, vspace, buffer, frame);
}

/* ---- Configure, SetSpace, SetIPCBuffer ------------------------------------------------------------------------------- */

TEST(tcb_config, configure_checks_the_buffer_first)
{
    word_t tcb = tcb_new(), frame = frame_new(), size = (word_t)1 << seL4_IPCBufferSizeBits;
    EXPECT_IO(configure(tcb, 0, 0, 0, size, ROOT_TCB));
    EXPECT_IO(configure(tcb, 0, 0, 0, size, 0));
    EXPECT_AE(configure(tcb, 0, 0, 0, size + 8, frame));
    EXPECT_AE(configure(tcb, 0, 0, 0, size / 2, frame));
    EXPECT_OK(configure(tcb, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE, size, frame));
}

TEST(tcb_config, device_frame_is_no_ipc_buffer)
{
    word_t tcb = tcb_new(), frame = device_frame(0x20000000, 12);
    EXPECT(frame != 0);
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE, PAGE_SIZE, frame));
    EXPECT_IO(tcb_set_ipc_buffer(tcb, PAGE_SIZE, frame));
    EXPECT_IO(tcb_set_ipc_buffer(tcb, PAGE_SIZE + 1, frame)); /* before the alignment */
}

TEST(tcb_config, cspace_must_be_a_cnode_with_a_valid_guard)
{
    word_t tcb = tcb_new();
    EXPECT_IO(configure(tcb, 0, 0, ROOT_VSPACE, 0, 0));
    EXPECT_IO(configure(tcb, ROOT_TCB, 0, ROOT_VSPACE, 0, 0));
    EXPECT_IO(configure(tcb, ROOT_CNODE, cnode_data(0, WORD_BITS - 1), ROOT_VSPACE, 0, 0));
    EXPECT_IO(tcb_set_space(tcb, 0, 0, 0, ROOT_VSPACE));
    EXPECT_IO(tcb_set_space(tcb, 0, ROOT_CNODE, cnode_data(0, WORD_BITS - 1), ROOT_VSPACE));
    EXPECT_OK(tcb_set_space(tcb, 0, ROOT_CNODE, 0, ROOT_VSPACE));
}

TEST(tcb_config, vspace_must_be_an_assigned_page_table)
{
    word_t tcb = tcb_new(), table = table_new();
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, 0, 0, 0));
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, frame_new(), 0, 0));
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, table, 0, 0));
    EXPECT_IO(tcb_set_space(tcb, 0, ROOT_CNODE, ROOT_DATA, table));
    EXPECT_OK(asid_assign(seL4_CapInitThreadASIDPool, table));
    EXPECT_OK(configure(tcb, ROOT_CNODE, ROOT_DATA, table, 0, 0));
}

TEST(tcb_config, fault_endpoint_needs_write_and_a_grant_right)
{
    word_t tcb = tcb_new(), e = endpoint_new();
    EXPECT_IC(tcb_set_space(tcb, ROOT_TCB, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE), 1);
    EXPECT_IC(tcb_set_space(tcb, notification_new(), ROOT_CNODE, ROOT_DATA, ROOT_VSPACE), 1);
    EXPECT_IC(tcb_set_space(tcb, copy_new(e, RIGHT_WRITE), ROOT_CNODE, ROOT_DATA, ROOT_VSPACE), 1);
    EXPECT_IC(tcb_set_space(tcb, copy_new(e, ALL_RIGHTS & ~RIGHT_WRITE), ROOT_CNODE, ROOT_DATA, ROOT_VSPACE), 1);
    EXPECT_OK(tcb_set_space(tcb, copy_new(e, RIGHT_WRITE | RIGHT_GRANT), ROOT_CNODE, ROOT_DATA, ROOT_VSPACE));
    EXPECT_OK(tcb_set_space(tcb, copy_new(e, RIGHT_WRITE | RIGHT_GRANT_REPLY), ROOT_CNODE, ROOT_DATA, ROOT_VSPACE));
    EXPECT_OK(tcb_set_space(tcb, 0, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE));
    EXPECT_IO(tcb_set_space(tcb, ROOT_TCB, 0, 0, ROOT_VSPACE)); /* spaces are checked before the endpoint */
}

TEST(tcb_config, timeout_endpoint_needs_write_and_a_grant_right)
{
    word_t tcb = tcb_new(), e = endpoint_new();
    EXPECT_IC(tcb_set_timeout_endpoint(tcb, ROOT_TCB), 1);
    EXPECT_IC(tcb_set_timeout_endpoint(tcb, copy_new(e, RIGHT_WRITE | RIGHT_READ)), 1);
    EXPECT_OK(tcb_set_timeout_endpoint(tcb, e));
    EXPECT_OK(tcb_set_timeout_endpoint(tcb, 0));
}

TEST(tcb_config, configure_keeps_the_fault_endpoint)
{
    word_t faults = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_WAIT, 0, 0, 0, 0, 0);
    thread_set_fault_ep(t, faults);
    EXPECT_OK(configure(t->tcb, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE, (word_t)t->buffer, t->buffer_frame));
    thread_start(t);
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_CapFault);
}

TEST(tcb_config, cspace_data_0_keeps_the_guard)
{
    /* The thread resolves slot 3 of a 16-slot CNode with a guard of word size minus 4. */
    word_t c = cnode_new(4), m = mint_new(c, ALL_RIGHTS, PLAIN_GUARD(4)), n = notification_new();
    EXPECT_OK(invoke(c, CNodeMint, LIST(ROOT_CNODE), LIST(3, 4, n, WORD_BITS, ALL_RIGHTS, 0x55)));
    struct thread *t = thread_for_syscall(SYS_SEND, 3, 0, 0, 0, 0);
    EXPECT_OK(tcb_set_space(t->tcb, endpoint_new(), m, 0, ROOT_VSPACE));
    thread_start(t);
    EXPECT_EQ(ipc_poll(n), 0x55);
}

TEST(tcb_config, space_with_long_deletion_cannot_be_replaced)
{
    word_t tcb = tcb_new(), c = cnode_new(4);
    EXPECT_OK(tcb_set_space(tcb, 0, c, 0, ROOT_VSPACE));
    EXPECT_OK(cnode_delete(c)); /* the TCB holds the last capability of the CNode now */
    EXPECT_IO(tcb_set_space(tcb, 0, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE));
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE, 0, 0));
}

TEST(tcb_config, failed_set_ipc_buffer_keeps_the_old_one)
{
    struct thread *t = thread_for_syscall(SYS_CALL, ROOT_CNODE, INFO(CNodeDelete, 0, 2), 0, 0, 0);
    EXPECT_AE(tcb_set_ipc_buffer(t->tcb, 4, t->buffer_frame));
    EXPECT_IO(tcb_set_ipc_buffer(t->tcb, PAGE_SIZE, ROOT_TCB));
    thread_start(t); /* five words of error detail need a buffer */
    EXPECT_ERROR_INFO(t->seen[2], seL4_FailedLookup, 5);
}

TEST(tcb_config, thread_without_buffer_cannot_install_its_own)
{
    struct thread *t = thread_for_syscall(SYS_CALL, ROOT_TCB, INFO(TCBSetIPCBuffer, 1, 1), 0, 0, ROOT_TCB);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, 0, 0));
    thread_start(t);
    EXPECT_EQ(t->seen[2], INFO(seL4_TruncatedMessage, 0, 0));
}

TEST(tcb_config, ipc_buffer_frame_need_not_be_mapped)
{
    /* The kernel uses the frame itself: a buffer at an address that is mapped nowhere works. */
    word_t frame = frame_new(), e = endpoint_new();
    word_t offset = (word_t)1 << seL4_IPCBufferSizeBits;
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, 3, 0));
    ((volatile word_t *)(TEST_VADDR + offset))[1 + 5] = 0x5678; /* message register 5 */
    struct thread *t = thread_for_syscall(SYS_SEND, e, INFO(1, 0, 6), 0, 0, 0);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, FAR_VADDR + offset, frame));
    thread_start(t);
    ipc_recv(e, reply_new());
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 6);
    EXPECT_EQ(got_mr(0), 11);
    EXPECT_EQ(got_mr(5), 0x5678);
}

/* ---- priorities -------------------------------------------------------------------------------------------------------- */

TEST(tcb_config, authority_must_be_a_tcb)
{
    word_t tcb = tcb_new();
    EXPECT_IC(tcb_set_priority(tcb, ROOT_CNODE, 1), 1);
    EXPECT_IC(tcb_set_mcp(tcb, 0, 1), 1);
    EXPECT_IC(tcb_set_sched_params(tcb, ROOT_CNODE, 1, 1, 0, 0), 1);
    EXPECT_IC(tcb_set_priority(tcb, ROOT_CNODE, WORD_MAX), 1); /* before the range */
}

TEST(tcb_config, priorities_are_bounded_by_the_authority_mcp)
{
    word_t tcb = tcb_new(), authority = tcb_new();
    EXPECT_OK(tcb_set_mcp(authority, ROOT_TCB, 100));
    EXPECT_RE(tcb_set_priority(tcb, authority, 101), 0, 100);
    EXPECT_RE(tcb_set_mcp(tcb, authority, 101), 0, 100);
    EXPECT_RE(tcb_set_sched_params(tcb, authority, 101, 1, 0, 0), 0, 100);
    EXPECT_RE(tcb_set_sched_params(tcb, authority, 1, 101, 0, 0), 0, 100);
    EXPECT_OK(tcb_set_priority(tcb, authority, 100));
    EXPECT_OK(tcb_set_mcp(tcb, authority, 100));
    EXPECT_OK(tcb_set_sched_params(tcb, authority, 100, 100, 0, 0));
    EXPECT_RE(tcb_set_priority(tcb, ROOT_TCB, 256), 0, 255);
    EXPECT_RE(tcb_set_priority(tcb, ROOT_TCB, WORD_MAX), 0, 255);
}

TEST(tcb_config, new_thread_has_mcp_0)
{
    word_t tcb = tcb_new();
    EXPECT_RE(tcb_set_priority(tcb, tcb, 1), 0, 0);
    EXPECT_OK(tcb_set_priority(tcb, tcb, 0));
}

TEST(tcb_config, lowering_the_mcp_keeps_the_priority)
{
    static volatile word_t counter;
    counter = 0;
    struct thread *t = thread_new(count_for_ever, (word_t)&counter, TEST_PRIORITY - 1);
    EXPECT_OK(tcb_set_mcp(ROOT_TCB, ROOT_TCB, 10));
    EXPECT_RE(tcb_set_priority(ROOT_TCB, ROOT_TCB, 11), 0, 10);
    thread_start(t);
    spin_us(50);
    EXPECT_EQ(counter, 0);
}

TEST(tcb_config, sched_params_sc_argument)
{
    struct thread *t = thread_new(count_for_ever, 0, 1), *u = thread_new(count_for_ever, 0, 1);
    EXPECT_IC(tcb_set_sched_params(t->tcb, ROOT_TCB, 1, 1, ROOT_TCB, 0), 2);
    EXPECT_IO(tcb_set_sched_params(t->tcb, ROOT_TCB, 1, 1, u->sc, 0)); /* t has another one */
    word_t tcb = tcb_new();
    EXPECT_IO(tcb_set_sched_params(tcb, ROOT_TCB, 1, 1, u->sc, 0)); /* u->sc has another thread */
    EXPECT_IO(tcb_set_sched_params(ROOT_TCB, ROOT_TCB, 255, TEST_PRIORITY, 0, 0)); /* unbind oneself */
    EXPECT_OK(tcb_set_sched_params(t->tcb, ROOT_TCB, 1, 1, t->sc, 0));
    EXPECT_OK(tcb_set_sched_params(t->tcb, ROOT_TCB, 1, 1, 0, 0));
    EXPECT_IO(sc_unbind_object(t->sc, t->tcb)); /* gone already */
    EXPECT_OK(tcb_set_sched_params(tcb, ROOT_TCB, 1, 1, t->sc, 0));
    EXPECT_OK(sc_unbind_object(t->sc, tcb));
}

TEST(tcb_config, sched_params_fault_endpoint_is_the_third_capability)
{
    word_t tcb = tcb_new();
    EXPECT_IC(tcb_set_sched_params(tcb, ROOT_TCB, 1, 1, 0, ROOT_TCB), 3);
    EXPECT_IC(tcb_set_sched_params(tcb, ROOT_TCB, 1, 1, 0, copy_new(endpoint_new(), RIGHT_WRITE)), 3);
    EXPECT_IC(tcb_set_sched_params(tcb, ROOT_TCB, 1, 1, ROOT_TCB, ROOT_TCB), 2);
}

TEST(tcb_config, sched_params_install_the_fault_endpoint)
{
    word_t faults = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_WAIT, 0, 0, 0, 0, 0);
    EXPECT_OK(tcb_set_sched_params(t->tcb, ROOT_TCB, 255, TEST_PRIORITY + 1, t->sc, mint_new(faults, ALL_RIGHTS, 0x66)));
    thread_start(t);
    ipc_recv(faults, reply_new());
    EXPECT_EQ(self()->out.cap, 0x66);
}
