/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Endpoints: synchronous messages. */
#pragma once

#include <api/failures.h>
#include <object/slot.h>
#include <object/tcb.h>

enum endpoint_state { ENDPOINT_IDLE, ENDPOINT_SENDING, ENDPOINT_RECEIVING };

/* The queue is circular and sorted by priority, first come first served among equals. */
typedef struct endpoint {
    tcb_t *queue;
    word_t state;
} endpoint_t;

_Static_assert(sizeof(endpoint_t) <= BIT(seL4_EndpointBits), "endpoint size is part of the ABI");

/* How a thread sends. */
struct send_mode {
    bool blocking;
    bool call;       /* expects a reply */
    bool can_donate; /* lends its scheduling context to a passive receiver */
    slot_t *const *caps; /* extra capabilities already looked up, NULL behind the last; NULL: look them up */
};

/* Sends as `sender` through an endpoint cap with Write (sel4-abi.md 7.2). */
void endpoint_send(tcb_t *sender, cap_t cap, struct send_mode mode);
/* Receives for `receiver` (the current thread) through an endpoint cap with Read (7.3); reply may be NULL. */
void endpoint_receive(tcb_t *receiver, cap_t cap, bool blocking, struct reply *reply);
/* Takes one thread out of the queue it waits in; its state is the caller's business. */
void endpoint_remove(tcb_t *t);
/* Re-inserts a queued thread after a change of its priority. */
void endpoint_reorder(tcb_t *t);
/* Finalisation: everybody leaves the queue (5.6). */
void endpoint_cancel_all(endpoint_t *ep);
/* Removes the senders that used this badge (5.7). */
void endpoint_cancel_badged(endpoint_t *ep, word_t badge);

/* Inserts t in a circular queue sorted by priority, behind equals (endpoints and notifications). */
void ipc_queue_insert(tcb_t **queue, tcb_t *t);
/* Unlinks t. */
void ipc_queue_remove(tcb_t **queue, tcb_t *t);
