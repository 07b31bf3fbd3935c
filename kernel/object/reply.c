// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Reply objects and the stack of calls along which a scheduling context travels (sel4-abi.md 7.5).
#include <object/reply.h>

#include <api/fault.h>
#include <debug/debug.h>
#include <ipc/message.h>
#include <object/sched_context.h>
#include <sched/refill.h>
#include <sched/sched.h>

static bool is_top(const reply_t *r) { return r->next & REPLY_TOP; }
static sched_context_t *stack_of(const reply_t *r) { return (sched_context_t *)(r->next & ~REPLY_TOP); }

void reply_push(reply_t *r, tcb_t *caller, tcb_t *callee, bool can_donate)
{
    sched_context_t *sc = caller->sc;
    kassert(r->tcb == NULL && r->next == 0 && r->prev == NULL);
    r->tcb = caller;
    caller->reply = r;
    caller->state = THREAD_BLOCKED_REPLY;
    if (!can_donate || sc == NULL || callee->sc != NULL)
        return;

    r->prev = sc->reply;
    if (r->prev != NULL)
        r->prev->next = (word_t)r;
    r->next = (word_t)sc | REPLY_TOP;
    sc->reply = r;
    sc_donate(sc, callee);
}

static void unlink_tcb(reply_t *r)
{
    r->tcb->reply = NULL;
    r->tcb->state = THREAD_INACTIVE;
    r->tcb = NULL;
}

// r leaves its stack and takes both connections with it.
static void cut(reply_t *r)
{
    if (r->next != 0) {
        if (is_top(r))
            stack_of(r)->reply = NULL;
        else
            ((reply_t *)r->next)->prev = NULL;
    }
    if (r->prev != NULL)
        r->prev->next = 0;
    r->next = 0;
    r->prev = NULL;
}

void reply_release(reply_t *r)
{
    tcb_t *caller = r->tcb;
    if (is_top(r)) {
        sched_context_t *sc = stack_of(r);
        sc->reply = r->prev;
        if (r->prev != NULL)
            r->prev->next = r->next;
        r->next = 0;
        r->prev = NULL;
        if (caller->sc == NULL)
            sc_donate(sc, caller);
    } else {
        cut(r);
    }
    unlink_tcb(r);
}

void reply_cancel_caller(tcb_t *caller)
{
    reply_t *r = caller->reply;
    cut(r);
    unlink_tcb(r);
}

void reply_unlink_receiver(tcb_t *receiver)
{
    if (receiver->reply != NULL)
        receiver->reply->tcb = NULL;
    receiver->reply = NULL;
}

void reply_finalise(reply_t *r)
{
    if (r->tcb == NULL)
        return;
    if (r->tcb->state == THREAD_BLOCKED_REPLY)
        reply_release(r);
    else
        tcb_cancel_ipc(r->tcb);
}

// The answered thread may run again; if its time is used up it sleeps, or its timeout handler hears of it.
static void resume_answered(tcb_t *t, bool was_timeout)
{
    sched_context_t *sc = t->sc;
    if (!tcb_is_runnable(t) || sc == NULL)
        return;
    if (sc_is_active(sc) && !refill_usable(sc) && !was_timeout &&
        cap_is_endpoint(t->slots[TCB_TIMEOUT_HANDLER].cap)) {
        fault_raise_timeout(t);
        return;
    }
    sched_wake(t);
}

void reply_send(tcb_t *sender, reply_t *r, bool can_grant, slot_t *const *caps)
{
    tcb_t *t = r->tcb;
    if (t == NULL || t->state != THREAD_BLOCKED_REPLY)
        return;
    reply_release(r);

    word_t fault = t->fault.type;
    if (likely(fault == seL4_Fault_NullFault)) {
        message_transfer(sender, t, NULL, 0, can_grant, caps);
        t->state = THREAD_RUNNING;
    } else {
        bool restart = fault_reply(t, sender);
        t->fault.type = seL4_Fault_NullFault;
        t->state = restart ? THREAD_RESTART : THREAD_INACTIVE;
    }
    resume_answered(t, fault == seL4_Fault_Timeout);
}
