/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 11: interrupts. The source that a program can raise at will is the UART's "transmitter empty" (10).
 */
#include "kit/internal.h"
#include <kernel/gen_config.h>

#define UART_IRQ 10
#define MAX_IRQ 96 /* 95 PLIC sources and the kernel timer */
#define UART_IER 1
#define UART_IIR 2
#define IER_THRE 2

static word_t handler, ntfn;

static void setup(void)
{
    handler = slot_new();
    ntfn = notification_new();
    EXPECT_OK(irq_get(UART_IRQ, handler));
    EXPECT_OK(irq_set_notification(handler, mint_new(ntfn, ALL_RIGHTS, 0x40)));
}

static void raise_interrupt(void)
{
    kit_uart[UART_IER] = IER_THRE;
}

static void quiet(void)
{
    kit_uart[UART_IER] = 0;
    (void)kit_uart[UART_IIR];
}

TEST(irq, control_get_checks)
{
    word_t s = slot_new();
    EXPECT_RE(irq_get(0, s), 1, MAX_IRQ);
    EXPECT_RE(irq_get(MAX_IRQ + 1, s), 1, MAX_IRQ);
    EXPECT_RE(irq_get(WORD_MAX, s), 1, MAX_IRQ);
    EXPECT_RF(irq_get(MAX_IRQ, s)); /* the kernel's own timer */
    EXPECT_OK(irq_get(7, s));
    EXPECT_RF(irq_get(7, slot_new()));
    EXPECT_RF(irq_get(7, s)); /* before the destination */
    EXPECT_DF(irq_get(8, s));
    EXPECT_FL(invoke(seL4_CapIRQControl, IRQIssueIRQHandler, LIST(ROOT_TCB), LIST(8, 1, WORD_BITS)), 0, LOOKUP_INVALID_ROOT);
    EXPECT_RE(invoke(seL4_CapIRQControl, IRQIssueIRQHandler, LIST(ROOT_CNODE), LIST(8, 1, 0)), 1, WORD_BITS);
    EXPECT_OK(cnode_delete(s));
    EXPECT_OK(irq_get(7, s)); /* may be requested again */
}

static word_t get_trigger(word_t irq, word_t trigger, word_t slot)
{
    return invoke(seL4_CapIRQControl, RISCVIRQIssueIRQHandlerTrigger, LIST(ROOT_CNODE), LIST(irq, trigger, slot, WORD_BITS));
}

TEST(irq, control_get_trigger_checks)
{
    word_t s = slot_new();
    EXPECT_RE(get_trigger(0, 0, s), 1, MAX_IRQ);
    EXPECT_RE(get_trigger(MAX_IRQ + 1, 0, s), 1, MAX_IRQ);
    EXPECT_OK(get_trigger(7, 1, s));
    EXPECT_RF(get_trigger(7, 0, slot_new()));
    EXPECT_DF(get_trigger(8, 0, s));
    EXPECT_OK(irq_ack(s));
}

TEST(irq, handler_set_notification_checks)
{
    word_t s = slot_new(), n = notification_new();
    EXPECT_OK(irq_get(7, s));
    EXPECT_IC(irq_set_notification(s, ROOT_TCB), 0);
    EXPECT_IC(irq_set_notification(s, 0), 0);
    EXPECT_IC(irq_set_notification(s, endpoint_new()), 0);
    EXPECT_IC(irq_set_notification(s, copy_new(n, RIGHT_READ)), 0);
    EXPECT_OK(irq_set_notification(s, n));
    EXPECT_OK(irq_set_notification(s, copy_new(n, RIGHT_WRITE))); /* replaces */
    EXPECT_OK(irq_clear(s));
    EXPECT_OK(irq_clear(s));
    EXPECT_OK(irq_ack(s));
}

TEST(irq, interrupt_signals_the_notification_with_its_badge)
{
    setup();
    raise_interrupt();
    EXPECT_EQ(ipc_wait(ntfn), 0x40);
    quiet();
    EXPECT_OK(irq_ack(handler));
    ipc_poll(ntfn);
    EXPECT_EQ(ipc_poll(ntfn), 0);
}

TEST(irq, next_interrupt_comes_after_ack)
{
    setup();
    for (unsigned i = 0; i < 5; i++) {
        raise_interrupt();
        EXPECT_EQ(ipc_wait(ntfn), 0x40);
        quiet();
        EXPECT_OK(irq_ack(handler));
        ipc_poll(ntfn);
    }
}

TEST(irq, a_waiting_driver_thread_is_woken)
{
    setup();
    struct thread *t = thread_with_syscall(0, SYS_WAIT, ntfn, 0, 0, 0, 0);
    EXPECT_EQ(t->seen[0], 0);
    raise_interrupt();
    for (unsigned i = 0; i < 1000 && !t->seen[0]; i++) spin_us(1);
    quiet();
    EXPECT_EQ(t->seen[1], 0x40);
    EXPECT_OK(irq_ack(handler));
}

TEST(irq, bound_notification_interrupts_a_receive)
{
    setup();
    EXPECT_OK(tcb_bind_notification(ROOT_TCB, ntfn));
    raise_interrupt();
    EXPECT_EQ(ipc_recv(endpoint_new(), reply_new()), 0x40);
    quiet();
    EXPECT_OK(irq_ack(handler));
}

TEST(irq, cleared_handler_signals_nobody)
{
    setup();
    EXPECT_OK(irq_clear(handler));
    raise_interrupt();
    spin_us(50);
    quiet();
    EXPECT_OK(irq_ack(handler));
    EXPECT_EQ(ipc_poll(ntfn), 0);
}

TEST(irq, interrupt_without_notification_does_not_block_the_next)
{
    setup();
    EXPECT_OK(irq_clear(handler));
    raise_interrupt();
    spin_us(50);
    quiet();
    EXPECT_OK(irq_set_notification(handler, mint_new(ntfn, ALL_RIGHTS, 0x41))); /* a driver that binds late and never acknowledged */
    raise_interrupt();
    EXPECT_EQ(ipc_wait(ntfn), 0x41);
    quiet();
    EXPECT_OK(irq_ack(handler));
}

TEST(irq, acknowledged_interrupt_without_notification_does_not_block_the_next)
{
    setup();
    EXPECT_OK(irq_clear(handler));
    raise_interrupt();
    spin_us(50);
    quiet();
    EXPECT_OK(irq_ack(handler));
    EXPECT_OK(irq_set_notification(handler, mint_new(ntfn, ALL_RIGHTS, 0x42)));
    raise_interrupt();
    EXPECT_EQ(ipc_wait(ntfn), 0x42);
    quiet();
    EXPECT_OK(irq_ack(handler));
}

TEST(irq, deleted_handler_signals_nobody)
{
    setup();
    EXPECT_OK(cnode_delete(handler));
    raise_interrupt();
    spin_us(50);
    quiet();
    EXPECT_EQ(ipc_poll(ntfn), 0);
    EXPECT_OK(irq_get(UART_IRQ, handler));
}

TEST(irq, unacknowledged_interrupt_does_not_outlive_its_handler)
{
    setup();
    raise_interrupt();
    EXPECT_EQ(ipc_wait(ntfn), 0x40);
    quiet();
    EXPECT_OK(cnode_delete(handler)); /* without Ack */
    setup();
    raise_interrupt();
    EXPECT_EQ(ipc_wait(ntfn), 0x40);
    quiet();
    EXPECT_OK(irq_ack(handler));
}

TEST(irq, binding_is_a_capability_that_can_be_revoked)
{
    setup();
    word_t n = notification_new();
    EXPECT_OK(irq_set_notification(handler, n));
    EXPECT_OK(cnode_revoke(n));
    raise_interrupt();
    spin_us(50);
    quiet();
    EXPECT_OK(irq_ack(handler));
    EXPECT_EQ(ipc_poll(n), 0);
}

TEST(irq, copies_of_a_handler_are_equal)
{
    setup();
    word_t c = copy_new(handler, ALL_RIGHTS);
    EXPECT_OK(cnode_delete(handler));
    raise_interrupt();
    EXPECT_EQ(ipc_wait(ntfn), 0x40);
    quiet();
    EXPECT_OK(irq_ack(c));
}

TEST(irq, notification_with_sc_drives_a_passive_handler)
{
    /* INTERRUPT0002 */
    setup();
    word_t sc = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    struct thread *t = thread_with_syscall(0, SYS_WAIT, ntfn, 0, 0, 0, 0);
    EXPECT_OK(sc_unbind(t->sc));
    EXPECT_OK(sc_bind(sc, ntfn));
    raise_interrupt();
    for (unsigned i = 0; i < 1000 && !t->seen[0]; i++) spin_us(1);
    quiet();
    EXPECT_EQ(t->seen[1], 0x40);
    EXPECT_OK(irq_ack(handler));
}

#ifndef CONFIG_PLIC_ACK_COMPLETES
/* 11.2: this controller's claim is completed at once, so a source is never masked. */
TEST(irq, interrupts_come_without_acknowledgement)
{
    setup();
    for (unsigned i = 0; i < 3; i++) {
        raise_interrupt();
        EXPECT_EQ(ipc_wait(ntfn), 0x40);
        quiet();
    }
}

TEST(irq, interrupts_without_notification_are_lost)
{
    setup();
    EXPECT_OK(irq_clear(handler));
    for (unsigned i = 0; i < 2; i++) { /* a masked source would keep the second */
        raise_interrupt();
        spin_us(50);
        quiet();
    }
    EXPECT_OK(irq_set_notification(handler, mint_new(ntfn, ALL_RIGHTS, 0x41)));
    spin_us(50);
    EXPECT_EQ(ipc_poll(ntfn), 0);
}
#endif
