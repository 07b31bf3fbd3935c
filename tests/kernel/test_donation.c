/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 7.2 and 7.5: scheduling contexts that travel with calls.
 */
#include "kit/kit.h"

static word_t ep, reply;

/* Words in every message of the chains: more than four do not fit the registers (and the kernel's fast path). */
static word_t words;

static void setup(void)
{
    words = 0;
    ep = endpoint_new();
    reply = reply_new();
}

static struct thread *caller(void)
{
    return thread_with_syscall(0, SYS_CALL, ep, INFO(5, 0, 1), 0, 0, 0);
}

/* A thread that receives once and then counts how often it gets on; passive after settle(). */
static void serve(word_t own_reply)
{
    struct thread *me = self();
    ipc_recv(ep, own_reply);
    for (;;) {
        me->progress++;
        me->seen[0] = INFO_LABEL(me->out.info);
        ipc_reply_recv(ep, INFO(me->seen[0] + 1, 0, words), NONE, own_reply);
    }
}

static void receive_and_stay(word_t own_reply)
{
    struct thread *me = self();
    ipc_recv(ep, own_reply);
    me->progress = 1;
    ipc_wait(me->seen[0]); /* blocks with the caller's scheduling context */
    me->progress = 2;
    ipc_send(own_reply, INFO(9, 0, 0), NONE);
    me->progress = 3;
    thread_stop();
}

static struct thread *passive(void (*body)(word_t), word_t own_reply, word_t priority)
{
    struct thread *t = thread_new(body, own_reply, priority);
    t->seen[0] = notification_new();
    thread_start(t);
    settle();
    EXPECT_OK(sc_unbind(t->sc));
    return t;
}

/* ---- donation --------------------------------------------------------------------------------------------------------- */

TEST(donation, call_lends_the_scheduling_context_and_reply_returns_it)
{
    setup();
    struct thread *s = passive(serve, reply, TEST_PRIORITY + 1);
    EXPECT_EQ(ipc_call(ep, INFO(3, 0, 0), NONE), 4);
    EXPECT_EQ(ipc_call(ep, INFO(6, 0, 0), NONE), 7);
    EXPECT_EQ(s->progress, 2);
    EXPECT_IO(sc_unbind_object(s->sc, s->tcb));
}

TEST(donation, passive_server_runs_at_its_own_priority)
{
    setup();
    static volatile word_t counter;
    counter = 0;
    struct thread *s = passive(serve, reply, 10);
    struct thread *spin = thread_new(count_for_ever, (word_t)&counter, 20);
    struct thread *c = caller(); /* priority above the test */
    thread_start(spin);
    sleep_us(200);
    EXPECT_EQ(c->seen[0], 0); /* the spinner at 20 keeps the server at 10 away */
    EXPECT_EQ(s->progress, 0);
    EXPECT(counter > 0);
    EXPECT_OK(tcb_suspend(spin->tcb));
    settle();
    EXPECT_EQ(c->seen[2], INFO(6, 0, 0));
}

TEST(donation, passive_server_takes_the_next_queued_caller_when_it_replies)
{
    for (word_t length = 0; length <= 8; length += 8) {
        setup();
        words = length;
        struct thread *s = passive(serve, reply, 10), *c[3];
        for (unsigned i = 0; i < 3; i++) c[i] = thread_with_syscall(0, SYS_CALL, ep, INFO(20 + i, 0, words), 0, 0, 0);
        EXPECT_EQ(s->progress, 0); /* the first has lent its context, the others queue up */
        settle();
        EXPECT_EQ(s->progress, 3);
        for (unsigned i = 0; i < 3; i++) EXPECT_EQ(c[i]->seen[2], INFO(21 + i, 0, words));
        EXPECT_IO(sc_unbind_object(c[2]->sc, s->tcb)); /* everybody has his own again */
    }
}

TEST(donation, plain_send_to_a_passive_server_does_not_lend)
{
    setup();
    struct thread *s = passive(serve, reply, TEST_PRIORITY + 1);
    ipc_send(ep, INFO(3, 0, 0), NONE);
    ipc_nbsend(ep, INFO(4, 0, 0), NONE); /* nobody waits any more: dropped */
    settle();
    EXPECT_EQ(s->progress, 0);
    EXPECT_OK(sc_bind(s->sc, s->tcb));
    EXPECT_EQ(s->progress, 1);
    EXPECT_EQ(s->seen[0], 3);
}

TEST(donation, nbsend_wait_hands_the_scheduling_context_over)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1);
    word_t never = endpoint_new();
    struct thread *c = thread_with_syscall(0, SYS_NBSEND_WAIT, never, INFO(1, 0, 0), ep, 0, 0);
    EXPECT_EQ(s->progress, 1); /* ran on c's */
    ipc_nbsend(never, INFO(2, 0, 0), NONE); /* c is served, but has nothing to run on */
    EXPECT_EQ(c->seen[0], 0);
    EXPECT_OK(sc_unbind_object(c->sc, s->tcb));
    EXPECT_OK(sc_bind(c->sc, c->tcb));
    EXPECT_EQ(c->seen[0], 1);
}

TEST(donation, plain_send_on_the_reply_returns_the_scheduling_context)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1);
    struct thread *c = caller();
    EXPECT_EQ(s->progress, 1);
    ipc_signal(s->seen[0]);
    settle();
    EXPECT_EQ(c->seen[2], INFO(9, 0, 0)); /* answered, and running again */
    EXPECT_EQ(s->progress, 2);            /* the server stopped in its Send */
}

/* client -> proxy -> server, two hops, all passive but the client. */
static word_t proxy_ep, proxy_reply;

static void proxy_loop(word_t unused)
{
    (void)unused;
    struct thread *me = self();
    ipc_recv(proxy_ep, proxy_reply);
    for (;;) {
        me->progress++;
        word_t answer = ipc_call(ep, INFO(INFO_LABEL(me->out.info) + 10, 0, words), NONE);
        ipc_reply_recv(proxy_ep, INFO(answer + 100, 0, words), NONE, proxy_reply);
    }
}

static void chain_at(word_t server_priority, word_t proxy_priority, word_t length)
{
    setup();
    words = length;
    proxy_ep = endpoint_new();
    proxy_reply = reply_new();
    struct thread *s = passive(serve, reply, server_priority), *p = passive(proxy_loop, 0, proxy_priority);
    for (word_t i = 1; i <= 10; i++) {
        EXPECT_EQ(ipc_call(proxy_ep, INFO(i, 0, words), NONE), i + 111);
        EXPECT_EQ(s->progress, i);
        EXPECT_EQ(p->progress, i);
    }
}

TEST(donation, chain_of_calls_above) { chain_at(TEST_PRIORITY + 2, TEST_PRIORITY + 1, 0); }
TEST(donation, chain_of_calls_equal) { chain_at(TEST_PRIORITY, TEST_PRIORITY, 0); }
TEST(donation, chain_of_calls_below) { chain_at(TEST_PRIORITY - 2, TEST_PRIORITY - 1, 0); }
TEST(donation, chain_of_long_calls_above) { chain_at(TEST_PRIORITY + 2, TEST_PRIORITY + 1, 8); }
TEST(donation, chain_of_long_calls_equal) { chain_at(TEST_PRIORITY, TEST_PRIORITY, 8); }
TEST(donation, chain_of_long_calls_below) { chain_at(TEST_PRIORITY - 2, TEST_PRIORITY - 1, 8); }

/* A chain that stops in the server: client c -> proxy -> server that waits for a signal. */
static struct thread *open_chain(struct thread **server, struct thread **proxy, word_t length)
{
    setup();
    words = length;
    proxy_ep = endpoint_new();
    proxy_reply = reply_new();
    *server = passive(receive_and_stay, reply, TEST_PRIORITY + 2);
    *proxy = passive(proxy_loop, 0, TEST_PRIORITY + 1);
    struct thread *c = thread_with_syscall(0, SYS_CALL, proxy_ep, INFO(1, 0, words), 0, 0, 0);
    EXPECT_EQ((*server)->progress, 1);
    EXPECT_EQ((*proxy)->progress, 1);
    return c;
}

static void deleting_replies_in_order_returns_the_sc_hop_by_hop(word_t length)
{
    struct thread *s, *p, *c = open_chain(&s, &p, length);
    EXPECT_IO(sc_bind(p->sc, s->tcb)); /* the server has the context */
    EXPECT_OK(cnode_delete(reply));
    EXPECT_IO(sc_bind(s->sc, p->tcb)); /* now the proxy, INACTIVE */
    EXPECT_IO(sc_unbind_object(c->sc, s->tcb));
    EXPECT_OK(cnode_delete(proxy_reply));
    EXPECT_OK(sc_unbind_object(c->sc, c->tcb));
    EXPECT_EQ(c->seen[0], 0);
}

TEST(donation, deleting_replies_in_order_returns_the_sc_hop_by_hop) { deleting_replies_in_order_returns_the_sc_hop_by_hop(0); }
TEST(donation, deleting_replies_in_order_returns_the_sc_hop_by_hop_after_long_calls) { deleting_replies_in_order_returns_the_sc_hop_by_hop(8); }

static void deleting_the_lower_reply_cuts_the_chain(word_t length)
{
    struct thread *s, *p, *c = open_chain(&s, &p, length);
    EXPECT_OK(cnode_delete(proxy_reply)); /* the client is cut off: INACTIVE; the server keeps the context */
    ipc_signal(s->seen[0]);
    settle();
    EXPECT_EQ(s->progress, 2);
    EXPECT_OK(sc_unbind_object(c->sc, p->tcb)); /* it came back as far as the proxy */
    EXPECT_EQ(c->seen[0], 0);
}

TEST(donation, deleting_the_lower_reply_cuts_the_chain) { deleting_the_lower_reply_cuts_the_chain(0); }
TEST(donation, deleting_the_lower_reply_cuts_the_chain_after_long_calls) { deleting_the_lower_reply_cuts_the_chain(8); }

TEST(donation, deleting_the_reply_returns_the_sc_to_the_caller)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1), *c = caller();
    EXPECT_OK(cnode_delete(reply));
    EXPECT_OK(sc_unbind_object(c->sc, c->tcb));
    ipc_signal(s->seen[0]);
    settle();
    EXPECT_EQ(s->progress, 1); /* nothing to run on */
}

TEST(donation, suspended_caller_leaves_its_sc_with_the_server)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1), *c = caller();
    EXPECT_OK(tcb_suspend(c->tcb));
    ipc_signal(s->seen[0]);
    settle();
    EXPECT_EQ(s->progress, 3); /* the reply is a no-op and the server runs on */
    EXPECT_EQ(c->seen[0], 0);
    EXPECT_OK(sc_unbind_object(c->sc, s->tcb));
}

TEST(donation, deleted_server_leaves_the_call_open)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1), *c = caller();
    EXPECT_OK(cnode_delete(s->tcb));
    EXPECT_IO(sc_unbind_object(c->sc, c->tcb));
    EXPECT_EQ(c->seen[0], 0);
    ipc_send(reply, INFO(7, 0, 0), NONE); /* returns the unbound context to the caller */
    EXPECT_EQ(c->seen[2], INFO(7, 0, 0));
}

TEST(donation, sc_unbound_in_the_server_leaves_the_caller_without)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1), *c = caller();
    EXPECT_OK(sc_unbind(c->sc)); /* call stack detached */
    EXPECT_OK(sc_bind(s->sc, s->tcb));
    ipc_signal(s->seen[0]);
    settle();
    EXPECT_EQ(s->progress, 3);
    EXPECT_EQ(c->seen[0], 0); /* answered, but has no scheduling context */
    EXPECT_OK(sc_bind(c->sc, c->tcb));
    EXPECT_EQ(c->seen[2], INFO(9, 0, 0));
}

TEST(donation, sc_deleted_in_the_server_leaves_the_caller_without)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1), *c = caller();
    EXPECT_OK(cnode_delete(c->sc));
    EXPECT_OK(sc_bind(s->sc, s->tcb));
    ipc_signal(s->seen[0]);
    settle();
    EXPECT_EQ(c->seen[0], 0);
    word_t sc = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    EXPECT_OK(sc_bind(sc, c->tcb));
    EXPECT_EQ(c->seen[2], INFO(9, 0, 0));
}

TEST(donation, unbind_object_takes_the_sc_from_the_server)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1), *c = caller();
    EXPECT_IO(sc_unbind_object(c->sc, c->tcb)); /* bound to the server now */
    EXPECT_OK(sc_unbind_object(c->sc, s->tcb));
    ipc_signal(s->seen[0]);
    settle();
    EXPECT_EQ(s->progress, 1);
    EXPECT_OK(sc_bind(c->sc, c->tcb));
}

TEST(donation, caller_with_another_sc_keeps_it)
{
    setup();
    struct thread *s = passive(receive_and_stay, reply, TEST_PRIORITY + 1), *c = caller();
    word_t sc = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    EXPECT_OK(sc_bind(sc, c->tcb));
    ipc_signal(s->seen[0]);
    settle();
    EXPECT_EQ(c->seen[2], INFO(9, 0, 0));
    EXPECT_EQ(s->progress, 3); /* the server kept the lent one */
    EXPECT_OK(sc_unbind_object(c->sc, s->tcb));
}

TEST(donation, receiving_from_a_caller_without_sc)
{
    setup();
    struct thread *c = caller(); /* queued */
    EXPECT_OK(sc_unbind(c->sc));
    ipc_recv(ep, reply);
    EXPECT_EQ(INFO_LABEL(self()->out.info), 5);
    ipc_send(reply, INFO(7, 0, 0), NONE);
    settle();
    EXPECT_EQ(c->seen[0], 0);
    EXPECT_OK(sc_bind(c->sc, c->tcb));
    EXPECT_EQ(c->seen[2], INFO(7, 0, 0));
}

TEST(donation, sc_deleted_while_queued_sending)
{
    setup();
    struct thread *t = thread_with_syscall(0, SYS_SEND, ep, INFO(5, 0, 0), 0, 0, 0);
    EXPECT_OK(cnode_delete(t->sc));
    ipc_recv(ep, reply);
    EXPECT_EQ(self()->out.info, INFO(5, 0, 0));
    settle();
    EXPECT_EQ(t->seen[0], 0);
}

TEST(donation, sc_deleted_while_waiting_to_receive)
{
    setup();
    struct thread *t = thread_with_syscall(0, SYS_RECV, ep, 0, reply, 0, 0);
    EXPECT_OK(cnode_delete(t->sc));
    ipc_send(ep, INFO(5, 0, 0), NONE);
    EXPECT_EQ(t->seen[0], 0);
    word_t sc = sc_new();
    EXPECT_OK(sc_configure(sc, 10000, 10000, 0, 0, 0));
    EXPECT_OK(sc_bind(sc, t->tcb));
    EXPECT_EQ(t->seen[2], INFO(5, 0, 0));
}
