/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <kata/cspace_slot.h>
#include <kata/panic.h>

static struct slot_allocator slots;
static seL4_CPtr self;

#define FULL seL4_WordBits

void cspace_init(seL4_CPtr self_cnode, uint32_t *bitmap, uint16_t first, uint16_t last)
{
    self = self_cnode;
    slot_allocator_init(&slots, bitmap, first, (uint16_t)(last - first + 1));
}

seL4_CPtr cspace_take(uint16_t n) { return slot_alloc(&slots, n); }

void cspace_give(seL4_CPtr slot, uint16_t n) { kata_assert(slot_free(&slots, (uint16_t)slot, n)); }

void cspace_discard(seL4_CPtr slot, uint16_t n)
{
    for (uint16_t i = 0; i < n; i++) {
        (void)cspace_delete(slot + i);
    }
    cspace_give(slot, n);
}

seL4_Error cspace_copy_from(seL4_CPtr slot, seL4_CPtr root, seL4_Word index)
{
    return seL4_CNode_Copy(self, slot, FULL, root, index, FULL, seL4_AllRights);
}

seL4_Error cspace_move_from(seL4_CPtr slot, seL4_CPtr root, seL4_Word index)
{
    return seL4_CNode_Move(self, slot, FULL, root, index, FULL);
}

seL4_Error cspace_copy_to(seL4_CPtr slot, seL4_CPtr root, seL4_Word index)
{
    return seL4_CNode_Copy(root, index, FULL, self, slot, FULL, seL4_AllRights);
}

seL4_Error cspace_move_to(seL4_CPtr slot, seL4_CPtr root, seL4_Word index)
{
    return seL4_CNode_Move(root, index, FULL, self, slot, FULL);
}

seL4_Error cspace_mint(seL4_CPtr dest, seL4_CPtr src, seL4_CapRights_t rights, seL4_Word badge)
{
    return seL4_CNode_Mint(self, dest, FULL, self, src, FULL, rights, badge);
}

seL4_Error cspace_delete(seL4_CPtr slot) { return seL4_CNode_Delete(self, slot, FULL); }
seL4_Error cspace_revoke(seL4_CPtr slot) { return seL4_CNode_Revoke(self, slot, FULL); }

uint16_t cspace_free_slots(void) { return slots_free(&slots); }
