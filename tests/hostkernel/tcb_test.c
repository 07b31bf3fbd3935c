/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Threads (sel4-abi.md ch. 6). */
#include "tests.h"

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB
#define VSPACE seL4_CapInitThreadVSpace

static void registers(void **state)
{
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 0, 0);
    word_t words[34] = {0, 32};
    (void)state;
    for (word_t i = 0; i < 32; i++)
        words[2 + i] = 0x100 + i;
    assert_int_equal(call(FIRST, TCBWriteRegisters, NONE, words, 34), 0);
    assert_int_equal(t->context.reg[REG_NEXT_PC], 0x100);
    assert_int_equal(call(FIRST, TCBReadRegisters, NONE, WORDS(1, 32)), 0);
    assert_int_equal(info(), info_make(0, 32));
    for (word_t i = 0; i < 32; i++)
        assert_int_equal(mr(i), 0x100 + i);
    assert_int_equal(call(FIRST, TCBReadRegisters, NONE, WORDS(0, 0)), seL4_RangeError);
    assert_int_equal(call(FIRST, TCBReadRegisters, NONE, WORDS(0, 33)), seL4_RangeError);
    assert_int_equal(call(FIRST, TCBReadRegisters, NONE, WORDS(0)), seL4_TruncatedMessage);
    assert_int_equal(call(SELF, TCBReadRegisters, NONE, WORDS(0, 1)), seL4_IllegalOperation);
    assert_int_equal(call(FIRST, TCBWriteRegisters, NONE, WORDS(0, 2, 5)), seL4_TruncatedMessage);
    assert_int_equal(call(FIRST, TCBWriteRegisters, NONE, WORDS(0)), seL4_TruncatedMessage);
    assert_int_equal(call(SELF, TCBWriteRegisters, NONE, WORDS(0, 1, 5)), seL4_IllegalOperation);
    assert_int_equal(call(FIRST, TCBWriteRegisters, NONE, WORDS(1, 0)), 0);
    assert_int_equal(t->state, THREAD_RESTART);
    make_thread(UNTYPED, SECOND, 100, 0, 0);
    assert_int_equal(call(SECOND, TCBCopyRegisters, WORDS(FIRST), WORDS(15)), 0);
    assert_int_equal(thread_in(SECOND)->context.reg[REG_TP], 0x11f);
    assert_int_equal(t->state, THREAD_INACTIVE);
    assert_int_equal(call(SECOND, TCBCopyRegisters, WORDS(UNTYPED), WORDS(15)), seL4_InvalidCapability);
    assert_int_equal(call(SECOND, TCBCopyRegisters, NONE, WORDS(15)), seL4_TruncatedMessage);
    assert_int_equal(call(FIRST, TCBSetTLSBase, NONE, WORDS(0x77)), 0);
    assert_int_equal(t->context.reg[REG_TP], 0x77);
    assert_int_equal(call(FIRST, TCBSetTLSBase, NONE, NONE), seL4_TruncatedMessage);
    assert_int_equal(call(FIRST, TCBSetFlags, NONE, WORDS(0)), seL4_TruncatedMessage);
    assert_int_equal(call(FIRST, TCBSetFlags, NONE, WORDS(0, 1)), 0);
    assert_int_equal(mr(0), 0); /* no floating point: no flag */
    assert_int_equal(call(FIRST, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
}

static word_t configure(word_t cspace, word_t data, word_t vspace, word_t address, word_t frame)
{
    return call(FIRST, TCBConfigure, WORDS(cspace, vspace, frame), WORDS(data, 0, address));
}

static void spaces_in_order(void **state)
{
    (void)state;
    make_thread(UNTYPED, FIRST, 100, 0, 0);
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 1);
    retype(boot_device_untyped(12), seL4_RISCV_4K_Page, 0, FREE + 1, 1);
    make_ipc_objects();
    assert_int_equal(call(FIRST, TCBConfigure, WORDS(ROOT, VSPACE), WORDS(0, 0, 0)), seL4_TruncatedMessage);
    assert_int_equal(configure(ROOT, 0, VSPACE, 0x1000, EP), seL4_IllegalOperation);
    assert_int_equal(configure(ROOT, 0, VSPACE, 0x1000, FREE), seL4_IllegalOperation);
    assert_int_equal(configure(ROOT, 0, VSPACE, 0x1000, FREE + 1), seL4_IllegalOperation);
    assert_int_equal(configure(ROOT, 0, VSPACE, 0x1010, FIRST + 1), seL4_AlignmentError);
    assert_int_equal(configure(EP, 0, VSPACE, 0x1000, FIRST + 1), seL4_IllegalOperation);
    assert_int_equal(configure(ROOT, 63, VSPACE, 0x1000, FIRST + 1), seL4_IllegalOperation);
    assert_int_equal(configure(ROOT, 0, FREE, 0x1000, FIRST + 1), seL4_IllegalOperation);
    assert_int_equal(configure(ROOT, 0, EP, 0x1000, FIRST + 1), seL4_IllegalOperation);
    assert_int_equal(configure(ROOT, 0, VSPACE, 0, 0), 0);
    assert_null(tcb_ipc_buffer(thread_in(FIRST), false));
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(NTFN, ROOT, VSPACE), WORDS(0, 0)), seL4_InvalidCapability);
    assert_int_equal(mr(0), 1);
    copy_cap(FREE + 2, EP, RIGHT_WRITE);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE + 2, ROOT, VSPACE), WORDS(0, 0)), seL4_InvalidCapability);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE + 3, ROOT, VSPACE), WORDS(0, 0)), 0);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(EP, ROOT), WORDS(0, 0)), seL4_TruncatedMessage);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(EP, EP, VSPACE), WORDS(0, 0)), seL4_IllegalOperation);
    assert_int_equal(call(FIRST, TCBSetIPCBuffer, WORDS(FIRST + 1), NONE), seL4_TruncatedMessage);
    assert_int_equal(call(FIRST, TCBSetIPCBuffer, WORDS(EP), WORDS(0x1000)), seL4_IllegalOperation);
    assert_int_equal(call(FIRST, TCBSetIPCBuffer, WORDS(FIRST + 1), WORDS(0x1400)), 0);
    assert_int_equal((word_t)tcb_ipc_buffer(thread_in(FIRST), true) & 0xfff, 0x400);
    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(NTFN), NONE), seL4_InvalidCapability);
    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, NONE, NONE), seL4_TruncatedMessage);
    assert_int_equal(call(SELF, TCBConfigure, WORDS(ROOT, VSPACE, seL4_CapInitThreadIPCBuffer), WORDS(0, 0, 0x11000)), 0);
}

/* The last capability to a CNode in a TCB: replacing it would take long. */
static void a_cspace_of_its_own_cannot_be_replaced(void **state)
{
    (void)state;
    make_thread(UNTYPED, FIRST, 100, 0, 0);
    retype(UNTYPED, seL4_CapTableObject, 1, FREE, 1);
    assert_int_equal(configure(FREE, 0, VSPACE, 0, 0), 0);
    delete_cap(FREE);
    assert_int_equal(configure(ROOT, 0, VSPACE, 0, 0), seL4_IllegalOperation);
    assert_int_equal(delete_cap(FIRST), 0);
}

static void priorities(void **state)
{
    (void)state;
    make_ipc_objects();
    make_thread(UNTYPED, FIRST, 100, 0, 0);
    assert_int_equal(call(FIRST, TCBSetMCPriority, WORDS(SELF), WORDS(50)), 0);
    assert_int_equal(call(FIRST, TCBSetPriority, WORDS(FIRST), WORDS(51)), seL4_RangeError);
    assert_int_equal(mr(1), 50);
    assert_int_equal(call(FIRST, TCBSetPriority, WORDS(EP), WORDS(51)), seL4_InvalidCapability);
    assert_int_equal(call(FIRST, TCBSetPriority, NONE, WORDS(51)), seL4_TruncatedMessage);
    assert_int_equal(call(FIRST, TCBSetPriority, WORDS(SELF), WORDS(256)), seL4_RangeError);
    assert_int_equal(call(FIRST, TCBSetPriority, WORDS(FIRST), WORDS(50)), 0);
}

static word_t set_params(word_t authority, word_t sc, word_t handler, word_t mcp, word_t prio)
{
    return call(FIRST, TCBSetSchedParams, WORDS(authority, sc, handler), WORDS(mcp, prio));
}

static void scheduling_parameters(void **state)
{
    (void)state;
    make_ipc_objects();
    make_thread(UNTYPED, FIRST, 100, 1000, 10000);
    make_thread(UNTYPED, SECOND, 100, 1000, 10000);
    retype(UNTYPED, seL4_SchedContextObject, 7, FREE, 1);
    assert_int_equal(call(FIRST, TCBSetSchedParams, WORDS(SELF, FREE), WORDS(1, 1)), seL4_TruncatedMessage);
    assert_int_equal(set_params(EP, FREE, EP, 1, 1), seL4_InvalidCapability);
    assert_int_equal(set_params(SELF, FREE, EP, 256, 1), seL4_RangeError);
    assert_int_equal(set_params(SELF, FREE, EP, 1, 256), seL4_RangeError);
    assert_int_equal(set_params(SELF, EP, EP, 1, 1), seL4_InvalidCapability);
    assert_int_equal(mr(0), 2);
    assert_int_equal(set_params(SELF, FREE, EP, 1, 1), seL4_IllegalOperation);
    assert_int_equal(set_params(SELF, FIRST + 2, NTFN, 1, 1), seL4_InvalidCapability);
    assert_int_equal(mr(0), 3);
    assert_int_equal(set_params(SELF, FIRST + 2, EP, 77, 78), 0);
    assert_int_equal(set_params(SELF, 0, EP, 77, 78), 0);
    assert_null(thread_in(FIRST)->sc);
    assert_int_equal(set_params(SELF, SECOND + 2, EP, 77, 78), seL4_IllegalOperation);
    assert_int_equal(set_params(SELF, FREE, EP, 77, 78), 0);
    assert_int_equal(call(SELF, TCBSetSchedParams, WORDS(SELF, 0, 0), WORDS(255, 255)), seL4_IllegalOperation);
}

static void suspend_and_resume(void **state)
{
    tcb_t *t, *root = ks.current;
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    start_thread(FIRST);
    assert_int_equal(start_thread(FIRST), 0);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    assert_ptr_equal(ks.current, t);
    assert_int_equal(call(FIRST, TCBSuspend, NONE, NONE), UNANSWERED);
    assert_ptr_equal(ks.current, root);
    word_t pc = t->context.reg[REG_PC];
    assert_int_equal(start_thread(FIRST), UNANSWERED);
    assert_ptr_equal(ks.current, t);
    assert_int_equal(t->context.reg[REG_NEXT_PC], pc); /* does it again */
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_int_equal(call(FIRST, TCBSuspend, NONE, NONE), 0);
    assert_int_equal(t->state, THREAD_INACTIVE);
    assert_int_equal(delete_cap(FIRST), 0);
    assert_int_equal(revoke_cap(UNTYPED), 0);
}

/* The last system call of a thread that deletes itself. */
static void self_deletion(void **state)
{
    tcb_t *t, *root = ks.current;
    (void)state;
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    start_thread(FIRST);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    assert_ptr_equal(ks.current, t);
    put_message(ROOT, CNodeDelete, NONE, WORDS(FIRST, DEPTH));
    host_syscall(seL4_SysCall);
    assert_ptr_equal(ks.current, root);
    delete_cap(FIRST);
    assert_true(is_empty(FIRST));
}

int tcb_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registers), TEST(spaces_in_order), TEST(a_cspace_of_its_own_cannot_be_replaced), TEST(priorities),
        TEST(scheduling_parameters), TEST(suspend_and_resume), TEST(self_deletion),
    };
    return cmocka_run_group_tests_name("tcb", tests, NULL, NULL);
}
