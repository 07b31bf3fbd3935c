/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 6.1: which pc is read from a thread, and where a thread goes on whose pc was written or copied.
 */
#include "kit/kit.h"

enum { COPY_SUSPEND_SOURCE = 1, COPY_RESUME_TARGET = 2, COPY_FRAME = 4, COPY_INTEGER = 8 };

static struct register_file file;

/* A thread that makes one system call with all registers known. */
static struct thread *caller(long number, word_t a0, word_t info)
{
    file = (struct register_file){0};
    file.in[10] = a0;
    file.in[11] = info;
    file.in[17] = (word_t)number;
    return thread_new(ecall_with, (word_t)&file, TEST_PRIORITY);
}

static void yield_for_ever(word_t count)
{
    for (;;) {
        ++*(volatile word_t *)count;
        sys_yield();
    }
}

/* The system call is done, only the processor is missing: read is where it was made, continued where it ends. */
TEST(pc, of_a_thread_behind_its_system_call_is_still_the_ecall)
{
    struct thread *y = thread_new(yield_for_ever, (word_t)&file.in[0], TEST_PRIORITY);
    thread_start(y);
    sys_yield();
    word_t ecall = thread_pc(y); /* of Yield */
    EXPECT_OK(tcb_read_registers(y->tcb, 1, 1)); /* suspended */
    EXPECT_EQ(got_mr(0), ecall + 4);
    EXPECT_OK(tcb_read_registers(y->tcb, 0, 1));
    EXPECT_EQ(got_mr(0), ecall + 4);
}

TEST(pc, of_a_woken_receiver_is_its_ecall_until_it_is_suspended)
{
    word_t n = notification_new();
    struct thread *t = caller(SYS_WAIT, n, 0);
    thread_start(t);
    sys_yield(); /* it waits now */
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, 2));
    ipc_signal(n);
    EXPECT_EQ(thread_pc(t), (word_t)ecall_with_site);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_EQ(thread_pc(t), (word_t)ecall_with_site + 4);
    thread_start(t);
    settle();
    EXPECT_EQ(file.out[17], (word_t)SYS_WAIT);
    EXPECT_EQ(file.out[10], 0);
}

TEST(pc, of_a_preempted_thread_is_where_it_was_interrupted)
{
    static volatile word_t counter;
    counter = 0;
    struct thread *t = thread_new(count_for_ever, (word_t)&counter, 10);
    thread_start(t);
    sleep_us(100);
    word_t pc = thread_pc(t);
    EXPECT(pc - (word_t)count_for_ever < 32);
    word_t before = counter;
    EXPECT_OK(tcb_write_pc(t->tcb, 0, (word_t)count_for_ever)); /* while it is ready to run: goes on there */
    EXPECT_EQ(thread_pc(t), (word_t)count_for_ever);
    sleep_us(100);
    EXPECT(counter > before);
}

TEST(pc, written_while_blocked_takes_effect_on_resume_and_on_wake_up)
{
    word_t n = notification_new();
    struct thread *t = caller(SYS_WAIT, n, 0);
    thread_start(t);
    sys_yield();
    EXPECT_OK(tcb_write_pc(t->tcb, 0, (word_t)ecall_with_site + 4));
    EXPECT_EQ(thread_pc(t), (word_t)ecall_with_site + 4);
    ipc_signal(n); /* the wait it was blocked in still ends */
    settle();
    EXPECT_EQ(file.out[17], (word_t)SYS_WAIT);
    EXPECT_EQ(file.out[10], 0);
}

static void landed(word_t a0)
{
    self()->seen[0] = a0;
    self()->progress = 1;
    thread_stop();
}

/* CopyRegisters onto the caller: it goes on as the other thread, but for what the reply writes. */
TEST(pc, copied_onto_the_caller_takes_effect_at_once)
{
    word_t source = tcb_new();
    struct thread *t = caller(SYS_CALL, 0, INFO(TCBCopyRegisters, 1, 1));
    word_t regs[32] = {[0] = (word_t)landed, [2] = t->stack_top, [16] = 0x55, [31] = (word_t)t};
    EXPECT_OK(tcb_write_registers(source, 0, 32, (struct list){32, regs}));
    file.in[10] = t->tcb;
    file.in[12] = COPY_FRAME | COPY_INTEGER | COPY_RESUME_TARGET;
    t->buffer->caps_or_badges[0] = source;
    thread_start(t);
    settle();
    EXPECT_EQ(t->progress, 1);
    EXPECT_EQ(t->seen[0], 0);
}

TEST(pc, copied_from_the_caller_is_its_ecall)
{
    word_t dest = tcb_new();
    struct thread *t = caller(SYS_CALL, dest, INFO(TCBCopyRegisters, 1, 1));
    file.in[12] = COPY_FRAME | COPY_INTEGER;
    file.in[9] = 0x99;
    t->buffer->caps_or_badges[0] = t->tcb;
    thread_start(t);
    settle();
    EXPECT_EQ(file.out[11], 0);
    EXPECT_OK(tcb_read_registers(dest, 0, 32));
    EXPECT_EQ(got_mr(0), (word_t)ecall_with_site);
    EXPECT_EQ(got_mr(5), 0x99);                          /* s1 */
    EXPECT_EQ(got_mr(16), dest);                         /* a0 as in the call */
    EXPECT_EQ(got_mr(17), INFO(TCBCopyRegisters, 1, 1)); /* the reply comes later */
}

/* An operation that stops its caller is done again when the caller is resumed. */
TEST(pc, caller_that_suspends_itself_by_copying_repeats_the_call)
{
    word_t dest = tcb_new();
    struct thread *t = caller(SYS_CALL, dest, INFO(TCBCopyRegisters, 1, 1));
    file.in[12] = COPY_SUSPEND_SOURCE;
    t->buffer->caps_or_badges[0] = t->tcb;
    thread_start(t);
    settle();
    for (unsigned i = 0; i < 2; i++) {
        EXPECT_EQ(file.out[17], 0);
        EXPECT_EQ(thread_pc(t), (word_t)ecall_with_site);
        thread_start(t);
        settle();
    }
    EXPECT_OK(tcb_write_pc(t->tcb, 1, (word_t)ecall_with_site + 4));
    settle();
    EXPECT_EQ(file.out[17], (word_t)SYS_CALL);
}

TEST(pc, written_by_a_short_write_leaves_the_other_registers)
{
    word_t tcb = tcb_new(), regs[32];
    for (unsigned i = 0; i < 32; i++) regs[i] = 0x100 + i;
    EXPECT_OK(tcb_write_registers(tcb, 0, 32, (struct list){32, regs}));
    EXPECT_OK(tcb_write_registers(tcb, 0, 3, LIST(1, 2, 3)));
    EXPECT_OK(tcb_read_registers(tcb, 0, 32));
    for (unsigned i = 0; i < 32; i++) EXPECT_EQ(got_mr(i), i < 3 ? i + 1 : 0x100 + i);
    EXPECT_OK(tcb_read_registers(tcb, 0, 3));
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 3);
}
