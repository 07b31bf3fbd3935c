// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Links between objects are symmetric and lead to live objects; queues hold exactly the threads that say so (sym_refs, valid_objs,
// if_live_then_nonz_cap of testing.md D.4).
#include <debug/check.h>

#include <debug/debug.h>
#include <object/endpoint.h>
#include <object/irq.h>
#include <object/notification.h>
#include <object/reply.h>
#include <object/sched_context.h>

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
// Threads that are blocked on the object at `at` in this state.
static word_t count_blocked(enum thread_state state, const void *at)
{
    word_t count = 0;
    for (const tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        count += t->state == state && (const void *)t->blocked_on.endpoint == at;
    return count;
}

// A queue of blocked threads: a ring, highest priority first, of exactly those in this state.
static void check_queue_of(const tcb_t *head, enum thread_state state, const void *at)
{
    word_t length = count_blocked(state, at);
    const tcb_t *t = head;
    kassert((head == NULL) == (length == 0));
    for (word_t i = 0; i < length; i++, t = t->next) {
        kassert(t->state == state && (const void *)t->blocked_on.endpoint == at && t->queue == QUEUE_IPC);
        kassert(t->next->prev == t && (t->next == head || t->next->prio <= t->prio));
        kassert(i + 1 == length ? t->next == head : t->next != head);
    }
}

static void check_endpoint(const endpoint_t *ep)
{
    kassert(ep->state <= ENDPOINT_RECEIVING && (ep->state == ENDPOINT_IDLE) == (ep->queue == NULL));
    check_queue_of(ep->state == ENDPOINT_SENDING ? ep->queue : NULL, THREAD_BLOCKED_SEND, ep);
    check_queue_of(ep->state == ENDPOINT_RECEIVING ? ep->queue : NULL, THREAD_BLOCKED_RECV, ep);
}

static void check_notification(const notification_t *n)
{
    kassert(n->state <= NTFN_ACTIVE && (n->state == NTFN_WAITING) == (n->queue != NULL));
    check_queue_of(n->queue, THREAD_BLOCKED_NTFN, n);
    if (n->bound_tcb != NULL) {
        check_alive_thread(n->bound_tcb);
        kassert(n->bound_tcb->bound_ntfn == n);
        // Whoever waits is the bound thread. (That a pending signal has found it receiving is possible: it was bound later.)
        kassert(n->queue == NULL || (n->queue == n->bound_tcb && n->queue->next == n->queue));
    }
    if (n->sc != NULL) {
        check_alive(CAP_SCHED_CONTEXT, n->sc);
        kassert(n->sc->ntfn == n);
    }
}

static void check_reply(const reply_t *r)
{
    if (r->tcb == NULL) {
        kassert(r->next == 0 && r->prev == NULL);
        return;
    }
    check_alive_thread(r->tcb);
    kassert(r->tcb->reply == r);
    if (r->tcb->state == THREAD_BLOCKED_RECV) {
        kassert(r->next == 0 && r->prev == NULL);
        return;
    }
    kassert(r->tcb->state == THREAD_BLOCKED_REPLY);
    if (r->prev != NULL) {
        check_alive(CAP_REPLY, r->prev);
        kassert(r->prev->next == (word_t)r);
    }
    if (r->next & REPLY_TOP) {
        const sched_context_t *sc = (const sched_context_t *)(r->next & ~REPLY_TOP);
        check_alive(CAP_SCHED_CONTEXT, sc);
        kassert(sc->reply == r);
    } else if (r->next != 0) {
        check_alive(CAP_REPLY, (const reply_t *)r->next);
        kassert(((const reply_t *)r->next)->prev == r);
    }
}

// A stack of calls ends: it has no more elements than there are reply objects.
static void check_stack(const sched_context_t *sc)
{
    word_t left = checked_object_count;
    kassert(sc->reply == NULL || sc->reply->next == reply_top_of(sc));
    for (const reply_t *r = sc->reply; r != NULL; r = r->prev) {
        check_alive(CAP_REPLY, r);
        kassert(left-- > 0);
    }
}

static void check_context_links(const sched_context_t *sc)
{
    if (sc->tcb != NULL) {
        check_alive_thread(sc->tcb);
        kassert(sc->tcb->sc == sc);
    }
    if (sc->ntfn != NULL) {
        check_alive(CAP_NOTIFICATION, sc->ntfn);
        kassert(sc->ntfn->sc == sc);
    }
    if (sc->yield_from != NULL) {
        check_alive_thread(sc->yield_from);
        kassert(sc->yield_from->yield_to == sc);
    }
    check_stack(sc);
}

static void check_thread_links(const tcb_t *t)
{
    check_alive_thread(t);
    kassert(t->state != THREAD_IDLE && t->state <= THREAD_RESTART);
    if (t->sc != NULL) {
        check_alive(CAP_SCHED_CONTEXT, t->sc);
        kassert(t->sc->tcb == t);
    }
    if (t->bound_ntfn != NULL) {
        check_alive(CAP_NOTIFICATION, t->bound_ntfn);
        kassert(t->bound_ntfn->bound_tcb == t);
    }
    if (t->reply != NULL) {
        check_alive(CAP_REPLY, t->reply);
        kassert(t->reply->tcb == t);
    }
    if (t->yield_to != NULL) {
        check_alive(CAP_SCHED_CONTEXT, t->yield_to);
        kassert(t->yield_to->yield_from == t && tcb_is_runnable(t));
    }
    if (t->state == THREAD_BLOCKED_RECV || t->state == THREAD_BLOCKED_SEND)
        check_alive(CAP_ENDPOINT, t->blocked_on.endpoint);
    if (t->state == THREAD_BLOCKED_NTFN)
        check_alive(CAP_NOTIFICATION, t->blocked_on.ntfn);
    for (enum tcb_slot s = TCB_FAULT_HANDLER; s <= TCB_TIMEOUT_HANDLER; s++)
        kassert(cap_is_valid_handler(t->slots[s].cap) || cap_is_zombie(t->slots[s].cap));
}

// A source has a handler capability or is free; only one with a handler is bound to a notification, which may be signalled.
static void check_interrupts(void)
{
    word_t handlers[ARCH_MAX_IRQ + 1] = {0};
    for (word_t i = 0; i < checked_cap_count; i++)
        if (cap_is_irq_handler(checked_caps[i].slot->cap))
            handlers[irq_handler_cap_irq(checked_caps[i].slot->cap)]++;
    for (word_t irq = 1; irq <= ARCH_MAX_IRQ; irq++) {
        cap_t cap = irq_slot(irq)->cap;
        kassert(irq_in_use(irq) == (handlers[irq] != 0));
        kassert(cap_is_null(cap) || (irq_in_use(irq) && cap_is_notification(cap) && (notification_cap_rights(cap) & RIGHT_WRITE)));
    }
}

void check_objects(void)
{
    for (word_t i = 0; i < checked_object_count; i++) {
        const struct checked_object *o = &checked_objects[i];
        if (cap_is_endpoint(o->cap))
            check_endpoint(checked_pointer(o));
        else if (cap_is_notification(o->cap))
            check_notification(checked_pointer(o));
        else if (cap_is_reply(o->cap))
            check_reply(checked_pointer(o));
        else if (cap_is_sched_context(o->cap))
            check_context_links(checked_pointer(o));
    }
    for (const tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        check_thread_links(t);
    check_interrupts();
}
#endif
