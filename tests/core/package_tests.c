/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What is installed: lists, sizes, manifests, bytes, models, and their end. */
#include "requests_test.h"

static void test_load(void **state)
{
    (void)state;
    for (uint32_t offset = 0, i = 0; offset < demo.n + 100; offset += 1 + i * 37 % 501, i++) {
        uint32_t length = 1 + i * 613 % 5000, left = offset < demo.n ? demo.n - offset : 0, n = length < left ? length : left;
        assert_int_equal(load_part("demo", NULL, offset, length), CORE_SUCCESS);
        assert_int_equal(reply.n, n);
        assert_memory_equal(reply.bytes, demo.at + (offset < demo.n ? offset : 0), n);
    }
    static const uint32_t far[] = { 0x7fffffff, 0x80000000u, UINT32_MAX - 4096, UINT32_MAX };
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(load_part("demo", NULL, far[i], 4096), CORE_SUCCESS);
        assert_int_equal(reply.n, 0);
    }
    assert_int_equal(load_part("demo", NULL, demo.n - 5, UINT32_MAX), CORE_SUCCESS);
    assert_int_equal(reply.n, 5);
    assert_int_equal(load_part("demo", NULL, 0, 0), CORE_SUCCESS);
    assert_int_equal(reply.n, 0);
    assert_int_equal(load_part("dem", NULL, 0, 1), CORE_BUNDLE_NOT_FOUND);
    assert_int_equal(load_part("demo", "demo", 0, 1), CORE_BUNDLE_NOT_FOUND);
}

/* Whatever else uses the memory of the piece that was read last. */
static void test_load_between_others(void **state)
{
    uint32_t session;
    uint8_t value[4096];
    (void)state;
    fill_bytes(value, sizeof value, 3);
    make_demo(&other, 6, 3000);
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t offset = i * 97;
        assert_int_equal(load_part("demo", NULL, offset, 50), CORE_SUCCESS);
        assert_memory_equal(reply.bytes, demo.at + offset, reply.n);
        switch (i % 5) {
        case 0:
            assert_int_equal(write_key("demo", "a", value, sizeof value), CORE_SUCCESS);
            break;
        case 1:
            assert_true(key_is("demo", "a", value, sizeof value));
            break;
        case 2:
            assert_int_equal(install_begin(NULL, NULL, other.n, &session), CORE_SUCCESS);
            assert_int_equal(install_data(session, other.at, 2000), CORE_SUCCESS);
            break;
        case 3:
            assert_int_equal(install_data(session, other.at + 2000, 500), CORE_SUCCESS);
            break;
        default:
            ask_begin(CORE_INSTALL_ABORT);
            ask_word(0);
            assert_int_equal(ask(), CORE_SUCCESS);
        }
        assert_int_equal(load_part("demo", NULL, offset + 10, 50), CORE_SUCCESS);
        assert_memory_equal(reply.bytes, demo.at + offset + 10, reply.n);
    }
    assert_int_equal(install(&other), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &other));
}

static void test_manifest_and_size(void **state)
{
    (void)state;
    assert_int_equal(about_bundle(CORE_GET_MANIFEST, "demo"), CORE_SUCCESS);
    assert_int_equal(reply.n, sizeof MANIFEST - 1);
    assert_memory_equal(reply.bytes, MANIFEST, reply.n);
    assert_int_equal(about_bundle(CORE_SIZE_BUFFER, "demo"), CORE_SUCCESS);
    assert_int_equal(reply_word(), demo.n);
    assert_int_equal(about_bundle(CORE_GET_MANIFEST, "demo2"), CORE_BUNDLE_NOT_FOUND);
    assert_int_equal(about_bundle(CORE_SIZE_BUFFER, "demo2"), CORE_BUNDLE_NOT_FOUND);
    package_make(&other, &(struct package_spec){ .name = "plain", .version = 1 });
    assert_int_equal(install(&other), CORE_SUCCESS);
    assert_int_equal(about_bundle(CORE_GET_MANIFEST, "plain"), CORE_SUCCESS);
    assert_int_equal(reply.n, 0);
    /* The longest one, of an image without signature. */
    static char text[BUNDLE_MANIFEST_MAX + 1];
    memset(text, '#', BUNDLE_MANIFEST_MAX);
    development = true;
    package_make(&other, &(struct package_spec){ .manifest = text, .bytes = 5000 });
    assert_int_equal(install_as("text", NULL, &other, 1000), CORE_SUCCESS);
    assert_int_equal(about_bundle(CORE_GET_MANIFEST, "text"), CORE_SUCCESS);
    assert_int_equal(reply.n, BUNDLE_MANIFEST_MAX);
    assert_memory_equal(reply.bytes, text, BUNDLE_MANIFEST_MAX);
}

static void test_list(void **state)
{
    static const char *const names[] = { "zeta", "alpha", "Mid.dle", "a-b_c", "0", "m" }, *const sorted[] = { "0", "Mid.dle", "a-b_c", "alpha", "m", "zeta" };
    (void)state;
    ask_begin(CORE_GET_PACKAGES);
    ask_word(0);
    assert_int_equal(ask(), CORE_BUNDLE_NOT_FOUND);
    for (unsigned i = 0; i < 6; i++) {
        package_make(&other, &(struct package_spec){ .name = names[i], .version = 1 });
        assert_int_equal(install(&other), CORE_SUCCESS);
    }
    for (unsigned again = 0; again < 2; again++) {
        for (unsigned i = 0; i < 6; i++) {
            ask_begin(CORE_GET_PACKAGES);
            ask_word(i);
            assert_int_equal(ask(), CORE_SUCCESS);
            assert_string_equal(reply_name(), sorted[i]);
        }
        ask_begin(CORE_GET_PACKAGES);
        ask_word(6);
        assert_int_equal(ask(), CORE_BUNDLE_NOT_FOUND);
        ask_begin(CORE_GET_PACKAGES);
        ask_word(UINT32_MAX);
        assert_int_equal(ask(), CORE_BUNDLE_NOT_FOUND);
        assert_int_equal(machine_restart(true), CORE_SUCCESS);
    }
}

static uint32_t get_model(const char *bundle, uint32_t index)
{
    ask_begin(CORE_GET_MODELS);
    ask_word(index);
    ask_name(bundle);
    return ask();
}

static void make_model(struct package *package, const char *name, uint32_t version)
{
    package_make(package, &(struct package_spec){ .name = name, .version = version, .is_model = true, .bytes = 3000, .seed = (uint8_t)((uint8_t)name[0] + version) });
}

static void test_models(void **state)
{
    static struct package mobile, vision;
    unsigned seen = 0;
    (void)state;
    make_model(&mobile, "mobile", 3);
    make_model(&vision, "vision", 1);
    assert_int_equal(get_model("demo", 0), CORE_BUNDLE_NOT_FOUND);
    assert_int_equal(install_as("demo", "mobile", &mobile, 999), CORE_SUCCESS);
    assert_string_equal(reply_name(), "demo");
    assert_int_equal(install_as("demo", "vision", &vision, 2000), CORE_SUCCESS);
    assert_int_equal(install_as("demo", "else", &vision, 2000), CORE_BUNDLE_REFUSED + (uint32_t)BUNDLE_WRONG_NAME);
    assert_int_equal(install_as("demo", "demo", &demo, 2000), CORE_BUNDLE_REFUSED + (uint32_t)BUNDLE_WRONG_TYPE);
    assert_int_equal(install_as("mobile", NULL, &mobile, 2000), CORE_BUNDLE_REFUSED + (uint32_t)BUNDLE_WRONG_TYPE);
    assert_true(is_installed("demo", "mobile", &mobile) && is_installed("demo", "vision", &vision) && is_installed("demo", NULL, &demo));
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(get_model("demo", i), CORE_SUCCESS);
        uint32_t size = reply_word();
        const char *name = reply_name();
        assert_int_equal(size, strcmp(name, "mobile") == 0 ? mobile.n : vision.n);
        seen |= strcmp(name, "mobile") == 0 ? 1 : strcmp(name, "vision") == 0 ? 2 : 4;
    }
    assert_int_equal(seen, 3);
    assert_int_equal(get_model("demo", 2), CORE_BUNDLE_NOT_FOUND);
    assert_int_equal(get_model("demo", UINT32_MAX), CORE_BUNDLE_NOT_FOUND);
    /* Versions of models are their own, for each bundle. */
    assert_int_equal(install_as("demo", "mobile", &mobile, 999), CORE_DELETE_FIRST);
    make_model(&other, "mobile", 2);
    assert_int_equal(install_as("demo", "mobile", &other, 999), CORE_BUNDLE_REFUSED + (uint32_t)BUNDLE_ROLLED_BACK);
    assert_int_equal(install_as("another", "mobile", &other, 999), CORE_SUCCESS);
    make_model(&other, "mobile", 4);
    assert_int_equal(install_as("demo", "mobile", &other, 999), CORE_SUCCESS);
    assert_true(is_installed("demo", "mobile", &other));
}

/* A bundle may be nothing but a model; it has keys then, too, and its end is that of all that belongs to it and of nothing else. */
static void test_uninstall(void **state)
{
    (void)state;
    make_model(&other, "mobile", 1);
    assert_int_equal(install_as("demo", "mobile", &other, 999), CORE_SUCCESS);
    assert_int_equal(install_as("demo2", "mobile", &other, 999), CORE_SUCCESS);
    assert_int_equal(write_key("demo", "k", "1", 1), CORE_SUCCESS);
    assert_int_equal(write_key("demo2", "k", "2", 1), CORE_SUCCESS);
    ask_begin(CORE_GET_PACKAGES);
    ask_word(1);
    assert_int_equal(ask(), CORE_SUCCESS);
    assert_string_equal(reply_name(), "demo2");
    assert_int_equal(about_bundle(CORE_UNINSTALL, "dem"), CORE_BUNDLE_NOT_FOUND);
    assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_SUCCESS);
    for (unsigned again = 0; again < 2; again++) {
        assert_int_equal(load_part("demo", NULL, 0, 1), CORE_BUNDLE_NOT_FOUND);
        assert_int_equal(load_part("demo", "mobile", 0, 1), CORE_BUNDLE_NOT_FOUND);
        assert_int_equal(get_model("demo", 0), CORE_BUNDLE_NOT_FOUND);
        assert_int_equal(list_keys("demo", 0, ASK_ROOM), CORE_BUNDLE_NOT_FOUND);
        assert_int_equal(write_key("demo", "k", "1", 1), CORE_BUNDLE_NOT_FOUND);
        assert_int_equal(delete_key("demo", "k"), CORE_BUNDLE_NOT_FOUND);
        assert_true(is_installed("demo2", "mobile", &other));
        assert_true(key_is("demo2", "k", "2", 1));
        assert_int_equal(machine_restart(true), CORE_SUCCESS);
    }
    assert_int_equal(about_bundle(CORE_UNINSTALL, "demo2"), CORE_SUCCESS);
    ask_begin(CORE_GET_PACKAGES);
    ask_word(0);
    assert_int_equal(ask(), CORE_BUNDLE_NOT_FOUND);
}

int package_tests(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DEMO(test_load),  WITH_DEMO(test_load_between_others), WITH_DEMO(test_manifest_and_size), ON_MACHINE(test_list),
        WITH_DEMO(test_models), WITH_DEMO(test_uninstall),
    };
    return cmocka_run_group_tests_name("packages", tests, NULL, NULL);
}
