// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Untyped memory and Retype (sel4-abi.md 4.3, 4.4): every object of the system is made here.
#include <object/untyped.h>

#include <arch.h>
#include <debug/debug.h>
#include <lib.h>
#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>
#include <sched/sched.h>

#define RESET_CHUNK BIT(CONFIG_RESET_CHUNK_BITS)

// A checked Retype.
struct retype {
    slot_t *source;
    slot_t *slots; // first destination
    word_t count;
    word_t type, size_bits, object_bits;
};

word_t object_size_bits(word_t type, word_t size_bits)
{
    switch (type) {
    case seL4_UntypedObject:
    case seL4_SchedContextObject:
        return size_bits;
    case seL4_TCBObject:
        return seL4_TCBBits;
    case seL4_EndpointObject:
        return seL4_EndpointBits;
    case seL4_NotificationObject:
        return seL4_NotificationBits;
    case seL4_CapTableObject:
        return size_bits + seL4_SlotBits;
    case seL4_ReplyObject:
        return seL4_ReplyBits;
    default:
        return arch_object_size_bits(type);
    }
}

static cap_t create_thread(tcb_t *t)
{
    tcb_init(t);
    return thread_cap((word_t)t);
}

cap_t object_create(word_t type, word_t paddr, word_t size_bits, bool device)
{
    if (type == seL4_UntypedObject)
        return untyped_cap(paddr, 0, device, size_bits);
    if (type > seL4_ReplyObject)
        return arch_create_object(type, paddr, device);

    word_t ptr = (word_t)arch_kernel_pointer(paddr);
    switch (type) {
    case seL4_TCBObject:
        return create_thread((tcb_t *)ptr);
    case seL4_EndpointObject:
        return endpoint_cap(ptr, 0, RIGHT_ALL);
    case seL4_NotificationObject:
        return notification_cap(ptr, 0, RIGHT_READ | RIGHT_WRITE);
    case seL4_CapTableObject:
        return cnode_cap(ptr, size_bits, 0, 0);
    case seL4_SchedContextObject:
        return sched_context_cap(ptr, size_bits);
    default:
        return reply_cap(ptr, true);
    }
}

static outcome_t check_object(struct retype *r)
{
    if (r->type >= seL4_ObjectTypeCount)
        return fail_argument(0);
    if (r->size_bits >= WORD_BITS)
        return fail_range(0, seL4_MaxUntypedBits);
    r->object_bits = object_size_bits(r->type, r->size_bits);
    if (r->object_bits > seL4_MaxUntypedBits)
        return fail_range(0, seL4_MaxUntypedBits);
    if ((r->type == seL4_CapTableObject && r->size_bits == 0) ||
        (r->type == seL4_UntypedObject && r->size_bits < seL4_MinUntypedBits) ||
        (r->type == seL4_SchedContextObject && r->size_bits < seL4_MinSchedContextBits))
        return fail_argument(1);
    return DONE;
}

// Finds the window of destination slots and checks it. The order of these checks is relied upon by sel4test.
static outcome_t check_window(const struct invocation *inv, struct retype *r)
{
    word_t depth = inv_mr(inv, 3), offset = inv_mr(inv, 4);
    cap_t node = inv->extra[0]->cap;
    if (depth != 0) {
        slot_t *slot;
        if (cspace_target(node, inv_mr(inv, 2), depth, false, &slot) != DONE)
            return FAILED;
        node = slot->cap;
    }
    if (!cap_is_cnode(node))
        return fail_lookup_missing(false, depth);

    word_t size = BIT(cnode_cap_radix(node));
    if (offset > size - 1)
        return fail_range(0, size - 1);
    if (r->count - 1 >= CONFIG_RETYPE_FAN_OUT_LIMIT)
        return fail_range(1, CONFIG_RETYPE_FAN_OUT_LIMIT);
    if (r->count > size - offset)
        return fail_range(1, size - offset);
    r->slots = (slot_t *)cnode_cap_ptr(node) + offset;
    for (word_t i = 0; i < r->count; i++) {
        if (!slot_is_empty(&r->slots[i]))
            return fail(seL4_DeleteFirst);
    }
    return DONE;
}

// Zeroes used memory from the high-water mark downwards. After each chunk the mark is moved, so an interrupted reset goes on
// where it stopped.
static outcome_t reset(slot_t *slot)
{
    cap_t cap = slot->cap;
    word_t used = untyped_cap_free(cap);
    word_t base = untyped_cap_base(cap);

    if (untyped_cap_device(cap))
        used = 0;
    while (used != 0) {
        word_t rest = (used - 1) & ~(RESET_CHUNK - 1);
        clear_memory(arch_kernel_pointer(base + rest), used - rest);
        used = rest;
        if (used != 0) {
            slot->cap = untyped_cap_set_free(cap, used);
            if (sched_preemption_point())
                return PREEMPTED;
        }
    }
    slot->cap = untyped_cap_set_free(cap, 0);
    return DONE;
}

static outcome_t retype(const struct retype *r, bool fresh)
{
    if (fresh && untyped_cap_free(r->source->cap) != 0 && reset(r->source) == PREEMPTED)
        return PREEMPTED;

    cap_t cap = r->source->cap;
    word_t base = untyped_cap_base(cap);
    word_t start = (untyped_cap_free(cap) + MASK(r->object_bits)) & ~MASK(r->object_bits);
    bool device = untyped_cap_device(cap);

    r->source->cap = untyped_cap_set_free(cap, start + (r->count << r->object_bits));
    for (word_t i = 0; i < r->count; i++) {
        cap_t object = object_create(r->type, base + start + (i << r->object_bits), r->size_bits, device);
        slot_insert_new(&r->slots[i], r->source, object);
    }
    return DONE;
}

outcome_t untyped_decode(struct invocation *inv)
{
    struct retype r;
    if (inv->label != UntypedRetype)
        return fail(seL4_IllegalOperation);
    if (inv->length < 6 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    r = (struct retype){.source = inv->slot, .type = inv_mr(inv, 0), .size_bits = inv_mr(inv, 1), .count = inv_mr(inv, 5)};
    if (check_object(&r) != DONE || check_window(inv, &r) != DONE)
        return FAILED;

    // An untyped without children is used from its start again.
    bool fresh = !slot_has_children(inv->slot);
    word_t available = BIT(untyped_cap_size_bits(inv->cap)) - (fresh ? 0 : untyped_cap_free(inv->cap));
    if (available >> r.object_bits < r.count)
        return fail_memory(available);
    if (untyped_cap_device(inv->cap) && r.type != seL4_UntypedObject &&
        !(r.type > seL4_ReplyObject && arch_type_is_frame(r.type)))
        return fail_argument(1);
    return retype(&r, fresh);
}
