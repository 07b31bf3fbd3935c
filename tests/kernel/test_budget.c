/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 8.4, 9.3 and 9.5: budgets over time - sporadic servers, timeout faults, consumed time. Measured with the
 * kernel's own clock; under -icount it stands still for nobody.
 */
#include "kit/kit.h"

static volatile word_t counter;

static uint64_t elapsed_us(uint64_t since)
{
    return (now_ticks() - since) / TICKS_PER_US;
}

static bool within(uint64_t value, uint64_t low, uint64_t high)
{
    return value >= low && value <= high;
}

static struct thread *spinner(word_t budget, word_t period, word_t priority)
{
    counter = 0;
    struct thread *t = thread_new(count_for_ever, (word_t)&counter, priority);
    EXPECT_OK(sc_configure(t->sc, budget, period, 0, 0xbad9e, 0));
    return t;
}

/* Reads the consumed time in µs and resets it. */
static uint64_t consumed_us(word_t sc)
{
    EXPECT_OK(sc_consumed(sc));
    return IS_64BIT ? got_mr(0) : (uint64_t)got_mr(1) << 16 << 16 | got_mr(0);
}

TIMED_TEST(budget, sleeping_takes_its_time)
{
    uint64_t start = now_ticks();
    sleep_us(1000);
    EXPECT(within(elapsed_us(start), 990, 1100));
    start = now_ticks();
    sleep_us(20000);
    EXPECT(within(elapsed_us(start), 19990, 20100));
}

TIMED_TEST(budget, thread_runs_its_budget_per_period)
{
    struct thread *t = spinner(1000, 10000, TEST_PRIORITY - 1);
    thread_start(t);
    sleep_us(100000);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT(within(consumed_us(t->sc), 9000, 11500)); /* ten or eleven periods of 1 ms */
}

TIMED_TEST(budget, exhausted_high_priority_thread_lets_others_run)
{
    struct thread *t = spinner(2000, 10000, TEST_PRIORITY + 1);
    uint64_t start = now_ticks();
    thread_start(t); /* returns when the budget is spent */
    EXPECT(within(elapsed_us(start), 1900, 2100));
    word_t before = counter;
    spin_us(7000);
    EXPECT_EQ(counter, before);
    spin_us(3000); /* the refill comes one period after the start */
    EXPECT(counter > before);
    EXPECT(within(elapsed_us(start), 11900, 12200)); /* its second slice was 10 to 12 ms */
}

TIMED_TEST(budget, round_robin_never_sleeps)
{
    struct thread *t = spinner(1000, 1000, TEST_PRIORITY - 1);
    thread_start(t);
    uint64_t start = now_ticks();
    sleep_us(10000);
    uint64_t passed = elapsed_us(start);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT(within(consumed_us(t->sc), passed * 9 / 10, passed));
}

TIMED_TEST(budget, consumed_is_reset_by_reading)
{
    struct thread *t = spinner(10000, 10000, TEST_PRIORITY - 1);
    thread_start(t);
    sleep_us(2000);
    uint64_t first = consumed_us(t->sc);
    EXPECT(within(first, 1800, 2100));
    EXPECT_EQ(consumed_us(t->sc), 0);
    sleep_us(1000);
    EXPECT(within(consumed_us(t->sc), 800, 1100));
}

TIMED_TEST(budget, suspend_and_resume_do_not_refill)
{
    /* SCHED0016 */
    struct thread *t = spinner(1000, 1000000, TEST_PRIORITY + 1);
    thread_start(t); /* spends its millisecond */
    word_t before = counter;
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_OK(tcb_resume(t->tcb));
    spin_us(5000);
    EXPECT_EQ(counter, before);
}

static void yield_and_count(word_t unused)
{
    (void)unused;
    for (;;) {
        self()->progress++;
        sys_yield();
    }
}

TIMED_TEST(budget, yield_gives_the_rest_of_the_budget_away)
{
    struct thread *t = thread_new(yield_and_count, 0, TEST_PRIORITY + 1);
    EXPECT_OK(sc_configure(t->sc, 5000, 10000, 0, 0, 0));
    thread_start(t);
    EXPECT_EQ(t->progress, 1); /* sleeps until the next period although hardly anything was used */
    spin_us(9000);
    EXPECT_EQ(t->progress, 1);
    spin_us(2000);
    EXPECT_EQ(t->progress, 2);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT(consumed_us(t->sc) < 200); /* the statistic counts the time really used */
}

static void spin_and_yield(word_t us)
{
    spin_us(us);
    sys_yield();
    self()->progress = 1;
    thread_stop();
}

TIMED_TEST(budget, yield_counts_the_time_used_so_far)
{
    struct thread *t = thread_new(spin_and_yield, 700, TEST_PRIORITY + 1);
    EXPECT_OK(sc_configure(t->sc, 5000, 10000, 0, 0, 0));
    thread_start(t);
    EXPECT(within(consumed_us(t->sc), 690, 750));
    EXPECT_EQ(t->progress, 0);
}

TIMED_TEST(budget, reconfiguring_a_running_thread_keeps_its_bandwidth)
{
    /* 9.2: the head refill stays; what the new budget has in excess of it comes one new period later. */
    struct thread *t = spinner(1000, 10000, TEST_PRIORITY - 1);
    thread_start(t);
    sleep_us(500);
    uint64_t start = now_ticks(), used = consumed_us(t->sc);
    EXPECT(within(used, 400, 520));
    EXPECT_OK(sc_configure(t->sc, 2000, 10000, 0, 0, 0));
    sleep_us(8000);
    EXPECT(within(consumed_us(t->sc), 400, 600)); /* the rest of the old budget only */
    sleep_us(5000);
    EXPECT(within(consumed_us(t->sc), 1900, 2100)); /* that excess, and the head again: both are due one period after the change */
    EXPECT(within(elapsed_us(start), 12900, 13200));
}

TIMED_TEST(budget, reconfiguring_a_running_thread_can_cut_its_budget)
{
    struct thread *t = spinner(5000, 10000, TEST_PRIORITY - 1);
    thread_start(t);
    sleep_us(500);
    (void)consumed_us(t->sc);
    EXPECT_OK(sc_configure(t->sc, 1000, 10000, 0, 0, 0));
    sleep_us(8000);
    EXPECT(within(consumed_us(t->sc), 950, 1050));
}

TIMED_TEST(budget, reconfiguring_while_asleep)
{
    struct thread *t = spinner(1000, 1000000, TEST_PRIORITY + 1);
    thread_start(t);
    word_t before = counter;
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_OK(sc_configure(t->sc, 1000, 5000, 0, 0, 0)); /* its thread is not runnable: full budget, now */
    uint64_t start = now_ticks();
    EXPECT_OK(tcb_resume(t->tcb));
    EXPECT(counter > before);
    EXPECT(within(elapsed_us(start), 900, 1200));
}

TIMED_TEST(budget, exhausted_context_does_not_bind_to_a_blocked_thread)
{
    struct thread *t = spinner(1000, 1000000, TEST_PRIORITY + 1);
    thread_start(t);
    EXPECT_OK(sc_unbind(t->sc)); /* refill due in a second */
    struct thread *w = thread_with_syscall(0, SYS_WAIT, notification_new(), 0, 0, 0, 0);
    EXPECT_OK(sc_unbind(w->sc));
    EXPECT_IO(sc_bind(t->sc, w->tcb));
    EXPECT_IO(tcb_set_sched_params(w->tcb, ROOT_TCB, 1, 1, t->sc, 0));
    EXPECT_OK(sc_bind(t->sc, tcb_new())); /* an inactive one may take it */
}

/* Spends all but 15 µs of its millisecond, then signals. */
static void signal_late(word_t notification)
{
    uint64_t start = now_ticks();
    while (now_ticks() - start < 985 * TICKS_PER_US) { }
    ipc_signal(notification);
    self()->progress = 1;
    thread_stop();
}

TIMED_TEST(budget, system_call_without_enough_budget_is_executed_in_the_next_period)
{
    word_t n = notification_new();
    struct thread *t = thread_new(signal_late, mint_new(n, ALL_RIGHTS, 1), TEST_PRIORITY + 1);
    EXPECT_OK(sc_configure(t->sc, 1000, 10000, 0, 0, 0));
    uint64_t start = now_ticks();
    thread_start(t);
    EXPECT(within(elapsed_us(start), 980, 1010));
    EXPECT_EQ(ipc_poll(n), 0);
    sleep_us(12000);
    EXPECT_EQ(ipc_poll(n), 1);
    EXPECT_EQ(t->progress, 1);
}

/* A sporadic context keeps unused budget in several refills. */
TIMED_TEST(budget, unused_budget_survives_a_short_block)
{
    struct thread *t = spinner(2000, 10000, TEST_PRIORITY + 1);
    EXPECT_OK(sc_configure(t->sc, 2000, 10000, 2 * !IS_64BIT, 0, 1));
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, TEST_PRIORITY - 1));
    thread_start(t);
    sleep_us(500); /* it has used about 500 of 2000 µs */
    EXPECT_OK(tcb_suspend(t->tcb));
    uint64_t first = consumed_us(t->sc);
    EXPECT_OK(tcb_resume(t->tcb));
    sleep_us(5000);
    uint64_t second = consumed_us(t->sc);
    EXPECT(within(first, 400, 520));
    EXPECT(within(first + second, 1900, 2050));
}

/* ---- timeout faults ----------------------------------------------------------------------------------------------------- */

static word_t ep, reply;

static void expect_timeout(word_t badge)
{
    ipc_recv(ep, reply);
    EXPECT_EQ(self()->out.info, INFO(seL4_Fault_Timeout, 0, IS_64BIT ? 2 : 3));
    EXPECT_EQ(got_mr(0), badge);
}

static struct thread *spinner_with_timeout(word_t budget, word_t period)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = spinner(budget, period, TEST_PRIORITY - 1);
    EXPECT_OK(tcb_set_timeout_endpoint(t->tcb, ep));
    thread_start(t);
    return t;
}

TIMED_TEST(budget, timeout_fault_tells_badge_and_consumed_time)
{
    spinner_with_timeout(1000, 2000);
    expect_timeout(0xbad9e);
    EXPECT(within(got_mr(1), 900, 1010));
    if (!IS_64BIT) EXPECT_EQ(got_mr(2), 0);
}

TIMED_TEST(budget, timeout_faults_repeat_each_period)
{
    spinner_with_timeout(1000, 2000);
    uint64_t start = now_ticks();
    for (unsigned i = 0; i < 100; i++) {
        expect_timeout(0xbad9e);
        EXPECT(within(got_mr(1), 900, 1010));
        ipc_send(reply, INFO(0, 0, 0), NONE);
    }
    EXPECT(within(elapsed_us(start), 197000, 203000));
}

TIMED_TEST(budget, timeout_reply_sets_registers)
{
    struct thread *t = spinner_with_timeout(1000, 2000);
    expect_timeout(0xbad9e);
    static volatile word_t other;
    other = 0;
    word_t mrs[17] = {[0] = (word_t)count_for_ever, [16] = (word_t)&other};
    for (unsigned i = 4; i < 17; i++) self()->buffer->msg[i] = mrs[i];
    ipc_send(reply, INFO(0, 0, 17), (struct list){4, mrs});
    sleep_us(3000);
    EXPECT(other > 0);
    EXPECT_OK(tcb_suspend(t->tcb));
}

TIMED_TEST(budget, timeout_reply_with_label_stops_the_thread)
{
    struct thread *t = spinner_with_timeout(1000, 2000);
    expect_timeout(0xbad9e);
    word_t before = counter;
    ipc_send(reply, INFO(1, 0, 0), NONE);
    sleep_us(5000);
    EXPECT_EQ(counter, before);
    thread_start(t);
    sleep_us(1000);
    EXPECT(counter > before);
}

TIMED_TEST(budget, round_robin_raises_no_timeout_fault)
{
    spinner_with_timeout(1000, 1000);
    sleep_us(5000);
    EXPECT_EQ(ipc_nbrecv(ep, reply), 0);
    EXPECT_EQ(INFO_LABEL(self()->out.info), 0);
}

TIMED_TEST(budget, yield_raises_no_timeout_fault)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = thread_new(yield_and_count, 0, TEST_PRIORITY - 1);
    EXPECT_OK(sc_configure(t->sc, 1000, 2000, 0, 1, 0));
    EXPECT_OK(tcb_set_timeout_endpoint(t->tcb, ep));
    thread_start(t);
    sleep_us(9000);
    EXPECT_EQ(ipc_nbrecv(ep, reply), 0);
    EXPECT_EQ(INFO_LABEL(self()->out.info), 0);
    EXPECT(within(t->progress, 4, 6));
}

static void spin_as_server(word_t own_reply)
{
    ipc_recv(self()->seen[0], own_reply);
    for (;;) counter++;
}

TIMED_TEST(budget, timeout_in_a_passive_server_uses_the_servers_endpoint_and_the_clients_badge)
{
    ep = endpoint_new();
    reply = reply_new();
    counter = 0;
    word_t service = endpoint_new(), call_reply = reply_new();
    struct thread *server = thread_new(spin_as_server, call_reply, TEST_PRIORITY - 1);
    server->seen[0] = service;
    EXPECT_OK(tcb_set_timeout_endpoint(server->tcb, mint_new(ep, ALL_RIGHTS, 0x77)));
    thread_start(server);
    settle();
    EXPECT_OK(sc_unbind(server->sc));
    struct thread *client = thread_for_syscall(SYS_CALL, service, INFO(1, 0, 0), 0, 0, 0);
    EXPECT_OK(sc_configure(client->sc, 1000, 100000, 0, 0xc11e, 0));
    thread_start(client);
    EXPECT_EQ(ipc_recv(ep, reply), 0x77);
    EXPECT_EQ(INFO_LABEL(self()->out.info), seL4_Fault_Timeout);
    EXPECT_EQ(got_mr(0), 0xc11e);
    EXPECT_EQ(client->seen[0], 0);
    ipc_send(call_reply, INFO(4, 0, 0), NONE); /* the handler answers in the server's place */
    sleep_us(200000);
    EXPECT_EQ(client->seen[2], INFO(4, 0, 0));
}

TIMED_TEST(budget, reply_to_a_caller_out_of_budget_is_its_timeout_fault)
{
    ep = endpoint_new();
    reply = reply_new();
    counter = 0;
    word_t service = endpoint_new(), call_reply = reply_new();
    struct thread *server = thread_new(spin_as_server, call_reply, TEST_PRIORITY - 1);
    server->seen[0] = service;
    thread_start(server);
    settle();
    EXPECT_OK(sc_unbind(server->sc));
    struct thread *client = thread_for_syscall(SYS_CALL, service, INFO(1, 0, 0), 0, 0, 0);
    EXPECT_OK(sc_configure(client->sc, 1000, 100000, 0, 0xc11e, 0));
    EXPECT_OK(tcb_set_timeout_endpoint(client->tcb, mint_new(ep, ALL_RIGHTS, 0x78)));
    thread_start(client);
    sleep_us(5000); /* the server, without timeout endpoint, has spent the budget and sleeps */
    EXPECT(counter > 0);
    ipc_send(call_reply, INFO(4, 0, 0), NONE);
    EXPECT_EQ(ipc_recv(ep, reply), 0x78);
    EXPECT_EQ(INFO_LABEL(self()->out.info), seL4_Fault_Timeout);
    EXPECT_EQ(got_mr(0), 0xc11e);
}

/* A thread deletes itself with more work to do than its slice allows: the slice ends in the middle, with nobody on the context. */
TIMED_TEST(budget, slice_that_ends_when_its_thread_is_gone_starts_anew)
{
    enum { CAPS = 1000, RADIX = 10 };
    word_t parent = untyped_new(14), slot = slot_new(), tcb = slot_new(), cnode = cnode_new(RADIX), sc = sc_new();
    EXPECT_OK(untyped_retype(parent, seL4_EndpointObject, 0, ROOT_CNODE, 0, 0, slot, 1));
    for (word_t i = 0; i < CAPS; i++)
        EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(i, RADIX, slot, WORD_BITS, ALL_RIGHTS)));
    EXPECT_OK(untyped_retype(parent, seL4_TCBObject, 0, ROOT_CNODE, 0, 0, tcb, 1)); /* the last child is the first to go */
    EXPECT_OK(tcb_configure(tcb, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), ROOT_VSPACE, 0, ROOT_VSPACE));
    EXPECT_OK(sc_configure(sc, 100, 100, 0, 0, 0));
    EXPECT_OK(tcb_set_sched_params(tcb, ROOT_TCB, 255, TEST_PRIORITY + 1, sc, 0));
    word_t regs[24] = {[0] = (word_t)ecall_with_site, [16] = ROOT_CNODE, [17] = INFO(CNodeRevoke, 0, 2), [18] = parent,
                       [19] = WORD_BITS, [23] = (word_t)SYS_CALL};
    EXPECT_OK(tcb_write_registers(tcb, 1, 24, (struct list){24, regs}));
    EXPECT(slot_is_empty(tcb));
    /* There was more to do: the oldest copy is still there. */
    EXPECT_OK(invoke(ROOT_CNODE, CNodeMove, LIST(cnode), LIST(slot, WORD_BITS, 0, RADIX)));

    counter = 0;
    struct thread *heir = thread_new_passive(count_for_ever, (word_t)&counter, TEST_PRIORITY - 1);
    EXPECT_OK(sc_bind(sc, heir->tcb));
    thread_start(heir);
    sleep_us(500);
    EXPECT(counter > 0);
}
