/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Details of address spaces, interrupts and domains that the other files leave out (sel4-abi.md ch. 10, 11, 3.4). */
#include "tests.h"

#include <arch/vspace.h>
#include <debug/debug.h>
#include <sched/time.h>
#include <string.h>

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB
#define VSPACE seL4_CapInitThreadVSpace
#define RW (RIGHT_READ | RIGHT_WRITE)
#define AT 0x10000000u

/* --- address spaces ---------------------------------------------------------------------------------------- */

static word_t map_table(word_t slot, word_t vspace, word_t vaddr) { return call(slot, RISCVPageTableMap, WORDS(vspace), WORDS(vaddr, 0)); }
static word_t map_page(word_t slot, word_t vspace, word_t vaddr) { return call(slot, RISCVPageMap, WORDS(vspace), WORDS(vaddr, RW, 0)); }
static struct walk walk(word_t vaddr) { return vspace_walk(asid_vspace(INIT_ASID), vaddr); }
static cap_t cap_at(word_t slot) { return host_slot(ks.current, slot)->cap; }

/* A second address space: a frame belongs to the one it is mapped in, and tables to theirs. */
static void two_address_spaces(void **state)
{
    (void)state;
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 6); /* FREE: the other root */
    retype(UNTYPED, seL4_RISCV_4K_Page, 0, FREE + 6, 2);
    assert_int_equal(call(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, WORDS(FREE), NONE), 0);
    assert_int_equal(page_table_cap_asid(cap_at(FREE)), 2);
    assert_int_equal(call(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, WORDS(FREE), NONE), seL4_InvalidCapability);
    assert_int_equal(map_table(FREE + 1, FREE, AT), 0);
    assert_int_equal(map_table(FREE + 2, FREE, AT), 0);
    assert_int_equal(map_table(FREE + 3, VSPACE, AT), 0);
    assert_int_equal(map_page(FREE + 6, FREE, AT), 0);
    assert_int_equal(map_page(FREE + 6, VSPACE, AT), seL4_InvalidCapability);
    assert_int_equal(mr(0), 1);
    assert_int_equal(map_page(FREE + 6, FREE, AT + 0x1000), seL4_InvalidArgument);
    assert_int_equal(mr(0), 0);
    assert_int_equal(map_page(FREE + 6, FREE + 1, AT), seL4_InvalidCapability); /* a table, but not a root */
    assert_int_equal(map_page(FREE + 7, VSPACE, AT), 0);
    uint32_t flushes = host.tlb_flushes;
    assert_int_equal(call(FREE + 7, RISCVPageUnmap, NONE, NONE), 0);
    assert_int_equal(host.tlb_flushes, flushes + 1);
    assert_int_equal(*walk(AT).entry, 0);
    assert_int_equal(frame_cap_asid(cap_at(FREE + 7)), 0);
    /* the frame stays where it is when the tables of the other space go */
    assert_int_equal(delete_cap(FREE + 3), 0);
    assert_int_equal(walk(AT).bits, 30 - 9);
    assert_int_equal(delete_cap(FREE), 0);
    assert_null(asid_vspace(2));
    assert_int_equal(call(FREE + 6, RISCVPageUnmap, NONE, NONE), 0);
    assert_int_equal(frame_cap_asid(cap_at(FREE + 6)), 0);
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 1);
    assert_int_equal(call(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, WORDS(FREE), NONE), 0);
    assert_int_equal(page_table_cap_asid(cap_at(FREE)), 2); /* free again */
}

/* A frame whose place is taken by something else meanwhile is not unmapped from there. */
static void stale_mappings(void **state)
{
    (void)state;
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 3);
    retype(UNTYPED, seL4_RISCV_4K_Page, 0, FREE + 4, 3);
    assert_int_equal(map_table(FREE, VSPACE, AT), 0);
    assert_int_equal(map_page(FREE + 4, VSPACE, AT), 0);
    assert_int_equal(call(FREE, RISCVPageTableUnmap, NONE, NONE), 0);
    assert_int_equal(page_table_cap_mapped(cap_at(FREE)), 0);
    assert_int_equal(((const word_t *)page_table_cap_base(cap_at(FREE)))[0], 0); /* it is empty */
    copy_cap(FREE + 8, FREE + 4, RIGHT_ALL); /* a copy is not mapped */
    assert_int_equal(frame_cap_asid(cap_at(FREE + 8)), 0);
    assert_int_equal(delete_cap(FREE + 4), 0); /* the table is gone: nothing to do */
    assert_int_equal(map_table(FREE + 1, VSPACE, AT), 0);
    assert_int_equal(map_page(FREE + 5, VSPACE, AT), 0);
    assert_int_equal(call(FREE + 1, RISCVPageTableUnmap, NONE, NONE), 0);
    assert_int_equal(map_table(FREE + 2, VSPACE, AT), 0);
    assert_int_equal(map_page(FREE + 6, VSPACE, AT), 0);
    pte_t entry = *walk(AT).entry;
    assert_int_equal(delete_cap(FREE + 5), 0); /* another frame is there */
    assert_int_equal(*walk(AT).entry, entry);
    assert_int_equal(call(FREE + 6, RISCVPageUnmap, NONE, NONE), 0);
    assert_int_equal(*walk(AT).entry, 0);
    /* a large page where a table was */
    assert_int_equal(map_page(FREE + 6, VSPACE, AT), 0);
    assert_int_equal(call(FREE + 2, RISCVPageTableUnmap, NONE, NONE), 0);
    assert_int_equal(retype(boot_device_untyped(30), seL4_RISCV_Mega_Page, 0, FREE + 10, 2), 0);
    assert_int_equal(map_page(FREE + 10, VSPACE, AT), 0);
    assert_int_equal(delete_cap(FREE + 6), 0);
    assert_true(pte_is_valid(*walk(AT).entry));
    assert_int_equal(walk(AT).bits, 21);
    assert_int_equal(map_page(FREE + 11, VSPACE, AT + 0x1000), seL4_AlignmentError);
    assert_int_equal(map_page(FREE + 11, VSPACE, AT), seL4_DeleteFirst);
    assert_int_equal(delete_cap(FREE + 10), 0);
    assert_int_equal(*walk(AT).entry, 0);
}

/* A table of the middle level is found and taken out; one that lost its place is left alone. */
static void tables_of_two_levels(void **state)
{
    const word_t far = 0x80000000u;
    (void)state;
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 4);
    retype(UNTYPED, seL4_RISCV_4K_Page, 0, FREE + 5, 1);
    assert_int_equal(map_table(FREE, VSPACE, far + 0x1234567), 0);
    assert_int_equal(page_table_cap_vaddr(cap_at(FREE)), far);
    assert_int_equal(map_table(FREE + 1, VSPACE, far + 0x201000), 0);
    assert_int_equal(page_table_cap_vaddr(cap_at(FREE + 1)), far + 0x200000);
    assert_int_equal(map_page(FREE + 5, VSPACE, far), seL4_FailedLookup);
    assert_int_equal(mr(2), 21);
    assert_int_equal(map_page(FREE + 5, VSPACE, far + 0x200000), 0);
    assert_int_equal(delete_cap(FREE), 0); /* the middle goes first */
    assert_int_equal(walk(far).bits, 30);
    assert_int_equal(*walk(far).entry, 0);
    assert_int_equal(map_table(FREE + 2, VSPACE, far), 0);
    assert_int_equal(map_table(FREE + 3, VSPACE, far + 0x200000), 0);
    assert_int_equal(call(FREE + 1, RISCVPageTableUnmap, NONE, NONE), 0); /* another is where it was */
    assert_int_equal(walk(far + 0x200000).bits, 12);
    assert_int_equal(map_page(FREE + 5, VSPACE, far + 0x200000), 0); /* again: at the same place */
    assert_int_equal(call(FREE + 3, RISCVPageTableUnmap, NONE, NONE), 0);
    assert_int_equal(walk(far + 0x200000).bits, 21);
}

static void every_pool(void **state)
{
    word_t pools = 1, node = FREE, n = 0;
    word_t memory = boot_untyped(20);
    (void)state;
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 8, node, 1), 0);
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 12, FREE + 1, 1), 0);
    for (; n < ASID_POOLS - 1; n++, pools++) {
        assert_int_equal(retype(memory, seL4_UntypedObject, 12, FREE + 2, 1), 0);
        assert_int_equal(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 2, node), WORDS(n, 8)), 0);
        assert_int_equal(call(node, CNodeMove, WORDS(ROOT), WORDS(128 + n, 8, FREE + 2, DEPTH)), 0);
        assert_non_null(asid_pools[n + 1]);
    }
    assert_int_equal(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 1, ROOT), WORDS(FREE + 3, DEPTH)), seL4_DeleteFirst);
    assert_int_equal(call(node, CNodeDelete, NONE, WORDS(77, 8)), 0);
    assert_null(asid_pools[78]);
    assert_int_equal(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(FREE + 1, ROOT), WORDS(FREE + 3, DEPTH)), 0);
    assert_non_null(asid_pools[78]);
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE + 4, 1);
    assert_int_equal(call(FREE + 3, RISCVASIDPoolAssign, WORDS(FREE + 4), NONE), 0);
    assert_int_equal(page_table_cap_asid(cap_at(FREE + 4)), 78 * POOL_ASIDS); /* not of the first pool: from 0 on */
    for (word_t i = 0; i < PT_ENTRIES; i++)
        assert_int_equal(((const pte_t *)page_table_cap_base(cap_at(FREE + 4)))[i], kernel_root[i]);
}

/* The first address space can be given up; its number is the first that is free then. Number 0 never is. */
static void the_first_address_space(void **state)
{
    (void)state;
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 2);
    assert_int_equal(call(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, WORDS(FREE), NONE), 0);
    assert_int_equal(call(SELF, TCBSetSpace, WORDS(FREE + 5, ROOT, FREE), WORDS(0, 0)), 0);
    assert_int_equal(host.satp, satp_value((const pte_t *)page_table_cap_base(cap_at(FREE)), 2));
    assert_int_equal(delete_cap(VSPACE), 0);
    assert_null(asid_vspace(INIT_ASID));
    assert_int_equal(call(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, WORDS(FREE + 1), NONE), 0);
    assert_int_equal(page_table_cap_asid(cap_at(FREE + 1)), INIT_ASID);
    set_mr(0, 4711); /* Send has no answer */
    put_message(seL4_CapInitThreadIPCBuffer, RISCVPageGetAddress, NONE, NONE);
    host_syscall(seL4_SysSend);
    assert_int_equal(mr(0), 4711);
}

/* --- interrupts ------------------------------------------------------------------------------------------- */

static void every_interrupt(void **state)
{
    (void)state;
    make_ipc_objects();
    for (word_t irq = 1; irq <= ARCH_MAX_IRQ; irq++) {
        assert_int_equal(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(ROOT), WORDS(irq, FREE + irq, DEPTH)), 0);
        assert_int_equal(host.enabled, MASK(irq + 1) & ~1u);
        mint_cap(FREE + 40, NTFN, RIGHT_ALL, irq);
        assert_int_equal(call(FREE + irq, IRQSetIRQHandler, WORDS(FREE + 40), NONE), 0);
        assert_int_equal(delete_cap(FREE + 40), 0); /* the kernel has its own */
    }
    for (word_t irq = ARCH_MAX_IRQ; irq >= 1; irq--) {
        host_line(irq, true);
        host_interrupt();
        syscall_with(seL4_SysNBWait, NTFN, 0, 0);
        assert_int_equal(badge(), irq);
        host_line(irq, false);
        assert_int_equal(call(FREE + irq, IRQAckIRQ, NONE, NONE), 0);
    }
    copy_cap(FREE + 41, NTFN, RIGHT_READ);
    assert_int_equal(call(FREE + 1, IRQSetIRQHandler, WORDS(FREE + 41), NONE), seL4_InvalidCapability);
    assert_int_equal(mr(0), 0);
    assert_int_equal(call(FREE + 1, IRQSetIRQHandler, WORDS(EP), NONE), seL4_InvalidCapability);
    host_line(1, true); /* the old one still counts */
    host_interrupt();
    syscall_with(seL4_SysNBWait, NTFN, 0, 0);
    assert_int_equal(badge(), 1);
    assert_int_equal(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(ROOT), WORDS(1, FREE + 50, DEPTH)), seL4_RevokeFirst);
    assert_int_equal(delete_cap(FREE + 1), 0); /* claimed, never acknowledged */
    assert_int_equal(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(ROOT), WORDS(1, FREE + 1, DEPTH)), 0);
    assert_true(host_irq_pending());
}

/* A long operation is left for an interrupt, which is served then and there: who waits for it runs before the operation goes on. */
static void an_interrupt_in_a_long_operation(void **state)
{
    (void)state;
    for (int waiting = 0; waiting < 2; waiting++, fresh_system(state)) {
        tcb_t *root = ks.current, *t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
        make_ipc_objects();
        mint_cap(FREE + 1, NTFN, RIGHT_ALL, 9);
        assert_int_equal(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(ROOT), WORDS(5, FREE, DEPTH)), 0);
        assert_int_equal(call(FREE, IRQSetIRQHandler, WORDS(FREE + 1), NONE), 0);
        for (word_t i = 0; i < 10; i++)
            mint_cap(FREE + 10 + i, EP, RIGHT_ALL, i + 1);
        if (waiting) {
            start_thread(FIRST);
            call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
            syscall_with(seL4_SysWait, NTFN, 0, 0);
        }
        assert_ptr_equal(ks.current, root);
        host.poll_countdown = 4;
        host.poll_irq = 5;
        put_message(ROOT, CNodeRevoke, NONE, WORDS(EP, DEPTH));
        host_syscall(seL4_SysCall);
        assert_int_equal(host.poll_countdown, 0);
        assert_true(is_empty(FREE + 19) || is_empty(FREE + 10)); /* some are gone, */
        assert_false(is_empty(FREE + 19) && is_empty(FREE + 10)); /* others not */
        assert_ptr_equal(ks.current, waiting ? t : root);
        if (waiting) {
            assert_int_equal(badge(), 9);
            assert_int_equal(call(FIRST, TCBSuspend, NONE, NONE), UNANSWERED);
        }
        assert_ptr_equal(ks.current, root);
        host_ecall();
        while (root->context.reg[REG_NEXT_PC] == root->context.reg[REG_PC])
            host_ecall();
        assert_true(is_empty(FREE + 19) && is_empty(FREE + 10));
        syscall_with(seL4_SysNBWait, NTFN, 0, 0);
        assert_int_equal(badge(), waiting ? 0 : 9);
    }
}

/* --- domains ---------------------------------------------------------------------------------------------- */

static void the_schedule_is_followed(void **state)
{
    const word_t d = seL4_CapDomain;
    tcb_t *root = ks.current, *t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    (void)state;
    start_thread(FIRST);
    assert_int_equal(call(d, DomainSetSet, WORDS(FIRST), WORDS(2)), 0);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(1, 0, us_to_ticks(3000))), 0);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(2, 2, us_to_ticks(2000))), 0);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(4, 0, us_to_ticks(2000))), 0); /* behind the end: not reached */
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(5, 0, 1)), seL4_RangeError);
    assert_int_equal(mr(1), 4);
    assert_int_equal(call(d, DomainScheduleSetStart, NONE, WORDS(1)), 0);
    for (int round = 0; round < 3; round++) {
        ticks_t start = ks.now;
        assert_ptr_equal(ks.current, root);
        assert_int_equal(ks.domain_index, 1);
        assert_true(run_until(t));
        assert_in_range(ks.now, start + us_to_ticks(2990), start + us_to_ticks(3010));
        assert_int_equal(ks.domain_index, 2);
        start = ks.now;
        assert_true(run_until(root));
        assert_in_range(ks.now, start + us_to_ticks(1990), start + us_to_ticks(2010));
    }
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(1, 0, 0)), seL4_InvalidArgument); /* the start */
    assert_int_equal(mr(0), 2);
    assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(2, 0, 0)), 0); /* ends behind 1 now */
    for (int i = 0; i < 10; i++) {
        host.time = host.timer;
        host_interrupt();
        assert_ptr_equal(ks.current, root);
    }
    assert_int_equal(call(d, DomainScheduleSetStart, NONE, WORDS(5)), seL4_InvalidArgument); /* the end marker */
    assert_int_equal(mr(0), 0);
}

/* The shortest slots: between two of them there is time for an interrupt of a device, and for the threads of the next. */
static void slots_of_no_length(void **state)
{
    const word_t d = seL4_CapDomain;
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    (void)state;
    start_thread(FIRST);
    assert_int_equal(call(d, DomainSetSet, WORDS(FIRST), WORDS(2)), 0);
    for (word_t i = 0; i < 3; i++)
        assert_int_equal(call(d, DomainScheduleConfigure, NONE, WORDS(i, i, 1)), 0);
    assert_int_equal(call(d, DomainScheduleSetStart, NONE, WORDS(1)), UNANSWERED); /* domain 1 is empty, domain 0 comes later */
    assert_ptr_equal(ks.current, t);
    assert_true(ks.now < ks.deadline && ks.now < ks.timer);
    host_line(3, true);
    host_interrupt();
    assert_false(host_irq_pending());
}

/* --- console ---------------------------------------------------------------------------------------------- */

static void the_kernel_speaks(void **state)
{
    (void)state;
    kprintf("%s %c %u %d %x %lx %lu %%\n", "text", 'c', 10u, 20, 0x3fu, 0xabcdef012345ul, 1234567890123ul);
    assert_true(host_said("text c 10 20 3f abcdef012345 1234567890123 %\n"));
    kprintf("%u\n", 0u);
    assert_true(host_said("\n0\n"));
    char text[6] = "";
    print_to(text, text + 5);
    kprintf("123%s", "4567");
    assert_ptr_equal(print_to(NULL, NULL), text + 5);
    assert_string_equal(text, "12345");
    host_allow_halt = true;
    assert_int_equal(call(SELF, TCBSetIPCBuffer, WORDS(0), WORDS(0)), 0);
    ks.current->context.reg[REG_CAP] = SELF;
    assert_int_equal(host_syscall(seL4_SysDebugNameThread), HOST_HALTED);
    assert_true(host_said("halting: DebugNameThread: no IPC buffer"));
}

/* A name of 31 characters fits; of a longer one that many. */
static void names(void **state)
{
    char *buffer = (char *)(tcb_ipc_buffer(ks.current, true) + BUFFER_MR(0));
    (void)state;
    for (word_t length = 0; length < 40; length++) {
        memset(buffer, 'x', length);
        buffer[length] = '\0';
        ks.current->context.reg[REG_CAP] = SELF;
        host_syscall(seL4_SysDebugNameThread);
        assert_int_equal(strlen(ks.current->name), length < 31 ? length : 31);
    }
}

int object_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_address_spaces), TEST(stale_mappings), TEST(tables_of_two_levels), TEST(every_pool), TEST(the_first_address_space),
        TEST(every_interrupt), TEST(an_interrupt_in_a_long_operation), TEST(the_schedule_is_followed), TEST(slots_of_no_length), TEST(the_kernel_speaks), TEST(names),
    };
    return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
