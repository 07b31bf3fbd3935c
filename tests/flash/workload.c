/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "workload.h"

#include <stdio.h>
#include <string.h>

enum { APPLICATION, MODEL_A, MODEL_B, KEY, KEYS = 6, COUNTER = KEY + KEYS, SECRET, BOOT, VALUE_MAX = 16384, SECRET_SIZE = 40 };

static const char *const bundles[BUNDLES] = {"com.example.one", "b", "org.kataos.a-bundle-with-a-rather-long-identification.of-63-b"};
static const char *const names[PER_BUNDLE] = {"", "wake-word", "m2", "k", "key", "another key", "k4", "k5", "a key with a very long name indeed, 63 bytes", "version", "device", "boot"};
static const uint8_t kinds[PER_BUNDLE] = {STORE_APPLICATION, STORE_MODEL, STORE_MODEL, STORE_KEY, STORE_KEY, STORE_KEY, STORE_KEY,
                                          STORE_KEY, STORE_KEY, STORE_COUNTER, STORE_SECRET, STORE_BOOT};

struct store_id workload_id(unsigned object)
{
    return (struct store_id){kinds[object % PER_BUNDLE], bundles[object / PER_BUNDLE], names[object % PER_BUNDLE]};
}

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= UINT32_C(0x7feb352d);
    x ^= x >> 15;
    x *= UINT32_C(0x846ca68b);
    return x ^ x >> 16;
}

/* A counter's value is its seed. */
void workload_fill(uint8_t *to, const struct value *value)
{
    uint32_t x = mix(value->seed);
    for (uint32_t i = 0; i < value->size; i++, x = x * 1664525u + 1013904223u)
        to[i] = (uint8_t)(x >> 24);
}

static void fill(uint8_t *to, unsigned object, const struct value *value)
{
    if (kinds[object % PER_BUNDLE] != STORE_COUNTER) {
        workload_fill(to, value);
        return;
    }
    memset(to, 0, 8);
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value->seed >> 8 * i);
}

/* --- steps --- */

static uint32_t size_of(unsigned object, uint32_t random, uint32_t scale)
{
    switch (object) {
    case APPLICATION: return scale / 2 + random % (scale / 2);
    case MODEL_A: return scale / 4 + random % (scale / 4);
    case MODEL_B: return random % 3 == 0 ? 0 : random % (scale / 4);
    case COUNTER: return 8;
    case SECRET: return SECRET_SIZE;
    default: return random % 7 == 0 ? 0 : random % 150;
    }
}

static enum action action_of(unsigned n, uint32_t random)
{
    static const enum action opening[] = {INSTALL, PUT, PUT, STREAM, INSTALL, RAISE, PUT, REOPEN, INSTALL, SEVERAL, UNINSTALL, DELETE, STREAM_AND_KEY};
    static const enum action weights[] = {PUT, PUT, PUT, PUT, PUT, PUT, STREAM, STREAM_AND_KEY, STREAM, DELETE, DELETE, INSTALL, INSTALL,
                                          UNINSTALL, SEVERAL, SEVERAL, RAISE, RAISE, ABANDON, ABORT, IDLE, REOPEN};
    return n < sizeof opening / sizeof *opening ? opening[n] : weights[random % (sizeof weights / sizeof *weights)];
}

struct step workload_step(uint32_t seed, unsigned n, uint32_t scale)
{
    uint32_t random = mix(seed * 65537u + n), more = mix(random), most = mix(more);
    struct step step = {action_of(n, random), (uint8_t)(more % BUNDLES), 0, 0, (n + 1) * 16 + seed % 16};
    switch (step.action) {
    case PUT:
        step.object = (uint8_t)(more % 5 == 0 ? SECRET : more % 5 == 1 ? BOOT : KEY + most % KEYS);
        break;
    case STREAM:
    case STREAM_AND_KEY:
    case ABANDON:
        step.object = (uint8_t)(most % 5 == 0 ? SECRET : most % 3);
        break;
    case DELETE:
        step.object = (uint8_t)(most % PER_BUNDLE == COUNTER ? SECRET : most % PER_BUNDLE);
        break;
    case RAISE:
        step.object = COUNTER;
        break;
    default:
        step.object = APPLICATION;
    }
    step.size = size_of(step.object, most, scale);
    return step;
}

/* --- what they do --- */

static struct value *at(struct state *state, const struct step *step, unsigned object)
{
    return &state->objects[step->bundle * PER_BUNDLE + object];
}

static const struct value none;

static void uninstall(struct state *state, const struct step *step)
{
    for (unsigned i = 0; i < COUNTER; i++)
        *at(state, step, i) = none;
}

/* The keys that SEVERAL writes; the last of them it deletes. */
static unsigned several_key(const struct step *step, unsigned i)
{
    return KEY + (step->seed / 16 + i) % KEYS;
}

static struct value key_value(const struct step *step, unsigned i)
{
    return (struct value){(step->seed / 16 * 13 + 29 * i) % 120, step->seed + 1 + i};
}

unsigned workload_stages(const struct state *before, const struct step *step, struct state stages[STAGES])
{
    stages[0] = stages[1] = *before;
    struct state *after = &stages[1];
    struct value value = {step->size, step->seed};
    switch (step->action) {
    case PUT:
    case STREAM:
        *at(after, step, step->object) = value;
        return 2;
    case STREAM_AND_KEY: /* the key is written while the stream is open */
        *at(after, step, KEY) = key_value(step, 0);
        stages[2] = *after;
        *at(&stages[2], step, step->object) = value;
        return 3;
    case DELETE:
        *at(after, step, step->object) = none;
        return 2;
    case INSTALL: /* application, counter, and no model of an older version */
        *at(after, step, APPLICATION) = value;
        *at(after, step, COUNTER) = (struct value){8, step->seed};
        *at(after, step, MODEL_B) = none;
        return 2;
    case UNINSTALL:
        uninstall(after, step);
        return 2;
    case SEVERAL:
        for (unsigned i = 0; i < 3; i++)
            *at(after, step, several_key(step, i)) = key_value(step, i);
        *at(after, step, several_key(step, 3)) = none;
        *at(after, step, SECRET) = (struct value){SECRET_SIZE, step->seed};
        return 2;
    case RAISE:
        *at(after, step, COUNTER) = (struct value){8, step->seed};
        return 2;
    default:
        return 1;
    }
}

static struct store_id id_of(const struct step *step, unsigned object)
{
    return workload_id(step->bundle * PER_BUNDLE + object);
}

static int put(struct store *s, const struct step *step, unsigned object, struct value value, bool member)
{
    uint8_t bytes[VALUE_MAX]; /* the power-cut test runs one workload within another */
    struct store_id id = id_of(step, object);
    fill(bytes, object, &value);
    return member ? store_transaction_put(s, &id, bytes, value.size) : store_put(s, &id, bytes, value.size);
}

/* Begins a stream and sends all (or some) of it, in pieces of odd sizes. @return its number, or an error */
static int send(struct store *s, const struct step *step, bool all, bool key_between)
{
    uint8_t bytes[VALUE_MAX]; /* the power-cut test runs one workload within another */
    struct store_id id = id_of(step, step->object);
    struct value value = {step->size, step->seed};
    workload_fill(bytes, &value);
    int stream = store_stream_begin(s, &id, step->size), error = stream < 0 ? stream : 0;
    uint32_t end = all ? step->size : step->size * 2 / 3, i = 0;
    for (uint32_t sent = 0, piece; !error && sent < end; sent += piece, i++) {
        piece = 1 + mix(step->seed + i) % 700;
        if (piece > end - sent)
            piece = end - sent;
        error = store_stream_append(s, stream, bytes + sent, piece);
        if (!error && key_between && i == 1)
            error = put(s, step, KEY, key_value(step, 0), false);
    }
    if (!error && key_between && i < 2) /* the stream was too short for it */
        error = put(s, step, KEY, key_value(step, 0), false);
    return error ? error : stream;
}

static int missing_is_fine(int error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

static int transact(struct store *s, const struct step *step)
{
    struct store_id id;
    int error = store_begin(s), stream;
    for (unsigned i = 0; !error && step->action != UNINSTALL && step->action != INSTALL && i < 3; i++)
        error = put(s, step, several_key(step, i), key_value(step, i), true);
    switch (error ? ACTIONS : step->action) {
    case INSTALL:
        stream = send(s, step, true, false);
        error = stream < 0 ? stream : store_transaction_stream(s, stream);
        if (!error)
            error = store_transaction_raise(s, id_of(step, COUNTER).bundle, id_of(step, COUNTER).name, step->seed);
        id = id_of(step, MODEL_B);
        return error ? error : missing_is_fine(store_transaction_delete(s, &id));
    case UNINSTALL:
        for (unsigned i = 0; error >= 0 && i < 3; i++)
            error = store_transaction_delete_all(s, (uint8_t)(i == 0 ? STORE_APPLICATION : i == 1 ? STORE_MODEL : STORE_KEY), id_of(step, 0).bundle);
        return error < 0 ? error : STORE_OK;
    case SEVERAL:
    case ABORT:
        id = id_of(step, several_key(step, 3));
        error = missing_is_fine(store_transaction_delete(s, &id));
        if (!error) /* the first one is replaced: only the second counts */
            error = put(s, step, SECRET, (struct value){SECRET_SIZE, step->seed + 9}, true);
        return error ? error : put(s, step, SECRET, (struct value){SECRET_SIZE, step->seed}, true);
    default:
        return error;
    }
}

int workload_run(struct store *s, const struct flash *flash, const struct step *step)
{
    struct store_id id = id_of(step, step->object);
    int result;
    switch (step->action) {
    case PUT:
        return put(s, step, step->object, (struct value){step->size, step->seed}, false);
    case STREAM:
    case STREAM_AND_KEY:
        result = send(s, step, true, step->action == STREAM_AND_KEY);
        if (result >= 0)
            result = store_stream_commit(s, result);
        return result;
    case DELETE:
        return missing_is_fine(store_delete(s, &id));
    case INSTALL:
    case UNINSTALL:
    case SEVERAL:
        result = transact(s, step);
        if (result == STORE_OK)
            result = store_commit(s);
        if (result != STORE_OK)
            store_abort(s);
        return result;
    case ABORT:
        result = transact(s, step);
        store_abort(s);
        return result;
    case RAISE:
        return store_raise(s, id.bundle, id.name, step->seed);
    case ABANDON:
        result = send(s, step, false, false);
        if (result >= 0 && step->seed / 16 % 2)
            store_stream_abort(s, result);
        else if (result >= 0)
            return store_open(s, flash);
        return result < 0 ? result : STORE_OK;
    case IDLE:
        for (unsigned i = 0; i < 3; i++)
            store_idle(s);
        return STORE_OK;
    default:
        return store_open(s, flash);
    }
}

/* --- what must be there --- */

static bool object_holds(struct store *s, unsigned object, const struct value *value)
{
    uint8_t seen[VALUE_MAX], expected[VALUE_MAX];
    struct store_id id = workload_id(object);
    struct store_info info;
    int error = store_find(s, &id, &info);
    if (value->seed == 0)
        return error == STORE_NOT_FOUND;
    if (error || info.size != value->size || info.kind != id.kind || strcmp(info.name, id.name) != 0 || strcmp(info.bundle, id.bundle) != 0)
        return false;
    fill(expected, object, value);
    return store_read(s, &info, 0, seen, sizeof seen) == (int)value->size && memcmp(seen, expected, value->size) == 0;
}

bool workload_holds(struct store *s, const struct state *state)
{
    struct store_info info;
    unsigned expected = 0, seen = 0;
    for (unsigned i = 0; i < OBJECTS; i++) {
        expected += state->objects[i].seed != 0;
        if (!object_holds(s, i, &state->objects[i]))
            return false;
    }
    for (uint32_t cursor = 0; store_next(s, &cursor, STORE_ANY, NULL, &info) == STORE_OK;)
        seen++;
    return seen == expected;
}

uint32_t workload_bytes(const struct state *state)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < OBJECTS; i++)
        n += state->objects[i].size;
    return n;
}

/* What cannot be programmed cannot be overwritten. */
static bool can_program(const struct flash_model *m, uint32_t block)
{
    enum fault fault = m->faults[block];
    return fault == FAULT_NONE || fault == FAULT_ERASE_ERROR || fault == FAULT_ERASE_SILENT;
}

static bool contains(const struct flash_model *m, const struct value *secret)
{
    uint8_t bytes[SECRET_SIZE];
    workload_fill(bytes, secret);
    const uint8_t *from = m->cells, *end = m->cells + model_size(m) - 8;
    while ((from = memchr(from, bytes[0], (size_t)(end - from))) != NULL) {
        if (memcmp(from, bytes, 8) == 0 && can_program(m, (uint32_t)(from - m->cells) / m->flash.block_size))
            return true;
        from++;
    }
    return false;
}

static bool current(const struct state *state, uint32_t seed)
{
    for (unsigned i = SECRET; i < OBJECTS; i += PER_BUNDLE)
        if (state->objects[i].seed == seed)
            return true;
    return false;
}

bool workload_no_old_secrets(const struct flash_model *m, const struct state *state, uint32_t seed, unsigned steps, uint32_t scale)
{
    for (unsigned n = 0; n < steps; n++) {
        struct step step = workload_step(seed, n, scale);
        for (unsigned k = 0; k < 10; k += 9) {
            struct value secret = {SECRET_SIZE, step.seed + k};
            bool writes = (step.object == SECRET && k == 0) || step.action == SEVERAL || step.action == ABORT;
            if (writes && !current(state, secret.seed) && contains(m, &secret))
                return false;
        }
    }
    return true;
}
