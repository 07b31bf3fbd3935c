/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Capabilities of the architecture: frames, page tables, ASID control, ASID pools. */

#include <arch.h>
#include <arch/vspace.h>
#include <object/irq.h>

outcome_t arch_decode_invocation(struct invocation *inv)
{
    if (cap_is_frame(inv->cap))
        return frame_decode(inv);
    if (cap_is_page_table(inv->cap))
        return page_table_decode(inv);
    if (cap_is_asid_pool(inv->cap))
        return asid_pool_decode(inv);
    return asid_control_decode(inv);
}

/* MR0 irq, MR1 trigger (the PLIC has none), MR2 index, MR3 depth. */
outcome_t arch_decode_irq_control(struct invocation *inv)
{
    if (inv->label != RISCVIRQIssueIRQHandlerTrigger)
        return fail(seL4_IllegalOperation);
    if (inv->length < 4 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    return irq_issue_handler(inv, inv_mr(inv, 0), inv_mr(inv, 2), inv_mr(inv, 3));
}

outcome_t arch_derive_cap(cap_t cap, cap_t *derived)
{
    *derived = cap;
    if (cap_is_frame(cap))
        *derived = frame_cap_set_vaddr(frame_cap_set_asid(cap, 0), 0);
    else if (cap_is_page_table(cap) && !page_table_cap_mapped(cap))
        return fail(seL4_IllegalOperation);
    return DONE;
}

static void finalise_table(cap_t cap)
{
    const pte_t *table = (const pte_t *)page_table_cap_base(cap);
    word_t asid = page_table_cap_asid(cap);

    if (asid_vspace(asid) == table)
        asid_delete(asid);
    else
        vspace_unmap_table(asid, page_table_cap_vaddr(cap), table);
}

void arch_finalise_cap(cap_t cap, bool final)
{
    if (cap_is_frame(cap)) {
        if (frame_cap_asid(cap) != 0)
            vspace_unmap_frame(frame_cap_asid(cap), frame_cap_vaddr(cap), frame_cap_base(cap),
                               arch_frame_bits(cap));
    } else if (final && cap_is_mapped_table(cap)) {
        finalise_table(cap);
    } else if (final && cap_is_asid_pool(cap)) {
        asid_delete_pool(asid_pool_cap_asid_base(cap), (const void *)asid_pool_cap_base(cap));
    }
}

struct cap_extent arch_cap_extent(cap_t cap)
{
    if (cap_is_frame(cap))
        return (struct cap_extent){frame_cap_base(cap), arch_frame_bits(cap)};
    if (cap_is_page_table(cap))
        return (struct cap_extent){arch_physical((const void *)page_table_cap_base(cap)), seL4_PageTableBits};
    if (cap_is_asid_pool(cap))
        return (struct cap_extent){arch_physical((const void *)asid_pool_cap_base(cap)), seL4_ASIDPoolBits};
    return (struct cap_extent){0, 0};
}

/* Extents are naturally aligned, so a lies around b when b's base has a's high bits. */
static bool frame_within(cap_t outer, cap_t inner)
{
    word_t bits = arch_frame_bits(outer);
    return frame_cap_size(inner) <= frame_cap_size(outer) && (frame_cap_base(outer) ^ frame_cap_base(inner)) >> bits == 0;
}

bool arch_same_region(cap_t frame, cap_t cap) { return cap_is_frame(cap) && frame_within(frame, cap); }

bool arch_same_object(cap_t a, cap_t b)
{
    if (cap_is_frame(a))
        return frame_cap_base(a) == frame_cap_base(b) && frame_cap_size(a) == frame_cap_size(b) &&
               frame_cap_device(a) == frame_cap_device(b);
    if (cap_is_page_table(a))
        return page_table_cap_base(a) == page_table_cap_base(b);
    if (cap_is_asid_pool(a))
        return asid_pool_cap_base(a) == asid_pool_cap_base(b);
    return true; /* there is one ASID control */
}

cap_t arch_mask_rights(cap_t frame, word_t rights)
{
    return frame_cap_set_rights(frame, frame_cap_rights(frame) & rights);
}

/* Size field of a retypable frame type: its level in the tables. */
static word_t frame_size_of(word_t type)
{
    switch (type) {
#if CONFIG_WORD_SIZE == 64
    case seL4_RISCV_Giga_Page:
        return 2;
#endif
    case seL4_RISCV_Mega_Page:
        return 1;
    default:
        return 0;
    }
}

bool arch_type_is_frame(word_t type) { return type != seL4_RISCV_PageTableObject; }

word_t arch_object_size_bits(word_t type)
{
    return arch_type_is_frame(type) ? seL4_PageBits + frame_size_of(type) * PT_INDEX_BITS : (word_t)seL4_PageTableBits;
}

cap_t arch_create_object(word_t type, word_t paddr, bool device)
{
    if (type == seL4_RISCV_PageTableObject)
        return page_table_cap((word_t)arch_kernel_pointer(paddr), 0, 0, 0);
    return frame_cap(paddr, frame_size_of(type), device, RIGHT_READ | RIGHT_WRITE, 0, 0);
}
