/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Who is whose child, what revocation and the last capability take along (sel4-abi.md 5.4 to 5.7). */
#include "tests.h"

#include <arch/vspace.h>
#include <object/cap.h>

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB

enum { A = FREE, B, C, D, E, F };

static cap_t cap_at(word_t slot) { return host_slot(ks.current, slot)->cap; }
/* Revokes slot and says which of A.. (bit 0..) are empty then. */
static word_t revoked(word_t slot)
{
    word_t empty = 0;
    assert_int_equal(revoke_cap(slot), 0);
    assert_false(is_empty(slot));
    for (word_t i = 0; i < 6; i++)
        empty |= is_empty(A + i) ? BIT(i) : 0;
    return empty;
}

/* Copies of copies are siblings; only the original has power over them. */
static void copies_are_siblings(void **state)
{
    static const word_t types[][2] = {{seL4_EndpointObject, 0}, {seL4_NotificationObject, 0}, {seL4_TCBObject, 0}, {seL4_SchedContextObject, 7},
                                      {seL4_ReplyObject, 0}, {seL4_CapTableObject, 2}, {seL4_RISCV_4K_Page, 0}};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++, fresh_system(state)) {
        assert_int_equal(retype(UNTYPED, types[i][0], types[i][1], A, 1), 0);
        assert_int_equal(copy_cap(B, A, RIGHT_ALL), 0);
        assert_int_equal(copy_cap(C, B, RIGHT_ALL), 0);
        assert_int_equal(copy_cap(D, A, RIGHT_ALL), 0);
        assert_int_equal(revoked(B) & 0xf, 0);
        assert_int_equal(revoked(C) & 0xf, 0);
        assert_int_equal(move_cap(E, A), 0); /* the original's power goes along */
        assert_int_equal(revoked(E) & 0x1f, 0xf);
        assert_int_equal(copy_cap(B, E, RIGHT_ALL), 0);
        assert_int_equal(copy_cap(C, B, RIGHT_ALL), 0);
        assert_int_equal(delete_cap(E), 0);
        assert_int_equal(revoked(B) & 6, 0);
        assert_int_equal(revoked(C) & 6, 0);
        assert_int_equal(revoked(UNTYPED), 0x3f);
    }
}

/* A badged capability is the parent of its copies, but not of others with the same badge. */
static void badges_make_families(void **state)
{
    for (word_t ntfn = 0; ntfn < 2; ntfn++, fresh_system(state)) {
        make_ipc_objects();
        word_t object = ntfn ? NTFN : EP;
        assert_int_equal(mint_cap(A, object, RIGHT_ALL, 5), 0);
        assert_int_equal(copy_cap(B, A, RIGHT_ALL), 0);
        assert_int_equal(copy_cap(C, B, RIGHT_ALL), 0);
        assert_int_equal(mint_cap(D, object, RIGHT_ALL, 5), 0);
        assert_int_equal(copy_cap(E, D, RIGHT_ALL), 0);
        assert_int_equal(mint_cap(F, object, RIGHT_ALL, 6), 0);
        assert_int_equal(revoked(B), 0);
        assert_int_equal(revoked(F), 0);
        assert_int_equal(revoked(D), BIT(4));
        assert_int_equal(revoked(A), BIT(4) | BIT(1) | BIT(2));
        assert_int_equal(copy_cap(B, A, RIGHT_ALL), 0);
        assert_int_equal(delete_cap(A), 0);
        assert_int_equal(revoked(B) & ~BIT(4), BIT(0) | BIT(2)); /* nothing more than was empty */
        assert_int_equal(revoked(object), 0x3f);
    }
}

/* When the first of a family goes, its successor does not fall into the family before. */
static void a_family_without_its_first(void **state)
{
    (void)state;
    make_ipc_objects();
    assert_int_equal(mint_cap(D, EP, RIGHT_ALL, 5), 0);
    assert_int_equal(copy_cap(E, D, RIGHT_ALL), 0);
    assert_int_equal(mint_cap(A, EP, RIGHT_ALL, 5), 0); /* in the list: EP A D E */
    assert_int_equal(delete_cap(D), 0);
    assert_int_equal(revoked(A) & BIT(4), 0);
    assert_int_equal(copy_cap(B, EP, RIGHT_ALL), 0);
    assert_int_equal(revoked(EP), 0x3f);
}

static void interrupts_descend_from_control(void **state)
{
    (void)state;
    assert_int_equal(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(ROOT), WORDS(3, A, DEPTH)), 0);
    assert_int_equal(call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(ROOT), WORDS(ARCH_MAX_IRQ, B, DEPTH)), 0);
    assert_int_equal(copy_cap(C, A, 0), 0);
    assert_int_equal(revoked(B), 0x3f & ~7u);
    assert_int_equal(revoked(C), 0x3f & ~7u);
    assert_int_equal(revoked(A), 0x3f & ~3u);
    assert_int_equal(copy_cap(C, A, 0), 0);
    assert_int_equal(delete_cap(A), 0);
    assert_int_equal(host.enabled & 8, 8);
    assert_int_equal(revoked(seL4_CapIRQControl), 0x3f);
    assert_int_equal(host.enabled, 0);
}

/* Untypeds inside untypeds: everything within the range goes, and nothing beside it. */
static void memory_descends_from_memory(void **state)
{
    (void)state;
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 12, A, 2), 0);
    assert_int_equal(retype(A, seL4_RISCV_4K_Page, 0, C, 1), 0);
    assert_int_equal(retype(B, seL4_EndpointObject, 0, D, 1), 0);
    assert_int_equal(mint_cap(E, D, RIGHT_ALL, 9), 0);
    assert_int_equal(retype(B, seL4_UntypedObject, 4, F, 1), 0);
    assert_int_equal(revoked(F), 0);
    assert_int_equal(revoked(A), BIT(2));
    assert_int_equal(revoked(B), BIT(2) | BIT(3) | BIT(4) | BIT(5));
    assert_int_equal(retype(B, seL4_UntypedObject, 12, F, 1), 0); /* the whole of it */
    assert_int_equal(retype(F, seL4_UntypedObject, 12, E, 1), 0);
    assert_int_equal(revoked(F), BIT(2) | BIT(3) | BIT(4));
    assert_int_equal(revoked(UNTYPED), 0x3f);
}

/* Domain, SchedControl and ASID control: every capability is one to the same thing. */
static void things_there_is_one_of(void **state)
{
    const word_t slots[] = {seL4_CapDomain, sched_control(), seL4_CapASIDControl};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(copy_cap(A, slots[i], 0), 0);
        assert_int_equal(copy_cap(B, A, 0), 0);
        assert_int_equal(revoked(A), 0x3f & ~3u);
        assert_int_equal(revoked(slots[i]), 0x3f);
    }
}

/* Two objects whose capabilities are neighbours, because that of their memory is gone: the end of one is not the end of the other. */
static void neighbours(void **state)
{
    static const word_t types[][2] = {{seL4_EndpointObject, 0}, {seL4_NotificationObject, 0}, {seL4_TCBObject, 0}, {seL4_SchedContextObject, 7},
                                      {seL4_ReplyObject, 0}, {seL4_CapTableObject, 2}, {seL4_RISCV_PageTableObject, 0}};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++, fresh_system(state)) {
        assert_int_equal(retype(UNTYPED, types[i][0], types[i][1], A, 2), 0);
        assert_true(slot_is_final(host_slot(ks.current, A)));
        assert_true(slot_is_final(host_slot(ks.current, B)));
        assert_int_equal(delete_cap(UNTYPED), 0);
        assert_int_equal(delete_cap(A), 0);
        assert_true(slot_is_final(host_slot(ks.current, B)));
    }
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 12, A, 2), 0);
    for (word_t n = 0; n < 2; n++)
        assert_int_equal(call(seL4_CapASIDControl, RISCVASIDControlMakePool, WORDS(A + n, ROOT), WORDS(C + n, DEPTH)), 0);
    assert_int_equal(delete_cap(A), 0);
    assert_int_equal(delete_cap(B), 0);
    assert_non_null(asid_pools[2]);
    assert_int_equal(delete_cap(D), 0);
    assert_null(asid_pools[2]);
    assert_non_null(asid_pools[1]);
    assert_int_equal(delete_cap(C), 0);
    assert_null(asid_pools[1]);
}

/* Revoking with many descendants, interrupted at every step: in the end all are gone. */
static void revocation_goes_on(void **state)
{
    (void)state;
    make_ipc_objects();
    for (word_t i = 0; i < 60; i++)
        assert_int_equal(mint_cap(FREE + i, EP, RIGHT_ALL, i + 1), 0);
    word_t entries = 0;
    put_message(ROOT, CNodeRevoke, NONE, WORDS(EP, DEPTH));
    host.poll_countdown = 1;
    host_syscall(seL4_SysCall);
    while (ks.current->context.reg[REG_NEXT_PC] == ks.current->context.reg[REG_PC]) {
        entries++;
        host.poll_countdown = 1;
        host_ecall();
    }
    host.poll_countdown = 0;
    assert_int_equal(info(), 0);
    for (word_t i = 0; i < 60; i++)
        assert_true(is_empty(FREE + i));
    assert_in_range(entries, 1, 60);
}

/* A capability that moves: Mutate, Rotate with new guards, and their errors. */
static void moving(void **state)
{
    (void)state;
    make_ipc_objects();
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 2, A, 2), 0);
    assert_int_equal(call(ROOT, CNodeMutate, WORDS(ROOT), WORDS(C, DEPTH, A, DEPTH, 3 | 5 << 6)), 0);
    assert_true(is_empty(A));
    assert_int_equal(cnode_cap_guard_size(cap_at(C)), 3);
    assert_int_equal(cnode_cap_guard(cap_at(C)), 5);
    assert_int_equal(call(ROOT, CNodeMutate, WORDS(ROOT), WORDS(A, DEPTH, C, DEPTH, 3 | 13 << 6)), 0);
    assert_int_equal(cnode_cap_guard(cap_at(A)), 5); /* cut to its size */
    assert_int_equal(call(ROOT, CNodeMutate, WORDS(ROOT), WORDS(C, DEPTH, A, DEPTH, 62)), 0);
    assert_int_equal(call(ROOT, CNodeMutate, WORDS(ROOT), WORDS(A, DEPTH, C, DEPTH, 63)), seL4_IllegalOperation);
    assert_true(is_empty(A) && !is_empty(C));
    /* Rotate: pivot B to A with guard 1 of 1, source C to B with guard 2 of 2 */
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(A, 64, 1 | 1 << 6, B, 64, 2 | 2 << 6, C, 64)), 0);
    assert_int_equal(cnode_cap_guard_size(cap_at(A)), 1);
    assert_int_equal(cnode_cap_guard(cap_at(A)), 1);
    assert_int_equal(cnode_cap_guard_size(cap_at(B)), 2);
    assert_int_equal(cnode_cap_guard(cap_at(B)), 2);
    assert_true(is_empty(C));
    /* exchange A and B */
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(A, 64, 3, B, 64, 4, A, 64)), 0);
    assert_int_equal(cnode_cap_guard_size(cap_at(A)), 3);
    assert_int_equal(cnode_cap_guard_size(cap_at(B)), 4);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(C, 64, 63, A, 64, 0, B, 64)), seL4_IllegalOperation);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(C, 64, 0, A, 64, 63, B, 64)), seL4_IllegalOperation);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(C, 64, 0, C, 64, 0, B, 64)), seL4_IllegalOperation);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(C, 64, 0, A, 64, 0, A, 64)), seL4_IllegalOperation);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(C, 64, 0, A, 64, 0, B)), seL4_TruncatedMessage);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT), WORDS(C, 64, 0, A, 64, 0, B, 64)), seL4_TruncatedMessage);
    assert_int_equal(revoked(UNTYPED), 0x3f);
}

static void cancelling_needs_all_rights(void **state)
{
    (void)state;
    make_ipc_objects();
    for (word_t without = 1; without <= 8; without *= 2) {
        assert_int_equal(mint_cap(A, EP, RIGHT_ALL & ~without, 4), 0);
        assert_int_equal(call(ROOT, CNodeCancelBadgedSends, NONE, WORDS(A, DEPTH)), seL4_IllegalOperation);
        assert_int_equal(delete_cap(A), 0);
    }
    assert_int_equal(mint_cap(A, EP, RIGHT_ALL, 4), 0);
    assert_int_equal(call(ROOT, CNodeCancelBadgedSends, NONE, WORDS(A, DEPTH)), 0);
    assert_int_equal(call(ROOT, CNodeCancelBadgedSends, NONE, WORDS(UNTYPED, DEPTH)), seL4_IllegalOperation);
}

/* The CNode in A holds its own last capability, alone or with others; what is in it goes with the memory. */
static void a_cnode_in_itself(void **state)
{
    for (word_t slot = 0; slot < 4; slot++) {
        for (int other = 0; other < 2; other++, fresh_system(state)) {
            make_ipc_objects();
            assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 2, A, 1), 0);
            for (word_t i = 0; other && i < 4; i++)
                if (i != slot)
                    assert_int_equal(call(A, CNodeMint, WORDS(ROOT), WORDS(i, 2, EP, DEPTH, 15, i + 1)), 0);
            assert_int_equal(call(A, CNodeMove, WORDS(ROOT), WORDS(slot, 2, A, DEPTH)), 0);
            assert_true(is_empty(A));
            assert_int_equal(revoke_cap(UNTYPED), 0);
            assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 16, A, 1), 0);
        }
    }
}

/* A holds the last capability to B, B holds C's and C holds A's or its own, in every combination of slots; deleted from outside through A. */
static void chains_of_cnodes(void **state)
{
    for (word_t where = 0; where < 27; where++) {
        for (int closed = 0; closed < 3; closed++, fresh_system(state)) {
            word_t a = where % 3, b = where / 3 % 3, c = where / 9;
            make_ipc_objects();
            assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 2, A, 3), 0);
            for (word_t i = A; i <= C; i++) /* something before and behind */
                assert_int_equal(call(i, CNodeMint, WORDS(ROOT), WORDS(3, 2, EP, DEPTH, 15, i)), 0);
            if (closed == 1)
                assert_int_equal(call(C, CNodeCopy, WORDS(ROOT), WORDS(c, 2, A, DEPTH, 15)), 0);
            assert_int_equal(copy_cap(D, A, 15), 0);
            assert_int_equal(copy_cap(E, C, 15), 0);
            assert_int_equal(call(B, CNodeMove, WORDS(ROOT), WORDS(b, 2, C, DEPTH)), 0);
            assert_int_equal(call(A, CNodeMove, WORDS(ROOT), WORDS(a, 2, B, DEPTH)), 0);
            if (closed == 2) /* C in itself instead of in B */
                assert_int_equal(call(E, CNodeMove, WORDS(D), WORDS(c, 2, a << 2 | b, 4)), 0);
            assert_int_equal(delete_cap(E), 0);
            assert_int_equal(delete_cap(D), 0);
            host.poll_countdown = 1 + (uint32_t)where % 4;
            assert_int_equal(delete_cap(A), 0);
            host.poll_countdown = 0;
            assert_int_equal(revoke_cap(UNTYPED), 0);
            assert_true(is_empty(EP));
            assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 16, A, 1), 0);
        }
    }
}

/* Deleting a thread empties its own slots and ends everything that it took part in. */
static void the_last_capability_to_a_thread(void **state)
{
    (void)state;
    make_ipc_objects();
    tcb_t *t = make_thread(UNTYPED, FIRST, 100, 1000, 10000);
    mint_cap(A, EP, RIGHT_ALL, 1);
    assert_int_equal(call(FIRST, TCBSetTimeoutEndpoint, WORDS(A), NONE), 0);
    assert_int_equal(call(FIRST, TCBSetSpace, WORDS(A, ROOT, seL4_CapInitThreadVSpace), WORDS(0, 0)), 0);
    assert_int_equal(call(FIRST, TCBBindNotification, WORDS(NTFN), NONE), 0);
    assert_int_equal(copy_cap(B, FIRST, RIGHT_ALL), 0);
    start_thread(FIRST);
    assert_int_equal(delete_cap(FIRST), 0);
    assert_int_equal(t->state, THREAD_RESTART); /* there is another capability */
    const sched_context_t *sc = t->sc;
    assert_int_equal(delete_cap(B), 0);
    assert_null(sc->tcb);
    assert_null(((notification_t *)notification_cap_ptr(cap_at(NTFN)))->bound_tcb);
    for (int i = 0; i < TCB_SLOTS; i++)
        assert_true(slot_is_empty(&t->slots[i]));
    for (const tcb_t *other = ks.all_threads; other != NULL; other = other->debug_next)
        assert_ptr_not_equal(other, t);
    assert_false(slot_has_children(host_slot(ks.current, A)));
}

int derivation_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(copies_are_siblings), TEST(badges_make_families), TEST(a_family_without_its_first), TEST(interrupts_descend_from_control),
        TEST(memory_descends_from_memory), TEST(things_there_is_one_of), TEST(neighbours), TEST(revocation_goes_on), TEST(moving),
        TEST(cancelling_needs_all_rights), TEST(a_cnode_in_itself), TEST(chains_of_cnodes), TEST(the_last_capability_to_a_thread),
    };
    return cmocka_run_group_tests_name("derivation", tests, NULL, NULL);
}
