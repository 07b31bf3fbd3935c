/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 9.1, 9.2 and 9.4: scheduling contexts - arguments and bindings.
 */
#include "kit/kit.h"

#define MAX_WORD ((word_t)MAX_US)

static word_t configured_sc(void)
{
    word_t sc = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    return sc;
}

TEST(sched_context, budget_and_period_ranges)
{
    word_t sc = sc_new();
    EXPECT_RE(sc_configure(sc, 0, 1000, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_RE(sc_configure(sc, 1, 1000, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_RE(sc_configure(sc, MIN_US - 1, 1000, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_RE(sc_configure(sc, 1000, 0, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_RE(sc_configure(sc, MIN_US, MIN_US - 1, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_RE(sc_configure(sc, MAX_US + 1, MAX_US + 1, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_RE(sc_configure(sc, 1000, MAX_US + 1, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_RE(sc_configure(sc, ~0ull, ~0ull, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_OK(sc_configure(sc, MIN_US, MIN_US, 0, 0, 0));
    EXPECT_OK(sc_configure(sc, MAX_US, MAX_US, 0, 0, 0));
}

TEST(sched_context, budget_above_period_reports_the_period)
{
    EXPECT_RE(sc_configure(sc_new(), 2000, 1999, 0, 0, 0), MIN_US, 1999);
}

TEST(sched_context, range_comes_before_the_object_check)
{
    EXPECT_RE(sc_configure(ROOT_TCB, 0, 0, 0, 0, 0), MIN_US, MAX_WORD);
    EXPECT_IC(sc_configure(ROOT_TCB, 1000, 1000, 0, 0, 0), 1);
    EXPECT_IC(sc_configure(0, 1000, 1000, 999, 0, 0), 1);
}

TEST(sched_context, extra_refills_by_size)
{
    static const word_t allowed[] = {IS_64BIT ? 0 : 2, IS_64BIT ? 8 : 10, IS_64BIT ? 24 : 26, IS_64BIT ? 56 : 58};
    for (unsigned i = 0; i < ARRAY_LENGTH(allowed); i++) {
        word_t sc = object_new(seL4_SchedContextObject, 7 + i);
        EXPECT_EQ(seL4_MaxExtraRefills(7 + i), allowed[i]);
        EXPECT_RE(sc_configure(sc, 1000, 2000, allowed[i] + 1, 0, 0), 0, allowed[i]);
        EXPECT_RE(sc_configure(sc, 1000, 2000, WORD_MAX, 0, 0), 0, allowed[i]);
        EXPECT_OK(sc_configure(sc, 1000, 2000, allowed[i], 0, 0));
    }
}

TEST(sched_context, unknown_flags_are_ignored)
{
    EXPECT_OK(sc_configure(sc_new(), 1000, 2000, 0, 0, WORD_MAX));
}

TEST(sched_context, bind_checks)
{
    word_t sc = configured_sc(), other = configured_sc(), tcb = tcb_new(), n = notification_new();
    EXPECT_IC(sc_bind(sc, ROOT_CNODE), 1);
    EXPECT_IC(sc_bind(sc, 0), 1);
    EXPECT_IC(sc_bind(sc, endpoint_new()), 1);
    EXPECT_OK(sc_bind(sc, tcb));
    EXPECT_IO(sc_bind(sc, tcb_new()));
    EXPECT_IO(sc_bind(other, tcb));
    EXPECT_OK(sc_bind(sc, n)); /* both at once is allowed */
    EXPECT_IO(sc_bind(sc, notification_new()));
    EXPECT_IO(sc_bind(other, n));
}

TEST(sched_context, unbind_object_checks)
{
    word_t sc = configured_sc(), tcb = tcb_new(), n = notification_new();
    EXPECT_IO(sc_unbind_object(sc, tcb));
    EXPECT_IO(sc_unbind_object(sc, n));
    EXPECT_IC(sc_unbind_object(sc, ROOT_CNODE), 1);
    EXPECT_OK(sc_bind(sc, tcb));
    EXPECT_OK(sc_bind(sc, n));
    EXPECT_IO(sc_unbind_object(sc, tcb_new()));
    EXPECT_IO(sc_unbind_object(sc, notification_new()));
    EXPECT_OK(sc_unbind_object(sc, tcb));
    EXPECT_IO(sc_unbind_object(sc, tcb));
    EXPECT_OK(sc_unbind_object(sc, n)); /* still bound: only that object was taken off */
}

TEST(sched_context, own_context_cannot_be_unbound)
{
    EXPECT_IO(sc_unbind(ROOT_SC));
    EXPECT_IO(sc_unbind_object(ROOT_SC, ROOT_TCB));
}

TEST(sched_context, unbind_detaches_everything)
{
    word_t sc = configured_sc(), tcb = tcb_new(), n = notification_new();
    EXPECT_OK(sc_unbind(sc));
    EXPECT_OK(sc_bind(sc, tcb));
    EXPECT_OK(sc_bind(sc, n));
    EXPECT_OK(sc_unbind(sc));
    EXPECT_IO(sc_unbind_object(sc, tcb));
    EXPECT_IO(sc_unbind_object(sc, n));
}

TEST(sched_context, unconfigured_context_binds_to_an_inactive_thread)
{
    word_t sc = sc_new();
    EXPECT_OK(sc_bind(sc, tcb_new()));
    EXPECT_OK(sc_unbind(sc));
    EXPECT_OK(sc_bind(sc, notification_new()));
}

TEST(sched_context, unconfigured_context_does_not_bind_to_a_blocked_thread)
{
    struct thread *t = thread_with_syscall(0, SYS_WAIT, notification_new(), 0, 0, 0, 0);
    EXPECT_OK(sc_unbind(t->sc));
    EXPECT_IO(sc_bind(sc_new(), t->tcb));
    EXPECT_OK(sc_bind(t->sc, t->tcb));
}

static void progress_once(word_t unused)
{
    (void)unused;
    self()->progress = 1;
    thread_stop();
}

TEST(sched_context, thread_on_an_unconfigured_context_runs_once_it_is_configured)
{
    struct thread *t = thread_new_passive(progress_once, 0, TEST_PRIORITY + 1);
    word_t sc = sc_new();
    EXPECT_OK(sc_bind(sc, t->tcb));
    thread_start(t);
    settle();
    EXPECT_EQ(t->progress, 0);
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    EXPECT_EQ(t->progress, 1);
}

TEST(sched_context, unbind_stops_a_ready_thread)
{
    struct thread *t = thread_new(progress_once, 0, TEST_PRIORITY - 1);
    thread_start(t);
    EXPECT_OK(sc_unbind(t->sc));
    settle();
    EXPECT_EQ(t->progress, 0);
    EXPECT_OK(sc_bind(t->sc, t->tcb));
    settle();
    EXPECT_EQ(t->progress, 1);
}

TEST(sched_context, deletion_stops_a_ready_thread)
{
    struct thread *t = thread_new(progress_once, 0, TEST_PRIORITY - 1);
    thread_start(t);
    EXPECT_OK(cnode_delete(t->sc));
    settle();
    EXPECT_EQ(t->progress, 0);
    word_t sc = configured_sc();
    EXPECT_OK(sc_bind(sc, t->tcb));
    settle();
    EXPECT_EQ(t->progress, 1);
}

TEST(sched_context, deleting_the_thread_frees_the_context)
{
    word_t sc = configured_sc(), tcb = tcb_new();
    EXPECT_OK(sc_bind(sc, tcb));
    EXPECT_OK(cnode_delete(tcb));
    EXPECT_OK(sc_bind(sc, tcb_new()));
}

TEST(sched_context, deleting_the_notification_frees_the_context)
{
    word_t sc = configured_sc(), n = notification_new();
    EXPECT_OK(sc_bind(sc, n));
    EXPECT_OK(cnode_delete(n));
    EXPECT_OK(sc_bind(sc, notification_new()));
}

TEST(sched_context, new_context_has_consumed_nothing)
{
    EXPECT_OK(sc_consumed(configured_sc()));
    EXPECT_EQ(INFO_LENGTH(self()->out.info), IS_64BIT ? 1 : 2);
    EXPECT_EQ(got_mr(0), 0);
    if (!IS_64BIT) EXPECT_EQ(got_mr(1), 0);
}

/* ---- YieldTo ------------------------------------------------------------------------------------------------------------ */

TEST(sched_context, yield_to_checks)
{
    EXPECT_IO(sc_yield_to(configured_sc()));
    EXPECT_IO(sc_yield_to(ROOT_SC));
    struct thread *t = thread_new(progress_once, 0, TEST_PRIORITY);
    EXPECT_OK(tcb_set_mcp(ROOT_TCB, ROOT_TCB, TEST_PRIORITY - 1));
    EXPECT_IO(sc_yield_to(t->sc));
}

TEST(sched_context, yield_to_a_thread_that_is_not_runnable_returns_at_once)
{
    struct thread *t = thread_new(progress_once, 0, TEST_PRIORITY);
    EXPECT_OK(sc_yield_to(t->sc));
    EXPECT_EQ(INFO_LENGTH(self()->out.info), IS_64BIT ? 1 : 2);
    EXPECT_EQ(got_mr(0), 0);
    EXPECT_EQ(t->progress, 0);
}

TEST(sched_context, yield_to_a_lower_thread_returns_at_once)
{
    struct thread *t = thread_new(progress_once, 0, TEST_PRIORITY - 1);
    thread_start(t);
    EXPECT_OK(sc_yield_to(t->sc));
    EXPECT_EQ(t->progress, 0);
}

TEST(sched_context, yield_to_an_equal_thread_lets_it_run_first)
{
    struct thread *other = thread_new(progress_once, 0, TEST_PRIORITY), *t = thread_new(progress_once, 0, TEST_PRIORITY);
    thread_start(other);
    thread_start(t);
    EXPECT_OK(sc_yield_to(t->sc));
    EXPECT_EQ(t->progress, 1);
    EXPECT_EQ(other->progress, 0); /* the yielder stays ahead of it */
}

static void yield_to(word_t sc)
{
    struct thread *me = self();
    me->progress = 1;
    me->seen[1] = sc_yield_to(sc);
    me->seen[2] = me->out.info;
    me->progress = 2;
    thread_stop();
}

/* A thread that has yielded to a spinner of its priority; both below the test. */
static struct thread *pending_yield(struct thread **spinner)
{
    static volatile word_t counter;
    *spinner = thread_new(count_for_ever, (word_t)&counter, 100);
    struct thread *t = thread_new(yield_to, (*spinner)->sc, 100);
    thread_start(*spinner);
    thread_start(t);
    sleep_us(200);
    EXPECT_EQ(t->progress, 1);
    return t;
}

TEST(sched_context, yield_to_completes_when_the_target_is_suspended)
{
    struct thread *s, *t = pending_yield(&s);
    EXPECT_OK(tcb_suspend(s->tcb));
    settle();
    EXPECT_EQ(t->progress, 2);
    EXPECT_EQ(t->seen[1], 0);
    EXPECT_EQ(INFO_LENGTH(t->seen[2]), IS_64BIT ? 1 : 2);
}

TEST(sched_context, yield_to_completes_when_the_target_is_deleted)
{
    struct thread *s, *t = pending_yield(&s);
    EXPECT_OK(cnode_delete(s->tcb));
    settle();
    EXPECT_EQ(t->progress, 2);
    EXPECT_EQ(INFO_LENGTH(t->seen[2]), IS_64BIT ? 1 : 2);
}

TEST(sched_context, yield_to_completes_when_the_context_is_deleted)
{
    struct thread *s, *t = pending_yield(&s);
    EXPECT_OK(cnode_delete(s->sc));
    settle();
    EXPECT_EQ(t->progress, 2);
}

TEST(sched_context, yield_to_is_forgotten_with_its_caller)
{
    struct thread *s, *t = pending_yield(&s);
    EXPECT_OK(cnode_delete(t->tcb));
    EXPECT_OK(cnode_delete(s->sc));
}

TEST(sched_context, suspended_yielder_forgets_the_yield)
{
    struct thread *s, *t = pending_yield(&s);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_OK(tcb_suspend(s->tcb));
    settle();
    EXPECT_EQ(t->progress, 1);
}
