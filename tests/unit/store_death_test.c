/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The security coordinator's store and keys after its death between any two instructions of what it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "chunk.h"
#include "image.h"
#include "keys.h"
#include "store.h"
#include "sudden_death.h"

#include <kata/crc32.h>

/* --- chunks of one page; a chunk lives from the last write of its making to the first of its end, as the real ones do --- */

enum { USED = 6 }; /* chunks at most */
static CAMKES_PERSISTENT struct { uint8_t next; bool living; } chunks[USED];
static CAMKES_PERSISTENT uint8_t memory[USED][CHUNK_PAGE_BYTES];

uint8_t chunk_alloc(uint32_t pages)
{
    (void)pages;
    uint8_t i = 0;
    while (chunks[i].living) {
        assert_true(++i < USED);
    }
    memset(memory[i], 0, 256);      /* as much as these tests look at */
    chunks[i].next = CHUNK_NONE;
    chunks[i].living = true;
    return i;
}

void chunk_free(uint8_t i) { chunks[i].living = false; }
bool chunk_lives(uint8_t i) { return i < USED && chunks[i].living; }
uint8_t *chunk_memory(uint8_t i) { return memory[i]; }
uint32_t chunk_bytes(uint8_t i) { (void)i; return CHUNK_PAGE_BYTES; }
uint8_t chunk_next(uint8_t i) { return chunks[i].next; }
void chunk_set_next(uint8_t i, uint8_t next) { chunks[i].next = next; }

void chunk_recover(const bool keep[CHUNKS])
{
    for (unsigned i = 0; i < USED; i++) {
        chunks[i].living &= keep[i];
    }
}

static unsigned living(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < USED; i++) {
        n += chunks[i].living;
    }
    return n;
}

/* --- the store before each death: "a" with the keys k and l, "b" without keys, "c" being installed --- */

static void put32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

enum { BYTES = 16, IMAGE = BUNDLE_HEADER_SIZE + BYTES };

/* One executable section at 0x10000. */
static const uint8_t *image(void)
{
    static uint8_t bytes[IMAGE];
    put32(bytes, (uint32_t)(BUNDLE_MAGIC >> 32));
    put32(bytes + 4, (uint32_t)BUNDLE_MAGIC);
    put32(bytes + 12, 0x10000);
    put32(bytes + 20, 0x10000);
    put32(bytes + 24, BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE | BUNDLE_FLAG_ENTRY);
    put32(bytes + 28, BYTES);
    put32(bytes + 32, BYTES);
    put32(bytes + 36, 4096);
    put32(bytes + 40, BUNDLE_TYPE_APP);
    put32(bytes + 44, crc32_update(0, bytes + BUNDLE_HEADER_SIZE, BYTES));
    return bytes;
}

static uint32_t begin_image(const char *name)
{
    uint32_t session;
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, name, "", IMAGE, &session), SECURITY_SUCCESS);
    assert_int_equal(store_data(0, session, image(), IMAGE), SECURITY_SUCCESS);
    return session;
}

static uint32_t prepare(void)
{
    memset(chunks, 0, sizeof chunks);
    memset(memory, 0, sizeof memory);
    store_init();
    assert_int_equal(store_end(0, begin_image("a")), SECURITY_SUCCESS);
    assert_int_equal(store_end(0, begin_image("b")), SECURITY_SUCCESS);
    assert_int_equal(keys_write("a", "k", (const uint8_t *)"old value", 9), SECURITY_SUCCESS);
    assert_int_equal(keys_write("a", "l", (const uint8_t *)"other", 5), SECURITY_SUCCESS);
    return begin_image("c");
}

/* The value, or "" when there is no such key. */
static const char *key_of(const char *bundle, const char *key)
{
    static char value[SECURITY_VALUE_MAX + 1];
    size_t n = SECURITY_VALUE_MAX;
    int error = keys_read(bundle, key, (uint8_t *)value, &n);
    assert_true(error == SECURITY_SUCCESS || error == SECURITY_KEY_NOT_FOUND || error == SECURITY_BUNDLE_NOT_FOUND);
    value[error == SECURITY_SUCCESS ? n : 0] = '\0';
    return value;
}

/* --- operations --- */

static void replace_key(void *session)
{
    (void)session;
    (void)keys_write("a", "k", (const uint8_t *)"new", 3);
}

static void first_key(void *session)
{
    (void)session;
    (void)keys_write("b", "k", (const uint8_t *)"first", 5);
}

static void delete_keys(void *session)
{
    (void)session;
    (void)keys_delete("a", "k");
    (void)keys_delete("a", "l");
}

static void uninstall(void *session)
{
    (void)session;
    (void)store_uninstall("a");
}

static void end_session(void *session) { (void)store_end(0, *(uint32_t *)session); }
static void begin_session(void *session) { (void)store_begin(0, SECURITY_APPLICATION, "d", "", 0, session); }

/* An operation, and what may be true after a death in it: the key k of "a" and "b" has its old or its new value, and so many chunks live. */
struct operation {
    void (*run)(void *session);
    const char *new_a, *new_b;
    unsigned least, most;
};

static struct {
    const struct operation *operation;
    uint32_t session, old_session;
} now;

static void run(void *context)
{
    (void)context;
    now.operation->run(&now.session);
}

static void judge(void *context)
{
    (void)context;
    const struct operation *o = now.operation;
    assert_int_equal(store_recover(), 0);
    assert_in_range(living(), o->least, o->most);
    assert_int_equal(store_data(0, now.old_session, (const uint8_t *)"x", 1), SECURITY_BUNDLE_DATA_INVALID);
    const char *value = key_of("a", "k");
    assert_true(strcmp(value, "old value") == 0 || strcmp(value, o->new_a) == 0);
    value = key_of("b", "k");
    assert_true(value[0] == '\0' || strcmp(value, o->new_b) == 0);
    if (o->run != delete_keys && o->run != uninstall) {
        assert_string_equal(key_of("a", "l"), "other");
    }
    assert_int_equal(store_uninstall("b"), SECURITY_SUCCESS);
    (void)store_uninstall("a");
    (void)store_uninstall("c");
    assert_int_equal(living(), 0);
}

static void die_in(void (*operation)(void *), const char *new_a, const char *new_b, unsigned least, unsigned most)
{
    const struct operation o = { operation, new_a, new_b, least, most };
    now.operation = &o;
    now.session = now.old_session = prepare();
    assert_true(sudden_deaths(run, judge, NULL) > 1);
}

static void test_replace_key(void **state) { (void)state; die_in(replace_key, "new", "", 3, 3); }
static void test_first_key(void **state) { (void)state; die_in(first_key, "old value", "first", 3, 4); }
static void test_delete_keys(void **state) { (void)state; die_in(delete_keys, "", "", 2, 3); }
static void test_uninstall(void **state) { (void)state; die_in(uninstall, "", "", 1, 3); }
static void test_end_session(void **state) { (void)state; die_in(end_session, "old value", "", 3, 4); }
static void test_begin_session(void **state) { (void)state; die_in(begin_session, "old value", "", 3, 3); }

static void test_chunks_that_make_no_sense(void **state)
{
    (void)state;
    (void)prepare();
    struct package *a = store_find("a", ""), *b = store_find("b", "");
    b->image = a->image;
    assert_int_equal(store_recover(), 1);
    assert_non_null(store_find("a", ""));
    assert_null(store_find("b", ""));
    assert_int_equal(living(), 2);
    chunk_set_next(a->image, a->image);     /* without an end */
    assert_int_equal(store_recover(), 1);
    assert_null(store_bundle(0));
    assert_int_equal(living(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replace_key), cmocka_unit_test(test_first_key),     cmocka_unit_test(test_delete_keys),
        cmocka_unit_test(test_uninstall),   cmocka_unit_test(test_end_session),   cmocka_unit_test(test_begin_session),
        cmocka_unit_test(test_chunks_that_make_no_sense),
    };
    return cmocka_run_group_tests_name("store_death", tests, NULL, NULL);
}
