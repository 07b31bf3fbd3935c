/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The root task's address space at boot (sel4-abi.md 12.3). */

#include <arch.h>
#include <arch/vspace.h>

#include "../../boot/boot.h"

BOOT_CODE word_t arch_boot_table_count(word_t start, word_t end)
{
    word_t count = 0;

    for (word_t bits = PT_ROOT_BITS; bits > seL4_PageBits; bits -= PT_INDEX_BITS)
        count += ((end - 1) >> bits) - (start >> bits) + 1;
    return count;
}

/* Level by level from the top, ascending (12.4): each walk ends where the table is missing. */
BOOT_CODE void arch_boot_map_tables(struct root_task *root, word_t start, word_t end)
{
    char *table = root->tables;

    for (word_t bits = PT_ROOT_BITS; bits > seL4_PageBits; bits -= PT_INDEX_BITS)
        for (word_t vaddr = start & ~MASK(bits); vaddr < end; vaddr += BIT(bits)) {
            *vspace_walk(root->vspace, vaddr).entry = pte_table((pte_t *)table);
            if (!boot_provide_cap(root, page_table_cap((word_t)table, 1, INIT_ASID, vaddr)))
                boot_fail("the root CNode is too small for page tables");
            table += BIT(seL4_PageTableBits);
        }
}

BOOT_CODE cap_t arch_boot_map_frame(struct root_task *root, word_t paddr, word_t vaddr, bool execute)
{
    *vspace_walk(root->vspace, vaddr).entry = user_pte(paddr, RIGHT_READ | RIGHT_WRITE, RIGHT_READ | RIGHT_WRITE, execute);
    return frame_cap(paddr, 0, 0, RIGHT_READ | RIGHT_WRITE, INIT_ASID, vaddr);
}

BOOT_CODE cap_t arch_boot_make_vspace(struct root_task *root)
{
    vspace_add_kernel(root->vspace);
    asid_init(root->asid_pool, root->vspace);
    return page_table_cap((word_t)root->vspace, 1, INIT_ASID, 0);
}

BOOT_CODE void arch_boot_init(void)
{
    vspace_init_kernel();
    arch_init_hart();
}
