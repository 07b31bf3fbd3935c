/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Notifications, yields, faults and interrupts.
 */
#include "../kernel/kit/internal.h"
#include "bench.h"
#include <kernel/gen_config.h>

static word_t ntfn, ep, reply;

static void wait_for_ever(word_t unused)
{
    (void)unused;
    for (;;) {
        struct message m = {ntfn, 0, {0}};
        struct stamps s = timed_syscall(SYS_WAIT, &m, 0);
        peer.before = s.before;
        peer.after = s.after;
        peer_count++;
    }
}

static void yield_for_ever(word_t unused)
{
    (void)unused;
    for (;;) {
        struct message m = {0, 0, {0}};
        struct stamps s = timed_syscall(SYS_YIELD, &m, 0);
        peer.before = s.before;
        peer.after = s.after;
    }
}

static void signal_to_waiter(void)
{
    word_t there[SAMPLES], back[SAMPLES], previous = 0;
    ntfn = notification_new();
    thread_start(thread_new_in(other_vspace, wait_for_ever, 0, HIGHER));
    for (unsigned i = 0; i < SAMPLES + 2; i++) {
        timed(SYS_SEND, ntfn, 0, NONE, 0);
        if (i >= 2) {
            there[i - 2] = peer.after - last.before - calibration;
            back[i - 2] = previous - peer.before - calibration;
        }
        previous = last.after;
    }
    for (unsigned i = 0; i < SAMPLES; i++) add(there[i]);
    report("signal_to_waiter");
    for (unsigned i = 0; i < SAMPLES; i++) add(back[i]);
    report("wait_switch_back");
    for (unsigned i = 0; i < SAMPLES; i++) add(there[i] + back[i]);
    report("signal_wait");
}

void bench_notifications(void)
{
    ntfn = notification_new();
    for (unsigned i = 0; i < SAMPLES; i++) {
        add(timed(SYS_SEND, ntfn, 0, NONE, 0));
        ipc_wait(ntfn);
    }
    report("signal_no_waiter");
    for (unsigned i = 0; i < SAMPLES; i++) {
        ipc_signal(ntfn);
        add(timed(SYS_WAIT, ntfn, 0, NONE, 0));
    }
    report("wait_pending");
    signal_to_waiter();
    thread_start(thread_new_in(other_vspace, yield_for_ever, 0, TEST_PRIORITY));
    sys_yield();
    for (unsigned i = 0; i < SAMPLES; i++) {
        timed(SYS_YIELD, 0, 0, NONE, 0);
        add(peer.after - last.before - calibration);
    }
    report("yield");
}

/* ---- faults --------------------------------------------------------------------------------------------------------- */

/* Touches the page at TEST_VADDR for ever; the pager maps it each time. */
static void touch_for_ever(word_t address)
{
    for (;;) {
        word_t before, after;
        __asm__ volatile("csrr %0, instret\n\tsb zero, 0(%2)\n\tcsrr %1, instret"
                         : "=&r"(before), "=&r"(after)
                         : "r"(address)
                         : "memory");
        peer.before = before;
        peer.after = after;
        peer_count++;
        ipc_signal(ntfn); /* asks for the page to be taken away again */
    }
}

static void page_faults(void)
{
    word_t frame = frame_new(), handled[SAMPLES], round[SAMPLES];
    ntfn = notification_new();
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = thread_new_in(other_vspace, touch_for_ever, TEST_VADDR, LOWER);
    EXPECT_OK(tcb_set_space(t->tcb, ep, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), other_vspace));
    thread_start(t);
    for (unsigned i = 0; i < SAMPLES; i++) {
        struct message m = {ep, 0, {0}};
        word_t arrived = timed_syscall(SYS_RECV, &m, reply).after;
        EXPECT_EQ(INFO_LABEL(m.info), seL4_Fault_VMFault);
        EXPECT_OK(page_map(frame, other_vspace, m.mr[1], RIGHT_READ | RIGHT_WRITE, 0));
        word_t answered = timed(SYS_SEND, reply, 0, NONE, 0);
        (void)answered;
        ipc_wait(ntfn);
        handled[i] = arrived - peer.before - calibration - 1;
        round[i] = peer.after - peer.before - calibration - 1;
        EXPECT_OK(page_unmap(frame));
    }
    for (unsigned i = 0; i < SAMPLES; i++) add(handled[i]);
    report("fault_to_handler");
    for (unsigned i = 0; i < SAMPLES; i++) add(round[i]);
    report("fault_roundtrip");
}

static void repeated_fault(void)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = thread_new(fault_illegal, 0, LOWER);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    ipc_recv(ep, reply);
    for (unsigned i = 0; i < SAMPLES; i++) add(timed(SYS_REPLY_RECV, ep, 0, NONE, reply) - 1);
    report("fault_reply_refault");
}

void bench_faults(void)
{
    page_faults();
    repeated_fault();
}

/* ---- interrupts ------------------------------------------------------------------------------------------------------ */

#define UART_IRQ 10
#define UART_IER 1
#define UART_LSR 5
#define LSR_IDLE 0x40

static word_t handler;

static void acknowledge_for_ever(word_t unused)
{
    (void)unused;
    for (;;) {
        struct message m = {ntfn, 0, {0}}, ack = {handler, INFO(IRQAckIRQ, 0, 0), {0}};
        word_t woken = timed_syscall(SYS_WAIT, &m, 0).after;
        kit_uart[UART_IER] = 0;
        peer.before = 0;
        struct stamps s = timed_syscall(SYS_CALL, &ack, 0);
        peer.before = s.after - s.before;
        peer.after = woken;
        peer_count++;
    }
}

static volatile word_t owner, last_seen[2], gaps, gap[SAMPLES];

/* Two of these share the processor; each notes how long after the other's last instruction it got on. */
static void take_turns(word_t me)
{
    for (;;) {
        word_t now = instret();
        if (owner != me) {
            word_t distance = now - last_seen[1 - me]; /* wraps when the turn ended between the two reads */
            if (distance < WORD_MAX / 2 && gaps < SAMPLES) gap[gaps++] = distance;
            owner = me;
            if (gaps == SAMPLES) ipc_signal(ntfn);
        }
        last_seen[me] = instret();
    }
}

static void preemption(void)
{
    ntfn = notification_new();
    for (word_t i = 0; i < 2; i++) {
        struct thread *t = thread_new_in(i ? other_vspace : ROOT_VSPACE, take_turns, i, LOWER);
        EXPECT_OK(sc_configure(t->sc, 1000, 1000, 0, 0, 0));
        thread_start(t);
    }
    ipc_wait(ntfn);
    for (unsigned i = 2; i < SAMPLES; i++) add(gap[i]); /* the first ones are the start */
    report("timer_preemption");
}

/* Comes back every millisecond. The other one notes its last instruction; this one, how far that is from its own first. */
static void wake_up_for_ever(word_t unused)
{
    (void)unused;
    for (;;) {
        sys_yield();
        word_t distance = instret() - last_seen[0];
        if (gaps < SAMPLES) gap[gaps++] = distance;
    }
}

static void timer_to_thread(void)
{
    struct thread *t = thread_new_in(other_vspace, wake_up_for_ever, 0, HIGHER);
    gaps = 0;
    EXPECT_OK(sc_configure(t->sc, 500, 1000, 0, 0, 0));
    thread_start(t);
    while (gaps < SAMPLES) last_seen[0] = instret();
    EXPECT_OK(tcb_suspend(t->tcb));
    for (unsigned i = 2; i < SAMPLES; i++) add(gap[i]);
    report("timer_to_thread");
}

#if CONFIG_NUM_DOMAINS > 1
/* Two domains take turns of a millisecond; like take_turns(), each thread notes the distance from the other. */
static void configure_domain(word_t index, word_t domain, word_t ticks)
{
#if IS_64BIT
    EXPECT_OK(invoke(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(index, domain, ticks)));
#else
    EXPECT_OK(invoke(seL4_CapDomain, DomainScheduleConfigure, NONE, LIST(index, domain, ticks, 0)));
#endif
}

static void domain_switch(void)
{
    gaps = 0;
    owner = 2;
    ntfn = notification_new();
    for (word_t i = 0; i < 2; i++) {
        struct thread *t = thread_new_in(i ? other_vspace : ROOT_VSPACE, take_turns, i, LOWER);
        EXPECT_OK(invoke(seL4_CapDomain, DomainSetSet, LIST(t->tcb), LIST(i)));
        thread_start(t);
    }
    configure_domain(0, 0, 1000 * TICKS_PER_US);
    configure_domain(1, 1, 1000 * TICKS_PER_US);
    EXPECT_OK(invoke(seL4_CapDomain, DomainScheduleSetStart, NONE, LIST(0)));
    ipc_wait(ntfn);
    for (unsigned i = 2; i < SAMPLES; i++) add(gap[i]);
    report("domain_switch");
}
#endif

void bench_interrupts(void)
{
    word_t acks[SAMPLES];
    handler = slot_new();
    ntfn = notification_new();
    EXPECT_OK(irq_get(UART_IRQ, handler));
    EXPECT_OK(irq_set_notification(handler, ntfn));
    thread_start(thread_new(acknowledge_for_ever, 0, HIGHER));
    for (unsigned i = 0; i < SAMPLES; i++) {
        while (!(kit_uart[UART_LSR] & LSR_IDLE)) { }
        word_t seen = peer_count, start = instret();
        kit_uart[UART_IER] = 2;
        while (peer_count == seen) { }
        add(peer.after - start - calibration);
        acks[i] = peer.before - calibration;
    }
    report("interrupt_to_thread");
    for (unsigned i = 0; i < SAMPLES; i++) add(acks[i]);
    report("interrupt_ack");
    preemption();
    timer_to_thread();
#if CONFIG_NUM_DOMAINS > 1
    domain_switch();
#endif
}
