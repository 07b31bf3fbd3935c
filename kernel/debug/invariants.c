// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Invariants that hold whenever the kernel is left (testing.md D.4, the part that can be walked cheaply).
#include <debug/check.h>
#include <debug/debug.h>

#include <api/fault.h>
#include <arch.h>
#include <object/cap.h>
#include <object/endpoint.h>
#include <object/notification.h>
#include <object/reply.h>
#include <sched/refill.h>
#include <sched/sched.h>
#include <sched/time.h>

#ifdef CONFIG_KERNEL_CHECK_INVARIANTS
// Every link of a ring has its counterpart.
static void check_links(const tcb_t *t)
{
    kassert(t->next->prev == t && t->prev->next == t);
    kassert(t->next->queue == t->queue && t->prev->queue == t->queue);
}

// State and queue of a thread agree (valid queues).
static void check_queue(const tcb_t *t)
{
    switch (t->queue) {
    case QUEUE_READY:
        kassert(tcb_is_schedulable(t) && t != ks.current);
        kassert(t->next->prio == t->prio && t->next->domain == t->domain);
        kassert(ks.ready[t->domain].bitmap[(NUM_PRIOS - 1 - t->prio) / WORD_BITS] & BIT((NUM_PRIOS - 1 - t->prio) % WORD_BITS));
        break;
    case QUEUE_RELEASE:
        kassert(tcb_is_runnable(t) && t->sc != NULL && sc_is_active(t->sc) && ks.release != NULL && t != ks.current);
        break;
    case QUEUE_IPC:
        kassert(t->state == THREAD_BLOCKED_RECV || t->state == THREAD_BLOCKED_SEND || t->state == THREAD_BLOCKED_NTFN);
        break;
    default:
        kassert(t == ks.current || !tcb_is_schedulable(t));
        return;
    }
    check_links(t);
}

// What a blocked thread waits for knows of it (sym_refs).
static void check_blocking(const tcb_t *t)
{
    switch (t->state) {
    case THREAD_BLOCKED_RECV:
        kassert(t->queue == QUEUE_IPC && t->blocked_on.endpoint->state == ENDPOINT_RECEIVING);
        kassert(t->reply == NULL || t->reply->tcb == t);
        break;
    case THREAD_BLOCKED_SEND:
        kassert(t->queue == QUEUE_IPC && t->blocked_on.endpoint->state == ENDPOINT_SENDING && t->reply == NULL);
        break;
    case THREAD_BLOCKED_NTFN:
        kassert(t->queue == QUEUE_IPC && t->blocked_on.ntfn->state == NTFN_WAITING && t->reply == NULL);
        break;
    case THREAD_BLOCKED_REPLY:
        kassert(t->queue == QUEUE_NONE && t->reply != NULL && t->reply->tcb == t);
        break;
    default:
        kassert(t->reply == NULL && t->queue != QUEUE_IPC);
        kassert(!tcb_is_runnable(t) || t->fault.type == seL4_Fault_NullFault);
        break;
    }
}

// Refills: in order, within the ring, a usable head; for a thread's SC the links are symmetric.
static void check_thread_sc(const tcb_t *t)
{
    const sched_context_t *sc = t->sc;
    if (sc == NULL)
        return;
    kassert(sc->tcb == t);
    kassert(sc->ntfn == NULL || sc->ntfn->sc == sc);
    kassert(sc->yield_from == NULL || sc->yield_from->yield_to == sc);
    if (!sc_is_active(sc))
        return;
    kassert(sc->count <= sc->refill_max && sc->head < sc->refill_max);
    if (sc_is_round_robin(sc))
        return;
    for (word_t i = 0; i + 1 < sc->count; i++) {
        const refill_t *a = sc_refills(sc) + (sc->head + i) % sc->refill_max;
        const refill_t *b = sc_refills(sc) + (sc->head + i + 1) % sc->refill_max;
        kassert(a->time + a->amount <= b->time);
    }
}

// The stack of calls on an SC: links match, every element holds a caller.
static void check_reply_stack(const sched_context_t *sc)
{
    const reply_t *r = sc == NULL ? NULL : sc->reply;
    if (r != NULL)
        kassert(r->next == ((word_t)sc | REPLY_TOP));
    for (; r != NULL; r = r->prev) {
        kassert(r->tcb != NULL && r->tcb->state == THREAD_BLOCKED_REPLY);
        kassert(r->prev == NULL || r->prev->next == (word_t)r);
    }
}

static void check_thread(const tcb_t *t)
{
#ifdef CONFIG_HAVE_FPU
    kassert(t != ks.fpu_owner || t->flags == 0);
#endif
    check_queue(t);
    check_blocking(t);
    check_thread_sc(t);
    check_reply_stack(t->sc);
    kassert(t->bound_ntfn == NULL || t->bound_ntfn->bound_tcb == t);
    for (unsigned i = 0; i < TCB_SLOTS; i++) {
        const slot_t *s = &t->slots[i];
        kassert(slot_next(s) == NULL || slot_prev(slot_next(s)) == s);
        kassert(slot_prev(s) == NULL || slot_next(slot_prev(s)) == s);
    }
}

static void check_release_queue(void)
{
    const tcb_t *t = ks.release;
    if (t == NULL)
        return;
    for (; t->next != ks.release; t = t->next)
        kassert(sc_head(t->sc)->time <= sc_head(t->next->sc)->time);
}

void check_invariants(void)
{
    kassert(ks.action == SCHED_KEEP && ks.candidate == NULL);
    kassert(ks.current->queue == QUEUE_NONE && ks.current->sc == ks.sc);
    kassert(ks.current == &idle_thread || ks.current->state == THREAD_RUNNING);
    kassert(ks.current == &idle_thread || !sched_ready_above(ks.current->prio));
    kassert(ks.current != &idle_thread || sched_ready_queues()->summary == 0);
    for (const tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        check_thread(t);
    check_release_queue();
    check_all_invariants();
}
#endif
