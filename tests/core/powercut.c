/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "powercut.h"

#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "memory.h"
#include "storage.h"

/* --- the sequence --- */

enum { KEYS = 3, VALUE_MAX = 1000, IMAGE_BYTES = 2500, ROUNDS_MAX = 8, RETIRED_MAX = 64 };
enum action { INSTALL, WRITE_A, WRITE_B, WRITE_C, OVERWRITE_B, UPGRADE, DELETE_A, IDLE, UNINSTALL, INSTALL_AGAIN, WRITE_AGAIN, ACTIONS };

static const char *const action_names[] = { "install", "write a", "write b", "write c", "overwrite b", "upgrade", "delete a", "idle", "uninstall",
                                            "install again", "write a again" };
static const char *const keys[] = { "a", "b", "c" };

/* What a client sees: numbers that values and images follow from; 0: there is none. */
struct view {
    unsigned version, lowest;
    unsigned values[KEYS];
};

static struct package images[2 * ROUNDS_MAX + 1];

static uint32_t value_of(unsigned key, unsigned seed, uint8_t value[VALUE_MAX])
{
    uint32_t n = key == 0 ? 40 : key == 1 ? 500 + seed % 400 : 90;
    fill_bytes(value, n, seed);
    return n;
}

static unsigned version_of(unsigned step)
{
    return 2 * (step / ACTIONS) + (step % ACTIONS >= UPGRADE ? 2 : 1);
}

static void apply(struct view *view, unsigned step)
{
    enum action action = step % ACTIONS;
    switch (action) {
    case INSTALL:
    case UPGRADE:
    case INSTALL_AGAIN:
        view->version = view->lowest = version_of(step);
        break;
    case WRITE_A:
    case WRITE_AGAIN:
        view->values[0] = step + 1;
        break;
    case WRITE_B:
    case OVERWRITE_B:
        view->values[1] = step + 1;
        break;
    case WRITE_C:
        view->values[2] = step + 1;
        break;
    case DELETE_A:
        view->values[0] = 0;
        break;
    case UNINSTALL:
        view->version = 0;
        memset(view->values, 0, sizeof view->values);
        break;
    default:
        break;
    }
}

static uint32_t write(unsigned key, unsigned step)
{
    uint8_t value[VALUE_MAX];
    uint32_t n = value_of(key, step + 1, value);
    return write_key("demo", keys[key], value, n);
}

static uint32_t carry_out(unsigned step)
{
    enum action action = step % ACTIONS;
    switch (action) {
    case INSTALL:
    case UPGRADE:
        return install(&images[version_of(step)]);
    case INSTALL_AGAIN:
        return install_as("demo", NULL, &images[version_of(step)], 700);
    case WRITE_A:
    case WRITE_AGAIN:
        return write(0, step);
    case WRITE_B:
    case OVERWRITE_B:
        return write(1, step);
    case WRITE_C:
        return write(2, step);
    case DELETE_A:
        return delete_key("demo", "a");
    case UNINSTALL:
        return about_bundle(CORE_UNINSTALL, "demo");
    default:
        for (unsigned i = 0; i < 8 && storage_idle(); i++) {
        }
        return CORE_SUCCESS;
    }
}

/* --- what is there --- */

static bool packages_are(const struct view *view)
{
    uint64_t lowest;
    ask_begin(CORE_GET_PACKAGES);
    ask_word(view->version != 0);
    if (ask() != CORE_BUNDLE_NOT_FOUND || store_counter(storage(), "demo", "", &lowest) != STORE_OK || lowest != view->lowest)
        return false;
    if (view->version == 0)
        return load_part("demo", NULL, 0, 1) == CORE_BUNDLE_NOT_FOUND && list_keys("demo", 0, ASK_ROOM) == CORE_BUNDLE_NOT_FOUND;
    return is_installed("demo", NULL, &images[view->version]);
}

static bool keys_are(const struct view *view)
{
    unsigned there = 0, listed = 0;
    for (unsigned i = 0; i < KEYS; i++) {
        uint8_t value[VALUE_MAX];
        there += view->values[i] != 0;
        if (view->values[i] == 0 ? read_key("demo", keys[i]) != CORE_KEY_NOT_FOUND : !key_is("demo", keys[i], value, value_of(i, view->values[i], value)))
            return false;
    }
    if (list_keys("demo", 0, ASK_ROOM) != CORE_SUCCESS || reply_word() != 0)
        return false;
    for (; reply.at < reply.n; listed++) {
        (void)reply_word();
        (void)reply_name();
    }
    return listed == there;
}

static bool view_is(const struct view *view)
{
    return packages_are(view) && (view->version == 0 || keys_are(view));
}

/* --- values that are gone --- */

enum { WINDOW = 16 };

/* What lies in the flash for each value that was written: the middle of it. */
static struct {
    unsigned key, seed;
    uint8_t bytes[WINDOW];
} written[RETIRED_MAX];
static unsigned written_count;

static void note_written(unsigned key, unsigned seed)
{
    struct store_id id = { STORE_SECRET, "demo", keys[key] };
    struct store_info info;
    if (written_count < RETIRED_MAX && store_find(storage(), &id, &info) == STORE_OK &&
        store_read(storage(), &info, 30, written[written_count].bytes, WINDOW) == WINDOW) {
        written[written_count].key = key;
        written[written_count++].seed = seed;
    }
}

static void note_what_changed(const struct view *before, const struct view *now)
{
    for (unsigned i = 0; i < KEYS; i++)
        if (now->values[i] != 0 && now->values[i] != before->values[i])
            note_written(i, now->values[i]);
}

static bool flash_has(const struct flash_model *m, const uint8_t bytes[WINDOW])
{
    const uint8_t *at = m->cells, *last = m->cells + model_size(m) - WINDOW;
    while ((at = memchr(at, bytes[0], (size_t)(last - at) + 1)) != NULL) {
        if (memcmp(at, bytes, WINDOW) == 0)
            return true;
        if (at++ == last)
            break;
    }
    return false;
}

static bool old_values_are_gone(const struct flash_model *m, const struct view *view)
{
    for (unsigned i = 0; i < written_count; i++)
        if (view->values[written[i].key] != written[i].seed && flash_has(m, written[i].bytes))
            return false;
    return true;
}

/* --- cuts --- */

static struct {
    struct request_cuts *cuts;
    struct flash_model golden, cut, second, third;
    struct view before, after;      /* the step that the undisturbed run is in */
    unsigned step;
    bool formatting, in_cut;
    uint64_t operation, tried;
    jmp_buf power;
} run;

static bool failed(void)
{
    return run.cuts->failure[0] != '\0';
}

static bool fail(const char *what, enum tear tear, long second, long third)
{
    if (!failed())
        snprintf(run.cuts->failure, sizeof run.cuts->failure, "%s: %u x %u, step %u (%s), operation %llu, tear %d, cuts in recovery %ld, %ld", what,
                 run.cuts->blocks, run.cuts->block_size, run.step, run.formatting ? "first start" : action_names[run.step % ACTIONS],
                 (unsigned long long)run.operation, tear, second, third);
    return false;
}

/* The firmware starts, but for a cut at an operation. @return false if it came to that */
static bool start_until(struct flash_model *m, uint64_t cut_at, enum tear tear, uint32_t *error)
{
    m->operations = 0;
    m->cut_at = cut_at;
    m->tear = tear;
    m->power = &run.power;
    if (setjmp(run.power) == 0) {
        *error = machine_start(m, true);
        m->cut_at = UINT64_MAX;
        return true;
    }
    m->cut_at = UINT64_MAX;
    run.cuts->cuts++;
    return false;
}

/* From a state on, to the end or for a step. */
static bool carry_on(struct flash_model *m, bool new, bool to_the_end)
{
    unsigned last = run.cuts->rounds * ACTIONS, step = run.formatting ? 0 : run.step + new, end = to_the_end || step + 1 > last ? last : step + 1;
    struct view view = new ? run.after : run.before;
    for (; step < end; step++) {
        apply(&view, step);
        if (carry_out(step) != CORE_SUCCESS)
            return false;
    }
    run.cuts->finished += end == last;
    return m->violation == NULL && view_is(&view);
}

/* The last recovery: it succeeds, shows one of two states, and the same ones when it is repeated; and the device is of use. */
static bool judge(struct flash_model *m, enum tear tear, long second, long third, bool to_the_end)
{
    uint32_t error;
    (void)start_until(m, UINT64_MAX, TEAR_NOTHING, &error);
    run.cuts->recoveries++;
    if (m->violation != NULL)
        return fail(m->violation, tear, second, third);
    if (error != CORE_SUCCESS)
        return fail("does not start", tear, second, third);
    bool new = view_is(&run.after);
    const struct view *view = new ? &run.after : &run.before;
    if (!new && !view_is(view))
        return fail("neither old nor new", tear, second, third);
    *(new ? &run.cuts->new : &run.cuts->old) += 1;
    if (!old_values_are_gone(m, view))
        return fail("an old value is still there", tear, second, third);
    (void)start_until(m, UINT64_MAX, TEAR_NOTHING, &error);
    if (error != CORE_SUCCESS || !view_is(view))
        return fail("started twice, different states", tear, second, third);
    return carry_on(m, new, to_the_end) ? true : fail(m->violation != NULL ? m->violation : "cannot be carried on", tear, second, third);
}

/* A second cut at every operation of the recovery, and after every second one of them a third one, somewhere. */
static bool nested_cuts(enum tear tear)
{
    for (uint64_t at = 0;; at++) {
        uint32_t error;
        long third = -1;
        model_copy(&run.second, &run.cut);
        if (start_until(&run.second, at, (enum tear)((at + (uint64_t)tear) % TEARS), &error))
            return true;
        if (at % 2 == 0) {
            third = model_random(&run.third, 10);
            model_copy(&run.third, &run.second);
            (void)start_until(&run.third, (uint64_t)third, (enum tear)model_random(&run.third, TEARS), &error);
        }
        if (!judge(at % 2 == 0 ? &run.third : &run.second, tear, (long)at, third, false))
            return false;
    }
}

static void cut_here(const struct operation *op)
{
    const struct request_cuts *c = run.cuts;
    memory_save();
    run.in_cut = true;
    for (unsigned tear = 0; tear < TEARS && !failed(); tear++) {
        run.tried++;
        model_copy(&run.cut, &run.golden);
        model_tear(&run.cut, op, (enum tear)tear);
        run.cuts->cuts++;
        if (c->nested_every != 0 && run.tried % c->nested_every == 0)
            (void)nested_cuts((enum tear)tear);
        (void)judge(&run.cut, (enum tear)tear, -1, -1, run.tried % c->finish_every == 0);
    }
    run.in_cut = false;
    memory_restore();
}

static void before_operation(void *ctx, const struct operation *op)
{
    (void)ctx;
    if (run.in_cut)
        return;
    run.operation++;
    if (run.operation % run.cuts->every == 0 && !failed())
        cut_here(op);
}

/* --- the undisturbed run --- */

static bool run_sequence(void)
{
    struct request_cuts *c = run.cuts;
    run.formatting = true;
    uint32_t error = machine_start(&run.golden, true);
    run.formatting = false;
    for (; error == CORE_SUCCESS && run.step < c->rounds * ACTIONS && !failed(); run.step++) {
        apply(&run.after, run.step);
        error = carry_out(run.step);
        note_what_changed(&run.before, &run.after);
        run.before = run.after;
        if (!failed() && (error != CORE_SUCCESS || run.golden.violation != NULL || !view_is(&run.after) || !old_values_are_gone(&run.golden, &run.after))) {
            snprintf(c->failure, sizeof c->failure, "undisturbed, step %u (%s): error %u, %s", run.step, action_names[run.step % ACTIONS], error,
                     run.golden.violation != NULL ? run.golden.violation : "or another state");
            break;
        }
    }
    struct store_statistics now;
    if (storage() != NULL) {
        store_statistics(storage(), &now);
        c->collections = now.collections;
    }
    c->operations = run.operation;
    return error == CORE_SUCCESS && !failed();
}

static void make_images(void)
{
    for (unsigned v = 1; v <= 2 * ROUNDS_MAX; v++)
        package_make(&images[v], &(struct package_spec){ .name = "demo", .version = v, .manifest = "name = demo\n", .bytes = IMAGE_BYTES + 37 * v, .seed = (uint8_t)v });
}

bool request_cuts_run(struct request_cuts *cuts)
{
    struct flash_model *const models[] = { &run.golden, &run.cut, &run.second, &run.third };
    memset(&run, 0, sizeof run);
    run.cuts = cuts;
    written_count = 0;
    make_images();
    for (unsigned i = 0; i < 4; i++) {
        model_init(models[i], cuts->block_size, cuts->blocks, 256, 0xff);
        models[i]->random = 2 * i + 1;
    }
    run.golden.before = before_operation;
    bool good = run_sequence();
    for (unsigned i = 0; i < 4; i++)
        model_free(models[i]);
    return good;
}
