/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "loading.h"

#include "memory.h"
#include "ml_coordinator.h"

#include <string.h>

static void clear_dirty(void)
{
    uint32_t offset, size;
    while (memory_next_dirty(&offset, &size)) {
        (void)vector_clear(offset, size);
    }
}

/* Waits for its turn, or has a result that nobody has seen, or input for a run that was not asked for: none of them may ever be. */
static bool is_wanted(const struct model *m)
{
    return m->queued || m->has_input || (ml.completed >> model_number(m) & 1);
}

static bool keeps_memory(const struct model *m)
{
    return model_runs(m) || (m->has_input && m->queued);
}

struct model *loading_in_the_way(const struct model *m)
{
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *other = &ml.models[i];
        if (other->resident && other != m && other->has_input && other->queued) {
            return other;
        }
    }
    return NULL;
}

/* Gives up the resident model whose last use is longest ago; one that is wanted only when no other is left. False: there is none. */
static bool evict(const struct model *for_whom)
{
    struct model *victim = NULL;
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &ml.models[i];
        if (!m->used || !m->resident || m == for_whom || keeps_memory(m)) {
            continue;
        }
        if (victim == NULL || is_wanted(m) < is_wanted(victim)
            || (is_wanted(m) == is_wanted(victim) && m->last_used - victim->last_used > UINT32_MAX / 2)) {
            victim = m;
        }
    }
    if (victim == NULL) {
        return false;
    }
    victim->statistics.evictions++;
    model_leave_memory(victim);
    return true;
}

uint32_t loading_place(uint32_t size, int owner, const struct model *for_whom, bool *wait)
{
    *wait = false;
    uint32_t at = memory_take(size, owner);
    if (at != MEMORY_FULL || ml.running != NOBODY) {       /* the core stands still for a clear */
        return at;
    }
    while (!memory_has_room(size) && evict(for_whom)) {
    }
    if (memory_has_room(size)) {
        clear_dirty();
        *wait = true;
    }
    return MEMORY_FULL;
}

/* Looks at the copy that will run: nobody but this service can change it. */
static bool is_accepted(struct model *m)
{
    struct nn_problem problem;
    if (image_check(&m->image, ml.tcm + m->at, &problem)) {
        return true;
    }
    models_refused(m->bundle, m->name, &problem);
    m->refused_at = problem.index;
    return false;
}

enum loaded loading_load(struct model *m)
{
    bool wait;
    if (m->resident) {
        return LOADED;
    }
    uint32_t at = loading_place(image_bytes(&m->image), model_number(m), m, &wait);
    if (at == MEMORY_FULL) {
        return wait ? LATER : NO_ROOM;
    }
    struct bundle_source source = model_source(m);
    m->at = at;
    m->resident = true;
    if (!image_load(&source, &m->image, ml.tcm + at)) {
        model_leave_memory(m);
        return FAILED;
    }
    m->statistics.loads++;
    if (!is_accepted(m)) {
        model_leave_memory(m);
        return REFUSED;
    }
    return LOADED;
}

bool loading_move_down(struct model *m)
{
    if (!memory_move_down(m->at)) {
        return false;
    }
    memmove(ml.tcm, ml.tcm + m->at, image_bytes(&m->image));
    m->at = 0;
    return true;
}

int loading_load_now(struct model *m)
{
    if (model_runs(m)) {
        return ML_BUSY;
    }
    if (!m->resident && !vector_settled()) {
        return ML_BUSY;             /* what is being cleared may be its place */
    }
    switch (loading_load(m)) {
    case LOADED:
        return ML_SUCCESS;
    case REFUSED:
        return ML_INVALID_IMAGE;
    case LATER:
        return ML_BUSY;
    default:
        return ml.running != NOBODY ? ML_BUSY : ML_LOAD_MODEL_FAILED;
    }
}
