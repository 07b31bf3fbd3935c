/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Notifications (sel4-abi.md 7.6) and faults (ch. 8). */
#include "tests.h"

static word_t step_down(word_t prio)
{
    return call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(prio));
}

static void signals_add_up(void **state)
{
    (void)state;
    make_ipc_objects();
    mint_cap(FREE, NTFN, RIGHT_WRITE, 1);
    mint_cap(FREE + 1, NTFN, RIGHT_WRITE, 4);
    assert_int_equal(call(FREE, 0, NONE, NONE), 0);
    assert_int_equal(call(FREE + 1, 0, NONE, NONE), 0);
    syscall_with(seL4_SysNBWait, NTFN, 0, 0);
    assert_int_equal(badge(), 5);
    syscall_with(seL4_SysNBWait, NTFN, 0, 0);
    assert_int_equal(badge(), 0);
}

static void a_waiter_is_woken(void **state)
{
    tcb_t *t;
    (void)state;
    make_ipc_objects();
    mint_cap(FREE, NTFN, RIGHT_WRITE, 6);
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    start_thread(FIRST);
    step_down(1);
    assert_ptr_equal(ks.current, t);
    syscall_with(seL4_SysWait, NTFN, 0, 0);
    assert_int_equal(call(FIRST, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(50)), 0);
    syscall_with(seL4_SysSend, FREE, 0, 0);
    assert_ptr_equal(ks.current, t);
    assert_int_equal(badge(), 6);
    syscall_with(seL4_SysWait, NTFN, 0, 0);
    assert_int_equal(delete_cap(FREE), 0);
    assert_int_equal(delete_cap(NTFN), UNANSWERED); /* t starts over, and has the higher priority */
    assert_ptr_equal(ks.current, t);
}

static void a_bound_receiver_gets_signals(void **state)
{
    tcb_t *t;
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    assert_int_equal(call(FIRST, TCBUnbindNotification, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(FIRST, TCBBindNotification, WORDS(EP), NONE), seL4_IllegalOperation);
    assert_int_equal(call(FIRST, TCBBindNotification, WORDS(NTFN), NONE), 0);
    assert_int_equal(call(seL4_CapInitThreadTCB, TCBBindNotification, WORDS(NTFN), NONE), seL4_IllegalOperation);
    start_thread(FIRST);
    step_down(1);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    syscall_with(seL4_SysSend, NTFN, 0, 0);
    assert_ptr_equal(ks.current, t);
    syscall_with(seL4_SysSend, NTFN, 0, 0);
    syscall_with(seL4_SysRecv, EP, 0, REPLY); /* takes the pending signal */
    assert_ptr_equal(ks.current, t);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_int_equal(call(FIRST, TCBUnbindNotification, NONE, NONE), 0);
}

/* A notification lends its scheduling context to a passive waiter, and gets it back when it waits again. */
static void a_notification_lends_time(void **state)
{
    tcb_t *t, *root = ks.current;
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    assert_int_equal(call(FIRST + 2, SchedContextBind, WORDS(NTFN), NONE), 0);
    assert_int_equal(call(FIRST + 2, SchedContextBind, WORDS(NTFN), NONE), seL4_IllegalOperation);
    start_thread(FIRST);
    step_down(1);
    syscall_with(seL4_SysWait, NTFN, 0, 0);
    assert_ptr_equal(ks.current, root);
    assert_null(t->sc);
    syscall_with(seL4_SysSend, NTFN, 0, 0);
    assert_ptr_equal(ks.current, t);
    assert_non_null(t->sc);
    syscall_with(seL4_SysWait, NTFN, 0, 0);
    assert_int_equal(call(FIRST + 2, SchedContextUnbindObject, WORDS(FIRST), NONE), seL4_IllegalOperation);
    assert_int_equal(call(FIRST + 2, SchedContextUnbindObject, WORDS(EP), NONE), seL4_InvalidCapability);
    assert_int_equal(call(FIRST + 2, SchedContextUnbindObject, WORDS(NTFN), NONE), 0);
}

static void a_bound_notification_is_deleted(void **state)
{
    tcb_t *t;
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    call(FIRST, TCBBindNotification, WORDS(NTFN), NONE);
    call(FIRST + 2, SchedContextBind, WORDS(NTFN), NONE);
    assert_int_equal(delete_cap(NTFN), 0);
    assert_null(t->bound_ntfn);
    assert_null(t->sc->ntfn);
}

int notification_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(signals_add_up), TEST(a_waiter_is_woken), TEST(a_bound_receiver_gets_signals), TEST(a_notification_lends_time),
        TEST(a_bound_notification_is_deleted),
    };
    return cmocka_run_group_tests_name("notification", tests, NULL, NULL);
}
