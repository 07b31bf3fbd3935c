/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Scheduling contexts, time, domains (sel4-abi.md ch. 9, 3.4). */
#include "tests.h"

#include <sched/refill.h>
#include <sched/time.h>

static word_t configure(word_t sc, word_t budget, word_t period, word_t extra, word_t flags)
{
    return call(sched_control(), SchedControlConfigureFlags, WORDS(sc), WORDS(budget, period, extra, 5, flags));
}

static void parameters_in_order(void **state)
{
    (void)state;
    retype(UNTYPED, seL4_SchedContextObject, 8, SC, 1);
    assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(SC), WORDS(100, 100, 0, 0)), seL4_TruncatedMessage);
    assert_int_equal(call(sched_control(), SchedContextBind, WORDS(SC), NONE), seL4_IllegalOperation);
    assert_int_equal(configure(SC, 19, 100, 0, 0), seL4_RangeError);
    assert_int_equal(configure(SC, 100, 19, 0, 0), seL4_RangeError);
    assert_int_equal(configure(SC, MAX_PERIOD_US + 1, 19, 0, 0), seL4_RangeError);
    assert_int_equal(configure(SC, 101, 100, 0, 0), seL4_RangeError);
    assert_int_equal(mr(1), 100);
    assert_int_equal(configure(UNTYPED, 100, 100, 0, 0), seL4_InvalidCapability);
    assert_int_equal(configure(SC, 100, 100, 9, 0), seL4_RangeError);
    assert_int_equal(mr(1), 8);
    assert_int_equal(configure(SC, 100, 200, 8, 1), 0);
    assert_int_equal(call(SC, SchedContextConsumed, NONE, NONE), 0);
    assert_int_equal(mr(0), 0);
    assert_int_equal(call(SC, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
}

static void binding(void **state)
{
    (void)state;
    make_ipc_objects();
    make_thread(UNTYPED, FIRST, 100, 0, 0);
    make_thread(UNTYPED, SECOND, 100, 1000, 10000);
    retype(UNTYPED, seL4_SchedContextObject, 7, SC, 1);
    assert_int_equal(call(SC, SchedContextBind, NONE, NONE), seL4_TruncatedMessage);
    assert_int_equal(call(SC, SchedContextBind, WORDS(EP), NONE), seL4_InvalidCapability);
    assert_int_equal(call(SC, SchedContextYieldTo, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(SC, SchedContextBind, WORDS(FIRST), NONE), 0);
    assert_int_equal(call(SC, SchedContextBind, WORDS(FIRST), NONE), seL4_IllegalOperation);
    assert_int_equal(call(SC, SchedContextYieldTo, NONE, NONE), 0);
    assert_int_equal(call(SC, SchedContextUnbindObject, NONE, NONE), seL4_TruncatedMessage);
    assert_int_equal(call(SC, SchedContextUnbindObject, WORDS(SECOND), NONE), seL4_IllegalOperation);
    assert_int_equal(call(SC, SchedContextUnbindObject, WORDS(NTFN), NONE), seL4_IllegalOperation);
    assert_int_equal(call(SC, SchedContextUnbindObject, WORDS(FIRST), NONE), 0);
    assert_int_equal(call(seL4_CapInitThreadSC, SchedContextUnbind, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(seL4_CapInitThreadSC, SchedContextUnbindObject, WORDS(seL4_CapInitThreadTCB), NONE), seL4_IllegalOperation);
    assert_int_equal(call(seL4_CapInitThreadSC, SchedContextYieldTo, NONE, NONE), seL4_IllegalOperation);
}

/* A thread that uses more than its budget sleeps until the next period; its refills always add up to the budget. */
static void budgets_are_enforced(void **state)
{
    for (word_t flags = 0; flags < 2; flags++, fresh_system(state)) {
        tcb_t *root = ks.current, *t = make_thread(UNTYPED, FIRST, 100, 0, 0);
        retype(UNTYPED, seL4_SchedContextObject, 8, SC, 1);
        configure(SC, 1000, 10000, 4, flags);
        call(SC, SchedContextBind, WORDS(FIRST), NONE);
        start_thread(FIRST);
        call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
        for (int turn = 0; turn < 30; turn++) {
            assert_ptr_equal(ks.current, t);
            host_pass((ticks_t)(700 * (turn % 7)));
            host_syscall(turn % 5 == 4 ? seL4_SysYield : seL4_SysDebugPutChar);
            if (host_irq_pending())
                host_interrupt();
            if (ks.current == t && turn % 3 == 0) {
                host.time = host.timer;
                host_interrupt();
            }
            if (turn == 20) {
                assert_true(run_until(root));
                assert_int_equal(configure(SC, 500, 20000, 4, flags), 0);
            }
            if (turn == 25) {
                assert_true(run_until(root));
                assert_int_equal(configure(SC, 2000, 20000, 4, flags), 0);
            }
            assert_true(run_until(t));
        }
        ticks_t sum = 0;
        for (word_t i = 0; i < t->sc->count; i++)
            sum += sc_refills(t->sc)[(t->sc->head + i) % t->sc->refill_max].amount;
        assert_int_equal(sum, us_to_ticks(2000));
    }
}

static void round_robin_takes_turns(void **state)
{
    tcb_t *a, *b;
    (void)state;
    a = make_thread(UNTYPED, FIRST, 100, 1000, 1000);
    b = make_thread(UNTYPED, SECOND, 100, 1000, 1000);
    start_thread(FIRST);
    start_thread(SECOND);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    assert_ptr_equal(ks.current, b);
    host_syscall(seL4_SysYield);
    assert_ptr_equal(ks.current, a);
    host.time = host.timer;
    host_interrupt();
    assert_ptr_equal(ks.current, b);
    host_pass(us_to_ticks(995)); /* too little left for a system call: it is made again in the next turn */
    host_syscall(seL4_SysYield);
    assert_ptr_equal(ks.current, a);
    assert_int_equal(b->state, THREAD_RESTART);
}

static void yield_to(void **state)
{
    tcb_t *a, *b;
    (void)state;
    a = make_thread(UNTYPED, FIRST, 100, 1000, 1000);
    b = make_thread(UNTYPED, SECOND, 100, 1000, 1000);
    start_thread(FIRST);
    start_thread(SECOND);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    assert_int_equal(call(FIRST + 2, SchedContextYieldTo, NONE, NONE), UNANSWERED);
    assert_ptr_equal(ks.current, a);
    host_pass(us_to_ticks(300));
    host_syscall(seL4_SysYield);
    assert_ptr_equal(ks.current, b);
    assert_int_equal(info(), info_make(0, 1));
    assert_int_equal(mr(0), 300);
    call(FIRST + 2, SchedContextYieldTo, NONE, NONE);
    assert_ptr_equal(ks.current, a);
    assert_int_equal(call(SECOND, TCBSuspend, NONE, NONE), 0); /* forgets the yield */
    assert_null(b->yield_to);
    assert_int_equal(call(FIRST, TCBSetMCPriority, WORDS(FIRST), WORDS(10)), 0);
    assert_int_equal(call(seL4_CapInitThreadSC, SchedContextYieldTo, NONE, NONE), 0);
}

static void a_deleted_context_stops_its_thread(void **state)
{
    tcb_t *t;
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 1000, 10000);
    start_thread(FIRST);
    call(FIRST + 2, SchedContextBind, WORDS(NTFN), NONE);
    assert_int_equal(delete_cap(FIRST + 2), 0);
    assert_null(t->sc);
    assert_int_equal(t->queue, QUEUE_NONE);
}

static void domains(void **state)
{
    tcb_t *root = ks.current, *t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    word_t d = seL4_CapDomain;
    (void)state;
    start_thread(FIRST);
    assert_int_equal(call(d, DomainSetSet, WORDS(FIRST), NONE), seL4_TruncatedMessage);
    assert_int_equal(call(d, DomainSetSet, WORDS(FIRST), WORDS(CONFIG_NUM_DOMAINS)), seL4_InvalidArgument);
    assert_int_equal(call(d, DomainSetSet, NONE, WORDS(1)), seL4_TruncatedMessage);
    assert_int_equal(call(d, DomainSetSet, WORDS(UNTYPED), WORDS(1)), seL4_InvalidArgument);
    assert_int_equal(call(d, DomainSetSet, WORDS(FIRST), WORDS(1)), 0);
    assert_int_equal(call(d, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(0, 1)), seL4_TruncatedMessage);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(5, 1, 1)), seL4_RangeError);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(1, 3, 1)), seL4_RangeError);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(1, 1, (word_t)1 << 56)), seL4_InvalidArgument);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(1, 1, 0)), seL4_InvalidArgument);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(0, 0, 0)), seL4_InvalidArgument);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(0, 0, 100000)), 0);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(1, 1, 200000)), 0);
    assert_int_equal(call(d, DomainScheduleSetStart, NONE, NONE), seL4_TruncatedMessage);
    assert_int_equal(call(d, DomainScheduleSetStart, NONE, WORDS(6)), seL4_RangeError);
    assert_int_equal(call(d, DomainScheduleSetStart, NONE, WORDS(2)), seL4_InvalidArgument);
    assert_int_equal(call(d, DomainScheduleSetStart, NONE, WORDS(1)), UNANSWERED);
    assert_ptr_equal(ks.current, t);
    assert_false(run_until(root)); /* from the start entry on there is only the other domain */
    assert_int_equal(call(d, DomainScheduleSetStart, NONE, WORDS(0)), UNANSWERED);
    assert_ptr_equal(ks.current, root);
    assert_true(run_until(t));
    assert_true(run_until(root));
    assert_int_equal(call(d, DomainSetSet, WORDS(seL4_CapInitThreadTCB), WORDS(1)), 0); /* answered in its new domain's time */
    assert_int_equal(ks.domain, 1);
}

int sched_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parameters_in_order), TEST(binding), TEST(budgets_are_enforced), TEST(round_robin_takes_turns), TEST(yield_to),
        TEST(a_deleted_context_stops_its_thread), TEST(domains),
    };
    return cmocka_run_group_tests_name("scheduling", tests, NULL, NULL);
}
