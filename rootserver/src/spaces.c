/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Address spaces and capability spaces. */

#include "rootserver.h"

#include <model/model.h>

/* A mapping needs a capability of its own: the second mapping of a frame gets a copy. */
static seL4_CPtr frame_to_map(const struct capdl_cap *cap, unsigned index)
{
    const struct capdl_object *frame = cap_object(cap);
    seL4_SlotPos slot = cap_target(cap, index);
    if (cap->flags & CAPDL_COPY) {
        seL4_SlotPos copy = take_slot(frame, cap->offset + index);
        check(model_cap_mint(ROOT, copy, ROOT, slot, CAPDL_RIGHTS_MASK, 0), frame, cap->offset + index, "cannot be copied");
        return copy;
    }
    if (frame->flags & CAPDL_IMAGE) { /* still mapped in the boot VSpace: out of it, and into the component in place */
        check(model_unmap_page(slot), frame, cap->offset + index, "cannot be unmapped from the boot image");
    }
    return slot;
}

static unsigned mapping_rights(const struct capdl_cap *cap)
{
    return (cap->flags & 2 ? MODEL_READ : 0) | (cap->flags & 1 ? MODEL_WRITE : 0) | (cap->flags & CAPDL_EXECUTE ? MODEL_EXECUTE : 0);
}

static void map_frames(seL4_CPtr vspace, const struct capdl_cap *cap, seL4_Word vaddr)
{
    for (unsigned i = 0; i < cap->count; i++, vaddr += (seL4_Word)1 << cap_object(cap)->size_bits) {
        check(model_map_page(vspace, frame_to_map(cap, i), vaddr, mapping_rights(cap), NULL), cap_object(cap), cap->offset + i, "cannot be mapped");
    }
}

/*
 * Maps what a table at `level` (0: root) holds, and below. `base`: first address that the table covers. Tables of the boot VSpace
 * are in place already. Recursion ends at the machine's number of levels, whatever the specification says.
 */
static void map_table(seL4_CPtr vspace, const struct capdl_object *table, seL4_Word base, unsigned level)
{
    unsigned shift = seL4_PageBits + (model_paging.levels - 1u - level) * model_paging.index_bits;
    for (unsigned c = 0; c < table->caps_count; c++) {
        const struct capdl_cap *cap = &rs.spec.caps[table->caps_first + c];
        const struct capdl_object *target = cap_object(cap);
        seL4_Word vaddr = base + ((seL4_Word)cap->slot << shift);
        bool leaf = target->type == CAPDL_FRAME;
        if ((leaf ? target->size_bits != shift : level + 1u == model_paging.levels) || (!leaf && cap->count != 1)) {
            fail(target, cap->offset, "is mapped at a level where it cannot be", seL4_NoError);
        }
        if (leaf) {
            map_frames(vspace, cap, vaddr);
            continue;
        }
        if (!(target->flags & CAPDL_BOOT)) {
            check(model_map_table(vspace, cap_target(cap, 0), vaddr), target, cap->offset, "cannot be mapped");
        }
        map_table(vspace, target, vaddr, level + 1);
    }
}

void build_address_spaces(void)
{
    for (unsigned i = 0; i < rs.spec.header->object_count; i++) {
        const struct capdl_object *root = &rs.spec.objects[i];
        if (!(root->flags & CAPDL_VSPACE)) {
            continue;
        }
        seL4_CPtr vspace = object_slot(root, 0);
        if (!(root->flags & CAPDL_BOOT)) {
            check(model_vspace_init(seL4_CapInitThreadASIDPool, vspace), root, 0, "gets no ASID");
        }
        map_table(vspace, root, 0, 0);
    }
}

/* A new CNode has no guard: slots are addressed with its radix as depth. The boot CNode is addressed with full depth. */
static seL4_Error put(const struct capdl_object *cnode, seL4_Word slot, const struct capdl_cap *cap, seL4_CPtr source)
{
    seL4_CPtr root = object_slot(cnode, 0);
    seL4_Uint8 depth = cnode->flags & CAPDL_BOOT ? DEPTH : cnode->size_bits;
    seL4_CapRights_t rights = { { cap->flags & CAPDL_RIGHTS_MASK } };
    if (cap->data == 0) { /* Mint would fix a badge of 0 or a guard of 0 bits */
        return seL4_CNode_Copy(root, slot, depth, ROOT, source, DEPTH, rights);
    }
    return seL4_CNode_Mint(root, slot, depth, ROOT, source, DEPTH, rights, cap->data);
}

void build_capability_spaces(void)
{
    for (unsigned i = 0; i < rs.spec.header->object_count; i++) {
        const struct capdl_object *cnode = &rs.spec.objects[i];
        if (cnode->type != CAPDL_CNODE) {
            continue;
        }
        for (unsigned c = cnode->caps_first; c < (unsigned)cnode->caps_first + cnode->caps_count; c++) {
            const struct capdl_cap *cap = &rs.spec.caps[c];
            for (unsigned n = 0; n < cap->count; n++) {
                check(put(cnode, (seL4_Word)cap->slot + n, cap, cap_target(cap, n)), cap_object(cap), cap->offset + n,
                      "capability cannot be put into a CNode");
            }
        }
    }
}
