/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The security coordinator's store and keys over chunks from the host's heap. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chunk.h"
#include "image.h"
#include "keys.h"
#include "store.h"

#include <kata/crc32.h>

/* --- chunks on the heap --- */

static struct { uint8_t *memory; uint32_t pages; uint8_t next; } chunks[CHUNKS];
static unsigned pages_in_use, pages_available;

uint8_t chunk_alloc(uint32_t pages)
{
    assert_true(pages >= 1 && pages <= CHUNK_PAGES);
    for (uint8_t i = 0; i < CHUNKS; i++) {
        if (!chunks[i].memory && pages_in_use + pages <= pages_available) {
            chunks[i].memory = calloc(pages, CHUNK_PAGE_BYTES);
            chunks[i].pages = pages;
            chunks[i].next = CHUNK_NONE;
            pages_in_use += pages;
            return i;
        }
    }
    return CHUNK_NONE;
}

void chunk_free(uint8_t i)
{
    assert_true(i < CHUNKS && chunks[i].memory);
    free(chunks[i].memory);
    chunks[i].memory = NULL;
    pages_in_use -= chunks[i].pages;
}

bool chunk_lives(uint8_t i) { return i < CHUNKS && chunks[i].memory; }

void chunk_recover(const bool keep[CHUNKS])
{
    for (uint8_t i = 0; i < CHUNKS; i++) {
        if (!keep[i] && chunks[i].memory) {
            chunk_free(i);
        }
    }
}

uint8_t *chunk_memory(uint8_t i) { return chunks[i].memory; }
uint32_t chunk_bytes(uint8_t i) { return chunks[i].pages * CHUNK_PAGE_BYTES; }
uint8_t chunk_next(uint8_t i) { return chunks[i].next; }
void chunk_set_next(uint8_t i, uint8_t next) { chunks[i].next = next; }

static int setup(void **state)
{
    (void)state;
    store_init();
    pages_available = 10000;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    const char *name;
    uint32_t session;
    while ((name = store_bundle(0)) != NULL) {
        char copy[STORE_NAME_SIZE];
        strcpy(copy, name);
        assert_int_equal(store_uninstall(copy), SECURITY_SUCCESS);
    }
    for (uint32_t client = 0; client < 3; client++) {       /* unfinished sessions */
        if (store_begin(client, SECURITY_APPLICATION, "last", "", 0, &session) == SECURITY_SUCCESS) {
            store_abort(client, session);
        }
    }
    return pages_in_use;    /* not 0: something leaked */
}

/* --- images --- */

static void put32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* One executable section of `bytes` bytes at 0x10000. Returns the image's size. */
static uint32_t make_image(uint8_t *image, uint32_t bytes, uint32_t type)
{
    memset(image, 0, BUNDLE_HEADER_SIZE);
    for (uint32_t i = 0; i < bytes; i++) {
        image[BUNDLE_HEADER_SIZE + i] = (uint8_t)(i * 7 + (i >> 8));
    }
    put32(image, (uint32_t)(BUNDLE_MAGIC >> 32));
    put32(image + 4, (uint32_t)BUNDLE_MAGIC);
    put32(image + 12, 0x10000);
    put32(image + 20, 0x10000);
    put32(image + 24, BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE | BUNDLE_FLAG_ENTRY);
    put32(image + 28, bytes);
    put32(image + 32, bytes);
    put32(image + 36, 4096);
    put32(image + 40, type);
    put32(image + 44, crc32_update(0, image + BUNDLE_HEADER_SIZE, bytes));
    return BUNDLE_HEADER_SIZE + bytes;
}

static int send(uint32_t client, uint32_t session, const uint8_t *image, uint32_t size, uint32_t step)
{
    int error = 0;
    for (uint32_t at = 0; at < size && !error; at += step) {
        error = store_data(client, session, image + at, size - at < step ? size - at : step);
    }
    return error;
}

static uint8_t image[2 << 20], copy[2 << 20];

static int install(const char *name, uint32_t bytes, bool announced)
{
    uint32_t session, size = make_image(image, bytes, BUNDLE_TYPE_APP);
    int error = store_begin(0, SECURITY_APPLICATION, name, "", announced ? size : 0, &session);
    if (!error) {
        error = send(0, session, image, size, 3584);
    }
    return error ? error : store_end(0, session);
}

static void test_image_comes_back(void **state)
{
    (void)state;
    const uint32_t sizes[] = { 4, 4000, 4048, 4049, 65488, 65489, 200000, 1 << 20 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int announced = 0; announced < 2; announced++) {
            assert_int_equal(install("app", sizes[i], announced), SECURITY_SUCCESS);
            const struct package *p = store_find("app", "");
            assert_int_equal(p->size, sizes[i] + BUNDLE_HEADER_SIZE);
            if (announced) {
                assert_int_equal(pages_in_use, (p->size + 4095) / 4096);
            }
            for (uint32_t step = 1009, at = 0; at < p->size; at += step) {
                uint32_t n = store_read(p, at, copy, step);
                assert_int_equal(n, p->size - at < step ? p->size - at : step);
                assert_memory_equal(copy, image + at, n);
            }
            assert_int_equal(store_read(p, p->size, copy, 10), 0);
            assert_int_equal(store_read(p, UINT32_MAX, copy, UINT32_MAX), 0);
            assert_int_equal(store_read(p, 1, copy, UINT32_MAX), p->size - 1);
            assert_int_equal(store_uninstall("app"), SECURITY_SUCCESS);
            assert_int_equal(pages_in_use, 0);
        }
    }
}

static void test_duplicate_is_refused(void **state)
{
    (void)state;
    uint32_t session;
    assert_int_equal(install("app", 100, true), SECURITY_SUCCESS);
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", 0, &session), SECURITY_DELETE_FIRST);
    /* two sessions for one name: the second to end loses */
    uint32_t first, second, size = make_image(image, 100, BUNDLE_TYPE_APP);
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "twin", "", 0, &first), SECURITY_SUCCESS);
    assert_int_equal(store_begin(1, SECURITY_APPLICATION, "twin", "", 0, &second), SECURITY_SUCCESS);
    assert_int_equal(send(0, first, image, size, 1000), 0);
    assert_int_equal(send(1, second, image, size, 1000), 0);
    assert_int_equal(store_end(1, second), SECURITY_SUCCESS);
    assert_int_equal(store_end(0, first), SECURITY_DELETE_FIRST);
}

static void test_bad_image_is_refused_and_freed(void **state)
{
    (void)state;
    uint32_t session, size = make_image(image, 5000, BUNDLE_TYPE_APP);
    image[2000] ^= 1;
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", size, &session), SECURITY_SUCCESS);
    assert_int_equal(send(0, session, image, size, 512), 0);
    assert_int_equal(store_end(0, session), BUNDLE_ERROR_BASE + BUNDLE_BAD_CRC);
    assert_int_equal(pages_in_use, 0);
    assert_null(store_find("app", ""));
    assert_int_equal(store_end(0, session), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", 0, &session), SECURITY_SUCCESS);
    assert_int_equal(store_end(0, session), BUNDLE_ERROR_BASE + BUNDLE_EMPTY);
}

static void test_sessions_belong_to_their_client(void **state)
{
    (void)state;
    uint32_t session;
    uint8_t byte = 1;
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", 0, &session), SECURITY_SUCCESS);
    assert_int_equal(store_data(1, session, &byte, 1), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(store_end(1, session), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(store_abort(1, session), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(store_data(0, session ^ 0x100, &byte, 1), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(store_data(0, 0xff, &byte, 1), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(store_data(0, session, &byte, 1), SECURITY_SUCCESS);
    assert_int_equal(store_abort(0, session), SECURITY_SUCCESS);
    assert_int_equal(store_abort(0, session), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(pages_in_use, 0);
}

static void test_forgotten_session_is_dropped(void **state)
{
    (void)state;
    uint32_t old, session;
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", 0, &old), SECURITY_SUCCESS);
    assert_int_equal(send(0, old, image, 100000, 3000), 0);
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", 0, &session), SECURITY_SUCCESS);
    assert_int_equal(pages_in_use, 0);
    assert_int_equal(store_data(0, old, image, 1), SECURITY_BUNDLE_DATA_INVALID);
}

static void test_announced_size_counts(void **state)
{
    (void)state;
    uint32_t session;
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", 100, &session), SECURITY_SUCCESS);
    assert_int_equal(store_data(0, session, image, 101), SECURITY_PACKAGE_BUFFER_LEN_INVALID);
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", 100, &session), SECURITY_SUCCESS);
    assert_int_equal(store_data(0, session, image, 99), SECURITY_SUCCESS);
    assert_int_equal(store_end(0, session), SECURITY_PACKAGE_BUFFER_LEN_INVALID);
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "app", "", UINT32_MAX, &session), SECURITY_PACKAGE_BUFFER_LEN_INVALID);
    assert_int_equal(pages_in_use, 0);
}

static void test_out_of_memory_is_clean(void **state)
{
    (void)state;
    pages_available = 20;
    assert_int_equal(install("large", 100000, true), SECURITY_INSTALL_FAILED);
    assert_int_equal(pages_in_use, 0);
    assert_int_equal(install("large", 100000, false), SECURITY_INSTALL_FAILED);
    assert_int_equal(pages_in_use, 0);
    assert_int_equal(install("small", 60000, true), SECURITY_SUCCESS);
}

static void test_table_of_packages_is_bounded(void **state)
{
    (void)state;
    char name[32];
    int i = 0, error;
    do {
        snprintf(name, sizeof name, "app%02d", i++);
    } while ((error = install(name, 10, true)) == SECURITY_SUCCESS);
    assert_int_equal(error, SECURITY_INSTALL_FAILED);
    assert_int_equal(i - 1, STORE_PACKAGES);
}

static void test_names(void **state)
{
    (void)state;
    char name[130];
    uint32_t session;
    memset(name, 'n', sizeof name);
    name[63] = 0;
    assert_int_equal(install(name, 10, true), SECURITY_SUCCESS);
    name[63] = 'n';
    name[64] = 0;
    const char *bad[] = { "", "a b", "../x", "a\nb", "\xc3\xa4", name };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(store_begin(0, SECURITY_APPLICATION, bad[i], "", 0, &session), SECURITY_BUNDLE_ID_INVALID);
    }
    assert_int_equal(store_begin(0, SECURITY_APPLICATION, "a", "m", 0, &session), SECURITY_BUNDLE_ID_INVALID);
    assert_int_equal(store_begin(0, SECURITY_MODEL, "a", "", 0, &session), SECURITY_BUNDLE_ID_INVALID);
    assert_int_equal(store_begin(0, 2, "a", "", 0, &session), SECURITY_BUNDLE_ID_INVALID);
}

static void test_bundles_are_sorted_and_distinct(void **state)
{
    (void)state;
    assert_int_equal(install("zebra", 10, true), SECURITY_SUCCESS);
    assert_int_equal(install("apple", 10, true), SECURITY_SUCCESS);
    uint32_t session, size = make_image(image, 64, BUNDLE_TYPE_KELVIN_MODEL);
    assert_int_equal(store_begin(0, SECURITY_MODEL, "apple", "net", size, &session), SECURITY_SUCCESS);
    assert_int_equal(send(0, session, image, size, 16), 0);
    assert_int_equal(store_end(0, session), SECURITY_SUCCESS);
    assert_string_equal(store_bundle(0), "apple");
    assert_string_equal(store_bundle(1), "zebra");
    assert_null(store_bundle(2));
    assert_null(store_bundle(UINT32_MAX));
    assert_non_null(store_find("apple", "net"));
    assert_int_equal(store_uninstall("apple"), SECURITY_SUCCESS);
    assert_null(store_find("apple", "net"));
    assert_int_equal(store_uninstall("apple"), SECURITY_BUNDLE_NOT_FOUND);
}

static void test_model_must_be_one(void **state)
{
    (void)state;
    uint32_t session, size = make_image(image, 64, BUNDLE_TYPE_APP);
    assert_int_equal(store_begin(0, SECURITY_MODEL, "apple", "net", size, &session), SECURITY_SUCCESS);
    assert_int_equal(send(0, session, image, size, 16), 0);
    assert_int_equal(store_end(0, session), BUNDLE_ERROR_BASE + BUNDLE_WRONG_TYPE);
}

static void test_manifest(void **state)
{
    (void)state;
    char text[400], tiny[20];
    assert_false(image_manifest("app", text, sizeof text));
    assert_int_equal(install("app", 100, true), SECURITY_SUCCESS);
    assert_true(image_manifest("app", text, sizeof text));
    assert_non_null(strstr(text, "BundleId=app\n"));
    assert_non_null(strstr(text, "Size=148\n"));
    assert_non_null(strstr(text, "Section=0x10000 RX file 100 memory 100"));
    assert_non_null(strstr(text, "Entry=0x10000"));
    assert_true(image_manifest("app", tiny, sizeof tiny));
    assert_int_equal(strlen(tiny), sizeof tiny - 1);
}

/* --- keys --- */

static void key_has(const char *key, const char *expected)
{
    uint8_t value[SECURITY_VALUE_MAX];
    size_t n = sizeof value;
    assert_int_equal(keys_read("app", key, value, &n), SECURITY_SUCCESS);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(value, expected, n);
}

static int write_text(const char *key, const char *text) { return keys_write("app", key, (const uint8_t *)text, strlen(text)); }

static void test_keys(void **state)
{
    (void)state;
    uint8_t value[200] = { 0 };
    size_t n = sizeof value;
    assert_int_equal(write_text("k", "v"), SECURITY_BUNDLE_NOT_FOUND);
    assert_int_equal(install("app", 100, true), SECURITY_SUCCESS);
    unsigned before = pages_in_use;
    assert_int_equal(keys_read("app", "k", value, &n), SECURITY_KEY_NOT_FOUND);
    assert_int_equal(n, 0);
    assert_int_equal(keys_delete("app", "k"), SECURITY_SUCCESS);
    assert_int_equal(write_text("k", "one"), SECURITY_SUCCESS);
    assert_int_equal(write_text("k", "second"), SECURITY_SUCCESS);
    assert_int_equal(write_text("empty", ""), SECURITY_SUCCESS);
    key_has("k", "second");
    key_has("empty", "");
    assert_int_equal(pages_in_use, before + 1);
    n = 3;
    assert_int_equal(keys_read("app", "k", value, &n), SECURITY_READ_FAILED);
    assert_int_equal(keys_delete("app", "k"), SECURITY_SUCCESS);
    assert_int_equal(keys_delete("app", "empty"), SECURITY_SUCCESS);
    assert_int_equal(pages_in_use, before);
}

static void test_key_limits(void **state)
{
    (void)state;
    uint8_t value[101] = { 0 };
    char key[65];
    assert_int_equal(install("app", 100, true), SECURITY_SUCCESS);
    assert_int_equal(keys_write("app", "k", value, 101), SECURITY_VALUE_INVALID);
    assert_int_equal(keys_write("app", "k", value, 100), SECURITY_SUCCESS);
    assert_int_equal(write_text("", "v"), SECURITY_KEY_INVALID);
    memset(key, 'k', sizeof key);
    key[64] = 0;
    assert_int_equal(write_text(key, "v"), SECURITY_KEY_INVALID);
    key[63] = 0;
    assert_int_equal(write_text(key, "v"), SECURITY_SUCCESS);
    key_has(key, "v");
    int i = 2, error;
    do {
        snprintf(key, sizeof key, "key%d", i++);
    } while ((error = write_text(key, key)) == SECURITY_SUCCESS);
    assert_int_equal(error, SECURITY_WRITE_FAILED);
    assert_int_equal(i - 1, KEYS_PER_BUNDLE);
    key_has("key5", "key5");
    assert_int_equal(write_text("key5", "replaced"), SECURITY_SUCCESS);
    key_has("key5", "replaced");
    assert_int_equal(store_uninstall("app"), SECURITY_SUCCESS);
    assert_int_equal(pages_in_use, 0);
    assert_int_equal(install("app", 100, true), SECURITY_SUCCESS);
    size_t n = 100;
    assert_int_equal(keys_read("app", "key5", value, &n), SECURITY_KEY_NOT_FOUND);
}

static void test_no_memory_for_keys(void **state)
{
    (void)state;
    assert_int_equal(install("app", 100, true), SECURITY_SUCCESS);
    pages_available = pages_in_use;
    assert_int_equal(write_text("k", "v"), SECURITY_WRITE_FAILED);
    assert_int_equal(keys_delete("app", "k"), SECURITY_SUCCESS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_image_comes_back),
        TEST(test_duplicate_is_refused),
        TEST(test_bad_image_is_refused_and_freed),
        TEST(test_sessions_belong_to_their_client),
        TEST(test_forgotten_session_is_dropped),
        TEST(test_announced_size_counts),
        TEST(test_out_of_memory_is_clean),
        TEST(test_table_of_packages_is_bounded),
        TEST(test_names),
        TEST(test_bundles_are_sorted_and_distinct),
        TEST(test_model_must_be_one),
        TEST(test_manifest),
        TEST(test_keys),
        TEST(test_key_limits),
        TEST(test_no_memory_for_keys),
    };
    return cmocka_run_group_tests_name("security_store", tests, NULL, NULL);
}
