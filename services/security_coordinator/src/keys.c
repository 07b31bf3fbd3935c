/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "keys.h"

#include "core.h"
#include "result.h"
#include "security_coordinator.h"

#include <string.h>

_Static_assert((int)KEY_TRANSFERS <= (int)CORE_SPARE_PAGES, "the value of each lies in a spare page of the mailbox's buffers");
_Static_assert((int)SECURITY_VALUE_MAX == (int)CORE_VALUE_MAX && (int)SECURITY_KEY_MAX == CORE_NAME_SIZE - 1, "limits of both sides");

enum direction { FREE, READING, WRITING };

/* A value on its way. */
static struct transfer {
    uint8_t direction;
    uint8_t client;
    uint16_t size;                  /* of the value */
    uint16_t done;                  /* bytes of it that have been passed on, in order */
    uint32_t moved;                 /* when it was moved last, in steps of `steps` */
    char bundle[CORE_NAME_SIZE];
    char key[CORE_NAME_SIZE];
} transfers[KEY_TRANSFERS];

static uint32_t steps;

static uint8_t *value_of(const struct transfer *t)
{
    return core_spare((unsigned)(t - transfers));
}

/* Values do not stay longer than they have to. */
static void forget(struct transfer *t)
{
    t->direction = FREE;
    memset(value_of(t), 0, SECURITY_VALUE_MAX);
}

static bool is(const struct transfer *t, unsigned client, const char *bundle, const char *key)
{
    return t->direction != FREE && t->client == client && strcmp(t->bundle, bundle) == 0 && strcmp(t->key, key) == 0;
}

static struct transfer *find(unsigned client, const char *bundle, const char *key)
{
    for (struct transfer *t = transfers; t < transfers + KEY_TRANSFERS; t++) {
        if (is(t, client, bundle, key)) {
            return t;
        }
    }
    return NULL;
}

/* The transfer that a new one displaces. */
static struct transfer *oldest(void)
{
    struct transfer *best = transfers;
    for (struct transfer *t = transfers; t < transfers + KEY_TRANSFERS; t++) {
        if (t->direction == FREE) {
            return t;
        }
        if (steps - t->moved > steps - best->moved) {
            best = t;
        }
    }
    return best;
}

/* Names are short enough. */
static struct transfer *begin(enum direction direction, unsigned client, const char *bundle, const char *key, size_t size)
{
    struct transfer *t = oldest();
    *t = (struct transfer){ .direction = (uint8_t)direction, .client = (uint8_t)client, .size = (uint16_t)size, .moved = ++steps };
    memcpy(t->bundle, bundle, strlen(bundle) + 1);
    memcpy(t->key, key, strlen(key) + 1);
    return t;
}

/* The transfer that a piece at offset continues, or NULL. */
static struct transfer *resume(enum direction direction, unsigned client, const char *bundle, const char *key, uint32_t offset)
{
    struct transfer *t = find(client, bundle, key);
    if (t == NULL || t->direction != direction || t->done != offset) {
        return NULL;
    }
    t->moved = ++steps;
    return t;
}

static int check_names(const char *bundle, const char *key)
{
    if (key[0] == '\0' || strlen(key) > SECURITY_KEY_MAX) {
        return SECURITY_KEY_INVALID;
    }
    return strlen(bundle) < CORE_NAME_SIZE ? SECURITY_SUCCESS : SECURITY_BUNDLE_ID_INVALID;
}

/* --- reading --- */

static uint32_t ask_for_value(const char *bundle, const char *key, size_t room, const uint8_t **value, size_t *size)
{
    core_begin(CORE_READ_KEY);
    core_put_name(bundle);
    core_put_name(key);
    core_expect(CORE_REPLY(room));
    return core_ask(value, size);
}

/* Few values do not fit into the page that every answer has. */
static int read_whole(const char *bundle, const char *key, const uint8_t **value, size_t *size)
{
    uint32_t error = ask_for_value(bundle, key, 0, value, size);
    if (error == CORE_SERIALIZE_FAILED) {
        error = ask_for_value(bundle, key, SECURITY_VALUE_MAX, value, size);
    }
    return error == CORE_SUCCESS && *size > SECURITY_VALUE_MAX ? SECURITY_READ_FAILED : result_of(error);
}

/* The first piece; the rest is kept, if there is one. */
static int read_first(unsigned client, const char *bundle, const char *key, uint32_t *size, uint8_t *value, size_t *n)
{
    const uint8_t *whole;
    size_t bytes, room = *n;
    *n = 0;
    int error = read_whole(bundle, key, &whole, &bytes);
    if (error != SECURITY_SUCCESS) {
        return error;
    }
    *size = (uint32_t)bytes;
    *n = bytes < room ? bytes : room;
    memcpy(value, whole, *n);
    if (*n < bytes) {
        struct transfer *t = begin(READING, client, bundle, key, bytes);
        t->done = (uint16_t)*n;
        memcpy(value_of(t) + *n, whole + *n, bytes - *n);
    }
    return SECURITY_SUCCESS;
}

int key_read(unsigned client, const char *bundle, const char *key, uint32_t offset, uint32_t *size, uint8_t *value, size_t *n)
{
    size_t room = *n;
    int error = check_names(bundle, key);
    *size = 0;
    *n = 0;
    if (error != SECURITY_SUCCESS) {
        return error;
    }
    struct transfer *t = resume(READING, client, bundle, key, offset);
    if (offset == 0) {
        struct transfer *unfinished = find(client, bundle, key);
        if (unfinished) {
            forget(unfinished);
        }
        *n = room;
        return read_first(client, bundle, key, size, value, n);
    }
    if (t == NULL) {
        return SECURITY_BUNDLE_DATA_INVALID;
    }
    size_t left = (size_t)t->size - t->done;
    *size = t->size;
    *n = left < room ? left : room;
    memcpy(value, value_of(t) + t->done, *n);
    t->done = (uint16_t)(t->done + *n);
    if (t->done == t->size) {
        forget(t);
    }
    return SECURITY_SUCCESS;
}

/* --- writing --- */

static int write_whole(const char *bundle, const char *key, const uint8_t *value, size_t size)
{
    const uint8_t *results;
    size_t n;
    core_begin(CORE_WRITE_KEY);
    core_put_name(bundle);
    core_put_name(key);
    core_put(value, size);
    return result_of(core_send(CORE_WRITE_MS, &results, &n));
}

/* A piece that is not all of the value. */
static int write_piece(struct transfer *t, const char *bundle, const char *key, const uint8_t *value, size_t n)
{
    if (n > (size_t)t->size - t->done) {
        forget(t);
        return SECURITY_BUNDLE_DATA_INVALID;
    }
    memcpy(value_of(t) + t->done, value, n);
    t->done = (uint16_t)(t->done + n);
    if (t->done < t->size) {
        return SECURITY_SUCCESS;
    }
    int error = write_whole(bundle, key, value_of(t), t->size);
    forget(t);
    return error;
}

int key_write(unsigned client, const char *bundle, const char *key, uint32_t size, uint32_t offset, const uint8_t *value, size_t n)
{
    int error = check_names(bundle, key);
    if (error != SECURITY_SUCCESS) {
        return error;
    }
    if (size > SECURITY_VALUE_MAX) {
        return SECURITY_VALUE_INVALID;
    }
    struct transfer *t = offset == 0 ? find(client, bundle, key) : resume(WRITING, client, bundle, key, offset);
    if (offset == 0) {
        if (t) {
            forget(t);
        }
        if (n == size) {
            return write_whole(bundle, key, value, n);
        }
        t = begin(WRITING, client, bundle, key, size);
    }
    if (t == NULL || t->size != size) {
        return SECURITY_BUNDLE_DATA_INVALID;
    }
    return write_piece(t, bundle, key, value, n);
}

int key_delete(const char *bundle, const char *key)
{
    const uint8_t *results;
    size_t n;
    int error = check_names(bundle, key);
    if (error != SECURITY_SUCCESS) {
        return error;
    }
    core_begin(CORE_DELETE_KEY);
    core_put_name(bundle);
    core_put_name(key);
    return result_of(core_send(CORE_WRITE_MS, &results, &n));
}

/* --- all keys of a bundle --- */

/* Calls visit for each key. */
static int visit_keys(const char *bundle, void (*visit)(void *ctx, const char *key, uint32_t size), void *ctx)
{
    uint32_t cursor = 0;
    unsigned keys = 0;
    do {
        const uint8_t *results;
        char key[CORE_NAME_SIZE];
        size_t n;
        core_begin(CORE_LIST_KEYS);
        core_put_u32(cursor);
        core_put_name(bundle);
        int error = result_of(core_ask(&results, &n));
        if (error != SECURITY_SUCCESS) {
            return error;
        }
        cursor = core_get_u32(&results, &n);
        while (n > 0) {
            uint32_t size = core_get_u32(&results, &n);
            if (core_get_name(&results, &n, key, sizeof key)) {
                visit(ctx, key, size);
            }
        }
    } while (cursor != 0 && ++keys < CORE_KEYS_PER_BUNDLE);     /* an answer without keys does not keep us */
    return SECURITY_SUCCESS;
}

struct next {
    const char *after;
    char key[CORE_NAME_SIZE];       /* the first one behind that so far */
    uint32_t size;
};

static void take_next(void *ctx, const char *key, uint32_t size)
{
    struct next *next = ctx;
    if (strcmp(key, next->after) > 0 && (next->key[0] == '\0' || strcmp(key, next->key) < 0)) {
        memcpy(next->key, key, strlen(key) + 1);
        next->size = size;
    }
}

int key_next(const char *bundle, const char *after, char *key, size_t cap, uint32_t *size)
{
    struct next next = { .after = after };
    int error = visit_keys(bundle, take_next, &next);
    if (error == SECURITY_SUCCESS && strlen(next.key) >= cap) {
        error = SECURITY_SERIALIZE_FAILED;
    }
    if (error != SECURITY_SUCCESS) {
        key[0] = '\0';
        *size = 0;
        return error;
    }
    memcpy(key, next.key, strlen(next.key) + 1);
    *size = next.size;
    return SECURITY_SUCCESS;
}

struct count {
    const char *except;
    uint32_t keys;
};

static void take_count(void *ctx, const char *key, uint32_t size)
{
    struct count *count = ctx;
    (void)size;
    count->keys += strcmp(key, count->except) != 0;
}

int key_count(const char *bundle, const char *except, uint32_t *count)
{
    struct count found = { .except = except };
    int error = visit_keys(bundle, take_count, &found);
    *count = error == SECURITY_SUCCESS ? found.keys : 0;
    return error;
}
