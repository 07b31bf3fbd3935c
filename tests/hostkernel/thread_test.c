/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Threads in detail: registers, priorities of those who wait, suspension, handlers, spaces (sel4-abi.md ch. 6). */
#include "tests.h"

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB
#define VSPACE seL4_CapInitThreadVSpace

/* Every number of registers is read and written exactly. */
static void register_counts(void **state)
{
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 0, 0);
    word_t words[34];
    (void)state;
    for (word_t count = 1; count <= 32; count++) {
        for (word_t i = 0; i < 32; i++)
            t->context.reg[i] = 7;
        words[0] = 0;
        words[1] = count;
        for (word_t i = 0; i < 32; i++)
            words[2 + i] = count * 100 + i;
        assert_int_equal(call(FIRST, TCBWriteRegisters, NONE, words, 2 + count), 0);
        for (word_t i = 0; i < 32; i++)
            assert_int_equal(t->context.reg[i], i < count ? count * 100 + i : 7);
        assert_int_equal(t->context.reg[REG_NEXT_PC], count * 100);
        for (word_t i = 0; i < 34; i++)
            set_mr(i, 9);
        assert_int_equal(call(FIRST, TCBReadRegisters, NONE, WORDS(0, count)), 0);
        assert_int_equal(info(), info_make(0, count));
        for (word_t i = 0; i < 32; i++) /* message registers 0 and 1 were the request's */
            assert_int_equal(mr(i), i < count ? count * 100 + i : i == 1 ? 1 : 9);
    }
    assert_int_equal(t->state, THREAD_INACTIVE);
    assert_int_equal(call(FIRST, TCBWriteRegisters, NONE, WORDS(0, 0)), 0); /* none: not even the pc */
    assert_int_equal(t->context.reg[0], 3200);
    put_message(FIRST, TCBReadRegisters, NONE, WORDS(0, 2)); /* nobody to whom to show them */
    word_t before = info();
    host_syscall(seL4_SysSend);
    assert_int_equal(info(), before);
    slot_t *buffer = &ks.current->slots[TCB_BUFFER];
    copy_cap(FREE, seL4_CapInitThreadIPCBuffer, RIGHT_READ);
    assert_int_equal(call(SELF, TCBSetIPCBuffer, WORDS(FREE), WORDS(0x11000)), 0);
    tcb_ipc_buffer(ks.current, false)[BUFFER_MR(10)] = 5;
    assert_int_equal(call(FIRST, TCBReadRegisters, NONE, WORDS(0, 20)), 0); /* a buffer for reading only */
    assert_int_equal(info(), info_make(0, 4));
    assert_int_equal(mr(10), 5);
    assert_int_equal(call(SELF, TCBSetIPCBuffer, WORDS(0), WORDS(0)), 0);
    assert_true(slot_is_empty(buffer));
    assert_int_equal(call(FIRST, TCBReadRegisters, NONE, WORDS(0, 20)), 0); /* without a buffer: what fits in registers */
    assert_int_equal(info(), info_make(0, 4));
    assert_int_equal(call(FIRST, TCBReadRegisters, NONE, WORDS(0, 2)), 0);
    assert_int_equal(info(), info_make(0, 2));
}

static void copied_registers(void **state)
{
    (void)state;
    for (word_t flags = 0; flags < 16; flags++, fresh_system(state)) {
        tcb_t *from = make_thread(UNTYPED, FIRST, 100, 1000, 1000), *to = make_thread(UNTYPED, SECOND, 100, 1000, 1000);
        start_thread(FIRST);
        for (word_t i = 0; i < 32; i++) {
            from->context.reg[i] = 100 + i;
            to->context.reg[i] = 200 + i;
        }
        to->context.reg[REG_NEXT_PC] = 1;
        from->context.reg[REG_NEXT_PC] = 100;
        assert_int_equal(call(SECOND, TCBCopyRegisters, WORDS(FIRST), WORDS(flags)), 0);
        assert_int_equal(from->state, flags & 1 ? THREAD_INACTIVE : THREAD_RESTART);
        assert_int_equal(to->state, flags & 2 ? THREAD_RESTART : THREAD_INACTIVE);
        for (word_t i = 0; i < 32; i++)
            assert_int_equal(to->context.reg[i], (i < 16 ? flags & 4 : flags & 8) ? 100 + i : 200 + i);
        assert_int_equal(to->context.reg[REG_NEXT_PC], flags & 4 ? 100 : 1);
    }
}

/* A thread that waits keeps its place among equals when its priority changes: behind them. */
static void priorities_of_those_who_wait(void **state)
{
    static const sword_t calls[] = {seL4_SysSend, seL4_SysRecv, seL4_SysWait};
    for (unsigned n = 0; n < 3; n++) {
        for (word_t prio = 98; prio <= 102; prio++, fresh_system(state)) {
            word_t slots[] = {FIRST, SECOND, THIRD}, where = calls[n] == seL4_SysWait ? NTFN : EP;
            tcb_t *t[3];
            make_ipc_objects();
            for (word_t i = 0; i < 3; i++) {
                t[i] = make_thread(UNTYPED, slots[i], 101 - i, 1000, 1000); /* 101, 100, 99 */
                start_thread(slots[i]);
            }
            call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
            retype(UNTYPED, seL4_ReplyObject, 0, FREE, 3);
            for (word_t i = 0; i < 3; i++)
                syscall_with(calls[n], where, 0, i == 0 ? REPLY : i == 1 ? REPLY2 : 0);
            if (calls[n] == seL4_SysRecv) /* the third has no reply object: it has faulted */
                assert_int_equal(t[2]->state, THREAD_INACTIVE);
            call(SELF, TCBSetPriority, WORDS(SELF), WORDS(255));
            assert_int_equal(call(FIRST, TCBSetPriority, WORDS(SELF), WORDS(prio)), 0);
            const tcb_t *head = t[0]->queue == QUEUE_IPC ? (where == EP ? ((endpoint_t *)endpoint_cap_ptr(host_slot(ks.current, EP)->cap))->queue
                                                                        : ((notification_t *)notification_cap_ptr(host_slot(ks.current, NTFN)->cap))->queue)
                                                         : NULL;
            assert_ptr_equal(head, prio > 100 ? t[0] : t[1]);
            if (calls[n] != seL4_SysRecv && prio <= 100)
                assert_ptr_equal(t[0]->prev, prio >= 99 && prio != 99 ? t[1] : t[2]);
        }
    }
}

static void what_suspension_cancels(void **state)
{
    static const sword_t calls[] = {seL4_SysSend, seL4_SysCall, seL4_SysRecv, seL4_SysWait, seL4_SysNBSendRecv};
    for (unsigned n = 0; n < 5; n++) {
        for (int resume = 0; resume < 2; resume++, fresh_system(state)) {
            tcb_t *root = ks.current, *t;
            make_ipc_objects();
            t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
            start_thread(FIRST);
            call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
            t->context.reg[REG_NBSENDRECV_DEST] = NTFN;
            syscall_with(calls[n], calls[n] == seL4_SysWait ? NTFN : EP, 0, REPLY);
            assert_ptr_equal(ks.current, root);
            word_t pc = t->context.reg[REG_PC];
            assert_int_equal(call(FIRST, resume ? TCBResume : TCBSuspend, NONE, NONE), resume ? UNANSWERED : 0);
            assert_int_equal(t->context.reg[REG_PC], pc); /* not finished: it begins again */
            if (resume) {
                assert_ptr_equal(ks.current, t);
                assert_int_equal(t->context.reg[REG_NEXT_PC], pc);
            } else {
                assert_int_equal(t->state, THREAD_INACTIVE);
                assert_int_equal(t->queue, QUEUE_NONE);
                assert_null(t->reply);
                assert_int_equal(call(REPLY, 0, NONE, NONE), 0);
                assert_int_equal(t->state, THREAD_INACTIVE);
            }
        }
    }
    /* one that was preempted goes on behind what it has finished */
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    start_thread(FIRST);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    host_syscall(seL4_SysDebugPutChar);
    word_t next = t->context.reg[REG_NEXT_PC];
    assert_int_equal(call(SELF, TCBSetPriority, WORDS(SELF), WORDS(255)), UNANSWERED);
    assert_int_equal(call(FIRST, TCBSuspend, NONE, NONE), 0);
    assert_int_equal(t->context.reg[REG_PC], next + 4);
}

static void handlers(void **state)
{
    const struct {
        word_t rights;
        bool valid;
    } cases[] = {{RIGHT_ALL, true}, {RIGHT_WRITE | RIGHT_GRANT, true}, {RIGHT_WRITE | RIGHT_GRANT_REPLY, true}, {RIGHT_WRITE, false},
                 {RIGHT_GRANT | RIGHT_GRANT_REPLY, false}, {RIGHT_READ | RIGHT_GRANT, false}, {RIGHT_WRITE | RIGHT_READ, false}};
    (void)state;
    make_ipc_objects();
    make_thread(UNTYPED, FIRST, 100, 1000, 1000);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(mint_cap(FREE, EP, cases[i].rights, 1), 0);
        word_t expected = cases[i].valid ? 0 : seL4_InvalidCapability;
        assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(FREE), NONE), expected);
        assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE, ROOT, VSPACE), WORDS(0, 0)), expected);
        assert_int_equal(call(FIRST, TCBSetSchedParams, WORDS(SELF, FIRST + 2, FREE), WORDS(1, 1)), expected);
        assert_int_equal(mr(0), cases[i].valid ? mr(0) : 3);
        assert_int_equal(delete_cap(FREE), 0);
    }
    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(FREE), NONE), 0); /* null: none */
    assert_true(slot_is_empty(&thread_in(FIRST)->slots[TCB_TIMEOUT_HANDLER]));
    assert_int_equal(call(FIRST, TCBBindNotification, WORDS(NTFN), NONE), 0);
    copy_cap(FREE, NTFN, RIGHT_WRITE);
    assert_int_equal(call(SELF, TCBBindNotification, WORDS(FREE), NONE), seL4_IllegalOperation);
    assert_int_equal(call(FIRST, TCBUnbindNotification, NONE, NONE), 0);
    assert_int_equal(call(SELF, TCBBindNotification, WORDS(FREE), NONE), seL4_IllegalOperation); /* only to be signalled */
    assert_int_equal(call(SELF, TCBBindNotification, WORDS(NTFN), NONE), 0);
}

/* A capability to a thread of its own in its CSpace slot, to a TCB in the VSpace slot: replacing needs no long deletion only if it is not the last. */
static void spaces_with_guards(void **state)
{
    (void)state;
    make_ipc_objects();
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 0, 0);
    retype(UNTYPED, seL4_CapTableObject, 2, FREE, 1);
    assert_int_equal(call(FIRST, TCBConfigure, WORDS(FREE, VSPACE, 0), WORDS(62 | 0 << 6, 0, 0)), 0);
    assert_int_equal(cnode_cap_guard_size(t->slots[TCB_CSPACE].cap), 62);
    assert_int_equal(call(FIRST, TCBConfigure, WORDS(FREE, VSPACE, 0), WORDS(63, 0, 0)), seL4_IllegalOperation);
    assert_int_equal(call(FIRST, TCBConfigure, WORDS(FREE, VSPACE, FIRST + 1), WORDS(0, 0, BUFFER_VADDR + 0x800)), 0);
    assert_int_equal(t->ipc_buffer, BUFFER_VADDR + 0x800);
    assert_int_equal(cnode_cap_guard_size(t->slots[TCB_CSPACE].cap), 0);
    assert_int_equal(frame_cap_asid(t->slots[TCB_BUFFER].cap), 0);
    assert_int_equal(call(FIRST, TCBSetIPCBuffer, WORDS(FIRST + 1), WORDS(BUFFER_VADDR + 0x200)), seL4_AlignmentError);
    assert_int_equal(delete_cap(FREE), 0); /* the thread has the last one now */
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE, ROOT, VSPACE), WORDS(0, 0)), seL4_IllegalOperation);
}

int thread_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(register_counts), TEST(copied_registers), TEST(priorities_of_those_who_wait), TEST(what_suspension_cancels), TEST(handlers),
        TEST(spaces_with_guards),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
