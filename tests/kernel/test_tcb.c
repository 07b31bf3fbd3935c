/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 6: thread control blocks - registers, state, bound notifications, flags.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

enum { REG_PC, REG_RA, REG_SP, REG_GP, REG_S0, REG_S11 = 15, REG_A0, REG_A7 = 23, REG_T0, REG_T6 = 30, REG_TP };

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

TEST(tcb, write_registers_with_count_0_moves_nothing)
{
    word_t n = notification_new();
    struct thread *t = thread_for_syscall(SYS_WAIT, n, 0, 0, 0, 0);
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, TEST_PRIORITY - 1));
    thread_start(t);
    settle();
    ipc_signal(mint_new(n, ALL_RIGHTS, 5)); /* its Wait is over, but it has not run yet */
    EXPECT_OK(tcb_write_registers(t->tcb, 0, 0, NONE));
    settle();
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[1], 5);
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
