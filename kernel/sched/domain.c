// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Scheduling domains: a table says which domain may run for how long (sel4-abi.md 3.4).
#include <sched/sched.h>

#include <api/invocation.h>
#include <debug/debug.h>

#define SCHEDULE_LENGTH ((word_t)CONFIG_NUM_DOMAIN_SCHEDULES)

static void enter_domain_slot(word_t index)
{
    ks.domain_index = index;
    ks.domain = ks.domain_schedule[index].domain;
    ks.domain_end = ks.now + ks.domain_schedule[index].duration;
    sched_update_until();
}

void sched_next_domain(void)
{
    word_t index = ks.domain_index + 1;
    if (ks.domain_schedule[index].duration == 0)
        index = ks.domain_start;
    enter_domain_slot(index);
}

void sched_set_domain_start(word_t index)
{
    ks.domain_start = index;
    ks.domain_index = SCHEDULE_LENGTH - 2; // the next entry is an end marker, so the next slot is the start
    ks.domain_end = ks.now;                // over at once: sched_finish() enters the slot
    sched_reschedule();
}

void sched_set_domain(tcb_t *t, word_t domain)
{
    bool ready = t->queue == QUEUE_READY;
    if (t == ks.candidate || ready)
        sched_dequeue(t);
    t->domain = (uint8_t)domain;
    if (ready || (tcb_is_schedulable(t) && t != ks.current && t->queue == QUEUE_NONE))
        sched_enqueue_head(t);
    sched_reschedule();
}

static outcome_t decode_domain_set(struct invocation *inv)
{
    if (inv->length < 1)
        return fail(seL4_TruncatedMessage);
    word_t domain = inv_mr(inv, 0);
    if (domain >= CONFIG_NUM_DOMAINS)
        return fail_argument(0);
    if (inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    if (!cap_is_thread(inv->extra[0]->cap))
        return fail_argument(1);
    sched_set_domain(tcb_of_cap(inv->extra[0]->cap), domain);
    return DONE;
}

static outcome_t decode_schedule_entry(struct invocation *inv)
{
    if (inv->length < (sizeof(word_t) == 8 ? 3u : 4u))
        return fail(seL4_TruncatedMessage);
    word_t index = inv_mr(inv, 0), domain = inv_mr(inv, 1);
    uint64_t duration = inv_mr64(inv, 2);
    if (index >= SCHEDULE_LENGTH - 1)
        return fail_range(0, SCHEDULE_LENGTH - 2);
    if (domain >= CONFIG_NUM_DOMAINS)
        return fail_range(0, CONFIG_NUM_DOMAINS - 1);
    if (duration > MAX_DOMAIN_DURATION)
        return fail_argument(2);
    if (duration == 0 && domain != 0)
        return fail_argument(1);
    if (duration == 0 && index == ks.domain_start)
        return fail_argument(2);
    // A slot that is over before it begins would leave nothing but timer interrupts, for ever if its domain is empty.
    if (duration != 0 && duration < MIN_BUDGET)
        duration = MIN_BUDGET;
    ks.domain_schedule[index] = (struct domain_slot){duration, domain};
    return DONE;
}

static outcome_t decode_schedule_start(struct invocation *inv)
{
    if (inv->length < 1)
        return fail(seL4_TruncatedMessage);
    word_t index = inv_mr(inv, 0);
    if (index >= SCHEDULE_LENGTH)
        return fail_range(0, SCHEDULE_LENGTH - 1);
    if (ks.domain_schedule[index].duration == 0)
        return fail_argument(0);
    sched_set_domain_start(index);
    return DONE;
}

outcome_t domain_decode(struct invocation *inv)
{
    switch (inv->label) {
    case DomainSetSet:
        return decode_domain_set(inv);
    case DomainScheduleConfigure:
        return decode_schedule_entry(inv);
    case DomainScheduleSetStart:
        return decode_schedule_start(inv);
    default:
        return fail(seL4_IllegalOperation);
    }
}

_Static_assert(CONFIG_NUM_DOMAIN_SCHEDULES >= 2, "the last entry is always an end marker");
