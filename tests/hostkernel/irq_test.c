/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Interrupts (sel4-abi.md ch. 11). */
#include "tests.h"

#define CONTROL seL4_CapIRQControl

static word_t get(word_t irq, word_t slot)
{
    return call(CONTROL, IRQIssueIRQHandler, WORDS(seL4_CapInitThreadCNode), WORDS(irq, slot, DEPTH));
}

static void handlers_are_given_once(void **state)
{
    (void)state;
    assert_int_equal(call(CONTROL, IRQIssueIRQHandler, NONE, WORDS(3, FREE, DEPTH)), seL4_TruncatedMessage);
    assert_int_equal(get(0, FREE), seL4_RangeError);
    assert_int_equal(mr(1), ARCH_TIMER_IRQ);
    assert_int_equal(get(ARCH_TIMER_IRQ + 1, FREE), seL4_RangeError);
    assert_int_equal(get(ARCH_TIMER_IRQ, FREE), seL4_RevokeFirst);
    assert_int_equal(get(3, UNTYPED), seL4_DeleteFirst);
    assert_int_equal(get(3, FREE), 0);
    assert_int_equal(get(3, FREE + 1), seL4_RevokeFirst);
    assert_int_equal(call(CONTROL, RISCVIRQIssueIRQHandlerTrigger, WORDS(2), WORDS(4, 0, FREE + 1)), seL4_TruncatedMessage);
    assert_int_equal(call(CONTROL, RISCVIRQIssueIRQHandlerTrigger, WORDS(2), WORDS(4, 1, FREE + 1, DEPTH)), 0);
    assert_int_equal(call(CONTROL, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(copy_cap(FREE + 2, FREE, 15), 0);
    assert_int_equal(delete_cap(FREE), 0);
    assert_int_equal(get(3, FREE), seL4_RevokeFirst);
    assert_int_equal(delete_cap(FREE + 2), 0);
    assert_int_equal(host.enabled & 8, 0);
    assert_int_equal(get(3, FREE), 0);
    assert_int_equal(revoke_cap(CONTROL), 0);
    assert_true(is_empty(FREE) && is_empty(FREE + 1));
}

static void an_interrupt_signals(void **state)
{
    (void)state;
    make_ipc_objects();
    mint_cap(FREE + 1, NTFN, RIGHT_ALL, 8);
    get(3, FREE);
    assert_int_equal(call(FREE, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(FREE, IRQSetIRQHandler, NONE, NONE), seL4_TruncatedMessage);
    assert_int_equal(call(FREE, IRQSetIRQHandler, WORDS(EP), NONE), seL4_InvalidCapability);
    assert_int_equal(call(FREE, IRQSetIRQHandler, WORDS(FREE + 1), NONE), 0);
    assert_int_equal(call(FREE, IRQSetIRQHandler, WORDS(FREE + 1), NONE), 0);
    host_line(3, true);
    host_interrupt();
    syscall_with(seL4_SysNBWait, NTFN, 0, 0);
    assert_int_equal(badge(), 8);
    assert_false(host_irq_pending()); /* claimed until it is acknowledged */
    host_line(3, false);
    assert_int_equal(call(FREE, IRQAckIRQ, NONE, NONE), 0);
    host_line(3, true);
    assert_true(host_irq_pending());
    assert_int_equal(call(FREE, IRQClearIRQHandler, NONE, NONE), 0);
    host_interrupt(); /* nobody: no signal, and no storm */
    assert_false(host_irq_pending());
    syscall_with(seL4_SysNBWait, NTFN, 0, 0);
    assert_int_equal(badge(), 0);
    assert_int_equal(call(FREE, IRQSetIRQHandler, WORDS(FREE + 1), NONE), 0);
    assert_true(host_irq_pending()); /* the device still wants something */
    host_interrupt();
    assert_int_equal(revoke_cap(NTFN), 0); /* takes the kernel's copy, too */
    assert_true(is_empty(FREE + 1));
}

/* Everybody sleeps: the kernel waits, and an interrupt wakes a passive driver on its notification's time. */
static void an_interrupt_ends_idling(void **state)
{
    tcb_t *t;
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    get(3, FREE);
    call(FREE, IRQSetIRQHandler, WORDS(NTFN), NONE);
    call(FIRST + 2, SchedContextBind, WORDS(NTFN), NONE);
    start_thread(FIRST);
    call(seL4_CapInitThreadTCB, TCBSuspend, NONE, NONE);
    assert_ptr_equal(ks.current, t);
    assert_int_equal(syscall_with(seL4_SysWait, NTFN, 0, 0), HOST_IDLE);
    assert_ptr_equal(ks.current, &idle_thread);
    host_line(3, true);
    assert_int_equal(host_interrupt(), HOST_USER);
    assert_ptr_equal(ks.current, t);
}

int irq_tests(void)
{
    const struct CMUnitTest tests[] = {TEST(handlers_are_given_once), TEST(an_interrupt_signals), TEST(an_interrupt_ends_idling)};
    return cmocka_run_group_tests_name("interrupts", tests, NULL, NULL);
}
