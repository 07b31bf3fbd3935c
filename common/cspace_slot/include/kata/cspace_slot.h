/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Free slots of the component's own CNode, and the capabilities put there: a slot is taken, filled by one of
 * the copying functions (or as a receive slot), and given back together with its capability. */
#ifndef KATA_CSPACE_SLOT_H
#define KATA_CSPACE_SLOT_H

#include <kata/slot_allocator.h>
#include <sel4/sel4.h>

/* The own CNode (addressed with full depth) and its free slots first..last; bitmap as for slot_allocator_init. */
void cspace_init(seL4_CPtr self_cnode, uint32_t *bitmap, uint16_t first, uint16_t last);

/* n neighbouring empty slots, or 0; and the way back for slots that hold nothing any more. */
seL4_CPtr cspace_take(uint16_t n);
void cspace_give(seL4_CPtr slot, uint16_t n);

/* Deletes the capabilities in n slots and gives the slots back. */
void cspace_discard(seL4_CPtr slot, uint16_t n);

/* Fills a taken, empty slot of the own CNode from (root, index), addressed with full depth. */
seL4_Error cspace_copy_from(seL4_CPtr slot, seL4_CPtr root, seL4_Word index);
seL4_Error cspace_move_from(seL4_CPtr slot, seL4_CPtr root, seL4_Word index);
/* Copies, or moves, the capability in a slot of the own CNode to the empty slot (root, index). */
seL4_Error cspace_copy_to(seL4_CPtr slot, seL4_CPtr root, seL4_Word index);
seL4_Error cspace_move_to(seL4_CPtr slot, seL4_CPtr root, seL4_Word index);
/* Copies a capability of the own CNode into another of its slots, with fewer rights and a badge. */
seL4_Error cspace_mint(seL4_CPtr dest, seL4_CPtr src, seL4_CapRights_t rights, seL4_Word badge);

seL4_Error cspace_delete(seL4_CPtr slot);
seL4_Error cspace_revoke(seL4_CPtr slot);

/* Free slots: what must be the same before and after. */
uint16_t cspace_free_slots(void);

#endif
