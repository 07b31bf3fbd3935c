/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Keys and values, and what is left of them in the flash: nothing. */
#include "requests_test.h"

#include "crypto.h"
#include "storage.h"

static uint8_t value[CORE_VALUE_MAX + 8];

static void test_values(void **state)
{
    static const uint32_t sizes[] = { 0, 1, 2, 15, 16, 17, 100, 511, 512, 513, 2048, 4095, 4096 };
    char name[] = "a";
    (void)state;
    assert_int_equal(read_key("demo", "a"), CORE_KEY_NOT_FOUND);
    assert_int_equal(delete_key("demo", "a"), CORE_SUCCESS);
    assert_int_equal(read_key("nobody", "a"), CORE_BUNDLE_NOT_FOUND);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            name[0] = (char)('a' + i);
            fill_bytes(value, sizes[i], i + round);
            assert_int_equal(write_key("demo", name, value, sizes[i]), CORE_SUCCESS);
        }
        assert_int_equal(machine_restart(round), CORE_SUCCESS);
        for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            name[0] = (char)('a' + i);
            fill_bytes(value, sizes[i], i + round);
            assert_true(key_is("demo", name, value, sizes[i]));
        }
    }
    for (size_t n = 4097; n < 4104; n++)
        assert_int_equal(write_key("demo", "m", value, n), CORE_VALUE_INVALID);
    fill_bytes(value, 4096, 12 + 1);
    assert_true(key_is("demo", "m", value, 4096));
    assert_int_equal(delete_key("demo", "m"), CORE_SUCCESS);
    assert_int_equal(read_key("demo", "m"), CORE_KEY_NOT_FOUND);
    /* A longer request has room for a longer reply. */
    ask_begin(CORE_READ_KEY);
    ask_name("demo");
    ask_name("l");
    ask_bytes(value, 3000);
    assert_int_equal(ask_in(4095), CORE_SUCCESS);
    assert_int_equal(reply.n, 4095);
    assert_int_equal(ask_in(4094), CORE_SERIALIZE_FAILED);
}

static void test_quota(void **state)
{
    char name[] = "k0";
    (void)state;
    for (unsigned i = 0; i < CORE_KEYS_PER_BUNDLE; i++) {
        name[1] = (char)('0' + i);
        assert_int_equal(write_key("demo", name, name, 2), CORE_SUCCESS);
    }
    assert_int_equal(write_key("demo", "more", "", 0), CORE_QUOTA_EXCEEDED);
    assert_int_equal(write_key("demo", "k3", "new", 3), CORE_SUCCESS);
    package_make(&other, &(struct package_spec){ .name = "second", .version = 1 });
    assert_int_equal(install(&other), CORE_SUCCESS);
    assert_int_equal(write_key("second", "more", "", 0), CORE_SUCCESS);
    assert_int_equal(delete_key("demo", "k7"), CORE_SUCCESS);
    assert_int_equal(write_key("demo", "more", "x", 1), CORE_SUCCESS);
    assert_int_equal(write_key("demo", "k7", "x", 1), CORE_QUOTA_EXCEEDED);
    assert_true(key_is("demo", "k3", "new", 3));
}

/* All of them, over as many replies as the room makes necessary; the longest names. */
static void test_lists(void **state)
{
    char name[64];
    (void)state;
    assert_int_equal(list_keys("demo", 0, 72), CORE_SUCCESS);
    assert_int_equal(reply.n, 4);
    assert_int_equal(reply_word(), 0);
    memset(name, 'n', sizeof name);
    name[63] = '\0';
    for (unsigned i = 0; i < CORE_KEYS_PER_BUNDLE; i++) {
        name[0] = (char)('A' + i);
        assert_int_equal(write_key("demo", name, value, i * 10), CORE_SUCCESS);
    }
    for (size_t room = 72; room < 2000; room = room * 5 / 3) {
        uint32_t cursor = 0, seen = 0, replies = 0;
        do {
            assert_int_equal(list_keys("demo", cursor, room), CORE_SUCCESS);
            cursor = reply_word();
            assert_true(reply.at < reply.n);
            while (reply.at < reply.n) {
                uint32_t size = reply_word();
                const char *key = reply_name();
                unsigned i = (unsigned)(key[0] - 'A');
                assert_true(i < CORE_KEYS_PER_BUNDLE && strlen(key) == 63 && size == i * 10);
                assert_int_equal(seen >> i & 1, 0);
                seen |= 1u << i;
            }
            replies++;
        } while (cursor != 0);
        assert_int_equal(seen, (1u << CORE_KEYS_PER_BUNDLE) - 1);
        assert_true(room > 72 || replies == CORE_KEYS_PER_BUNDLE);
    }
    assert_int_equal(list_keys("demo", UINT32_MAX, 72), CORE_SUCCESS);
    assert_int_equal(reply_word(), 0);
    assert_int_equal(list_keys("demo", 0, 71), CORE_SERIALIZE_FAILED);
}

/* Bytes that no two values may have in common. */
static bool in_flash(const uint8_t *bytes, size_t n)
{
    for (const uint8_t *at = chip.cells, *last = chip.cells + model_size(&chip) - n; at <= last; at++) {
        at = memchr(at, bytes[0], (size_t)(last - at) + 1);
        if (at == NULL)
            return false;
        if (memcmp(at, bytes, n) == 0)
            return true;
    }
    return false;
}

/* Any 8 bytes of these, wherever they begin (every third one). */
static bool part_in_flash(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i + 8 <= n; i += 3)
        if (in_flash(bytes + i, 8))
            return true;
    return false;
}

/* What lies in the flash for a key. */
static uint32_t stored(const char *key, uint8_t *to, uint32_t room)
{
    struct store_id id = { STORE_SECRET, "demo", key };
    struct store_info info;
    assert_int_equal(store_find(storage(), &id, &info), STORE_OK);
    assert_true(info.size <= room);
    assert_int_equal(store_read(storage(), &info, 0, to, info.size), info.size);
    return info.size;
}

static void test_secrets(void **state)
{
    static const uint32_t sizes[] = { 40, 600, 4096 };
    static uint8_t before[SCRATCH_SIZE], after[SCRATCH_SIZE];
    (void)state;
    for (unsigned i = 0; i < 9; i++) {
        uint32_t size = sizes[i % 3];
        fill_bytes(value, size, 40 + i);
        assert_int_equal(write_key("demo", "key", value, size), CORE_SUCCESS);
        uint32_t n = stored("key", before, sizeof before);
        assert_int_equal(n, size + CRYPTO_NONCE + CRYPTO_TAG);
        assert_true(part_in_flash(before, n));
        assert_false(part_in_flash(value, size));
        if (i / 3 == 0) {
            assert_int_equal(write_key("demo", "key", value, size), CORE_SUCCESS);      /* the same again is other bytes */
            assert_int_equal(stored("key", after, sizeof after), n);
            assert_memory_not_equal(before, after, CRYPTO_NONCE);
            assert_memory_not_equal(before + CRYPTO_NONCE, after + CRYPTO_NONCE, 8);
        } else if (i / 3 == 1) {
            assert_int_equal(delete_key("demo", "key"), CORE_SUCCESS);
        } else {
            assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_SUCCESS);
            assert_int_equal(install(&demo), CORE_SUCCESS);
        }
        assert_false(part_in_flash(before + CRYPTO_NONCE, n - CRYPTO_NONCE));     /* nonces are no secret */
        assert_false(part_in_flash(value, size));
    }
    /* Nor in memory. */
    assert_int_equal(write_key("demo", "key", value, 4096), CORE_SUCCESS);
    for (unsigned i = 0; i < SCRATCH_SIZE; i++)
        assert_int_equal(storage_scratch[i], 0);
    assert_true(key_is("demo", "key", value, 4096));
    for (unsigned i = 0; i < SCRATCH_SIZE; i++)
        assert_int_equal(storage_scratch[i], 0);
}

/* Without random numbers after the start nothing can be encrypted or installed, but all can be read. */
static void test_no_random(void **state)
{
    uint32_t session;
    (void)state;
    assert_int_equal(write_key("demo", "key", "value", 5), CORE_SUCCESS);
    no_random = true;
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_true(key_is("demo", "key", "value", 5));
    assert_true(is_installed("demo", NULL, &demo));
    assert_int_equal(write_key("demo", "key", "other", 5), CORE_NO_RANDOM);
    assert_int_equal(install_begin("new", NULL, 100, &session), CORE_NO_RANDOM);
    assert_int_equal(delete_key("demo", "key"), CORE_SUCCESS);
    assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_SUCCESS);
    assert_int_equal(install(&demo), CORE_NO_RANDOM);
    no_random = false;
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_int_equal(install(&demo), CORE_SUCCESS);
}

int key_tests(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DEMO(test_values), WITH_DEMO(test_quota), WITH_DEMO(test_lists), WITH_DEMO(test_secrets), WITH_DEMO(test_no_random),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
