// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Scheduling contexts: binding, lending, returning (sel4-abi.md 9.4, 9.5).
#include <object/sched_context.h>

#include <api/invocation.h>
#include <debug/debug.h>
#include <ipc/message.h>
#include <object/cap.h>
#include <object/notification.h>
#include <object/reply.h>
#include <sched/refill.h>
#include <sched/sched.h>
#include <sched/time.h>

BOOT_CODE void sc_init_round_robin(sched_context_t *sc, word_t max_refills, ticks_t budget)
{
    refill_new(sc, max_refills, budget, 0);
}

static bool is_usable(const sched_context_t *sc)
{
    return sc_is_active(sc) && refill_usable(sc);
}

void sc_resume(sched_context_t *sc)
{
    tcb_t *t = sc->tcb;
    if (t == NULL || !tcb_is_runnable(t) || !sc_is_active(sc) || t->queue == QUEUE_RELEASE)
        return;
    if (sc->sporadic && sc != ks.sc)
        refill_unblock(sc);
    if (!is_usable(sc))
        sched_release_later(t);
}

static void link(sched_context_t *sc, tcb_t *t)
{
    sc->tcb = t;
    t->sc = sc;
}

// The thread stops running on its SC, wherever it is in the scheduler.
static void unlink(sched_context_t *sc)
{
    tcb_t *t = sc->tcb;
    sched_dequeue(t);
    t->sc = NULL;
    sc->tcb = NULL;
}

void sc_bind_tcb(sched_context_t *sc, tcb_t *t)
{
    link(sc, t);
    sched_make_ready(t);
}

void sc_unbind_tcb(sched_context_t *sc)
{
    if (sc->tcb != NULL)
        unlink(sc);
}

COLD void sc_unbind_ntfn(sched_context_t *sc)
{
    if (sc->ntfn != NULL)
        sc->ntfn->sc = NULL;
    sc->ntfn = NULL;
}

void sc_unbind_all(sched_context_t *sc)
{
    sc_unbind_tcb(sc);
    sc_unbind_ntfn(sc);
    if (sc->reply != NULL)
        sc->reply->next = 0;
    sc->reply = NULL;
}

void sc_donate(sched_context_t *sc, tcb_t *to)
{
    kassert(to->sc == NULL);
    if (sc->tcb != NULL)
        unlink(sc);
    link(sc, to);
}

void sc_finalise(sched_context_t *sc)
{
    sc_complete_yield(sc);
    sc_unbind_all(sc);
    sc->refill_max = 0;
    sc->count = 0;
}

uint64_t sc_take_consumed(sched_context_t *sc)
{
    uint64_t us = ticks_to_us(sc->consumed);
    sc->consumed = 0;
    return us;
}

// --- YieldTo ------------------------------------------------------------------------------------------

void sc_cancel_yield(tcb_t *t)
{
    if (t->yield_to != NULL)
        t->yield_to->yield_from = NULL;
    t->yield_to = NULL;
}

COLD void sc_complete_yield(sched_context_t *sc)
{
    tcb_t *t = sc->yield_from;
    if (t == NULL)
        return;
    uint64_t us = sc_take_consumed(sc);
    if (t->is_call) {
        word_t *reg = t->context.reg;
        reg[REG_BADGE] = 0;
        reg[REG_MESSAGE] = (word_t)us;
        if (sizeof(word_t) == 4)
            reg[REG_MESSAGE + 1] = (word_t)(us >> 32);
        reg[REG_INFO] = info_make(0, sizeof us / sizeof(word_t));
    }
    sc_cancel_yield(t);
}

// The target runs before the caller, which stays ready right behind it (or behind whoever is better).
static void yield_to(struct invocation *inv, sched_context_t *sc)
{
    tcb_t *target = sc->tcb, *current = ks.current;
    sc_complete_yield(sc);
    sc_resume(sc);
    if (tcb_is_schedulable(target)) {
        refill_unblock(sc);
        sched_dequeue(target);
        if (target->prio >= current->prio) {
            current->yield_to = sc;
            sc->yield_from = current;
            current->is_call = (inv->flags & INVOKE_CALL) != 0;
            inv->flags &= ~(word_t)INVOKE_CALL; // the reply comes later
            sched_reschedule();
            sched_enqueue_head(current);
            sched_enqueue_head(target);
            return;
        }
        sched_enqueue_head(target);
    }
    inv_result64(inv, sc_take_consumed(sc));
}

static outcome_t decode_yield_to(struct invocation *inv, sched_context_t *sc)
{
    if (sc->tcb == NULL || sc->tcb == ks.current || sc->tcb->prio > ks.current->mcp)
        return fail(seL4_IllegalOperation);
    yield_to(inv, sc);
    return DONE;
}

// --- binding ------------------------------------------------------------------------------------------

static outcome_t bind_thread(sched_context_t *sc, tcb_t *t)
{
    if (sc->tcb != NULL || t->sc != NULL || (tcb_is_blocked(t) && !is_usable(sc)))
        return fail(seL4_IllegalOperation);
    sc_bind_tcb(sc, t);
    return DONE;
}

static COLD outcome_t bind_notification(sched_context_t *sc, notification_t *n)
{
    if (sc->ntfn != NULL || n->sc != NULL)
        return fail(seL4_IllegalOperation);
    sc->ntfn = n;
    n->sc = sc;
    return DONE;
}

static outcome_t decode_bind(struct invocation *inv, sched_context_t *sc)
{
    if (inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    cap_t cap = inv->extra[0]->cap;
    if (cap_is_thread(cap))
        return bind_thread(sc, tcb_of_cap(cap));
    if (cap_is_notification(cap))
        return bind_notification(sc, (notification_t *)notification_cap_ptr(cap));
    return fail_capability(1);
}

static outcome_t decode_unbind_object(struct invocation *inv, sched_context_t *sc)
{
    if (inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    cap_t cap = inv->extra[0]->cap;
    if (cap_is_thread(cap)) {
        tcb_t *t = tcb_of_cap(cap);
        if (sc->tcb != t || t == ks.current)
            return fail(seL4_IllegalOperation);
        sc_unbind_tcb(sc);
        return DONE;
    }
    if (cap_is_notification(cap)) {
        if (sc->ntfn != (notification_t *)notification_cap_ptr(cap))
            return fail(seL4_IllegalOperation);
        sc_unbind_ntfn(sc);
        return DONE;
    }
    return fail_capability(1);
}

outcome_t sched_context_decode(struct invocation *inv)
{
    sched_context_t *sc = (sched_context_t *)sched_context_cap_ptr(inv->cap);
    switch (inv->label) {
    case SchedContextBind:
        return decode_bind(inv, sc);
    case SchedContextUnbind:
        if (sc->tcb == ks.current)
            return fail(seL4_IllegalOperation);
        sc_unbind_all(sc);
        return DONE;
    case SchedContextUnbindObject:
        return decode_unbind_object(inv, sc);
    case SchedContextConsumed:
        inv_result64(inv, sc_take_consumed(sc));
        return DONE;
    case SchedContextYieldTo:
        return decode_yield_to(inv, sc);
    default:
        return fail(seL4_IllegalOperation);
    }
}
