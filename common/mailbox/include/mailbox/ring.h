/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * The two FIFOs in memory, for platforms without the mailbox device: one page, half of it written by each side. The other side's half is
 * outside input: it is read word by word, once, and an index in it is good for at most MAILBOX_FIFO_WORDS words. What a side has to know
 * about itself it keeps in its own memory (struct mailbox_ring), as the other one could write to the whole page.
 *
 * Lives. Each side has an epoch, another one each time it starts. A side talks to the other one only while that one's half says that it has seen
 * this epoch. So a restart drops what was on its way in both directions, and nothing of the last life is taken for a message of the next.
 */
#ifndef MAILBOX_RING_H
#define MAILBOX_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <mailbox/message.h>

enum mailbox_side { MAILBOX_MANAGEMENT, MAILBOX_SECURITY };

/* What one side writes, at the beginning of its half of the page. Indices count words since ever. */
struct mailbox_half {
    volatile uint32_t epoch;        /* 0: not there (yet) */
    volatile uint32_t seen;         /* epoch of the other side that this one has taken notice of */
    volatile uint32_t written;      /* words put into `fifo` */
    volatile uint32_t taken;        /* words taken out of the other side's */
    volatile uint32_t fifo[MAILBOX_FIFO_WORDS];
};

enum { MAILBOX_HALF_BYTES = 2048 };

/* One side's end. */
struct mailbox_ring {
    struct mailbox_half *mine;
    const struct mailbox_half *theirs;
    uint32_t epoch;
    uint32_t seen;
    uint32_t written;
    uint32_t taken;
    uint32_t overruns;              /* how often the other side's indices were not possible */
};

/* What mailbox_ring_look finds. */
enum mailbox_link {
    MAILBOX_LINK_DOWN,              /* the other side is not there, or has not noticed us */
    MAILBOX_LINK_UP,
    MAILBOX_LINK_NEW,               /* the other side has started (again): what it had is gone. Said once per life */
};

/* Begins a life of `side`: everything on its way in either direction is dropped. `page` is the shared page; epoch is not 0, and not that of the
 * last life. */
void mailbox_ring_start(struct mailbox_ring *ring, void *page, enum mailbox_side side, uint32_t epoch);

/* To be called before the others, whenever there may be news. */
enum mailbox_link mailbox_ring_look(struct mailbox_ring *ring);

/* Puts n <= MAILBOX_FIFO_WORDS words into the FIFO, all or (false) none: there is no room, or nobody at the other end. */
bool mailbox_ring_put(struct mailbox_ring *ring, const uint32_t *words, unsigned n);

/* Takes a word out of the other side's FIFO; false: there is none. */
bool mailbox_ring_get(struct mailbox_ring *ring, uint32_t *word);

/* Drops all words that are there. */
void mailbox_ring_flush(struct mailbox_ring *ring);

#endif
