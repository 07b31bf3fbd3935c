/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Capability spaces: slots addressed with full depth. */
#include <model/model.h>

seL4_Error model_cap_mint(seL4_CPtr dest_root, seL4_Word dest_slot, seL4_CPtr src_root, seL4_Word src_slot, seL4_Word rights, seL4_Word badge)
{
    if (badge == 0) { /* Mint would set a guard of 0 in a CNode capability */
        return seL4_CNode_Copy(dest_root, dest_slot, seL4_WordBits, src_root, src_slot, seL4_WordBits, SEL4_RIGHTS(rights));
    }
    return seL4_CNode_Mint(dest_root, dest_slot, seL4_WordBits, src_root, src_slot, seL4_WordBits, SEL4_RIGHTS(rights), badge);
}

seL4_Error model_cap_move(seL4_CPtr dest_root, seL4_Word dest_slot, seL4_CPtr src_root, seL4_Word src_slot)
{
    return seL4_CNode_Move(dest_root, dest_slot, seL4_WordBits, src_root, src_slot, seL4_WordBits);
}

seL4_Error model_cap_delete(seL4_CPtr root, seL4_Word slot)
{
    return seL4_CNode_Delete(root, slot, seL4_WordBits);
}
