/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* CSpaces of several levels, and what a failed lookup says (sel4-abi.md 5.1, 8.3). */
#include "tests.h"

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB
#define TOP FREE          /* 16 slots, guard 0x5 of 56 bits */
#define LOW (FREE + 1)    /* 4 slots, guard 0 of 0 bits, in slot 3 of TOP */
#define SIDE (FREE + 2)   /* 4 slots, guard 1 of 2 bits, in slot 4 of TOP */

/* TOP is the CSpace of FIRST, which has EP as its fault handler and EP in its own address `in_low(1)`. */
static word_t top(word_t slot, word_t rest) { return 0x5ul << 8 | slot << 4 | rest; }
static word_t in_low(word_t slot) { return top(3, slot << 2); }

static tcb_t *thread_with_levels(void)
{
    make_ipc_objects();
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 4, TOP, 1), 0);
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 2, LOW, 1), 0);
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 2, SIDE, 1), 0);
    assert_int_equal(call(TOP, CNodeCopy, WORDS(ROOT), WORDS(3, 4, LOW, DEPTH, 15)), 0);
    assert_int_equal(call(TOP, CNodeMint, WORDS(ROOT), WORDS(4, 4, SIDE, DEPTH, 15, 2 | 1 << 6)), 0);
    assert_int_equal(call(TOP, CNodeMint, WORDS(ROOT), WORDS(7, 4, EP, DEPTH, 15, 70)), 0);
    assert_int_equal(call(LOW, CNodeMint, WORDS(ROOT), WORDS(1, 2, EP, DEPTH, 15, 71)), 0);
    assert_int_equal(call(SIDE, CNodeMint, WORDS(ROOT), WORDS(2, 2, EP, DEPTH, 15, 72)), 0);
    mint_cap(FREE + 3, EP, RIGHT_ALL, 99);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE + 3, TOP, seL4_CapInitThreadVSpace), WORDS(56 | 0x5 << 6, 0)), 0);
    start_thread(FIRST);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    assert_ptr_equal(ks.current, t);
    return t;
}

/* What the root task, which runs when FIRST blocks, hears on EP. */
static void heard(word_t who)
{
    const tcb_t *me = ks.current;
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_int_equal(me->context.reg[REG_BADGE], who);
}

static void addresses_go_through_levels(void **state)
{
    tcb_t *root = ks.current, *t = thread_with_levels();
    /* the last: bits that a capability of another kind leaves over do not matter */
    const word_t found[][2] = {{in_low(1), 71}, {in_low(1) | 2, 0}, {top(4, 0x6), 72}, {top(7, 0), 70}, {top(7, 0xf), 70}};
    (void)state;
    for (unsigned i = 0; i < sizeof found / sizeof *found; i++) {
        assert_ptr_equal(ks.current, t);
        syscall_with(seL4_SysSend, found[i][0], 0, 0);
        assert_ptr_equal(ks.current, root);
        heard(found[i][1] == 0 ? 71 : found[i][1]);
    }
}

/* {address; lookup failure: type, bits left, two more} */
static void failures_say_where(void **state)
{
    const word_t wrong[][5] = {
        {0x6ul << 8, seL4_GuardMismatch, 64, 0x5, 56},
        {0, seL4_GuardMismatch, 64, 0x5, 56},
        {top(4, 0x2), seL4_GuardMismatch, 4, 1, 2},
        {top(4, 0xe), seL4_GuardMismatch, 4, 1, 2},
    };
    static const word_t length[] = {0, 4, 5, 6, 7};
    tcb_t *t = thread_with_levels();
    (void)state;
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_ptr_equal(ks.current, t);
        syscall_with(seL4_SysCall, wrong[i][0], 0, 0);
        heard(99);
        assert_int_equal(info(), info_make(seL4_Fault_CapFault, length[wrong[i][1]]));
        assert_int_equal(mr(1), wrong[i][0]);
        assert_int_equal(mr(2), 0);
        for (word_t n = 0; n < length[wrong[i][1]] - 3; n++)
            assert_int_equal(mr(3 + n), wrong[i][1 + n]);
        put_message(REPLY, 0, NONE, NONE);
        host_syscall(seL4_SysSend);
    }
}

/* A last level that needs more bits than there are. */
static void too_many_levels(void **state)
{
    (void)state;
    thread_with_levels();
    syscall_with(seL4_SysSend, in_low(1), 0, 0);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(255));
    heard(71);
    assert_int_equal(call(LOW, CNodeCopy, WORDS(ROOT), WORDS(0, 2, TOP, DEPTH, 15)), 0); /* 4 bits wanted, 2 are left */
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    syscall_with(seL4_SysSend, in_low(0), 0, 0);
    heard(99);
    assert_int_equal(mr(3), seL4_DepthMismatch);
    assert_int_equal(mr(4), 2);
    assert_int_equal(mr(5), 4);
    assert_int_equal(info_length(info()), 6);
}

/* A CSpace without a guard: the highest bits of the address count. */
static void no_guard(void **state)
{
    tcb_t *root = ks.current, *t;
    (void)state;
    make_ipc_objects();
    retype(UNTYPED, seL4_CapTableObject, 8, TOP, 1);
    assert_int_equal(call(TOP, CNodeMint, WORDS(ROOT), WORDS(0x85, 8, EP, DEPTH, 15, 70)), 0);
    assert_int_equal(call(TOP, CNodeMint, WORDS(ROOT), WORDS(0, 8, EP, DEPTH, 15, 71)), 0);
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(FREE + 3, TOP, seL4_CapInitThreadVSpace), WORDS(0, 0)), 0);
    start_thread(FIRST);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    for (int slow = 0; slow < 2; slow++) {
        host_slow = slow;
        assert_ptr_equal(ks.current, t);
        syscall_with(seL4_SysSend, 0x85ul << 56, 0, 0);
        assert_ptr_equal(ks.current, root);
        heard(70);
        syscall_with(seL4_SysSend, 0x85, 0, 0); /* slot 0 */
        assert_ptr_equal(ks.current, root);
        heard(71);
    }
}

/* A thread without a CSpace: whatever it names is InvalidRoot. */
static void no_cspace(void **state)
{
    tcb_t *root = ks.current;
    (void)state;
    make_ipc_objects();
    retype(UNTYPED, seL4_TCBObject, 0, FREE, 1);
    retype(UNTYPED, seL4_SchedContextObject, 7, FREE + 1, 1);
    mint_cap(FREE + 3, EP, RIGHT_WRITE | RIGHT_GRANT, 99);
    assert_int_equal(call(sched_control(), SchedControlConfigureFlags, WORDS(FREE + 1), WORDS(1000, 1000, 0, 0, 0)), 0);
    assert_int_equal(call(FREE, TCBSetSchedParams, WORDS(SELF, FREE + 1, FREE + 3), WORDS(0, 100)), 0);
    start_thread(FREE);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    for (int receive = 0; receive < 2; receive++) {
        assert_ptr_not_equal(ks.current, root);
        syscall_with(receive ? seL4_SysRecv : seL4_SysSend, 0x123, 0, 0);
        assert_ptr_equal(ks.current, root);
        heard(99);
        assert_int_equal(info(), info_make(seL4_Fault_CapFault, 4));
        assert_int_equal(mr(1), 0x123);
        assert_int_equal(mr(2), receive);
        assert_int_equal(mr(3), seL4_InvalidRoot);
        put_message(REPLY, 0, NONE, NONE);
        host_syscall(seL4_SysSend);
    }
}

/* MR0 of FailedLookup says whether source or destination; a destination that is taken is DeleteFirst, whoever asks. */
static void destinations_and_sources(void **state)
{
    (void)state;
    make_ipc_objects();
    retype(UNTYPED, seL4_UntypedObject, 12, FREE + 5, 1);
    assert_int_equal(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(ROOT), WORDS(3, 256, DEPTH)), seL4_FailedLookup);
    assert_int_equal(mr(0), 0);
    assert_int_equal(mr(1), seL4_GuardMismatch);
    assert_int_equal(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 5, ROOT), WORDS(FREE, 60)), seL4_FailedLookup);
    assert_int_equal(mr(0), 0);
    assert_int_equal(call(ROOT, CNodeCopy, WORDS(ROOT), WORDS(256, DEPTH, EP, DEPTH, 15)), seL4_FailedLookup);
    assert_int_equal(mr(0), 0);
    assert_int_equal(call(ROOT, CNodeCopy, WORDS(ROOT), WORDS(FREE, DEPTH, 256, DEPTH, 15)), seL4_FailedLookup);
    assert_int_equal(mr(0), 1);
    assert_int_equal(call(ROOT, CNodeCopy, WORDS(ROOT), WORDS(FREE, DEPTH, FREE + 1, DEPTH, 15)), seL4_FailedLookup);
    assert_int_equal(mr(0), 1);
    assert_int_equal(mr(1), seL4_MissingCapability);
    assert_int_equal(mr(2), DEPTH);
    assert_int_equal(info_length(info()), 3);
    assert_int_equal(call(ROOT, CNodeDelete, NONE, WORDS(1, 65)), seL4_RangeError);
    assert_int_equal(mr(0), 1);
    assert_int_equal(mr(1), WORD_BITS);
    /* Rotate: source and pivot */
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(FREE, 64, 0, EP, 64, 0, FREE + 1, 64)), seL4_FailedLookup);
    assert_int_equal(mr(0), 1);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(FREE, 64, 0, FREE + 1, 64, 0, EP, 64)), seL4_FailedLookup);
    assert_int_equal(mr(0), 0);
    assert_int_equal(mr(2), 64);
    /* Retype: a window in something that is not a CNode */
    assert_int_equal(call(UNTYPED, UntypedRetype, WORDS(ROOT), WORDS(seL4_EndpointObject, 0, EP, DEPTH, 0, 1)), seL4_FailedLookup);
    assert_int_equal(mr(0), 0);
    assert_int_equal(mr(1), seL4_MissingCapability);
    assert_int_equal(mr(2), DEPTH);
}

int cspace_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(addresses_go_through_levels), TEST(failures_say_where), TEST(too_many_levels), TEST(no_guard), TEST(no_cspace), TEST(destinations_and_sources),
    };
    return cmocka_run_group_tests_name("cspace", tests, NULL, NULL);
}
