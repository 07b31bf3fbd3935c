/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Invocations of page tables (sel4-abi.md 10.3). */

#include <arch.h>
#include <arch/vspace.h>
#include <lib.h>

static outcome_t table_map(struct invocation *inv)
{
    if (inv->length < 2 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    if (page_table_cap_mapped(inv->cap))
        return fail_capability(0);
    cap_t vspace = inv->extra[0]->cap;
    if (!cap_is_mapped_table(vspace))
        return fail_capability(1);
    word_t vaddr = inv_mr(inv, 0);
    if (vaddr >= seL4_UserTop)
        return fail_argument(0);
    pte_t *root = vspace_root(vspace);
    if (root == NULL)
        return FAILED;
    struct walk at = vspace_walk(root, vaddr);
    if (at.bits == seL4_PageBits || pte_is_valid(*at.entry))
        return fail(seL4_DeleteFirst);

    word_t asid = page_table_cap_asid(vspace);
    pte_t *table = (pte_t *)page_table_cap_base(inv->cap);
    inv->slot->cap = page_table_cap((word_t)table, 1, asid, vaddr & ~MASK(at.bits));
    *at.entry = pte_table(table);
    tlb_flush_asid(asid); /* not by page: that is for leaf entries only (privileged specification, 4.2.1) */
    return DONE;
}

static outcome_t table_unmap(struct invocation *inv)
{
    cap_t cap = inv->cap;
    pte_t *table = (pte_t *)page_table_cap_base(cap);

    if (!slot_is_final(inv->slot))
        return fail(seL4_RevokeFirst);
    if (page_table_cap_mapped(cap)) {
        if (asid_vspace(page_table_cap_asid(cap)) == table)
            return fail(seL4_RevokeFirst);
        vspace_unmap_table(page_table_cap_asid(cap), page_table_cap_vaddr(cap), table);
        clear_memory(table, BIT(seL4_PageTableBits));
        inv->slot->cap = page_table_cap((word_t)table, 0, 0, 0);
    }
    return DONE;
}

outcome_t page_table_decode(struct invocation *inv)
{
    switch (inv->label) {
    case RISCVPageTableMap:
        return table_map(inv);
    case RISCVPageTableUnmap:
        return table_unmap(inv);
    default:
        return fail(seL4_IllegalOperation);
    }
}
