/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Endpoints and reply objects (sel4-abi.md 7.1 to 7.5). The root task has the highest priority: others run when it blocks or steps down. */
#include "tests.h"

/* FIRST: a client with time of its own. SECOND: a passive server that waits on EP with REPLY. Returns the client, which runs. */
static tcb_t *client_and_server(void)
{
    make_ipc_objects();
    tcb_t *root = ks.current, *client = make_thread(UNTYPED, FIRST, 100, 100000, 200000);
    tcb_t *server = make_thread(UNTYPED, SECOND, 101, 10000, 10000);
    start_thread(SECOND);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    assert_ptr_equal(ks.current, server);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_ptr_equal(ks.current, root);
    call(SECOND + 2, SchedContextUnbind, NONE, NONE);
    start_thread(FIRST);
    assert_ptr_equal(ks.current, client);
    return client;
}

static void call_and_reply(void **state)
{
    for (host_slow = *state == NULL; ; host_slow = false, fresh_system(state)) {
        tcb_t *client = client_and_server(), *server = thread_in(SECOND);
        sched_context_t *sc = client->sc;
        put_message(EP, 9, NONE, WORDS(1, 2, 3, 4));
        host_syscall(seL4_SysCall);
        assert_ptr_equal(ks.current, server);
        assert_ptr_equal(server->sc, sc);
        assert_int_equal(client->state, THREAD_BLOCKED_REPLY);
        assert_int_equal(info(), info_make(9, 4));
        assert_int_equal(mr(3), 4);
        set_mr(0, 77);
        syscall_with(seL4_SysReplyRecv, EP, 1, REPLY);
        assert_ptr_equal(ks.current, client);
        assert_ptr_equal(client->sc, sc);
        assert_int_equal(mr(0), 77);
        assert_int_equal(host.fast_switches, host_slow ? 0 : 2);
        if (!host_slow)
            return;
    }
}

static void a_long_message_and_a_capability(void **state)
{
    word_t *buffer;
    tcb_t *client = client_and_server(), *server = thread_in(SECOND);
    (void)state;
    buffer = tcb_ipc_buffer(server, true);
    buffer[BUFFER_RECEIVE_CNODE] = seL4_CapInitThreadCNode;
    buffer[BUFFER_RECEIVE_INDEX] = FREE;
    buffer[BUFFER_RECEIVE_DEPTH] = DEPTH;
    word_t words[120];
    for (word_t i = 0; i < 120; i++)
        words[i] = i * 3;
    put_message(EP, 1, WORDS(NTFN, EP, NTFN), words, 120);
    host_syscall(seL4_SysCall);
    assert_ptr_equal(ks.current, server);
    assert_int_equal(info(), info_make(1, 120) | 2ul << INFO_CAPS_SHIFT | 2ul << INFO_UNWRAPPED_SHIFT);
    assert_int_equal(mr(119), 119 * 3);
    assert_true(cap_is_notification(host_slot(server, FREE)->cap));
    syscall_with(seL4_SysSend, REPLY, 0, 0); /* gives the scheduling context back: the server stops */
    assert_ptr_equal(ks.current, client);
    put_message(EP, 1, WORDS(FREE + 1), WORDS(0));
    assert_null(server->sc);
}

/* The queue is by priority, first come first served among equals. */
static void senders_wait_in_order(void **state)
{
    tcb_t *a, *b, *root = ks.current;
    (void)state;
    make_ipc_objects();
    a = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    b = make_thread(UNTYPED, SECOND, 102, 10000, 10000);
    mint_cap(FREE, EP, RIGHT_ALL, 11);
    mint_cap(FREE + 1, EP, RIGHT_WRITE, 12);
    start_thread(FIRST);
    start_thread(SECOND);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    assert_ptr_equal(ks.current, b);
    syscall_with(seL4_SysNBSend, EP, 0, 0);
    assert_ptr_equal(ks.current, b); /* nobody there: dropped */
    syscall_with(seL4_SysCall, FREE + 1, 0, 0);
    assert_ptr_equal(ks.current, a);
    syscall_with(seL4_SysSend, FREE, 2, 0);
    assert_ptr_equal(ks.current, root);
    assert_int_equal(call(FIRST, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(103)), 0);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(200));
    syscall_with(seL4_SysNBRecv, EP, 0, REPLY);
    assert_int_equal(badge(), 11);
    syscall_with(seL4_SysNBRecv, EP, 0, REPLY);
    assert_int_equal(badge(), 12);
    assert_int_equal(b->state, THREAD_INACTIVE); /* a Call without the right to a reply */
    syscall_with(seL4_SysNBRecv, EP, 0, REPLY);
    assert_int_equal(badge(), 0);
}

static void cancelled_badges_leave(void **state)
{
    tcb_t *a, *b;
    (void)state;
    make_ipc_objects();
    a = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    b = make_thread(UNTYPED, SECOND, 102, 10000, 10000);
    mint_cap(FREE, EP, RIGHT_ALL, 11);
    mint_cap(FREE + 1, EP, RIGHT_ALL, 12);
    start_thread(FIRST);
    start_thread(SECOND);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    syscall_with(seL4_SysSend, FREE + 1, 0, 0);
    syscall_with(seL4_SysSend, FREE, 0, 0);
    assert_int_equal(a->state, THREAD_BLOCKED_SEND);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(200));
    assert_int_equal(call(seL4_CapInitThreadCNode, CNodeCancelBadgedSends, NONE, WORDS(FREE, 64)), 0);
    assert_int_equal(a->state, THREAD_RESTART);
    assert_int_equal(b->state, THREAD_BLOCKED_SEND);
    assert_int_equal(delete_cap(FREE + 1), 0);
    assert_int_equal(delete_cap(FREE), 0);
    assert_int_equal(delete_cap(EP), 0);
    assert_int_equal(b->state, THREAD_RESTART);
}

/* client -> server -> second server: the scheduling context goes along and comes back hop by hop, or not when the chain is cut. */
static void a_chain_of_calls(void **state)
{
    for (int round = 0; round < 6; round++, fresh_system(state)) {
        int cut = round % 3;
        host_slow = round >= 3;
        tcb_t *client = client_and_server(), *server = thread_in(SECOND);
        sched_context_t *sc = client->sc;
        syscall_with(seL4_SysCall, EP, 0, 0);
        assert_ptr_equal(ks.current, server);
        make_thread(UNTYPED, THIRD, 102, 10000, 10000);
        retype(UNTYPED, seL4_EndpointObject, 0, FREE, 1);
        start_thread(THIRD);
        tcb_t *last = thread_in(THIRD);
        assert_ptr_equal(ks.current, last);
        syscall_with(seL4_SysRecv, FREE, 0, REPLY2);
        assert_ptr_equal(ks.current, server);
        call(THIRD + 2, SchedContextUnbind, NONE, NONE);
        syscall_with(seL4_SysCall, FREE, 0, 0);
        assert_ptr_equal(ks.current, last);
        if (cut == 1)
            delete_cap(REPLY);
        else if (cut == 2)
            assert_int_equal(call(FIRST, TCBSuspend, NONE, NONE), 0);
        syscall_with(seL4_SysReplyRecv, FREE, 0, REPLY2);
        assert_ptr_equal(ks.current, server);
        assert_ptr_equal(server->sc, sc);
        if (cut == 0) {
            assert_int_equal(delete_cap(REPLY), UNANSWERED); /* its own time goes back to the client, which is not answered */
            assert_ptr_equal(client->sc, sc);
        }
        assert_int_equal(client->state, THREAD_INACTIVE);
    }
}

/* The extra capabilities of a sender that waited are looked up when it is received. */
static void a_waiting_sender_gives_a_capability(void **state)
{
    tcb_t *t, *root = ks.current;
    word_t *buffer = tcb_ipc_buffer(root, true);
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    start_thread(FIRST);
    for (int i = 0; i < 2; i++) {
        call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
        assert_ptr_equal(ks.current, t);
        put_message(EP, 3, WORDS(NTFN), NONE);
        host_syscall(seL4_SysSend);
        assert_ptr_equal(ks.current, root);
        call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(200));
        if (i == 1)
            tcb_ipc_buffer(t, true)[BUFFER_CAPS] = 1000; /* it does not lead anywhere now: the message comes without */
        buffer[BUFFER_RECEIVE_CNODE] = seL4_CapInitThreadCNode;
        buffer[BUFFER_RECEIVE_INDEX] = FREE + (word_t)i;
        buffer[BUFFER_RECEIVE_DEPTH] = DEPTH;
        syscall_with(seL4_SysRecv, EP, 0, REPLY);
        assert_int_equal(info(), info_make(3, 0) | (i == 0 ? 1ul << INFO_CAPS_SHIFT : 0));
        assert_int_equal(is_empty(FREE + (word_t)i), i == 1);
    }
}

/* Without its scheduling context the stack of calls is only a set of reply objects. */
static void the_lent_context_is_deleted(void **state)
{
    for (int how = 0; how < 2; how++, fresh_system(state)) {
        tcb_t *client = client_and_server(), *server = thread_in(SECOND), *root = tcb_of_cap(host_slot(client, 1)->cap);
        syscall_with(seL4_SysCall, EP, 0, 0);
        assert_ptr_equal(ks.current, server);
        call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(255));
        assert_ptr_equal(ks.current, root);
        assert_int_equal(how == 0 ? delete_cap(FIRST + 2) : call(FIRST + 2, SchedContextUnbind, NONE, NONE), 0);
        assert_null(server->sc);
        assert_int_equal(client->state, THREAD_BLOCKED_REPLY);
        assert_int_equal(call(REPLY, 0, NONE, NONE), 0);
        assert_int_equal(client->state, THREAD_RUNNING);
        assert_null(client->sc);
    }
}

static void a_reply_object_used_again(void **state)
{
    tcb_t *client = client_and_server(), *server = thread_in(SECOND);
    (void)state;
    syscall_with(seL4_SysCall, EP, 0, 0);
    syscall_with(seL4_SysRecv, EP, 0, REPLY); /* without having answered: the caller's call is lost, the time stays here */
    assert_int_equal(client->state, THREAD_INACTIVE);
    assert_int_equal(server->state, THREAD_BLOCKED_RECV);
    assert_null(client->sc);
}

static void receiving_with_the_wrong_capability(void **state)
{
    tcb_t *root = ks.current, *t;
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    copy_cap(FREE, EP, RIGHT_WRITE);
    copy_cap(FREE + 1, NTFN, RIGHT_WRITE);
    const word_t sources[][2] = {{FREE, REPLY}, {FREE + 1, 0}, {FREE + 2, REPLY}, {EP, NTFN}, {EP, 1000}, {1000, REPLY}, {UNTYPED, REPLY}};
    for (word_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        start_thread(FIRST);
        call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
        assert_ptr_equal(ks.current, t);
        syscall_with(seL4_SysNBRecv, sources[i][0], 0, sources[i][1]);
        assert_ptr_equal(ks.current, root); /* a fault without a handler */
        assert_int_equal(t->state, THREAD_INACTIVE);
        assert_int_equal(t->fault.type, seL4_Fault_CapFault);
        assert_int_equal(t->fault.u.cap.in_receive, 1);
        bool reply_is_wrong = i == 3 || i == 4;
        assert_int_equal(t->fault.u.cap.address, sources[i][reply_is_wrong]);
        assert_int_equal(t->fault.u.cap.lookup.type, i == 4 || i == 5 ? seL4_GuardMismatch : seL4_MissingCapability);
        call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(255));
    }
}

static void first_phases(void **state)
{
    tcb_t *client = client_and_server(), *server = thread_in(SECOND);
    (void)state;
    ks.current->context.reg[REG_NBSENDRECV_DEST] = EP;
    syscall_with(seL4_SysNBSendRecv, NTFN, 0, 0); /* sends, lends its time, waits on the notification */
    assert_ptr_equal(ks.current, server);
    assert_int_equal(client->state, THREAD_BLOCKED_NTFN);
    assert_null(client->sc);
    ks.current->context.reg[REG_NBSENDRECV_DEST] = FIRST; /* a TCB is refused, silently */
    syscall_with(seL4_SysNBSendRecv, EP, 0, REPLY);
    assert_int_equal(server->state, THREAD_BLOCKED_RECV);
}

int ipc_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(call_and_reply), TEST(a_long_message_and_a_capability), TEST(senders_wait_in_order), TEST(cancelled_badges_leave),
        TEST(a_chain_of_calls), TEST(a_waiting_sender_gives_a_capability), TEST(the_lent_context_is_deleted),
        TEST(a_reply_object_used_again), TEST(receiving_with_the_wrong_capability), TEST(first_phases),
    };
    return cmocka_run_group_tests_name("ipc", tests, NULL, NULL);
}
