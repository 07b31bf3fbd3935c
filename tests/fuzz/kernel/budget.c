/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "budget.h"

#include "world.h"

#include <debug/check.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_NOTES 64u

static struct note {
    const sched_context_t *sc;
    ticks_t sum, period;
} notes[MAX_NOTES];
static unsigned note_count;

void budgets_start(void)
{
    check_all_invariants(); /* finds the objects */
    note_count = 0;
}

void budgets_before_call(void)
{
    if (info_label(ks.current->context.reg[REG_INFO]) == SchedControlConfigureFlags)
        note_count = 0;
}

/* Of round robin: the second refill is the whole slice. */
static ticks_t sum_of(const sched_context_t *sc)
{
    ticks_t sum = 0;
    if (sc_is_round_robin(sc))
        return sc_refills(sc)[1].amount;
    for (word_t i = 0; i < sc->count; i++)
        sum += sc_refills(sc)[(sc->head + i) % sc->refill_max].amount;
    return sum;
}

static void compare(const sched_context_t *sc, ticks_t sum)
{
    for (unsigned i = 0; i < note_count; i++) {
        if (notes[i].sc == sc && notes[i].period == sc->period && notes[i].sum != sum) {
            fprintf(stderr, "refills of a scheduling context add up to %lu, not to %lu\n", sum, notes[i].sum);
            abort();
        }
    }
}

void budgets_check(void)
{
    struct note found[MAX_NOTES];
    unsigned count = 0;

    for (word_t i = 0; i < checked_object_count && count < MAX_NOTES; i++) {
        if (!cap_is_sched_context(checked_objects[i].cap))
            continue;
        const sched_context_t *sc = checked_pointer(&checked_objects[i]);
        if (!sc_is_active(sc))
            continue;
        ticks_t sum = sum_of(sc);
        compare(sc, sum);
        found[count++] = (struct note){sc, sum, sc->period};
    }
    for (unsigned i = 0; i < count; i++)
        notes[i] = found[i];
    note_count = count;
}
