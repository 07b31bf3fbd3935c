/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the fast paths share. Each of them first looks, without any effect, whether the system call has its usual form, and then does
 * what the general path would do, in one go; if it has not, the general path does the whole work.
 *
 * The trap entry calls the EXPORTed functions with the system call's registers. When one returns, ks.current runs on. */
#pragma once

#include <api/syscall.h>
#include <ipc/message.h>
#include <object/cap.h>
#include <object/cnode.h>
#include <object/reply.h>
#include <sched/refill.h>
#include <sched/sched.h>

EXPORT void fastpath_call(word_t cptr, word_t info);
EXPORT void fastpath_reply_recv(word_t cptr, word_t info, word_t reply_cptr);
/* Any system call; fast are Send, NBSend, Wait and NBWait of notifications, and Yield. */
EXPORT void fastpath_syscall(word_t cptr, word_t info, word_t number);
/* The two above when each thread has a scheduling context of its own: the endpoint behind slot has a receiver with a reply object; the server
 * is about to block on ep. */
NOINLINE void fastpath_call_active(word_t cptr, slot_t *slot, word_t info);
NOINLINE void fastpath_reply_recv_active(word_t cptr, word_t info, endpoint_t *ep, reply_t *reply);
/* The signal of an interrupt, if a thread waits for it and the current one goes on after the interrupt: the entry's last act. False: nothing done. */
bool fastpath_signal(struct notification *n, word_t badge);
/* t->fault of the current thread is set, time is left, and nobody has woken up in this entry. False: not sent, nothing done. */
bool fastpath_fault(tcb_t *t);

/* Resolves the full word in a CSpace of one level; false: another shape, or a failure, for the general path. */
INLINE bool fast_lookup(const tcb_t *t, word_t cptr, slot_t **slot)
{
    cap_t root = t->slots[TCB_CSPACE].cap;
    word_t radix = cnode_cap_radix(root), guard_size = cnode_cap_guard_size(root);
    /* Both are smaller than the word and not both 0: their sum is the word's size if it is so modulo the size. */
    if (unlikely(!cap_is_cnode(root) || ((radix + guard_size) & (WORD_BITS - 1)) != 0 || cptr >> radix != cnode_cap_guard(root)))
        return false;
    *slot = (slot_t *)cnode_cap_ptr(root) + (cptr << guard_size >> guard_size);
    return true;
}

/* t waits alone, or last behind others of its priority or a higher one; false: it has to be sorted in. */
INLINE bool fast_can_enqueue(const tcb_t *head, const tcb_t *t) { return likely(head == NULL) || head->prev->prio >= t->prio; }

INLINE void fast_enqueue(tcb_t **queue, tcb_t *t)
{
    tcb_t *head = *queue;
    t->queue = QUEUE_IPC;
    if (likely(head == NULL)) {
        t->next = t->prev = t;
        *queue = t;
        return;
    }
    t->next = head;
    t->prev = head->prev;
    head->prev->next = t;
    head->prev = t;
}

/* t, the head of the queue, leaves it. True: nobody is left. */
INLINE bool fast_dequeue(tcb_t **queue, tcb_t *t)
{
    t->queue = QUEUE_NONE;
    if (likely(t->next == t)) {
        *queue = NULL;
        return true;
    }
    t->prev->next = t->next;
    t->next->prev = t->prev;
    *queue = t->next;
    return false;
}

/* t receives on ep, where nobody sends, with a reply object that is in no use. */
INLINE void fast_block_receiver(tcb_t *t, endpoint_t *ep, reply_t *reply)
{
    t->state = THREAD_BLOCKED_RECV;
    t->blocked_on.endpoint = ep;
    t->reply = reply;
    reply->tcb = t;
    ep->state = ENDPOINT_RECEIVING;
    fast_enqueue(&ep->queue, t);
}

/* A valid length, nothing in the fields of capabilities: all of them are the bits below the label, the length the lowest. */
INLINE word_t info_low_bits(word_t info) { return info & MASK(INFO_LABEL_SHIFT); }
INLINE bool info_is_plain(word_t info) { return info_low_bits(info) <= seL4_MsgMaxLength; }

/* The current thread blocks and `t` is the only one that wakes up: it runs at once (sel4-abi.md 7.7, rule 3). */
INLINE bool fast_runs_next(const tcb_t *current, const tcb_t *t)
{
    if (CONFIG_NUM_DOMAINS > 1 && t->domain != ks.domain)
        return false;
    return t->prio >= current->prio || !sched_ready_above(t->prio);
}

/* A thread that wakes up on a scheduling context of its own can run at once; time has been read. An SC that was never configured has no
 * amount. */
INLINE bool fast_can_wake(const tcb_t *t)
{
    const sched_context_t *sc = t->sc;
    return (CONFIG_NUM_DOMAINS == 1 || t->domain == ks.domain) && sc != NULL && !sc->sporadic && refill_usable(sc);
}
