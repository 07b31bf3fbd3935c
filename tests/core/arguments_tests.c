/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Requests whose arguments are not what they should be, and those about the core itself. */
#include "requests_test.h"

#include "core.h"

static char long_name[200];     /* of 199 characters */

/* A request that works, by its number, as a list of what its arguments are: w word, b bundle, n other name, * any bytes behind it. */
static const struct {
    uint32_t number;
    const char *arguments;
} requests[] = {
    { CORE_INSTALL, "w" },           { CORE_INSTALL_APP, "wb" },    { CORE_INSTALL_MODEL, "wbb" },     { CORE_UNINSTALL, "b" },
    { CORE_GET_PACKAGES, "w" },      { CORE_SIZE_BUFFER, "b" },     { CORE_GET_MANIFEST, "b" },        { CORE_LOAD_APPLICATION, "wwb*" },
    { CORE_LOAD_MODEL, "wwbb*" },    { CORE_READ_KEY, "bn*" },      { CORE_WRITE_KEY, "bn*" },         { CORE_DELETE_KEY, "bn" },
    { CORE_INSTALL_DATA, "w*" },     { CORE_INSTALL_END, "w" },     { CORE_INSTALL_ABORT, "w" },       { CORE_GET_MODELS, "wb" },
    { CORE_LIST_KEYS, "wb" },        { CORE_STORE, "" },            { CORE_STATISTICS, "" },
};
enum { REQUESTS = sizeof requests / sizeof *requests };

/* Its arguments into bytes; the one with the number `strange` (if it is a name) is `name`. */
static size_t put_arguments(uint8_t *bytes, const char *arguments, int strange, const char *name)
{
    size_t n = 0;
    for (int i = 0; arguments[i] != '\0' && arguments[i] != '*'; i++) {
        const char *text = i == strange ? name : arguments[i] == 'b' ? "demo" : "key";
        size_t length = arguments[i] == 'w' ? 4 : strlen(text) + 1;
        memcpy(bytes + n, arguments[i] == 'w' ? "\1\0\0\0" : text, length);
        n += length;
    }
    return n;
}

static void send_bytes(uint32_t number, const uint8_t *bytes, size_t n)
{
    ask_begin(number);
    ask_bytes(bytes, n);
}

static bool ends_with_any(const char *arguments)
{
    return strchr(arguments, '*') != NULL;
}

/* Cut anywhere, and with more behind it. */
static void test_every_length(void **state)
{
    (void)state;
    for (unsigned r = 0; r < REQUESTS; r++) {
        uint8_t bytes[600] = {0};
        size_t whole = put_arguments(bytes, requests[r].arguments, -1, "");
        for (size_t n = 0; n < whole; n++) {
            send_bytes(requests[r].number, bytes, n);
            assert_int_equal(ask(), CORE_DESERIALIZE_FAILED);
        }
        for (size_t more = 1; more < 130 && !ends_with_any(requests[r].arguments); more += 7) {
            send_bytes(requests[r].number, bytes, whole + more);
            assert_int_equal(ask(), CORE_DESERIALIZE_FAILED);
        }
    }
    assert_true(is_installed("demo", NULL, &demo));
}

static void test_bundle_names(void **state)
{
    static const char *const bad[] = { "", "a b", "a/b", "\x80", "a\n", ".hidden", "..", "-x", "tab\t", "a:b" };
    (void)state;
    for (unsigned r = 0; r < REQUESTS; r++) {
        for (int i = 0; requests[r].arguments[i] != '\0'; i++) {
            uint8_t bytes[1000];
            for (unsigned k = 0; requests[r].arguments[i] == 'b' && k < sizeof bad / sizeof *bad; k++) {
                send_bytes(requests[r].number, bytes, put_arguments(bytes, requests[r].arguments, i, bad[k]));
                assert_int_equal(ask(), CORE_BUNDLE_ID_INVALID);
            }
            for (size_t length = 64; requests[r].arguments[i] == 'b' && length < sizeof long_name; length += 9) {
                send_bytes(requests[r].number, bytes, put_arguments(bytes, requests[r].arguments, i, long_name + sizeof long_name - 1 - length));
                assert_int_equal(ask(), CORE_BUNDLE_ID_INVALID);
            }
        }
    }
}

static void test_key_names(void **state)
{
    static const uint32_t numbers[] = { CORE_READ_KEY, CORE_WRITE_KEY, CORE_DELETE_KEY };
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned length = 0; length < sizeof long_name; length++) {
            ask_begin(numbers[i]);
            ask_name("demo");
            ask_name(long_name + sizeof long_name - 1 - length);
            uint32_t good = numbers[i] == CORE_READ_KEY ? (uint32_t)CORE_KEY_NOT_FOUND : (uint32_t)CORE_SUCCESS;
            assert_int_equal(ask(), length == 0 || length > 63 ? (uint32_t)CORE_KEY_INVALID : good);
            if (numbers[i] == CORE_WRITE_KEY)
                assert_int_equal(delete_key("demo", long_name + sizeof long_name - 1 - length), length == 0 || length > 63 ? CORE_KEY_INVALID : CORE_SUCCESS);
        }
    }
    /* Any other byte is one. */
    char name[] = "x";
    for (unsigned c = 1; c < 256; c++) {
        name[0] = (char)c;
        assert_int_equal(write_key("demo", name, &c, 1), CORE_SUCCESS);
        assert_int_equal(read_key("demo", name), CORE_SUCCESS);
        assert_int_equal(reply.bytes[0], c);
        assert_int_equal(delete_key("demo", name), CORE_SUCCESS);
    }
}

static void test_unknown_requests(void **state)
{
    static const uint32_t numbers[] = { CORE_CAP_SCAN, CORE_ATTEST, CORE_BOOT_OK, CORE_STORE + 1, 15, 255, 0x80000000u, UINT32_MAX };
    (void)state;
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        ask_begin(numbers[i]);
        assert_int_equal(ask(), CORE_NOT_SUPPORTED);
    }
}

static void test_core_itself(void **state)
{
    struct core_statistics statistics;
    struct core_store now;
    (void)state;
    ask_begin(CORE_ECHO);
    ask_bytes("0123456789", 10);
    assert_int_equal(ask_in(10), CORE_SUCCESS);
    assert_memory_equal(reply.bytes, "0123456789", 10);
    assert_int_equal(ask_in(9), CORE_SERIALIZE_FAILED);
    ask_begin(CORE_STATISTICS);
    assert_int_equal(ask_in(sizeof statistics - 1), CORE_SERIALIZE_FAILED);
    assert_int_equal(ask_in(sizeof statistics), CORE_SUCCESS);
    memcpy(&statistics, reply.bytes, sizeof statistics);
    assert_int_equal(statistics.format, 2);
    assert_int_equal(statistics.restarts, 0);
    ask_begin(CORE_STORE);
    assert_int_equal(ask_in(sizeof now - 1), CORE_SERIALIZE_FAILED);
    assert_int_equal(ask_in(sizeof now), CORE_SUCCESS);
    memcpy(&now, reply.bytes, sizeof now);
    assert_int_equal(now.format, 1);
    assert_int_equal(now.objects, 3);   /* the device key, demo, and its counter */
    assert_int_equal(now.blocks, 48);
    assert_int_equal(now.bad_blocks, 0);
    assert_true(now.used_kib > 0 && now.free_kib > 100);
}

static void test_mailbox_test(void **state)
{
    uint32_t words[CORE_TEST_WORDS] = { CORE_TEST_FIRST, [5] = 77, [CORE_TEST_WORDS - 1] = CORE_TEST_LAST };
    (void)state;
    ask_begin(CORE_TEST_MAILBOX);
    ask_bytes(words, sizeof words);
    assert_int_equal(ask_in(sizeof words - 1), CORE_SERIALIZE_FAILED);
    assert_int_equal(ask_in(sizeof words), CORE_SUCCESS);
    assert_int_equal(reply_word(), CORE_TEST_FIRST_REPLY);
    words[0]++;
    for (size_t n = 0; n < sizeof words; n++) {
        ask_begin(CORE_TEST_MAILBOX);
        ask_bytes(words, n);
        assert_int_equal(ask(), n % 4 != 0 ? CORE_DESERIALIZE_FAILED : CORE_TEST_FAILED);
    }
}

/* No room for the result: an error, and no part of it. */
static void test_no_room(void **state)
{
    (void)state;
    assert_int_equal(write_key("demo", "key", "value", 5), CORE_SUCCESS);
    for (size_t room = 0; room < 12; room++) {
        ask_begin(CORE_GET_PACKAGES);
        ask_word(0);
        assert_int_equal(ask_in(room), room < 5 ? CORE_SERIALIZE_FAILED : CORE_SUCCESS);
        ask_begin(CORE_SIZE_BUFFER);
        ask_name("demo");
        assert_int_equal(ask_in(room), room < 4 ? CORE_SERIALIZE_FAILED : CORE_SUCCESS);
        ask_begin(CORE_GET_MANIFEST);
        ask_name("demo");
        assert_int_equal(ask_in(room), room < sizeof MANIFEST - 1 ? CORE_SERIALIZE_FAILED : CORE_SUCCESS);
        ask_begin(CORE_READ_KEY);
        ask_name("demo");
        ask_name("key");
        assert_int_equal(ask_in(room), room < 5 ? CORE_SERIALIZE_FAILED : CORE_SUCCESS);
        ask_begin(CORE_LOAD_APPLICATION);
        ask_word(demo.n - 10);
        ask_word(4000);
        ask_name("demo");
        assert_int_equal(ask_in(room), room < 10 ? CORE_SERIALIZE_FAILED : CORE_SUCCESS);
        assert_int_equal(list_keys("demo", 0, room), CORE_SERIALIZE_FAILED);
    }
}

/* Without a flash that works everything says so, and what needs none works. */
static void test_no_store(void **state)
{
    (void)state;
    no_random = true;
    machine_end();
    model_init(&chip, 4096, 48, 256, 0xff);
    assert_int_equal(machine_restart(true), CORE_NO_RANDOM);
    for (unsigned r = 0; r < REQUESTS; r++) {
        uint8_t bytes[600];
        size_t n = put_arguments(bytes, requests[r].arguments, -1, "");
        send_bytes(requests[r].number, bytes, n);
        uint32_t expected = CORE_NO_RANDOM;
        if (requests[r].number == CORE_STATISTICS)
            expected = CORE_SUCCESS;
        else if (requests[r].number == CORE_INSTALL_DATA || requests[r].number == CORE_INSTALL_END || requests[r].number == CORE_INSTALL_ABORT)
            expected = CORE_NO_SESSION;
        assert_int_equal(ask(), expected);
    }
    no_random = false;
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
}

int arguments_tests(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DEMO(test_every_length),     WITH_DEMO(test_bundle_names), WITH_DEMO(test_key_names), WITH_DEMO(test_unknown_requests),
        WITH_DEMO(test_core_itself),      ON_MACHINE(test_mailbox_test), WITH_DEMO(test_no_room),  ON_MACHINE(test_no_store),
    };
    memset(long_name, 'x', sizeof long_name - 1);
    return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
