// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Messages between threads that have a scheduling context each: a call of an active server, a fault on its way to an active handler, and the
// replies to both. The sender blocks, so the receiver runs next, on its own time (sel4-abi.md 7.2, 7.3, 8.2).
#include <ipc/fastpath.h>

#include <api/fault.h>
#include <arch/fastpath.h>
#include <ipc/message.h>
#include <object/endpoint.h>
#include <object/reply.h>

// What wakes t up while the current thread blocks: it runs next, and at once. Time has been read.
static NOINLINE bool can_run_next(const tcb_t *current, const tcb_t *t) { return fast_can_wake(t) && fast_runs_next(current, t); }

// The sender's message or fault goes to the receiver at the head of the endpoint's queue. False: that has another form.
static bool send_to_active(tcb_t *sender, cap_t cap)
{
    endpoint_t *ep = (endpoint_t *)endpoint_cap_ptr(cap);
    tcb_t *receiver = ep->queue;
    reply_t *reply = receiver->reply;
    if (unlikely(reply == NULL || !can_run_next(sender, receiver)))
        return false;
    if (fast_dequeue(&ep->queue, receiver))
        ep->state = ENDPOINT_IDLE;
    receiver->state = THREAD_RUNNING;
    receiver->reply = NULL;
    receiver->context.reg[REG_BADGE] = endpoint_cap_badge(cap);
    receiver->context.reg[REG_INFO] =
        sender->fault.type == seL4_Fault_NullFault ? message_copy(sender, receiver) : fault_message(sender, receiver);
    sender->state = THREAD_BLOCKED_REPLY;
    sender->reply = reply;
    reply->tcb = sender;
    arch_fast_return();
    sched_switch_to(receiver);
    return true;
}

void fastpath_call_active(word_t cptr, slot_t *slot, word_t info)
{
    if (unlikely(!sched_time_is_left() || !send_to_active(ks.current, slot->cap)))
        slow_call(cptr, slot, info);
}

bool fastpath_fault(tcb_t *t)
{
    // Its rights have been checked when it was installed (cap_is_valid_handler()).
    cap_t cap = t->slots[TCB_FAULT_HANDLER].cap;
    return likely(cap_is_endpoint(cap) && ((endpoint_t *)endpoint_cap_ptr(cap))->state == ENDPOINT_RECEIVING) && send_to_active(t, cap);
}

// The reply object holds a caller, in no stack of calls, that can go on. A fault with an answer other than "go on" is for the general path.
INLINE bool can_answer(const tcb_t *server, const reply_t *reply, word_t info)
{
    const tcb_t *caller = reply->tcb;
    return caller != NULL && caller->state == THREAD_BLOCKED_REPLY && reply->next == 0 && reply->prev == NULL &&
           (caller->fault.type == seL4_Fault_NullFault || info_label(info) == 0) && sched_time_is_left() && can_run_next(server, caller);
}

static void answer(const tcb_t *server, tcb_t *caller)
{
    caller->reply = NULL;
    if (caller->fault.type == seL4_Fault_NullFault) {
        caller->context.reg[REG_BADGE] = 0;
        caller->context.reg[REG_INFO] = message_copy(server, caller);
        caller->state = THREAD_RUNNING;
    } else {
        (void)fault_reply(caller, server);
        caller->fault.type = seL4_Fault_NullFault;
        caller->state = THREAD_RESTART;
    }
}

void fastpath_reply_recv_active(word_t cptr, word_t info, endpoint_t *ep, reply_t *reply)
{
    tcb_t *server = ks.current, *caller = reply->tcb;
    if (unlikely(!fast_can_enqueue(ep->queue, server) || !can_answer(server, reply, info))) {
        handle_syscall(cptr, info, (word_t)seL4_SysReplyRecv);
        return;
    }
    answer(server, caller);
    fast_block_receiver(server, ep, reply);
    arch_fast_return();
    sched_switch_to(caller);
}
