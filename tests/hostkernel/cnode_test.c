/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* CNodes: addresses, copies, derivation, deletion (sel4-abi.md ch. 5). */
#include "tests.h"

#define ROOT seL4_CapInitThreadCNode

static cap_t cap_at(word_t slot) { return host_slot(ks.current, slot)->cap; }

static void lookups_fail_as_described(void **state)
{
    (void)state;
    assert_int_equal(call(ROOT, CNodeDelete, NONE, WORDS(1, 63)), seL4_FailedLookup);
    assert_int_equal(mr(1), seL4_DepthMismatch);
    assert_int_equal(mr(2), 63);
    assert_int_equal(mr(3), 64);
    assert_int_equal(call(ROOT, CNodeDelete, NONE, WORDS(1, 20)), seL4_FailedLookup);
    assert_int_equal(mr(1), seL4_GuardMismatch);
    assert_int_equal(mr(4), 56);
    assert_int_equal(call(ROOT, CNodeDelete, NONE, WORDS(256, 64)), seL4_FailedLookup);
    assert_int_equal(mr(1), seL4_GuardMismatch);
    assert_int_equal(call(ROOT, CNodeDelete, NONE, WORDS(1, 0)), seL4_RangeError);
    assert_int_equal(call(ROOT, CNodeCopy, WORDS(EP), WORDS(FREE, DEPTH, 1, DEPTH, 15)), seL4_FailedLookup);
    assert_int_equal(mr(0), 1);
    assert_int_equal(mr(1), seL4_InvalidRoot);
    assert_int_equal(copy_cap(FREE, FREE, 15), seL4_FailedLookup);
    assert_int_equal(mr(1), seL4_MissingCapability);
    assert_int_equal(call(ROOT, CNodeDelete, NONE, WORDS(1)), seL4_TruncatedMessage);
    assert_int_equal(call(ROOT, CNodeCopy, WORDS(ROOT), WORDS(FREE, 64, 1)), seL4_TruncatedMessage);
    assert_int_equal(call(ROOT, CNodeCopy, WORDS(ROOT), WORDS(FREE, 64, 1, 64)), seL4_TruncatedMessage);
    assert_int_equal(call(ROOT, CNodeMutate, WORDS(ROOT), WORDS(FREE, 64, 1, 64)), seL4_TruncatedMessage);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT), WORDS(FREE, 64, 1, 64)), seL4_TruncatedMessage);
    assert_int_equal(call(ROOT, UntypedRetype, NONE, NONE), seL4_IllegalOperation);
    assert_int_equal(call(EP, CNodeDelete, NONE, NONE), seL4_InvalidCapability);
}

static void two_levels(void **state)
{
    (void)state;
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 4, FREE, 1), 0);
    assert_int_equal(call(ROOT, CNodeMint, WORDS(ROOT), WORDS(FREE + 1, 64, FREE, 64, 15, 2 | 1 << 6)), 0); /* guard 1 of 2 bits */
    assert_int_equal(call(FREE + 1, CNodeCopy, WORDS(ROOT), WORDS(0x13, 6, seL4_CapInitThreadTCB, 64, 15)), 0);
    assert_int_equal(call(FREE + 1, CNodeDelete, NONE, WORDS(0x13, 5)), seL4_FailedLookup);
    assert_int_equal(call(FREE + 1, CNodeDelete, NONE, WORDS(0x23, 6)), seL4_FailedLookup);
    assert_int_equal(call(FREE + 1, CNodeDelete, NONE, WORDS(0x13 << 2, 8)), seL4_FailedLookup);
    assert_int_equal(mr(1), seL4_DepthMismatch);
    assert_int_equal(mr(2), 2);
    assert_int_equal(call(ROOT, CNodeMint, WORDS(ROOT), WORDS(FREE + 2, 64, FREE, 64, 15, 61)), seL4_IllegalOperation);
    assert_int_equal(delete_cap(FREE), 0);
    assert_int_equal(delete_cap(FREE + 1), 0); /* the last: with all that is in it */
    assert_int_equal(retype(UNTYPED, seL4_EndpointObject, 0, EP, 1), 0);
}

static void badges_and_rights(void **state)
{
    (void)state;
    make_ipc_objects();
    assert_int_equal(mint_cap(FREE, EP, RIGHT_WRITE, 7), 0);
    assert_int_equal(endpoint_cap_badge(cap_at(FREE)), 7);
    assert_int_equal(endpoint_cap_rights(cap_at(FREE)), RIGHT_WRITE);
    assert_int_equal(mint_cap(FREE + 1, FREE, RIGHT_ALL, 7), seL4_IllegalOperation);
    assert_int_equal(copy_cap(FREE + 1, FREE, RIGHT_ALL), 0);
    assert_int_equal(endpoint_cap_rights(cap_at(FREE + 1)), RIGHT_WRITE);
    assert_int_equal(call(ROOT, CNodeMutate, WORDS(ROOT), WORDS(FREE + 2, 64, EP, 64, 1)), seL4_IllegalOperation);
    assert_int_equal(mint_cap(FREE + 2, NTFN, RIGHT_ALL, 3), 0);
    assert_int_equal(mint_cap(FREE + 3, FREE + 2, RIGHT_READ, 3), seL4_IllegalOperation);
    assert_int_equal(call(ROOT, CNodeMutate, WORDS(ROOT), WORDS(FREE + 3, 64, FREE + 2, 64, 1)), seL4_IllegalOperation);
    assert_int_equal(copy_cap(FREE + 3, REPLY, 0), 0);
    assert_false(reply_cap_can_grant(cap_at(FREE + 3)));
    assert_int_equal(revoke_cap(FREE), 0);
    assert_true(is_empty(FREE + 1));
    assert_int_equal(revoke_cap(EP), 0);
    assert_true(is_empty(FREE));
    assert_int_equal(copy_cap(FREE, seL4_CapIRQControl, RIGHT_ALL), seL4_IllegalOperation);
    assert_int_equal(call(ROOT, CNodeCancelBadgedSends, NONE, WORDS(NTFN, 64)), seL4_IllegalOperation);
    assert_int_equal(call(ROOT, CNodeCancelBadgedSends, NONE, WORDS(EP, 64)), 0);
}

static word_t rotate(word_t dest, word_t pivot, word_t source)
{
    return call(ROOT, CNodeRotate, WORDS(ROOT, ROOT), WORDS(dest, 64, 0, pivot, 64, 0, source, 64));
}

static void move_and_rotate(void **state)
{
    (void)state;
    make_ipc_objects();
    assert_int_equal(move_cap(FREE, REPLY), 0);
    assert_true(is_empty(REPLY) && cap_is_reply(cap_at(FREE)));
    assert_int_equal(move_cap(FREE, FREE), seL4_DeleteFirst);
    assert_int_equal(rotate(FREE + 1, FREE, REPLY2), 0);
    assert_true(is_empty(REPLY2) && cap_is_reply(cap_at(FREE)) && cap_is_reply(cap_at(FREE + 1)));
    assert_int_equal(rotate(FREE, FREE, FREE + 1), seL4_IllegalOperation);
    assert_int_equal(rotate(FREE + 1, FREE, FREE + 1), 0); /* exchanges the two */
    assert_int_equal(rotate(FREE + 2, FREE + 3, FREE + 1), seL4_FailedLookup);
    assert_int_equal(rotate(FREE + 2, FREE, FREE + 3), seL4_FailedLookup);
    assert_int_equal(rotate(UNTYPED, FREE, FREE + 1), seL4_DeleteFirst);
    assert_int_equal(rotate(FREE + 2, EP, FREE + 1), seL4_IllegalOperation);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(EP, ROOT), WORDS(FREE + 2, 64, 0, FREE, 64, 0, FREE + 1, 64)), seL4_FailedLookup);
    assert_int_equal(call(ROOT, CNodeRotate, WORDS(ROOT, EP), WORDS(FREE + 2, 64, 0, FREE, 64, 0, FREE + 1, 64)), seL4_FailedLookup);
}

/* A holds the last capability to B, and B that to A: unreachable but alive, until the untyped is revoked. */
static void a_ring_of_cnodes_is_deleted(void **state)
{
    (void)state;
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 2, FREE, 2), 0);
    assert_int_equal(copy_cap(FREE + 2, FREE, 15), 0);
    assert_int_equal(call(FREE, CNodeMove, WORDS(ROOT), WORDS(0, 2, FREE + 1, 64)), 0);
    assert_int_equal(call(FREE, CNodeMove, WORDS(ROOT), WORDS(1, 2, FREE + 2, 64)), 0);
    host.poll_countdown = 2;
    assert_int_equal(delete_cap(FREE), 0);
    assert_int_equal(revoke_cap(UNTYPED), 0);
    assert_int_equal(retype(UNTYPED, seL4_UntypedObject, 16, FREE, 1), 0);
}

static void deep_deletion_is_preemptible(void **state)
{
    (void)state;
    assert_int_equal(retype(UNTYPED, seL4_CapTableObject, 1, FREE, 5), 0);
    for (word_t i = 4; i-- > 0;) /* each into the one before it */
        assert_int_equal(call(FREE + i, CNodeMove, WORDS(ROOT), WORDS(i % 2, 1, FREE + i + 1, 64)), 0);
    host.poll_countdown = 1;
    put_message(ROOT, CNodeDelete, NONE, WORDS(FREE, DEPTH));
    host_syscall(seL4_SysCall);
    assert_true(cap_is_zombie(cap_at(FREE)));
    assert_int_equal(call(FREE, CNodeDelete, NONE, WORDS(0, 1)), seL4_InvalidCapability);
    assert_int_equal(copy_cap(FREE + 9, FREE, 15), seL4_IllegalOperation);
    assert_int_equal(delete_cap(FREE), 0);
    assert_true(is_empty(FREE));
}

int cnode_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lookups_fail_as_described), TEST(two_levels), TEST(badges_and_rights), TEST(move_and_rotate),
        TEST(a_ring_of_cnodes_is_deleted), TEST(deep_deletion_is_preemptible),
    };
    return cmocka_run_group_tests_name("cnode", tests, NULL, NULL);
}
