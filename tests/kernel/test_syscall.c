/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 2: system calls - which registers they touch, and what happens when a capability is not what it should be.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

enum { SP = 2, T0 = 5, A0 = 10, A1, A2, A3, A4, A5, A6, A7 };
#define BIT(n) (1u << (n))
#define BAD_CPTR ((word_t)1 << (WORD_BITS - 1)) /* wrong guard in the root CNode */

static struct register_file file;

static void fill(long number, word_t a0, word_t info)
{
    for (unsigned n = 0; n < 32; n++) file.in[n] = (word_t)0x51000000 + n * 0x10101;
    file.in[A7] = (word_t)number;
    file.in[A0] = a0;
    file.in[A1] = info;
}

/* Traps and checks that only the registers in CHANGED differ afterwards. */
static void trap_and_compare(unsigned changed)
{
    ecall_with((word_t)&file);
    EXPECT_EQ(file.out[SP], (word_t)&file);
    for (unsigned n = 1; n < 32; n++)
        if (n != SP && !(changed & BIT(n))) EXPECT_EQ(file.out[n], file.in[n]);
}

TEST(syscall, yield_preserves_all_registers)
{
    fill(SYS_YIELD, 1, 2);
    trap_and_compare(0);
}

TEST(syscall, send_to_notification_preserves_all_registers)
{
    fill(SYS_SEND, notification_new(), 0);
    trap_and_compare(0);
}

TEST(syscall, nbsend_without_receiver_preserves_all_registers)
{
    fill(SYS_NBSEND, endpoint_new(), INFO(5, 0, 4));
    trap_and_compare(0);
}

TEST(syscall, send_to_null_capability_is_silent)
{
    fill(SYS_SEND, 0, INFO(5, 0, 4));
    trap_and_compare(0);
}

TEST(syscall, nbsend_to_unresolvable_cptr_is_silent)
{
    fill(SYS_NBSEND, BAD_CPTR, INFO(5, 0, 4));
    trap_and_compare(0);
}

TEST(syscall, send_to_kernel_object_executes_without_result)
{
    word_t slot = copy_new(ROOT_TCB, ALL_RIGHTS);
    fill(SYS_SEND, ROOT_CNODE, INFO(CNodeDelete, 0, 2));
    file.in[A2] = slot;
    file.in[A3] = WORD_BITS;
    trap_and_compare(0);
    EXPECT(slot_is_empty(slot));
}

TEST(syscall, failing_send_to_kernel_object_is_silent)
{
    fill(SYS_SEND, ROOT_CNODE, INFO(0, 0, 0));
    trap_and_compare(0);
    fill(SYS_NBSEND, ROOT_TCB, INFO(UntypedRetype, 0, 0));
    trap_and_compare(0);
}

TEST(syscall, call_success_returns_zero_badge_and_info)
{
    fill(SYS_CALL, ROOT_TCB, INFO(TCBResume, 0, 0));
    trap_and_compare(BIT(A0) | BIT(A1));
    EXPECT_EQ(file.out[A0], 0);
    EXPECT_EQ(file.out[A1], 0);
}

TEST(syscall, call_error_without_details_keeps_mrs)
{
    fill(SYS_CALL, ROOT_CNODE, INFO(0, 0, 0));
    trap_and_compare(BIT(A0) | BIT(A1));
    EXPECT_EQ(file.out[A0], 0);
    EXPECT_ERROR_INFO(file.out[A1], seL4_IllegalOperation, 0);
}

TEST(syscall, call_error_overwrites_listed_mrs_only)
{
    fill(SYS_CALL, 0, INFO(7, 0, 4)); /* the null capability: IC(0), one register */
    trap_and_compare(BIT(A0) | BIT(A1) | BIT(A2));
    EXPECT_ERROR_INFO(file.out[A1], seL4_InvalidCapability, 1);
    EXPECT_EQ(file.out[A2], 0);
    fill(SYS_CALL, ROOT_TCB, INFO(TCBReadRegisters, 0, 2)); /* count 0: RE(1, 32), two registers */
    file.in[A2] = 0;
    file.in[A3] = 0;
    trap_and_compare(BIT(A0) | BIT(A1) | BIT(A2) | BIT(A3));
    EXPECT_ERROR_INFO(file.out[A1], seL4_RangeError, 2);
    EXPECT_EQ(file.out[A2], 1);
    EXPECT_EQ(file.out[A3], 32);
}

TEST(syscall, call_to_null_capability_is_invalid_capability)
{
    EXPECT_IC(invoke(0, 1, NONE, NONE), 0);
    EXPECT_IC(invoke(slot_new(), 1, NONE, NONE), 0);
}

TEST(syscall, wait_changes_only_the_badge)
{
    word_t n = notification_new();
    ipc_signal(mint_new(n, ALL_RIGHTS, 0x123));
    fill(SYS_WAIT, n, 77);
    trap_and_compare(BIT(A0));
    EXPECT_EQ(file.out[A0], 0x123);
}

TEST(syscall, nbwait_on_idle_notification_changes_only_the_badge)
{
    fill(SYS_NBWAIT, notification_new(), 77);
    trap_and_compare(BIT(A0));
    EXPECT_EQ(file.out[A0], 0);
}

TEST(syscall, nbrecv_on_empty_endpoint_changes_only_the_badge)
{
    word_t reply = reply_new();
    fill(SYS_NBRECV, endpoint_new(), 77);
    file.in[A6] = reply;
    trap_and_compare(BIT(A0));
    EXPECT_EQ(file.out[A0], 0);
}

TEST(syscall, receive_from_notification_ignores_the_reply_capability)
{
    word_t n = notification_new(), badged = mint_new(n, ALL_RIGHTS, 9);
    static const long numbers[] = {SYS_RECV, SYS_NBRECV, SYS_REPLY_RECV, SYS_NBSEND_RECV};
    static const word_t replies[] = {0, BAD_CPTR, ROOT_TCB};
    for (unsigned i = 0; i < ARRAY_LENGTH(numbers); i++) {
        for (unsigned k = 0; k < ARRAY_LENGTH(replies); k++) {
            ipc_signal(badged);
            fill(numbers[i], n, 0);
            file.in[A6] = replies[k];
            file.in[T0] = 0;
            trap_and_compare(BIT(A0));
            EXPECT_EQ(file.out[A0], 9);
        }
    }
}

TEST(syscall, nbsend_wait_signals_then_waits)
{
    word_t source = notification_new(), dest = notification_new();
    ipc_signal(mint_new(source, ALL_RIGHTS, 3));
    fill(SYS_NBSEND_WAIT, source, 0);
    file.in[A6] = mint_new(dest, ALL_RIGHTS, 4);
    trap_and_compare(BIT(A0));
    EXPECT_EQ(file.out[A0], 3);
    EXPECT_EQ(ipc_poll(dest), 4);
}

TEST(syscall, nbsend_recv_signals_then_receives)
{
    word_t source = notification_new(), dest = notification_new();
    ipc_signal(mint_new(source, ALL_RIGHTS, 3));
    fill(SYS_NBSEND_RECV, source, 0);
    file.in[T0] = mint_new(dest, ALL_RIGHTS, 4);
    file.in[A6] = 0;
    trap_and_compare(BIT(A0));
    EXPECT_EQ(file.out[A0], 3);
    EXPECT_EQ(ipc_poll(dest), 4);
}

TEST(syscall, phase_one_errors_do_not_stop_phase_two)
{
    word_t n = notification_new(), badged = mint_new(n, ALL_RIGHTS, 5);
    static const word_t dests[] = {0, BAD_CPTR, seL4_CapDomain};
    for (unsigned i = 0; i < ARRAY_LENGTH(dests); i++) {
        ipc_signal(badged);
        EXPECT_EQ(sys(SYS_NBSEND_WAIT, n, INFO(1, 0, 0), NONE, dests[i], 0), 5);
        ipc_signal(badged);
        EXPECT_EQ(sys(SYS_NBSEND_RECV, n, INFO(1, 0, 0), NONE, 0, dests[i]), 5);
        ipc_signal(badged);
        EXPECT_EQ(sys(SYS_REPLY_RECV, n, INFO(1, 0, 0), NONE, dests[i], 0), 5);
    }
}

TEST(syscall, phase_one_refuses_cnode_tcb_and_scheduling_invocations)
{
    word_t n = notification_new(), badged = mint_new(n, ALL_RIGHTS, 5);
    word_t victim = copy_new(ROOT_TCB, ALL_RIGHTS);
    struct thread *t = thread_new(count_for_ever, 0, 200);
    word_t sc = sc_new(), tcb = tcb_new();
    ipc_signal(badged);
    sys(SYS_NBSEND_WAIT, n, INFO(CNodeDelete, 0, 2), LIST(victim, WORD_BITS), ROOT_CNODE, 0);
    EXPECT(!slot_is_empty(victim));
    ipc_signal(badged);
    sys(SYS_NBSEND_RECV, n, INFO(TCBResume, 0, 0), NONE, 0, t->tcb); /* would run at once and hang the test */
    ipc_signal(badged);
    self()->buffer->caps_or_badges[0] = tcb;
    sys(SYS_NBSEND_WAIT, n, INFO(SchedContextBind, 1, 0), NONE, sc, 0);
    EXPECT_IO(sc_unbind_object(sc, tcb)); /* still not bound */
}

TEST(syscall, phase_one_performs_untyped_invocations)
{
    word_t n = notification_new(), slot = slot_new(), ut = untyped_new(12);
    ipc_signal(mint_new(n, ALL_RIGHTS, 5));
    self()->buffer->caps_or_badges[0] = ROOT_CNODE;
    EXPECT_EQ(sys(SYS_NBSEND_WAIT, n, INFO(UntypedRetype, 1, 6), LIST(seL4_EndpointObject, 0, 0, 0, slot, 1), ut, 0), 5);
    EXPECT(!slot_is_empty(slot));
}

TEST(syscall, send_without_write_right_is_silent)
{
    word_t ep = endpoint_new(), read_only = mint_new(ep, RIGHT_READ, 0);
    fill(SYS_SEND, read_only, INFO(1, 0, 0));
    trap_and_compare(0);
    fill(SYS_NBSEND, read_only, INFO(1, 0, 0));
    trap_and_compare(0);
    word_t n = notification_new();
    fill(SYS_SEND, mint_new(n, RIGHT_READ, 3), 0);
    trap_and_compare(0);
    EXPECT_EQ(ipc_poll(n), 0);
}

TEST(syscall, call_without_write_right_is_invalid_capability)
{
    EXPECT_IC(invoke(mint_new(endpoint_new(), RIGHT_READ | RIGHT_GRANT, 0), 1, NONE, NONE), 0);
    EXPECT_IC(invoke(mint_new(notification_new(), RIGHT_READ, 0), 1, NONE, NONE), 0);
}

TEST(syscall, call_on_notification_signals_and_returns)
{
    word_t n = notification_new();
    EXPECT_OK(invoke(mint_new(n, RIGHT_WRITE, 6), 1, NONE, NONE));
    EXPECT_EQ(self()->out.info, 0);
    EXPECT_EQ(ipc_poll(n), 6);
}

TEST(syscall, nbsend_without_receiver_drops_the_message)
{
    word_t ep = endpoint_new();
    ipc_nbsend(ep, INFO(1, 0, 1), LIST(1));
    EXPECT_EQ(ipc_nbrecv(ep, reply_new()), 0);
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 0);
}

TEST(syscall, idle_reply_object_accepts_any_send)
{
    word_t reply = reply_new();
    fill(SYS_SEND, reply, INFO(1, 0, 2));
    trap_and_compare(0);
    fill(SYS_NBSEND, reply, INFO(1, 0, 2));
    trap_and_compare(0);
    EXPECT_OK(invoke(reply, 1, NONE, LIST(1)));
    EXPECT_EQ(self()->out.info, 0);
}

TEST(syscall, invocation_ignores_bits_below_a_non_cnode_slot)
{
    /* A CNode of 16 slots without guard: the capability in slot 5 is reached by any address that begins with 5. */
    word_t cnode = cnode_new(4);
    EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(5, 4, ROOT_TCB, WORD_BITS, ALL_RIGHTS)));
    word_t address = (word_t)5 << (WORD_BITS - 4) | 0x1234;
    struct thread *t = thread_for_syscall(SYS_CALL, address, INFO(TCBResume, 0, 0), 0, 0, 0);
    EXPECT_OK(tcb_set_space(t->tcb, endpoint_new(), cnode, 0, ROOT_VSPACE));
    thread_start(t);
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[2], 0);
}
