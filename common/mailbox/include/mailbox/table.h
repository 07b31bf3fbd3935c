/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * The requests that have not been answered yet, on the side that asks. A reply is believed only if it fits one of them: its id, its
 * buffer, its size. Time is ticks of the caller's; how long one is, is the caller's business.
 *
 * A request whose time is over is abandoned: whoever asked is told, but the other side may still have it, and its buffer. So it keeps its
 * id and its buffer until its reply arrives after all (and is dropped), or the other side has started again.
 */
#ifndef MAILBOX_TABLE_H
#define MAILBOX_TABLE_H

#include <mailbox/message.h>

enum { MAILBOX_OUTSTANDING = 8 };

enum mailbox_state {
    MAILBOX_FREE,
    MAILBOX_QUEUED,                 /* waits for room in the FIFO */
    MAILBOX_SENT,
    MAILBOX_ABANDONED,              /* sent, and nobody waits any more */
};

struct mailbox_request {
    struct mailbox_message message;
    uint32_t order;                 /* of being asked */
    uint16_t ticks;                 /* until it is given up */
    uint8_t state;                  /* enum mailbox_state */
    uint8_t client;                 /* of the caller's choice: these two say who waits */
    int waiter;
};

/* All zeros: none outstanding. */
struct mailbox_table {
    struct mailbox_request requests[MAILBOX_OUTSTANDING];
    uint32_t order;
    uint8_t last_id;
};

/* Enters a request, gives it its id (that of the original's format: MAILBOX_ORIGINAL_ID) and queues it. Payload, `client` and `waiter` are
 * the caller's to set. NULL: the table is full. The caller has checked that the buffer is not in use. */
struct mailbox_request *mailbox_enter(struct mailbox_table *table, uint8_t version, uint16_t ticks);

/* The request that waits for room the longest, or NULL. */
struct mailbox_request *mailbox_first_queued(struct mailbox_table *table);

/* True when an unanswered request, of whatever state, has its buffer in [address, address + size). */
bool mailbox_buffer_in_use(const struct mailbox_table *table, uint32_t address, uint32_t size);

/* True when a request with this id is outstanding. */
bool mailbox_id_in_use(const struct mailbox_table *table, uint8_t id);

enum mailbox_match {
    MAILBOX_MATCH,                  /* *request is answered by the message; the caller frees it (mailbox_leave) */
    MAILBOX_MATCH_LATE,             /* the request had been abandoned; it is free now */
    MAILBOX_MATCH_WRONG,            /* *request was answered with another buffer, too many bytes or another kind of message */
    MAILBOX_MATCH_NONE,             /* nobody has asked for that */
};

/* Finds what a well-formed message answers. MATCH_WRONG for one that had been abandoned is MATCH_LATE. */
enum mailbox_match mailbox_find(struct mailbox_table *table, const struct mailbox_message *message, struct mailbox_request **request);

/* Frees a request. */
void mailbox_leave(struct mailbox_request *request);

/* Nobody waits for the request any more. */
void mailbox_abandon(struct mailbox_request *request);

/* A tick has passed. Returns a request whose time is over, abandoned or (if it had not been sent) free, with client and waiter as they
 * were; NULL when there is no (other) one: to be called until then, with first = true the first time. */
struct mailbox_request *mailbox_tick(struct mailbox_table *table, bool first);

/* The other side has started again and knows of no request. Returns one that was waited for and is free now, NULL when there is no other. */
struct mailbox_request *mailbox_forget(struct mailbox_table *table);

/* True when somebody waits: ticks are needed. */
bool mailbox_anybody_waits(const struct mailbox_table *table);

#endif
