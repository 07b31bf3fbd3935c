// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Endpoints: rendezvous of a sender and a receiver (sel4-abi.md 7.1 to 7.3).
#include <object/endpoint.h>

#include <debug/debug.h>
#include <ipc/message.h>
#include <object/cap.h>
#include <object/notification.h>
#include <object/reply.h>
#include <sched/sched.h>

void ipc_queue_insert(tcb_t **queue, tcb_t *t)
{
    tcb_t *head = *queue;
    t->queue = QUEUE_IPC;
    if (head == NULL) {
        t->next = t->prev = t;
        *queue = t;
        return;
    }
    // Search from the tail: behind everybody of the same or a higher priority.
    tcb_t *after = head->prev;
    while (after->prio < t->prio) {
        if (after == head) {
            *queue = t; // before everybody: in a ring that is behind the tail
            after = head->prev;
            break;
        }
        after = after->prev;
    }
    t->prev = after;
    t->next = after->next;
    after->next->prev = t;
    after->next = t;
}

void ipc_queue_remove(tcb_t **queue, tcb_t *t)
{
    t->queue = QUEUE_NONE;
    if (t->next == t) {
        *queue = NULL;
        return;
    }
    t->prev->next = t->next;
    t->next->prev = t->prev;
    if (*queue == t)
        *queue = t->next;
}

static endpoint_t *endpoint_of(cap_t cap) { return (endpoint_t *)endpoint_cap_ptr(cap); }

static void endpoint_leave(endpoint_t *ep, tcb_t *t)
{
    ipc_queue_remove(&ep->queue, t);
    if (ep->queue == NULL)
        ep->state = ENDPOINT_IDLE;
}

void endpoint_remove(tcb_t *t) { endpoint_leave(t->blocked_on.endpoint, t); }

void endpoint_reorder(tcb_t *t)
{
    endpoint_t *ep = t->blocked_on.endpoint;
    ipc_queue_remove(&ep->queue, t);
    ipc_queue_insert(&ep->queue, t);
}

static void block_on(endpoint_t *ep, tcb_t *t, enum thread_state state, enum endpoint_state ep_state)
{
    sched_dequeue(t);
    t->state = (uint8_t)state;
    t->blocked_on.endpoint = ep;
    ep->state = ep_state;
    ipc_queue_insert(&ep->queue, t);
}

// The sender of a call or fault, just delivered to `receiver`, waits for the reply; without a reply object, or the right to a
// reply, it stops for good.
static void await_reply(tcb_t *sender, tcb_t *receiver, reply_t *reply, word_t rights, bool can_donate)
{
    if (reply != NULL && (rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY)))
        reply_push(reply, sender, receiver, can_donate);
    else
        sender->state = THREAD_INACTIVE;
}

static void send_to_waiting(tcb_t *sender, endpoint_t *ep, cap_t cap, struct send_mode mode)
{
    tcb_t *receiver = ep->queue;
    word_t rights = endpoint_cap_rights(cap);
    endpoint_leave(ep, receiver);
    message_transfer(sender, receiver, ep, endpoint_cap_badge(cap), rights & RIGHT_GRANT, mode.caps);

    reply_t *reply = receiver->reply;
    if (reply != NULL) {
        reply->tcb = NULL;
        receiver->reply = NULL;
    }
    if (mode.call || sender->fault.type != seL4_Fault_NullFault)
        await_reply(sender, receiver, reply, rights, mode.can_donate);
    else if (mode.can_donate && receiver->sc == NULL && sender->sc != NULL)
        sc_donate(sender->sc, receiver);
    receiver->state = THREAD_RUNNING;
    sched_wake(receiver);
}

void endpoint_send(tcb_t *sender, cap_t cap, struct send_mode mode)
{
    endpoint_t *ep = endpoint_of(cap);
    if (ep->state == ENDPOINT_RECEIVING) {
        send_to_waiting(sender, ep, cap, mode);
    } else if (mode.blocking) {
        sender->badge = endpoint_cap_badge(cap);
        sender->send_rights = (uint8_t)endpoint_cap_rights(cap);
        sender->is_call = mode.call;
        block_on(ep, sender, THREAD_BLOCKED_SEND, ENDPOINT_SENDING);
    }
}

static void receive_from_waiting(tcb_t *receiver, endpoint_t *ep, reply_t *reply)
{
    tcb_t *sender = ep->queue;
    word_t rights = sender->send_rights;
    endpoint_leave(ep, sender);
    message_transfer(sender, receiver, ep, sender->badge, rights & RIGHT_GRANT, NULL);

    if (sender->is_call || sender->fault.type != seL4_Fault_NullFault) {
        await_reply(sender, receiver, reply, rights, sender->fault.type != seL4_Fault_Timeout);
    } else {
        sender->state = THREAD_RUNNING;
        sched_wake(sender);
    }
}

void endpoint_receive(tcb_t *receiver, cap_t cap, bool blocking, reply_t *reply)
{
    endpoint_t *ep = endpoint_of(cap);
    notification_t *ntfn = receiver->bound_ntfn;

    if (reply != NULL && reply->tcb != NULL && reply->tcb != receiver)
        tcb_cancel_ipc(reply->tcb);

    if (ntfn != NULL) {
        if (ntfn->state == NTFN_ACTIVE) {
            notification_consume(receiver, ntfn);
            return;
        }
        if (blocking)
            notification_return_sc(receiver, ntfn);
    }

    if (ep->state == ENDPOINT_SENDING) {
        receive_from_waiting(receiver, ep, reply);
    } else if (blocking) {
        receiver->reply = reply;
        if (reply != NULL)
            reply->tcb = receiver;
        block_on(ep, receiver, THREAD_BLOCKED_RECV, ENDPOINT_RECEIVING);
    } else {
        receiver->context.reg[REG_BADGE] = 0;
    }
}

// A thread whose endpoint or badge is gone: its system call starts again (and fails then); a faulting thread stays where it is.
static void cancel_queued(endpoint_t *ep, tcb_t *t)
{
    endpoint_leave(ep, t);
    reply_unlink_receiver(t);
    if (t->fault.type != seL4_Fault_NullFault) {
        t->state = THREAD_INACTIVE;
        return;
    }
    t->state = THREAD_RESTART;
    sched_make_ready(t);
}

void endpoint_cancel_all(endpoint_t *ep)
{
    while (ep->queue != NULL)
        cancel_queued(ep, ep->queue);
}

void endpoint_cancel_badged(endpoint_t *ep, word_t badge)
{
    if (ep->state != ENDPOINT_SENDING)
        return;
    // Leaves the others in order: the ring is walked once.
    tcb_t *t = ep->queue;
    tcb_t *last = t->prev;
    for (;;) {
        tcb_t *next = t->next;
        bool at_end = t == last;
        if (t->badge == badge)
            cancel_queued(ep, t);
        if (at_end)
            return;
        t = next;
    }
}
