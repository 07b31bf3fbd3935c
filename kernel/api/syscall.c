// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// System calls (sel4-abi.md ch. 2).
#include <api/syscall.h>

#include <api/fault.h>
#include <api/interrupt.h>
#include <api/invoke.h>
#include <debug/benchmark.h>
#include <debug/debug.h>
#include <debug/syscalls.h>
#include <ipc/message.h>
#include <object/cap.h>
#include <object/cnode.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>
#include <sched/sched.h>

static COLD void receive_fault(word_t cptr)
{
    ks.lookup_failure = (struct lookup_failure){.type = seL4_MissingCapability};
    raise_cap_fault(cptr, true);
}

static void receive_from_endpoint(word_t cptr, cap_t cap, bool blocking, bool with_reply)
{
    tcb_t *t = ks.current;
    reply_t *reply = NULL;
    if (unlikely(!(endpoint_cap_rights(cap) & RIGHT_READ))) {
        receive_fault(cptr);
        return;
    }
    if (with_reply) {
        word_t reply_cptr = t->context.reg[REG_REPLY];
        const slot_t *slot = cspace_lookup(t, reply_cptr);
        if (unlikely(slot == NULL)) {
            raise_cap_fault(reply_cptr, true);
            return;
        }
        if (unlikely(!cap_is_reply(slot->cap))) {
            receive_fault(reply_cptr);
            return;
        }
        reply = (reply_t *)reply_cap_ptr(slot->cap);
    }
    endpoint_receive(t, cap, blocking, reply);
}

// The receiving half of a system call. Every failure is a CapFault in the receive phase, also if non-blocking.
static void receive(word_t cptr, bool blocking, bool with_reply)
{
    tcb_t *t = ks.current;
    const slot_t *slot = cspace_lookup(t, cptr);
    if (unlikely(slot == NULL)) {
        raise_cap_fault(cptr, true);
        return;
    }
    cap_t cap = slot->cap;
    if (likely(cap_is_endpoint(cap))) {
        receive_from_endpoint(cptr, cap, blocking, with_reply);
    } else if (cap_is_notification(cap) && (notification_cap_rights(cap) & RIGHT_READ)) {
        notification_t *n = (notification_t *)notification_cap_ptr(cap);
        if (n->bound_tcb != NULL && n->bound_tcb != t)
            receive_fault(cptr);
        else
            notification_wait(t, n, blocking);
    } else {
        receive_fault(cptr);
    }
}

static outcome_t send(word_t cptr, word_t info, enum invoke_flags flags)
{
    return invoke(cptr, cspace_lookup(ks.current, cptr), info, flags);
}

// The combined calls: what fails in the sending half is dropped, unless all has to be done again.
static outcome_t send_receive(word_t dest, word_t source, word_t info, bool with_reply)
{
    if (unlikely(send(dest, info, INVOKE_DONATE | INVOKE_FIRST_PHASE) == PREEMPTED))
        return PREEMPTED;
    receive(source, true, with_reply);
    return DONE;
}

static outcome_t dispatch(word_t cptr, word_t info, word_t number)
{
    const word_t *reg = ks.current->context.reg;
    switch ((sword_t)number) {
    case seL4_SysCall:
        return send(cptr, info, INVOKE_BLOCKING | INVOKE_CALL | INVOKE_DONATE);
    case seL4_SysReplyRecv:
        return send_receive(reg[REG_REPLY], cptr, info, true);
    case seL4_SysNBSendRecv:
        return send_receive(reg[REG_NBSENDRECV_DEST], cptr, info, true);
    case seL4_SysNBSendWait:
        return send_receive(reg[REG_REPLY], cptr, info, false);
    case seL4_SysSend:
        return send(cptr, info, INVOKE_BLOCKING);
    case seL4_SysNBSend:
        return send(cptr, info, 0);
    case seL4_SysRecv:
        receive(cptr, true, true);
        return DONE;
    case seL4_SysNBRecv:
        receive(cptr, false, true);
        return DONE;
    case seL4_SysWait:
        receive(cptr, true, false);
        return DONE;
    case seL4_SysNBWait:
        receive(cptr, false, false);
        return DONE;
    case seL4_SysYield:
        sched_yield();
        return DONE;
    default:
        ks.current->fault.type = seL4_Fault_UnknownSyscall;
        ks.current->fault.u.syscall = number;
        fault_raise(ks.current);
        return DONE;
    }
}

// No time left for this call: it is made again when there is.
static COLD void call_again_later(void)
{
    if (tcb_is_runnable(ks.current))
        ks.current->state = THREAD_RESTART;
}

INLINE void leave(outcome_t outcome)
{
    if (unlikely(outcome == PREEMPTED))
        interrupt_service();
    sched_finish();
}

EXPORT void handle_syscall(word_t cptr, word_t info, word_t number)
{
    bool is_api_call = number >= (word_t)seL4_SysYield; // the API's numbers are the eleven highest words
    if (unlikely(!is_api_call) && debug_syscall(number))
        return;
    benchmark_enter();
    outcome_t outcome = DONE;
    if (likely(sched_enter()))
        outcome = dispatch(cptr, info, number);
    else
        call_again_later();
    leave(outcome);
    benchmark_leave();
}

void slow_call(word_t cptr, slot_t *slot, word_t info)
{
    outcome_t outcome = DONE;
    if (likely(sched_enter()))
        outcome = invoke(cptr, slot, info, INVOKE_BLOCKING | INVOKE_CALL | INVOKE_DONATE);
    else
        call_again_later();
    leave(outcome);
}
