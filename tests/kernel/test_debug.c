/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 2.3: the debug system calls of debug kernels; in release kernels their numbers are unknown.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD

static word_t identify(word_t cap)
{
    return sys(SYS_DEBUG_CAP_IDENTIFY, cap, 0, NONE, 0, 0);
}

TEST(debug, cap_identify)
{
    word_t handler = slot_new();
    EXPECT_OK(irq_get(7, handler));
    EXPECT_EQ(identify(0), 0);
    EXPECT_EQ(identify(untyped_new(12)), 2);
    EXPECT_EQ(identify(endpoint_new()), 4);
    EXPECT_EQ(identify(notification_new()), 6);
    EXPECT_EQ(identify(reply_new()), 8);
    EXPECT_EQ(identify(cnode_new(4)), 10);
    EXPECT_EQ(identify(tcb_new()), 12);
    EXPECT_EQ(identify(seL4_CapIRQControl), 14);
    EXPECT_EQ(identify(handler), IS_64BIT ? 16 : 30);
    EXPECT_EQ(identify(seL4_CapDomain), IS_64BIT ? 20 : 62);
    EXPECT_EQ(identify(sc_new()), IS_64BIT ? 22 : 78);
    EXPECT_EQ(identify(SCHED_CONTROL), IS_64BIT ? 24 : 94);
    EXPECT_EQ(identify(frame_new()), 1);
    EXPECT_EQ(identify(table_new()), 3);
    EXPECT_EQ(identify(seL4_CapASIDControl), 11);
    EXPECT_EQ(identify(seL4_CapInitThreadASIDPool), 13);
    EXPECT_EQ(identify(WORD_MAX), 0); /* does not resolve */
}

TEST(debug, name_thread_and_cap_identify_preserve_registers)
{
    static struct register_file f;
    for (unsigned i = 0; i < 32; i++) f.in[i] = 0x600 + i;
    char *name = (char *)&self()->buffer->msg[0];
    for (unsigned i = 0; i < sizeof "root under test"; i++) name[i] = "root under test"[i];
    f.in[10] = ROOT_TCB;
    f.in[17] = (word_t)SYS_DEBUG_NAME_THREAD;
    ecall_with((word_t)&f);
    for (unsigned i = 11; i < 32; i++) EXPECT_EQ(f.out[i], f.in[i]);
    f.in[17] = (word_t)SYS_DEBUG_CAP_IDENTIFY;
    ecall_with((word_t)&f);
    for (unsigned i = 11; i < 32; i++) EXPECT_EQ(f.out[i], f.in[i]);
    EXPECT_EQ(f.out[10], 12);
}

/* What they print is for people; once is enough. */
TIMED_TEST(debug, dump_and_snapshot_preserve_registers)
{
    static const long numbers[] = {-13, -16};
    static struct register_file f;
    for (unsigned n = 0; n < ARRAY_LENGTH(numbers); n++) {
        for (unsigned i = 0; i < 32; i++) f.in[i] = 0x800 + i;
        f.in[17] = (word_t)numbers[n];
        ecall_with((word_t)&f);
        for (unsigned i = 3; i < 32; i++) EXPECT_EQ(f.out[i], f.in[i]);
    }
}

#endif

/* Numbers that this build does not have; those of other processors and of several cores no build has. */
TEST(debug, other_system_calls_are_unknown)
{
    static const long numbers[] = {
#ifndef CONFIG_PRINTING
        -12, -13,
#endif
#ifndef CONFIG_DEBUG_BUILD
        -14, -15, -16, -17, -28, -29,
#endif
#ifndef CONFIG_ENABLE_BENCHMARKS
        -21, -22, -23, -25,
#endif
#ifndef CONFIG_KERNEL_LOG_BUFFER
        -24,
#endif
#ifndef CONFIG_BENCHMARK_TRACK_UTILISATION
        -26, -27,
#endif
        -18, -19, -20, -30, -31, -32, -33, -34, 0, 1,
    };
    word_t ep = endpoint_new(), reply = reply_new();
    struct thread *t = thread_new(fault_syscall, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    for (unsigned i = 0; i < ARRAY_LENGTH(numbers); i++) {
        word_t regs[17] = {[0] = (word_t)fault_syscall, [2] = t->stack_top, [16] = (word_t)numbers[i]};
        EXPECT_OK(tcb_write_registers(t->tcb, 1, 17, (struct list){17, regs}));
        EXPECT_EQ(fault_recv(ep, reply), seL4_Fault_UnknownSyscall);
        EXPECT_EQ(got_mr(10), (word_t)numbers[i]);
        EXPECT_OK(tcb_suspend(t->tcb));
    }
}
