/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 6: thread control blocks - registers, configuration, state, priorities.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

#define ROOT_DATA PLAIN_GUARD(boot_info->initThreadCNodeSizeBits)
enum { REG_PC, REG_RA, REG_SP, REG_GP, REG_S0, REG_S11 = 15, REG_A0, REG_A7 = 23, REG_T0, REG_T6 = 30, REG_TP };

static word_t configure(word_t tcb, word_t cspace, word_t data, word_t vspace, word_t buffer, word_t frame)
{
    return tcb_configure(tcb, cspace, data, vspace, buffer, frame);
}

/* ---- registers ---------------------------------------------------------------------------------------------------- */

TEST(tcb, read_registers_count_is_1_to_32)
{
    word_t tcb = tcb_new();
    EXPECT_RE(tcb_read_registers(tcb, 0, 0), 1, 32);
    EXPECT_RE(tcb_read_registers(tcb, 0, 33), 1, 32);
    EXPECT_RE(tcb_read_registers(tcb, 0, WORD_MAX), 1, 32);
    for (word_t n = 1; n <= 32; n++) {
        EXPECT_OK(tcb_read_registers(tcb, 0, n));
        EXPECT_EQ(INFO_LENGTH(self()->out.info), n);
    }
}

TEST(tcb, own_registers_are_refused)
{
    EXPECT_IO(tcb_read_registers(ROOT_TCB, 0, 1));
    EXPECT_IO(tcb_write_pc(ROOT_TCB, 0, 0));
    EXPECT_RE(tcb_read_registers(ROOT_TCB, 0, 0), 1, 32); /* the count is checked first */
    EXPECT_TM(tcb_write_registers(ROOT_TCB, 0, 2, LIST(0)));
}

TEST(tcb, write_registers_count_must_fit_the_message)
{
    word_t tcb = tcb_new();
    EXPECT_TM(tcb_write_registers(tcb, 0, 2, LIST(1)));
    EXPECT_TM(tcb_write_registers(tcb, 0, 32, LIST(1, 2, 3)));
    EXPECT_OK(tcb_write_registers(tcb, 0, 0, NONE));
    EXPECT_OK(tcb_write_registers(tcb, 0, 1, LIST(1, 2, 3)));
    EXPECT_OK(tcb_read_registers(tcb, 0, 3));
    EXPECT_EQ(got_mr(0), 1);
    EXPECT_EQ(got_mr(1), 0); /* beyond the count: untouched */
}

TEST(tcb, write_registers_accepts_more_than_32)
{
    word_t tcb = tcb_new(), mrs[36] = {0, 34};
    for (word_t i = 0; i < 34; i++) mrs[2 + i] = 0x1000 + i * 8;
    EXPECT_OK(invoke(tcb, TCBWriteRegisters, NONE, (struct list){36, mrs}));
    EXPECT_OK(tcb_read_registers(tcb, 0, 32));
    for (unsigned i = 0; i < 32; i++) EXPECT_EQ(got_mr(i), 0x1000 + i * 8);
}

TEST(tcb, registers_arrive_where_they_belong)
{
    static struct register_file dump;
    word_t faults = endpoint_new(), regs[32];
    /* Order of seL4_UserContext as x-register numbers; index 0 is the pc. */
    static const uint8_t x[32] = {0, 1, 2, 3, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                                  10, 11, 12, 13, 14, 15, 16, 17, 5, 6, 7, 28, 29, 30, 31, 4};
    struct thread *t = thread_new(dump_registers, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, faults);
    for (unsigned i = 0; i < 32; i++) regs[i] = 0x40000 + i * 0x1111;
    regs[REG_PC] = (word_t)dump_registers;
    regs[REG_SP] = (word_t)&dump;
    EXPECT_OK(tcb_write_registers(t->tcb, 1, 32, (struct list){32, regs}));
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_UserException);
    for (unsigned i = 1; i < 32; i++) EXPECT_EQ(dump.out[x[i]], regs[i]);
    EXPECT_OK(tcb_read_registers(t->tcb, 0, 32));
    EXPECT_EQ(got_mr(0), (word_t)dump_registers_end);
    for (unsigned i = 1; i < 32; i++) EXPECT_EQ(got_mr(i), regs[i]);
}

TEST(tcb, arch_flags_are_ignored)
{
    word_t tcb = tcb_new();
    EXPECT_OK(tcb_write_registers(tcb, 0xff00, 1, LIST(0x1234)));
    EXPECT_OK(tcb_read_registers(tcb, 0xff00, 1));
    EXPECT_EQ(got_mr(0), 0x1234);
}

TEST(tcb, copy_registers_needs_a_tcb)
{
    word_t tcb = tcb_new();
    EXPECT_IC(invoke(tcb, TCBCopyRegisters, LIST(ROOT_CNODE), LIST(0)), 1);
    EXPECT_IC(invoke(tcb, TCBCopyRegisters, LIST(0), LIST(0)), 1);
}

TEST(tcb, copy_registers_by_subset)
{
    word_t source = tcb_new(), regs[32];
    for (unsigned i = 0; i < 32; i++) regs[i] = 0x100 + i;
    EXPECT_OK(tcb_write_registers(source, 0, 32, (struct list){32, regs}));
    for (word_t subset = 0; subset < 4; subset++) {
        word_t dest = tcb_new();
        EXPECT_OK(invoke(dest, TCBCopyRegisters, LIST(source), LIST(subset << 2)));
        EXPECT_OK(tcb_read_registers(dest, 0, 32));
        for (unsigned i = 0; i < 16; i++) EXPECT_EQ(got_mr(i), subset & 1 ? regs[i] : 0);
        for (unsigned i = 16; i < 32; i++) EXPECT_EQ(got_mr(i), subset & 2 ? regs[i] : 0);
    }
}

TEST(tcb, copy_registers_suspends_and_resumes)
{
    static volatile word_t counters[2];
    counters[0] = counters[1] = 0;
    struct thread *a = thread_new(count_for_ever, (word_t)&counters[0], TEST_PRIORITY);
    struct thread *b = thread_new(count_for_ever, (word_t)&counters[1], TEST_PRIORITY);
    thread_start(a);
    EXPECT_OK(invoke(b->tcb, TCBCopyRegisters, LIST(a->tcb), LIST(3)));
    EXPECT_OK(tcb_set_priority(b->tcb, ROOT_TCB, 1));
    sys_yield(); /* only a could have run at this priority */
    EXPECT_EQ(counters[0], 0);
    sleep_us(200);
    EXPECT(counters[1] > 0);
}

TEST(tcb, read_registers_can_suspend)
{
    static volatile word_t counter;
    counter = 0;
    struct thread *t = thread_new(count_for_ever, (word_t)&counter, 10);
    thread_start(t);
    sleep_us(100);
    EXPECT(counter > 0);
    EXPECT_OK(tcb_read_registers(t->tcb, 1, 1));
    word_t before = counter;
    sleep_us(100);
    EXPECT_EQ(counter, before);
}

TEST(tcb, pc_of_a_blocked_thread_is_its_ecall)
{
    static struct register_file f;
    word_t n = notification_new();
    f.in[10] = n;
    f.in[17] = (word_t)SYS_WAIT;
    struct thread *t = thread_new(ecall_with, (word_t)&f, TEST_PRIORITY + 1);
    thread_start(t);
    EXPECT_EQ(thread_pc(t), (word_t)ecall_with_site);
    ipc_signal(n);
    EXPECT_EQ(f.out[10], 0);
}

TEST(tcb, blocked_call_can_be_skipped_by_moving_the_pc)
{
    static struct register_file f;
    f = (struct register_file){0};
    f.in[10] = notification_new();
    f.in[17] = (word_t)SYS_WAIT;
    struct thread *t = thread_new(ecall_with, (word_t)&f, TEST_PRIORITY + 1);
    thread_start(t);
    EXPECT_EQ(f.out[17], 0);
    EXPECT_OK(tcb_write_pc(t->tcb, 1, thread_pc(t) + 4));
    EXPECT_EQ(f.out[17], (word_t)SYS_WAIT); /* it went on behind the ecall, a0 unchanged */
    EXPECT_EQ(f.out[10], f.in[10]);
}

/* ---- Configure, SetSpace, SetIPCBuffer ------------------------------------------------------------------------------- */

TEST(tcb, configure_checks_the_buffer_first)
{
    word_t tcb = tcb_new(), frame = frame_new(), size = (word_t)1 << seL4_IPCBufferSizeBits;
    EXPECT_IO(configure(tcb, 0, 0, 0, size, ROOT_TCB));
    EXPECT_IO(configure(tcb, 0, 0, 0, size, 0));
    EXPECT_AE(configure(tcb, 0, 0, 0, size + 8, frame));
    EXPECT_AE(configure(tcb, 0, 0, 0, size / 2, frame));
    EXPECT_OK(configure(tcb, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE, size, frame));
}

TEST(tcb, device_frame_is_no_ipc_buffer)
{
    word_t tcb = tcb_new(), frame = device_frame(0x20000000, 12);
    EXPECT(frame != 0);
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE, PAGE_SIZE, frame));
    EXPECT_IO(tcb_set_ipc_buffer(tcb, PAGE_SIZE, frame));
    EXPECT_IO(tcb_set_ipc_buffer(tcb, PAGE_SIZE + 1, frame)); /* before the alignment */
}

TEST(tcb, cspace_must_be_a_cnode_with_a_valid_guard)
{
    word_t tcb = tcb_new();
    EXPECT_IO(configure(tcb, 0, 0, ROOT_VSPACE, 0, 0));
    EXPECT_IO(configure(tcb, ROOT_TCB, 0, ROOT_VSPACE, 0, 0));
    EXPECT_IO(configure(tcb, ROOT_CNODE, cnode_data(0, WORD_BITS - 1), ROOT_VSPACE, 0, 0));
    EXPECT_IO(tcb_set_space(tcb, 0, 0, 0, ROOT_VSPACE));
    EXPECT_IO(tcb_set_space(tcb, 0, ROOT_CNODE, cnode_data(0, WORD_BITS - 1), ROOT_VSPACE));
    EXPECT_OK(tcb_set_space(tcb, 0, ROOT_CNODE, 0, ROOT_VSPACE));
}

TEST(tcb, vspace_must_be_an_assigned_page_table)
{
    word_t tcb = tcb_new(), table = table_new();
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, 0, 0, 0));
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, frame_new(), 0, 0));
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, table, 0, 0));
    EXPECT_IO(tcb_set_space(tcb, 0, ROOT_CNODE, ROOT_DATA, table));
    EXPECT_OK(asid_assign(seL4_CapInitThreadASIDPool, table));
    EXPECT_OK(configure(tcb, ROOT_CNODE, ROOT_DATA, table, 0, 0));
}

TEST(tcb, fault_endpoint_needs_write_and_a_grant_right)
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

TEST(tcb, timeout_endpoint_needs_write_and_a_grant_right)
{
    word_t tcb = tcb_new(), e = endpoint_new();
    EXPECT_IC(tcb_set_timeout_endpoint(tcb, ROOT_TCB), 1);
    EXPECT_IC(tcb_set_timeout_endpoint(tcb, copy_new(e, RIGHT_WRITE | RIGHT_READ)), 1);
    EXPECT_OK(tcb_set_timeout_endpoint(tcb, e));
    EXPECT_OK(tcb_set_timeout_endpoint(tcb, 0));
}

TEST(tcb, configure_keeps_the_fault_endpoint)
{
    word_t faults = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_WAIT, 0, 0, 0, 0, 0);
    thread_set_fault_ep(t, faults);
    EXPECT_OK(configure(t->tcb, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE, (word_t)t->buffer, t->buffer_frame));
    thread_start(t);
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_CapFault);
}

TEST(tcb, cspace_data_0_keeps_the_guard)
{
    /* The thread resolves slot 3 of a 16-slot CNode with a guard of word size minus 4. */
    word_t c = cnode_new(4), m = mint_new(c, ALL_RIGHTS, PLAIN_GUARD(4)), n = notification_new();
    EXPECT_OK(invoke(c, CNodeMint, LIST(ROOT_CNODE), LIST(3, 4, n, WORD_BITS, ALL_RIGHTS, 0x55)));
    struct thread *t = thread_for_syscall(SYS_SEND, 3, 0, 0, 0, 0);
    EXPECT_OK(tcb_set_space(t->tcb, endpoint_new(), m, 0, ROOT_VSPACE));
    thread_start(t);
    EXPECT_EQ(ipc_poll(n), 0x55);
}

TEST(tcb, space_with_long_deletion_cannot_be_replaced)
{
    word_t tcb = tcb_new(), c = cnode_new(4);
    EXPECT_OK(tcb_set_space(tcb, 0, c, 0, ROOT_VSPACE));
    EXPECT_OK(cnode_delete(c)); /* the TCB holds the last capability of the CNode now */
    EXPECT_IO(tcb_set_space(tcb, 0, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE));
    EXPECT_IO(configure(tcb, ROOT_CNODE, ROOT_DATA, ROOT_VSPACE, 0, 0));
}

TEST(tcb, failed_set_ipc_buffer_keeps_the_old_one)
{
    struct thread *t = thread_for_syscall(SYS_CALL, ROOT_CNODE, INFO(CNodeDelete, 0, 2), 0, 0, 0);
    EXPECT_AE(tcb_set_ipc_buffer(t->tcb, 4, t->buffer_frame));
    EXPECT_IO(tcb_set_ipc_buffer(t->tcb, PAGE_SIZE, ROOT_TCB));
    thread_start(t); /* five words of error detail need a buffer */
    EXPECT_EQ(t->seen[2], INFO(seL4_FailedLookup, 0, 5));
}

TEST(tcb, thread_without_buffer_cannot_install_its_own)
{
    struct thread *t = thread_for_syscall(SYS_CALL, ROOT_TCB, INFO(TCBSetIPCBuffer, 1, 1), 0, 0, ROOT_TCB);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, 0, 0));
    thread_start(t);
    EXPECT_EQ(t->seen[2], INFO(seL4_TruncatedMessage, 0, 0));
}

TEST(tcb, ipc_buffer_frame_need_not_be_mapped)
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

TEST(tcb, authority_must_be_a_tcb)
{
    word_t tcb = tcb_new();
    EXPECT_IC(tcb_set_priority(tcb, ROOT_CNODE, 1), 1);
    EXPECT_IC(tcb_set_mcp(tcb, 0, 1), 1);
    EXPECT_IC(tcb_set_sched_params(tcb, ROOT_CNODE, 1, 1, 0, 0), 1);
    EXPECT_IC(tcb_set_priority(tcb, ROOT_CNODE, WORD_MAX), 1); /* before the range */
}

TEST(tcb, priorities_are_bounded_by_the_authority_mcp)
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

TEST(tcb, new_thread_has_mcp_0)
{
    word_t tcb = tcb_new();
    EXPECT_RE(tcb_set_priority(tcb, tcb, 1), 0, 0);
    EXPECT_OK(tcb_set_priority(tcb, tcb, 0));
}

TEST(tcb, lowering_the_mcp_keeps_the_priority)
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

TEST(tcb, sched_params_sc_argument)
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

TEST(tcb, sched_params_fault_endpoint_is_the_third_capability)
{
    word_t tcb = tcb_new();
    EXPECT_IC(tcb_set_sched_params(tcb, ROOT_TCB, 1, 1, 0, ROOT_TCB), 3);
    EXPECT_IC(tcb_set_sched_params(tcb, ROOT_TCB, 1, 1, 0, copy_new(endpoint_new(), RIGHT_WRITE)), 3);
    EXPECT_IC(tcb_set_sched_params(tcb, ROOT_TCB, 1, 1, ROOT_TCB, ROOT_TCB), 2);
}

TEST(tcb, sched_params_install_the_fault_endpoint)
{
    word_t faults = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_WAIT, 0, 0, 0, 0, 0);
    EXPECT_OK(tcb_set_sched_params(t->tcb, ROOT_TCB, 255, TEST_PRIORITY + 1, t->sc, mint_new(faults, ALL_RIGHTS, 0x66)));
    thread_start(t);
    ipc_recv(faults, reply_new());
    EXPECT_EQ(self()->out.cap, 0x66);
}

/* ---- state --------------------------------------------------------------------------------------------------------------- */

TEST(tcb, resume_of_oneself_has_no_effect)
{
    EXPECT_OK(tcb_resume(ROOT_TCB));
}

static void suspend_self(word_t unused)
{
    (void)unused;
    self()->progress = 1;
    sys(SYS_CALL, self()->tcb, INFO(TCBSuspend, 0, 0), NONE, 0, 0);
    self()->progress = 2;
    thread_stop();
}

TEST(tcb, self_suspend_is_repeated_after_resume)
{
    struct thread *t = thread_new(suspend_self, 0, TEST_PRIORITY + 1);
    thread_start(t);
    EXPECT_EQ(t->progress, 1);
    word_t pc = thread_pc(t);
    thread_start(t);
    EXPECT_EQ(t->progress, 1);
    EXPECT_EQ(thread_pc(t), pc);
    EXPECT_OK(tcb_write_pc(t->tcb, 1, pc + 4));
    EXPECT_EQ(t->progress, 2);
}

TEST(tcb, resume_re_executes_a_blocked_receive)
{
    word_t e = endpoint_new();
    struct thread *t = thread_with_syscall(0, SYS_RECV, e, 0, reply_new(), 0, 0);
    word_t pc = thread_pc(t);
    thread_start(t);
    EXPECT_EQ(thread_pc(t), pc);
    ipc_nbsend(e, INFO(1, 0, 0), NONE);
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(INFO_LABEL(t->seen[2]), 1);
}

TEST(tcb, resume_sends_a_call_again)
{
    word_t e = endpoint_new(), reply = reply_new();
    struct thread *t = thread_with_syscall(0, SYS_CALL, e, INFO(7, 0, 1), 0, 0, 0);
    ipc_recv(e, reply);
    thread_start(t); /* was waiting for the reply */
    ipc_recv(e, reply_new());
    EXPECT_EQ(INFO_LABEL(self()->out.info), 7);
    EXPECT_EQ(got_mr(0), 11);
}

TEST(tcb, suspended_sender_leaves_the_queue)
{
    word_t e = endpoint_new();
    struct thread *t = thread_with_syscall(0, SYS_SEND, e, INFO(1, 0, 0), 0, 0, 0);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_EQ(ipc_nbrecv(e, reply_new()), 0);
    EXPECT_EQ(INFO_LABEL(self()->out.info), 0);
    thread_start(t);
    ipc_nbrecv(e, reply_new());
    EXPECT_EQ(INFO_LABEL(self()->out.info), 1);
}

TEST(tcb, suspended_caller_makes_the_reply_a_no_op)
{
    word_t e = endpoint_new(), reply = reply_new();
    struct thread *t = thread_with_syscall(0, SYS_CALL, e, INFO(1, 0, 0), 0, 0, 0);
    ipc_recv(e, reply);
    EXPECT_OK(tcb_suspend(t->tcb));
    ipc_send(reply, INFO(2, 0, 0), NONE);
    settle();
    EXPECT_EQ(t->seen[0], 0);
}

TEST(tcb, suspend_forgets_a_pending_fault)
{
    word_t faults = endpoint_new();
    struct thread *t = thread_with_syscall(faults, SYS_WAIT, 0, 0, 0, 0, 0);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_EQ(ipc_nbrecv(faults, reply_new()), 0);
    EXPECT_OK(tcb_write_pc(t->tcb, 1, thread_pc(t) + 4));
    EXPECT_EQ(t->seen[0], 1);
}

TEST(tcb, thread_without_scheduling_context_does_not_run)
{
    struct thread *t = thread_new_passive(suspend_self, 0, TEST_PRIORITY + 1);
    thread_start(t);
    settle();
    EXPECT_EQ(t->progress, 0);
    word_t sc = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    EXPECT_OK(sc_bind(sc, t->tcb)); /* resumed already: runs at once */
    EXPECT_EQ(t->progress, 1);
}

/* ---- others ----------------------------------------------------------------------------------------------------------- */

TEST(tcb, bind_notification_checks)
{
    word_t tcb = tcb_new(), n = notification_new(), m = notification_new();
    EXPECT_IO(tcb_bind_notification(tcb, ROOT_TCB));
    EXPECT_IO(tcb_bind_notification(tcb, 0));
    EXPECT_IO(tcb_bind_notification(tcb, copy_new(n, RIGHT_WRITE)));
    EXPECT_OK(tcb_bind_notification(tcb, n));
    EXPECT_IO(tcb_bind_notification(tcb, m));
    EXPECT_IO(tcb_bind_notification(tcb_new(), n));
    EXPECT_OK(tcb_unbind_notification(tcb));
    EXPECT_IO(tcb_unbind_notification(tcb));
    struct thread *t = thread_with_syscall(0, SYS_WAIT, m, 0, 0, 0, 0);
    EXPECT_IO(tcb_bind_notification(tcb, m)); /* has a waiter */
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_OK(tcb_bind_notification(tcb, m));
}

TEST(tcb, set_tls_base_writes_tp)
{
    word_t tcb = tcb_new();
    EXPECT_OK(tcb_set_tls_base(tcb, 0x12345678));
    EXPECT_OK(tcb_read_registers(tcb, 0, 32));
    EXPECT_EQ(got_mr(REG_TP), 0x12345678);
}

TEST(tcb, set_tls_base_of_oneself)
{
    static struct register_file f;
    for (unsigned i = 0; i < 32; i++) f.in[i] = i;
    f.in[10] = ROOT_TCB;
    f.in[11] = INFO(TCBSetTLSBase, 0, 1);
    f.in[12] = 0x1234560;
    f.in[17] = (word_t)SYS_CALL;
    ecall_with((word_t)&f); /* restores our own tp */
    EXPECT_EQ(f.out[4], 0x1234560);
    EXPECT_EQ(f.out[11], 0);
}

TEST(tcb, set_flags_returns_the_new_flags)
{
    word_t tcb = tcb_new();
#ifdef CONFIG_HAVE_FPU
    const word_t mask = 1;
#else
    const word_t mask = 0;
#endif
    EXPECT_OK(invoke(tcb, TCBSetFlags, NONE, LIST(0, 0)));
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 1);
    EXPECT_EQ(got_mr(0), 0);
    EXPECT_OK(invoke(tcb, TCBSetFlags, NONE, LIST(0, WORD_MAX)));
    EXPECT_EQ(got_mr(0), mask);
    EXPECT_OK(invoke(tcb, TCBSetFlags, NONE, LIST(1, 1))); /* clear, then set */
    EXPECT_EQ(got_mr(0), mask);
    EXPECT_OK(invoke(tcb, TCBSetFlags, NONE, LIST(1, 0)));
    EXPECT_EQ(got_mr(0), 0);
}
