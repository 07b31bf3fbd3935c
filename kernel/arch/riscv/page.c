/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Invocations of frames (sel4-abi.md 10.4). A frame cap records the one place where it is mapped. */

#include <arch.h>
#include <arch/vspace.h>

#define ATTRIBUTE_EXECUTE_NEVER 1u

/* Rows 1 to 5; *root is set when DONE. */
static outcome_t check_place(cap_t vspace, word_t vaddr, word_t bits, pte_t **root)
{
    *root = NULL;
    if (!cap_is_mapped_table(vspace))
        return fail_capability(1);
    *root = vspace_root(vspace);
    if (*root == NULL)
        return FAILED;
    if (vaddr + MASK(bits) >= seL4_UserTop)
        return fail_argument(0);
    if (vaddr & MASK(bits))
        return fail(seL4_AlignmentError);
    return DONE;
}

/* Rows 6 to 9, for the entry where the walk ended. */
static outcome_t check_entry(cap_t frame, struct walk at, word_t vaddr, word_t asid)
{
    if (at.bits != arch_frame_bits(frame))
        return fail_lookup_missing(false, at.bits);
    if (frame_cap_asid(frame) == 0)
        return pte_is_valid(*at.entry) ? fail(seL4_DeleteFirst) : DONE;
    if (frame_cap_asid(frame) != asid)
        return fail_capability(1);
    return frame_cap_vaddr(frame) == vaddr ? DONE : fail_argument(0);
}

static outcome_t page_map(struct invocation *inv)
{
    cap_t frame = inv->cap;
    pte_t *root;

    if (inv->length < 3 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    cap_t vspace = inv->extra[0]->cap;
    word_t vaddr = inv_mr(inv, 0), asid = page_table_cap_asid(vspace);
    outcome_t checked = check_place(vspace, vaddr, arch_frame_bits(frame), &root);
    if (checked != DONE)
        return checked;
    struct walk at = vspace_walk(root, vaddr);
    checked = check_entry(frame, at, vaddr, asid);
    if (checked != DONE)
        return checked;
    inv->slot->cap = frame_cap_set_vaddr(frame_cap_set_asid(frame, asid), vaddr);
    *at.entry = user_pte(frame_cap_base(frame), frame_cap_rights(frame), inv_mr(inv, 1),
                         !(inv_mr(inv, 2) & ATTRIBUTE_EXECUTE_NEVER));
    tlb_flush_page(vaddr, asid);
    return DONE;
}

static outcome_t page_unmap(struct invocation *inv)
{
    cap_t cap = inv->cap;

    if (frame_cap_asid(cap) != 0) {
        vspace_unmap_frame(frame_cap_asid(cap), frame_cap_vaddr(cap), frame_cap_base(cap), arch_frame_bits(cap));
        inv->slot->cap = frame_cap_set_vaddr(frame_cap_set_asid(cap, 0), 0);
    }
    return DONE;
}

outcome_t frame_decode(struct invocation *inv)
{
    switch (inv->label) {
    case RISCVPageMap:
        return page_map(inv);
    case RISCVPageUnmap:
        return page_unmap(inv);
    case RISCVPageGetAddress:
        inv_result(inv, 0, frame_cap_base(inv->cap));
        return DONE;
    default:
        return fail(seL4_IllegalOperation);
    }
}
