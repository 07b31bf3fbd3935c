/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Address spaces (sel4-abi.md ch. 10). */
#include "tests.h"

#include <arch/vspace.h>

#define VSPACE seL4_CapInitThreadVSpace
#define RW (RIGHT_READ | RIGHT_WRITE)
#define AT 0x10000000u

static word_t map_table(word_t slot, word_t vspace, word_t vaddr)
{
    return call(slot, RISCVPageTableMap, WORDS(vspace), WORDS(vaddr, 0));
}
static word_t map_page(word_t slot, word_t vspace, word_t vaddr, word_t rights, word_t attributes)
{
    return call(slot, RISCVPageMap, WORDS(vspace), WORDS(vaddr, rights, attributes));
}
static pte_t entry_at(word_t vaddr)
{
    return *vspace_walk(asid_vspace(page_table_cap_asid(host_slot(ks.current, VSPACE)->cap)), vaddr).entry;
}

static void tables(void **state)
{
    (void)state;
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 3);
    make_ipc_objects();
    assert_int_equal(call(FREE, RISCVPageTableMap, WORDS(VSPACE), WORDS(AT)), seL4_TruncatedMessage);
    assert_int_equal(map_table(FREE, EP, AT), seL4_InvalidCapability);
    assert_int_equal(map_table(FREE, FREE + 1, AT), seL4_InvalidCapability);
    assert_int_equal(map_table(FREE, VSPACE, seL4_UserTop), seL4_InvalidArgument);
    assert_int_equal(map_table(VSPACE, VSPACE, AT), seL4_InvalidCapability);
    assert_int_equal(map_table(FREE, VSPACE, AT), 0);
    assert_int_equal(map_table(FREE + 1, VSPACE, AT), seL4_DeleteFirst);
    assert_int_equal(map_table(FREE + 1, FREE, AT), seL4_InvalidCapability);
    assert_int_equal(copy_cap(FREE + 4, FREE + 1, 15), seL4_IllegalOperation);
    assert_int_equal(copy_cap(FREE + 4, FREE, 15), 0);
    assert_int_equal(call(FREE, RISCVPageTableUnmap, NONE, NONE), seL4_RevokeFirst);
    assert_int_equal(delete_cap(FREE + 4), 0);
    assert_int_equal(call(FREE, RISCVPageTableUnmap, NONE, NONE), 0);
    assert_int_equal(call(FREE, RISCVPageTableUnmap, NONE, NONE), 0);
    assert_int_equal(call(VSPACE, RISCVPageTableUnmap, NONE, NONE), seL4_RevokeFirst);
    assert_int_equal(call(FREE, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(map_table(FREE, VSPACE, AT), 0);
    assert_int_equal(delete_cap(FREE), 0);
    assert_int_equal(entry_at(AT), 0);
}

static void pages(void **state)
{
    (void)state;
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 2);
    retype(UNTYPED, seL4_RISCV_4K_Page, 0, FREE + 2, 2);
    make_ipc_objects();
    word_t frame = FREE + 2, copy = FREE + 4;
    assert_int_equal(call(frame, RISCVPageMap, WORDS(VSPACE), WORDS(AT, RW)), seL4_TruncatedMessage);
    assert_int_equal(map_page(frame, EP, AT, RW, 0), seL4_InvalidCapability);
    assert_int_equal(map_page(frame, VSPACE, seL4_UserTop, RW, 0), seL4_InvalidArgument);
    assert_int_equal(map_page(frame, VSPACE, AT + 8, RW, 0), seL4_AlignmentError);
    assert_int_equal(map_page(frame, VSPACE, AT, RW, 0), seL4_FailedLookup);
    assert_int_equal(mr(2), 21);
    assert_int_equal(map_table(FREE, VSPACE, AT), 0);
    assert_int_equal(map_page(frame, VSPACE, AT, RW, 0), 0);
    assert_int_equal(entry_at(AT) & 0xff, PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D);
    assert_int_equal(map_page(frame, VSPACE, AT, RIGHT_READ, 1), 0);
    assert_int_equal(entry_at(AT) & 0x1f, PTE_V | PTE_R | PTE_U);
    assert_int_equal(map_page(frame, VSPACE, AT, RIGHT_WRITE, 0), 0);
    assert_int_equal(entry_at(AT) & 0x1f, PTE_V | PTE_X | PTE_U);
    assert_int_equal(map_page(frame, VSPACE, AT, 0, 1), 0);
    assert_int_equal(entry_at(AT), 0);
    assert_int_equal(map_page(frame, VSPACE, AT + 0x1000, RW, 0), seL4_InvalidArgument);
    assert_int_equal(map_page(frame, VSPACE, AT, RW, 0), 0);
    assert_int_equal(copy_cap(copy, frame, RIGHT_READ), 0);
    assert_int_equal(map_page(copy, VSPACE, AT, RW, 0), seL4_DeleteFirst);
    assert_int_equal(map_page(copy, VSPACE, AT + 0x1000, RW, 0), 0);
    assert_int_equal(entry_at(AT + 0x1000) & PTE_W, 0);
    assert_int_equal(call(frame, RISCVPageGetAddress, NONE, NONE), 0);
    assert_int_equal(mr(0), pte_paddr(entry_at(AT)));
    assert_int_equal(call(frame, RISCVPageUnmap, NONE, NONE), 0);
    assert_int_equal(call(frame, RISCVPageUnmap, NONE, NONE), 0);
    assert_int_equal(delete_cap(copy), 0);
    assert_int_equal(entry_at(AT + 0x1000), 0);
    assert_int_equal(call(frame, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(retype(boot_device_untyped(30), seL4_RISCV_Mega_Page, 0, FREE + 6, 1), 0);
    assert_int_equal(map_page(FREE + 6, VSPACE, 0x20000000, RW, 0), 0);
    assert_int_equal(map_table(FREE + 1, VSPACE, 0x20001000), seL4_DeleteFirst);
}

static void identifiers(void **state)
{
    word_t pool = FREE + 10, control = seL4_CapASIDControl;
    (void)state;
    make_ipc_objects();
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 3);
    retype(UNTYPED, seL4_UntypedObject, 12, FREE + 5, 1);
    retype(UNTYPED, seL4_RISCV_4K_Page, 0, FREE + 7, 1);
    assert_int_equal(call(control, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(control, RISCVASIDControlMakePool, WORDS(FREE + 5), WORDS(pool, 64)), seL4_TruncatedMessage);
    assert_int_equal(call(control, RISCVASIDControlMakePool, WORDS(UNTYPED, 2), WORDS(pool, 64)), seL4_InvalidCapability);
    assert_int_equal(call(control, RISCVASIDControlMakePool, WORDS(FREE + 5, 2), WORDS(EP, 64)), seL4_DeleteFirst);
    assert_int_equal(call(control, RISCVASIDControlMakePool, WORDS(FREE + 5, EP), WORDS(pool, 64)), seL4_FailedLookup);
    assert_int_equal(call(control, RISCVASIDControlMakePool, WORDS(FREE + 5, 2), WORDS(pool, 64)), 0);
    assert_int_equal(call(control, RISCVASIDControlMakePool, WORDS(FREE + 5, 2), WORDS(pool + 1, 64)), seL4_RevokeFirst);
    assert_int_equal(call(pool, CNodeCopy, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(pool, RISCVASIDPoolAssign, NONE, NONE), seL4_TruncatedMessage);
    assert_int_equal(call(pool, RISCVASIDPoolAssign, WORDS(VSPACE), NONE), seL4_InvalidCapability);
    assert_int_equal(call(pool, RISCVASIDPoolAssign, WORDS(FREE), NONE), 0);
    assert_int_equal(map_table(FREE + 1, FREE, AT), 0);
    assert_int_equal(map_table(FREE + 2, FREE, AT), 0);
    assert_int_equal(map_page(FREE + 7, FREE, AT, RW, 0), 0);
    assert_int_equal(map_page(FREE + 7, VSPACE, AT, RW, 0), seL4_FailedLookup);
    make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    assert_int_equal(call(FIRST, TCBConfigure, WORDS(2, FREE, 0), WORDS(0, 0, 0)), 0);
    copy_cap(FREE + 12, pool, 15);
    delete_cap(FREE + 12);
    assert_int_equal(delete_cap(pool), 0); /* the address space loses its number */
    assert_int_equal(map_table(FREE + 3, FREE, AT), seL4_InvalidCapability);
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE + 3, 1);
    assert_int_equal(map_table(FREE + 3, FREE, AT), seL4_FailedLookup);
    assert_int_equal(call(FREE + 7, RISCVPageUnmap, NONE, NONE), 0);
    assert_int_equal(delete_cap(FREE + 1), 0);
    start_thread(FIRST);
    call(seL4_CapInitThreadTCB, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(1));
    assert_int_equal(host.satp & MASK(44), arch_physical(kernel_root) >> 12);
}

static void a_pool_runs_out(void **state)
{
    word_t n = 0, error = 0;
    (void)state;
    retype(UNTYPED, seL4_RISCV_PageTableObject, 0, FREE, 1);
    /* One table assigned again and again: deleting its copyless capability would free the number, so the pool is filled by hand. */
    for (word_t i = 0; i < POOL_ASIDS; i++)
        if (asid_pools[0]->satp[i] == 0 && i != 0)
            n++;
    assert_int_equal(n, POOL_ASIDS - 2);
    struct asid_pool saved = *asid_pools[0];
    for (word_t i = 0; i < POOL_ASIDS; i++)
        asid_pools[0]->satp[i] |= 1;
    put_message(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, WORDS(FREE), NONE);
    struct invocation inv = {.label = RISCVASIDPoolAssign, .cap = host_slot(ks.current, seL4_CapInitThreadASIDPool)->cap,
                             .extra = {host_slot(ks.current, FREE), NULL, NULL}};
    error = asid_pool_decode(&inv);
    *asid_pools[0] = saved;
    assert_int_equal(error, FAILED);
    assert_int_equal(ks.error.code, seL4_DeleteFirst);
}

/* The capability in the thread is a child of this one; the address space itself lives on. */
static void a_thread_that_revokes_its_own_copy(void **state)
{
    (void)state;
    assert_int_equal(revoke_cap(VSPACE), 0);
    assert_true(slot_is_empty(&ks.current->slots[TCB_VSPACE]));
    assert_int_equal(host.satp, kernel_satp(0));
    assert_non_null(asid_vspace(page_table_cap_asid(host_slot(ks.current, VSPACE)->cap)));
}

int vspace_tests(void)
{
    const struct CMUnitTest tests[] = {TEST(tables), TEST(pages), TEST(identifiers), TEST(a_pool_runs_out),
                                       TEST(a_thread_that_revokes_its_own_copy)};
    return cmocka_run_group_tests_name("vspace", tests, NULL, NULL);
}
