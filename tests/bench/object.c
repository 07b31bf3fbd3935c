/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Capabilities, objects and address spaces.
 */
#include "bench.h"

struct kind {
    const char *name;
    word_t type, bits;
};

/* An object out of the untyped, which then is as before. */
static void retype_one(word_t untyped, const struct kind *k)
{
    word_t slot = slots_new(13);
    /* The first one resets the untyped and is left out. */
    for (unsigned i = 0; i < 12; i++) {
        word_t n = timed_invoke(untyped, UntypedRetype, LIST(ROOT_CNODE), LIST(k->type, k->bits, 0, 0, slot + i, 1));
        if (i) add(n);
    }
    report(k->name);
    EXPECT_OK(cnode_revoke(untyped));
}

/* Large pages out of device memory, which there is enough of. Only one may fit, so each is deleted again. */
static void retype_large(word_t bits, word_t type, const char *name)
{
    word_t untyped = 0, slot = slot_new();
    for (word_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++)
        if (boot_info->untypedList[i].isDevice && boot_info->untypedList[i].sizeBits == bits) untyped = boot_info->untyped.start + i;
    if (untyped == 0) return;
    for (unsigned i = 0; i < SAMPLES; i++) {
        add(timed_invoke(untyped, UntypedRetype, LIST(ROOT_CNODE), LIST(type, 0, 0, 0, slot, 1)));
        EXPECT_OK(cnode_delete(slot));
    }
    report(name);
}

static void make_asid_pool(void)
{
    word_t untyped = untyped_new(12), slot = slot_new();
    for (unsigned i = 0; i < SAMPLES; i++) {
        add(timed_invoke(seL4_CapASIDControl, RISCVASIDControlMakePool, LIST(untyped, ROOT_CNODE), LIST(slot, WORD_BITS)));
        EXPECT_OK(cnode_delete(slot));
    }
    report("asid_pool_make");
}

static void retype_each(void)
{
    static const struct kind kinds[] = {
        {"retype_untyped_4k", seL4_UntypedObject, 12}, {"retype_tcb", seL4_TCBObject, 0}, {"retype_endpoint", seL4_EndpointObject, 0},
        {"retype_notification", seL4_NotificationObject, 0}, {"retype_cnode_16", seL4_CapTableObject, 4},
        {"retype_sched_context", seL4_SchedContextObject, 8}, {"retype_reply", seL4_ReplyObject, 0},
        {"retype_page", seL4_RISCV_4K_Page, 0}, {"retype_page_table", seL4_RISCV_PageTableObject, 0},
    };
    word_t untyped = untyped_new(16);
    for (unsigned k = 0; k < ARRAY_LENGTH(kinds); k++) retype_one(untyped, &kinds[k]);
    retype_large(IS_64BIT ? 21 : 22, seL4_RISCV_Mega_Page, "retype_mega_page");
#if IS_64BIT
    retype_large(30, seL4_RISCV_Giga_Page, "retype_giga_page");
#endif
    make_asid_pool();
}

static word_t cnode_op(word_t label, struct list mrs)
{
    return timed_invoke(ROOT_CNODE, label, LIST(ROOT_CNODE), mrs);
}

/* COUNT capabilities copied into a CNode one by one, deleted one by one, and deleted with their CNode in one call. */
static void copy_and_delete(word_t count, const char *copy_name, const char *delete_name, const char *cnode_name)
{
    word_t ep = endpoint_new(), cnode = slot_new(), copied = 0, deleted = 0;
    EXPECT_OK(untyped_retype(test_untyped, seL4_CapTableObject, 10, ROOT_CNODE, 0, 0, cnode, 1));
    for (word_t k = 0; k < count; k++)
        copied += timed_invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(k, 10, ep, WORD_BITS, ALL_RIGHTS));
    add(copied);
    report(copy_name);
    for (word_t k = 0; k < count; k++) deleted += timed_invoke(cnode, CNodeDelete, NONE, LIST(k, 10));
    add(deleted);
    report(delete_name);
    for (word_t k = 0; k < count; k++) EXPECT_OK(invoke(cnode, CNodeCopy, LIST(ROOT_CNODE), LIST(k, 10, ep, WORD_BITS, ALL_RIGHTS)));
    add(cnode_op(CNodeDelete, LIST(cnode, WORD_BITS)));
    report(cnode_name);
}

static void revoke_of(word_t children, const char *name)
{
    word_t ep = endpoint_new(), cnode = cnode_new(10);
    for (unsigned i = 0; i < 5; i++) {
        for (word_t k = 0; k < children; k++)
            EXPECT_OK(invoke(cnode, CNodeMint, LIST(ROOT_CNODE), LIST(k, 10, ep, WORD_BITS, ALL_RIGHTS, k + 1)));
        add(timed_invoke(ROOT_CNODE, CNodeRevoke, NONE, LIST(ep, WORD_BITS)));
    }
    report(name);
}

void bench_objects(void)
{
    word_t ep = endpoint_new(), d = slots_new(2);
    retype_each();
    for (unsigned i = 0; i < SAMPLES; i++) {
        add(cnode_op(CNodeCopy, LIST(d, WORD_BITS, ep, WORD_BITS, ALL_RIGHTS)));
        EXPECT_OK(cnode_delete(d));
    }
    report("cnode_copy");
    for (unsigned i = 0; i < SAMPLES; i++) {
        add(cnode_op(CNodeMint, LIST(d, WORD_BITS, ep, WORD_BITS, ALL_RIGHTS, 5)));
        EXPECT_OK(cnode_delete(d));
    }
    report("cnode_mint");
    EXPECT_OK(cnode_copy(d, ep, ALL_RIGHTS));
    for (unsigned i = 0; i < SAMPLES; i++) add(cnode_op(CNodeMove, LIST(d + !(i & 1), WORD_BITS, d + (i & 1), WORD_BITS)));
    report("cnode_move");
    EXPECT_OK(cnode_delete(d));
    for (unsigned i = 0; i < SAMPLES; i++) {
        EXPECT_OK(cnode_copy(d, ep, ALL_RIGHTS));
        add(timed_invoke(ROOT_CNODE, CNodeDelete, NONE, LIST(d, WORD_BITS)));
    }
    report("cnode_delete");
    copy_and_delete(1, "copy_1", "delete_1", "delete_cnode_of_1");
    copy_and_delete(10, "copy_10", "delete_10", "delete_cnode_of_10");
    copy_and_delete(1000, "copy_1000", "delete_1000", "delete_cnode_of_1000");
    revoke_of(1, "revoke_1");
    revoke_of(10, "revoke_10");
    revoke_of(1000, "revoke_1000");
}

static void map_many(void)
{
    word_t frames = slots_new(16), ut = untyped_new(16), mapped = 0, unmapped = 0;
    EXPECT_OK(untyped_retype(ut, seL4_RISCV_4K_Page, 0, ROOT_CNODE, 0, 0, frames, 16));
    vspace_add_tables(other_vspace, FAR_VADDR);
    for (unsigned i = 0; i < 8; i++) {
        mapped = unmapped = 0;
        for (word_t k = 0; k < 16; k++)
            mapped += timed_invoke(frames + k, RISCVPageMap, LIST(other_vspace), LIST(FAR_VADDR + k * PAGE_SIZE, 3, 0));
        for (word_t k = 0; k < 16; k++) unmapped += timed_invoke(frames + k, RISCVPageUnmap, NONE, NONE);
        add(mapped);
    }
    report("page_map_16");
    add(unmapped);
    report("page_unmap_16");
}

void bench_memory(void)
{
    word_t f = frame_new(), table = table_new(), far = (word_t)0x70000000;
    for (unsigned i = 0; i < SAMPLES; i++) {
        add(timed_invoke(f, RISCVPageMap, LIST(ROOT_VSPACE), LIST(TEST_VADDR, 3, 0)));
        EXPECT_OK(page_unmap(f));
    }
    report("page_map");
    for (unsigned i = 0; i < SAMPLES; i++) {
        EXPECT_OK(page_map(f, ROOT_VSPACE, TEST_VADDR, 3, 0));
        add(timed_invoke(f, RISCVPageUnmap, NONE, NONE));
    }
    report("page_unmap");
    map_many();
    if (IS_64BIT) EXPECT_OK(table_map(table_new(), ROOT_VSPACE, far));
    for (unsigned i = 0; i < SAMPLES; i++) {
        add(timed_invoke(table, RISCVPageTableMap, LIST(ROOT_VSPACE), LIST(far, 0)));
        EXPECT_OK(table_unmap(table));
    }
    report("page_table_map");
    struct thread *t = thread_new(count_for_ever, 0, LOWER);
    for (unsigned i = 0; i < SAMPLES; i++) add(timed_invoke(t->tcb, TCBReadRegisters, NONE, LIST(0, 32)));
    report("read_registers_32");
    for (unsigned i = 0; i < SAMPLES; i++) add(timed_invoke(t->tcb, TCBSetPriority, LIST(ROOT_TCB), LIST(LOWER + (i & 1))));
    report("set_priority");
    for (unsigned i = 0; i < 4; i++) add(timed_invoke(seL4_CapInitThreadASIDPool, RISCVASIDPoolAssign, LIST(table_new()), NONE));
    report("asid_assign");
}
