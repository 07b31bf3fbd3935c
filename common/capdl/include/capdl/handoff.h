/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/*
 * What the rootserver leaves behind for MemoryManager.
 *
 * MemoryManager runs on the boot CNode (radix 10) and, unless its assembly says otherwise, inside the rootserver's
 * old VSpace, whose two tables would be lost memory after boot. The bootinfo frame is mapped at BOOTINFO_VADDR:
 *   offset 0     seL4_BootInfo as the kernel wrote it, with `empty` = the slots that are really free and
 *                `userImageFrames` = the component pages (in use for ever)
 *   offset 2048  struct kata_handoff
 *
 * At its start MemoryManager deletes the caps in dead_slots[] (the rootserver's thread and scheduling context: from
 * then on nothing of the rootserver can run), and may then use the recyclable frames: each of them is still mapped
 * in the boot VSpace and has to be unmapped (seL4_RISCV_Page_Unmap) or deleted before it is mapped elsewhere. They
 * are frames, not untyped memory, because they are part of the boot image. It must not delete
 * seL4_CapInitThreadVSpace, the paging caps or any slot in neither list: those belong to the components.
 */

#include <stdint.h>

#define KATA_HANDOFF_MAGIC 0x4b48414eu /* "KHAN" */
#define KATA_HANDOFF_VERSION 1u
#define KATA_HANDOFF_OFFSET 2048u
#define KATA_HANDOFF_MAX_UNTYPED 230u
#define KATA_HANDOFF_MAX_DEAD 2u

/* Half-open range of slots in the boot CNode. */
struct kata_slot_range {
    uint32_t start;
    uint32_t end;
};

struct kata_handoff {
    uint32_t magic;
    uint32_t version;
    struct kata_slot_range free_slots;        /* same as bootinfo->empty: end is the first assembly slot (960) */
    struct kata_slot_range recyclable_frames; /* 4 KiB frames of the rootserver and its spec */
    uint32_t ipc_buffer_frame;                /* slot of one more recyclable frame */
    uint32_t dead_slots[KATA_HANDOFF_MAX_DEAD]; /* caps to delete, in this order; 0 = none */
    uint32_t untyped_count;                   /* entries below; index as in bootinfo->untypedList */
    /* Bytes of the untyped used from its start (its watermark). A device untyped that was searched for device
     * frames is used as far as the last of them. */
    uint32_t untyped_used[KATA_HANDOFF_MAX_UNTYPED];
};

_Static_assert(KATA_HANDOFF_OFFSET + sizeof(struct kata_handoff) <= 4096, "handoff fits into the bootinfo frame");
