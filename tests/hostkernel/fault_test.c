/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Faults: message, reply, restart (sel4-abi.md ch. 8); system calls that are not of the API. */
#include "tests.h"

/* FIRST runs with fault (and timeout) handler EP; the root task below it. */
static tcb_t *faulty_thread(word_t budget, word_t period)
{
    make_ipc_objects();
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, budget, period);
    mint_cap(FREE, EP, RIGHT_WRITE | RIGHT_GRANT_REPLY, 33);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE, seL4_CapInitThreadCNode, seL4_CapInitThreadVSpace), WORDS(0, 0)), 0);
    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(FREE), NONE), 0);
    start_thread(FIRST);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    assert_ptr_equal(ks.current, t);
    return t;
}

static void answer(word_t label, const word_t *mrs, size_t count)
{
    put_message(REPLY, label, NONE, mrs, count);
    host_syscall(seL4_SysSend);
}

static void receive_fault(word_t label, word_t length)
{
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_int_equal(badge(), 33);
    assert_int_equal(info(), info_make(label, length));
}

static void page_faults(void **state)
{
    static const word_t causes[][3] = {{1, 1, 1}, {12, 1, 1}, {5, 5, 0}, {13, 5, 0}, {7, 7, 0}, {15, 7, 0}};
    tcb_t *t = faulty_thread(10000, 10000);
    (void)state;
    for (word_t i = 0; i < 6; i++) {
        word_t pc = t->context.reg[REG_NEXT_PC];
        host_exception(causes[i][0], 0x1234);
        receive_fault(seL4_Fault_VMFault, 4);
        assert_int_equal(mr(0), pc);
        assert_int_equal(mr(1), 0x1234);
        assert_int_equal(mr(2), causes[i][2]);
        assert_int_equal(mr(3), causes[i][1]);
        answer(1, NONE);
        assert_ptr_equal(ks.current, t);
        assert_int_equal(t->context.reg[REG_NEXT_PC], pc);
    }
}

static void exceptions_and_unknown_calls(void **state)
{
    tcb_t *t = faulty_thread(10000, 10000);
    (void)state;
    host_exception(EXC_ILLEGAL_INSTRUCTION, 0);
    receive_fault(seL4_Fault_UserException, 4);
    assert_int_equal(mr(2), EXC_ILLEGAL_INSTRUCTION);
    answer(0, WORDS(0x500, 0x600, 1, 2));
    assert_ptr_equal(ks.current, t);
    assert_int_equal(t->context.reg[REG_NEXT_PC], 0x500);
    assert_int_equal(t->context.reg[REG_SP], 0x600);
    host_syscall(99);
    receive_fault(seL4_Fault_UnknownSyscall, 11);
    assert_int_equal(mr(0), 0x500);
    assert_int_equal(mr(10), 99);
    answer(0, WORDS(0x504, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    assert_int_equal(t->context.reg[REG_NEXT_PC], 0x504);
    assert_int_equal(t->context.reg[REG_A6], 9);
    host_syscall(0);
    receive_fault(seL4_Fault_UnknownSyscall, 11);
    answer(1, NONE);
    assert_int_equal(t->state, THREAD_INACTIVE);
}

static void capability_faults(void **state)
{
    static const word_t length[] = {0, 4, 5, 6, 7};
    tcb_t *t = faulty_thread(10000, 10000);
    (void)state;
    syscall_with(seL4_SysCall, 1000, 0, 0);
    receive_fault(seL4_Fault_CapFault, length[seL4_GuardMismatch]);
    assert_int_equal(mr(1), 1000);
    assert_int_equal(mr(2), 0);
    answer(0, NONE);
    assert_ptr_equal(ks.current, t);
    put_message(EP, 0, WORDS(1000), WORDS(0));
    host_syscall(seL4_SysSend);
    receive_fault(seL4_Fault_CapFault, length[seL4_GuardMismatch]);
    answer(0, NONE);
    syscall_with(seL4_SysRecv, FREE + 1, 0, REPLY2);
    receive_fault(seL4_Fault_CapFault, length[seL4_MissingCapability]);
    assert_int_equal(mr(2), 1);
    answer(0, NONE);
    syscall_with(seL4_SysNBSend, 1000, 0, 0); /* not a fault */
    assert_ptr_equal(ks.current, t);
}

static void timeouts(void **state)
{
    tcb_t *t = faulty_thread(1000, 100000);
    word_t values[32];
    (void)state;
    for (word_t i = 0; i < 32; i++)
        values[i] = 0x700 + i;
    host.time = host.timer + 10;
    host_interrupt();
    receive_fault(seL4_Fault_Timeout, 2);
    assert_int_equal(mr(0), FIRST); /* badge of its scheduling context */
    assert_true(mr(1) >= 990 && mr(1) <= 1010);
    answer(0, values, 32);
    assert_int_equal(t->queue, QUEUE_RELEASE);
    assert_int_equal(t->context.reg[REG_TP], 0x700 + 31);
    assert_true(run_until(t));
    assert_int_equal(t->context.reg[REG_NEXT_PC], 0x700);
}

/* A thread whose fault waits to be received stays stopped when the endpoint goes. */
static void the_handler_endpoint_is_deleted(void **state)
{
    tcb_t *t = faulty_thread(10000, 10000);
    (void)state;
    host_exception(EXC_BREAKPOINT, 0);
    assert_int_equal(t->state, THREAD_BLOCKED_SEND);
    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(FREE + 9), NONE), 0);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE + 9, seL4_CapInitThreadCNode, seL4_CapInitThreadVSpace), WORDS(0, 0)), 0);
    assert_int_equal(revoke_cap(EP), 0);
    assert_int_equal(t->state, THREAD_BLOCKED_SEND);
    assert_int_equal(delete_cap(EP), 0);
    assert_int_equal(t->state, THREAD_INACTIVE);
}

/* A fault at the end of the budget: first the budget, then the instruction again. */
static void a_fault_without_time(void **state)
{
    tcb_t *t, *root = ks.current;
    (void)state;
    t = make_thread(UNTYPED, FIRST, 100, 1000, 10000);
    start_thread(FIRST);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    host_pass(9995);
    host_exception(EXC_LOAD_ACCESS, 8);
    assert_ptr_equal(ks.current, root);
    assert_int_equal(t->state, THREAD_RESTART);
    assert_int_equal(t->fault.type, seL4_Fault_NullFault);
}

/* FIRST, with fault handler EP, runs; SECOND, of priority 101, waits on EP; THIRD sleeps until its time, which comes before FIRST's slice ends. */
static void prepare_sleeper(word_t prio, tcb_t *t[3])
{
    make_ipc_objects();
    t[0] = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    t[1] = make_thread(UNTYPED, SECOND, 101, 10000, 10000);
    t[2] = make_thread(UNTYPED, THIRD, prio, 1000, 2000);
    mint_cap(FREE, EP, RIGHT_WRITE | RIGHT_GRANT_REPLY, 33);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE, seL4_CapInitThreadCNode, seL4_CapInitThreadVSpace), WORDS(0, 0)), 0);
    start_thread(THIRD);
    start_thread(SECOND);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    assert_true(run_until(t[1]));
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_true(run_until(t[2]->queue == QUEUE_RELEASE ? thread_in(seL4_CapInitThreadTCB) : t[2]));
    while (t[2]->queue != QUEUE_RELEASE) {
        host.time = host.timer;
        host_interrupt();
    }
    start_thread(FIRST);
    assert_ptr_equal(ks.current, t[0]);
    host.time = sc_head(t[2]->sc)->time; /* the timer's interrupt is not taken: the fault comes first */
}

/* Handler and sleeper wake up in one kernel entry: the more important of them runs, the other is ready, whichever way the fault takes. */
static void a_sleeper_wakes_at_the_fault(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (word_t prio = 100; prio <= 102; prio++, fresh_system(state)) {
            tcb_t *t[3];
            prepare_sleeper(prio, t);
            host_slow = slow;
            host_exception(EXC_LOAD_ACCESS, 8);
            assert_ptr_equal(ks.current, prio <= 101 ? t[1] : t[2]);
            assert_int_equal((prio <= 101 ? t[2] : t[1])->queue, QUEUE_READY);
            assert_true(run_until(t[1]));
            assert_int_equal(badge(), 33);
            assert_int_equal(info(), info_make(seL4_Fault_VMFault, 4));
            assert_int_equal(t[0]->state, THREAD_BLOCKED_REPLY);
        }
    }
}

/* Messages and replies to threads without a buffer stop at the registers. */
static void without_a_buffer(void **state)
{
    tcb_t *t = faulty_thread(10000, 10000);
    (void)state;
    host_syscall(99);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_int_equal(info(), info_make(seL4_Fault_UnknownSyscall, 11));
    assert_int_equal(call(seL4_CapInitThreadTCB, TCBSetIPCBuffer, WORDS(0), WORDS(0)), 0);
    ks.current->context.reg[REG_INFO] = info_make(0, 10);
    ks.current->context.reg[REG_CAP] = REPLY;
    host_syscall(seL4_SysSend);
    assert_ptr_equal(ks.current, t);
    host_syscall(98);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_int_equal(info(), info_make(seL4_Fault_UnknownSyscall, 4));
}

static void without_a_handler(void **state)
{
    tcb_t *t;
    (void)state;
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    start_thread(FIRST);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    host_exception(EXC_LOAD_ACCESS, 8);
    assert_int_equal(t->state, THREAD_INACTIVE);
    start_thread(FIRST);
    host_exception(EXC_BREAKPOINT, 8);
    assert_int_equal(t->state, THREAD_INACTIVE);
}

static void debug_calls(void **state)
{
    (void)state;
    ks.current->context.reg[REG_CAP] = UNTYPED;
    host_syscall(seL4_SysDebugCapIdentify);
    assert_int_equal(ks.current->context.reg[REG_CAP], CAP_UNTYPED);
    ks.current->context.reg[REG_CAP] = 1000;
    host_syscall(seL4_SysDebugCapIdentify);
    assert_int_equal(ks.current->context.reg[REG_CAP], 0);
    tcb_ipc_buffer(ks.current, true)[BUFFER_MR(0)] = 0x0000656d616e; /* "name" */
    ks.current->context.reg[REG_CAP] = seL4_CapInitThreadTCB;
    host_syscall(seL4_SysDebugNameThread);
    assert_string_equal(ks.current->name, "name");
    host_syscall(seL4_SysDebugSnapshot);
    host_syscall(seL4_SysDebugDumpScheduler);
    host_syscall(seL4_SysBenchmarkResetLog);
    assert_int_equal(ks.current->context.reg[REG_CAP], 0);
    host_syscall(seL4_SysBenchmarkNullSyscall);
    host_allow_halt = true;
    ks.current->context.reg[REG_CAP] = UNTYPED;
    assert_int_equal(host_syscall(seL4_SysDebugNameThread), HOST_HALTED);
    for (word_t i = 0; i < seL4_MsgMaxLength; i++)
        tcb_ipc_buffer(ks.current, true)[BUFFER_MR(i)] = WORD_MAX;
    ks.current->context.reg[REG_CAP] = seL4_CapInitThreadTCB;
    assert_int_equal(host_syscall(seL4_SysDebugNameThread), HOST_HALTED);
    assert_int_equal(host_syscall(seL4_SysDebugHalt), HOST_HALTED);
}

int fault_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(page_faults), TEST(exceptions_and_unknown_calls), TEST(capability_faults), TEST(timeouts),
        TEST(the_handler_endpoint_is_deleted), TEST(a_fault_without_time), TEST(a_sleeper_wakes_at_the_fault), TEST(without_a_buffer), TEST(without_a_handler),
        TEST(debug_calls),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
