/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Who runs next: queues by priority, turns, sleepers, YieldTo (sel4-abi.md 6.5, 7.7, 9.3 to 9.5). */
#include "tests.h"

#include <sched/refill.h>
#include <sched/time.h>

#define SELF seL4_CapInitThreadTCB
#define COUNT 5u
#define THREAD(n) (FIRST + 4 * (n))

static tcb_t *root, *threads[COUNT];

/* `count` threads THREAD(n) that are ready, or running, at priority 100; the root task, at its own priority, in between. */
static void make_threads(word_t count, word_t budget, word_t period)
{
    root = ks.current;
    for (word_t n = 0; n < count; n++)
        threads[n] = make_thread(UNTYPED, THREAD(n), 100, budget, period);
}
static void start_threads(word_t count)
{
    for (word_t n = count; n-- > 0;) /* a thread that is resumed goes to the head of its queue */
        start_thread(THREAD(n));
}
static void root_priority(word_t prio) { call(SELF, TCBSetPriority, WORDS(SELF), WORDS(prio)); }

/* The number of the thread that runs; COUNT: another. */
static word_t running(void)
{
    for (word_t n = 0; n < COUNT; n++)
        if (ks.current == threads[n])
            return n;
    return COUNT;
}

static void turns_go_round(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (word_t count = 1; count <= COUNT; count++, fresh_system(state)) {
            make_threads(count, 1000, 1000);
            start_threads(count);
            host_slow = slow;
            root_priority(1);
            for (word_t turn = 0; turn < 3 * count; turn++) {
                assert_int_equal(running(), turn % count);
                host_syscall(seL4_SysYield);
            }
            for (word_t turn = 0; turn < 3 * count; turn++) {
                assert_int_equal(running(), turn % count);
                host.time = host.timer; /* the slice is over */
                host_interrupt();
            }
            assert_int_equal(running(), 0);
        }
    }
}

/* A yielding thread gives up the rest of a slice; a sporadic server the rest of its head refill until the next period. */
static void what_yield_gives_up(void **state)
{
    (void)state;
    make_threads(2, 1000, 10000);
    start_threads(2);
    root_priority(1);
    assert_int_equal(running(), 0);
    ticks_t start = ks.now;
    host_pass(us_to_ticks(100));
    host_syscall(seL4_SysYield);
    assert_int_equal(running(), 1);
    assert_int_equal(threads[0]->queue, QUEUE_RELEASE);
    assert_int_equal(sc_head(threads[0]->sc)->time, start + us_to_ticks(10000));
    assert_int_equal(sc_head(threads[0]->sc)->amount, us_to_ticks(1000));
    assert_int_equal(threads[0]->sc->consumed, us_to_ticks(100));
    host_syscall(seL4_SysYield);
    assert_ptr_equal(ks.current, root);
    assert_true(run_until(threads[0]));
    assert_in_range(host.time, start + us_to_ticks(9999), start + us_to_ticks(10001));
}

/* Who runs out of budget sleeps until its refill is due; sleepers wake up in the order of their times, first come first served. */
static void sleepers_wake_up_in_order(void **state)
{
    static const word_t periods[] = {30000, 20000, 20000, 10000, 25000};
    word_t order[] = {3, 3, 1, 2};
    (void)state;
    make_threads(COUNT, 1000, 40000);
    for (word_t n = 0; n < COUNT; n++)
        assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(THREAD(n) + 2), WORDS(500, periods[n], 0, n, 0)), 0);
    start_threads(COUNT);
    root_priority(1);
    for (word_t n = 0; n < COUNT; n++) {
        assert_int_equal(running(), n);
        host_syscall(seL4_SysYield); /* all in the same tick: 1 and 2 are due at the same time */
    }
    assert_ptr_equal(ks.current, root);
    const tcb_t *t = ks.release;
    static const word_t sleeping[] = {3, 1, 2, 4, 0};
    for (word_t i = 0; i < COUNT; i++, t = t->next)
        assert_ptr_equal(t, threads[sleeping[i]]);
    assert_ptr_equal(t, ks.release);
    for (word_t i = 0; i < 4; i++) {
        while (ks.current == root) {
            host.time = host.timer;
            host_interrupt();
        }
        assert_int_equal(running(), i < 2 ? order[i] : running());
        if (i == 1)
            break;
        host_syscall(seL4_SysYield);
    }
}

/* Sleepers leave the queue in any order when they are deleted. */
static void sleepers_can_be_deleted(void **state)
{
    static const word_t orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}};
    for (unsigned i = 0; i < 4; i++, fresh_system(state)) {
        make_threads(3, 500, 2000);
        start_threads(3);
        root_priority(1);
        for (word_t n = 0; n < 3; n++)
            host_syscall(seL4_SysYield);
        assert_ptr_equal(ks.current, root);
        for (word_t n = 0; n < 3; n++) {
            ticks_t before = ks.deadline;
            assert_int_equal(call(THREAD(orders[i][n]), TCBSuspend, NONE, NONE), 0);
            assert_int_equal(threads[orders[i][n]]->queue, QUEUE_NONE);
            assert_true(n < 2 || (ks.release == NULL && ks.deadline > before)); /* nobody to be woken any more */
        }
    }
}

static void ready_order(const word_t *expected, size_t count)
{
    const tcb_t *t = ks.ready[ks.domain].head[100];
    for (word_t i = 0; i < count; i++, t = t->next)
        assert_ptr_equal(t, threads[expected[i]]);
    assert_ptr_equal(t, ks.ready[ks.domain].head[100]);
}

static void places_in_the_queue(void **state)
{
    (void)state;
    make_threads(3, 1000, 1000);
    start_threads(3);
    ready_order(WORDS(0, 1, 2));
    assert_int_equal(call(THREAD(1), TCBSetPriority, WORDS(SELF), WORDS(101)), 0);
    ready_order(WORDS(0, 2));
    assert_int_equal(call(THREAD(1), TCBSetPriority, WORDS(SELF), WORDS(100)), 0);
    ready_order(WORDS(1, 0, 2)); /* at the head */
    assert_int_equal(call(seL4_CapDomain, DomainSetSet, WORDS(THREAD(2)), WORDS(1)), 0);
    ready_order(WORDS(1, 0));
    assert_int_equal(call(seL4_CapDomain, DomainSetSet, WORDS(THREAD(2)), WORDS(0)), 0);
    ready_order(WORDS(2, 1, 0));
    assert_int_equal(call(THREAD(1), TCBSuspend, NONE, NONE), 0);
    ready_order(WORDS(2, 0));
    assert_int_equal(call(THREAD(0) + 2, SchedContextUnbind, NONE, NONE), 0);
    ready_order(WORDS(2));
    assert_int_equal(call(THREAD(0) + 2, SchedContextBind, WORDS(THREAD(0)), NONE), 0);
    ready_order(WORDS(0, 2));
    assert_int_equal(call(THREAD(1), TCBResume, NONE, NONE), 0);
    ready_order(WORDS(1, 0, 2));
    assert_int_equal(call(THREAD(1), TCBResume, NONE, NONE), 0); /* runnable already: stays where it is */
    ready_order(WORDS(1, 0, 2));
    assert_int_equal(call(THREAD(0), TCBResume, NONE, NONE), 0);
    ready_order(WORDS(1, 0, 2));
    /* YieldTo somebody below: he goes to the head of his queue, and the call is answered at once */
    assert_int_equal(call(THREAD(2) + 2, SchedContextYieldTo, NONE, NONE), 0);
    ready_order(WORDS(2, 1, 0));
    assert_ptr_equal(ks.current, root);
    assert_int_equal(info_length(info()), 1);
}

/* Waking up a thread of the same priority: it goes to the tail; of a lower one: to the head; of a higher one: it runs, and who ran stays first. */
static void who_wakes_up(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (word_t prio = 99; prio <= 101; prio++, fresh_system(state)) {
            make_ipc_objects();
            make_threads(4, 1000, 1000);
            start_threads(4);
            root_priority(1);
            assert_int_equal(running(), 0);
            syscall_with(seL4_SysWait, NTFN, 0, 0);
            assert_int_equal(running(), 1);
            assert_int_equal(call(THREAD(0), TCBSetPriority, WORDS(SELF), WORDS(prio)), 0);
            if (prio == 99) { /* somebody who is ready there */
                assert_int_equal(call(THREAD(3), TCBSetPriority, WORDS(SELF), WORDS(99)), 0);
            }
            host_slow = slow;
            syscall_with(seL4_SysSend, NTFN, 0, 0);
            if (prio == 101) {
                assert_int_equal(running(), 0);
                ready_order(WORDS(1, 2, 3));
            } else if (prio == 100) {
                assert_int_equal(running(), 1);
                ready_order(WORDS(2, 3, 0));
            } else {
                assert_int_equal(running(), 1);
                ready_order(WORDS(2));
                assert_ptr_equal(ks.ready[0].head[99], threads[0]);
                assert_ptr_equal(threads[0]->next, threads[3]);
            }
        }
    }
}

/* The whole range of priorities, in any order of becoming ready. */
static void the_best_runs(void **state)
{
    static const word_t prios[COUNT][COUNT] = {{0, 63, 64, 127, 254}, {254, 128, 191, 192, 64}, {5, 4, 3, 2, 1}, {10, 200, 20, 100, 199}, {65, 63, 64, 0, 1}};
    for (unsigned i = 0; i < COUNT; i++, fresh_system(state)) {
        make_threads(COUNT, 1000, 1000);
        for (word_t n = 0; n < COUNT; n++)
            call(THREAD(n), TCBSetPriority, WORDS(SELF), WORDS(prios[i][n]));
        start_threads(COUNT);
        call(SELF, TCBSuspend, NONE, NONE);
        for (word_t left = COUNT; left > 0; left--) {
            word_t best = COUNT;
            for (word_t n = 0; n < COUNT; n++)
                if (threads[n]->state >= THREAD_RUNNING && (best == COUNT || prios[i][n] > prios[i][best]))
                    best = n;
            assert_int_equal(running(), best);
            call(THREAD(best), TCBSuspend, NONE, NONE);
        }
        assert_int_equal(host_state, HOST_IDLE);
    }
}

static void yield_to_by_send(void **state)
{
    (void)state;
    make_threads(2, 1000, 1000);
    start_threads(2);
    root_priority(1);
    assert_int_equal(running(), 0);
    put_message(THREAD(1) + 2, SchedContextYieldTo, NONE, NONE);
    host_syscall(seL4_SysSend);
    assert_int_equal(running(), 1);
    word_t before = threads[0]->context.reg[REG_INFO];
    threads[0]->context.reg[REG_MESSAGE] = 4711;
    host_pass(us_to_ticks(50));
    host_syscall(seL4_SysYield);
    assert_int_equal(running(), 0);
    assert_int_equal(threads[0]->context.reg[REG_INFO], before); /* not an answer */
    assert_int_equal(mr(0), 4711);
    assert_null(threads[0]->yield_to);
    assert_int_equal(threads[1]->sc->consumed, 0); /* read out, even so */
}

/* Somebody else yields to the same context, or it is deleted: the first call is answered. */
static void yield_to_ends_early(void **state)
{
    for (int how = 0; how < 3; how++, fresh_system(state)) {
        make_threads(3, 1000, 1000);
        start_threads(3);
        root_priority(1);
        tcb_t *first = ks.current;
        assert_int_equal(call(THREAD(1) + 2, SchedContextYieldTo, NONE, NONE), UNANSWERED);
        assert_int_equal(running(), 1);
        assert_ptr_equal(threads[1]->sc->yield_from, first);
        assert_int_equal(first->context.reg[REG_INFO], info_make(SchedContextYieldTo, 0)); /* no answer yet */
        host_pass(us_to_ticks(120));
        if (how == 0) {
            assert_int_equal(call(THREAD(1), TCBSetPriority, WORDS(SELF), WORDS(99)), UNANSWERED);
            assert_int_equal(running(), 0);
        } else {
            assert_int_equal(call(SELF, TCBSetPriority, WORDS(SELF), WORDS(255)), UNANSWERED);
            assert_ptr_equal(ks.current, root);
            if (how == 1)
                assert_int_equal(call(THREAD(1) + 2, SchedContextYieldTo, NONE, NONE), 0);
            else
                assert_int_equal(delete_cap(THREAD(1)), 0);
        }
        assert_null(first->yield_to);
        assert_int_equal(first->context.reg[REG_INFO], info_make(0, 1));
        assert_int_equal(first->context.reg[REG_MESSAGE], 120);
        assert_int_equal(first->context.reg[REG_BADGE], 0);
    }
}

static void yield_to_somebody_who_cannot_run(void **state)
{
    (void)state;
    make_threads(2, 1000, 100000);
    assert_int_equal(call(THREAD(0) + 2, SchedContextYieldTo, NONE, NONE), 0); /* not started */
    assert_int_equal(threads[0]->queue, QUEUE_NONE);
    start_threads(1);
    root_priority(1);
    host_syscall(seL4_SysYield);
    assert_ptr_equal(ks.current, root);
    assert_int_equal(call(THREAD(0) + 2, SchedContextYieldTo, NONE, NONE), 0); /* no budget */
    assert_int_equal(threads[0]->queue, QUEUE_RELEASE);
    assert_int_equal(call(SELF, TCBSetMCPriority, WORDS(SELF), WORDS(100)), 0);
    assert_int_equal(call(THREAD(1) + 2, SchedContextYieldTo, NONE, NONE), 0); /* equal to the MCP */
    assert_int_equal(call(SELF, TCBSetMCPriority, WORDS(SELF), WORDS(99)), 0);
    assert_int_equal(call(THREAD(1) + 2, SchedContextYieldTo, NONE, NONE), seL4_IllegalOperation);
}

/* Consumed counts what was used, once. */
static void consumed_time(void **state)
{
    (void)state;
    make_threads(1, 5000, 10000);
    start_threads(1);
    root_priority(1);
    host_pass(us_to_ticks(300));
    host_interrupt();
    assert_int_equal(running(), 0);
    host_pass(us_to_ticks(45));
    assert_int_equal(call(SELF, TCBSetPriority, WORDS(SELF), WORDS(255)), UNANSWERED);
    assert_int_equal(call(THREAD(0) + 2, SchedContextConsumed, NONE, NONE), 0);
    assert_int_equal(mr(0), 345);
    assert_int_equal(call(THREAD(0) + 2, SchedContextConsumed, NONE, NONE), 0);
    assert_int_equal(mr(0), 0);
    assert_int_equal(sc_head(threads[0]->sc)->amount, us_to_ticks(5000 - 345));
}

/* New parameters for the context that runs, for one in use, for one that sleeps. */
static void reconfiguring(void **state)
{
    (void)state;
    make_threads(2, 1000, 10000);
    start_threads(2);
    root_priority(1);
    host_syscall(seL4_SysYield);
    assert_int_equal(threads[0]->queue, QUEUE_RELEASE);
    assert_int_equal(running(), 1);
    ticks_t now = ks.now;
    host_pass(us_to_ticks(200)); /* charged by the old parameters */
    assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(THREAD(1) + 2), WORDS(2000, 10000, 0, 9, 0)), 0);
    assert_int_equal(running(), 1);
    assert_int_equal(sc_head(threads[1]->sc)->amount, us_to_ticks(800));
    assert_int_equal(threads[1]->sc->badge, 9);
    assert_in_range(ks.deadline, now + us_to_ticks(900), now + us_to_ticks(1000));
    assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(THREAD(0) + 2), WORDS(3000, 3000, 0, 0, 0)), 0);
    assert_int_equal(threads[0]->queue, QUEUE_READY); /* round robin begins afresh */
    assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(THREAD(1) + 2), WORDS(3000, 3000, 0, 0, 0)), 0);
    assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(THREAD(1) + 2), WORDS(1000, 5000, 0, 0, 1)), 0);
    assert_true(threads[1]->sc->sporadic);
    /* one that was never configured: its thread cannot run before */
    assert_int_equal(retype(UNTYPED, seL4_SchedContextObject, 7, FREE, 1), 0);
    assert_int_equal(retype(UNTYPED, seL4_TCBObject, 0, FREE + 1, 1), 0);
    tcb_t *t = thread_in(FREE + 1);
    assert_int_equal(call(FREE, SchedContextBind, WORDS(FREE + 1), NONE), 0);
    start_thread(FREE + 1);
    assert_int_equal(t->queue, QUEUE_NONE);
    assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(FREE), WORDS(1000, 5000, 0, 0, 0)), 0);
    assert_int_equal(t->queue, QUEUE_READY);
}

/* A context without time cannot be bound to a thread that waits; to one that is stopped it can. */
static void binding_without_time(void **state)
{
    (void)state;
    make_ipc_objects();
    make_threads(2, 1000, 1000);
    retype(UNTYPED, seL4_SchedContextObject, 7, FREE, 1);
    start_threads(2);
    root_priority(1);
    syscall_with(seL4_SysWait, NTFN, 0, 0);
    assert_int_equal(running(), 1);
    assert_int_equal(call(THREAD(0) + 2, SchedContextUnbind, NONE, NONE), 0);
    assert_int_equal(call(FREE, SchedContextBind, WORDS(THREAD(0)), NONE), seL4_IllegalOperation);
    assert_int_equal(call(THREAD(0), TCBSetSchedParams, WORDS(SELF, FREE, FREE + 1), WORDS(1, 1)), seL4_IllegalOperation);
    assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(FREE), WORDS(1000, 5000, 0, 0, 0)), 0);
    assert_int_equal(call(FREE, SchedContextBind, WORDS(THREAD(0)), NONE), 0);
    assert_int_equal(threads[0]->state, THREAD_BLOCKED_NTFN);
    assert_int_equal(call(FREE, SchedContextUnbind, NONE, NONE), 0);
    assert_int_equal(call(THREAD(0), TCBSetSchedParams, WORDS(SELF, FREE, FREE + 1), WORDS(1, 100)), 0);
    assert_ptr_equal(threads[0]->sc->tcb, threads[0]);
    assert_int_equal(threads[0]->mcp, 1);
    assert_int_equal(call(THREAD(0), TCBSuspend, NONE, NONE), 0);
    assert_int_equal(call(THREAD(0) + 2, SchedContextUnbind, NONE, NONE), 0);
    assert_int_equal(call(FREE, SchedContextUnbind, NONE, NONE), 0);
    retype(UNTYPED, seL4_SchedContextObject, 7, FREE + 2, 1);
    assert_int_equal(call(FREE + 2, SchedContextBind, WORDS(THREAD(0)), NONE), 0);
}

/* With just the time for a kernel entry left a system call is made; with a tick less it is not. */
static void the_last_moment(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (ticks_t less = 0; less < 2; less++) {
            for (int round = 0; round < 2; round++, fresh_system(state)) {
                make_ipc_objects();
                make_threads(1, 1000, round ? 1000 : 10000);
                start_threads(1);
                root_priority(1);
                assert_int_equal(running(), 0);
                host_slow = slow;
                host_pass(us_to_ticks(1000) - MIN_BUDGET + less);
                syscall_with(seL4_SysSend, NTFN, 0, 0);
                assert_int_equal(((notification_t *)notification_cap_ptr(host_slot(root, NTFN)->cap))->state, less ? NTFN_IDLE : NTFN_ACTIVE);
            }
        }
    }
}

/* A sleeper whose time comes in the very entry that does something to it: it wakes up first. {what is done; the sleeper's state; its queue} */
static void done_to_a_sleeper_that_wakes_up(void **state)
{
    enum { SUSPEND, RESUME, UNBIND, DELETE, DELETE_SC, RAISE, LOWER, OTHER_DOMAIN, CONFIGURE, YIELD_TO, NOTHING, HOWS };
    for (int how = 0; how < HOWS; how++) {
        for (int slow = 0; slow < 2; slow++, fresh_system(state)) {
            make_ipc_objects();
            make_threads(2, 500, 3000);
            start_threads(2);
            root_priority(1);
            host_syscall(seL4_SysYield);
            host_syscall(seL4_SysYield);
            assert_ptr_equal(ks.current, root);
            tcb_t *t = threads[0];
            assert_int_equal(call(THREAD(1), TCBSuspend, NONE, NONE), 0);
            root_priority(200);
            assert_ptr_equal(ks.release, t);
            host.time = sc_head(t->sc)->time; /* no interrupt has been taken */
            host_slow = slow;
            switch (how) {
            case SUSPEND:
                assert_int_equal(call(THREAD(0), TCBSuspend, NONE, NONE), 0);
                break;
            case RESUME:
                assert_int_equal(call(THREAD(0), TCBResume, NONE, NONE), 0);
                break;
            case UNBIND:
                assert_int_equal(call(THREAD(0) + 2, SchedContextUnbind, NONE, NONE), 0);
                break;
            case DELETE:
                assert_int_equal(delete_cap(THREAD(0)), 0);
                break;
            case DELETE_SC:
                assert_int_equal(delete_cap(THREAD(0) + 2), 0);
                break;
            case RAISE:
                assert_int_equal(call(THREAD(0), TCBSetPriority, WORDS(SELF), WORDS(201)), UNANSWERED);
                break;
            case LOWER:
                assert_int_equal(call(THREAD(0), TCBSetPriority, WORDS(SELF), WORDS(2)), 0);
                break;
            case OTHER_DOMAIN:
                assert_int_equal(call(seL4_CapDomain, DomainSetSet, WORDS(THREAD(0)), WORDS(1)), 0);
                break;
            case CONFIGURE:
                assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(THREAD(0) + 2), WORDS(700, 3000, 0, 0, 0)), 0);
                break;
            case YIELD_TO:
                assert_int_equal(call(THREAD(0) + 2, SchedContextYieldTo, NONE, NONE), 0);
                break;
            default:
                syscall_with(seL4_SysSend, NTFN, 0, 0);
            }
            assert_ptr_equal(ks.current, how == RAISE ? t : root);
            assert_true(ks.deadline > ks.now);
            assert_null(ks.release);
            bool stopped = how == SUSPEND || how == UNBIND || how == DELETE || how == DELETE_SC;
            assert_int_equal(t->queue, stopped || how == RAISE ? QUEUE_NONE : QUEUE_READY);
            if (t->queue == QUEUE_READY)
                assert_ptr_equal(ks.ready[how == OTHER_DOMAIN].head[t->prio], t);
            assert_int_equal(t->prio, how == RAISE ? 201 : how == LOWER ? 2 : 100);
        }
    }
}

/* A thread deletes itself while its time ends and an interrupt comes, whose notification may lend the very context: the waiter gets it, and with
 * it the wait for its next refill. */
static void used_up_time_is_not_lent_before_its_time(void **state)
{
    for (word_t flags = 0; flags < 2; flags++, fresh_system(state)) {
        make_ipc_objects();
        make_threads(2, 1000, 10000);
        tcb_t *waiter = threads[1];
        const sched_context_t *sc = threads[0]->sc;
        assert_int_equal(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(seL4_CapInitThreadCNode), WORDS(3, FREE, DEPTH)), 0);
        assert_int_equal(call(FREE, IRQSetIRQHandler, WORDS(NTFN), NONE), 0);
        assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(THREAD(0) + 2), WORDS(1000, 10000, 0, 0, flags)), 0);
        start_thread(THREAD(1));
        root_priority(1);
        syscall_with(seL4_SysWait, NTFN, 0, 0);
        assert_ptr_equal(ks.current, root);
        assert_int_equal(call(THREAD(1) + 2, SchedContextUnbind, NONE, NONE), 0);
        assert_int_equal(call(THREAD(0) + 2, SchedContextBind, WORDS(NTFN), NONE), 0);
        assert_int_equal(start_thread(THREAD(0)), UNANSWERED);
        assert_int_equal(running(), 0);
        host_line(3, true);
        host.time_step = (uint32_t)us_to_ticks(990);
        put_message(seL4_CapInitThreadCNode, CNodeDelete, NONE, WORDS(THREAD(0), DEPTH));
        host_syscall(seL4_SysCall);
        host.time_step = 0;
        assert_ptr_equal(waiter->sc, sc);
        assert_true(sc_head(sc)->time > ks.now);
        assert_ptr_equal(ks.current, root);
        assert_int_equal(waiter->queue, QUEUE_RELEASE);
        host_line(3, false);
        assert_true(run_until(waiter));
        assert_true(sc_head(sc)->time <= ks.now + TIMER_MARGIN);
    }
}

int schedule_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(turns_go_round), TEST(what_yield_gives_up), TEST(sleepers_wake_up_in_order), TEST(sleepers_can_be_deleted),
        TEST(places_in_the_queue), TEST(who_wakes_up), TEST(the_best_runs), TEST(yield_to_by_send), TEST(yield_to_ends_early),
        TEST(yield_to_somebody_who_cannot_run), TEST(consumed_time), TEST(reconfiguring), TEST(binding_without_time),
        TEST(the_last_moment), TEST(done_to_a_sleeper_that_wakes_up), TEST(used_up_time_is_not_lent_before_its_time),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
