// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// What every kind of capability can do: one switch per question.
#include <object/cap.h>

#include <arch.h>
#include <debug/debug.h>
#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/irq.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>
#include <sched/sched.h>

slot_t *zombie_slots(cap_t zombie)
{
    word_t kind = zombie_cap_kind(zombie);
    if (kind == TCB_KIND)
        return ((tcb_t *)(zombie_cap_id(zombie) & ~MASK(seL4_TCBBits)))->slots;
    return (slot_t *)(zombie_cap_id(zombie) & ~MASK(kind + 1));
}

word_t zombie_count(cap_t zombie)
{
    word_t kind = zombie_cap_kind(zombie);
    return zombie_cap_id(zombie) & (kind == TCB_KIND ? MASK(seL4_TCBBits) : MASK(kind + 1));
}

cap_t zombie_set_count(cap_t zombie, word_t count)
{
    return zombie_cap_set_id(zombie, zombie_cap_id(zombie) - zombie_count(zombie) + count);
}

static struct cap_extent extent_of(word_t pointer, word_t bits)
{
    return (struct cap_extent){arch_physical((void *)pointer), bits};
}

static struct cap_extent zombie_extent(cap_t cap)
{
    word_t kind = zombie_cap_kind(cap);
    word_t bits = kind == TCB_KIND ? seL4_TCBBits : kind + seL4_SlotBits;
    return extent_of(zombie_cap_id(cap) & ~MASK(bits), bits);
}

struct cap_extent cap_extent(cap_t cap)
{
    switch (cap_tag(cap)) {
    case CAP_UNTYPED:
        return (struct cap_extent){untyped_cap_base(cap), untyped_cap_size_bits(cap)};
    case CAP_ENDPOINT:
        return extent_of(endpoint_cap_ptr(cap), seL4_EndpointBits);
    case CAP_NOTIFICATION:
        return extent_of(notification_cap_ptr(cap), seL4_NotificationBits);
    case CAP_REPLY:
        return extent_of(reply_cap_ptr(cap), seL4_ReplyBits);
    case CAP_CNODE:
        return extent_of(cnode_cap_ptr(cap), cnode_cap_radix(cap) + seL4_SlotBits);
    case CAP_THREAD:
        return extent_of(thread_cap_ptr(cap), seL4_TCBBits);
    case CAP_SCHED_CONTEXT:
        return extent_of(sched_context_cap_ptr(cap), sched_context_cap_size_bits(cap));
    case CAP_ZOMBIE:
        return zombie_extent(cap);
    case CAP_NULL:
    case CAP_IRQ_CONTROL:
    case CAP_IRQ_HANDLER:
    case CAP_DOMAIN:
    case CAP_SCHED_CONTROL:
        return (struct cap_extent){0, 0};
    default:
        return arch_cap_extent(cap);
    }
}

static bool within_untyped(cap_t untyped, cap_t cap)
{
    struct cap_extent e = cap_extent(cap);
    word_t bits = untyped_cap_size_bits(untyped);
    return e.bits != 0 && e.bits <= bits && e.base - untyped_cap_base(untyped) <= MASK(bits);
}

bool cap_same_region(cap_t a, cap_t b)
{
    if (cap_is_untyped(a))
        return within_untyped(a, b);
    if (cap_is_irq_control(a))
        return cap_is_irq_control(b) || cap_is_irq_handler(b);
    if (cap_is_frame(a))
        return arch_same_region(a, b);
    return cap_same_object(a, b);
}

bool cap_same_object(cap_t a, cap_t b)
{
    word_t tag = cap_tag(a);
    if (tag != cap_tag(b))
        return false;
    switch (tag) {
    case CAP_ENDPOINT:
        return endpoint_cap_ptr(a) == endpoint_cap_ptr(b);
    case CAP_NOTIFICATION:
        return notification_cap_ptr(a) == notification_cap_ptr(b);
    case CAP_REPLY:
        return reply_cap_ptr(a) == reply_cap_ptr(b);
    case CAP_CNODE:
        return cnode_cap_ptr(a) == cnode_cap_ptr(b) && cnode_cap_radix(a) == cnode_cap_radix(b);
    case CAP_THREAD:
        return thread_cap_ptr(a) == thread_cap_ptr(b);
    case CAP_SCHED_CONTEXT:
        return sched_context_cap_ptr(a) == sched_context_cap_ptr(b);
    case CAP_IRQ_HANDLER:
        return irq_handler_cap_irq(a) == irq_handler_cap_irq(b);
    case CAP_DOMAIN:
    case CAP_SCHED_CONTROL:
        return true;
    case CAP_NULL:
    case CAP_UNTYPED:
    case CAP_IRQ_CONTROL:
    case CAP_ZOMBIE:
        return false;
    default:
        return arch_same_object(a, b);
    }
}

cap_t cap_mask_rights(cap_t cap, word_t rights)
{
    switch (cap_tag(cap)) {
    case CAP_ENDPOINT:
        return endpoint_cap_set_rights(cap, endpoint_cap_rights(cap) & rights);
    case CAP_NOTIFICATION:
        return notification_cap_set_rights(cap, notification_cap_rights(cap) & rights);
    case CAP_REPLY:
        return reply_cap_set_can_grant(cap, reply_cap_can_grant(cap) & (rights / RIGHT_GRANT));
    case CAP_FRAME:
        return arch_mask_rights(cap, rights);
    default:
        return cap;
    }
}

static cap_t cnode_set_guard(cap_t cap, word_t data)
{
    guard_data_t g = {{data, 0}};
    word_t size = guard_data_guard_size(g);
    if (size + cnode_cap_radix(cap) > WORD_BITS)
        return null_cap();
    return cnode_cap_set_guard(cnode_cap_set_guard_size(cap, size), guard_data_guard(g) & MASK(size));
}

cap_t cap_update_data(cap_t cap, word_t data, bool preserve)
{
    switch (cap_tag(cap)) {
    case CAP_ENDPOINT:
        if (preserve || endpoint_cap_badge(cap) != 0)
            return null_cap();
        return endpoint_cap_set_badge(cap, data);
    case CAP_NOTIFICATION:
        if (preserve || notification_cap_badge(cap) != 0)
            return null_cap();
        return notification_cap_set_badge(cap, data);
    case CAP_CNODE:
        return cnode_set_guard(cap, data);
    default:
        return cap;
    }
}

outcome_t cap_derive(const slot_t *slot, cap_t cap, cap_t *derived)
{
    *derived = cap;
    switch (cap_tag(cap)) {
    case CAP_UNTYPED:
        return slot_has_children(slot) ? fail(seL4_RevokeFirst) : DONE;
    case CAP_ZOMBIE:
    case CAP_IRQ_CONTROL:
        *derived = null_cap();
        return DONE;
    case CAP_FRAME:
    case CAP_PAGE_TABLE:
        return arch_derive_cap(cap, derived);
    default:
        return DONE;
    }
}

static void thread_finalise(tcb_t *t)
{
    notification_unbind(t);
    if (t->sc != NULL) {
        sc_complete_yield(t->sc);
        sc_unbind_tcb(t->sc);
    }
    tcb_suspend(t);
    arch_forget_thread(t);
    tcb_forget(t);
}

void cap_finalise(cap_t cap, bool final, struct finalised *out)
{
    out->remainder = null_cap();
    out->irq = 0;

    word_t tag = cap_tag(cap);
    if (tag & 1u) { // the architecture's tags are the odd ones
        arch_finalise_cap(cap, final);
        return;
    }
    if (!final)
        return;
    switch (tag) {
    case CAP_ENDPOINT:
        endpoint_cancel_all((endpoint_t *)endpoint_cap_ptr(cap));
        break;
    case CAP_NOTIFICATION:
        notification_finalise((notification_t *)notification_cap_ptr(cap));
        break;
    case CAP_REPLY:
        reply_finalise((reply_t *)reply_cap_ptr(cap));
        break;
    case CAP_CNODE:
        out->remainder = zombie_cap(cnode_cap_ptr(cap) | BIT(cnode_cap_radix(cap)), cnode_cap_radix(cap));
        break;
    case CAP_THREAD:
        thread_finalise(tcb_of_cap(cap));
        out->remainder = zombie_cap(thread_cap_ptr(cap) | TCB_SLOTS, TCB_KIND);
        break;
    case CAP_SCHED_CONTEXT:
        sc_finalise((sched_context_t *)sched_context_cap_ptr(cap));
        break;
    case CAP_IRQ_HANDLER:
        out->irq = irq_handler_cap_irq(cap);
        irq_finalise(out->irq);
        break;
    default:
        break;
    }
}
