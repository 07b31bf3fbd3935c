/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "objects.h"

#include "buddy.h"
#include "memory_manager.h"

#include <sel4/invocation_gen.h>

/* log2 bytes of the types without a size argument; 0: another kind of type. */
static uint8_t fixed_bits(uint32_t type)
{
    switch (type) {
    case seL4_TCBObject: return seL4_TCBBits;
    case seL4_EndpointObject: return seL4_EndpointBits;
    case seL4_NotificationObject: return seL4_NotificationBits;
    case seL4_ReplyObject: return seL4_ReplyBits;
    case seL4_RISCV_4K_Page: return seL4_PageBits;
    case seL4_RISCV_Mega_Page: return seL4_LargePageBits;
    case seL4_RISCV_PageTableObject: return seL4_PageTableBits;
    default: return 0;
    }
}

/* Lowest and highest size argument, and what is added to it to get log2 bytes; false: not such a type. */
static bool size_range(uint32_t type, uint32_t *low, uint32_t *high, uint32_t *slot_bits)
{
    *slot_bits = 0;
    *high = BUDDY_MAX_ORDER;
    switch (type) {
    case seL4_UntypedObject:
        *low = seL4_MinUntypedBits;
        return true;
    case seL4_SchedContextObject:
        *low = seL4_MinSchedContextBits;
        return true;
    case seL4_CapTableObject:
        *low = 1;
        *slot_bits = seL4_SlotBits;
        *high = BUDDY_MAX_ORDER - seL4_SlotBits;
        return true;
    default:
        return false;
    }
}

int object_shape(const struct object_request *request, struct object_shape *shape)
{
    uint32_t low, high, slot_bits;
    if (size_range(request->type, &low, &high, &slot_bits)) {
        if (request->size < low || request->size > high) {
            return MEMORY_OBJ_COUNT_INVALID;
        }
        *shape = (struct object_shape){ (uint8_t)(request->size + slot_bits), (uint8_t)request->size, 1 };
        return MEMORY_SUCCESS;
    }
    uint8_t bits = fixed_bits(request->type);
    if (bits == 0) {
        return MEMORY_OBJ_TYPE_INVALID;
    }
    if (request->size == 0 || request->size > ALLOCATION_MAX_OBJECTS) {
        return MEMORY_OBJ_COUNT_INVALID;
    }
    *shape = (struct object_shape){ bits, 0, (uint16_t)request->size };
    return MEMORY_SUCCESS;
}
