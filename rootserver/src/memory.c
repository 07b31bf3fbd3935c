/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * Objects from untyped memory. Each is cut from the smallest untyped that has room, so that the odd pieces between kernel and
 * image are used up and the large ones reach MemoryManager untouched. The specification lists objects from large to small:
 * watermarks never need rounding up for alignment.
 */

#include "rootserver.h"

/* The kernel makes at most this many objects in one call (sel4-abi 4.3; its configuration says how many). */
#define FAN_OUT seL4_UntypedRetypeMaxObjects

static seL4_UntypedDesc *descriptor(unsigned i) { return &rs.info->untypedList[i]; }

static seL4_CPtr untyped_slot(unsigned i) { return rs.info->untyped.start + i; }

void memory_init(void)
{
    seL4_Word count = rs.info->untyped.end - rs.info->untyped.start;
    /* The list must not reach into the handoff (it could on machines with 64-bit words). */
    seL4_Word room = (KATA_HANDOFF_OFFSET - offsetof(seL4_BootInfo, untypedList)) / sizeof(seL4_UntypedDesc);
    if (count > room) {
        count = room;
        rs.info->untyped.end = rs.info->untyped.start + count;
    }
    rs.handoff->untyped_count = (uint32_t)count;
    for (unsigned i = 0; i < count; i++) {
        rs.handoff->untyped_used[i] = 0;
    }
}

/* Objects of 2^bits bytes that still fit into untyped i; *start: offset of the first. */
static seL4_Word room_in(unsigned i, unsigned bits, seL4_Word *start)
{
    seL4_Word size = (seL4_Word)1 << descriptor(i)->sizeBits;
    seL4_Word align = ((seL4_Word)1 << bits) - 1;
    *start = (rs.handoff->untyped_used[i] + align) & ~align;
    return *start < size ? (size - *start) >> bits : 0;
}

/* The smallest untyped with room for at least one object, or -1. */
static int best_untyped(unsigned bits)
{
    int best = -1;
    for (unsigned i = 0; i < rs.handoff->untyped_count; i++) {
        seL4_Word start;
        if (!descriptor(i)->isDevice && room_in(i, bits, &start) > 0 &&
            (best < 0 || descriptor(i)->sizeBits < descriptor((unsigned)best)->sizeBits)) {
            best = (int)i;
        }
    }
    return best;
}

unsigned memory_create(const struct capdl_object *object, seL4_Word type, seL4_Word size, unsigned bits, seL4_SlotPos slot, unsigned count)
{
    int chosen = best_untyped(bits);
    if (chosen < 0) {
        return 0;
    }
    unsigned i = (unsigned)chosen;
    seL4_Word start;
    seL4_Word fits = room_in(i, bits, &start);
    count = count < fits ? count : (unsigned)fits;
    count = count < FAN_OUT ? count : FAN_OUT;
    check(seL4_Untyped_Retype(untyped_slot(i), type, size, ROOT, 0, 0, slot, count), object, 0, "cannot be created");
    rs.handoff->untyped_used[i] = (uint32_t)(start + ((seL4_Word)count << bits));
    return count;
}

/* Index of the device untyped that holds the address. */
static unsigned device_untyped(const struct capdl_object *object, seL4_Word paddr)
{
    for (unsigned i = 0; i < rs.handoff->untyped_count; i++) {
        const seL4_UntypedDesc *d = descriptor(i);
        if (d->isDevice && paddr >= d->paddr && paddr - d->paddr < (seL4_Word)1 << d->sizeBits) {
            return i;
        }
    }
    fail(object, 0, "is not in the device memory that the kernel gives out", seL4_NoError);
}

/* Log2 of the largest block that is aligned at `offset` and not larger than `left`. */
static unsigned block_bits(seL4_Word offset, seL4_Word left)
{
    unsigned bits = seL4_MinUntypedBits;
    while (bits < seL4_MaxUntypedBits && !(offset & ((seL4_Word)1 << bits)) && (seL4_Word)2 << bits <= left) {
        bits++;
    }
    return bits;
}

/* Moves the watermark of a device untyped up to `target` by untypeds in the slots from rs.next_free on. Returns how many: they
 * have to stay until the frames behind them exist. */
static unsigned skip_to(const struct capdl_object *object, unsigned i, seL4_Word target)
{
    unsigned made = 0;
    while (rs.handoff->untyped_used[i] < target) {
        seL4_Word offset = rs.handoff->untyped_used[i];
        unsigned bits = block_bits(offset, target - offset);
        if (rs.next_free + made >= rs.end_free) {
            fail(object, 0, "no slots left to reach it", seL4_NoError);
        }
        check(seL4_Untyped_Retype(untyped_slot(i), seL4_UntypedObject, bits, ROOT, 0, 0, rs.next_free + made, 1), object, 0, "cannot be reached");
        rs.handoff->untyped_used[i] += (uint32_t)1 << bits;
        made++;
    }
    return made;
}

static seL4_Word frame_type(const struct capdl_object *object)
{
    if (object->size_bits != seL4_PageBits && object->size_bits != seL4_LargePageBits) {
        fail(object, 0, "is of a size that frames do not have", seL4_NoError);
    }
    return object->size_bits == seL4_PageBits ? seL4_RISCV_4K_Page : seL4_RISCV_Mega_Page;
}

void memory_create_device(const struct capdl_object *object, seL4_SlotPos slot)
{
    seL4_Word paddr = (seL4_Word)object->data << seL4_PageBits;
    unsigned i = device_untyped(object, paddr);
    seL4_Word target = paddr - descriptor(i)->paddr;
    if (target < rs.handoff->untyped_used[i]) {
        fail(object, 0, "lies before a device frame that is already made", seL4_NoError);
    }
    unsigned fillers = skip_to(object, i, target);
    for (unsigned done = 0; done < object->count; done += FAN_OUT) {
        unsigned count = object->count - done < FAN_OUT ? object->count - done : FAN_OUT;
        check(seL4_Untyped_Retype(untyped_slot(i), frame_type(object), 0, ROOT, 0, 0, slot + done, count), object, done, "cannot be created");
    }
    rs.handoff->untyped_used[i] += (uint32_t)object->count << object->size_bits;
    while (fillers) {
        check(seL4_CNode_Delete(ROOT, rs.next_free + --fillers, DEPTH), object, 0, "filler cannot be deleted");
    }
}
