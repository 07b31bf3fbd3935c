// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Scheduler: ready and release queues hold exactly the threads that say so, bitmaps tell which queues are not empty, refills are in order
// and within their ring (the DetSched invariants of testing.md D.4).
#include <debug/check.h>

#include <debug/debug.h>
#include <object/sched_context.h>
#include <sched/refill.h>
#include <sched/sched.h>
#include <sched/time.h>

#ifdef CONFIG_KERNEL_CHECK_ALL_INVARIANTS
static word_t count_in(enum thread_queue queue)
{
    word_t count = 0;
    for (const tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        count += t->queue == queue;
    return count;
}

// Length of the ring, every member of which must be in this queue.
static word_t ring_length(const tcb_t *head, enum thread_queue queue, word_t limit)
{
    word_t length = 0;
    if (head == NULL)
        return 0;
    const tcb_t *t = head;
    do {
        kassert(t->queue == queue && t->next->prev == t && length < limit);
        length++;
        t = t->next;
    } while (t != head);
    return length;
}

static void check_ready_queues(void)
{
    word_t left = count_in(QUEUE_READY);
    for (word_t domain = 0; domain < CONFIG_NUM_DOMAINS; domain++) {
        const struct ready_queues *r = &ks.ready[domain];
        for (word_t prio = 0; prio < NUM_PRIOS; prio++) {
            word_t rank = NUM_PRIOS - 1 - prio;
            const tcb_t *head = r->head[prio];
            kassert(((r->bitmap[rank / WORD_BITS] >> rank % WORD_BITS & 1) != 0) == (head != NULL));
            left -= ring_length(head, QUEUE_READY, left);
            kassert(head == NULL || (head->prio == prio && head->domain == domain));
        }
        for (word_t i = 0; i < BITMAP_WORDS; i++)
            kassert((r->summary >> i & 1) == (r->bitmap[i] != 0));
    }
    kassert(left == 0);
}

static void check_sleepers(void)
{
    word_t waiting = count_in(QUEUE_RELEASE);
    kassert(ring_length(ks.release, QUEUE_RELEASE, waiting) == waiting);
    const tcb_t *t = ks.release;
    for (word_t i = 1; i < waiting; i++, t = t->next)
        kassert(sc_head(t->sc)->time <= sc_head(t->next->sc)->time);
}

static const refill_t *refill(const sched_context_t *sc, word_t n)
{
    return sc_refills(sc) + (sc->head + n) % sc->refill_max;
}

// Round robin: what is left and the whole slice. Otherwise ascending, apart from each other. The first one is worth running for in
// either case, or a thread that waits for it would be woken up for ever.
static void check_refills(const sched_context_t *sc, word_t size_bits)
{
    if (!sc_is_active(sc))
        return;
    kassert(sc->refill_max >= MIN_REFILLS && sc->refill_max <= sc_capacity(size_bits));
    kassert(sc->head < sc->refill_max && sc->count <= sc->refill_max);
    if (sc_is_round_robin(sc)) {
        kassert(sc->count == MIN_REFILLS && refill(sc, 0)->amount <= refill(sc, 1)->amount && refill(sc, 0)->amount >= MIN_BUDGET);
        kassert(sc->head == 0 && refill(sc, 0)->time <= ks.now);
        return;
    }
    ticks_t sum = 0;
    kassert(refill(sc, 0)->amount >= MIN_BUDGET);
    for (word_t i = 0; i < sc->count; i++) {
        sum += refill(sc, i)->amount;
        kassert(refill(sc, i)->amount != 0);
        kassert(i + 1 == sc->count || refill(sc, i)->time + refill(sc, i)->amount <= refill(sc, i + 1)->time);
    }
    kassert(sum <= sc->period && sc->period <= MAX_PERIOD);
}

// Who can run is ready or running; the one that runs has time for it and the highest priority.
static void check_current(void)
{
    const tcb_t *current = ks.current;
    kassert(ks.domain < CONFIG_NUM_DOMAINS && ks.domain_index < CONFIG_NUM_DOMAIN_SCHEDULES);
    if (current == &idle_thread)
        return;
    check_alive_thread(current);
    kassert(current->domain == ks.domain && current->sc == ks.sc && sc_is_active(ks.sc) && current->fault.type == seL4_Fault_NullFault);
    kassert(ks.timer <= ks.deadline + MIN_BUDGET && ks.deadline <= ks.until && ks.until <= ks.domain_end);
    kassert(ks.release == NULL || ks.until <= sc_head(ks.release->sc)->time);
}

void check_schedule(void)
{
    check_ready_queues();
    check_sleepers();
    for (word_t i = 0; i < checked_object_count; i++) {
        const struct checked_object *o = &checked_objects[i];
        if (cap_is_sched_context(o->cap))
            check_refills(checked_pointer(o), o->bits);
    }
    check_current();
}
#endif
