/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "boot.h"

#include "buddy.h"
#include "kernel.h"

#include "camkes.h"
#include <capdl/handoff.h>
#include <kata/panic.h>
#include <platform_gen.h>
#include <sel4/invocation_gen.h>

enum { MIN_ROOT_ORDER = 8 };    /* smaller pieces are not worth a slot */

static const seL4_BootInfo *bootinfo(void)
{
    return (const seL4_BootInfo *)BOOTINFO_VADDR;
}

static const struct kata_handoff *handoff(void)
{
    const struct kata_handoff *h = (const struct kata_handoff *)(BOOTINFO_VADDR + KATA_HANDOFF_OFFSET);
    if (h->magic != KATA_HANDOFF_MAGIC || h->version != KATA_HANDOFF_VERSION) {
        panic("no hand-over from the rootserver");
    }
    return h;
}

/* How many roots have their capability. The first ones of every life have it from the life before; the next one may have it
 * too, when the service died before it could say so: then the kernel finds its slot in use. */
static KERNEL_PERSISTENT volatile uint16_t adopted;

static void note_adopted(uint16_t root, int error)
{
    if (error != seL4_NoError && error != seL4_DeleteFirst) {
        panic("root %u has no memory: error %d", (unsigned)root, error);
    }
    kernel_commit(&adopted, (uint16_t)(root + 1));
}

/* Moves a capability of the boot into the slot of a new root. False when the table of blocks is full. */
static bool adopt(uint32_t slot, uint32_t order, bool frame)
{
    uint16_t root = buddy_add_root(order, frame);
    if (root != BUDDY_NONE && root >= adopted) {
        note_adopted(root, kernel_move(buddy_slot(root), slot));
    }
    return root != BUDDY_NONE;
}

/* --- frames of the rootserver: still mapped, which buddy_rebuild ends --- */

static void adopt_remains(const struct kata_handoff *h)
{
    for (unsigned i = 0; i < KATA_HANDOFF_MAX_DEAD; i++) {
        if (h->dead_slots[i]) {
            kernel_delete(h->dead_slots[i]);
        }
    }
    for (uint32_t slot = h->recyclable_frames.start; slot < h->recyclable_frames.end; slot++) {
        adopt(slot, BUDDY_FRAME_ORDER, true);
    }
    if (h->ipc_buffer_frame) {
        adopt(h->ipc_buffer_frame, BUDDY_FRAME_ORDER, true);
    }
}

/* --- untyped memory --- */

/* Makes roots of the unused end of an untyped: aligned pieces, each as large as fits. Returns the bytes they do not cover. */
static uint32_t carve(uint32_t slot, uint32_t order, uint32_t used)
{
    uint32_t size = 1u << order, lost = used;
    uint32_t offset = (used + (1u << MIN_ROOT_ORDER) - 1) & ~((1u << MIN_ROOT_ORDER) - 1);
    lost += offset - used;
    while (offset < size) {
        uint32_t piece = MIN_ROOT_ORDER;    /* the alignment of offset > 0: size - offset is a multiple of it */
        while (!(offset >> piece & 1)) {
            piece++;
        }
        uint16_t root = buddy_add_root(piece, false);
        if (root == BUDDY_NONE) {
            return lost + size - offset;
        }
        if (root >= adopted) {
            note_adopted(root, kernel_split(slot, piece, buddy_slot(root), 1));
        }
        offset += 1u << piece;
    }
    return lost;
}

static uint32_t adopt_untyped(uint32_t slot, uint32_t order, uint32_t used)
{
    if (order < MIN_ROOT_ORDER) {
        return 1u << order;
    }
    if (used) {
        return used < 1u << order ? carve(slot, order, used) : 1u << order;
    }
    return adopt(slot, order, false) ? 0 : 1u << order;
}

static uint32_t frame_bytes(uint32_t start, uint32_t end)
{
    return (end - start) << BUDDY_FRAME_ORDER;
}

void boot_take_over(struct boot_memory *memory)
{
    const seL4_BootInfo *bi = bootinfo();
    const struct kata_handoff *h = handoff();
    buddy_init(h->free_slots.start, h->free_slots.end - h->free_slots.start);
    adopt_remains(h);
    uint32_t untyped_bytes = 0, count = (uint32_t)(bi->untyped.end - bi->untyped.start);
    memory->overhead = 0;
    for (uint32_t i = 0; i < count && i < KATA_HANDOFF_MAX_UNTYPED; i++) {
        const seL4_UntypedDesc *untyped = &bi->untypedList[i];
        if (!untyped->isDevice) {
            untyped_bytes += 1u << untyped->sizeBits;
            memory->overhead += adopt_untyped((uint32_t)bi->untyped.start + i, untyped->sizeBits, h->untyped_used[i]);
        }
    }
    uint32_t image = frame_bytes((uint32_t)bi->userImageFrames.start, (uint32_t)bi->userImageFrames.end);
    memory->user = memory->overhead + image;
    uint32_t known = untyped_bytes + image + frame_bytes(h->recyclable_frames.start, h->recyclable_frames.end) +
                     (h->ipc_buffer_frame ? 4096u : 0);
    memory->kernel = RAM_END - RAM_BASE > known ? RAM_END - RAM_BASE - known : 0;   /* 0: a kernel for a larger machine than the platform's */
}
