/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Errors with the message registers that explain them, at the very edge of what is allowed (sel4-abi.md 3.2, 3.4, 4.3, ch. 10, 11). */
#include "tests.h"

#include <sched/time.h>

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB
#define VSPACE seL4_CapInitThreadVSpace
#define RW (RIGHT_READ | RIGHT_WRITE)

/* The notation of sel4-abi.md, chapter 0. */
#define EXPECT(error, count, first, second, ...)                                        \
    do {                                                                                \
        word_t answer_ = (__VA_ARGS__);                                                 \
        assert_int_equal(answer_, error);                                               \
        assert_int_equal(info_length(info()), count);                                   \
        assert_int_equal(badge(), 0);                                                   \
        if ((count) > 0)                                                                \
            assert_int_equal(mr(0), first);                                             \
        if ((count) > 1)                                                                \
            assert_int_equal(mr(1), second);                                            \
    } while (0)
#define IA(n, ...) EXPECT(seL4_InvalidArgument, 1, n, 0, __VA_ARGS__)
#define IC(n, ...) EXPECT(seL4_InvalidCapability, 1, n, 0, __VA_ARGS__)
#define IO(...) EXPECT(seL4_IllegalOperation, 0, 0, 0, __VA_ARGS__)
#define RE(low, high, ...) EXPECT(seL4_RangeError, 2, low, high, __VA_ARGS__)
#define AE(...) EXPECT(seL4_AlignmentError, 0, 0, 0, __VA_ARGS__)
#define TM(...) EXPECT(seL4_TruncatedMessage, 0, 0, 0, __VA_ARGS__)
#define DF(...) EXPECT(seL4_DeleteFirst, 0, 0, 0, __VA_ARGS__)
#define RF(...) EXPECT(seL4_RevokeFirst, 0, 0, 0, __VA_ARGS__)
#define NEM(left, ...) EXPECT(seL4_NotEnoughMemory, 1, left, 0, __VA_ARGS__)
#define FINE(...) EXPECT(0, 0, 0, 0, __VA_ARGS__)

static word_t retype_to(word_t type, word_t bits, word_t index, word_t depth, word_t offset, word_t count)
{
    return call(UNTYPED, UntypedRetype, WORDS(ROOT), WORDS(type, bits, index, depth, offset, count));
}

static void retype_errors(void **state)
{
    (void)state;
    make_ipc_objects();
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 2, FREE, 1), 0);
    IO(call(UNTYPED, 0, NONE, NONE));
    TM(call(UNTYPED, UntypedRetype, WORDS(ROOT), WORDS(2, 0, 0, 0, FREE + 1)));
    IA(0, retype_to(seL4_ObjectTypeCount, 0, 0, 0, FREE + 1, 1));
    RE(0, seL4_MaxUntypedBits, retype_to(seL4_UntypedObject, 64, 0, 0, FREE + 1, 1));
    RE(0, seL4_MaxUntypedBits, retype_to(seL4_UntypedObject, seL4_MaxUntypedBits + 1, 0, 0, FREE + 1, 1));
    NEM(BIT(16) - untyped_cap_free(host_slot(ks.current, UNTYPED)->cap),
        retype_to(seL4_UntypedObject, seL4_MaxUntypedBits, 0, 0, FREE + 1, 1));
    RE(0, seL4_MaxUntypedBits, retype_to(seL4_CapTableObject, seL4_MaxUntypedBits - seL4_SlotBits + 1, 0, 0, FREE + 1, 1));
    IA(1, retype_to(seL4_CapTableObject, 0, 0, 0, FREE + 1, 1));
    IA(1, retype_to(seL4_UntypedObject, seL4_MinUntypedBits - 1, 0, 0, FREE + 1, 1));
    FINE(retype_to(seL4_UntypedObject, seL4_MinUntypedBits, 0, 0, FREE + 1, 1));
    IA(1, retype_to(seL4_SchedContextObject, seL4_MinSchedContextBits - 1, 0, 0, FREE + 2, 1));
    FINE(retype_to(seL4_SchedContextObject, seL4_MinSchedContextBits, 0, 0, FREE + 2, 1));
    RE(1, WORD_BITS, retype_to(seL4_EndpointObject, 0, FREE, 65, 0, 1));
    RE(0, 3, retype_to(seL4_EndpointObject, 0, FREE, DEPTH, 4, 1));
    RE(1, CONFIG_RETYPE_FAN_OUT_LIMIT, retype_to(seL4_EndpointObject, 0, FREE, DEPTH, 0, 0));
    RE(1, CONFIG_RETYPE_FAN_OUT_LIMIT, retype_to(seL4_EndpointObject, 0, FREE, DEPTH, 0, CONFIG_RETYPE_FAN_OUT_LIMIT + 1));
    RE(1, 4, retype_to(seL4_EndpointObject, 0, FREE, DEPTH, 0, CONFIG_RETYPE_FAN_OUT_LIMIT));
    RE(1, 3, retype_to(seL4_EndpointObject, 0, FREE, DEPTH, 1, 4));
    FINE(retype_to(seL4_EndpointObject, 0, FREE, DEPTH, 1, 3));
    DF(retype_to(seL4_EndpointObject, 0, FREE, DEPTH, 0, 2));
    FINE(retype_to(seL4_EndpointObject, 0, FREE, DEPTH, 0, 1));
    for (word_t i = 0; i < 4; i++) /* all of them were made */
        DF(retype_to(seL4_EndpointObject, 0, FREE, DEPTH, i, 1));
    word_t device = boot_device_untyped(12);
    const word_t args[][2] = {{seL4_TCBObject, 0}, {seL4_ReplyObject, 0}, {seL4_RISCV_PageTableObject, 0}, {seL4_CapTableObject, 2}};
    for (unsigned i = 0; i < 4; i++)
        IA(1, retype(device, args[i][0], args[i][1], FREE + 5, 1));
    FINE(retype(device, seL4_UntypedObject, 12, FREE + 5, 1));
    assert_true(untyped_cap_device(host_slot(ks.current, FREE + 5)->cap));
    FINE(retype(FREE + 5, seL4_RISCV_4K_Page, 0, FREE + 6, 1));
    assert_true(frame_cap_device(host_slot(ks.current, FREE + 6)->cap));
    NEM(0, retype(device, seL4_UntypedObject, 4, FREE + 7, 1));
    assert_true(reply_cap_can_grant(host_slot(ks.current, REPLY)->cap));
    assert_int_equal(endpoint_cap_rights(host_slot(ks.current, EP)->cap), RIGHT_ALL);
    assert_int_equal(notification_cap_rights(host_slot(ks.current, NTFN)->cap), RW);
}

static void thread_errors(void **state)
{
    (void)state;
    make_ipc_objects();
    make_thread(UNTYPED, FIRST, 100, 1000, 1000);
    make_thread(UNTYPED, SECOND, 100, 1000, 1000);
    IO(call(FIRST, 0, NONE, NONE));
    RE(1, 32, call(FIRST, TCBReadRegisters, NONE, WORDS(0, 0)));
    RE(1, 32, call(FIRST, TCBReadRegisters, NONE, WORDS(0, 33)));
    TM(call(FIRST, TCBWriteRegisters, NONE, WORDS(0, 3, 1, 2)));
    FINE(call(FIRST, TCBWriteRegisters, NONE, WORDS(0, 2, 1, 2)));
    IC(1, call(FIRST, TCBCopyRegisters, WORDS(EP), WORDS(0)));
    assert_int_equal(call(FIRST, TCBSetMCPriority, WORDS(SELF), WORDS(40)), 0);
    TM(call(FIRST, TCBSetPriority, WORDS(FIRST), NONE));
    IC(1, call(FIRST, TCBSetPriority, WORDS(EP), WORDS(1)));
    RE(0, 40, call(FIRST, TCBSetPriority, WORDS(FIRST), WORDS(41)));
    RE(0, 40, call(FIRST, TCBSetMCPriority, WORDS(FIRST), WORDS(41)));
    FINE(call(FIRST, TCBSetPriority, WORDS(FIRST), WORDS(40)));
    FINE(call(FIRST, TCBSetMCPriority, WORDS(FIRST), WORDS(40)));
    TM(call(FIRST, TCBSetSchedParams, WORDS(SELF, FIRST + 2, EP), WORDS(1)));
    IC(1, call(FIRST, TCBSetSchedParams, WORDS(EP, FIRST + 2, EP), WORDS(1, 1)));
    RE(0, 40, call(SECOND, TCBSetSchedParams, WORDS(FIRST, SECOND + 2, EP), WORDS(41, 1)));
    RE(0, 40, call(SECOND, TCBSetSchedParams, WORDS(FIRST, SECOND + 2, EP), WORDS(1, 41)));
    IC(2, call(SECOND, TCBSetSchedParams, WORDS(FIRST, EP, EP), WORDS(1, 40)));
    IC(3, call(SECOND, TCBSetSchedParams, WORDS(FIRST, SECOND + 2, NTFN), WORDS(1, 40)));
    IO(call(SECOND, TCBSetSchedParams, WORDS(FIRST, FIRST + 2, EP), WORDS(1, 40)));
    FINE(call(SECOND, TCBSetSchedParams, WORDS(FIRST, SECOND + 2, EP), WORDS(1, 40)));
    assert_int_equal(thread_in(SECOND)->prio, 40);
    TM(call(FIRST, TCBConfigure, WORDS(ROOT, VSPACE, 0), WORDS(0, 0)));
    TM(call(FIRST, TCBSetSpace, WORDS(EP, ROOT, VSPACE), WORDS(0)));
    IC(1, call(FIRST, TCBSetSpace, WORDS(NTFN, ROOT, VSPACE), WORDS(0, 0)));
    IC(1, call(FIRST, TCBSetTimeoutEndpoint, WORDS(NTFN), NONE));
    TM(call(FIRST, TCBBindNotification, NONE, NONE));
    IO(call(FIRST, TCBBindNotification, WORDS(EP), NONE));
    IO(call(FIRST, TCBUnbindNotification, NONE, NONE));
    TM(call(FIRST, TCBSetTLSBase, NONE, NONE));
    TM(call(FIRST, TCBSetFlags, NONE, WORDS(1)));
    /* a thread that waits on a notification: it cannot be bound to another */
    start_thread(FIRST);
    call(FIRST, TCBSetPriority, WORDS(SELF), WORDS(255));
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    assert_ptr_equal(ks.current, thread_in(FIRST));
    syscall_with(seL4_SysWait, NTFN, 0, 0);
    IO(call(SECOND, TCBBindNotification, WORDS(NTFN), NONE));
}

static void time_errors(void **state)
{
    const word_t c = sched_control(), min = MIN_BUDGET_US, max = MAX_PERIOD_US;
    (void)state;
    make_ipc_objects();
    retype(UNTYPED, seL4_SchedContextObject, 8, SC, 1);
    const word_t refills = sc_capacity(8) - MIN_REFILLS;
    TM(call(c, SchedControlConfigureFlags, NONE, WORDS(100, 100, 0, 0, 0)));
    TM(call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(100, 100, 0, 0)));
    RE(min, max, call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(min - 1, 100, 0, 0, 0)));
    RE(min, max, call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(min, min - 1, 0, 0, 0)));
    RE(min, max, call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(max + 1, max, 0, 0, 0)));
    RE(min, max, call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(max, max + 1, 0, 0, 0)));
    RE(min, 100, call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(101, 100, 0, 0, 0)));
    IC(1, call(c, SchedControlConfigureFlags, WORDS(EP), WORDS(100, 100, 0, 0, 0)));
    RE(0, refills, call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(100, 100, refills + 1, 0, 0)));
    const sched_context_t *sc = (sched_context_t *)sched_context_cap_ptr(host_slot(ks.current, SC)->cap);
    assert_false(sc_is_active(sc));
    FINE(call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(min, max, refills, 77, 0)));
    assert_int_equal(sc->refill_max, refills + MIN_REFILLS);
    assert_int_equal(sc->period, us_to_ticks(max));
    assert_int_equal(sc_head(sc)->amount, us_to_ticks(min));
    assert_int_equal(sc->badge, 77);
    assert_false(sc->sporadic);
    FINE(call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(min, min, 0, 0, 2)));
    assert_true(sc_is_round_robin(sc));
    assert_false(sc->sporadic); /* another bit */
    FINE(call(c, SchedControlConfigureFlags, WORDS(SC), WORDS(max, max, 0, 0, 3)));
    assert_true(sc->sporadic);
    TM(call(SC, SchedContextBind, NONE, NONE));
    IC(1, call(SC, SchedContextBind, WORDS(EP), NONE));
    IC(1, call(SC, SchedContextUnbindObject, WORDS(EP), NONE));
    IO(call(SC, SchedContextUnbindObject, WORDS(NTFN), NONE));
    FINE(call(SC, SchedContextBind, WORDS(NTFN), NONE));
    FINE(call(SC, SchedContextUnbindObject, WORDS(NTFN), NONE));
    FINE(call(SC, SchedContextUnbind, NONE, NONE));
    IO(call(SC, SchedContextYieldTo, NONE, NONE));
    IO(call(SC, 0, NONE, NONE));
}

static void domain_errors(void **state)
{
    const word_t d = seL4_CapDomain, length = CONFIG_NUM_DOMAIN_SCHEDULES, most = CONFIG_NUM_DOMAINS;
    (void)state;
    FINE(call(d, DomainScheduleSetStart, NONE, WORDS(0))); /* the only entry at boot */
    for (word_t i = 1; i < length; i++)
        IA(0, call(d, DomainScheduleSetStart, NONE, WORDS(i)));
    TM(call(d, DomainSetSet, WORDS(SELF), NONE));
    IA(0, call(d, DomainSetSet, WORDS(SELF), WORDS(most)));
    TM(call(d, DomainSetSet, NONE, WORDS(0)));
    IA(1, call(d, DomainSetSet, WORDS(UNTYPED), WORDS(0)));
    FINE(call(d, DomainSetSet, WORDS(SELF), WORDS(0)));
    TM(call(d, DomainScheduleConfigure, NONE, WORDS(0, 0)));
    RE(0, length - 2, call(d, DomainScheduleConfigure, NONE, WORDS(length - 1, 0, 1)));
    RE(0, most - 1, call(d, DomainScheduleConfigure, NONE, WORDS(length - 2, most, 1)));
    IA(2, call(d, DomainScheduleConfigure, NONE, WORDS(1, 0, 1ul << 56)));
    IA(1, call(d, DomainScheduleConfigure, NONE, WORDS(1, 1, 0)));
    IA(2, call(d, DomainScheduleConfigure, NONE, WORDS(0, 0, 0)));
    FINE(call(d, DomainScheduleConfigure, NONE, WORDS(length - 2, most - 1, (1ul << 56) - 1)));
    FINE(call(d, DomainScheduleConfigure, NONE, WORDS(1, 0, 0)));
    RE(0, length - 1, call(d, DomainScheduleSetStart, NONE, WORDS(length)));
    IA(0, call(d, DomainScheduleSetStart, NONE, WORDS(length - 1)));
    IA(0, call(d, DomainScheduleSetStart, NONE, WORDS(1)));
    TM(call(d, DomainScheduleSetStart, NONE, NONE));
    IO(call(d, 0, NONE, NONE));
}

static void page_errors(void **state)
{
    const word_t at = 0x10000000;
    (void)state;
    make_ipc_objects();
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 3);
    retype(UNTYPED, seL4_RISCV_4K_Page, 0, FREE + 3, 2);
    TM(call(FREE, RISCVPageTableMap, WORDS(VSPACE), WORDS(at)));
    TM(call(FREE, RISCVPageTableMap, NONE, WORDS(at, 0)));
    IC(1, call(FREE, RISCVPageTableMap, WORDS(EP), WORDS(at, 0)));
    IC(1, call(FREE, RISCVPageTableMap, WORDS(FREE + 1), WORDS(at, 0)));
    IA(0, call(FREE, RISCVPageTableMap, WORDS(VSPACE), WORDS(seL4_UserTop, 0)));
    FINE(call(FREE, RISCVPageTableMap, WORDS(VSPACE), WORDS(at, 0)));
    IC(0, call(FREE, RISCVPageTableMap, WORDS(VSPACE), WORDS(at, 0)));
    IC(1, call(FREE + 1, RISCVPageTableMap, WORDS(FREE), WORDS(at, 0)));
    DF(call(FREE + 1, RISCVPageTableMap, WORDS(VSPACE), WORDS(at, 0)));
    FINE(call(FREE + 1, RISCVPageTableMap, WORDS(VSPACE), WORDS(seL4_UserTop - 1, 0)));
    RF(call(VSPACE, RISCVPageTableUnmap, NONE, NONE));
    IO(call(FREE, 0, NONE, NONE));
    TM(call(FREE + 3, RISCVPageMap, WORDS(VSPACE), WORDS(at, RW)));
    TM(call(FREE + 3, RISCVPageMap, NONE, WORDS(at, RW, 0)));
    IC(1, call(FREE + 3, RISCVPageMap, WORDS(FREE + 2), WORDS(at, RW, 0)));
    IC(1, call(FREE + 3, RISCVPageMap, WORDS(FREE), WORDS(at, RW, 0)));
    IA(0, call(FREE + 3, RISCVPageMap, WORDS(VSPACE), WORDS(seL4_UserTop, RW, 0)));
    IA(0, call(FREE + 3, RISCVPageMap, WORDS(VSPACE), WORDS(seL4_UserTop - 0xfff, RW, 0)));
    AE(call(FREE + 3, RISCVPageMap, WORDS(VSPACE), WORDS(at + 1, RW, 0)));
    AE(call(FREE + 3, RISCVPageMap, WORDS(VSPACE), WORDS(at + 0x800, RW, 0)));
    assert_int_equal(call(FREE + 3, RISCVPageMap, WORDS(VSPACE), WORDS(0x90000000, RW, 0)), seL4_FailedLookup);
    assert_int_equal(info_length(info()), 3);
    assert_int_equal(mr(0), 0);
    assert_int_equal(mr(1), seL4_MissingCapability);
    assert_int_equal(mr(2), 30);
    FINE(call(FREE + 3, RISCVPageMap, WORDS(VSPACE), WORDS(at, RW, 0)));
    IA(0, call(FREE + 3, RISCVPageMap, WORDS(VSPACE), WORDS(at + 0x1000, RW, 0)));
    DF(call(FREE + 4, RISCVPageMap, WORDS(VSPACE), WORDS(at, RW, 0)));
    EXPECT(0, 1, frame_cap_base(host_slot(ks.current, FREE + 4)->cap), 0, call(FREE + 4, RISCVPageGetAddress, NONE, NONE));
    FINE(call(FREE + 3, RISCVPageUnmap, NONE, NONE));
    IO(call(FREE + 3, 0, NONE, NONE));
    /* a pool whose address spaces are gone */
    retype(UNTYPED, seL4_UntypedObject, 12, FREE + 5, 2);
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE + 8, 1);
    FINE(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 5, ROOT), WORDS(FREE + 7, DEPTH)));
    RF(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 5, ROOT), WORDS(FREE + 9, DEPTH)));
    IC(1, call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(EP, ROOT), WORDS(FREE + 9, DEPTH)));
    IC(1, call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(boot_device_untyped(12), ROOT), WORDS(FREE + 9, DEPTH)));
    IC(1, call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(UNTYPED, ROOT), WORDS(FREE + 9, DEPTH)));
    DF(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 6, ROOT), WORDS(FREE + 7, DEPTH)));
    TM(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 6, ROOT), WORDS(FREE + 9)));
    TM(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 6), WORDS(FREE + 9, DEPTH)));
    IO(call(seL4_CapASIDControl, 0, NONE, NONE));
    TM(call(FREE + 7, RISCVASIDPoolAssign, NONE, NONE));
    IC(1, call(FREE + 7, RISCVASIDPoolAssign, WORDS(EP), NONE));
    IC(1, call(FREE + 7, RISCVASIDPoolAssign, WORDS(FREE), NONE)); /* mapped */
    FINE(call(FREE + 7, RISCVASIDPoolAssign, WORDS(FREE + 8), NONE));
    IO(call(FREE + 7, 0, NONE, NONE));
    NEM(0, retype(FREE + 5, seL4_EndpointObject, 0, FREE + 9, 1)); /* all of it is the pool's */
    assert_int_equal(delete_cap(FREE + 7), 0);
    EXPECT(seL4_FailedLookup, 2, 0, seL4_InvalidRoot, call(FREE + 4, RISCVPageMap, WORDS(FREE + 8), WORDS(at, RW, 0)));
    EXPECT(seL4_FailedLookup, 2, 0, seL4_InvalidRoot, call(FREE + 2, RISCVPageTableMap, WORDS(FREE + 8), WORDS(at, 0)));
}

static void interrupt_errors(void **state)
{
    const word_t c = seL4_CapIRQControl;
    (void)state;
    make_ipc_objects();
    IO(call(c, 0, NONE, NONE));
    for (int trigger = 0; trigger < 2; trigger++) {
        const word_t label = trigger ? RISCVIRQIssueIRQHandlerTrigger : IRQIssueIRQHandler;
        const word_t count = trigger ? 4 : 3;
#define GET(irq, slot) call(c, label, WORDS(ROOT), trigger ? (const word_t[]){irq, 0, slot, DEPTH} : (const word_t[]){irq, slot, DEPTH}, count)
        TM(call(c, label, WORDS(ROOT), (const word_t[]){3, 0, FREE, DEPTH}, count - 1));
        TM(call(c, label, NONE, (const word_t[]){3, 0, FREE, DEPTH}, count));
        RE(1, ARCH_TIMER_IRQ, GET(0, FREE));
        RE(1, ARCH_TIMER_IRQ, GET(ARCH_TIMER_IRQ + 1, FREE));
        RF(GET(ARCH_TIMER_IRQ, FREE));
        DF(GET(3, UNTYPED));
        FINE(GET(3, FREE));
        RF(GET(3, FREE + 1));
        assert_int_equal(delete_cap(FREE), 0);
    }
    FINE(call(c, IRQIssueIRQHandler, WORDS(ROOT), WORDS(3, FREE, DEPTH)));
    TM(call(FREE, IRQSetIRQHandler, NONE, NONE));
    IC(0, call(FREE, IRQSetIRQHandler, WORDS(EP), NONE));
    FINE(call(FREE, IRQSetIRQHandler, WORDS(NTFN), NONE));
    FINE(call(FREE, IRQClearIRQHandler, NONE, NONE));
    FINE(call(FREE, IRQAckIRQ, NONE, NONE));
    IO(call(FREE, 0, NONE, NONE));
}

static void cnode_errors(void **state)
{
    (void)state;
    make_ipc_objects();
    IO(call(ROOT, 0, NONE, NONE));
    IO(call(ROOT, CNodeRevoke - 1, NONE, WORDS(1, DEPTH)));
    IO(call(ROOT, CNodeRotate + 1, NONE, WORDS(1, DEPTH)));
    IC(0, call(FREE, 0, NONE, NONE));
    IC(0, call(sched_control() + 200, 0, NONE, NONE));
    TM(call(ROOT, CNodeDelete, NONE, WORDS(FREE)));
    TM(call(ROOT, CNodeCopy, NONE, WORDS(FREE, DEPTH, EP, DEPTH, 15)));
    TM(call(ROOT, CNodeCopy, WORDS(ROOT), WORDS(FREE, DEPTH, EP, DEPTH)));
    TM(call(ROOT, CNodeMint, WORDS(ROOT), WORDS(FREE, DEPTH, EP, DEPTH, 15)));
    TM(call(ROOT, CNodeMutate, WORDS(ROOT), WORDS(FREE, DEPTH, EP, DEPTH)));
    FINE(call(ROOT, CNodeMove, WORDS(ROOT), WORDS(FREE, DEPTH, EP, DEPTH)));
    DF(call(ROOT, CNodeMove, WORDS(ROOT), WORDS(NTFN, DEPTH, FREE, DEPTH)));
    RF(call(ROOT, CNodeCopy, WORDS(ROOT), WORDS(FREE + 1, DEPTH, UNTYPED, DEPTH, 15)));
    EXPECT(seL4_FailedLookup, 2, 1, seL4_InvalidRoot, call(ROOT, CNodeMove, WORDS(NTFN), WORDS(FREE + 1, DEPTH, FREE, DEPTH)));
    EXPECT(seL4_FailedLookup, 4, 0, seL4_DepthMismatch, call(ROOT, CNodeDelete, NONE, WORDS(1, 63)));
    /* bits that are left over */
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 2, FREE + 2, 1), 0);
    EXPECT(seL4_FailedLookup, 4, 0, seL4_DepthMismatch, call(FREE + 2, CNodeDelete, NONE, WORDS(0, 5)));
    assert_int_equal(mr(2), 3);
    assert_int_equal(mr(3), 0);
    EXPECT(seL4_FailedLookup, 4, 0, seL4_DepthMismatch, call(FREE + 2, CNodeDelete, NONE, WORDS(0, 1)));
    assert_int_equal(mr(2), 1);
    assert_int_equal(mr(3), 2);
}

/* Without a buffer the answer stops at the registers. */
static void answers_without_a_buffer(void **state)
{
    (void)state;
    assert_int_equal(call(SELF, TCBSetIPCBuffer, WORDS(0), WORDS(0)), 0);
    EXPECT(seL4_FailedLookup, 4, 0, seL4_GuardMismatch, call(ROOT, CNodeDelete, NONE, WORDS(1, 20)));
    assert_int_equal(mr(2), 20);
}

int errors_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(retype_errors), TEST(thread_errors), TEST(time_errors), TEST(domain_errors), TEST(page_errors), TEST(interrupt_errors),
        TEST(cnode_errors), TEST(answers_without_a_buffer),
    };
    return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}
