/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What ReplyRecv and Call have to look at before they take the short way: everything with and without it (sel4-abi.md 7.2, 7.3, 7.5, 7.7). */
#include "chain.h"

#define SELF seL4_CapInitThreadTCB

/* Another client waits already: answering one and receiving the next is one call. */
static void the_next_client_waits(void **state)
{
    for (int slow = 0; slow < 2; slow++, fresh_system(state)) {
        chain(1);
        tcb_t *next = make_thread(UNTYPED, THIRD, 102, 10000, 20000);
        sched_context_t *its = next->sc;
        start_thread(THIRD);
        assert_ptr_equal(ks.current, next);
        mint_cap(FREE + 20, SERVER_EP(0), RIGHT_ALL, 88);
        put_message(FREE + 20, 4, NONE, WORDS(5));
        host_syscall(seL4_SysCall);
        assert_ptr_equal(ks.current, servers[0]);
        host_slow = slow;
        put_message(SERVER_EP(0), 6, NONE, WORDS(7));
        servers[0]->context.reg[REG_REPLY] = SERVER_REPLY(0);
        host_syscall(seL4_SysReplyRecv);
        assert_ptr_equal(ks.current, servers[0]); /* on the next client's time, with the next client's message */
        assert_ptr_equal(servers[0]->sc, its);
        assert_int_equal(badge(), 88);
        assert_int_equal(info(), info_make(4, 1));
        assert_int_equal(mr(0), 5);
        assert_ptr_equal(client->sc, lent);
        assert_int_equal(client->state, THREAD_RUNNING);
        assert_int_equal(client->context.reg[REG_INFO], info_make(6, 1));
        assert_int_equal(client->context.reg[REG_MESSAGE], 7);
        reply_and_wait(0);
        assert_ptr_equal(ks.current, next);
        assert_ptr_equal(next->sc, its);
    }
}

/* A signal waits for the server: it answers, takes the signal and goes on, but only if there is time for it. */
static void a_signal_waits(void **state)
{
    for (int slow = 0; slow < 2; slow++, fresh_system(state)) {
        chain(1);
        root_again();
        mint_cap(FREE + 20, NTFN, RIGHT_ALL, 6);
        assert_int_equal(call(SERVER(0), TCBBindNotification, WORDS(NTFN), NONE), 0);
        syscall_with(seL4_SysSend, FREE + 20, 0, 0);
        root_priority(1);
        assert_ptr_equal(ks.current, servers[0]);
        host_slow = slow;
        reply_and_wait(0);
        assert_ptr_equal(ks.current, client);
        assert_ptr_equal(client->sc, lent);
        assert_int_equal(servers[0]->state, THREAD_RUNNING);
        assert_int_equal(servers[0]->context.reg[REG_BADGE], 6);
        assert_null(servers[0]->sc);
        assert_null(servers[0]->reply);
    }
}

/* The caller, or the server, is in a domain whose time it is not. */
static void partners_in_another_domain(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (int call_too = 0; call_too < 2; call_too++, fresh_system(state)) {
            chain(1);
            if (call_too)
                reply_and_wait(0);
            root_again();
            assert_int_equal(call(seL4_CapDomain, DomainSetSet, WORDS(call_too ? SERVER(0) : FIRST), WORDS(1)), 0);
            root_priority(1);
            host_slow = slow;
            assert_ptr_equal(ks.current, call_too ? client : servers[0]);
            if (call_too)
                syscall_with(seL4_SysCall, SERVER_EP(0), 1, 0);
            else
                reply_and_wait(0);
            assert_ptr_equal(ks.current, root);
            tcb_t *other = call_too ? servers[0] : client;
            assert_ptr_equal(other->sc, lent);
            assert_int_equal(other->state, THREAD_RUNNING);
            assert_int_equal(other->queue, QUEUE_READY);
            assert_ptr_equal(ks.ready[1].head[other->prio], other);
        }
    }
}

/* Somebody between the two in priority is ready: he runs first, and only when the priorities are so. */
static void somebody_in_between(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (word_t prio = 99; prio <= 102; prio++, fresh_system(state)) {
            chain(1);
            root_again();
            tcb_t *other = make_thread(UNTYPED, THIRD, prio, 10000, 10000);
            assert_int_equal(call(SERVER(0), TCBSetPriority, WORDS(SELF), WORDS(103)), 0);
            start_thread(THIRD);
            root_priority(1);
            assert_ptr_equal(ks.current, servers[0]);
            host_slow = slow;
            reply_and_wait(0); /* the client has 100 */
            assert_ptr_equal(ks.current, prio > 100 ? other : client);
            assert_ptr_equal(client->sc, lent);
            if (prio <= 100) {
                syscall_with(seL4_SysCall, SERVER_EP(0), 1, 0);
                assert_ptr_equal(ks.current, servers[0]);
            }
        }
        /* and a server below its client */
        for (word_t prio = 98; prio <= 101; prio++, fresh_system(state)) {
            chain(1);
            reply_and_wait(0);
            root_again();
            tcb_t *other = make_thread(UNTYPED, THIRD, prio, 10000, 10000);
            assert_int_equal(call(SERVER(0), TCBSetPriority, WORDS(SELF), WORDS(99)), 0);
            start_thread(THIRD);
            root_priority(1);
            if (prio == 101)
                syscall_with(seL4_SysWait, NTFN, 0, 0);
            else if (prio == 100) /* resumed last: it is first */
                host_syscall(seL4_SysYield);
            if (ks.current != client)
                assert_true(run_until(client));
            host_slow = slow;
            syscall_with(seL4_SysCall, SERVER_EP(0), 1, 0);
            assert_ptr_equal(servers[0]->sc, lent);
            assert_ptr_equal(ks.current, prio == 100 ? other : servers[0]);
        }
    }
}

/* Wrong capabilities for the second half: the answer has been given all the same. */
static void answered_but_not_received(void **state)
{
    const word_t wrong[][2] = {{1000, SERVER_REPLY(0)}, {NTFN, SERVER_REPLY(0)}, {FREE + 20, SERVER_REPLY(0)}, {UNTYPED, SERVER_REPLY(0)}};
    for (unsigned i = 0; i < 4; i++) {
        for (int slow = 0; slow < 2; slow++, fresh_system(state)) {
            chain(1);
            copy_cap(FREE + 20, SERVER_EP(0), RIGHT_WRITE | RIGHT_GRANT);
            host_slow = slow;
            syscall_with(seL4_SysReplyRecv, wrong[i][0], 1, wrong[i][1]);
            assert_ptr_equal(ks.current, client);
            assert_ptr_equal(client->sc, lent);
            assert_int_equal(servers[0]->state, wrong[i][0] == NTFN ? THREAD_BLOCKED_NTFN : THREAD_INACTIVE);
        }
    }
    for (int slow = 0; slow < 2; slow++, fresh_system(state)) { /* no reply object: nobody is answered */
        chain(1);
        host_slow = slow;
        syscall_with(seL4_SysReplyRecv, SERVER_EP(0), 1, EP);
        assert_ptr_equal(ks.current, root);
        assert_int_equal(client->state, THREAD_BLOCKED_REPLY);
        assert_int_equal(servers[0]->fault.type, seL4_Fault_CapFault);
    }
}

/* Several servers wait on one endpoint, in order of priority. */
static void servers_wait_in_order(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (word_t prio = 100; prio <= 103; prio++, fresh_system(state)) {
            chain(1);
            tcb_t *second = make_thread(UNTYPED, SERVER(1), 102, 10000, 10000);
            start_thread(SERVER(1));
            assert_ptr_equal(ks.current, second);
            syscall_with(seL4_SysRecv, SERVER_EP(0), 0, SERVER_REPLY(1));
            assert_ptr_equal(ks.current, servers[0]);
            root_again();
            assert_int_equal(call(SERVER(0), TCBSetPriority, WORDS(SELF), WORDS(prio)), 0);
            root_priority(1);
            host_slow = slow;
            reply_and_wait(0);
            assert_ptr_equal(ks.current, client);
            const endpoint_t *ep = (endpoint_t *)endpoint_cap_ptr(host_slot(root, SERVER_EP(0))->cap);
            assert_ptr_equal(ep->queue, prio > 102 ? servers[0] : second);
            assert_ptr_equal(ep->queue->next, prio > 102 ? second : servers[0]);
            assert_ptr_equal(ep->queue->prev, ep->queue->next);
            assert_int_equal(ep->state, ENDPOINT_RECEIVING);
        }
    }
}

int fastpath_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_next_client_waits), TEST(a_signal_waits), TEST(partners_in_another_domain), TEST(somebody_in_between),
        TEST(answered_but_not_received), TEST(servers_wait_in_order),
    };
    return cmocka_run_group_tests_name("fast paths", tests, NULL, NULL);
}
