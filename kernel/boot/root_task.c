/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The root task's objects, capabilities and address space (sel4-abi.md 12.3, 12.4). */

#include <lib.h>
#include <object/sched_context.h>
#include <object/tcb.h>
#include <sched/time.h>

#include "boot.h"

#define CNODE_BITS ((word_t)CONFIG_ROOT_CNODE_SIZE_BITS)
#define CNODE_BYTES_BITS (CNODE_BITS + seL4_SlotBits)
#define PAGE BIT(seL4_PageBits)

/* The next object in the block, and the block's next free byte. */
BOOT_CODE static void *carve(char **block, word_t bits)
{
    void *object = *block;
    *block += BIT(bits);
    return object;
}

/* The extra boot info block stands before the first object that is not larger. */
BOOT_CODE static void carve_extra(struct root_task *root, char **block, word_t next_bits)
{
    if (root->extra_bits >= next_bits && root->extra == NULL && root->extra_bits != 0)
        root->extra = carve(block, root->extra_bits);
}

/* One block for all objects, in descending size, so that each is naturally aligned (12.7). */
BOOT_CODE static void allocate(struct root_task *root)
{
    const word_t tables = arch_boot_table_count(root->image.start, root_tables_end(root));
    const word_t extra = root->extra_bits ? BIT(root->extra_bits) : 0;
    word_t align = CNODE_BYTES_BITS > seL4_VSpaceBits ? CNODE_BYTES_BITS : (word_t)seL4_VSpaceBits;
    if (align < root->extra_bits)
        align = root->extra_bits;
    const word_t bytes = BIT(CNODE_BYTES_BITS) + extra + (4 + tables) * PAGE + BIT(seL4_TCBBits) +
                         BIT(seL4_MinSchedContextBits);
    char *block = boot_memory_alloc(bytes, align);

    clear_memory(block, bytes);
    carve_extra(root, &block, align);
    if (CNODE_BYTES_BITS >= seL4_VSpaceBits)
        root->cnode = carve(&block, CNODE_BYTES_BITS);
    carve_extra(root, &block, seL4_VSpaceBits);
    root->vspace = carve(&block, seL4_VSpaceBits);
    root->asid_pool = carve(&block, seL4_ASIDPoolBits);
    root->ipc_buffer = carve(&block, seL4_PageBits);
    root->info = carve(&block, seL4_PageBits);
    root->tables = block;
    block += tables * PAGE;
    if (root->cnode == NULL)
        root->cnode = carve(&block, CNODE_BYTES_BITS);
    root->tcb = carve(&block, seL4_TCBBits);
    root->sc = carve(&block, seL4_MinSchedContextBits);
}

BOOT_CODE bool boot_provide_cap(struct root_task *root, cap_t cap)
{
    if (root->next_slot == BIT(CNODE_BITS))
        return false;
    slot_init(&root->cnode[root->next_slot++], cap);
    return true;
}

BOOT_CODE static void make_fixed_caps(struct root_task *root)
{
    const word_t guard_bits = WORD_BITS - CNODE_BITS;
    slot_t *slot = root->cnode;

    slot_init(&slot[seL4_CapInitThreadTCB], thread_cap((word_t)root->tcb));
    slot_init(&slot[seL4_CapInitThreadCNode], cnode_cap((word_t)slot, CNODE_BITS, guard_bits, 0));
    slot_init(&slot[seL4_CapInitThreadVSpace], arch_boot_make_vspace(root));
    slot_init(&slot[seL4_CapIRQControl], irq_control_cap());
    slot_init(&slot[seL4_CapASIDControl], asid_control_cap());
    slot_init(&slot[seL4_CapInitThreadASIDPool], asid_pool_cap((word_t)root->asid_pool, 0));
    slot_init(&slot[seL4_CapDomain], domain_cap());
    slot_init(&slot[seL4_CapInitThreadSC], sched_context_cap((word_t)root->sc, seL4_MinSchedContextBits));
}

/* Maps [start, end) to physical memory from paddr on, page by page, each with a capability in the next slot. */
BOOT_CODE static struct slot_region map_pages(struct root_task *root, struct region virtual, word_t paddr)
{
    struct slot_region slots = {root->next_slot, 0};

    for (word_t at = virtual.start; at < virtual.end; at += PAGE)
        if (!boot_provide_cap(root, arch_boot_map_frame(root, paddr + (at - virtual.start), at, true)))
            boot_fail("the root CNode is too small for the user image");
    slots.end = root->next_slot;
    return slots;
}

/* Boot info block with the device tree (12.5). */
BOOT_CODE static void make_extra_info(struct root_task *root, const struct loader_info *loader)
{
    word_t *header = root->extra;
    const word_t start = root_extra_vaddr(root);
    const struct region pages = {start, start + ((root->extra_len + PAGE - 1) & ~(PAGE - 1))};

    header[0] = BOOTINFO_HEADER_FDT;
    header[1] = root->extra_len;
    memcpy(&header[2], arch_kernel_pointer(loader->dtb.start), loader->dtb.end - loader->dtb.start);
    root->info->extra_len = root->extra_len;
    root->info->extra_bi_pages = map_pages(root, pages, arch_physical(root->extra));
}

BOOT_CODE static void map_private_pages(struct root_task *root)
{
    slot_t *slot = root->cnode;
    word_t buffer = root_ipc_buffer_vaddr(root), info = root_info_vaddr(root);

    slot_init(&slot[seL4_CapInitThreadIPCBuffer],
              arch_boot_map_frame(root, arch_physical(root->ipc_buffer), buffer, false));
    slot_init(&slot[seL4_CapBootInfoFrame], arch_boot_map_frame(root, arch_physical(root->info), info, false));
}

BOOT_CODE static void fill_info(struct root_task *root)
{
    struct boot_info *info = root->info;

    info->num_nodes = CONFIG_MAX_NUM_NODES;
    info->ipc_buffer = root_ipc_buffer_vaddr(root);
    info->init_thread_cnode_size_bits = CNODE_BITS;
}

BOOT_CODE void boot_make_root_task(struct root_task *root, const struct loader_info *loader)
{
    const word_t dtb_bytes = loader->dtb.end - loader->dtb.start;

    root->image = (struct region){loader->image.start - loader->pv_offset, loader->image.end - loader->pv_offset};
    if (dtb_bytes != 0) {
        root->extra_len = dtb_bytes + 2 * sizeof(word_t);
        root->extra_bits = highest_bit(root->extra_len - 1) + 1;
        if (root->extra_bits < seL4_PageBits)
            root->extra_bits = seL4_PageBits;
    }
    if (((root->image.start | root->image.end) & (PAGE - 1)) != 0 || root->image.end <= root->image.start ||
        root_tables_end(root) > seL4_UserTop)
        boot_fail("bad user image");
    allocate(root);
    fill_info(root);
    make_fixed_caps(root);
    root->next_slot = seL4_NumInitialCaps;
    root->info->user_image_paging.start = root->next_slot;
    arch_boot_map_tables(root, root->image.start, root_tables_end(root));
    root->info->user_image_paging.end = root->next_slot;
    map_private_pages(root);
    if (dtb_bytes != 0)
        make_extra_info(root, loader);
    root->info->sched_control.start = root->next_slot;
    boot_provide_cap(root, sched_control_cap());
    root->info->sched_control.end = root->next_slot;
    root->info->user_image_frames = map_pages(root, root->image, loader->image.start);
}
