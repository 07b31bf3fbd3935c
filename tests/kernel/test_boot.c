/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 12: what the root task finds.
 */
#include "kit/kit.h"
#include <kernel/gen_config.h>

static word_t root_slots(void)
{
    return (word_t)1 << boot_info->initThreadCNodeSizeBits;
}

TEST(boot, bootinfo_constants)
{
    EXPECT_EQ(boot_info->nodeID, 0);
    EXPECT_EQ(boot_info->numNodes, CONFIG_MAX_NUM_NODES);
    EXPECT_EQ(boot_info->numIOPTLevels, 0);
    EXPECT_EQ(boot_info->initThreadCNodeSizeBits, CONFIG_ROOT_CNODE_SIZE_BITS);
    EXPECT_EQ(boot_info->initThreadDomain, 0);
    EXPECT_EQ(boot_info->sharedFrames.start, 0);
    EXPECT_EQ(boot_info->sharedFrames.end, 0);
    EXPECT_EQ(boot_info->ioSpaceCaps.start, 0);
    EXPECT_EQ(boot_info->ioSpaceCaps.end, 0);
}

TEST(boot, addresses_follow_the_image)
{
    EXPECT_EQ((word_t)boot_info->ipcBuffer, (word_t)image_end);
    EXPECT_EQ((word_t)boot_info, (word_t)image_end + PAGE_SIZE);
}

TEST(boot, slot_ranges_are_in_order_without_gaps)
{
    word_t next = seL4_NumInitialCaps;
    EXPECT_EQ(boot_info->userImagePaging.start, next);
    next = boot_info->userImagePaging.end;
    if (boot_info->extraLen) {
        EXPECT_EQ(boot_info->extraBIPages.start, next);
        next = boot_info->extraBIPages.end;
    } else {
        EXPECT_EQ(boot_info->extraBIPages.start, 0);
        EXPECT_EQ(boot_info->extraBIPages.end, 0);
    }
    EXPECT_EQ(boot_info->schedcontrol.start, next);
    EXPECT_EQ(boot_info->schedcontrol.end, next + CONFIG_MAX_NUM_NODES);
    next = boot_info->schedcontrol.end;
    EXPECT_EQ(boot_info->userImageFrames.start, next);
    EXPECT_EQ(boot_info->userImageFrames.end - next, ((word_t)image_end - (word_t)image_start) / PAGE_SIZE);
    next = boot_info->userImageFrames.end;
    EXPECT_EQ(boot_info->untyped.start, next);
    EXPECT_EQ(boot_info->empty.start, boot_info->untyped.end);
    EXPECT_EQ(boot_info->empty.end, root_slots());
}

TEST(boot, paging_structures_of_the_image)
{
    /* One table per level: everything lies in the first 2 MiB. */
    EXPECT_EQ(boot_info->userImagePaging.end - boot_info->userImagePaging.start, IS_64BIT ? 2 : 1);
    for (word_t s = boot_info->userImagePaging.start; s < boot_info->userImagePaging.end; s++)
        EXPECT_IC(table_map(s, ROOT_VSPACE, FAR_VADDR), 0); /* a page table, mapped already */
}

TEST(boot, initial_slots)
{
    static const bool present[16] = {[1] = 1, [2] = 1, [3] = 1, [4] = 1, [5] = 1, [6] = 1, [9] = 1, [10] = 1, [11] = 1, [14] = 1};
    for (word_t s = 0; s < 16; s++) EXPECT_EQ(slot_is_empty(s), !present[s]);
    EXPECT_OK(tcb_resume(seL4_CapInitThreadTCB));
    EXPECT_IO(invoke(seL4_CapDomain, 0, NONE, NONE));
    EXPECT_OK(sc_consumed(seL4_CapInitThreadSC));
    EXPECT_OK(page_address(seL4_CapBootInfoFrame));
    EXPECT_OK(page_address(seL4_CapInitThreadIPCBuffer));
}

TEST(boot, cspace_is_addressed_by_slot_number)
{
    EXPECT_OK(tcb_resume(1));
    EXPECT_FL(invoke(ROOT_CNODE, CNodeDelete, NONE, LIST(root_slots(), WORD_BITS)), 0, LOOKUP_GUARD, WORD_BITS, 0,
              WORD_BITS - boot_info->initThreadCNodeSizeBits);
}

TEST(boot, frame_caps_are_marked_as_mapped)
{
    word_t f = boot_info->userImageFrames.start;
    EXPECT_IA(page_map(f, ROOT_VSPACE, TEST_VADDR, 3, 0), 0);
    EXPECT_OK(page_map(f, ROOT_VSPACE, (word_t)image_start, 3, 0)); /* at its place */
    EXPECT_IA(page_map(seL4_CapBootInfoFrame, ROOT_VSPACE, TEST_VADDR, 3, 0), 0);
    EXPECT_OK(page_map(seL4_CapBootInfoFrame, ROOT_VSPACE, (word_t)boot_info, 3, 1));
    EXPECT_OK(page_map(seL4_CapInitThreadIPCBuffer, ROOT_VSPACE, (word_t)boot_info->ipcBuffer, 3, 1));
}

TEST(boot, image_frames_are_consecutive)
{
    EXPECT_OK(page_address(boot_info->userImageFrames.start));
    word_t pa = got_mr(0);
    for (word_t s = boot_info->userImageFrames.start; s < boot_info->userImageFrames.end; s++, pa += PAGE_SIZE) {
        EXPECT_OK(page_address(s));
        EXPECT_EQ(got_mr(0), pa);
    }
}

TEST(boot, bootinfo_and_ipc_buffer_are_not_executable)
{
    word_t ep = endpoint_new();
    struct thread *t = thread_new((void (*)(word_t))(word_t)boot_info, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    EXPECT_EQ(fault_recv(ep, reply_new()), seL4_Fault_VMFault);
    EXPECT_EQ(got_mr(2), 1);
}

TEST(boot, initial_caps_are_nobodys_children)
{
    /* Revoking any of them removes none of the others. CSpace, VSpace and IPC buffer are left out: the root thread's own
     * copies are their children. */
    static const word_t caps[] = {1, 5, 6, 9, 11, 14};
    for (unsigned i = 0; i < ARRAY_LENGTH(caps); i++) EXPECT_OK(cnode_revoke(caps[i]));
    for (word_t s = boot_info->untyped.start; s < boot_info->untyped.end; s++) EXPECT(!slot_is_empty(s));
    for (unsigned i = 0; i < ARRAY_LENGTH(caps); i++) EXPECT(!slot_is_empty(caps[i]));
}

TEST(boot, untypeds_are_aligned_and_disjoint)
{
    word_t n = boot_info->untyped.end - boot_info->untyped.start;
    EXPECT(n > 0 && n <= CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS);
    for (word_t i = 0; i < n; i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        EXPECT(d->sizeBits >= seL4_MinUntypedBits && d->sizeBits <= seL4_MaxUntypedBits);
        EXPECT_EQ(d->paddr & (((word_t)1 << d->sizeBits) - 1), 0);
        for (word_t k = 0; k < i; k++) {
            const seL4_UntypedDesc *e = &boot_info->untypedList[k];
            bool apart = d->paddr >= e->paddr + ((word_t)1 << e->sizeBits) || e->paddr >= d->paddr + ((word_t)1 << d->sizeBits);
            EXPECT(apart || e->paddr + ((word_t)1 << e->sizeBits) == 0);
        }
    }
}

TEST(boot, device_untypeds_come_first_in_ascending_order)
{
    word_t n = boot_info->untyped.end - boot_info->untyped.start;
    for (word_t i = 1; i < n; i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i], *before = d - 1;
        EXPECT(!(d->isDevice && !before->isDevice));
        if (d->isDevice) EXPECT(d->paddr > before->paddr);
    }
}

TEST(boot, kernel_devices_and_kernel_memory_are_not_given_out)
{
    static const word_t kept[][2] = {{0x2000000, 0x2000000}, {0x200bff8, 0x200bff8}, {0xc000000, 0xc000000}, {0xc201004, 0xc201004}};
    word_t n = boot_info->untyped.end - boot_info->untyped.start;
    for (word_t i = 0; i < n; i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        for (unsigned k = 0; k < ARRAY_LENGTH(kept); k++) EXPECT(kept[k][0] - d->paddr >= (word_t)1 << d->sizeBits);
        /* none overlaps the image, the bootinfo frame or the IPC buffer */
        EXPECT_OK(page_address(seL4_CapBootInfoFrame));
        EXPECT(got_mr(0) - d->paddr >= (word_t)1 << d->sizeBits);
        EXPECT_OK(page_address(seL4_CapInitThreadIPCBuffer));
        EXPECT(got_mr(0) - d->paddr >= (word_t)1 << d->sizeBits);
        EXPECT_OK(page_address(boot_info->userImageFrames.start));
        EXPECT(got_mr(0) - d->paddr >= (word_t)1 << d->sizeBits);
    }
}

TEST(boot, an_untyped_covers_the_uart_and_the_finisher)
{
    bool uart = false, finisher = false;
    for (word_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
        const seL4_UntypedDesc *d = &boot_info->untypedList[i];
        uart |= d->isDevice && 0x10000000 - d->paddr < (word_t)1 << d->sizeBits;
        finisher |= d->isDevice && 0x100000 - d->paddr < (word_t)1 << d->sizeBits;
    }
    EXPECT(uart && finisher);
}

TEST(boot, initial_thread_has_no_fault_handler_and_full_priority)
{
    /* Priority as a bound: 255 may be set, nothing above exists. */
    word_t tcb = tcb_new();
    EXPECT_OK(tcb_set_priority(tcb, ROOT_TCB, 255));
    EXPECT_OK(tcb_set_mcp(tcb, ROOT_TCB, 255));
    EXPECT_RE(tcb_set_mcp(tcb, ROOT_TCB, 256), 0, 255);
}

/* The thread holds a copy of the frame's capability that is not what maps the page. */
TEST(boot, own_ipc_buffer_can_be_exchanged)
{
    static seL4_IPCBuffer other __attribute__((aligned(4096)));
    seL4_IPCBuffer *own = root_thread.buffer;
    EXPECT_OK(tcb_set_ipc_buffer(ROOT_TCB, (word_t)&other, image_frame(&other)));
    root_thread.buffer = &other;
    own->msg[10] = 0x1234; /* still mapped */
    EXPECT_EQ(own->msg[10], 0x1234);
    EXPECT_OK(tcb_set_ipc_buffer(ROOT_TCB, (word_t)own, seL4_CapInitThreadIPCBuffer));
    root_thread.buffer = own;
}

TEST(boot, device_tree_chunk)
{
    if (!boot_info->extraLen) return;
    const seL4_BootInfoHeader *h = (const seL4_BootInfoHeader *)((word_t)boot_info + PAGE_SIZE);
    EXPECT_EQ(h->id, SEL4_BOOTINFO_HEADER_FDT);
    EXPECT_EQ(h->len, boot_info->extraLen);
    EXPECT_EQ(*(const uint32_t *)(h + 1), 0xedfe0dd0); /* big-endian magic */
    EXPECT_EQ(boot_info->extraBIPages.end - boot_info->extraBIPages.start, (boot_info->extraLen + PAGE_SIZE - 1) / PAGE_SIZE);
}
