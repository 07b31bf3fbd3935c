/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 7.3 and 7.5: reply objects and the callers they stand for.
 */
#include "kit/kit.h"

static word_t ep, reply;

static void setup(void)
{
    ep = endpoint_new();
    reply = reply_new();
}

static struct thread *caller(void)
{
    return thread_with_syscall(0, SYS_CALL, ep, INFO(5, 0, 1), 0, 0, 0);
}

/* ---- association --------------------------------------------------------------------------------------------------- */

TEST(reply, any_holder_may_reply)
{
    setup();
    struct thread *c = caller();
    ipc_recv(ep, reply);
    thread_with_syscall(0, SYS_SEND, reply, INFO(8, 0, 0), 0, 0, 0);
    settle();
    EXPECT_EQ(c->seen[2], INFO(8, 0, 0));
}

TEST(reply, copies_of_a_reply_capability_are_equal)
{
    setup();
    struct thread *c = caller();
    ipc_recv(ep, copy_new(reply, 0));
    ipc_send(copy_new(reply, ALL_RIGHTS), INFO(8, 0, 0), NONE);
    EXPECT_EQ(c->seen[2], INFO(8, 0, 0));
}

TEST(reply, second_reply_is_a_no_op)
{
    setup();
    struct thread *c = caller();
    ipc_recv(ep, reply);
    ipc_send(reply, INFO(8, 0, 0), NONE);
    ipc_send(reply, INFO(9, 0, 0), NONE);
    EXPECT_OK(invoke(reply, 9, NONE, NONE));
    settle();
    EXPECT_EQ(c->seen[2], INFO(8, 0, 0));
}

TEST(reply, call_on_a_reply_capability_sends_and_returns)
{
    setup();
    struct thread *c = caller();
    ipc_recv(ep, reply);
    EXPECT_EQ(ipc_call(reply, INFO(8, 0, 1), LIST(3)), 0);
    EXPECT_EQ(self()->out.info, 0);
    EXPECT_EQ(self()->out.cap, 0);
    EXPECT_EQ(c->seen[2], INFO(8, 0, 1));
    EXPECT_EQ(c->seen[3], 3);
}

TEST(reply, reuse_before_replying_kills_the_call)
{
    setup();
    struct thread *c = caller();
    ipc_recv(ep, reply);
    EXPECT_EQ(ipc_nbrecv(ep, reply), 0);
    ipc_send(reply, INFO(8, 0, 0), NONE);
    settle();
    EXPECT_EQ(c->seen[0], 0);
    thread_start(c); /* INACTIVE: calls again */
    ipc_nbrecv(ep, reply);
    EXPECT_EQ(INFO_LABEL(self()->out.info), 5);
}

TEST(reply, object_of_a_waiting_receiver_can_be_taken_over)
{
    setup();
    struct thread *t = thread_with_syscall(0, SYS_RECV, ep, 0, reply, 0, 0);
    word_t other = endpoint_new();
    EXPECT_EQ(ipc_nbrecv(other, reply), 0); /* t's receive is cancelled, t INACTIVE */
    ipc_nbsend(ep, INFO(1, 0, 0), NONE);
    EXPECT_EQ(t->seen[0], 0);
    thread_start(t);
    ipc_nbsend(ep, INFO(1, 0, 0), NONE);
    EXPECT_EQ(t->seen[0], 1);
}

TEST(reply, invoking_a_waiting_object_has_no_effect)
{
    setup();
    struct thread *t = thread_with_syscall(0, SYS_RECV, ep, 0, reply, 0, 0);
    ipc_send(reply, INFO(1, 0, 0), NONE);
    EXPECT_EQ(t->seen[0], 0);
    ipc_nbsend(ep, INFO(2, 0, 0), NONE);
    EXPECT_EQ(t->seen[2], INFO(2, 0, 0));
}

TEST(reply, deleting_the_object_stops_the_caller)
{
    setup();
    struct thread *c = caller();
    ipc_recv(ep, reply);
    EXPECT_OK(cnode_delete(reply));
    settle();
    EXPECT_EQ(c->seen[0], 0);
    thread_start(c);
    ipc_nbrecv(ep, reply_new());
    EXPECT_EQ(INFO_LABEL(self()->out.info), 5); /* the resumed caller repeats its Call */
}

TEST(reply, deleting_the_object_stops_a_waiting_receiver)
{
    setup();
    struct thread *t = thread_with_syscall(0, SYS_RECV, ep, 0, reply, 0, 0);
    EXPECT_OK(cnode_delete(reply));
    ipc_nbsend(ep, INFO(1, 0, 0), NONE);
    EXPECT_EQ(t->seen[0], 0);
}

TEST(reply, deleting_the_caller_frees_the_object)
{
    setup();
    struct thread *c = caller();
    ipc_recv(ep, reply);
    EXPECT_OK(cnode_delete(c->tcb));
    ipc_send(reply, INFO(1, 0, 0), NONE);
    struct thread *d = caller();
    ipc_recv(ep, reply);
    ipc_send(reply, INFO(2, 0, 0), NONE);
    EXPECT_EQ(d->seen[2], INFO(2, 0, 0));
}
