// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// The two system calls that make a remote procedure call, in their most frequent form: a message without capabilities
// from a client to a passive server and back, the server running on the client's scheduling context. No time is charged: that context does
// not change (sel4-abi.md 7.2, 7.3, 7.5). A path that ends in another thread does not return, its switch ends in user mode; the general
// path is not inlined: the fast one shall not save registers for it.
#include <ipc/fastpath.h>

#include <arch/fastpath.h>
#include <debug/debug.h>
#include <ipc/message.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>

INLINE NORETURN void fast_leave(tcb_t *to, word_t badge, word_t info)
{
    ks.current = to;
    check_invariants();
    arch_fast_switch(to, badge, info);
}

// A message that is longer than the registers. Not inlined: short ones shall not save registers for it.
static NOINLINE void fast_switch_long(const tcb_t *from, tcb_t *to, word_t badge, word_t info)
{
    message_copy_registers(from, to, REG_MESSAGE_COUNT);
    word_t length = message_copy_rest(from, to, info_low_bits(info));
    fast_leave(to, badge, info_make(info_label(info), length));
}

// `to`, which the caller has made runnable and which has the caller's scheduling context, continues with badge and info.
INLINE void fast_switch(const tcb_t *from, tcb_t *to, word_t badge, word_t info)
{
    word_t length = info_low_bits(info);
    if (unlikely(length > REG_MESSAGE_COUNT)) {
        fast_switch_long(from, to, badge, info);
        return;
    }
    message_copy_registers(from, to, length);
    fast_leave(to, badge, info);
}

void fastpath_call(word_t cptr, word_t info)
{
    tcb_t *caller = ks.current;
    slot_t *slot;
    if (unlikely(!fast_lookup(caller, cptr, &slot))) {
        handle_syscall(cptr, info, (word_t)seL4_SysCall);
        return;
    }
    cap_t cap = slot->cap;
    word_t rights = endpoint_cap_rights(cap);
    if (unlikely(!info_is_plain(info) || !cap_is_endpoint(cap) || !(rights & RIGHT_WRITE) ||
                 !(rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY))))
        goto slow;
    endpoint_t *ep = (endpoint_t *)endpoint_cap_ptr(cap);
    if (unlikely(ep->state != ENDPOINT_RECEIVING))
        goto slow;
    tcb_t *server = ep->queue;
    reply_t *reply = server->reply;
    if (unlikely(reply == NULL))
        goto slow;
    if (unlikely(server->sc != NULL)) {
        fastpath_call_active(cptr, slot, info);
        return;
    }
    if (unlikely(!fast_runs_next(caller, server)))
        goto slow;

    sched_context_t *sc = caller->sc;
    if (fast_dequeue(&ep->queue, server))
        ep->state = ENDPOINT_IDLE;
    server->state = THREAD_RUNNING;
    server->reply = NULL;
    caller->state = THREAD_BLOCKED_REPLY;
    caller->reply = reply;
    reply->tcb = caller;
    reply->prev = sc->reply;
    if (reply->prev != NULL)
        reply->prev->next = (word_t)reply;
    reply->next = reply_top_of(sc);
    sc->reply = reply;
    caller->sc = NULL;
    server->sc = sc;
    sc->tcb = server;
    fast_switch(caller, server, endpoint_cap_badge(cap), info);
    return;

slow:
    slow_call(cptr, slot, info);
}

// Receiving blocks on ep and neither takes a signal nor returns a scheduling context to a notification.
INLINE bool will_block(const tcb_t *server, const endpoint_t *ep)
{
    const notification_t *ntfn = server->bound_ntfn;
    if (ep->state == ENDPOINT_SENDING)
        return false;
    return likely(ntfn == NULL) || (ntfn->state != NTFN_ACTIVE && ntfn->sc != server->sc);
}

void fastpath_reply_recv(word_t cptr, word_t info, word_t reply_cptr)
{
    tcb_t *server = ks.current;
    slot_t *slot;
    if (unlikely(!fast_lookup(server, cptr, &slot)))
        goto slow;
    cap_t cap = slot->cap;
    if (unlikely(!info_is_plain(info) || !cap_is_endpoint(cap) || !(endpoint_cap_rights(cap) & RIGHT_READ)))
        goto slow;
    endpoint_t *ep = (endpoint_t *)endpoint_cap_ptr(cap);
    if (unlikely(!fast_lookup(server, reply_cptr, &slot) || !cap_is_reply(slot->cap) || !will_block(server, ep)))
        goto slow;
    reply_t *reply = (reply_t *)reply_cap_ptr(slot->cap);
    sched_context_t *sc = server->sc;
    tcb_t *caller = reply->tcb;
    if (unlikely(reply->next != reply_top_of(sc))) {
        fastpath_reply_recv_active(cptr, info, ep, reply);
        return;
    }
    // The top of this SC's stack holds a caller, never a waiting receiver.
    if (unlikely(caller->sc != NULL || caller->fault.type != seL4_Fault_NullFault ||
                 !fast_runs_next(server, caller) || !fast_can_enqueue(ep->queue, server)))
        goto slow;

    sc->reply = reply->prev;
    if (reply->prev != NULL)
        reply->prev->next = reply_top_of(sc);
    reply->next = 0;
    reply->prev = NULL;
    caller->state = THREAD_RUNNING;
    caller->reply = NULL;
    caller->sc = sc;
    sc->tcb = caller;
    server->sc = NULL;
    fast_block_receiver(server, ep, reply);
    fast_switch(server, caller, 0, info);
    return;

slow:
    handle_syscall(cptr, info, (word_t)seL4_SysReplyRecv);
}
