/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 7.6: notifications, bound notifications, and notifications with a scheduling context.
 */
#include "kit/kit.h"

static struct thread *waiter(word_t notification, word_t priority)
{
    struct thread *t = thread_for_syscall(SYS_WAIT, notification, INFO(0x55, 0, 3), 0, 0, 0);
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, priority));
    thread_start(t);
    return t;
}

TEST(notification, signals_accumulate_by_or)
{
    word_t n = notification_new();
    ipc_signal(mint_new(n, ALL_RIGHTS, 0x10));
    ipc_signal(mint_new(n, ALL_RIGHTS, 0x01));
    ipc_signal(mint_new(n, ALL_RIGHTS, 0x11));
    EXPECT_EQ(ipc_wait(n), 0x11);
    EXPECT_EQ(ipc_poll(n), 0);
}

TEST(notification, unbadged_signal_makes_it_active_with_word_0)
{
    word_t n = notification_new();
    ipc_signal(n);
    EXPECT_EQ(ipc_wait(n), 0); /* does not block */
}

TEST(notification, waiter_gets_the_badge_and_keeps_its_registers)
{
    word_t n = notification_new();
    struct thread *t = waiter(n, TEST_PRIORITY + 1);
    EXPECT_EQ(t->seen[0], 0);
    ipc_signal(mint_new(n, ALL_RIGHTS, 0x21));
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[1], 0x21);
    EXPECT_EQ(t->seen[2], INFO(0x55, 0, 3));
    for (unsigned i = 0; i < 4; i++) EXPECT_EQ(t->seen[3 + i], 11 + i);
    EXPECT_EQ(ipc_poll(n), 0);
}

TEST(notification, one_signal_wakes_one_waiter_by_priority)
{
    word_t n = notification_new();
    struct thread *a = waiter(n, 160), *b = waiter(n, 170), *c = waiter(n, 160);
    ipc_signal(n);
    EXPECT(!a->seen[0] && b->seen[0] && !c->seen[0]);
    ipc_signal(n);
    EXPECT(a->seen[0] && !c->seen[0]);
    ipc_signal(n);
    EXPECT(c->seen[0]);
}

TEST(notification, priority_change_reorders_waiters)
{
    word_t n = notification_new();
    struct thread *a = waiter(n, 160), *b = waiter(n, 161);
    EXPECT_OK(tcb_set_priority(a->tcb, ROOT_TCB, 162));
    ipc_signal(n);
    EXPECT(a->seen[0] && !b->seen[0]);
}

TEST(notification, suspended_waiter_leaves_the_queue)
{
    word_t n = notification_new();
    struct thread *a = waiter(n, 160);
    EXPECT_OK(tcb_suspend(a->tcb));
    ipc_signal(mint_new(n, ALL_RIGHTS, 2));
    EXPECT_EQ(ipc_poll(n), 2);
    EXPECT_EQ(a->seen[0], 0);
}

TEST(notification, send_and_nbsend_signal_whatever_the_message)
{
    word_t n = notification_new();
    ipc_send(mint_new(n, ALL_RIGHTS, 1), INFO(99, 0, 4), NONE);
    ipc_nbsend(mint_new(n, ALL_RIGHTS, 2), INFO(99, 0, 4), NONE);
    EXPECT_EQ(ipc_poll(n), 3);
}

/* ---- bound --------------------------------------------------------------------------------------------------------------- */

TEST(notification, bound_thread_receives_signals_on_its_endpoint)
{
    word_t n = notification_new(), e = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_RECV, e, 7, reply_new(), 0, 0);
    EXPECT_OK(tcb_bind_notification(t->tcb, n));
    thread_start(t);
    ipc_signal(mint_new(n, ALL_RIGHTS, 0x31));
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[1], 0x31);
    EXPECT_EQ(t->seen[2], 7); /* only the badge register */
    EXPECT_OK(tcb_unbind_notification(t->tcb));
    EXPECT_EQ(ipc_poll(n), 0);
    ipc_nbsend(e, INFO(1, 0, 0), NONE); /* the receive was cancelled */
    EXPECT_EQ(t->seen[2], 7);
}

TEST(notification, pending_signal_wins_over_a_queued_sender)
{
    word_t n = notification_new(), e = endpoint_new(), reply = reply_new();
    EXPECT_OK(tcb_bind_notification(ROOT_TCB, n));
    thread_with_syscall(0, SYS_SEND, mint_new(e, ALL_RIGHTS, 5), INFO(1, 0, 0), 0, 0, 0);
    ipc_signal(mint_new(n, ALL_RIGHTS, 0x31));
    EXPECT_EQ(ipc_recv(e, reply), 0x31);
    EXPECT_EQ(ipc_recv(e, reply), 5);
    ipc_signal(mint_new(n, ALL_RIGHTS, 0x32));
    EXPECT_EQ(ipc_nbrecv(e, reply), 0x32);
    EXPECT_EQ(ipc_nbrecv(e, reply), 0);
}

TEST(notification, signal_does_not_disturb_a_bound_thread_that_sends)
{
    word_t n = notification_new(), e = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_SEND, e, INFO(6, 0, 0), 0, 0, 0);
    EXPECT_OK(tcb_bind_notification(t->tcb, n));
    thread_start(t);
    ipc_signal(mint_new(n, ALL_RIGHTS, 4));
    EXPECT_EQ(t->seen[0], 0);
    ipc_recv(e, reply_new());
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[1], e);
}

TEST(notification, bound_thread_may_wait_on_its_own_notification)
{
    word_t n = notification_new();
    struct thread *t = thread_for_syscall(SYS_WAIT, n, 0, 0, 0, 0);
    EXPECT_OK(tcb_bind_notification(t->tcb, n));
    thread_start(t);
    EXPECT_EQ(t->seen[0], 0);
    ipc_signal(mint_new(n, ALL_RIGHTS, 4));
    EXPECT_EQ(t->seen[1], 4);
}

TEST(notification, others_may_not_wait_on_a_bound_one)
{
    word_t n = notification_new(), faults = endpoint_new();
    EXPECT_OK(tcb_bind_notification(tcb_new(), n));
    thread_with_syscall(faults, SYS_WAIT, n, 0, 0, 0, 0);
    EXPECT_EQ(fault_recv(faults, reply_new()), seL4_Fault_CapFault);
    EXPECT_EQ(got_mr(seL4_CapFault_LookupFailureType), LOOKUP_MISSING);
    EXPECT_EQ(got_mr(seL4_CapFault_BitsLeft), 0);
}

TEST(notification, unbound_thread_no_longer_gets_signals)
{
    word_t n = notification_new(), e = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_RECV, e, 0, reply_new(), 0, 0);
    EXPECT_OK(tcb_bind_notification(t->tcb, n));
    thread_start(t);
    EXPECT_OK(tcb_unbind_notification(t->tcb));
    ipc_signal(n);
    EXPECT_EQ(t->seen[0], 0);
}

TEST(notification, deleting_the_bound_thread_frees_the_notification)
{
    word_t n = notification_new(), tcb = tcb_new();
    EXPECT_OK(tcb_bind_notification(tcb, n));
    EXPECT_OK(cnode_delete(tcb));
    EXPECT_OK(tcb_bind_notification(tcb_new(), n));
}

TEST(notification, deleting_the_notification_unbinds_the_thread)
{
    word_t n = notification_new(), tcb = tcb_new();
    EXPECT_OK(tcb_bind_notification(tcb, n));
    EXPECT_OK(cnode_delete(n));
    EXPECT_IO(tcb_unbind_notification(tcb));
}

/* ---- scheduling contexts -------------------------------------------------------------------------------------------------- */

static word_t configured_sc(void)
{
    word_t sc = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    return sc;
}

static void wait_for_ever(word_t notification)
{
    struct thread *me = self();
    for (;;) {
        me->seen[1] = ipc_wait(notification);
        me->progress++;
    }
}

/* A thread that waits on N and has no scheduling context of its own. */
static struct thread *passive_waiter(word_t n, word_t priority)
{
    struct thread *t = thread_new(wait_for_ever, n, priority);
    thread_start(t);
    settle();
    EXPECT_OK(sc_unbind(t->sc));
    return t;
}

TEST(notification, passive_waiter_without_any_sc_does_not_run)
{
    word_t n = notification_new();
    struct thread *t = passive_waiter(n, 160);
    ipc_signal(mint_new(n, ALL_RIGHTS, 6));
    settle();
    EXPECT_EQ(t->progress, 0);
    EXPECT_EQ(ipc_poll(n), 0); /* delivered, though */
    EXPECT_OK(sc_bind(t->sc, t->tcb));
    EXPECT_EQ(t->progress, 1);
    EXPECT_EQ(t->seen[1], 6);
}

TEST(notification, lends_its_sc_to_a_passive_waiter)
{
    word_t n = notification_new(), sc = configured_sc();
    struct thread *t = passive_waiter(n, 160);
    EXPECT_OK(sc_bind(sc, n));
    ipc_signal(n);
    EXPECT_EQ(t->progress, 1);
    EXPECT_IO(sc_unbind_object(sc, t->tcb)); /* it waits again: returned */
    ipc_signal(n);
    EXPECT_EQ(t->progress, 2);
}

TEST(notification, does_not_lend_its_sc_twice)
{
    word_t n = notification_new(), sc = configured_sc();
    struct thread *a = passive_waiter(n, 160), *b = passive_waiter(n, 159);
    EXPECT_OK(sc_bind(sc, n));
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, 200));
    ipc_signal(n); /* a has the context, but does not run yet */
    ipc_signal(n); /* b is woken without */
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, TEST_PRIORITY));
    EXPECT_EQ(a->progress, 1);
    EXPECT_EQ(b->progress, 0);
    EXPECT_OK(sc_bind(b->sc, b->tcb));
    EXPECT_EQ(b->progress, 1);
}

TEST(notification, waiter_with_its_own_sc_does_not_borrow)
{
    word_t n = notification_new(), sc = configured_sc();
    struct thread *t = thread_new(wait_for_ever, n, 100);
    thread_start(t);
    settle();
    EXPECT_OK(sc_bind(sc, n));
    ipc_signal(n);
    EXPECT_IO(sc_unbind_object(sc, t->tcb));
    EXPECT_OK(sc_unbind_object(t->sc, t->tcb));
}

TEST(notification, deleted_sc_is_not_lent)
{
    word_t n = notification_new(), sc = configured_sc();
    struct thread *t = passive_waiter(n, 160);
    EXPECT_OK(sc_bind(sc, n));
    EXPECT_OK(cnode_delete(sc));
    ipc_signal(n);
    settle();
    EXPECT_EQ(t->progress, 0);
}

TEST(notification, bound_passive_thread_gets_the_sc)
{
    /* BIND006 */
    word_t n = notification_new(), e = endpoint_new(), sc = configured_sc();
    struct thread *t = thread_for_syscall(SYS_RECV, e, 0, reply_new(), 0, 0);
    EXPECT_OK(tcb_bind_notification(t->tcb, n));
    thread_start(t);
    EXPECT_OK(sc_unbind(t->sc));
    EXPECT_OK(sc_bind(sc, n));
    ipc_signal(mint_new(n, ALL_RIGHTS, 9));
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[1], 9);
}

TEST(notification, sc_of_thread_and_notification_is_lost_at_the_next_wait)
{
    /* SCHED_CONTEXT_0007 */
    word_t n = notification_new();
    struct thread *t = thread_new(wait_for_ever, n, 160);
    EXPECT_OK(sc_bind(t->sc, n));
    EXPECT_OK(tcb_resume(t->tcb)); /* runs on its own context until it waits */
    EXPECT_IO(sc_unbind_object(t->sc, t->tcb));
    ipc_signal(n);
    EXPECT_EQ(t->progress, 1);
}

TEST(notification, sc_is_free_again_when_the_borrower_is_deleted)
{
    word_t n = notification_new(), sc = configured_sc();
    struct thread *a = passive_waiter(n, 160), *b = passive_waiter(n, 159);
    EXPECT_OK(sc_bind(sc, n));
    EXPECT_OK(tcb_set_priority(a->tcb, ROOT_TCB, 161));
    EXPECT_OK(tcb_set_priority(b->tcb, ROOT_TCB, 151));
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, 200));
    ipc_signal(n); /* a has the context, does not run */
    EXPECT_OK(cnode_delete(a->tcb));
    ipc_signal(n);
    EXPECT_OK(tcb_set_priority(ROOT_TCB, ROOT_TCB, TEST_PRIORITY));
    EXPECT_EQ(b->progress, 1);
}
