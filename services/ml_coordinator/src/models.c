/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "models.h"

#include "memory.h"
#include "ml_coordinator.h"
#include "vector.h"

#include <string.h>
#include <vc_top/registers.h>

#define NEVER UINT64_MAX
#define US_PER_MS 1000u
enum { ONESHOT_DUE_US = 1000000 };                  /* after it was asked for; a periodic run is due when the next one is */
enum { PATIENCE_US = 1000000, LOOK_US = 2000 };     /* with a core that owes something: until it is given up, and between looks */
enum { NOBODY = -1, TEMPORARY_OWNER = MODELS, PERIOD_MAX_MS = 86400000 };

/* Of an output: return code, epc, bytes that follow. */
enum { HEADER_BYTES = 12 };

struct model {
    char bundle[MODELS_NAME], name[MODELS_NAME];
    bool used, resident, queued, given_up;          /* given_up: forgotten as soon as it does not run any more */
    bool shared;                    /* the image is in a bundle of the model's own name, not the application's; each application has its copy in memory */
    unsigned client;
    struct image image;
    uint32_t at;                    /* in the memory, when resident */
    uint32_t priority, limit_ms;
    uint64_t period_us, next_us;    /* period_us 0: none; when it is due */
    uint64_t since_us;              /* in the queue, or running; 0: neither */
    uint64_t due_us;                /* in the queue: its run is to begin before, of equals the one with the earliest does */
    uint32_t order;                 /* of queueing: first come, first served */
    uint32_t last_used;
    bool has_result;
    bool has_input, fed, hungry;    /* input is set, and not in a run yet; is set; was set, and has gone with the model's memory */
    uint32_t refused_at;            /* number of the layer or tensor */
    struct models_result result;
    struct models_statistics statistics;
};

static struct {
    struct model models[MODELS];
    uint8_t *tcm;
    struct vector_window executor;  /* behind the memory that models share */
    bool present;
    int running;                    /* or NOBODY */
    bool stopping;                  /* the running one was stopped; the core says when it stands still */
    bool timed_out;                 /* ... because its time was over */
    uint32_t temporary;             /* where the running one's is */
    uint64_t deadline_us;           /* of the running one */
    uint64_t owing_since_us;        /* NEVER: the core owes nothing */
    uint32_t orders;
    uint32_t completed;
} all;

/* --- table --- */

static struct model *find(const char *bundle, const char *name)
{
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &all.models[i];
        if (m->used && !m->given_up && strcmp(m->bundle, bundle) == 0 && strcmp(m->name, name) == 0) {
            return m;
        }
    }
    return NULL;
}

static int number_of(const struct model *m)
{
    return (int)(m - all.models);
}

static bool runs(const struct model *m)
{
    return all.running == number_of(m);
}

static void lose_contents(struct model *m)
{
    m->hungry |= m->fed;
    m->resident = m->has_result = m->has_input = m->fed = false;
}

static void leave_memory(struct model *m)
{
    if (m->resident) {
        memory_give(m->at);
        lose_contents(m);
    }
}

static void forget(struct model *m)
{
    leave_memory(m);
    all.completed &= ~(1u << number_of(m));
    memset(m, 0, sizeof *m);
}

static bool is_idle(const struct model *m)
{
    return m->used && !m->queued && m->period_us == 0 && !runs(m) && !m->has_input;
}

/* A free slot, or that of the model whose last use is longest ago, if it has nothing to do and its result was seen. */
static struct model *free_slot(void)
{
    struct model *oldest = NULL;
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &all.models[i];
        if (!m->used) {
            return m;
        }
        if (is_idle(m) && !(all.completed >> i & 1) && (oldest == NULL || m->last_used - oldest->last_used > UINT32_MAX / 2)) {
            oldest = m;
        }
    }
    if (oldest != NULL) {
        forget(oldest);
    }
    return oldest;
}

static int read_image(void *ctx, uint32_t offset, void *to, uint32_t n)
{
    const struct model *m = ctx;
    return models_image_read(m->shared ? m->name : m->bundle, m->name, offset, to, n) ? 0 : -1;
}

/* Asks for the image: its size is 0 if there is none. */
static struct bundle_source source_of(struct model *m)
{
    uint32_t size = models_image_size(m->bundle, m->name);
    m->shared = size == 0;
    return (struct bundle_source){ read_image, m, m->shared ? models_image_size(m->name, m->name) : size };
}

static bool good_name(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n < MODELS_NAME;
}

/* The executor is put in its place whenever the core is taken into use. No job can write there, and no clear reaches it. */
static void place_executor(void)
{
    uint32_t bytes;
    const uint8_t *executor = models_executor(&bytes);
    if (all.executor.size != 0) {
        memset(all.tcm + all.executor.offset, 0, all.executor.size);
        memcpy(all.tcm + all.executor.offset, executor, bytes);
    }
}

/* The core may have come up later than this service. */
static bool is_present(void)
{
    if (!all.present && vector_init()) {
        all.present = true;
        place_executor();
    }
    return all.present;
}

/* What the table says of a model that is new, checked by its headers. */
static int look_at(struct model *m, unsigned client, const char *bundle, const char *name)
{
    if (!good_name(bundle) || !good_name(name)) {
        return ML_NO_SUCH_MODEL;
    }
    *m = (struct model){ .used = true, .client = client, .priority = MODELS_PRIORITY, .last_used = all.orders };
    memcpy(m->bundle, bundle, strlen(bundle) + 1);
    memcpy(m->name, name, strlen(name) + 1);
    struct bundle_source source = source_of(m);
    if (source.size == 0) {
        return ML_NO_SUCH_MODEL;
    }
    if (!image_scan(&source, memory_size(), &m->image) || (m->image.is_data && all.executor.size == 0)) {
        return ML_INVALID_IMAGE;
    }
    m->limit_ms = m->image.limit_ms == 0 ? MODELS_LIMIT_MS : m->image.limit_ms < MODELS_LIMIT_MAX_MS ? m->image.limit_ms : MODELS_LIMIT_MAX_MS;
    return ML_SUCCESS;
}

/* The model, new in the table if it has not been. *error if it is not there. */
static struct model *known(unsigned client, const char *bundle, const char *name, int *error)
{
    if (!is_present()) {
        *error = ML_NO_DEVICE;
        return NULL;
    }
    struct model *m = find(bundle, name), new;
    if (m != NULL) {
        return m;
    }
    *error = look_at(&new, client, bundle, name);
    m = *error == ML_SUCCESS ? free_slot() : NULL;
    if (m != NULL) {
        *m = new;
    } else if (*error == ML_SUCCESS) {
        *error = ML_NO_MODEL_SLOTS_LEFT;
    }
    return m;
}

/* --- memory --- */

static void clear_dirty(void)
{
    uint32_t offset, size;
    while (memory_next_dirty(&offset, &size)) {
        (void)vector_clear(offset, size);
    }
}

/* Waits for its turn, or has a result that nobody has seen. */
static bool is_wanted(const struct model *m)
{
    return m->queued || (all.completed >> number_of(m) & 1);
}

/* Gives up the resident model whose last use is longest ago, if there is one: never one that runs or has input that no run has seen; one that is
 * wanted only when no other is left. */
static bool evict(const struct model *for_whom)
{
    struct model *victim = NULL;
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &all.models[i];
        if (!m->used || !m->resident || m == for_whom || runs(m) || m->has_input) {
            continue;
        }
        if (victim == NULL || (is_wanted(victim) && !is_wanted(m))
            || (is_wanted(victim) == is_wanted(m) && m->last_used - victim->last_used > UINT32_MAX / 2)) {
            victim = m;
        }
    }
    if (victim == NULL) {
        return false;
    }
    victim->statistics.evictions++;
    leave_memory(victim);
    return true;
}

/* Room for a block. False with *wait: it is being cleared, the core says when. */
static uint32_t place(uint32_t size, int owner, const struct model *for_whom, bool *wait)
{
    *wait = false;
    uint32_t at = memory_take(size, owner);
    if (at != MEMORY_FULL || all.running != NOBODY) {       /* the core stands still for a clear */
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

enum loaded { LOADED, LATER, FAILED, REFUSED, NO_INPUT };

/* Looks at the copy that will run: nobody but this service can change it. */
static bool is_accepted(struct model *m)
{
    struct nn_problem problem;
    if (image_check(&m->image, all.tcm + m->at, &problem)) {
        return true;
    }
    models_refused(m->bundle, m->name, &problem);
    m->refused_at = problem.index;
    return false;
}

static enum loaded load(struct model *m)
{
    bool wait;
    if (m->resident) {
        return LOADED;
    }
    uint32_t at = place(image_bytes(&m->image), number_of(m), m, &wait);
    if (at == MEMORY_FULL) {
        return wait ? LATER : FAILED;
    }
    struct bundle_source source = source_of(m);
    m->at = at;
    m->resident = true;
    if (!image_load(&source, &m->image, all.tcm + at)) {
        leave_memory(m);
        return FAILED;
    }
    m->statistics.loads++;
    if (!is_accepted(m)) {
        leave_memory(m);
        return REFUSED;
    }
    return LOADED;
}

/* For who asks about a model, or has input for it. */
static int load_now(struct model *m)
{
    if (runs(m)) {
        return ML_BUSY;
    }
    if (!m->resident && !vector_settled()) {
        return ML_BUSY;             /* what is being cleared may be its place */
    }
    switch (load(m)) {
    case LOADED:
        return ML_SUCCESS;
    case REFUSED:
        return ML_INVALID_IMAGE;
    case LATER:
        return ML_BUSY;
    default:
        return all.running != NOBODY ? ML_BUSY : ML_LOAD_MODEL_FAILED;
    }
}

/* --- runs --- */

static void end_run(struct model *m)
{
    memory_give(all.temporary);
    all.running = NOBODY;
    all.stopping = all.timed_out = false;
    if (m->given_up) {
        forget(m);
    }
}

static void complete(struct model *m, const struct models_result *result)
{
    m->since_us = m->queued ? m->since_us : 0;
    m->result = *result;
    m->result.jobnum = ++m->statistics.runs;
    m->has_result = true;
    m->statistics.faults += result->faulted;
    all.completed |= 1u << number_of(m);
    models_notify(m->client);
}

/* Who can not run is told so, as of a run that has failed. */
static void fail(struct model *m, enum loaded loaded)
{
    static const uint32_t causes[] = { [FAILED] = MODELS_CAUSE_NOT_LOADED, [REFUSED] = MODELS_CAUSE_REFUSED, [NO_INPUT] = MODELS_CAUSE_NO_INPUT };
    m->queued = false;
    m->statistics.load_failures += loaded != NO_INPUT;
    complete(m, &(struct models_result){ .return_code = causes[loaded], .address = loaded == REFUSED ? m->refused_at : 0, .faulted = true });
}

static uint32_t word_at(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const uint8_t *output_of(const struct model *m)
{
    return all.tcm + m->at + image_offset(&m->image, IMAGE_OUTPUT);
}

/* The job's own words. It may have written anything there. */
static struct models_result read_header(const struct model *m)
{
    struct models_result result = {0};
    uint32_t all_of_it = m->image.size[IMAGE_OUTPUT];
    if (all_of_it >= m->image.output_at) {
        const uint8_t *header = output_of(m);
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
    leave_memory(m);
    complete(m, &(struct models_result){ .return_code = event->cause, .pc = event->pc, .address = event->address, .faulted = true });
}

static void windows_of(const struct model *m, struct vector_window windows[VECTOR_WINDOWS])
{
    static const uint8_t rights[IMAGE_PARTS] = {
        VC_READ | VC_EXECUTE, VC_READ, VC_READ | VC_WRITE, VC_READ | VC_WRITE, VC_READ, VC_READ | VC_WRITE,
    };
    for (unsigned i = 0; i < IMAGE_PARTS; i++) {
        enum image_part part = (enum image_part)i;
        uint32_t at = part == IMAGE_TEMPORARY ? all.temporary : m->at + image_offset(&m->image, part);
        windows[i] = (struct vector_window){ at, image_pages(&m->image, part), rights[i] };
    }
    if (m->image.is_data) {
        windows[IMAGE_TEXT] = all.executor;
    }
}

static void start(struct model *m)
{
    struct vector_window windows[VECTOR_WINDOWS];
    uint64_t now = models_now_us();
    memset(all.tcm + m->at + image_offset(&m->image, IMAGE_OUTPUT), 0, m->image.size[IMAGE_OUTPUT] < HEADER_BYTES ? m->image.size[IMAGE_OUTPUT] : HEADER_BYTES);
    windows_of(m, windows);
    m->queued = m->has_result = m->has_input = false;
    m->last_used = ++all.orders;
    m->statistics.wait_us += now - m->since_us;
    all.running = number_of(m);
    all.deadline_us = now + (uint64_t)m->limit_ms * US_PER_MS;
    (void)vector_start(windows, m->image.entry, m->limit_ms * 2);   /* the firmware's limit is for when ours does not come */
}

/* Whose turn it is: the highest priority, of these the earliest deadline, of these the one that came first. A deadline stays what it was when the run was
 * queued: no number of short periods keeps others from their turn for ever. */
static struct model *next(void)
{
    struct model *best = NULL;
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &all.models[i];
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

/* False: it is not its turn yet, the core is busy with clearing. */
static bool try_to_run(struct model *m)
{
    bool wait = false;
    enum loaded loaded = m->hungry ? NO_INPUT : load(m);
    if (loaded == LOADED) {
        all.temporary = place(image_pages(&m->image, IMAGE_TEMPORARY), TEMPORARY_OWNER, m, &wait);
        if (all.temporary != MEMORY_FULL) {
            start(m);
            return true;
        }
        loaded = wait ? LATER : FAILED;
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
    return all.stopping || (all.running == NOBODY && models_queued() != 0 && !vector_settled());
}

static void set_alarm(void)
{
    uint64_t at = all.running != NOBODY && !all.stopping ? all.deadline_us : NEVER;
    if (owes()) {
        uint64_t now = models_now_us();
        all.owing_since_us = all.owing_since_us == NEVER ? now : all.owing_since_us;
        at = now + LOOK_US;
    } else {
        all.owing_since_us = NEVER;
    }
    for (unsigned i = 0; i < MODELS; i++) {
        const struct model *m = &all.models[i];
        if (m->used && m->period_us && m->next_us < at) {
            at = m->next_us;
        }
    }
    models_alarm(at);
}

static void go_on(void)
{
    struct model *m;
    while (all.running == NOBODY && vector_settled() && (m = next()) != NULL && try_to_run(m)) {
    }
    set_alarm();
}

static void queue(struct model *m, uint64_t due_us)
{
    m->queued = true;
    m->due_us = due_us;
    m->order = ++all.orders;
    m->since_us = models_now_us();
}

/* --- time --- */

/* Due again on the grid of its period: lateness does not add up. Periods that passed unseen are drops. */
static void periods(struct model *m, uint64_t now)
{
    if (!m->used || m->period_us == 0 || m->next_us > now) {
        return;
    }
    uint64_t passed = (now - m->next_us) / m->period_us + 1;
    m->next_us += passed * m->period_us;
    m->statistics.drops += (uint32_t)passed - 1;
    if (m->queued || runs(m)) {
        m->statistics.drops++;
    } else {
        queue(m, m->next_us);
    }
}

/* The core does nothing any more. All runs are over, and nothing is in its memory; whoever asks next tries again. */
static void give_up_core(void)
{
    const struct models_result lost = { .return_code = VC_CAUSE_FIRMWARE, .faulted = true };
    all.present = all.stopping = all.timed_out = false;
    all.owing_since_us = NEVER;
    all.running = NOBODY;
    memory_init(memory_size());
    for (unsigned i = 0; i < MODELS; i++) {
        struct model *m = &all.models[i];
        bool had = m->used && (m->queued || m->period_us);
        lose_contents(m);
        m->queued = false;
        m->period_us = 0;
        if (m->given_up) {
            forget(m);
        } else if (had || (m->used && m->since_us != 0)) {
            complete(m, &lost);
        }
    }
    models_alarm(NEVER);
}

static bool is_late(uint64_t now)
{
    return all.running != NOBODY && !all.stopping && all.deadline_us <= now;
}

/* A run that has ended in time is none that was too long, even if its interrupt comes after the alarm. */
static void keep_limit(uint64_t now)
{
    if (is_late(now)) {
        models_event();
    }
    if (is_late(now)) {
        all.stopping = all.timed_out = true;
        (void)vector_stop();
    }
}

void models_tick(void)
{
    if (!all.present) {
        return;
    }
    uint64_t now = models_now_us();
    if (owes() && all.owing_since_us != NEVER && now - all.owing_since_us >= PATIENCE_US) {
        give_up_core();
        return;
    }
    keep_limit(now);
    for (unsigned i = 0; i < MODELS; i++) {
        periods(&all.models[i], now);
    }
    models_event();                 /* also what an interrupt may have been too late for */
}

/* --- what the core says --- */

/* The stopped one does not touch its memory any more. */
static void stopped(struct model *m)
{
    bool timed_out = all.timed_out;
    leave_memory(m);
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
    if (!all.present) {
        return;
    }
    struct vector_event event = vector_event();
    struct model *m = all.running == NOBODY ? NULL : &all.models[all.running];
    if (event.restarted) {
        memory_soil();              /* a clear may have been under way */
    }
    if (m != NULL && all.stopping) {
        if (vector_settled()) {
            stopped(m);
        }
    } else if (m != NULL && event.outcome == VECTOR_REQUESTED) {
        (void)vector_resume();      /* there is nothing that a job could request */
    } else if (m != NULL && event.outcome != VECTOR_NOTHING) {
        ended(m, &event);
    }
    go_on();
}

/* --- requests --- */

bool models_init(uint8_t *tcm, uint32_t size)
{
    memset(&all, 0, sizeof all);
    all.tcm = tcm;
    all.running = NOBODY;
    all.owing_since_us = NEVER;
    size = size <= VC_INIT_ADDRESS ? size : VC_INIT_ADDRESS + 1;    /* what the core cannot clear is not used */
    uint32_t executor;
    (void)models_executor(&executor);
    executor = (executor + VC_PAGE - 1) / VC_PAGE * VC_PAGE;
    executor = executor < size ? executor : 0;
    all.executor = (struct vector_window){ size - executor, executor, VC_READ | VC_EXECUTE };
    memory_init(size - executor);
    return is_present();
}

int models_oneshot(unsigned client, const char *bundle, const char *name)
{
    int error = ML_SUCCESS;
    struct model *m = known(client, bundle, name, &error);
    if (m == NULL) {
        return error;
    }
    if (m->client == client && !m->queued && !runs(m)) {
        all.completed &= ~(1u << number_of(m));     /* what is not asked for yet would be taken for the end of this one */
    }
    m->client = client;
    if (!m->queued) {
        queue(m, models_now_us() + ONESHOT_DUE_US);
    }
    go_on();
    return ML_SUCCESS;
}

int models_periodic(unsigned client, const char *bundle, const char *name, uint32_t rate_ms)
{
    int error = ML_SUCCESS;
    if (rate_ms == 0 || rate_ms > PERIOD_MAX_MS) {
        return ML_INVALID_TIMER;
    }
    struct model *m = known(client, bundle, name, &error);
    if (m == NULL) {
        return error;
    }
    m->client = client;
    m->period_us = (uint64_t)rate_ms * US_PER_MS;
    m->next_us = models_now_us() + m->period_us;
    set_alarm();
    return ML_SUCCESS;
}

int models_cancel(const char *bundle, const char *name)
{
    struct model *m = find(bundle, name);
    if (m == NULL) {
        return all.present ? ML_NO_SUCH_MODEL : ML_NO_DEVICE;
    }
    if (!runs(m)) {
        forget(m);
        go_on();
        return ML_SUCCESS;
    }
    m->given_up = true;
    m->queued = false;
    m->period_us = 0;
    all.timed_out = false;
    all.completed &= ~(1u << number_of(m));
    if (!all.stopping) {
        all.stopping = true;
        (void)vector_stop();
    }
    models_event();
    return ML_SUCCESS;
}

int models_configure(unsigned client, const char *bundle, const char *name, uint32_t priority, uint32_t limit_ms)
{
    int error = ML_SUCCESS;
    struct model *m = known(client, bundle, name, &error);
    if (m == NULL) {
        return error;
    }
    if (priority >= MODELS_PRIORITIES || limit_ms == 0 || limit_ms > MODELS_LIMIT_MAX_MS) {
        return ML_BAD_ARGUMENT;
    }
    m->priority = priority;
    m->limit_ms = limit_ms;
    return ML_SUCCESS;
}

int models_input_size(unsigned client, const char *bundle, const char *name, uint32_t *size)
{
    int error = ML_SUCCESS;
    struct model *m = known(client, bundle, name, &error);
    *size = m != NULL ? m->image.size[IMAGE_INPUT] : 0;
    return m != NULL ? ML_SUCCESS : error;
}

int models_set_input(unsigned client, const char *bundle, const char *name, uint32_t offset, const uint8_t *data, size_t n)
{
    int error = ML_SUCCESS;
    struct model *m = known(client, bundle, name, &error);
    if (m == NULL) {
        return error;
    }
    if (offset > m->image.size[IMAGE_INPUT] || n > m->image.size[IMAGE_INPUT] - offset) {
        return ML_BAD_ARGUMENT;
    }
    if (runs(m) || !vector_settled()) {
        return ML_BUSY;
    }
    error = load_now(m);
    if (error != ML_SUCCESS) {
        return error;
    }
    memcpy(all.tcm + m->at + image_offset(&m->image, IMAGE_INPUT) + offset, data, n);
    m->has_input = m->fed = true;
    m->hungry = false;
    return ML_SUCCESS;
}

int models_tensor(unsigned client, const char *bundle, const char *name, uint32_t kind, uint32_t index, struct nn_tensor *tensor, const char **text)
{
    int error = ML_SUCCESS;
    struct model *m = known(client, bundle, name, &error);
    *text = "";
    if (m == NULL) {
        return error;
    }
    if (!runs(m)) {                 /* one that runs is in memory, and nothing changes the model */
        error = load_now(m);
    }
    if (error != ML_SUCCESS) {
        return error;
    }
    if (!image_tensor(&m->image, all.tcm + m->at, kind, index, tensor)) {
        return ML_BAD_ARGUMENT;
    }
    if (m->image.is_data) {
        *text = nn_string(image_model(&m->image, all.tcm + m->at), tensor->name);
    }
    return ML_SUCCESS;
}

int models_label(unsigned client, const char *bundle, const char *name, uint32_t output, uint32_t index, const char **label)
{
    struct nn_tensor tensor;
    int error = models_tensor(client, bundle, name, NN_IS_OUTPUT, output, &tensor, label);
    *label = "";
    if (error == ML_SUCCESS && index < tensor.labels) {
        const struct model *m = find(bundle, name);
        *label = nn_label(image_model(&m->image, all.tcm + m->at), &tensor, index);
    }
    return error;
}

int models_output(const char *bundle, const char *name, uint32_t offset, struct models_result *result, uint8_t *data, size_t *n)
{
    const struct model *m = find(bundle, name);
    size_t room = *n;
    *n = 0;
    *result = (struct models_result){0};
    if (m == NULL) {
        return all.present ? ML_NO_SUCH_MODEL : ML_NO_DEVICE;
    }
    if (!m->has_result) {
        return ML_NO_OUTPUT_HEADER;
    }
    *result = m->result;
    if (offset < m->result.size) {
        *n = m->result.size - offset < room ? m->result.size - offset : room;
        memcpy(data, output_of(m) + m->image.output_at + offset, *n);
    }
    return ML_SUCCESS;
}

uint32_t models_completed(unsigned client)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < MODELS; i++) {
        mask |= all.models[i].used && all.models[i].client == client ? all.completed & 1u << i : 0;
    }
    all.completed &= ~mask;
    return mask;
}

bool models_pending(const char *bundle, const char *name)
{
    const struct model *m = find(bundle, name);
    return m != NULL && (m->queued || m->period_us != 0 || runs(m));
}

bool models_info(unsigned i, struct models_info *info)
{
    const struct model *m = i < MODELS ? &all.models[i] : NULL;
    if (m == NULL || !m->used) {
        return false;
    }
    *info = (struct models_info){
        .bundle = m->bundle, .model = m->name, .resident = m->resident, .queued = m->queued, .running = runs(m), .is_data = m->image.is_data,
        .period_ms = (uint32_t)(m->period_us / US_PER_MS), .priority = m->priority, .limit_ms = m->limit_ms,
        .bytes = m->resident ? image_bytes(&m->image) : 0, .statistics = m->statistics,
    };
    return true;
}

unsigned models_queued(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < MODELS; i++) {
        n += all.models[i].used && all.models[i].queued;
    }
    return n;
}
