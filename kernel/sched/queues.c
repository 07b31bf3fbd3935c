// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Ready queues and the release queue. All are rings through tcb->next/prev; a queue is named by its head.
#include <sched/sched.h>

#include <debug/debug.h>
#include <lib.h>

static void ring_insert_before(tcb_t *at, tcb_t *t)
{
    t->next = at;
    t->prev = at->prev;
    at->prev->next = t;
    at->prev = t;
}

// True: nobody is left.
INLINE bool ring_remove_head(tcb_t **head, tcb_t *t)
{
    tcb_t *next = t->next, *prev = t->prev;
    if (next == t) {
        *head = NULL;
        return true;
    }
    prev->next = next;
    next->prev = prev;
    *head = next;
    return false;
}

INLINE bool ring_remove(tcb_t **head, tcb_t *t)
{
    tcb_t *first = *head;
    bool empty = ring_remove_head(head, t);
    if (first != t)
        *head = first;
    return empty;
}

static struct ready_queues *queues_of(const tcb_t *t) { return &ks.ready[CONFIG_NUM_DOMAINS > 1 ? t->domain : 0]; }

void sched_enqueue(tcb_t *t, bool at_head)
{
    struct ready_queues *r = queues_of(t);
    tcb_t **head = &r->head[t->prio];
    kassert(t->queue == QUEUE_NONE);
    t->queue = QUEUE_READY;
    if (*head != NULL) {
        ring_insert_before(*head, t); // behind the tail, and in a ring in front of the head
        if (at_head)
            *head = t;
        return;
    }
    t->next = t->prev = t;
    *head = t;
    word_t rank = NUM_PRIOS - 1 - t->prio;
    r->bitmap[rank / WORD_BITS] |= BIT(rank % WORD_BITS);
    r->summary |= BIT(rank / WORD_BITS);
}

void sched_ready_remove(tcb_t *t)
{
    t->queue = QUEUE_NONE;
    struct ready_queues *r = queues_of(t);
    if (ring_remove(&r->head[t->prio], t)) {
        word_t rank = NUM_PRIOS - 1 - t->prio;
        r->bitmap[rank / WORD_BITS] &= ~BIT(rank % WORD_BITS);
        if (r->bitmap[rank / WORD_BITS] == 0)
            r->summary &= ~BIT(rank / WORD_BITS);
    }
}

void sched_dequeue(tcb_t *t)
{
    if (t->queue == QUEUE_READY) {
        sched_ready_remove(t);
    } else if (t->queue == QUEUE_RELEASE) {
        bool first = ks.release == t;
        ring_remove(&ks.release, t);
        t->queue = QUEUE_NONE;
        if (first)
            sched_update_until();
    } else if (unlikely(t == ks.candidate)) {
        ks.candidate = NULL;
        ks.action = SCHED_CHOOSE;
    }
}

// Sorted by the head refill's time, first come first served among equals.
void sched_release_later(tcb_t *t)
{
    ticks_t time = sc_head(t->sc)->time;
    tcb_t *head = ks.release;
    sched_dequeue(t);
    head = ks.release;
    t->queue = QUEUE_RELEASE;
    if (head == NULL) {
        t->next = t->prev = t;
        ks.release = t;
        sched_update_until();
        return;
    }
    tcb_t *at = head;
    do {
        if (time < sc_head(at->sc)->time)
            break;
        at = at->next;
    } while (at != head);
    ring_insert_before(at, t);
    if (time < sc_head(head->sc)->time) {
        ks.release = t;
        sched_update_until();
    }
}

tcb_t *sched_take_highest(void)
{
    struct ready_queues *r = sched_ready_queues();
    if (r->summary == 0)
        return &idle_thread;
    word_t index = lowest_bit(r->summary), bits = r->bitmap[index];
    tcb_t **head = &r->head[NUM_PRIOS - 1 - (index * WORD_BITS + lowest_bit(bits))];
    tcb_t *t = *head;
    t->queue = QUEUE_NONE;
    if (ring_remove_head(head, t)) {
        // The bits found are the lowest of their words.
        r->bitmap[index] = bits &= bits - 1;
        if (bits == 0)
            r->summary &= r->summary - 1;
    }
    return t;
}
