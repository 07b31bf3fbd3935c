/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Which slot an object is in, and how each kind is made. */

#include "rootserver.h"

/* Slot of an object that the kernel made. */
static seL4_SlotPos boot_slot(const struct capdl_object *object)
{
    switch (object->type) {
    case CAPDL_CNODE:
        return seL4_CapInitThreadCNode;
    case CAPDL_PAGE_TABLE:
        return object->flags & CAPDL_VSPACE ? seL4_CapInitThreadVSpace : rs.info->userImagePaging.start + object->data;
    case CAPDL_FRAME:
        return seL4_CapBootInfoFrame;
    case CAPDL_ASID_POOL:
        return seL4_CapInitThreadASIDPool;
    case CAPDL_SCHED_CONTROL:
        return rs.info->schedcontrol.start + object->data;
    case CAPDL_IRQ_CONTROL:
        return seL4_CapIRQControl;
    case CAPDL_ASID_CONTROL:
        return seL4_CapASIDControl;
    default:
        return seL4_CapDomain;
    }
}

seL4_SlotPos object_slot(const struct capdl_object *object, unsigned index)
{
    if (object->flags & CAPDL_BOOT) {
        return boot_slot(object);
    }
    if (object->flags & CAPDL_IMAGE) {
        return rs.info->userImageFrames.start + object->data + index;
    }
    return rs.first_object + object->first_id + index;
}

seL4_SlotPos cap_target(const struct capdl_cap *cap, unsigned index)
{
    return object_slot(cap_object(cap), cap->offset + index);
}

seL4_SlotPos take_slot(const struct capdl_object *object, unsigned index)
{
    if (rs.next_free >= rs.end_free) {
        fail(object, index, "no slot left for a copy of its capability", seL4_NoError);
    }
    return rs.next_free++;
}

/* Kernel type and log2 size of what is made from untyped memory; false for other kinds. */
static bool retype_arguments(const struct capdl_object *object, seL4_Word *type, unsigned *bits)
{
    static const struct {
        uint8_t type;
        uint8_t bits; /* 0: from size_bits */
    } kinds[] = {
        [CAPDL_ENDPOINT] = { seL4_EndpointObject, seL4_EndpointBits },
        [CAPDL_NOTIFICATION] = { seL4_NotificationObject, seL4_NotificationBits },
        [CAPDL_TCB] = { seL4_TCBObject, seL4_TCBBits },
        [CAPDL_CNODE] = { seL4_CapTableObject, 0 },
        [CAPDL_UNTYPED] = { seL4_UntypedObject, 0 },
        [CAPDL_SCHED_CONTEXT] = { seL4_SchedContextObject, 0 },
        [CAPDL_RT_REPLY] = { seL4_ReplyObject, seL4_ReplyBits },
        [CAPDL_FRAME] = { seL4_RISCV_4K_Page, seL4_PageBits },
        [CAPDL_PAGE_TABLE] = { seL4_RISCV_PageTableObject, seL4_PageTableBits },
    };
    if (object->type > CAPDL_PAGE_TABLE) {
        return false;
    }
    *type = kinds[object->type].type;
    *bits = kinds[object->type].bits ? kinds[object->type].bits : object->size_bits;
    if (object->type == CAPDL_CNODE) {
        *bits += seL4_SlotBits;
    }
    return true;
}

/* A new ASID pool: the untyped it is made of stays its parent, in a slot of its own. */
static void create_asid_pool(const struct capdl_object *object, seL4_SlotPos slot)
{
    seL4_SlotPos untyped = take_slot(object, 0);
    if (memory_create(object, seL4_UntypedObject, seL4_ASIDPoolBits, seL4_ASIDPoolBits, untyped, 1) == 0) {
        fail(object, 0, "no memory left", seL4_NoError);
    }
    check(seL4_RISCV_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, slot, DEPTH), object, 0, "cannot be made");
}

static void create_interrupt(const struct capdl_object *object, seL4_SlotPos slot)
{
    seL4_Word edge = object->data & CAPDL_EDGE ? 1 : 0;
    check(seL4_IRQControl_GetTrigger(seL4_CapIRQControl, object->data & ~CAPDL_EDGE, edge, ROOT, slot, DEPTH), object, 0,
          "interrupt cannot be taken");
}

static void create(const struct capdl_object *object)
{
    seL4_SlotPos slot = object_slot(object, 0);
    seL4_Word type;
    unsigned bits;
    if (object->flags & CAPDL_DEVICE) {
        memory_create_device(object, slot);
    } else if (retype_arguments(object, &type, &bits)) {
        for (unsigned done = 0, made; done < object->count; done += made) {
            made = memory_create(object, type, object->size_bits, bits, slot + done, object->count - done);
            if (made == 0) {
                fail(object, done, "no memory left", seL4_NoError);
            }
        }
    } else if (object->type == CAPDL_ASID_POOL) {
        create_asid_pool(object, slot);
    } else {
        create_interrupt(object, slot);
    }
}

/* Objects outside the image or the kernel's paging structures cannot be addressed. */
static void check_given(const struct capdl_object *object)
{
    seL4_Word pages = rs.info->userImageFrames.end - rs.info->userImageFrames.start;
    seL4_Word tables = rs.info->userImagePaging.end - rs.info->userImagePaging.start;
    if ((object->flags & CAPDL_IMAGE) && object->data + object->count > pages) {
        fail(object, 0, "is not in the boot image", seL4_NoError);
    }
    if ((object->flags & CAPDL_BOOT) && object->type == CAPDL_PAGE_TABLE && !(object->flags & CAPDL_VSPACE) && object->data >= tables) {
        fail(object, 0, "is not among the boot page tables", seL4_NoError);
    }
}

void create_objects(void)
{
    for (unsigned i = 0; i < rs.spec.header->object_count; i++) {
        const struct capdl_object *object = &rs.spec.objects[i];
        if (capdl_has_ids(object)) {
            create(object);
        } else {
            check_given(object);
        }
    }
}
