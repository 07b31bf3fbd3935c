/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Manifests: every key, every way to be refused with its line, and noise. */
#include <kata/sdk_abi.h>
#include <manifest/manifest.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct manifest m;

static int parse(const char *text)
{
    return manifest_parse(&m, text, strlen(text));
}

static void is(const char *text, struct manifest_span span, const char *word)
{
    assert_int_equal(span.length, strlen(word));
    assert_memory_equal(text + span.at, word, span.length);
}

static void test_defaults(void **state)
{
    (void)state;
    assert_int_equal(parse(""), 0);
    assert_int_equal(m.budget_us, 5000);
    assert_int_equal(m.period_us, 10000);
    assert_int_equal(m.stack, 16384);
    assert_int_equal(m.heap, 0);
    assert_int_equal(m.priority, MANIFEST_NORMAL);
    assert_int_equal(m.permissions, SDK_MAY_LOG | SDK_MAY_KEYS | SDK_MAY_TIMERS | SDK_MAY_MODELS | SDK_MAY_MESSAGES | SDK_MAY_ATTEST);
    assert_int_equal(m.quota_memory, 0);
    assert_int_equal(m.quota_keys, 24);
    assert_int_equal(m.quota_timers, 31);
    assert_int_equal(m.name.length + m.version.length + m.args.length + m.peers[0].length + m.models[0].length, 0);
}

static void test_every_key(void **state)
{
    static const char text[] =
        "# what it is\r\n"
        "name = sensor-2   # comment\n"
        "\tversion=1.0.3\n"
        "\n"
        "priority = high\nbudget_us = 1500\nperiod_us = 20000\nstack = 8K\nheap = 1M\n"
        "permissions = log timers messages\npeers = display  logger_1\nmodels = m1 m2 m3 m4\n"
        "quota_memory = 300000\nquota_keys = 0\nquota_timers = 4\nargs = -v  fast = yes";
    (void)state;
    assert_int_equal(parse(text), 0);
    is(text, m.name, "sensor-2");
    is(text, m.version, "1.0.3");
    is(text, m.args, "-v  fast = yes");
    is(text, m.peers[0], "display");
    is(text, m.peers[1], "logger_1");
    is(text, m.peers[2], "");
    is(text, m.models[3], "m4");
    assert_int_equal(m.priority, MANIFEST_HIGH);
    assert_int_equal(m.budget_us, 1500);
    assert_int_equal(m.period_us, 20000);
    assert_int_equal(m.stack, 8192);
    assert_int_equal(m.heap, 1 << 20);
    assert_int_equal(m.permissions, SDK_MAY_LOG | SDK_MAY_TIMERS | SDK_MAY_MESSAGES);
    assert_int_equal(m.quota_memory, 300000);
    assert_int_equal(m.quota_keys, 0);
    assert_int_equal(m.quota_timers, 4);
    assert_int_equal(parse("permissions = none\npriority = low"), 0);
    assert_int_equal(m.permissions, 0);
    assert_int_equal(m.priority, MANIFEST_LOW);
}

static void test_every_refusal(void **state)
{
    static const struct { const char *text; int reason, line; } bad[] = {
        { "name = a\n\x01", MANIFEST_BAD_CHARACTER, 2 }, { "name = \xc3\xa4", MANIFEST_BAD_CHARACTER, 1 },
        { "stack", MANIFEST_NO_EQUALS, 1 }, { "\n\n = x", MANIFEST_UNKNOWN_KEY, 3 }, { "colour = red", MANIFEST_UNKNOWN_KEY, 1 },
        { "heap = 1\nheap = 1", MANIFEST_TWICE, 2 }, { "heap =", MANIFEST_NO_VALUE, 1 }, { "args = # none", MANIFEST_NO_VALUE, 1 },
        { "heap = x", MANIFEST_BAD_NUMBER, 1 }, { "heap = K", MANIFEST_BAD_NUMBER, 1 }, { "heap = -1", MANIFEST_BAD_NUMBER, 1 },
        { "heap = 0x10", MANIFEST_BAD_NUMBER, 1 }, { "heap = 1k", MANIFEST_BAD_NUMBER, 1 },
        { "heap = 4294967296", MANIFEST_OUT_OF_RANGE, 1 }, { "heap = 99999999999999999999999", MANIFEST_OUT_OF_RANGE, 1 },
        { "heap = 4294967295M", MANIFEST_OUT_OF_RANGE, 1 }, { "stack = 1000", MANIFEST_OUT_OF_RANGE, 1 },
        { "stack = 1025K", MANIFEST_OUT_OF_RANGE, 1 }, { "budget_us = 99", MANIFEST_OUT_OF_RANGE, 1 },
        { "quota_keys = 25", MANIFEST_OUT_OF_RANGE, 1 }, { "quota_timers = 32", MANIFEST_OUT_OF_RANGE, 1 },
        { "heap = 1 2", MANIFEST_TOO_MANY, 1 }, { "priority = urgent", MANIFEST_UNKNOWN_WORD, 1 },
        { "priority = low high", MANIFEST_TOO_MANY, 1 }, { "permissions = log root", MANIFEST_UNKNOWN_WORD, 1 },
        { "permissions = none log", MANIFEST_TOO_MANY, 1 }, { "name = a b", MANIFEST_TOO_MANY, 1 },
        { "name = a/b", MANIFEST_BAD_NAME, 1 }, { "peers = ok .hidden", MANIFEST_BAD_NAME, 1 },
        { "peers = a b c d e f g h i", MANIFEST_TOO_MANY, 1 }, { "models = a b c d e", MANIFEST_TOO_MANY, 1 },
        { "name = 1234567890123456789012345678901234567890123456789012345678901234", MANIFEST_BAD_NAME, 1 },
        { "period_us = 5000\nbudget_us = 6000\n", MANIFEST_BUDGET_LONGER, 2 },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int error = parse(bad[i].text);
        if (error != MANIFEST_ERROR(bad[i].reason, bad[i].line))
            fail_msg("%s: reason %u in line %u", bad[i].text, MANIFEST_ERROR_REASON(error), MANIFEST_ERROR_LINE(error));
        assert_true(MANIFEST_IS_ERROR(error));
    }
}

static void test_sizes(void **state)
{
    char text[MANIFEST_MAX + 1];
    (void)state;
    memset(text, '\n', sizeof text);
    assert_int_equal(manifest_parse(&m, text, MANIFEST_MAX), 0);
    assert_int_equal(manifest_parse(&m, text, MANIFEST_MAX + 1), MANIFEST_ERROR(MANIFEST_TOO_LARGE, 1));
    memset(text, 'x', sizeof text);
    memcpy(text, "args =", 6);
    assert_int_equal(manifest_parse(&m, text, 6 + MANIFEST_ARGS_MAX), 0);
    assert_int_equal(manifest_parse(&m, text, 7 + MANIFEST_ARGS_MAX), MANIFEST_ERROR(MANIFEST_OUT_OF_RANGE, 1));
}

static void test_name_is_the_bundles(void **state)
{
    static const char text[] = "version = 1\n\nname = app\n";
    (void)state;
    assert_int_equal(manifest_check(&m, text, strlen(text), "app"), 0);
    assert_int_equal(manifest_check(&m, text, strlen(text), "app2"), MANIFEST_ERROR(MANIFEST_OTHER_NAME, 3));
    assert_int_equal(manifest_check(&m, "", 0, "any"), 0);
}

static void test_every_reason_has_its_text(void **state)
{
    (void)state;
    for (unsigned i = 1; i < MANIFEST_REASONS; i++)
        for (unsigned j = 1; j < i; j++)
            assert_string_not_equal(manifest_error_text(MANIFEST_ERROR(i, 1)), manifest_error_text(MANIFEST_ERROR(j, 1)));
    assert_non_null(manifest_error_text(0));
    assert_non_null(manifest_error_text(-1));
    assert_non_null(manifest_error_text(MANIFEST_ERROR(MANIFEST_REASONS, 1)));
}

/* Noise made of what manifests are made of: spans stay inside the text (sanitizers watch the rest). */
static void test_noise(void **state)
{
    static const char *const parts[] = { "name", "=", " ", "\n", "peers", "args", "#", "1", "K", "log", "heap", "none", "a", "\r", "\x80" };
    (void)state;
    srand(3);
    for (int i = 0; i < 50000; i++) {
        char *text = malloc(MANIFEST_MAX);
        size_t n = 0;
        for (int k = rand() % 40; k > 0; k--) {
            const char *part = parts[(size_t)rand() % (sizeof parts / sizeof parts[0])];
            memcpy(text + n, part, strlen(part));
            n += strlen(part);
        }
        text = realloc(text, n > 0 ? n : 1);
        if (manifest_parse(&m, text, n) == 0)
            for (unsigned k = 0; k < MANIFEST_PEERS; k++)
                assert_true(m.peers[k].at + m.peers[k].length <= n && m.args.at + m.args.length <= n);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_every_key), cmocka_unit_test(test_every_refusal),
        cmocka_unit_test(test_sizes), cmocka_unit_test(test_name_is_the_bundles), cmocka_unit_test(test_every_reason_has_its_text),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
