/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Address spaces (valid_vspace_objs, valid_arch_caps, valid_asid_map of testing.md D.4): the ASID table and the capabilities agree, and every
 * entry that the hart would follow from a live root leads to a live table or frame whose capability says that it is mapped there,
 * with no more rights than that capability has. */

#include <arch.h>
#include <arch/vspace.h>
#include <debug/check.h>
#include <debug/debug.h>

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
static bool table_is_at(cap_t cap, const pte_t *table, word_t asid, word_t vaddr)
{
    return cap_is_mapped_table(cap) && (const pte_t *)page_table_cap_base(cap) == table && page_table_cap_asid(cap) == asid &&
           page_table_cap_vaddr(cap) == vaddr;
}

static bool frame_is_at(cap_t cap, word_t paddr, word_t bits, word_t asid, word_t vaddr)
{
    return cap_is_frame(cap) && frame_cap_base(cap) == paddr && arch_frame_bits(cap) == bits && frame_cap_asid(cap) == asid &&
           frame_cap_vaddr(cap) == vaddr;
}

/* A table in an address space has a capability that says so. */
static void check_table_entry(const pte_t *table, word_t asid, word_t vaddr)
{
    const struct checked_object *o = checked_find(CAP_PAGE_TABLE, table);
    kassert(o != NULL);
    word_t i = o->first;
    while (i < o->end && !table_is_at(checked_caps[i].slot->cap, table, asid, vaddr))
        i++;
    kassert(i < o->end);
}

/* A mapping has a capability that says so and has its rights. */
static void check_leaf(pte_t pte, word_t bits, word_t asid, word_t vaddr)
{
    const struct checked_object *o = checked_find(CAP_FRAME, arch_kernel_pointer(pte_paddr(pte)));
    kassert(pte & PTE_U);
    kassert(!(pte & PTE_W) || (pte & PTE_R));
    kassert(o != NULL);
    for (word_t i = o->first; i < o->end; i++) {
        cap_t cap = checked_caps[i].slot->cap;
        if (frame_is_at(cap, pte_paddr(pte), bits, asid, vaddr) && (!(pte & PTE_R) || (frame_cap_rights(cap) & RIGHT_READ)) &&
            (!(pte & PTE_W) || (frame_cap_rights(cap) & RIGHT_WRITE)))
            return;
    }
    kassert(false);
}

static void check_table(const pte_t *table, word_t bits, word_t asid, word_t vaddr)
{
    check_alive(CAP_PAGE_TABLE, table);
    for (word_t i = 0; i < PT_ENTRIES; i++) {
        word_t at = vaddr + (i << bits);
        if (bits == PT_ROOT_BITS && kernel_root[i] != 0) {
            kassert(table[i] == kernel_root[i]); /* the kernel's window */
        } else if (likely(table[i] == 0)) {
            continue;
        } else if (pte_is_table(table[i])) {
            kassert(bits > seL4_PageBits);
            check_table_entry(pte_next(table[i]), asid, at);
            check_table(pte_next(table[i]), bits - PT_INDEX_BITS, asid, at);
        } else {
            kassert(pte_is_valid(table[i]));
            check_leaf(table[i], bits, asid, at);
        }
    }
}

static void check_pool(const struct asid_pool *pool, word_t asid_base)
{
    const struct checked_object *o = checked_find(CAP_ASID_POOL, pool);
    kassert(o != NULL && asid_pool_cap_asid_base(o->cap) == asid_base);
    for (word_t i = 0; i < POOL_ASIDS; i++) {
        word_t asid = asid_base + i;
        if (pool->satp[i] == 0)
            continue;
        kassert(asid != 0 && pool->satp[i] == satp_value(satp_root(pool->satp[i]), asid));
        check_table_entry(satp_root(pool->satp[i]), asid, 0);
        check_table(satp_root(pool->satp[i]), PT_ROOT_BITS, asid, 0);
    }
}

void check_installed_vspace(void)
{
    cap_t cap = ks.current->slots[TCB_VSPACE].cap;
    word_t expected = kernel_satp(0);

    if (cap_is_mapped_table(cap) && asid_vspace(page_table_cap_asid(cap)) == (const pte_t *)page_table_cap_base(cap))
        expected = satp_value((const pte_t *)page_table_cap_base(cap), page_table_cap_asid(cap));
    kassert(csr_read(satp) == expected);
}

void check_vspaces(void)
{
    for (word_t i = 0; i < ASID_POOLS; i++)
        if (asid_pools[i] != NULL)
            check_pool(asid_pools[i], i << seL4_ASIDPoolIndexBits);
}
#endif
