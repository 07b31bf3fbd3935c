/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Reply objects, the stack of calls, and scheduling contexts that travel along it (sel4-abi.md 7.2, 7.3, 7.5, 7.6, 8.4). */
#include "chain.h"

#include <sched/refill.h>
#include <sched/time.h>

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB

static void it_comes_back_hop_by_hop(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (word_t hops = 1; hops <= HOPS; hops++, fresh_system(state)) {
            host_slow = slow;
            chain(hops);
            for (word_t n = hops; n-- > 0;) {
                assert_ptr_equal(ks.current, servers[n]);
                reply_and_wait(n);
                assert_null(servers[n]->sc);
                assert_int_equal(servers[n]->state, THREAD_BLOCKED_RECV);
            }
            assert_ptr_equal(ks.current, client);
            assert_ptr_equal(client->sc, lent);
            assert_null(lent->reply);
        }
    }
}

/* Something happens to the caller in the middle: the chain is cut there on both sides. */
static void the_middle_is_cut(void **state)
{
    for (int how = 0; how < 4; how++) {
        for (int slow = 0; slow < 2; slow++, fresh_system(state)) {
            chain(3);
            root_again();
            /* the caller that is cut off is the first server: it waits for the second, with SERVER_REPLY(1) */
            switch (how) {
            case 0:
                assert_int_equal(delete_cap(SERVER_REPLY(1)), 0);
                break;
            case 1:
                assert_int_equal(call(SERVER(0), TCBSuspend, NONE, NONE), 0);
                break;
            case 2:
                assert_int_equal(delete_cap(SERVER(0)), 0);
                break;
            default:
                assert_int_equal(call(SERVER_REPLY(1), 0, NONE, NONE), 0); /* answered by somebody else, out of order */
            }
            assert_int_equal(servers[0]->state, how == 3 ? THREAD_RUNNING : THREAD_INACTIVE);
            assert_null(servers[0]->sc);
            assert_null(servers[0]->reply);
            assert_ptr_equal(servers[2]->sc, lent);
            assert_int_equal(client->state, THREAD_BLOCKED_REPLY);
            root_priority(1);
            host_slow = slow;
            assert_ptr_equal(ks.current, servers[2]);
            reply_and_wait(2);
            assert_ptr_equal(ks.current, servers[1]);
            assert_null(lent->reply); /* the part below the cut does not belong to it any more */
            reply_and_wait(1);
            assert_ptr_equal(ks.current, root); /* there was nobody to answer: it keeps the time and waits with it */
            assert_ptr_equal(servers[1]->sc, lent);
            assert_int_equal(servers[1]->state, how == 0 ? THREAD_INACTIVE : THREAD_BLOCKED_RECV); /* a fault: no reply object */
        }
    }
}

static void the_context_goes_while_it_is_lent(void **state)
{
    (void)state;
    chain(3);
    root_again();
    assert_int_equal(call(FIRST + 2, SchedContextUnbind, NONE, NONE), 0);
    assert_null(servers[2]->sc);
    for (word_t n = HOPS; n-- > 0;) {
        tcb_t *caller = n == 0 ? client : servers[n - 1];
        assert_int_equal(caller->state, THREAD_BLOCKED_REPLY);
        assert_int_equal(call(SERVER_REPLY(n), 0, NONE, NONE), 0);
        assert_int_equal(caller->state, THREAD_RUNNING);
        assert_null(caller->sc);
        assert_int_equal(caller->queue, QUEUE_NONE);
    }
}

/* A server is deleted while it runs on lent time: the time can still come home through the reply object. */
static void a_server_dies_with_the_time(void **state)
{
    (void)state;
    chain(1);
    root_again();
    assert_int_equal(delete_cap(SERVER(0)), 0);
    assert_null(lent->tcb);
    assert_int_equal(client->state, THREAD_BLOCKED_REPLY);
    assert_int_equal(call(SERVER_REPLY(0), 0, NONE, NONE), 0);
    assert_ptr_equal(client->sc, lent);
    assert_int_equal(client->state, THREAD_RUNNING);
    assert_int_equal(client->queue, QUEUE_READY);
}

/* A caller that has got another context meanwhile keeps it. */
static void a_caller_with_other_time(void **state)
{
    (void)state;
    chain(1);
    root_again();
    assert_int_equal(call(SERVER(0) + 2, SchedContextBind, WORDS(FIRST), NONE), 0);
    assert_int_equal(call(SERVER_REPLY(0), 0, NONE, NONE), 0);
    assert_ptr_not_equal(client->sc, lent);
    assert_ptr_equal(servers[0]->sc, lent);
    assert_null(lent->reply);
    assert_int_equal(client->state, THREAD_RUNNING);
}

/* A server gives the last of the client's time back: the client sleeps, or its timeout handler is told. */
static void an_answer_without_time(void **state)
{
    for (int handler = 0; handler < 2; handler++) {
        for (int slow = 0; slow < 2; slow++, fresh_system(state)) {
            chain(1);
            root_again();
            if (handler) {
                mint_cap(FREE + 20, EP, RIGHT_WRITE | RIGHT_GRANT, 55);
                assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(FREE + 20), NONE), 0);
            }
            assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(SERVER(0) + 2), WORDS(10000, 10000, 0, 0, 0)), 0);
            host_slow = slow;
            root_priority(1);
            assert_ptr_equal(ks.current, servers[0]);
            host_syscall(seL4_SysYield); /* gives up the client's budget; sleeps on it */
            assert_ptr_equal(ks.current, root);
            assert_int_equal(servers[0]->queue, QUEUE_RELEASE);
            assert_int_equal(call(SERVER_REPLY(0), 0, NONE, WORDS(5)), 0);
            assert_ptr_equal(client->sc, lent);
            if (handler) {
                assert_int_equal(client->state, THREAD_BLOCKED_SEND);
                syscall_with(seL4_SysRecv, EP, 0, REPLY);
                assert_int_equal(badge(), 55);
                assert_int_equal(info_label(info()), seL4_Fault_Timeout);
                assert_int_equal(mr(0), FIRST);
                put_message(REPLY, 0, NONE, NONE);
                host_syscall(seL4_SysSend);
            }
            assert_int_equal(client->state, handler ? THREAD_RESTART : THREAD_RUNNING);
            assert_int_equal(client->queue, QUEUE_RELEASE);
            assert_true(run_until(client));
        }
    }
}

/* A handler without time of its own does not get that of a thread whose time is over; for other faults it does. */
static void a_passive_handler(void **state)
{
    for (int timeout = 0; timeout < 2; timeout++) {
        for (int slow = 0; slow < 2; slow++, fresh_system(state)) {
            chain(1);
            reply_and_wait(0);
            root_again();
            assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(SERVER_EP(0)), NONE), 0);
            assert_int_equal(call(FIRST, TCBSetSchedParams, WORDS(SELF, FIRST + 2, SERVER_EP(0)), WORDS(100, 100)), 0);
            root_priority(1);
            assert_ptr_equal(ks.current, client);
            host_slow = slow;
            if (timeout) {
                host_pass(us_to_ticks(10000));
                host_interrupt();
            } else {
                host_exception(EXC_BREAKPOINT, 0);
            }
            assert_ptr_equal(ks.current, timeout ? root : servers[0]);
            assert_int_equal(servers[0]->state, THREAD_RUNNING);
            assert_ptr_equal(servers[0]->sc, timeout ? NULL : lent);
            assert_ptr_equal(client->sc, timeout ? lent : NULL);
            assert_int_equal(client->state, THREAD_BLOCKED_REPLY);
            assert_int_equal(info_label(servers[0]->context.reg[REG_INFO]), timeout ? seL4_Fault_Timeout : seL4_Fault_UserException);
        }
    }
}

/* The timeout message of a thread whose context has been taken away meanwhile says only which. */
static void a_timeout_without_a_context(void **state)
{
    (void)state;
    make_ipc_objects();
    root = ks.current;
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 1000, 10000);
    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(EP), NONE), 0);
    start_thread(FIRST);
    root_priority(1);
    host.time = host.timer + 10;
    host_syscall(seL4_SysYield); /* too late for this call, too */
    assert_ptr_equal(ks.current, root);
    assert_int_equal(t->state, THREAD_BLOCKED_SEND);
    assert_int_equal(call(FIRST + 2, SchedContextUnbind, NONE, NONE), 0);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_int_equal(info(), info_make(seL4_Fault_Timeout, 1));
    assert_int_equal(mr(0), FIRST);
}

/* An exception that comes too late, with a timeout handler: only the timeout is told, and the instruction is done again. */
static void a_fault_after_the_budget(void **state)
{
    (void)state;
    make_ipc_objects();
    root = ks.current;
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 1000, 10000);
    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(EP), NONE), 0);
    start_thread(FIRST);
    root_priority(1);
    word_t pc = t->context.reg[REG_NEXT_PC];
    host.time = host.timer + 10;
    host_exception(EXC_LOAD_ACCESS, 8);
    assert_int_equal(t->fault.type, seL4_Fault_Timeout);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    put_message(REPLY, 0, NONE, NONE);
    host_syscall(seL4_SysSend);
    assert_true(run_until(t));
    assert_int_equal(t->context.reg[REG_NEXT_PC], pc);
}

/* The same for Call and ReplyRecv, which have entries of their own. */
static void calls_after_the_budget(void **state)
{
    static const sword_t calls[] = {seL4_SysCall, seL4_SysReplyRecv, seL4_SysSend, seL4_SysWait, seL4_SysYield, seL4_SysRecv, seL4_SysNBSendRecv};
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (int handler = 0; handler < 2; handler++) {
            for (int slow = 0; slow < 2; slow++, fresh_system(state)) {
                make_ipc_objects();
                root = ks.current;
                tcb_t *t = make_thread(UNTYPED, FIRST, 100, 1000, 10000);
                if (handler)
                    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(EP), NONE), 0);
                start_thread(FIRST);
                root_priority(1);
                host_slow = slow;
                word_t pc = t->context.reg[REG_NEXT_PC];
                host_pass(us_to_ticks(990));
                t->context.reg[REG_NBSENDRECV_DEST] = NTFN;
                syscall_with(calls[i], NTFN, 0, REPLY);
                assert_ptr_equal(ks.current, root);
                assert_int_equal(t->state, handler ? THREAD_BLOCKED_SEND : THREAD_RESTART);
                assert_int_equal(t->context.reg[REG_PC], pc);
                syscall_with(seL4_SysNBWait, NTFN, 0, 0);
                assert_int_equal(badge(), 0);
            }
        }
    }
}

/* NBSendRecv to a passive thread: it runs on the sender's time, and the sender waits without. */
static void sending_time_along(void **state)
{
    for (int own = 0; own < 2; own++, fresh_system(state)) {
        chain(1);
        reply_and_wait(0);
        root_again();
        if (own)
            assert_int_equal(call(SERVER(0) + 2, SchedContextBind, WORDS(SERVER(0)), NONE), 0);
        root_priority(1);
        assert_ptr_equal(ks.current, client);
        client->context.reg[REG_NBSENDRECV_DEST] = SERVER_EP(0);
        put_message(EP, 3, NONE, WORDS(1));
        client->context.reg[REG_REPLY] = REPLY;
        host_syscall(seL4_SysNBSendRecv);
        assert_ptr_equal(ks.current, servers[0]);
        assert_int_equal(client->state, THREAD_BLOCKED_RECV);
        assert_int_equal(servers[0]->sc == lent, !own);
        assert_int_equal(client->sc == lent, own);
        assert_int_equal(info(), info_make(3, 1));
    }
}

/* Who has given the time away and takes a signal gets the notification's; if that is used up, it sleeps. */
static void time_from_a_notification(void **state)
{
    for (int used_up = 0; used_up < 2; used_up++, fresh_system(state)) {
        chain(1);
        reply_and_wait(0);
        root_again();
        assert_int_equal(retype(UNTYPED, seL4_SchedContextObject, 7, SC, 1), 0);
        assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(SC), WORDS(1000, 50000, 0, 0, 0)), 0);
        const sched_context_t *sc = (sched_context_t *)sched_context_cap_ptr(host_slot(root, SC)->cap);
        if (used_up) { /* by somebody else */
            make_thread(UNTYPED, THIRD + 8, 200, 0, 0);
            assert_int_equal(call(SC, SchedContextBind, WORDS(THIRD + 8), NONE), 0);
            start_thread(THIRD + 8);
            root_priority(1);
            assert_ptr_equal(ks.current, thread_in(THIRD + 8));
            host_syscall(seL4_SysYield);
            root_again();
            assert_int_equal(call(SC, SchedContextUnbind, NONE, NONE), 0);
        }
        assert_int_equal(call(SC, SchedContextBind, WORDS(NTFN), NONE), 0);
        syscall_with(seL4_SysSend, NTFN, 0, 0);
        root_priority(1);
        assert_ptr_equal(ks.current, client);
        client->context.reg[REG_REPLY] = SERVER_EP(0);
        put_message(NTFN, 3, NONE, WORDS(1));
        host_syscall(seL4_SysNBSendWait);
        assert_ptr_equal(ks.current, servers[0]);
        assert_ptr_equal(servers[0]->sc, lent);
        assert_ptr_equal(client->sc, sc);
        assert_int_equal(client->state, THREAD_RUNNING);
        assert_int_equal(client->queue, used_up ? QUEUE_RELEASE : QUEUE_READY);
    }
}

/* A combined call whose first half is a long operation that is interrupted: all of it is done again. */
static void an_interrupted_first_half(void **state)
{
    word_t untyped = boot_untyped(18);
    (void)state;
    make_ipc_objects();
    syscall_with(seL4_SysNBSend, NTFN, 0, 0);
    host.poll_countdown = 2;
    ks.current->context.reg[REG_REPLY] = untyped;
    put_message(NTFN, UntypedRetype, WORDS(ROOT), WORDS(seL4_EndpointObject, 0, 0, 0, FREE, 1));
    host_syscall(seL4_SysNBSendWait);
    assert_true(is_empty(FREE));
    assert_int_equal(ks.current->context.reg[REG_NEXT_PC], ks.current->context.reg[REG_PC]);
    host.poll_countdown = 0;
    host_ecall();
    assert_false(is_empty(FREE));
    assert_int_equal(badge(), 0); /* of the signal, which came only now */
    assert_int_equal(ks.current->state, THREAD_RUNNING);
}

/* A receive with the object that one already waits with, and with one that holds somebody else. */
static void reply_objects_in_use(void **state)
{
    (void)state;
    chain(1);
    root_again();
    /* the server has answered nobody and receives with its own object again: the client's call is lost */
    root_priority(1);
    assert_ptr_equal(ks.current, servers[0]);
    syscall_with(seL4_SysNBRecv, SERVER_EP(0), 0, SERVER_REPLY(0));
    assert_int_equal(client->state, THREAD_INACTIVE);
    assert_int_equal(badge(), 0);
    assert_ptr_equal(servers[0]->sc, lent);
    syscall_with(seL4_SysRecv, SERVER_EP(0), 0, SERVER_REPLY(0));
    assert_ptr_equal(ks.current, root);
    /* somebody else takes the object of a waiting receiver: that one is cancelled */
    root_again();
    syscall_with(seL4_SysNBRecv, EP, 0, SERVER_REPLY(0));
    assert_int_equal(servers[0]->state, THREAD_INACTIVE);
    assert_null(servers[0]->reply);
}

int reply_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_comes_back_hop_by_hop), TEST(the_middle_is_cut), TEST(the_context_goes_while_it_is_lent), TEST(a_server_dies_with_the_time),
        TEST(a_caller_with_other_time), TEST(an_answer_without_time), TEST(a_passive_handler), TEST(a_timeout_without_a_context), TEST(a_fault_after_the_budget),
        TEST(calls_after_the_budget), TEST(sending_time_along), TEST(time_from_a_notification), TEST(an_interrupted_first_half),
        TEST(reply_objects_in_use),
    };
    return cmocka_run_group_tests_name("replies", tests, NULL, NULL);
}
