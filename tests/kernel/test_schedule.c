/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 7.7 and 6.5: who runs next.
 */
#include "kit/kit.h"

static volatile uint8_t order[256]; /* [0] = count, then the numbers of threads in the order in which they ran */

static void note(word_t number)
{
    order[0]++;
    order[order[0]] = (uint8_t)number;
}

static void run_once(word_t number)
{
    note(number);
    thread_stop();
}

static void expect_order(const char *digits)
{
    unsigned n = 0;
    while (digits[n]) n++;
    for (unsigned i = 0; i < n; i++) EXPECT_EQ(order[1 + i], digits[i] - '0');
    EXPECT_EQ(order[0], n);
}

static struct thread *numbered(word_t number, word_t priority)
{
    return thread_new(run_once, number, priority);
}

TEST(schedule, higher_priority_runs_at_once)
{
    order[0] = 0;
    thread_start(numbered(1, TEST_PRIORITY + 1));
    expect_order("1");
}

TEST(schedule, equal_priority_runs_when_the_starter_blocks)
{
    order[0] = 0;
    thread_start(numbered(1, TEST_PRIORITY));
    expect_order("");
    settle();
    expect_order("1");
}

TEST(schedule, threads_run_in_priority_order)
{
    order[0] = 0;
    for (word_t i = 1; i <= 5; i++) thread_start(numbered(i, 20 + i));
    settle();
    expect_order("54321");
}

TEST(schedule, threads_at_all_priorities_run_in_order)
{
    word_t never = notification_new(), first = 2, last = TEST_PRIORITY - 1;
    order[0] = 0;
    for (word_t p = first; p <= last; p++) {
        word_t priority = first + (p - first) * 35 % (last - first + 1); /* a scrambled order of starting */
        word_t tcb = tcb_new(), sc = object_new(seL4_SchedContextObject, 7);
        EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
        EXPECT_OK(tcb_configure(tcb, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), ROOT_VSPACE, 0, 0));
        EXPECT_OK(tcb_set_sched_params(tcb, ROOT_TCB, 0, priority, sc, 0));
        word_t regs[19] = {[0] = (word_t)append_and_wait, [16] = priority, [17] = (word_t)order, [18] = never};
        EXPECT_OK(tcb_write_registers(tcb, 1, 19, (struct list){19, regs}));
    }
    settle();
    EXPECT_EQ(order[0], last - first + 1);
    for (word_t p = last; p >= first; p--) EXPECT_EQ(order[1 + last - p], p);
}

TEST(schedule, of_equals_the_last_started_runs_first)
{
    /* Each start puts the new thread at the tail (rule 3: one woken, equal priority), unless the starter is higher:
     * then at the head of its queue. */
    order[0] = 0;
    for (word_t i = 1; i <= 3; i++) thread_start(numbered(i, TEST_PRIORITY - 1));
    settle();
    expect_order("321");
}

/* Not under preemption: rule 4 applies when a sleeping thread wakes up in the same kernel entry. */
TIMED_TEST(schedule, equals_of_the_starter_go_to_the_tail)
{
    order[0] = 0;
    for (word_t i = 1; i <= 3; i++) thread_start(numbered(i, TEST_PRIORITY));
    sys_yield();
    expect_order("123");
}

TEST(schedule, yield_goes_behind_equals)
{
    order[0] = 0;
    thread_start(numbered(1, TEST_PRIORITY));
    sys_yield();
    expect_order("1");
}

TEST(schedule, yield_does_not_reach_lower_priorities)
{
    order[0] = 0;
    thread_start(numbered(1, TEST_PRIORITY - 1));
    sys_yield();
    expect_order("");
}

TEST(schedule, raising_another_thread_switches_before_the_call_returns)
{
    order[0] = 0;
    struct thread *t = numbered(1, TEST_PRIORITY - 1);
    thread_start(t);
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, TEST_PRIORITY + 1));
    expect_order("1");
}

TEST(schedule, lowering_oneself_switches_at_once)
{
    order[0] = 0;
    thread_start(numbered(1, TEST_PRIORITY - 1));
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, TEST_PRIORITY - 2));
    expect_order("1");
}

TEST(schedule, priority_change_of_a_ready_thread_puts_it_at_the_head)
{
    order[0] = 0;
    struct thread *t[3];
    for (word_t i = 0; i < 3; i++) {
        t[i] = numbered(i + 1, 50 + i);
        thread_start(t[i]);
    }
    for (word_t i = 0; i < 3; i++) EXPECT_OK(tcb_set_priority(t[i]->tcb, ROOT_TCB, 60));
    settle();
    expect_order("321");
}

static word_t baton;

static void wait_then_note(word_t number)
{
    ipc_wait(baton);
    note(number);
    thread_stop();
}

TEST(schedule, woken_equal_waits_for_the_current_thread)
{
    order[0] = 0;
    baton = notification_new();
    thread_start(thread_new(wait_then_note, 1, TEST_PRIORITY));
    sys_yield(); /* it waits */
    ipc_signal(baton);
    expect_order("");
    sys_yield();
    expect_order("1");
}

static void note_and_signal(word_t number)
{
    note(number);
    sys(SYS_NBSEND_WAIT, self()->seen[0], 0, NONE, baton, 0); /* signals and blocks in one system call */
    thread_stop();
}

TEST(schedule, thread_woken_by_a_blocking_one_runs_before_other_equals)
{
    /* Rule 3: the current thread blocks; the woken one of equal priority runs before the ready ones. */
    order[0] = 0;
    baton = notification_new();
    word_t never = notification_new();
    thread_start(thread_new(wait_then_note, 1, 100));
    settle();
    thread_start(numbered(2, 100));
    struct thread *t = thread_new(note_and_signal, 3, 100);
    t->seen[0] = never;
    thread_start(t);
    settle();
    expect_order("312");
}

TEST(schedule, resume_and_bind_start_a_thread_in_either_order)
{
    order[0] = 0;
    struct thread *a = thread_new_passive(run_once, 1, TEST_PRIORITY + 1), *b = thread_new_passive(run_once, 2, TEST_PRIORITY + 1);
    word_t sc = sc_new(), sc2 = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    EXPECT_OK(sc_configure(sc2, 10000, 10000, 0, 0, 0));
    thread_start(a);
    expect_order("");
    EXPECT_OK(sc_bind(sc, a->tcb));
    expect_order("1");
    EXPECT_OK(sc_bind(sc2, b->tcb));
    expect_order("1");
    thread_start(b);
    expect_order("12");
}

TEST(schedule, suspended_ready_thread_does_not_run)
{
    order[0] = 0;
    struct thread *t = numbered(1, TEST_PRIORITY - 1);
    thread_start(t);
    EXPECT_OK(tcb_suspend(t->tcb));
    settle();
    expect_order("");
}

TIMED_TEST(schedule, equals_share_the_processor_in_slices)
{
    static volatile word_t counters[2];
    counters[0] = counters[1] = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct thread *t = thread_new(count_for_ever, (word_t)&counters[i], 100);
        EXPECT_OK(sc_configure(t->sc, 500, 500, 0, 0, 0));
        thread_start(t);
    }
    sleep_us(10000);
    EXPECT(counters[0] > 0 && counters[1] > 0);
    word_t ratio = counters[0] * 100 / counters[1];
    EXPECT(ratio > 80 && ratio < 125);
}
