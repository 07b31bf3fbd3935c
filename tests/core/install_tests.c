/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Installing: sessions, versions, who has signed, and images that were altered. */
#include "requests_test.h"

#include "storage.h"

static uint32_t refused(BundleError error)
{
    return CORE_BUNDLE_REFUSED + (uint32_t)error;
}

static bool nothing_is_installed(void)
{
    ask_begin(CORE_GET_PACKAGES);
    ask_word(0);
    return ask() == CORE_BUNDLE_NOT_FOUND;
}

static void test_pieces(void **state)
{
    (void)state;
    for (uint32_t version = 1, piece = 700; version < 9; version++, piece = piece * 3 / 2 + 1) {
        make_demo(&demo, version, 3000);
        assert_int_equal(install_as("demo", NULL, &demo, piece), CORE_SUCCESS);
        assert_string_equal(reply_name(), "demo");
        assert_true(is_installed("demo", NULL, &demo));
    }
    /* Under a name that is known, byte by byte. */
    make_demo(&demo, 20, 10);
    assert_int_equal(install_as("demo", NULL, &demo, 1), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &demo));
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &demo));
}

/* Sizes around those of the pieces in the store. */
static void test_sizes(void **state)
{
    (void)state;
    make_demo(&demo, 1, 1);
    uint32_t overhead = demo.n - 1, version = 1;
    for (uint32_t size = 2047; size < 10300; size += size % 2048 == 1 ? 2046 : 1) {
        make_demo(&demo, version++, size - overhead);
        assert_int_equal(demo.n, size);
        assert_int_equal(install(&demo), CORE_SUCCESS);
        assert_true(is_installed("demo", NULL, &demo));
    }
}

static void test_signed_name(void **state)
{
    uint32_t session;
    (void)state;
    make_demo(&demo, 1, 100);
    assert_int_equal(install(&demo), CORE_SUCCESS);
    assert_string_equal(reply_name(), "demo");
    /* The signature has to be in the first piece. */
    make_demo(&demo, 2, 100);
    assert_int_equal(install_begin(NULL, NULL, demo.n, &session), CORE_SUCCESS);
    assert_int_equal(install_data(session, demo.at, 100), refused(BUNDLE_UNSIGNED));
    assert_int_equal(install_data(session, demo.at + 100, 100), CORE_NO_SESSION);
    /* A name that was signed, but is none. */
    package_make(&other, &(struct package_spec){ .name = "../x", .version = 1 });
    assert_int_equal(install(&other), CORE_BUNDLE_ID_INVALID);
    package_make(&other, &(struct package_spec){ .name = "demo", .version = 2 });
    assert_int_equal(install_as("another", NULL, &other, 1000), refused(BUNDLE_WRONG_NAME));
    assert_int_equal(install_as("another", "model", &other, 1000), refused(BUNDLE_WRONG_NAME));
}

static void test_sessions(void **state)
{
    uint32_t a, b, c;
    static struct package second;
    (void)state;
    make_demo(&demo, 1, 5000);
    package_make(&second, &(struct package_spec){ .name = "second", .version = 1, .bytes = 7000 });
    assert_int_equal(install_begin(NULL, NULL, demo.n, &a), CORE_SUCCESS);
    assert_int_equal(install_begin("second", NULL, second.n, &b), CORE_SUCCESS);
    assert_int_not_equal(a, b);
    assert_int_equal(install_begin(NULL, NULL, demo.n, &c), CORE_BUSY);
    assert_int_equal(install_begin("third", "model", 100, &c), CORE_BUSY);
    const uint32_t wrong[] = { 0, a + 2, b + 1, UINT32_MAX };
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(install_data(wrong[i], "x", 1), CORE_NO_SESSION);
        assert_int_equal(install_end(wrong[i]), CORE_NO_SESSION);
    }
    for (uint32_t at = 0; at < second.n; at += 1100) {
        if (at < demo.n)
            assert_int_equal(install_data(a, demo.at + at, demo.n - at < 1100 ? demo.n - at : 1100), CORE_SUCCESS);
        assert_int_equal(install_data(b, second.at + at, second.n - at < 1100 ? second.n - at : 1100), CORE_SUCCESS);
        assert_true(nothing_is_installed());
    }
    assert_int_equal(install_end(a), CORE_SUCCESS);
    assert_int_equal(install_end(a), CORE_NO_SESSION);
    assert_int_equal(install_data(a, "x", 1), CORE_NO_SESSION);
    assert_int_equal(load_part("second", NULL, 0, 1), CORE_BUNDLE_NOT_FOUND);
    assert_int_equal(install_end(b), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &demo) && is_installed("second", NULL, &second));
}

static uint32_t abort_session(uint32_t session)
{
    ask_begin(CORE_INSTALL_ABORT);
    ask_word(session);
    return ask();
}

static void test_abort(void **state)
{
    uint32_t a, b;
    (void)state;
    make_demo(&demo, 1, 5000);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(install_begin(NULL, NULL, demo.n, &a), CORE_SUCCESS);
        assert_int_equal(install_begin("demo", NULL, demo.n, &b), CORE_SUCCESS);
        assert_int_equal(install_data(a, demo.at, 3000), CORE_SUCCESS);
        assert_int_equal(install_data(b, demo.at, 2000), CORE_SUCCESS);
        assert_int_equal(abort_session(77777), CORE_NO_SESSION);
        assert_int_equal(abort_session(a), CORE_SUCCESS);
        assert_int_equal(abort_session(a), CORE_NO_SESSION);
        if (i % 2 == 0)
            assert_int_equal(install_data(b, demo.at + 2000, demo.n - 2000), CORE_SUCCESS);
        assert_int_equal(abort_session(0), CORE_SUCCESS);
        assert_int_equal(install_end(b), CORE_NO_SESSION);
    }
    assert_int_equal(abort_session(0), CORE_SUCCESS);
    assert_true(nothing_is_installed());
}

/* A restart of the firmware ends sessions; their numbers are never those of others. */
static void test_restart(void **state)
{
    uint32_t a, b;
    (void)state;
    make_demo(&demo, 1, 5000);
    assert_int_equal(install(&demo), CORE_SUCCESS);
    make_demo(&other, 2, 5000);
    for (unsigned power_off = 0; power_off < 2; power_off++) {
        assert_int_equal(install_begin(NULL, NULL, other.n, &a), CORE_SUCCESS);
        assert_int_equal(install_data(a, other.at, 4000), CORE_SUCCESS);
        assert_int_equal(machine_restart(power_off), CORE_SUCCESS);
        assert_int_equal(install_data(a, other.at + 4000, 100), CORE_NO_SESSION);
        assert_int_equal(install_begin(NULL, NULL, other.n, &b), CORE_SUCCESS);
        assert_true(power_off || a != b);
        assert_int_equal(abort_session(0), CORE_SUCCESS);
        assert_true(is_installed("demo", NULL, &demo));
    }
}

static void test_wrong_sizes(void **state)
{
    uint32_t session;
    (void)state;
    make_demo(&demo, 1, 3000);
    uint32_t before_free = (uint32_t)space();
    assert_int_equal(install_begin(NULL, NULL, 0, &session), CORE_SIZE_INVALID);
    assert_int_equal(install_begin("demo", NULL, 16u << 20, &session), CORE_SIZE_INVALID);
    assert_int_equal(install_begin("demo", "model", UINT32_MAX, &session), CORE_SIZE_INVALID);
    assert_int_equal(install_begin("demo", "model", UINT32_MAX - 5000, &session), CORE_SIZE_INVALID);
    /* More comes than was announced, or less. */
    assert_int_equal(install_begin(NULL, NULL, demo.n + 1, &session), CORE_SUCCESS);
    assert_int_equal(install_data(session, demo.at, demo.n), CORE_SUCCESS);
    assert_int_equal(install_end(session), CORE_SIZE_INVALID);
    assert_int_equal(install_end(session), CORE_NO_SESSION);
    assert_int_equal(install_begin(NULL, NULL, demo.n, &session), CORE_SUCCESS);
    assert_int_equal(install_data(session, demo.at, demo.n), CORE_SUCCESS);
    assert_int_equal(install_data(session, "", 1), refused(BUNDLE_TRAILING_GARBAGE));
    assert_int_equal(install_end(session), CORE_NO_SESSION);
    assert_int_equal(install_begin(NULL, NULL, demo.n, &session), CORE_SUCCESS);
    assert_int_equal(install_data(session, demo.at, 0), CORE_SUCCESS);          /* that was no data yet */
    assert_int_equal(abort_session(session), CORE_SUCCESS);
    assert_true(nothing_is_installed());
    while (storage_idle()) {
    }
    assert_true(space() + 4096 >= before_free);
}

/* Errors of the other calls end the session, too: it must not be lost for the next ones. */
static void test_errors_end_sessions(void **state)
{
    uint32_t session;
    (void)state;
    make_demo(&demo, 1, 1000);
    for (unsigned i = 0; i < 2 * STORE_STREAMS; i++) {
        ask_begin(CORE_INSTALL_APP);
        ask_word(demo.n);
        ask_name("demo");
        assert_int_equal(ask_in(3), CORE_SERIALIZE_FAILED);
    }
    for (unsigned i = 0; i < 2 * STORE_STREAMS; i++) {
        assert_int_equal(install_begin(NULL, NULL, demo.n, &session), CORE_SUCCESS);
        assert_int_equal(install_data(session, demo.at, demo.n), CORE_SUCCESS);
        ask_begin(CORE_INSTALL_END);
        ask_word(session);
        if (i % 2 == 0)
            ask_bytes("x", 1);
        assert_int_equal(ask_in(i % 2 == 0 ? 100 : CORE_NAME_SIZE - 1), i % 2 == 0 ? CORE_DESERIALIZE_FAILED : CORE_SERIALIZE_FAILED);
        assert_int_equal(install_end(session), CORE_NO_SESSION);
    }
    assert_true(nothing_is_installed());
    assert_int_equal(install(&demo), CORE_SUCCESS);
}

/* --- versions --- */

static void test_versions(void **state)
{
    (void)state;
    uint8_t value[100];
    fill_bytes(value, sizeof value, 1);
    assert_int_equal(write_key("demo", "key", value, sizeof value), CORE_SUCCESS);
    assert_int_equal(install(&demo), CORE_DELETE_FIRST);
    make_demo(&other, 4, 100);
    assert_int_equal(install(&other), refused(BUNDLE_ROLLED_BACK));
    assert_int_equal(install_as("demo", NULL, &other, 100), refused(BUNDLE_ROLLED_BACK));
    assert_true(is_installed("demo", NULL, &demo));
    make_demo(&other, 6, 9000);
    assert_int_equal(install(&other), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &other));
    assert_true(key_is("demo", "key", value, sizeof value));
    assert_int_equal(install(&demo), refused(BUNDLE_ROLLED_BACK));
    assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_SUCCESS);
    assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_BUNDLE_NOT_FOUND);
    assert_int_equal(read_key("demo", "key"), CORE_BUNDLE_NOT_FOUND);
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_int_equal(install(&demo), refused(BUNDLE_ROLLED_BACK));
    assert_int_equal(install(&other), CORE_SUCCESS);
    assert_int_equal(read_key("demo", "key"), CORE_KEY_NOT_FOUND);
    make_demo(&other, UINT32_MAX, 10);
    assert_int_equal(install(&other), CORE_SUCCESS);
    assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_SUCCESS);
    assert_int_equal(install(&other), CORE_SUCCESS);
}

/* Two of the same bundle at once: the second one sees what the first has done. */
static void test_versions_at_once(void **state)
{
    uint32_t a, b;
    (void)state;
    make_demo(&demo, 7, 1000);
    make_demo(&other, 8, 1000);
    for (unsigned uninstall = 0; uninstall < 2; uninstall++) {
        assert_int_equal(install_begin(NULL, NULL, demo.n, &a), CORE_SUCCESS);
        assert_int_equal(install_begin("demo", NULL, other.n, &b), CORE_SUCCESS);
        assert_int_equal(install_data(a, demo.at, demo.n), CORE_SUCCESS);
        assert_int_equal(install_data(b, other.at, other.n), CORE_SUCCESS);
        assert_int_equal(install_end(b), CORE_SUCCESS);
        if (uninstall)
            assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_SUCCESS);
        assert_int_equal(install_end(a), uninstall ? refused(BUNDLE_ROLLED_BACK) : (uint32_t)CORE_DELETE_FIRST);
        assert_int_equal(load_part("demo", NULL, 0, 1), uninstall ? CORE_BUNDLE_NOT_FOUND : CORE_SUCCESS);
        make_demo(&demo, 9, 1000);
        make_demo(&other, 10, 1000);
    }
}

/* What was the lowest version is not known: none is taken, not even the highest. */
static void test_corrupt_counter(void **state)
{
    static const struct store_id id = { STORE_COUNTER, "demo", "" };
    (void)state;
    make_demo(&other, 7, 1000);
    assert_int_equal(store_put(storage(), &id, "abc", 3), STORE_OK);
    assert_int_equal(install(&other), CORE_STORE_CORRUPT);
    make_demo(&other, UINT32_MAX, 1000);
    assert_int_equal(install(&other), CORE_STORE_CORRUPT);
    assert_int_equal(install_as("demo", NULL, &other, 500), CORE_STORE_CORRUPT);
    assert_true(is_installed("demo", NULL, &demo));
    /* A counter beyond all versions. */
    assert_int_equal(store_delete(storage(), &id), STORE_OK);
    assert_int_equal(store_raise(storage(), "demo", "", 1ull << 32), STORE_OK);
    assert_int_equal(install(&other), refused(BUNDLE_ROLLED_BACK));
}

/* --- who has signed --- */

static void test_unsigned(void **state)
{
    uint32_t session;
    (void)state;
    package_make(&demo, &(struct package_spec){ .bytes = 3000 });
    assert_int_equal(install_as("demo", NULL, &demo, 1000), refused(BUNDLE_UNSIGNED));
    development = true;
    assert_int_equal(install(&demo), refused(BUNDLE_UNSIGNED));       /* as what? */
    assert_int_equal(install_as("demo", NULL, &demo, 1000), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &demo));
    assert_int_equal(install_as("demo", NULL, &demo, 1000), CORE_DELETE_FIRST);
    development = false;
    assert_true(is_installed("demo", NULL, &demo));
    /* A signed one replaces it; it does not replace a signed one. */
    make_demo(&other, 0, 100);
    assert_int_equal(install(&other), CORE_DELETE_FIRST);
    make_demo(&other, 1, 100);
    assert_int_equal(install(&other), CORE_SUCCESS);
    development = true;
    assert_int_equal(install_as("demo", NULL, &demo, 1000), CORE_DELETE_FIRST);
    assert_true(is_installed("demo", NULL, &other));
    /* An empty first piece decides nothing when the name is known. */
    assert_int_equal(install_begin("two", NULL, demo.n, &session), CORE_SUCCESS);
    assert_int_equal(install_data(session, "", 0), CORE_SUCCESS);
    assert_int_equal(install_data(session, demo.at, demo.n), CORE_SUCCESS);
    assert_int_equal(install_end(session), CORE_SUCCESS);
}

static void test_signers(void **state)
{
    (void)state;
    package_make(&demo, &(struct package_spec){ .name = "demo", .version = 1, .key = 2 });
    assert_int_equal(install(&demo), CORE_SUCCESS);
    package_make(&demo, &(struct package_spec){ .name = "demo", .version = 2, .key = 3 });
    assert_int_equal(install(&demo), refused(BUNDLE_UNKNOWN_KEY));
    package_make(&demo, &(struct package_spec){ .name = "demo", .version = 2, .key = 3, .claimed_key = 1 });
    assert_int_equal(install(&demo), refused(BUNDLE_BAD_SIGNATURE));
    package_make(&demo, &(struct package_spec){ .name = "demo", .version = 2, .key = 2, .claimed_key = 1 });
    assert_int_equal(install(&demo), refused(BUNDLE_BAD_SIGNATURE));
    development = true;         /* a signature that is there counts all the same */
    assert_int_equal(install(&demo), refused(BUNDLE_BAD_SIGNATURE));
    package_make(&demo, &(struct package_spec){ .name = "demo", .version = 2, .bytes = 300, .reordered = true });
    assert_true(install(&demo) > CORE_BUNDLE_REFUSED);
}

/* --- altered images --- */

static void nothing_remains(uint64_t before)
{
    assert_true(nothing_is_installed());
    while (storage_idle()) {
    }
    assert_true(space() + 2 * 4096 >= before);
}

static void test_every_byte(void **state)
{
    (void)state;
    uint64_t before = space();
    package_make(&demo, &(struct package_spec){ .name = "demo", .version = 5, .manifest = MANIFEST, .bytes = 50 });
    for (uint32_t i = 0; i < demo.n; i++) {
        demo.at[i] ^= (uint8_t)(1u << i % 8);
        uint32_t error = i % 2 ? install(&demo) : install_as("demo", NULL, &demo, 333);
        demo.at[i] ^= (uint8_t)(1u << i % 8);
        assert_true(error > CORE_BUNDLE_REFUSED && error < CORE_NOT_SUPPORTED);
        if (i % 50 == 0)
            nothing_remains(before);
    }
    nothing_remains(before);
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    nothing_remains(before);
    assert_int_equal(install(&demo), CORE_SUCCESS);
}

static void test_every_length(void **state)
{
    (void)state;
    uint64_t before = space();
    package_make(&demo, &(struct package_spec){ .name = "demo", .version = 5, .manifest = MANIFEST, .bytes = 50 });
    uint32_t whole = demo.n;
    for (demo.n = 1; demo.n < whole; demo.n++) {
        uint32_t error = demo.n % 2 ? install(&demo) : install_as("demo", NULL, &demo, 333);
        assert_true(error > CORE_BUNDLE_REFUSED && error < CORE_NOT_SUPPORTED);
    }
    nothing_remains(before);
    assert_int_equal(install(&demo), CORE_SUCCESS);
}

/* --- limits --- */

static void package_number(unsigned i, uint32_t version, uint32_t bytes)
{
    char name[16] = "p00";
    name[1] = (char)('0' + i / 10);
    name[2] = (char)('0' + i % 10);
    package_make(&demo, &(struct package_spec){ .name = name, .version = version, .bytes = bytes });
}

static void test_most_packages(void **state)
{
    uint32_t a, b;
    (void)state;
    for (unsigned i = 0; i < CORE_PACKAGES - 1; i++) {
        package_number(i, 1, 0);
        assert_int_equal(install(&demo), CORE_SUCCESS);
    }
    /* Two at once for one place. */
    package_number(80, 1, 0);
    package_make(&other, &(struct package_spec){ .name = "p81", .version = 1 });
    assert_int_equal(install_begin(NULL, NULL, demo.n, &a), CORE_SUCCESS);
    assert_int_equal(install_begin(NULL, NULL, other.n, &b), CORE_SUCCESS);
    assert_int_equal(install_data(a, demo.at, demo.n), CORE_SUCCESS);
    assert_int_equal(install_data(b, other.at, other.n), CORE_SUCCESS);
    assert_int_equal(install_end(a), CORE_SUCCESS);
    assert_int_equal(install_end(b), CORE_QUOTA_EXCEEDED);
    assert_int_equal(install(&other), CORE_QUOTA_EXCEEDED);
    assert_int_equal(install_as("p81", NULL, &other, 4000), CORE_QUOTA_EXCEEDED);
    /* One that is there can be replaced all the same. */
    package_number(80, 2, 100);
    assert_int_equal(install(&demo), CORE_SUCCESS);
    package_number(80, 3, 100);
    assert_int_equal(install_as("p80", NULL, &demo, 4000), CORE_SUCCESS);
    for (unsigned i = 0; i <= CORE_PACKAGES; i++) {
        ask_begin(CORE_GET_PACKAGES);
        ask_word(i);
        assert_int_equal(ask(), i < CORE_PACKAGES ? CORE_SUCCESS : CORE_BUNDLE_NOT_FOUND);
    }
    assert_int_equal(about_bundle(CORE_UNINSTALL, "p07"), CORE_SUCCESS);
    assert_int_equal(install(&other), CORE_SUCCESS);
}

/* A full flash: an error that says so, everything is still there, and after an uninstall there is space again. */
static void test_full(void **state)
{
    unsigned n = 0;
    uint32_t error;
    (void)state;
    do {
        package_number(n, 1, 20000);
        error = install(&demo);
        n += error == CORE_SUCCESS;
    } while (error == CORE_SUCCESS && n < 60);
    assert_int_equal(error, CORE_STORE_FULL);
    assert_true(n >= 3);
    while ((error = write_key("p00", (char[]){ (char)('a' + n % 26), (char)('0' + n / 26), '\0' }, demo.at, 4000)) == CORE_SUCCESS && n < 20)
        n++;
    assert_true(error == CORE_STORE_FULL || error == CORE_SUCCESS);
    for (unsigned twice = 0; twice < 2; twice++) {
        for (unsigned i = 0; i < 3; i++) {
            package_number(i, 1, 20000);
            assert_true(is_installed((char[]){ 'p', '0', (char)('0' + i), '\0' }, NULL, &demo));
        }
        assert_int_equal(machine_restart(true), CORE_SUCCESS);
    }
    assert_int_equal(about_bundle(CORE_UNINSTALL, "p00"), CORE_SUCCESS);
    package_number(50, 1, 20000);
    assert_int_equal(install(&demo), CORE_SUCCESS);
    assert_true(is_installed("p50", NULL, &demo));
}

int install_tests(void)
{
    const struct CMUnitTest tests[] = {
        ON_MACHINE(test_pieces),          ON_MACHINE(test_sizes),      ON_MACHINE(test_signed_name),   ON_MACHINE(test_sessions),
        ON_MACHINE(test_abort),           ON_MACHINE(test_restart),    ON_MACHINE(test_wrong_sizes),   ON_MACHINE(test_errors_end_sessions),
        WITH_DEMO(test_versions),         WITH_DEMO(test_versions_at_once), WITH_DEMO(test_corrupt_counter), ON_MACHINE(test_unsigned),
        ON_MACHINE(test_signers),         ON_MACHINE(test_every_byte), ON_MACHINE(test_every_length),  ON_MACHINE(test_most_packages),
        ON_MACHINE(test_full),
    };
    return cmocka_run_group_tests_name("install", tests, NULL, NULL);
}
