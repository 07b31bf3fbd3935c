// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Invoking capabilities: from an address to an effect and a reply.
#include <api/invocation.h>

#include <api/fault.h>
#include <api/invoke.h>
#include <arch.h>
#include <debug/error_text.h>
#include <ipc/message.h>
#include <object/cap.h>
#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/irq.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>
#include <object/untyped.h>
#include <sched/sched.h>

void inv_result(struct invocation *inv, word_t n, word_t value)
{
    if (!(inv->flags & INVOKE_CALL))
        return;
    if (n < REG_MESSAGE_COUNT) {
        ks.current->context.reg[REG_MESSAGE + n] = value;
    } else {
        word_t *buffer = tcb_ipc_buffer(ks.current, true);
        if (buffer == NULL)
            return;
        buffer[BUFFER_MR(n)] = value;
    }
    inv->reply_length = n + 1;
}

void inv_result64(struct invocation *inv, uint64_t value)
{
    inv_result(inv, 0, (word_t)value);
    if (sizeof(word_t) == 4)
        inv_result(inv, 1, (word_t)(value >> 32));
}

// Details of a FailedLookup behind MR0; returns the length of the reply.
static void reply_lookup_failure(struct invocation *inv)
{
    const struct lookup_failure *f = &ks.lookup_failure;
    inv_result(inv, 0, ks.error.arg[0]);
    inv_result(inv, 1, f->type);
    if (f->type == seL4_InvalidRoot)
        return;
    inv_result(inv, 2, f->bits_left);
    if (f->type == seL4_MissingCapability)
        return;
    inv_result(inv, 3, f->found);
    if (f->type == seL4_GuardMismatch)
        inv_result(inv, 4, f->bits_found);
}

static void reply(struct invocation *inv, word_t label)
{
    if (!(inv->flags & INVOKE_CALL))
        return;
    ks.current->context.reg[REG_BADGE] = 0;
    ks.current->context.reg[REG_INFO] = info_make(label, inv->reply_length);
}

static COLD void reply_error(struct invocation *inv)
{
    inv->reply_length = 0;
    switch (ks.error.code) {
    case seL4_RangeError:
        inv_result(inv, 0, ks.error.arg[0]);
        inv_result(inv, 1, ks.error.arg[1]);
        break;
    case seL4_InvalidArgument:
    case seL4_InvalidCapability:
    case seL4_NotEnoughMemory:
        inv_result(inv, 0, ks.error.arg[0]);
        break;
    case seL4_FailedLookup:
        reply_lookup_failure(inv);
        break;
    default:
        break;
    }
    inv->reply_length += error_report(inv);
    reply(inv, ks.error.code);
}

// Operation selected by the label.
INLINE outcome_t decode_object(struct invocation *inv)
{
    switch (cap_tag(inv->cap)) {
    case CAP_UNTYPED:
        return untyped_decode(inv);
    case CAP_IRQ_CONTROL:
        return irq_control_decode(inv);
    case CAP_IRQ_HANDLER:
        return irq_handler_decode(inv);
    case CAP_FRAME:
    case CAP_PAGE_TABLE:
    case CAP_ASID_CONTROL:
    case CAP_ASID_POOL:
        return arch_decode_invocation(inv);
    default:
        break;
    }
    if (inv->flags & INVOKE_FIRST_PHASE)
        return fail_capability(0);
    switch (cap_tag(inv->cap)) {
    case CAP_CNODE:
        return cnode_decode(inv);
    case CAP_THREAD:
        return tcb_decode(inv);
    case CAP_DOMAIN:
        return domain_decode(inv);
    case CAP_SCHED_CONTEXT:
        return sched_context_decode(inv);
    case CAP_SCHED_CONTROL:
        return sched_control_decode(inv);
    default:
        return fail_capability(0);
    }
}

// While its call is being worked on the caller counts as not having finished: if it is stopped meanwhile, it starts over.
INLINE outcome_t invoke_object(struct invocation *inv)
{
    tcb_t *caller = ks.current;
    caller->state = THREAD_RESTART;
    outcome_t outcome = decode_object(inv);
    if (outcome == PREEMPTED)
        return PREEMPTED;
    if (likely(caller->state == THREAD_RESTART)) {
        if (unlikely(outcome == FAILED))
            reply_error(inv);
        else
            reply(inv, 0);
        caller->state = THREAD_RUNNING;
    }
    return DONE;
}

void raise_cap_fault(word_t cptr, bool in_receive)
{
    tcb_t *t = ks.current;
    t->fault.type = seL4_Fault_CapFault;
    t->fault.u.cap.address = cptr;
    t->fault.u.cap.in_receive = in_receive;
    t->fault.u.cap.lookup = ks.lookup_failure;
    fault_raise(t);
}

// A Call of something that has no reply of its own is answered at once.
INLINE void reply_empty(enum invoke_flags flags)
{
    if (flags & INVOKE_CALL) {
        ks.current->context.reg[REG_BADGE] = 0;
        ks.current->context.reg[REG_INFO] = 0;
    }
}

static COLD void raise_extra_cap_fault(enum invoke_flags flags, word_t cptr)
{
    if (flags & INVOKE_BLOCKING)
        raise_cap_fault(cptr, false);
}

// Extra capabilities are resolved for every object, used or not; without a buffer there are none. caps: all NULL. False: one does not resolve.
INLINE bool find_extra_caps(word_t info, const word_t *buffer, enum invoke_flags flags, slot_t *caps[])
{
    word_t count = info_extra_caps(info);
    if (count == 0 || unlikely(buffer == NULL))
        return true;
    word_t found = message_extra_caps(ks.current, count, buffer, caps);
    if (likely(found == count))
        return true;
    raise_extra_cap_fault(flags, buffer[BUFFER_CAPS + found]);
    return false;
}

static NOINLINE outcome_t invoke_object_cap(slot_t *slot, word_t info, enum invoke_flags flags)
{
    struct invocation inv;
    inv.label = info_label(info);
    inv.length = info & INFO_LENGTH_MASK;
    inv.slot = slot;
    inv.cap = slot->cap;
    inv.flags = flags;
    inv.reply_length = 0;
    inv.extra[0] = inv.extra[1] = inv.extra[2] = NULL;
    // Something is in the IPC buffer: the field of extra capabilities lies above the length's.
    if ((info & MASK(INFO_UNWRAPPED_SHIFT)) > REG_MESSAGE_COUNT) {
        inv.buffer = tcb_ipc_buffer(ks.current, false);
        word_t limit = inv.buffer != NULL ? seL4_MsgMaxLength : REG_MESSAGE_COUNT;
        if (inv.length > limit)
            inv.length = limit;
        if (!find_extra_caps(info, inv.buffer, flags, inv.extra))
            return DONE;
    }
    return invoke_object(&inv);
}

// The objects of IPC: what they do depends on the system call, not on a label.
static NOINLINE outcome_t invoke_ipc(slot_t *slot, word_t info, enum invoke_flags flags)
{
    slot_t *caps[seL4_MsgMaxExtraCaps] = {NULL, NULL, NULL};
    if (info_extra_caps(info) != 0 && !find_extra_caps(info, tcb_ipc_buffer(ks.current, false), flags, caps))
        return DONE;
    cap_t cap = slot->cap;
    if (cap_is_endpoint(cap)) {
        if (unlikely(!(endpoint_cap_rights(cap) & RIGHT_WRITE)))
            return invoke_object_cap(slot, info, flags);
        endpoint_send(ks.current, cap, (struct send_mode){
            .blocking = flags & INVOKE_BLOCKING,
            .call = flags & INVOKE_CALL,
            .can_donate = flags & INVOKE_DONATE,
            .caps = caps,
        });
        return DONE;
    }
    if (cap_is_reply(cap)) {
        reply_send(ks.current, (reply_t *)reply_cap_ptr(cap), reply_cap_can_grant(cap), caps);
    } else {
        if (unlikely(!(notification_cap_rights(cap) & RIGHT_WRITE)))
            return invoke_object_cap(slot, info, flags);
        notification_signal((notification_t *)notification_cap_ptr(cap), notification_cap_badge(cap));
    }
    reply_empty(flags);
    return DONE;
}

outcome_t invoke(word_t cptr, slot_t *slot, word_t info, enum invoke_flags flags)
{
    if (unlikely(slot == NULL)) {
        if (flags & INVOKE_BLOCKING)
            raise_cap_fault(cptr, false);
        return DONE;
    }
    cap_t cap = slot->cap;
    if (cap_is_endpoint(cap) || cap_is_notification(cap) || cap_is_reply(cap))
        return invoke_ipc(slot, info, flags);
    return invoke_object_cap(slot, info, flags);
}
