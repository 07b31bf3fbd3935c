/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the fast paths share. Each of them first looks, without any effect, whether the system call has its usual form, and then does
 * what the general path would do, in one go; if it has not, the general path does the whole work.
 *
 * The trap entry calls the EXPORTed functions with the system call's registers. When one returns, ks.current runs on. */
#pragma once

#include <api/syscall.h>
#include <object/cap.h>
#include <object/cnode.h>
#include <sched/sched.h>

EXPORT void fastpath_call(word_t cptr, word_t info);
EXPORT void fastpath_reply_recv(word_t cptr, word_t info, word_t reply_cptr);
/* Any system call; fast are Send, NBSend, Wait and NBWait of notifications, and Yield. */
EXPORT void fastpath_syscall(word_t cptr, word_t info, word_t number);

/* Resolves the full word in a CSpace of one level; NULL: another shape, or a failure, for the general path. */
INLINE slot_t *fast_lookup(const tcb_t *t, word_t cptr)
{
    cap_t root = t->slots[TCB_CSPACE].cap;
    word_t radix = cnode_cap_radix(root), guard_size = cnode_cap_guard_size(root);
    /* Both are smaller than the word and not both 0: their sum is the word's size if it is so modulo the size. */
    if (unlikely(!cap_is_cnode(root) || ((radix + guard_size) & (WORD_BITS - 1)) != 0 || cptr >> radix != cnode_cap_guard(root)))
        return NULL;
    return (slot_t *)cnode_cap_ptr(root) + (cptr << guard_size >> guard_size);
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
