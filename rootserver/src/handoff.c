/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What is left goes to MemoryManager: see capdl/handoff.h. */

#include "rootserver.h"

void hand_off(void)
{
    struct kata_handoff *handoff = rs.handoff;
    seL4_BootInfo *info = rs.info;
    seL4_SlotPos image = info->userImageFrames.start;
    handoff->magic = KATA_HANDOFF_MAGIC;
    handoff->version = KATA_HANDOFF_VERSION;
    handoff->free_slots = (struct kata_slot_range){ rs.next_free, rs.end_free };
    handoff->recyclable_frames = (struct kata_slot_range){ image, image + rs.spec.header->image_first };
    handoff->ipc_buffer_frame = seL4_CapInitThreadIPCBuffer;
    handoff->dead_slots[0] = seL4_CapInitThreadTCB;
    handoff->dead_slots[1] = seL4_CapInitThreadSC;
    info->empty = (seL4_SlotRegion){ rs.next_free, rs.end_free };
    info->userImageFrames.start = image + rs.spec.header->image_first;
}
