/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "runs.h"

#include "loading.h"
#include "memory.h"

#include <string.h>
#include <vc_top/registers.h>

enum { PATIENCE_US = 1000000, LOOK_US = 2000 };     /* with a core that owes something: until it is given up, and between looks */
enum { HEADER_BYTES = 12 };                         /* of an output: return code, epc, bytes that follow */

static void end_run(struct model *m)
{
    memory_give(ml.temporary);
    ml.running = NOBODY;
    ml.stopping = ml.timed_out = false;
    if (m->given_up) {
        model_forget(m);
    }
}

static void complete(struct model *m, const struct models_result *result)
{
    m->since_us = m->queued ? m->since_us : 0;
    m->result = *result;
    m->result.jobnum = ++m->statistics.runs;
    m->has_result = true;
    m->statistics.faults += result->faulted;
    ml.completed |= 1u << model_number(m);
    models_notify(m->client);
}

/* Who can not run is told so, as of a run that has failed. */
static void fail(struct model *m, enum loaded loaded)
{
    static const uint32_t causes[] = {
        [NO_ROOM] = MODELS_CAUSE_NOT_LOADED, [FAILED] = MODELS_CAUSE_NOT_LOADED, [REFUSED] = MODELS_CAUSE_REFUSED, [NO_INPUT] = MODELS_CAUSE_NO_INPUT,
    };
    m->queued = false;
    m->statistics.load_failures += loaded != NO_INPUT;
    complete(m, &(struct models_result){ .return_code = causes[loaded], .address = loaded == REFUSED ? m->refused_at : 0, .faulted = true });
}

static uint32_t word_at(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The job's own words. It may have written anything there. */
static struct models_result read_header(const struct model *m)
{
    struct models_result result = {0};
    uint32_t all_of_it = m->image.size[IMAGE_OUTPUT];
    if (all_of_it >= m->image.output_at) {
        const uint8_t *header = model_output(m);
        uint32_t size = word_at(header + 8), room = all_of_it - m->image.output_at;
        result.return_code = word_at(header);
        result.pc = result.return_code ? word_at(header + 4) : 0;
        result.size = size <= room ? size : room;
    }
    return result;
}

/* What has written where it should not may have spoilt its own data: it is loaded again. */
static void faulted(struct model *m, const struct vector_event *event)
{
    model_leave_memory(m);
    complete(m, &(struct models_result){ .return_code = event->cause, .pc = event->pc, .address = event->address, .faulted = true });
}

static void windows_of(const struct model *m, struct vector_window windows[VECTOR_WINDOWS])
{
    static const uint8_t rights[IMAGE_PARTS] = {
        VC_READ | VC_EXECUTE, VC_READ, VC_READ | VC_WRITE, VC_READ | VC_WRITE, VC_READ, VC_READ | VC_WRITE,
    };
    for (unsigned i = 0; i < IMAGE_PARTS; i++) {
        enum image_part part = (enum image_part)i;
        uint32_t at = part == IMAGE_TEMPORARY ? ml.temporary : m->at + image_offset(&m->image, part);
        windows[i] = (struct vector_window){ at, image_pages(&m->image, part), rights[i] };
    }
    if (m->image.is_data) {
        windows[IMAGE_TEXT] = ml.executor;
    }
}

static void start(struct model *m)
{
    struct vector_window windows[VECTOR_WINDOWS];
    uint64_t now = models_now_us();
    memset(ml.tcm + m->at + image_offset(&m->image, IMAGE_OUTPUT), 0, m->image.size[IMAGE_OUTPUT] < HEADER_BYTES ? m->image.size[IMAGE_OUTPUT] : HEADER_BYTES);
    windows_of(m, windows);
    m->queued = m->has_result = m->has_input = false;
    m->last_used = ++ml.orders;
    m->statistics.wait_us += now - m->since_us;
    ml.running = model_number(m);
    ml.first = NOBODY;
    ml.deadline_us = now + (uint64_t)m->limit_ms * US_PER_MS;
    (void)vector_start(windows, m->image.entry, m->limit_ms * 2);   /* the firmware's limit is for when ours does not come */
}

/* Whose turn it is: the highest priority, of these the earliest deadline, of these the one that came first. A deadline stays what it was when the run was
 * queued: no number of short periods keeps others from their turn for ever. */
static struct model *next(void)
{
    struct model *best = NULL;
    if (ml.first != NOBODY && ml.models[ml.first].queued) {
        return &ml.models[ml.first];
    }
    ml.first = NOBODY;
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &ml.models[i];
        if (!m->used || !m->queued) {
            continue;
        }
        if (best == NULL || m->priority > best->priority || (m->priority == best->priority && m->due_us < best->due_us)
            || (m->priority == best->priority && m->due_us == best->due_us && best->order - m->order < UINT32_MAX / 2)) {
            best = m;
        }
    }
    return best;
}

static enum loaded attempt(struct model *m)
{
    bool wait = false;
    enum loaded loaded = m->hungry ? NO_INPUT : loading_load(m);
    if (loaded != LOADED) {
        return loaded;
    }
    uint32_t size = image_pages(&m->image, IMAGE_TEMPORARY);
    ml.temporary = loading_place(size, TEMPORARY_OWNER, m, &wait);
    if (ml.temporary == MEMORY_FULL && !wait && loading_move_down(m)) {
        ml.temporary = loading_place(size, TEMPORARY_OWNER, m, &wait);
    }
    if (ml.temporary == MEMORY_FULL) {
        return wait ? LATER : NO_ROOM;
    }
    start(m);
    return LOADED;
}

/* Whose memory is in the way of another run has its own before. False: it is not its turn yet, the core is busy with clearing. */
static bool try_to_run(struct model *m)
{
    enum loaded loaded = attempt(m);
    const struct model *first = loaded == NO_ROOM && ml.first == NOBODY ? loading_in_the_way(m) : NULL;
    if (first != NULL) {
        ml.first = model_number(first);
        return true;
    }
    if (loaded != LOADED && loaded != LATER) {
        fail(m, loaded);
    }
    return loaded != LATER;
}

/* The core was told something that has not been done yet, and that has to be done before anything goes on. Its interrupt says when, but not
 * every platform's, nor that of a core that has failed. */
static bool owes(void)
{
    return ml.stopping || (ml.running == NOBODY && models_queued() != 0 && !vector_settled());
}

void runs_set_alarm(void)
{
    uint64_t at = ml.running != NOBODY && !ml.stopping ? ml.deadline_us : NEVER;
    if (owes()) {
        uint64_t now = models_now_us();
        ml.owing_since_us = ml.owing_since_us == NEVER ? now : ml.owing_since_us;
        at = now + LOOK_US;
    } else {
        ml.owing_since_us = NEVER;
    }
    for (unsigned i = 0; i < MODELS; i++) {
        const struct model *m = &ml.models[i];
        if (m->used && m->period_ms && m->next_us < at) {
            at = m->next_us;
        }
    }
    models_alarm(at);
}

void runs_go_on(void)
{
    struct model *m;
    while (ml.running == NOBODY && vector_settled() && (m = next()) != NULL && try_to_run(m)) {
    }
    runs_set_alarm();
}

void runs_queue(struct model *m, uint64_t due_us)
{
    m->queued = true;
    m->due_us = due_us;
    m->order = ++ml.orders;
    m->since_us = models_now_us();
}

/* --- time --- */

/* Due again on the grid of its period: lateness does not add up. Periods that passed unseen are drops. */
static void periods(struct model *m, uint64_t now)
{
    if (!m->used || m->period_ms == 0 || m->next_us > now) {
        return;
    }
    uint32_t passed = 0;
    for (; m->next_us <= now; passed++) {           /* mostly one, and 64-bit division is a kilobyte */
        m->next_us += (uint64_t)m->period_ms * US_PER_MS;
    }
    if (m->queued || model_runs(m)) {
        m->statistics.drops += passed;
    } else {
        m->statistics.drops += passed - 1;
        runs_queue(m, m->next_us);
    }
}

/* The core does nothing any more. All runs are over, and nothing is in its memory; whoever asks next tries again. */
static void give_up_core(void)
{
    const struct models_result lost = { .return_code = VC_CAUSE_FIRMWARE, .faulted = true };
    ml.present = ml.stopping = ml.timed_out = false;
    ml.owing_since_us = NEVER;
    ml.running = NOBODY;
    memory_init(memory_size());
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &ml.models[i];
        bool had = m->used && (m->queued || m->period_ms);
        model_lose_contents(m);
        m->queued = false;
        m->period_ms = 0;
        if (m->given_up) {
            model_forget(m);
        } else if (had || (m->used && m->since_us != 0)) {
            complete(m, &lost);
        }
    }
    models_alarm(NEVER);
}

static bool is_late(uint64_t now)
{
    return ml.running != NOBODY && !ml.stopping && ml.deadline_us <= now;
}

/* A run that has ended in time is none that was too long, even if its interrupt comes after the alarm. */
static void keep_limit(uint64_t now)
{
    if (is_late(now)) {
        models_event();
    }
    if (is_late(now)) {
        ml.stopping = ml.timed_out = true;
        (void)vector_stop();
    }
}

void models_tick(void)
{
    if (!ml.present) {
        return;
    }
    uint64_t now = models_now_us();
    if (owes() && ml.owing_since_us != NEVER && now - ml.owing_since_us >= PATIENCE_US) {
        give_up_core();
        return;
    }
    keep_limit(now);
    for (unsigned i = 0; i < MODELS; i++) {
        periods(&ml.models[i], now);
    }
    models_event();                 /* also what an interrupt may have been too late for */
}

/* --- what the core says --- */

/* The stopped one does not touch its memory any more. */
static void stopped(struct model *m)
{
    bool timed_out = ml.timed_out;
    model_leave_memory(m);
    if (timed_out) {
        complete(m, &(struct models_result){ .return_code = VC_CAUSE_TIME, .pc = vector_stopped_at(), .faulted = true });
    }
    end_run(m);
}

static void ended(struct model *m, const struct vector_event *event)
{
    m->statistics.instructions += event->instructions;
    m->statistics.last_instructions = event->instructions;
    if (event->outcome == VECTOR_FAULTED) {
        faulted(m, event);
    } else {
        struct models_result result = read_header(m);
        complete(m, &result);
    }
    end_run(m);
}

void models_event(void)
{
    if (!ml.present) {
        return;
    }
    struct vector_event event = vector_event();
    struct model *m = ml.running == NOBODY ? NULL : &ml.models[ml.running];
    if (event.restarted) {
        memory_soil();              /* a clear may have been under way */
    }
    if (m != NULL && ml.stopping) {
        if (vector_settled()) {
            stopped(m);
        }
    } else if (m != NULL && event.outcome == VECTOR_REQUESTED) {
        (void)vector_resume();      /* there is nothing that a job could request */
    } else if (m != NULL && event.outcome != VECTOR_NOTHING) {
        ended(m, &event);
    }
    runs_go_on();
}
