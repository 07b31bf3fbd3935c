/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Page tables of Sv32 and Sv39 (privileged specification, sections 4.3 and 4.4): one set of functions, the number of levels and index
 * bits are constants. Private to kernel/arch and kernel/boot. */
#pragma once

#include <api/failures.h>
#include <arch/machine.h>
#include <arch/tlb.h>
#include <object/slot.h>
#include <types.h>

typedef word_t pte_t;

#define PTE_V ((pte_t)1 << 0)
#define PTE_R ((pte_t)1 << 1)
#define PTE_W ((pte_t)1 << 2)
#define PTE_X ((pte_t)1 << 3)
#define PTE_U ((pte_t)1 << 4)
#define PTE_G ((pte_t)1 << 5)
#define PTE_A ((pte_t)1 << 6)
#define PTE_D ((pte_t)1 << 7)
#define PTE_PPN_SHIFT 10

#define PT_INDEX_BITS ((word_t)seL4_PageTableIndexBits)
#define PT_ENTRIES BIT(seL4_PageTableIndexBits)
/* log2 of what an entry of the root table covers. */
#define PT_ROOT_BITS ((word_t)seL4_PageBits + PT_INDEX_BITS * (CONFIG_PT_LEVELS - 1))

INLINE pte_t pte_leaf(word_t paddr, pte_t flags)
{
    return (paddr >> seL4_PageBits << PTE_PPN_SHIFT) | PTE_V | PTE_A | PTE_D | flags;
}
INLINE pte_t pte_table(const pte_t *table)
{
    return (arch_physical(table) >> seL4_PageBits << PTE_PPN_SHIFT) | PTE_V;
}
INLINE bool pte_is_valid(pte_t pte) { return (pte & PTE_V) != 0; }
INLINE bool pte_is_table(pte_t pte) { return (pte & (PTE_V | PTE_R | PTE_W | PTE_X)) == PTE_V; }
INLINE word_t pte_paddr(pte_t pte) { return pte >> PTE_PPN_SHIFT << seL4_PageBits; }
INLINE pte_t *pte_next(pte_t pte) { return arch_kernel_pointer(pte_paddr(pte)); }
INLINE pte_t *pt_entry(pte_t *table, word_t vaddr, word_t bits)
{
    return &table[vaddr >> bits & MASK(PT_INDEX_BITS)];
}

/* What an entry of a user mapping says (sel4-abi.md 10.2): rights (RIGHT_*) of the cap and of the request; 0: no access. */
pte_t user_pte(word_t paddr, word_t cap_rights, word_t rights, bool execute);

/* Where a walk ends: the entry, and log2 of what it covers. */
struct walk {
    pte_t *entry;
    word_t bits;
};
/* Follows vaddr as far as there are tables. */
struct walk vspace_walk(pte_t *root, word_t vaddr);

/* satp: mode, ASID, page number of the root table (section 4.1.11). */
#if CONFIG_WORD_SIZE == 64
#define SATP_MODE ((word_t)8 << 60) /* Sv39 */
#define SATP_ASID_SHIFT 44
#else
#define SATP_MODE ((word_t)1 << 31) /* Sv32 */
#define SATP_ASID_SHIFT 22
#endif
INLINE word_t satp_value(const pte_t *root, word_t asid)
{
    return SATP_MODE | asid << SATP_ASID_SHIFT | arch_physical(root) >> seL4_PageBits;
}
INLINE pte_t *satp_root(word_t satp)
{
    return arch_kernel_pointer(satp << (WORD_BITS - SATP_ASID_SHIFT) >> (WORD_BITS - SATP_ASID_SHIFT) << seL4_PageBits);
}

#define ASID_POOLS BIT(seL4_NumASIDPoolsBits)
#define POOL_ASIDS BIT(seL4_ASIDPoolIndexBits)

/* An address space is kept in the form in which it is installed; 0: the ASID is free. */
struct asid_pool {
    word_t satp[POOL_ASIDS];
};
extern struct asid_pool *asid_pools[ASID_POOLS];

/* The address space that `asid` names now; 0: none. */
INLINE word_t asid_satp(word_t asid)
{
    const struct asid_pool *pool = asid_pools[asid >> seL4_ASIDPoolIndexBits];
    return likely(pool != NULL) ? pool->satp[asid & MASK(seL4_ASIDPoolIndexBits)] : 0;
}
/* Its root table, or NULL. */
INLINE pte_t *asid_vspace(word_t asid)
{
    word_t satp = asid_satp(asid);
    return satp == 0 ? NULL : satp_root(satp);
}
/* Takes the ASID, which has one, from its address space. */
void asid_delete(word_t asid);
void asid_delete_pool(word_t asid_base, const void *pool);
/* Boot: a pool for ASIDs from 0 on, with the initial address space as ASID 1. */
#define INIT_ASID 1u
void asid_init(void *pool, pte_t *root);

/* The kernel's own table, where no user address is mapped: for threads that have no address space. */
extern pte_t kernel_root[PT_ENTRIES];
INLINE word_t kernel_satp(word_t asid)
{
    return SATP_MODE | asid << SATP_ASID_SHIFT | arch_image_physical(kernel_root) >> seL4_PageBits;
}
/* What a thread without an address space runs on: that table, ASID 0. */
extern word_t empty_satp;
/* Installs the address space of a thread: cap is its VSpace slot, null or a table that was assigned. An ASID names an address space
 * only until its pool or root table is deleted, so table and ASID must still belong together. */
INLINE void vspace_switch(cap_t cap)
{
    word_t satp = asid_satp(page_table_cap_asid(cap)); /* of a null cap: ASID 0, which is never used */

    if (unlikely(satp == 0 || satp_root(satp) != (const pte_t *)page_table_cap_base(cap)))
        satp = empty_satp;
    csr_write(satp, satp);
}

/* Copies the kernel's own mappings into the root table of a user address space. */
void vspace_add_kernel(pte_t *root);
/* Takes away the mapping of the frame at paddr that its cap records, if it is still there. */
void vspace_unmap_frame(word_t asid, word_t vaddr, word_t paddr, word_t bits);
void vspace_unmap_table(word_t asid, word_t vaddr, const pte_t *table);

/* The kernel's window: global, never user accessible, the same root entries in every address space. It maps with the largest pages
 * RAM at VA = PA + ARCH_PV_OFFSET, the image where it is linked (one page: the link sees to it) and the PLIC: on rv64 at
 * PA + ARCH_PV_OFFSET too, on rv32, where that would be a user address, in the 4 MiB behind RAM or where the platform says. */
#if CONFIG_WORD_SIZE == 64
#define PLIC_VADDR ((word_t)PLIC_BASE + ARCH_PV_OFFSET)
#else
#ifndef DEVICE_WINDOW
#define DEVICE_WINDOW (((word_t)RAM_END + MASK(PT_ROOT_BITS)) & ~MASK(PT_ROOT_BITS))
#endif
#define PLIC_VADDR ((word_t)DEVICE_WINDOW + ((word_t)PLIC_BASE & MASK(PT_ROOT_BITS)))
#endif

/* Invocations (sel4-abi.md 10.3 to 10.5), in kernel/arch/riscv: page.c, page_table.c, asid.c. */
struct invocation;
outcome_t frame_decode(struct invocation *inv);
outcome_t page_table_decode(struct invocation *inv);
outcome_t asid_control_decode(struct invocation *inv);
outcome_t asid_pool_decode(struct invocation *inv);
/* A page table that is mapped or assigned. */
bool cap_is_mapped_table(cap_t cap);
/* The table of such a cap if its ASID is alive (else FailedLookup, InvalidRoot) and it is the root of that address space (else
 * InvalidCapability 1). NULL: the error is recorded. */
pte_t *vspace_root(cap_t cap);

/* Boot: the kernel's own table, and switching to it; then status registers, interrupt controller and timer. */
void vspace_init_kernel(void);
void arch_init_hart(void);
