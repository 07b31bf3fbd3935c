/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Reply objects: they hold a caller until somebody replies, and link the callers of one scheduling context into a stack. */
#pragma once

#include <api/failures.h>
#include <object/slot.h>
#include <object/tcb.h>

/* tcb->state tells what the association means: RECV-BLOCKED = waiting, REPLY-BLOCKED = holding a caller.
 * Call stack of a scheduling context S: S->reply is the top; prev leads to the older call; the top's next is S itself,
 * marked by bit 0. next == 0: not in a stack (or cut off above). */
typedef struct reply {
    tcb_t *tcb;
    struct reply *prev;
    word_t next;
} reply_t;

/* `next` of the reply object on top of sc's stack. */
#define REPLY_TOP ((word_t)1)
INLINE word_t reply_top_of(const struct sched_context *sc) { return (word_t)sc | REPLY_TOP; }

_Static_assert(sizeof(reply_t) <= BIT(seL4_ReplyBits), "reply size is part of the ABI");

/* caller, just sent to `callee`, waits on `r`; its SC is donated when can_donate and callee has none. */
void reply_push(reply_t *r, tcb_t *caller, tcb_t *callee, bool can_donate);
/* Ends the wait of the caller held by r: INACTIVE, with its SC if r is the top of that SC's stack and the caller has none. In the middle of a
 * stack the chain is cut on both sides. */
void reply_release(reply_t *r);
/* A REPLY-BLOCKED caller is cancelled: association and stack links go, the SC stays with the server. INACTIVE. */
void reply_cancel_caller(tcb_t *caller);
/* A receiver leaves its endpoint: no longer associated with the reply object it brought. */
void reply_unlink_receiver(tcb_t *receiver);
/* Finalisation (sel4-abi.md 5.6). */
void reply_finalise(reply_t *r);
/* Answers the caller that r holds, if any: message or fault reply (7.5, 8.2). caps as in message_transfer(). */
void reply_send(tcb_t *sender, reply_t *r, bool can_grant, slot_t *const *caps);
