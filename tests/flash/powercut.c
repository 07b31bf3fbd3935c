/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "powercut.h"

#include <stdio.h>
#include <string.h>

#include "workload.h"

enum { GO_ON = 3 /* steps after a cut, if not to the end */ };

static struct {
    struct powercut *p;
    struct flash_model golden, cut, nested;
    struct store golden_store, store; /* of the undisturbed run, and of all others */
    struct state before;              /* the undisturbed run's, before the step that it is in */
    struct state end;
    struct state stages[STAGES];
    unsigned stage_count, step;
    uint64_t operation, tried;
    jmp_buf power;
    bool counting;                    /* a first run only finds out how it ends */
    bool formatting;                  /* before the first step */
} run;

static bool fail(const char *what, enum tear tear, long second, long third)
{
    if (run.p->failure[0] == '\0')
        snprintf(run.p->failure, sizeof run.p->failure, "%s: %u x %u, seed %u, step %u (action %u), operation %llu, tear %d, cuts in recovery %ld, %ld", what,
                 run.p->blocks, run.p->block_size, run.p->seed, run.step, workload_step(run.p->seed, run.step, run.p->scale).action,
                 (unsigned long long)run.operation, tear, second, third);
    return false;
}

static bool failed(void)
{
    return run.p->failure[0] != '\0';
}

/* --- after a cut --- */

/* Which of the states that the step may leave is in the store; -1: none. */
static int state_of(struct store *s)
{
    for (unsigned i = run.stage_count; i-- > 0;)
        if (workload_holds(s, &run.stages[i]))
            return (int)i;
    return -1;
}

/* Opens, but for a cut at operation number `cut_at`. @return false if it came to that */
static bool open_until(struct flash_model *m, uint64_t cut_at, enum tear tear, int *error)
{
    m->operations = 0;
    m->cut_at = cut_at;
    m->tear = tear;
    m->power = &run.power;
    if (setjmp(run.power) == 0) {
        *error = store_open(&run.store, &m->flash);
        m->cut_at = UINT64_MAX;
        return true;
    }
    m->cut_at = UINT64_MAX;
    run.p->cuts++;
    return false;
}

/* Carries on from a state of the step, to the end of the workload or a few steps. */
static bool go_on(struct flash_model *m, int stage, bool to_the_end)
{
    static struct state state, stages[STAGES];
    state = run.stages[stage];
    unsigned end = to_the_end || run.step + GO_ON > run.p->steps ? run.p->steps : run.step + GO_ON;
    bool done = stage == (int)run.stage_count - 1 && !run.formatting;
    for (unsigned n = run.step + done; n < end; n++) {
        struct step step = workload_step(run.p->seed, n, run.p->scale);
        unsigned count = workload_stages(&state, &step, stages);
        int error = workload_run(&run.store, &m->flash, &step);
        if (error) {
            snprintf(run.p->failure, 60, "step %u (action %u) of the continuation: error %d; ", n, step.action, error);
            char *rest = run.p->failure + strlen(run.p->failure);
            snprintf(rest, 120, "seed %u, step %u, operation %llu, tear %d", run.p->seed, run.step, (unsigned long long)run.operation, m->tear);
            return false;
        }
        state = stages[count - 1];
    }
    run.p->finished += end == run.p->steps;
    return workload_holds(&run.store, &state) && (end < run.p->steps || memcmp(&state, &run.end, sizeof state) == 0);
}

/* The last recovery: it must succeed, say the same when it is repeated, and the store must be of use. */
static bool judge(struct flash_model *m, enum tear tear, long second, long third, bool to_the_end)
{
    int error;
    open_until(m, UINT64_MAX, TEAR_NOTHING, &error);
    run.p->recoveries++;
    int stage = error ? -1 : state_of(&run.store);
    if (m->violation)
        return fail(m->violation, tear, second, third);
    if (error)
        return fail("cannot be opened", tear, second, third);
    if (stage < 0)
        return fail("neither old nor new", tear, second, third);
    if (!workload_no_old_secrets(m, &run.stages[stage], run.p->seed, run.step + 1, run.p->scale))
        return fail("a deleted secret is still there", tear, second, third);
    open_until(m, UINT64_MAX, TEAR_NOTHING, &error);
    if (error || state_of(&run.store) != stage)
        return fail("opened twice, different states", tear, second, third);
    bool good = go_on(m, stage, to_the_end);
    if (m->violation)
        run.p->failure[0] = '\0';
    return m->violation ? fail(m->violation, tear, second, third) : good ? true : fail("cannot go on", tear, second, third);
}

/* --- cuts in recoveries --- */

/* A third cut at every operation of the recovery from `from` (each in another way), or at one of them. */
static bool third_cuts(const struct flash_model *from, enum tear tear, long second, bool all)
{
    struct flash_model *m = &run.nested;
    int error;
    uint64_t at = all ? 0 : model_random(m, 12);
    for (;; at++) {
        model_copy(m, from);
        bool ended = open_until(m, at, (enum tear)((at + (uint64_t)second) % TEARS), &error);
        if (!judge(m, tear, second, ended ? -1 : (long)at, false))
            return false;
        if (ended || !all)
            return true;
    }
}

/* A second cut at every operation of the recovery. */
static bool nested_cuts(const struct flash_model *from, enum tear tear, bool all_third)
{
    static struct flash_model state;
    int error;
    if (state.cells == NULL || state.flash.block_size != from->flash.block_size || state.flash.blocks != from->flash.blocks) {
        model_free(&state);
        model_init(&state, from->flash.block_size, from->flash.blocks, from->flash.page_size, 0);
    }
    for (uint64_t at = 0;; at++) {
        state.random = run.nested.random + 7;
        model_copy(&state, from);
        bool ended = open_until(&state, at, (enum tear)((at + (uint64_t)tear) % TEARS), &error);
        if (state.violation)
            return fail(state.violation, tear, (long)at, -1);
        if (ended)
            return true;
        if (!third_cuts(&state, tear, (long)at, all_third && at % 2 == 0))
            return false;
    }
}

/* --- the undisturbed run --- */

static void cut_here(const struct operation *op)
{
    struct powercut *p = run.p;
    for (unsigned tear = 0; tear < TEARS && !failed(); tear++) {
        run.tried++;
        bool nested = p->nested_every && run.tried % p->nested_every == 0, end = run.tried % p->finish_every == 0;
        model_copy(&run.cut, &run.golden);
        model_tear(&run.cut, op, (enum tear)tear);
        p->cuts++;
        if (nested && !nested_cuts(&run.cut, (enum tear)tear, run.tried % (4 * p->nested_every) == 0))
            return;
        judge(&run.cut, (enum tear)tear, -1, -1, end);
    }
}

static void before_operation(void *ctx, const struct operation *op)
{
    (void)ctx;
    run.operation++;
    if (!run.counting && run.operation % run.p->every == 0 && !failed())
        cut_here(op);
}

static void fail_blocks(struct flash_model *m)
{
    for (unsigned i = 0; i < run.p->failing; i++) {
        unsigned block = (run.p->seed + 3 * i) % m->flash.blocks;
        m->faults[block] = (uint8_t)(FAULT_PROGRAM_ERROR + (run.p->seed + i) % 5);
        m->fault_after[block] = 20 + 15 * i;
    }
}

static bool run_workload(void)
{
    struct powercut *p = run.p;
    model_init(&run.golden, p->block_size, p->blocks, p->page_size, (uint8_t)(p->seed % 3 == 0 ? 0 : p->seed % 3 == 1 ? 0xff : 0x5a));
    fail_blocks(&run.golden);
    run.golden.before = before_operation;
    run.operation = 0;
    run.step = 0;
    memset(&run.before, 0, sizeof run.before);
    run.stages[0] = run.before; /* while it is formatted */
    run.stage_count = 1;
    run.formatting = true;
    int error = store_open(&run.golden_store, &run.golden.flash);
    run.formatting = false;
    for (; !error && run.step < p->steps && !failed(); run.step++) {
        struct step step = workload_step(p->seed, run.step, p->scale);
        run.stage_count = workload_stages(&run.before, &step, run.stages);
        uint32_t collections = run.golden_store.collections;
        error = workload_run(&run.golden_store, &run.golden.flash, &step);
        if (run.golden_store.collections > collections)
            p->collections += run.golden_store.collections - collections;
        run.before = run.stages[run.stage_count - 1];
        if (error || run.golden.violation || !workload_holds(&run.golden_store, &run.before)) {
            snprintf(p->failure, sizeof p->failure, "undisturbed, seed %u, step %u (action %u): error %d, %s", p->seed, run.step, step.action, error,
                     run.golden.violation ? run.golden.violation : "or wrong state");
            break;
        }
    }
    p->operations = run.operation;
    model_free(&run.golden);
    return !error && !failed();
}

bool powercut_run(struct powercut *p)
{
    memset(&run, 0, sizeof run);
    run.p = p;
    model_init(&run.cut, p->block_size, p->blocks, p->page_size, 0);
    model_init(&run.nested, p->block_size, p->blocks, p->page_size, 0);
    run.cut.random = p->seed * 2 + 1;
    run.nested.random = p->seed * 2 + 3;
    run.counting = true;
    bool good = run_workload();
    run.end = run.before;
    run.counting = false;
    p->collections = 0;
    good = good && run_workload();
    model_free(&run.cut);
    model_free(&run.nested);
    return good;
}
