/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* SecurityCoordinator over a security core of the test's: its interface as its clients call it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "camkes.h"
#include "core.h"

#include <bundle/bundle.h>
#include <kata/crc32.h>
#include <mailbox_driver.h>
#include <security_coordinator.h>

void post_init(void);

static uint8_t image[200000], copy[200000];

static int setup(void **state)
{
    (void)state;
    for (unsigned client = 0; client < security_CLIENTS; client++) {    /* of the test before */
        uint32_t session;
        core.client = client;
        if (security_install_begin(SECURITY_APPLICATION, "last", "", 1, &session) == SECURITY_SUCCESS)
            security_install_abort(session);
    }
    core_reset();
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = (uint8_t)(i * 7 + (i >> 8));
    return 0;
}

static int send(uint32_t session, uint32_t size, uint32_t step)
{
    int error = 0;
    for (uint32_t at = 0; at < size && !error; at += step)
        error = security_install_data(session, image + at, size - at < step ? size - at : step);
    return error;
}

static int install(const char *name, const char *model, uint32_t size)
{
    uint32_t session;
    int error = security_install_begin(model[0] ? SECURITY_MODEL : SECURITY_APPLICATION, name, model, size, &session);
    if (!error)
        error = send(session, size, 3584);
    return error ? error : security_install_end(session);
}

static void test_image_comes_back(void **state)
{
    static const uint32_t sizes[] = { 1, 4000, 4096, 65489, 200000 };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint32_t size;
        size_t n;
        assert_int_equal(install("app", "", sizes[i]), SECURITY_SUCCESS);
        assert_int_equal(security_size_buffer("app", &size), SECURITY_SUCCESS);
        assert_int_equal(size, sizes[i]);
        for (uint32_t at = 0; at < size; at += 1009) {
            n = sizeof copy;
            assert_int_equal(security_load_application("app", at, 1009, copy, &n), SECURITY_SUCCESS);
            assert_int_equal(n, size - at < 1009 ? size - at : 1009);
            assert_memory_equal(copy, image + at, n);
        }
        n = 100;
        assert_int_equal(security_load_application("app", size, 10, copy, &n), SECURITY_SUCCESS);
        assert_int_equal(n, 0);
        n = 3584;
        assert_int_equal(security_load_application("app", 0, UINT32_MAX, copy, &n), SECURITY_SUCCESS);
        assert_int_equal(n, size < 3584 ? size : 3584);
        assert_int_equal(security_uninstall("app"), SECURITY_SUCCESS);
        assert_int_equal(security_uninstall("app"), SECURITY_BUNDLE_NOT_FOUND);
    }
}

static void test_sessions_belong_to_their_client(void **state)
{
    uint32_t session;
    (void)state;
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 10, &session), SECURITY_SUCCESS);
    core.client = 1;
    assert_int_equal(security_install_data(session, image, 1), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(security_install_end(session), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(security_install_abort(session), SECURITY_BUNDLE_DATA_INVALID);
    core.client = 0;
    assert_int_equal(security_install_data(session + 1, image, 1), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(security_install_data(0, image, 1), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(security_install_abort(0), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(security_install_data(session, image, 1), SECURITY_SUCCESS);
    assert_int_equal(security_install_abort(session), SECURITY_SUCCESS);
    assert_int_equal(security_install_abort(session), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(core.sessions_open, 0);
}

static void test_forgotten_session_is_dropped(void **state)
{
    uint32_t old, session;
    (void)state;
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 10000, &old), SECURITY_SUCCESS);
    assert_int_equal(send(old, 5000, 1000), 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 10, &session), SECURITY_SUCCESS);
        assert_int_equal(core.sessions_open, 1);
    }
    assert_int_equal(security_install_data(old, image, 1), SECURITY_BUNDLE_DATA_INVALID);
}

/* An answer was lost: nobody knows of that session any more, and it is in the way. */
static void test_lost_sessions_are_found(void **state)
{
    uint32_t session;
    (void)state;
    core.mailbox_error = MAILBOX_TIMED_OUT;
    core.served_all_the_same = true;
    core.mailbox_fails = CORE_SESSIONS;
    for (int i = 0; i < CORE_SESSIONS; i++)
        assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 10, &session), SECURITY_NO_CORE);
    assert_int_equal(core.sessions_open, CORE_SESSIONS);
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 10, &session), SECURITY_SUCCESS);
    assert_int_equal(core.sessions_open, 1);
}

static void test_busy_with_others(void **state)
{
    uint32_t session[CORE_SESSIONS + 1];
    (void)state;
    for (unsigned i = 0; i < CORE_SESSIONS; i++) {
        core.client = i;
        assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 10, &session[i]), SECURITY_SUCCESS);
    }
    core.client = CORE_SESSIONS;
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 10, &session[CORE_SESSIONS]), SECURITY_BUSY);
    core.client = 0;
    assert_int_equal(send(session[0], 10, 5), SECURITY_SUCCESS);
    assert_int_equal(security_install_end(session[0]), SECURITY_SUCCESS);
    core.client = 1;
    assert_int_equal(send(session[1], 10, 5), SECURITY_SUCCESS);
    assert_int_equal(security_install_end(session[1]), SECURITY_DELETE_FIRST);
}

static void test_refusals_end_the_session(void **state)
{
    uint32_t session;
    (void)state;
    image[0] = 'R';
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 100, &session), SECURITY_SUCCESS);
    assert_int_equal(security_install_data(session, image, 100), BUNDLE_ERROR_BASE + BUNDLE_BAD_MAGIC);
    assert_int_equal(security_install_end(session), SECURITY_BUNDLE_DATA_INVALID);
    image[0] = 0;
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 100, &session), SECURITY_SUCCESS);
    assert_int_equal(security_install_data(session, image, 101), SECURITY_PACKAGE_BUFFER_LEN_INVALID);
    assert_int_equal(security_install_data(session, image, 1), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 100, &session), SECURITY_SUCCESS);
    assert_int_equal(security_install_data(session, image, 99), SECURITY_SUCCESS);
    assert_int_equal(security_install_end(session), SECURITY_PACKAGE_BUFFER_LEN_INVALID);
    assert_int_equal(core.sessions_open, 0);
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", 0, &session), BUNDLE_ERROR_BASE + BUNDLE_EMPTY);
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "app", "", UINT32_MAX, &session), SECURITY_PACKAGE_BUFFER_LEN_INVALID);
}

/* Both sides of the conversation may start again. */
static void test_starts_again(void **state)
{
    uint32_t session, size;
    (void)state;
    assert_int_equal(install("app", "", 100), SECURITY_SUCCESS);
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "new", "", 100, &session), SECURITY_SUCCESS);
    core_restart();
    assert_int_equal(security_install_data(session, image, 10), SECURITY_CORE_RESTARTED);
    assert_int_equal(security_install_data(session, image, 10), SECURITY_BUNDLE_DATA_INVALID);
    core.mailbox_error = MAILBOX_RESTARTED;
    core.mailbox_fails = 1;
    assert_int_equal(security_size_buffer("app", &size), SECURITY_SUCCESS);      /* asked again */
    core.mailbox_fails = 1;
    assert_int_equal(security_uninstall("app"), SECURITY_CORE_RESTARTED);        /* done or not */
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "new", "", 100, &session), SECURITY_SUCCESS);
    assert_int_equal(core.sessions_open, 1);
    core.restarted = true;                                                       /* the next life of the service */
    post_init();
    assert_int_equal(core.sessions_open, 0);
    assert_int_equal(install("new", "", 100), SECURITY_SUCCESS);
}

static void test_nobody_there(void **state)
{
    static const int errors[] = { MAILBOX_NO_DEVICE, MAILBOX_TIMED_OUT, MAILBOX_BUSY, MAILBOX_BAD_REPLY };
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        uint32_t value;
        char text[100];
        size_t n = sizeof copy;
        core.mailbox_error = errors[i];
        core.mailbox_fails = 1000;
        assert_int_equal(install("app", "", 10), SECURITY_NO_CORE);
        assert_int_equal(security_size_buffer("app", &value), SECURITY_NO_CORE);
        assert_int_equal(security_model_size("app", "net", &value), SECURITY_NO_CORE);
        assert_int_equal(value, 0);
        assert_int_equal(security_get_package(0, text, sizeof text), SECURITY_NO_CORE);
        assert_int_equal(security_get_manifest("app", text, sizeof text), SECURITY_NO_CORE);
        assert_string_equal(text, "");
        assert_int_equal(security_load_application("app", 0, 10, copy, &n), SECURITY_NO_CORE);
        assert_int_equal(n, 0);
        assert_int_equal(security_count_keys("app", "", &value), SECURITY_NO_CORE);
        assert_int_equal(security_write_key("app", "k", 1, 0, image, 1), SECURITY_NO_CORE);
        assert_int_equal(security_uninstall("app"), SECURITY_NO_CORE);
        assert_int_equal(security_test_mailbox(), SECURITY_TEST_FAILED);
        n = sizeof copy;
        assert_int_equal(security_echo(image, 5, copy, &n), SECURITY_ECHO_FAILED);
    }
    assert_non_null(strstr(core.log, "no answer of the security core"));
}

static void test_every_error_of_the_store_is_told(void **state)
{
    (void)state;
    for (uint32_t error = CORE_STORE_FULL; error <= CORE_NO_RANDOM; error++) {
        core_reset();
        core.error = error;
        assert_int_equal(install("app", "", 10), error);
        assert_int_equal(core.log_lines, error != CORE_QUOTA_EXCEEDED && error != CORE_BUSY);
    }
    core.error = CORE_NOT_SUPPORTED;
    assert_int_equal(install("app", "", 10), SECURITY_UNKNOWN_ERROR);
    core.error = 0xffff;
    assert_int_equal(install("app", "", 10), SECURITY_NO_CORE);
}

static void test_names(void **state)
{
    char name[130], text[64];
    uint32_t session;
    (void)state;
    memset(name, 'n', sizeof name);
    name[63] = '\0';
    assert_int_equal(install(name, "", 10), SECURITY_SUCCESS);
    assert_int_equal(security_get_package(0, text, sizeof text), SECURITY_SUCCESS);
    assert_string_equal(text, name);
    assert_int_equal(security_get_package(0, text, 63), SECURITY_GET_PACKAGES_FAILED);
    name[63] = 'n';
    name[64] = '\0';
    const char *bad[] = { "", "a b", "../x", "a\nb", "\xc3\xa4", name };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint32_t value;
        assert_int_equal(security_install_begin(SECURITY_APPLICATION, bad[i], "", 10, &session), SECURITY_BUNDLE_ID_INVALID);
        assert_int_equal(security_size_buffer(bad[i], &value), SECURITY_BUNDLE_ID_INVALID);
        assert_int_equal(security_write_key(bad[i], "k", 1, 0, image, 1), SECURITY_BUNDLE_ID_INVALID);
    }
    assert_int_equal(security_install_begin(SECURITY_APPLICATION, "a", "m", 10, &session), SECURITY_BUNDLE_ID_INVALID);
    assert_int_equal(security_install_begin(SECURITY_MODEL, "a", "", 10, &session), SECURITY_BUNDLE_ID_INVALID);
    assert_int_equal(security_install_begin(2, "a", "", 10, &session), SECURITY_BUNDLE_ID_INVALID);
}

static void test_models_and_lists(void **state)
{
    char text[64];
    uint32_t size = 1;
    size_t n = 100;
    (void)state;
    assert_int_equal(install("zebra", "", 10), SECURITY_SUCCESS);
    assert_int_equal(install("apple", "", 20), SECURITY_SUCCESS);
    assert_int_equal(install("apple", "net", 30), SECURITY_SUCCESS);
    assert_int_equal(security_get_package(0, text, sizeof text), SECURITY_SUCCESS);
    assert_string_equal(text, "apple");
    assert_int_equal(security_get_package(1, text, sizeof text), SECURITY_SUCCESS);
    assert_string_equal(text, "zebra");
    assert_int_equal(security_get_package(2, text, sizeof text), SECURITY_BUNDLE_NOT_FOUND);
    assert_string_equal(text, "");
    assert_int_equal(security_load_model("apple", "net", 5, 100, copy, &n), SECURITY_SUCCESS);
    assert_int_equal(n, 25);
    assert_memory_equal(copy, image + 5, n);
    assert_int_equal(security_load_model("apple", "", 5, 100, copy, &n), SECURITY_BUNDLE_NOT_FOUND);
    n = 100;
    assert_int_equal(security_load_model("zebra", "net", 5, 100, copy, &n), SECURITY_BUNDLE_NOT_FOUND);
    assert_int_equal(install("apple", "other", 40), SECURITY_SUCCESS);
    unsigned requests = core.requests;
    assert_int_equal(security_model_size("apple", "net", &size), SECURITY_SUCCESS);
    assert_int_equal(size, 30);
    assert_int_equal(security_model_size("apple", "other", &size), SECURITY_SUCCESS);
    assert_int_equal(size, 40);
    assert_int_equal(core.requests - requests, 3);
    assert_int_equal(security_model_size("apple", "", &size), SECURITY_BUNDLE_NOT_FOUND);
    assert_int_equal(size, 0);
    assert_int_equal(security_model_size("zebra", "net", &size), SECURITY_BUNDLE_NOT_FOUND);
}

/* --- manifests --- */

static void put32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* One executable section of 100 bytes at 0x10000. */
static void make_image(void)
{
    memset(image, 0, BUNDLE_HEADER_SIZE);
    put32(image, (uint32_t)(BUNDLE_MAGIC >> 32));
    put32(image + 4, (uint32_t)BUNDLE_MAGIC);
    put32(image + 12, 0x10000);
    put32(image + 20, 0x10000);
    put32(image + 24, BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE | BUNDLE_FLAG_ENTRY);
    put32(image + 28, 100);
    put32(image + 32, 100);
    put32(image + 36, 4096);
    put32(image + 40, BUNDLE_TYPE_APP);
    put32(image + 44, crc32_update(0, image + BUNDLE_HEADER_SIZE, 100));
}

static void test_manifest(void **state)
{
    char text[400], tiny[20];
    (void)state;
    assert_int_equal(security_get_manifest("app", text, sizeof text), SECURITY_BUNDLE_NOT_FOUND);
    assert_string_equal(text, "");
    make_image();
    assert_int_equal(install("app", "", BUNDLE_HEADER_SIZE + 100), SECURITY_SUCCESS);
    assert_int_equal(install("app", "net", 77), SECURITY_SUCCESS);
    assert_int_equal(install("only", "model", 78), SECURITY_SUCCESS);
    assert_int_equal(security_get_manifest("app", text, sizeof text), SECURITY_SUCCESS);
    assert_string_equal(text, "[Manifest]\nBundleId=app\n[Application]\nSize=148\nSection=0x10000 RX file 100 memory 100 crc32 "
                              "db966bf5\nEntry=0x10000\n[Model]\nModelId=net\nSize=77");
    assert_int_equal(security_get_manifest("only", text, sizeof text), SECURITY_SUCCESS);
    assert_string_equal(text, "[Manifest]\nBundleId=only\n[Model]\nModelId=model\nSize=78");
    assert_int_equal(security_get_manifest("app", tiny, sizeof tiny), SECURITY_SUCCESS);
    assert_int_equal(strlen(tiny), sizeof tiny - 1);
    memcpy(image, "MyOwn = text", 12);
    assert_int_equal(install("own", "", 12), SECURITY_SUCCESS);
    assert_int_equal(security_get_manifest("own", text, sizeof text), SECURITY_SUCCESS);
    assert_string_equal(text, "MyOwn = text");
}

/* --- keys --- */

static int read_all(const char *key, size_t step, uint32_t *size)
{
    uint32_t at = 0;
    int error;
    do {
        size_t n = security_MAX_DATA;       /* what a message may have; the caller has less room */
        error = security_read_key("app", key, at, (uint32_t)step, size, copy + at, &n);
        at += (uint32_t)n;
    } while (!error && at < *size);
    return error;
}

static int write_all(const char *key, const uint8_t *value, uint32_t size, uint32_t step)
{
    int error = 0;
    uint32_t at = 0;
    do {
        uint32_t n = size - at < step ? size - at : step;
        error = security_write_key("app", key, size, at, value + at, n);
        at += n;
    } while (!error && at < size);
    return error;
}

static int write_text(const char *key, const char *text) { return write_all(key, (const uint8_t *)text, (uint32_t)strlen(text), 3000); }

static void key_has(const char *key, const void *value, size_t n)
{
    uint32_t size;
    assert_int_equal(read_all(key, 1000, &size), SECURITY_SUCCESS);
    assert_int_equal(size, n);
    assert_memory_equal(copy, value, n);
}

static void test_keys(void **state)
{
    uint32_t size, count;
    char key[70];
    (void)state;
    assert_int_equal(write_text("k", "v"), SECURITY_BUNDLE_NOT_FOUND);
    assert_int_equal(install("app", "", 100), SECURITY_SUCCESS);
    assert_int_equal(read_all("k", 1000, &size), SECURITY_KEY_NOT_FOUND);
    assert_int_equal(security_delete_key("app", "k"), SECURITY_SUCCESS);
    assert_int_equal(write_text("k", "one"), SECURITY_SUCCESS);
    assert_int_equal(write_text("k", "second"), SECURITY_SUCCESS);
    assert_int_equal(write_text("empty", ""), SECURITY_SUCCESS);
    key_has("k", "second", 6);
    key_has("empty", "", 0);
    assert_int_equal(security_count_keys("app", "k", &count), SECURITY_SUCCESS);
    assert_int_equal(count, 1);
    assert_int_equal(security_delete_key("app", "k"), SECURITY_SUCCESS);
    assert_int_equal(read_all("k", 1000, &size), SECURITY_KEY_NOT_FOUND);
    memset(key, 'k', sizeof key);
    key[63] = '\0';
    assert_int_equal(write_text(key, "v"), SECURITY_SUCCESS);
    key[63] = 'k';
    key[64] = '\0';
    assert_int_equal(write_text(key, "v"), SECURITY_KEY_INVALID);
    assert_int_equal(write_text("", "v"), SECURITY_KEY_INVALID);
    assert_int_equal(security_write_key("app", "k", SECURITY_VALUE_MAX + 1, 0, image, 1000), SECURITY_VALUE_INVALID);
}

static void test_values_of_every_size(void **state)
{
    static const uint32_t steps[] = { 1, 100, 1024, 3000 };
    (void)state;
    assert_int_equal(install("app", "", 100), SECURITY_SUCCESS);
    for (uint32_t size = 0; size <= SECURITY_VALUE_MAX; size += size < 4000 ? 61 : 1) {
        for (size_t s = size % 4 ? 1 : 0; s < sizeof steps / sizeof *steps; s++) {
            uint32_t found;
            image[0]++;
            assert_int_equal(write_all("k", image, size, steps[s]), SECURITY_SUCCESS);
            assert_int_equal(read_all("k", steps[s], &found), SECURITY_SUCCESS);
            assert_int_equal(found, size);
            assert_memory_equal(copy, image, size);
            assert_true(core_window_is_clean());
        }
    }
}

/* Nothing is seen of a value before its last piece, and a piece that continues nothing is refused. */
static void test_pieces(void **state)
{
    uint32_t size;
    size_t n = 1000;
    (void)state;
    assert_int_equal(install("app", "", 100), SECURITY_SUCCESS);
    assert_int_equal(write_all("k", image, 4096, 1024), SECURITY_SUCCESS);
    assert_int_equal(security_write_key("app", "k", 2000, 0, image + 1, 1000), SECURITY_SUCCESS);
    assert_int_equal(security_write_key("app", "k", 2000, 999, image, 1), SECURITY_BUNDLE_DATA_INVALID);
    assert_int_equal(security_write_key("app", "k", 2001, 1000, image, 1001), SECURITY_BUNDLE_DATA_INVALID);
    core.client = 2;
    assert_int_equal(security_write_key("app", "k", 2000, 1000, image, 1000), SECURITY_BUNDLE_DATA_INVALID);
    core.client = 0;
    assert_int_equal(security_write_key("app", "k", 2000, 1000, image, 1001), SECURITY_BUNDLE_DATA_INVALID);     /* ends it */
    assert_int_equal(security_write_key("app", "k", 2000, 1000, image, 1000), SECURITY_BUNDLE_DATA_INVALID);
    key_has("k", image, 4096);
    /* a value is read as it was at its first piece */
    memcpy(copy, image, 4096);
    assert_int_equal(security_read_key("app", "k", 0, 1000, &size, copy, &n), SECURITY_SUCCESS);
    core.client = 1;
    assert_int_equal(write_text("k", "new"), SECURITY_SUCCESS);
    core.client = 0;
    for (uint32_t at = 1000; at < 4096; at += 1000) {
        n = 1000;
        assert_int_equal(security_read_key("app", "k", at, 1000, &size, copy + at, &n), SECURITY_SUCCESS);
    }
    assert_memory_equal(copy, image, 4096);
    n = 1000;
    assert_int_equal(security_read_key("app", "k", 1000, 1000, &size, copy, &n), SECURITY_BUNDLE_DATA_INVALID);
    key_has("k", "new", 3);
    assert_true(core_window_is_clean());
}

/* Of more transfers than there is room for, the one that rests longest is forgotten. */
static void test_many_transfers(void **state)
{
    enum { ROOM = 4 };
    char key[8];
    (void)state;
    assert_int_equal(install("app", "", 100), SECURITY_SUCCESS);
    for (int i = 0; i <= ROOM; i++) {
        snprintf(key, sizeof key, "k%d", i);
        assert_int_equal(security_write_key("app", key, 2000, 0, image + i, 1000), SECURITY_SUCCESS);
        if (i == ROOM - 1)      /* the first one moves */
            assert_int_equal(security_write_key("app", "k0", 2000, 1000, image + 1000, 500), SECURITY_SUCCESS);
    }
    for (int i = 0; i <= ROOM; i++) {
        snprintf(key, sizeof key, "k%d", i);
        uint32_t at = i == 0 ? 1500 : 1000;
        int error = security_write_key("app", key, 2000, at, image + at + i, 2000 - at);
        assert_int_equal(error, i == 1 ? SECURITY_BUNDLE_DATA_INVALID : SECURITY_SUCCESS);
        if (i != 1)
            key_has(key, image + i, 2000);
    }
    assert_true(core_window_is_clean());
}

static void test_iteration(void **state)
{
    char key[64] = "", name[8];
    uint32_t size, count;
    (void)state;
    assert_int_equal(security_next_key("app", "", key, sizeof key, &size), SECURITY_BUNDLE_NOT_FOUND);
    assert_int_equal(install("app", "", 100), SECURITY_SUCCESS);
    assert_int_equal(security_next_key("app", "", key, sizeof key, &size), SECURITY_SUCCESS);
    assert_string_equal(key, "");
    for (unsigned i = 0; i < CORE_KEYS_PER_BUNDLE; i++) {
        snprintf(name, sizeof name, "%02u", i * 7 % CORE_KEYS_PER_BUNDLE);
        assert_int_equal(write_all(name, image, i * 7 % CORE_KEYS_PER_BUNDLE, 100), SECURITY_SUCCESS);
    }
    assert_int_equal(write_text("more", ""), SECURITY_QUOTA_EXCEEDED);
    for (core.page_size = 0; core.page_size < 30; core.page_size += 7) {
        strcpy(key, "");
        for (unsigned i = 0; i < CORE_KEYS_PER_BUNDLE; i++) {
            assert_int_equal(security_next_key("app", key, key, sizeof key, &size), SECURITY_SUCCESS);
            snprintf(name, sizeof name, "%02u", i);
            assert_string_equal(key, name);
            assert_int_equal(size, i);
        }
        assert_int_equal(security_next_key("app", key, key, sizeof key, &size), SECURITY_SUCCESS);
        assert_string_equal(key, "");
        assert_int_equal(security_count_keys("app", "", &count), SECURITY_SUCCESS);
        assert_int_equal(count, CORE_KEYS_PER_BUNDLE);
    }
    /* a key that goes while they are listed does not hide another */
    assert_int_equal(security_delete_key("app", "05"), SECURITY_SUCCESS);
    assert_int_equal(security_next_key("app", "05", key, sizeof key, &size), SECURITY_SUCCESS);
    assert_string_equal(key, "06");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

static void test_boot_ok(void **state)
{
    (void)state;
    assert_int_equal(security_boot_ok(), SECURITY_SUCCESS);
    assert_int_equal(core.log_lines, 0);
    core.error = CORE_STORE_FULL;
    assert_int_equal(security_boot_ok(), SECURITY_STORE_FULL);
    assert_non_null(strstr(core.log, "not confirmed"));
    core.error = 0;
    core.log_lines = 0;
    core.mailbox_error = MAILBOX_NO_DEVICE;
    core.mailbox_fails = 1;
    assert_int_equal(security_boot_ok(), SECURITY_SUCCESS);     /* nothing was measured there */
    assert_int_equal(core.log_lines, 0);
    core.mailbox_error = MAILBOX_TIMED_OUT;
    core.mailbox_fails = 1;
    assert_int_equal(security_boot_ok(), SECURITY_NO_CORE);
    assert_non_null(strstr(core.log, "not confirmed"));
}

static void test_attest(void **state)
{
    (void)state;
    static const uint8_t nonce[CORE_NONCE_MAX + 1] = "0123456789abcdef0123456789abcdef", claim[CORE_CLAIM_MAX + 1] = "claim";
    uint8_t statement[4000];
    size_t n = sizeof statement;
    assert_int_equal(security_attest(nonce, 8, claim, 5, 1000, statement, &n), SECURITY_SUCCESS);
    assert_int_equal(n, 13);
    assert_memory_equal(statement, "01234567claim", 13);
    n = sizeof statement;
    assert_int_equal(security_attest(nonce, CORE_NONCE_MAX, claim, CORE_CLAIM_MAX, 1000, statement, &n), SECURITY_SUCCESS);
    assert_int_equal(n, CORE_NONCE_MAX + CORE_CLAIM_MAX);
    n = sizeof statement;
    assert_int_equal(security_attest(nonce, 8, claim, 5, 12, statement, &n), SECURITY_SERIALIZE_FAILED);
    assert_int_equal(n, 0);
    n = 12;
    assert_int_equal(security_attest(nonce, 8, claim, 5, 1000, statement, &n), SECURITY_SERIALIZE_FAILED);
    for (unsigned i = 0; i < 3; i++) {
        n = sizeof statement;
        assert_int_equal(security_attest(nonce, i == 0 ? 7 : i == 1 ? 33 : 8, claim, i == 2 ? CORE_CLAIM_MAX + 1 : 5, 1000, statement, &n),
                         SECURITY_DESERIALIZE_FAILED);
        assert_int_equal(n, 0);
    }
    core.mailbox_error = MAILBOX_RESTARTED;
    core.mailbox_fails = 1;
    n = sizeof statement;
    assert_int_equal(security_attest(nonce, 8, claim, 5, 1000, statement, &n), SECURITY_SUCCESS);     /* asked again */
    core.mailbox_error = MAILBOX_NO_DEVICE;
    core.mailbox_fails = 2;
    assert_int_equal(security_attest(nonce, 8, claim, 5, 1000, statement, &n), SECURITY_NO_CORE);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_image_comes_back),
        TEST(test_sessions_belong_to_their_client),
        TEST(test_forgotten_session_is_dropped),
        TEST(test_lost_sessions_are_found),
        TEST(test_busy_with_others),
        TEST(test_refusals_end_the_session),
        TEST(test_starts_again),
        TEST(test_nobody_there),
        TEST(test_every_error_of_the_store_is_told),
        TEST(test_names),
        TEST(test_models_and_lists),
        TEST(test_manifest),
        TEST(test_keys),
        TEST(test_values_of_every_size),
        TEST(test_pieces),
        TEST(test_many_transfers),
        TEST(test_iteration),
        TEST(test_boot_ok),
        TEST(test_attest),
    };
    return cmocka_run_group_tests_name("security_coordinator", tests, NULL, NULL);
}
