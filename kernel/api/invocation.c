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
    if (!inv->call)
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
    if (!inv->call)
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

// Objects other than those of IPC: operation selected by the label.
static outcome_t decode_object(struct invocation *inv)
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
    if (inv->first_phase)
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
static outcome_t invoke_object(struct invocation *inv)
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

static NOINLINE outcome_t invoke_object_cap(slot_t *slot, word_t info, enum invoke_flags flags, slot_t *const caps[])
{
    struct invocation inv;
    inv.label = info_label(info);
    inv.length = info_length(info);
    inv.slot = slot;
    inv.cap = slot->cap;
    inv.call = flags & INVOKE_CALL;
    inv.first_phase = flags & INVOKE_FIRST_PHASE;
    inv.reply_length = 0;
    inv.extra = caps;
    if (inv.length > REG_MESSAGE_COUNT) {
        inv.buffer = tcb_ipc_buffer(ks.current, false);
        if (inv.buffer == NULL)
            inv.length = REG_MESSAGE_COUNT;
    }
    return invoke_object(&inv);
}

// Extra capabilities are resolved for every object, used or not; without a buffer there are none. False: one does not resolve.
static NOINLINE bool lookup_extra_caps(word_t info, bool blocking, slot_t *caps[])
{
    const word_t *buffer = tcb_ipc_buffer(ks.current, false);
    word_t found = message_extra_caps(ks.current, info, buffer, caps);
    if (likely(buffer == NULL || found == info_extra_caps(info)))
        return true;
    if (blocking)
        raise_cap_fault(buffer[BUFFER_CAPS + found], false);
    return false;
}

outcome_t invoke(word_t cptr, slot_t *slot, word_t info, enum invoke_flags flags)
{
    slot_t *caps[seL4_MsgMaxExtraCaps];
    if (unlikely(slot == NULL)) {
        if (flags & INVOKE_BLOCKING)
            raise_cap_fault(cptr, false);
        return DONE;
    }
    if (info_extra_caps(info) == 0)
        caps[0] = caps[1] = caps[2] = NULL;
    else if (!lookup_extra_caps(info, flags & INVOKE_BLOCKING, caps))
        return DONE;

    cap_t cap = slot->cap;
    if (cap_is_endpoint(cap) && (endpoint_cap_rights(cap) & RIGHT_WRITE)) {
        endpoint_send(ks.current, cap, (struct send_mode){
            .blocking = flags & INVOKE_BLOCKING,
            .call = flags & INVOKE_CALL,
            .can_donate = flags & INVOKE_DONATE,
            .caps = caps,
        });
        return DONE;
    }
    if (cap_is_notification(cap) && (notification_cap_rights(cap) & RIGHT_WRITE)) {
        notification_signal((notification_t *)notification_cap_ptr(cap), notification_cap_badge(cap));
        reply_empty(flags);
        return DONE;
    }
    if (cap_is_reply(cap)) {
        reply_send(ks.current, (reply_t *)reply_cap_ptr(cap), reply_cap_can_grant(cap), caps);
        reply_empty(flags);
        return DONE;
    }
    return invoke_object_cap(slot, info, flags, caps);
}
