/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapters 2.4, 5.5, 5.6: operations that take long are interrupted between units of work, and what can be seen of them half done.
 */
#include "kit/kit.h"

#define RADIX 10
#define SLOTS ((word_t)1 << RADIX)

/* A CNode full of copies of one endpoint capability, in slots 0 to SLOTS - 1. */
static word_t full_cnode(word_t ep)
{
    word_t cnode = cnode_new(RADIX);
    for (word_t i = 0; i < SLOTS; i++)
        EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(i, RADIX, ep, WORD_BITS, ALL_RIGHTS)));
    return cnode;
}

static bool is_gone(word_t cnode, word_t slot)
{
    return invoke(cnode, CNodeMove, LIST(cnode), LIST(slot, RADIX, slot, RADIX)) == seL4_FailedLookup;
}

/* A thread of low priority begins CNode operation `label` on `slot` of the root CNode and is interrupted in it. */
static struct thread *interrupted(word_t label, word_t slot)
{
    struct thread *t = thread_for_syscall(SYS_CALL, ROOT_CNODE, INFO(label, 0, 2), 0, 0, 0);
    word_t regs[32] = {0};
    EXPECT_OK(tcb_read_registers(t->tcb, 0, 32));
    for (unsigned i = 0; i < 32; i++) regs[i] = got_mr(i);
    EXPECT_OK(tcb_set_priority(t->tcb, ROOT_TCB, TEST_PRIORITY - 1));
    static struct register_file f;
    f = (struct register_file){0};
    f.in[10] = ROOT_CNODE;
    f.in[11] = INFO(label, 0, 2);
    f.in[12] = slot;
    f.in[13] = WORD_BITS;
    f.in[17] = (word_t)SYS_CALL;
    regs[0] = (word_t)ecall_with;
    regs[16] = (word_t)&f;
    f.out[17] = 0;
    EXPECT_OK(tcb_write_registers(t->tcb, 0, 32, (struct list){32, regs}));
    thread_start(t);
    sleep_us(50);
    if (f.out[17]) return NULL; /* too quick */
    EXPECT_EQ(thread_pc(t), (word_t)ecall_with_site);
    return t;
}

TIMED_TEST(long_operation, cnode_in_the_middle_of_deletion)
{
    word_t ep = endpoint_new(), cnode = full_cnode(ep), n = slot_new();
    EXPECT_OK(cnode_mint(n, cnode, ALL_RIGHTS, PLAIN_GUARD(RADIX)));
    EXPECT_OK(cnode_delete(n));
    struct thread *t = interrupted(CNodeDelete, cnode);
    EXPECT(t != NULL);
    EXPECT_IC(invoke(cnode, CNodeDelete, NONE, LIST(0, RADIX)), 0); /* there, but no CNode any more */
    EXPECT_IC(invoke(cnode, 0, NONE, NONE), 0);
    EXPECT_IO(cnode_copy(n, cnode, ALL_RIGHTS));
    EXPECT_IO(cnode_mint(n, cnode, ALL_RIGHTS, 0));
    EXPECT_DF(cnode_move(cnode, cnode)); /* occupied */
    EXPECT_FL(invoke(ROOT_CNODE, CNodeCopy, LIST(cnode), LIST(n, WORD_BITS, 0, RADIX, ALL_RIGHTS)), 1, LOOKUP_INVALID_ROOT);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_DF(cnode_move(cnode, cnode)); /* nobody works on it */
    EXPECT_OK(cnode_delete(cnode)); /* goes on from where it was */
    EXPECT(slot_is_empty(cnode));
    EXPECT_OK(cnode_revoke(ep)); /* no copy is left: nothing to do */
    thread_start(t);
    settle(); /* the call is repeated, on an empty slot */
}

TIMED_TEST(long_operation, a_zombie_can_be_moved_and_is_deleted_where_it_is)
{
    word_t ep = endpoint_new(), cnode = full_cnode(ep), n = slot_new();
    struct thread *t = interrupted(CNodeDelete, cnode);
    EXPECT(t != NULL);
    EXPECT_OK(cnode_move(n, cnode));
    thread_start(t);
    settle(); /* deletes the empty slot */
    EXPECT(slot_is_empty(cnode));
    EXPECT(!slot_is_empty(n));
    EXPECT_IC(invoke(n, 0, NONE, NONE), 0);
    EXPECT_OK(cnode_delete(n));
    EXPECT(slot_is_empty(n));
}

TIMED_TEST(long_operation, revoke_in_the_middle)
{
    word_t ep = endpoint_new(), cnode = full_cnode(ep);
    struct thread *t = interrupted(CNodeRevoke, ep);
    EXPECT(t != NULL);
    word_t gone = 0;
    for (word_t i = 0; i < SLOTS; i++) gone += is_gone(cnode, i);
    EXPECT(gone > 0 && gone < SLOTS);
    settle(); /* it is finished now */
    gone = 0;
    for (word_t i = 0; i < SLOTS; i++) gone += is_gone(cnode, i);
    EXPECT_EQ(gone, SLOTS);
    EXPECT(!slot_is_empty(ep));
}

TIMED_TEST(long_operation, revoke_of_a_suspended_thread_is_finished_by_another)
{
    word_t ep = endpoint_new(), cnode = full_cnode(ep);
    struct thread *t = interrupted(CNodeRevoke, ep);
    EXPECT(t != NULL);
    EXPECT_OK(tcb_suspend(t->tcb));
    EXPECT_OK(cnode_revoke(ep));
    for (word_t i = 0; i < SLOTS; i++) EXPECT(is_gone(cnode, i));
    thread_start(t);
    settle();
}

/* PREEMPT_REVOKE: how long a thread of a higher priority waits for the end of one unit of work. */
TIMED_TEST(long_operation, waking_up_does_not_wait_for_the_end)
{
    word_t ep = endpoint_new();
    full_cnode(ep);
    struct thread *t = interrupted(CNodeRevoke, ep);
    EXPECT(t != NULL);
    uint64_t start = now_ticks();
    sleep_us(50);
    EXPECT(now_ticks() - start < 120 * TICKS_PER_US);
    EXPECT_EQ(thread_pc(t), (word_t)ecall_with_site); /* still at it */
}

static word_t retyped_slot;

static void retype_a_page(word_t untyped)
{
    self()->seen[0] = untyped_retype(untyped, seL4_RISCV_4K_Page, 0, ROOT_CNODE, 0, 0, retyped_slot, 1);
    self()->progress = 1;
    thread_stop();
}

/* Clearing memory before it is used again stops, too; whoever comes next goes on with it. */
TIMED_TEST(long_operation, reset_of_an_untyped_is_taken_over)
{
    word_t bits = 18, ut = untyped_new(bits), page = slot_new();
    EXPECT_OK(untyped_retype(ut, seL4_RISCV_4K_Page, 0, ROOT_CNODE, 0, 0, slots_new(64), 64));
    EXPECT_OK(cnode_revoke(ut));
    retyped_slot = slot_new();
    struct thread *t = thread_new(retype_a_page, ut, TEST_PRIORITY - 1);
    thread_start(t);
    sleep_us(50);
    EXPECT_EQ(t->progress, 0); /* clearing */
    EXPECT(slot_is_empty(retyped_slot));
    EXPECT_OK(untyped_retype(ut, seL4_RISCV_4K_Page, 0, ROOT_CNODE, 0, 0, page, 1));
    EXPECT_OK(page_map(page, ROOT_VSPACE, TEST_VADDR, 3, 1));
    ((volatile word_t *)TEST_VADDR)[5] = 0x1234;
    settle();
    EXPECT_EQ(t->progress, 1);
    EXPECT_EQ(t->seen[0], seL4_NoError);
    EXPECT_EQ(((volatile word_t *)TEST_VADDR)[5], 0x1234); /* there are children now: no second reset */
    EXPECT_OK(page_address(page));
    word_t first = got_mr(0);
    EXPECT_OK(page_address(retyped_slot));
    EXPECT_EQ(got_mr(0), first + PAGE_SIZE);
}

/* A CNode full of CNodes that are full of each other's capabilities: deep work without a deep stack, in any state of it. */
TEST(long_operation, tree_of_cnodes_is_destroyed)
{
    word_t root = cnode_new(3), ep = endpoint_new();
    for (word_t i = 0; i < 8; i++) {
        EXPECT_OK(untyped_retype(test_untyped, seL4_CapTableObject, 3, root, 0, 0, i, 1));
        for (word_t k = 0; k < 8; k++) {
            /* Slot k of the inner CNode i: an older CNode of the tree, or an endpoint. */
            word_t from = k < i ? k : ep, depth = k < i ? 3 : WORD_BITS, source = k < i ? root : ROOT_CNODE;
            EXPECT_OK(invoke(root, CNodeCopy, LIST(source), LIST(i << 3 | k, 6, from, depth, ALL_RIGHTS)));
        }
    }
    EXPECT_OK(cnode_delete(root));
    EXPECT(slot_is_empty(root));
    EXPECT(!slot_is_empty(ep));
}
