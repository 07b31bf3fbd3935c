/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 7.1 to 7.3: who waits at an endpoint, who is served first, and what becomes of callers.
 */
#include "kit/kit.h"

static word_t ep, reply;

/* ---- queues ---------------------------------------------------------------------------------------------------------- */

TEST(endpoint, senders_are_served_by_priority_then_arrival)
{
    static const word_t priorities[] = {160, 162, 161, 162, 160};
    static const word_t order[] = {2, 4, 3, 1, 5};
    ep = endpoint_new();
    for (unsigned i = 0; i < 5; i++) {
        struct thread *t = thread_with_syscall(0, SYS_SEND, mint_new(ep, ALL_RIGHTS, i + 1), INFO(0, 0, 0), 0, 0, 0);
        EXPECT_OK(tcb_suspend(t->tcb));
        EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, priorities[i]));
        thread_start(t);
    }
    for (unsigned i = 0; i < 5; i++) EXPECT_EQ(ipc_recv(ep, reply_new()), order[i]);
}

TEST(endpoint, receivers_are_served_by_priority_then_arrival)
{
    struct thread *t[3];
    static const word_t priorities[] = {160, 161, 160};
    ep = endpoint_new();
    for (unsigned i = 0; i < 3; i++) {
        t[i] = thread_for_syscall(SYS_RECV, ep, 0, reply_new(), 0, 0);
        EXPECT_OK(tcb_set_priority(t[i]->tcb, ROOT_TCB, priorities[i]));
        thread_start(t[i]);
    }
    ipc_send(ep, INFO(1, 0, 0), NONE);
    EXPECT_EQ(t[1]->seen[0], 1);
    EXPECT_EQ(t[0]->seen[0], 0);
    ipc_send(ep, INFO(2, 0, 0), NONE);
    EXPECT_EQ(t[0]->seen[0], 1);
    EXPECT_EQ(t[2]->seen[0], 0);
    ipc_send(ep, INFO(3, 0, 0), NONE);
    EXPECT_EQ(t[2]->seen[2], INFO(3, 0, 0));
}

TEST(endpoint, priority_change_reorders_the_queue)
{
    struct thread *t[3];
    ep = endpoint_new();
    for (unsigned i = 0; i < 3; i++)
        t[i] = thread_with_syscall(0, SYS_SEND, mint_new(ep, ALL_RIGHTS, i + 1), INFO(0, 0, 0), 0, 0, 0);
    EXPECT_OK(tcb_set_priority(t[2]->tcb, ROOT_TCB, 200));
    EXPECT_OK(tcb_set_priority(t[0]->tcb, ROOT_TCB, 151));
    EXPECT_EQ(ipc_recv(ep, reply_new()), 3);
    EXPECT_EQ(ipc_recv(ep, reply_new()), 2);
    EXPECT_EQ(ipc_recv(ep, reply_new()), 1);
}

TEST(endpoint, priority_change_goes_behind_equals)
{
    struct thread *t[2];
    ep = endpoint_new();
    for (unsigned i = 0; i < 2; i++)
        t[i] = thread_with_syscall(0, SYS_SEND, mint_new(ep, ALL_RIGHTS, i + 1), INFO(0, 0, 0), 0, 0, 0);
    EXPECT_OK(tcb_set_priority(t[0]->tcb, ROOT_TCB, TEST_PRIORITY + 10)); /* same value: re-inserted behind t[1] */
    EXPECT_EQ(ipc_recv(ep, reply_new()), 2);
}

TEST(endpoint, nbsend_reaches_a_waiting_receiver)
{
    ep = endpoint_new();
    struct thread *t = thread_with_syscall(0, SYS_RECV, ep, 0, reply_new(), 0, 0);
    ipc_nbsend(ep, INFO(5, 0, 1), LIST(77));
    EXPECT_EQ(t->seen[2], INFO(5, 0, 1));
    EXPECT_EQ(t->seen[3], 77);
}

TEST(endpoint, nbrecv_takes_a_waiting_sender)
{
    ep = endpoint_new();
    struct thread *t = thread_with_syscall(0, SYS_SEND, mint_new(ep, ALL_RIGHTS, 8), INFO(5, 0, 1), 0, 0, 0);
    EXPECT_EQ(ipc_nbrecv(ep, reply_new()), 8);
    EXPECT_EQ(got_mr(0), 11);
    settle();
    EXPECT_EQ(t->seen[0], 1);
}

TEST(endpoint, send_returns_after_delivery_only)
{
    ep = endpoint_new();
    struct thread *t = thread_with_syscall(0, SYS_SEND, ep, INFO(5, 0, 1), 0, 0, 0);
    EXPECT_EQ(t->seen[0], 0);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(t->seen[0], 1); /* it has the higher priority */
    EXPECT_EQ(t->seen[1], ep); /* a0 and a1 untouched */
    EXPECT_EQ(t->seen[2], INFO(5, 0, 1));
}

/* ---- calls ------------------------------------------------------------------------------------------------------------- */

static struct thread *caller_through(word_t rights)
{
    return thread_with_syscall(0, SYS_CALL, mint_new(ep, rights, 1), INFO(5, 0, 1), 0, 0, 0);
}

static void expect_call_answered(word_t rights, bool answered)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = caller_through(rights);
    EXPECT_EQ(ipc_recv(ep, reply), 1);
    EXPECT_EQ(got_mr(0), 11);
    ipc_send(reply, INFO(9, 0, 0), NONE);
    settle();
    EXPECT_EQ(t->seen[0], answered);
    if (answered) EXPECT_EQ(t->seen[2], INFO(9, 0, 0));
}

TEST(endpoint, call_with_grant_is_answered) { expect_call_answered(RIGHT_WRITE | RIGHT_GRANT, true); }
TEST(endpoint, call_with_grant_reply_is_answered) { expect_call_answered(RIGHT_WRITE | RIGHT_GRANT_REPLY, true); }
TEST(endpoint, call_without_grant_delivers_and_stops_the_caller) { expect_call_answered(RIGHT_WRITE | RIGHT_READ, false); }

TEST(endpoint, call_without_grant_to_a_waiting_receiver_stops_the_caller)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *server = thread_with_syscall(0, SYS_RECV, ep, 0, reply, 0, 0);
    struct thread *t = caller_through(RIGHT_WRITE);
    EXPECT_EQ(server->seen[2], INFO(5, 0, 1));
    ipc_send(reply, INFO(9, 0, 0), NONE);
    EXPECT_EQ(t->seen[0], 0);
    ep = 0;
}

TEST(endpoint, call_to_a_receiver_without_reply_object_stops_the_caller)
{
    ep = endpoint_new();
    struct thread *server = thread_with_syscall(0, SYS_WAIT, ep, 0, 0, 0, 0);
    struct thread *t = caller_through(ALL_RIGHTS);
    EXPECT_EQ(server->seen[0], 1);
    EXPECT_EQ(t->seen[0], 0);
    struct thread *u = caller_through(ALL_RIGHTS); /* the other order */
    EXPECT_EQ(ipc_wait(ep), 1);
    settle();
    EXPECT_EQ(u->seen[0], 0);
}

TEST(endpoint, interrupted_call_is_abandoned_cleanly)
{
    /* IPC0010: suspend, resume, suspend and delete in the middle of a call. */
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = caller_through(ALL_RIGHTS);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_OK(tcb_resume(t->tcb));
    ipc_recv(ep, reply);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_OK(cnode_delete(t->tcb));
    ipc_send(reply, INFO(0, 0, 0), NONE);
    EXPECT_EQ(ipc_nbrecv(ep, reply), 0);
}

TEST(endpoint, cspace_switch_under_a_blocked_sender)
{
    ep = endpoint_new();
    struct thread *t = thread_with_syscall(0, SYS_SEND, ep, INFO(6, 0, 0), 0, 0, 0);
    EXPECT_OK(tcb_set_space(t->tcb, 0, cnode_new(4), 0, ROOT_VSPACE));
    /* In its new CSpace it cannot even stop itself: let it try below the test. */
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, TEST_PRIORITY - 1));
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(6, 0, 0));
}

/* ---- combined calls --------------------------------------------------------------------------------------------------- */

static volatile word_t rounds;
static struct thread *second;

static void ping_pong(word_t own_reply)
{
    struct thread *me = self();
    if (me == second) ipc_recv(ep, own_reply);
    while (rounds < 100) {
        me->progress++;
        rounds++;
        sys(SYS_NBSEND_RECV, ep, INFO(rounds, 0, 0), NONE, own_reply, ep);
    }
    thread_stop();
}

TEST(endpoint, two_threads_ping_pong_with_nbsend_recv)
{
    ep = endpoint_new();
    rounds = 0;
    second = thread_new(ping_pong, reply_new(), TEST_PRIORITY + 1);
    struct thread *first = thread_new(ping_pong, reply_new(), TEST_PRIORITY + 1);
    thread_start(second);
    thread_start(first);
    settle();
    EXPECT_EQ(rounds, 100);
    EXPECT_EQ(first->progress, 50);
    EXPECT_EQ(second->progress, 50);
}

TEST(endpoint, reply_recv_without_caller_still_receives)
{
    ep = endpoint_new();
    thread_with_syscall(0, SYS_SEND, mint_new(ep, ALL_RIGHTS, 4), INFO(6, 0, 0), 0, 0, 0);
    EXPECT_EQ(ipc_reply_recv(ep, INFO(1, 0, 0), NONE, reply_new()), 4);
}

TEST(endpoint, reply_recv_answers_and_receives_at_once)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *a = caller_through(ALL_RIGHTS), *b = caller_through(ALL_RIGHTS);
    ipc_recv(ep, reply);
    ipc_reply_recv(ep, INFO(21, 0, 0), NONE, reply);
    EXPECT_EQ(a->seen[2], INFO(21, 0, 0));
    EXPECT_EQ(b->seen[0], 0);
    ipc_nbsend(reply, INFO(22, 0, 0), NONE);
    EXPECT_EQ(b->seen[2], INFO(22, 0, 0));
}

/* ---- several servers ------------------------------------------------------------------------------------------------- */

static void count_and_reply(word_t own_reply)
{
    struct thread *me = self();
    ipc_recv(ep, own_reply);
    for (;;) {
        me->progress++;
        ipc_reply_recv(ep, INFO(me->seen[0], 0, 0), NONE, own_reply);
    }
}

static void servers_take_turns(bool passive)
{
    struct thread *t[3];
    ep = endpoint_new();
    for (word_t i = 0; i < 3; i++) {
        t[i] = thread_new(count_and_reply, reply_new(), TEST_PRIORITY + 1);
        t[i]->seen[0] = i;
        thread_start(t[i]);
        if (passive) EXPECT_OK(sc_unbind(t[i]->sc));
    }
    for (word_t round = 0; round < 12; round++) EXPECT_EQ(ipc_call(ep, INFO(9, 0, 0), NONE), round % 3);
    EXPECT_OK(tcb_suspend(t[1]->tcb)); /* from the middle of the queue */
    for (word_t round = 0; round < 6; round++) EXPECT_EQ(ipc_call(ep, INFO(9, 0, 0), NONE), round % 2 * 2);
}

TEST(endpoint, equal_servers_take_turns) { servers_take_turns(false); }
TEST(endpoint, equal_passive_servers_take_turns) { servers_take_turns(true); }

TEST(endpoint, higher_server_is_always_served_first)
{
    struct thread *t[2];
    ep = endpoint_new();
    for (word_t i = 0; i < 2; i++) {
        t[i] = thread_new(count_and_reply, reply_new(), TEST_PRIORITY + 1 + i);
        t[i]->seen[0] = i;
        thread_start(t[i]);
        EXPECT_OK(sc_unbind(t[i]->sc));
    }
    for (word_t round = 0; round < 4; round++) EXPECT_EQ(ipc_call(ep, INFO(9, 0, 0), NONE), 1);
    EXPECT_EQ(t[0]->progress, 0);
}
