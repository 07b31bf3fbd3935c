/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Address spaces: the kernel's window, walking tables, and who is installed in satp. */

#include <arch.h>
#include <arch/fastpath.h>
#include <arch/vspace.h>
#include <debug/debug.h>
#include <state.h>

#include "../../boot/boot.h"

/* ASIDs are used as they are in satp, so that switching address spaces needs no flush. */
#define ASID_MAX MASK(seL4_NumASIDPoolsBits + seL4_ASIDPoolIndexBits)

/* The root entries of the kernel's window; those between RAM and PLIC are unused. An image linked apart has one of its own. */
#if CONFIG_WORD_SIZE == 64
#define WINDOW_FIRST (PLIC_VADDR >> PT_ROOT_BITS & MASK(PT_INDEX_BITS))
#define WINDOW_LAST (((word_t)RAM_END - 1 + ARCH_PV_OFFSET) >> PT_ROOT_BITS & MASK(PT_INDEX_BITS))
#else
#define WINDOW_FIRST ((word_t)RAM_BASE >> PT_ROOT_BITS)
#define WINDOW_LAST (PLIC_VADDR >> PT_ROOT_BITS)
#endif

#define IMAGE_APART (ARCH_IMAGE_OFFSET != ARCH_PV_OFFSET)
#define IMAGE_INDEX ((word_t)KERNEL_VADDR >> PT_ROOT_BITS & MASK(PT_INDEX_BITS))

pte_t kernel_root[PT_ENTRIES] __attribute__((aligned(BIT(seL4_PageTableBits)), section(".kernel_root")));

word_t empty_satp;

BOOT_CODE static void map_kernel_pages(word_t paddr, word_t vaddr, word_t end, pte_t flags)
{
    for (; paddr < end; paddr += BIT(PT_ROOT_BITS), vaddr += BIT(PT_ROOT_BITS))
        *pt_entry(kernel_root, vaddr, PT_ROOT_BITS) = pte_leaf(paddr, flags | PTE_G);
}

BOOT_CODE void vspace_init_kernel(void)
{
    const word_t ram = (word_t)RAM_BASE & ~MASK(PT_ROOT_BITS);
    const word_t plic = (word_t)PLIC_BASE & ~MASK(PT_ROOT_BITS);

    map_kernel_pages(plic, PLIC_VADDR & ~MASK(PT_ROOT_BITS), plic + 1, PTE_R | PTE_W);
    map_kernel_pages(ram, ram + ARCH_PV_OFFSET, RAM_END, IMAGE_APART ? PTE_R | PTE_W : PTE_R | PTE_W | PTE_X);
    if (IMAGE_APART)
        kernel_root[IMAGE_INDEX] = pte_leaf((word_t)KERNEL_PADDR & ~MASK(PT_ROOT_BITS), PTE_R | PTE_W | PTE_X | PTE_G);
    csr_write(satp, kernel_satp(ASID_MAX));
    tlb_flush_all();
    if (csr_read(satp) != kernel_satp(ASID_MAX))
        boot_fail("satp.ASID has fewer bits than there are ASIDs");
    empty_satp = kernel_satp(0);
    arch_switch_vspace(&idle_thread);
}

void vspace_add_kernel(pte_t *root)
{
    for (word_t i = WINDOW_FIRST; i <= WINDOW_LAST; i++)
        root[i] = kernel_root[i];
    if (IMAGE_APART)
        root[IMAGE_INDEX] = kernel_root[IMAGE_INDEX];
}

struct walk vspace_walk(pte_t *root, word_t vaddr)
{
    struct walk at = {pt_entry(root, vaddr, PT_ROOT_BITS), PT_ROOT_BITS};

    while (at.bits > seL4_PageBits && pte_is_table(*at.entry)) {
        at.bits -= PT_INDEX_BITS;
        at.entry = pt_entry(pte_next(*at.entry), vaddr, at.bits);
    }
    return at;
}

pte_t user_pte(word_t paddr, word_t cap_rights, word_t rights, bool execute)
{
    word_t both = cap_rights & rights & (RIGHT_READ | RIGHT_WRITE);
    pte_t flags = execute ? PTE_X : 0;

    if (both & RIGHT_READ)
        flags |= both & RIGHT_WRITE ? PTE_R | PTE_W : PTE_R;
    return flags == 0 ? 0 : pte_leaf(paddr, flags | PTE_U);
}

void vspace_unmap_frame(word_t asid, word_t vaddr, word_t paddr, word_t bits)
{
    pte_t *root = asid_vspace(asid);
    if (root == NULL)
        return;
    struct walk at = vspace_walk(root, vaddr);
    if (at.bits != bits || !pte_is_valid(*at.entry) || pte_paddr(*at.entry) != paddr)
        return;
    *at.entry = 0;
    tlb_flush_page(vaddr, asid);
}

void vspace_unmap_table(word_t asid, word_t vaddr, const pte_t *table)
{
    pte_t *root = asid_vspace(asid);
    if (root == NULL)
        return;
    pte_t *level = root;
    for (word_t bits = PT_ROOT_BITS; bits > seL4_PageBits; bits -= PT_INDEX_BITS) {
        pte_t *entry = pt_entry(level, vaddr, bits);
        if (!pte_is_table(*entry))
            return;
        level = pte_next(*entry);
        if (level == table) {
            *entry = 0;
            tlb_flush_asid(asid);
            return;
        }
    }
}

bool cap_is_mapped_table(cap_t cap) { return cap_is_page_table(cap) && page_table_cap_mapped(cap); }

pte_t *vspace_root(cap_t cap)
{
    pte_t *root = asid_vspace(page_table_cap_asid(cap));

    if (root == NULL)
        fail_lookup_root(false);
    else if (root != (pte_t *)page_table_cap_base(cap)) {
        fail_capability(1);
        root = NULL;
    }
    return root;
}

bool arch_is_valid_vspace(cap_t cap) { return cap_is_mapped_table(cap); }

void arch_switch_vspace(tcb_t *t) { arch_switch_thread(t); }
