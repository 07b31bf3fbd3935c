// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// The two system calls that make a remote procedure call, in their most frequent form: a short message without capabilities
// from a client to a passive server and back, the server running on the client's scheduling context. Each function first looks
// whether all of that holds, without any effect, and then does what the general path would do, in one go. No time is charged:
// the scheduling context does not change hands in between (sel4-abi.md 7.2, 7.3, 7.5).
#include <arch.h>
#include <debug/debug.h>
#include <ipc/message.h>
#include <object/cap.h>
#include <object/cnode.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>
#include <sched/sched.h>

EXPORT bool fastpath_call(word_t cptr, word_t info);
EXPORT bool fastpath_reply_recv(word_t cptr, word_t info, word_t reply_cptr);

// Length at most 4 and no extra capabilities: both fields are the low bits of the info word.
#define INFO_SHORT_MASK MASK(seL4_MsgLengthBits + seL4_MsgExtraCapBits)
INLINE bool info_is_short(word_t info) { return (info & INFO_SHORT_MASK) <= REG_MESSAGE_COUNT; }

// A CSpace of one level that uses up the whole word is resolved here, others as usual.
INLINE cap_t fast_lookup(const tcb_t *t, word_t cptr)
{
    cap_t root = t->slots[TCB_CSPACE].cap;
    word_t radix = cnode_cap_radix(root);
    if (likely(cap_is_cnode(root) && cnode_cap_guard_size(root) + radix == WORD_BITS &&
               cptr >> radix == cnode_cap_guard(root)))
        return ((const slot_t *)cnode_cap_ptr(root))[cptr & MASK(radix)].cap;
    const slot_t *slot = cspace_lookup(t, cptr);
    return slot == NULL ? null_cap() : slot->cap;
}

// The current thread blocks and `t` is the only one that wakes up: it runs at once (sel4-abi.md 7.7, rule 3).
INLINE bool runs_next(const tcb_t *current, const tcb_t *t)
{
    if (CONFIG_NUM_DOMAINS > 1 && t->domain != ks.domain)
        return false;
    return t->prio >= current->prio || t->prio >= sched_highest_ready();
}

INLINE void fast_deliver(const tcb_t *from, tcb_t *to, word_t badge, word_t info)
{
    const word_t *source = from->context.reg;
    word_t *dest = to->context.reg;
    word_t length = info & INFO_SHORT_MASK;

    dest[REG_BADGE] = badge;
    dest[REG_INFO] = info & ~(MASK(3) << INFO_UNWRAPPED_SHIFT);
    if (length > 0) {
        dest[REG_MESSAGE] = source[REG_MESSAGE];
        if (length > 1) {
            dest[REG_MESSAGE + 1] = source[REG_MESSAGE + 1];
            if (length > 2) {
                dest[REG_MESSAGE + 2] = source[REG_MESSAGE + 2];
                if (length > 3)
                    dest[REG_MESSAGE + 3] = source[REG_MESSAGE + 3];
            }
        }
    }
}

INLINE void fast_switch(tcb_t *to)
{
    to->state = THREAD_RUNNING;
    ks.current = to;
    arch_switch_vspace(to);
    check_invariants();
}

// The head of the endpoint's queue leaves it.
INLINE void fast_dequeue(endpoint_t *ep, tcb_t *t)
{
    t->queue = QUEUE_NONE;
    if (likely(t->next == t)) {
        ep->queue = NULL;
        ep->state = ENDPOINT_IDLE;
        return;
    }
    t->prev->next = t->next;
    t->next->prev = t->prev;
    ep->queue = t->next;
}

bool fastpath_call(word_t cptr, word_t info)
{
    tcb_t *caller = ks.current;
    cap_t cap = fast_lookup(caller, cptr);
    word_t rights = endpoint_cap_rights(cap);
    if (unlikely(!info_is_short(info) || !cap_is_endpoint(cap) || !(rights & RIGHT_WRITE) ||
                 !(rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY))))
        return false;
    endpoint_t *ep = (endpoint_t *)endpoint_cap_ptr(cap);
    if (unlikely(ep->state != ENDPOINT_RECEIVING))
        return false;
    tcb_t *server = ep->queue;
    reply_t *reply = server->reply;
    if (unlikely(reply == NULL || server->sc != NULL || !runs_next(caller, server)))
        return false;

    sched_context_t *sc = caller->sc;
    fast_dequeue(ep, server);
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
    fast_deliver(caller, server, endpoint_cap_badge(cap), info);
    fast_switch(server);
    return true;
}

// Receiving blocks on ep and neither takes a signal nor returns a scheduling context to a notification.
INLINE bool will_block(const tcb_t *server, const endpoint_t *ep)
{
    const notification_t *ntfn = server->bound_ntfn;
    if (ep->state == ENDPOINT_SENDING)
        return false;
    return likely(ntfn == NULL) || (ntfn->state != NTFN_ACTIVE && ntfn->sc != server->sc);
}

bool fastpath_reply_recv(word_t cptr, word_t info, word_t reply_cptr)
{
    tcb_t *server = ks.current;
    cap_t cap = fast_lookup(server, cptr);
    if (unlikely(!info_is_short(info) || !cap_is_endpoint(cap) || !(endpoint_cap_rights(cap) & RIGHT_READ)))
        return false;
    endpoint_t *ep = (endpoint_t *)endpoint_cap_ptr(cap);
    cap_t reply_cap = fast_lookup(server, reply_cptr);
    if (unlikely(!cap_is_reply(reply_cap) || !will_block(server, ep)))
        return false;
    reply_t *reply = (reply_t *)reply_cap_ptr(reply_cap);
    sched_context_t *sc = server->sc;
    tcb_t *caller = reply->tcb;
    // The top of this SC's stack holds a caller, never a waiting receiver.
    if (unlikely(reply->next != reply_top_of(sc) || caller->sc != NULL || caller->fault.type != seL4_Fault_NullFault ||
                 !runs_next(server, caller)))
        return false;

    sc->reply = reply->prev;
    if (reply->prev != NULL)
        reply->prev->next = reply_top_of(sc);
    reply->next = 0;
    reply->prev = NULL;
    caller->reply = NULL;
    caller->sc = sc;
    sc->tcb = caller;
    server->sc = NULL;
    server->reply = reply;
    reply->tcb = server;
    server->state = THREAD_BLOCKED_RECV;
    server->blocked_on.endpoint = ep;
    ep->state = ENDPOINT_RECEIVING;
    ipc_queue_insert(&ep->queue, server);
    fast_deliver(server, caller, 0, info);
    fast_switch(caller);
    return true;
}
