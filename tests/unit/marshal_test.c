/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Arguments as words: what is put comes out, and nothing is read or written outside the words. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <camkes/marshal.h>

#define WORDS 16
/* On the heap and of exact size, so that the address sanitizer sees every access outside. */
static seL4_Word *words;

static int setup(void **state)
{
    (void)state;
    words = calloc(WORDS, sizeof *words);
    return words == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(words);
    return 0;
}

static void scalars_come_back(void **state)
{
    (void)state;
    camkes_stream_t out = camkes_stream(words, WORDS);
    camkes_put_word(&out, 0x1234);
    camkes_put_u64(&out, 0x1122334455667788u);
    seL4_Word *slot = camkes_put_slot(&out);
    assert_non_null(slot);
    *slot = 7;
    camkes_stream_t in = camkes_stream(words, (size_t)(out.at - words));
    assert_int_equal(camkes_get_word(&in), 0x1234);
    assert_int_equal(camkes_get_u64(&in), 0x1122334455667788u);
    assert_int_equal(camkes_get_word(&in), 7);
    assert_false(camkes_bad(&in));
    assert_int_equal(camkes_get_word(&in), 0);
    assert_true(camkes_bad(&in));
}

static void strings_come_back(void **state)
{
    (void)state;
    char text[24];
    static const char *const samples[] = { "", "a", "1234567", "12345678", "a string of 23 letters!" };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        camkes_stream_t out = camkes_stream(words, WORDS);
        camkes_put_string(&out, samples[i]);
        camkes_put_word(&out, i);
        camkes_stream_t in = camkes_stream(words, WORDS);
        camkes_get_string(&in, text, sizeof text);
        assert_string_equal(text, samples[i]);
        assert_int_equal(camkes_get_word(&in), i);
    }
}

static void string_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    char text[4] = "abc";
    camkes_stream_t out = camkes_stream(words, WORDS);
    camkes_put_string(&out, "four");
    camkes_stream_t in = camkes_stream(words, WORDS);
    camkes_get_string(&in, text, sizeof text);
    assert_string_equal(text, "");
    assert_true(camkes_bad(&in));
}

static void lengths_that_lie_are_refused(void **state)
{
    (void)state;
    static const seL4_Word lies[] = { WORDS * sizeof(seL4_Word), ~(seL4_Word)0, ~(seL4_Word)0 - sizeof(seL4_Word), (seL4_Word)1 << 31 };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        size_t n = 1;
        words[0] = lies[i];
        camkes_stream_t in = camkes_stream(words, WORDS);
        assert_null(camkes_get_ref(&in, &n));
        assert_int_equal(n, 0);
        assert_true(camkes_bad(&in));
    }
    words[0] = (WORDS - 1) * sizeof(seL4_Word);
    size_t n;
    camkes_stream_t in = camkes_stream(words, WORDS);
    assert_ptr_equal(camkes_get_ref(&in, &n), words + 1);
    assert_int_equal(n, (WORDS - 1) * sizeof(seL4_Word));
}

static void bad_stays_bad(void **state)
{
    (void)state;
    char text[2] = "x";
    size_t n;
    camkes_stream_t s = camkes_stream(words, 0);
    camkes_put_word(&s, 1);
    assert_true(camkes_bad(&s));
    camkes_put_u64(&s, 1);
    camkes_put_string(&s, "text");
    camkes_put_array(&s, text, 1);
    assert_null(camkes_put_begin(&s, &n));
    assert_null(camkes_put_slot(&s));
    camkes_put_end(&s, 0);
    assert_int_equal(camkes_get_u64(&s), 0);
    camkes_get_string(&s, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(camkes_get_array(&s, text, 1), 0);
    assert_true(camkes_bad(&s));
}

static void array_in_place(void **state)
{
    (void)state;
    size_t cap, n;
    camkes_stream_t out = camkes_stream(words, WORDS);
    camkes_put_word(&out, 1);
    char *at = camkes_put_begin(&out, &cap);
    assert_int_equal(cap, (WORDS - 2) * sizeof(seL4_Word));
    memset(at, 'z', cap);
    camkes_put_end(&out, cap);
    assert_false(camkes_bad(&out));
    camkes_stream_t in = camkes_stream(words, WORDS);
    assert_int_equal(camkes_get_word(&in), 1);
    assert_ptr_equal(camkes_get_ref(&in, &n), at);
    assert_int_equal(n, cap);
}

static void array_that_is_too_long_is_not_written(void **state)
{
    (void)state;
    char data[WORDS * sizeof(seL4_Word)];
    memset(data, 1, sizeof data);
    camkes_stream_t out = camkes_stream(words, WORDS);
    camkes_put_array(&out, data, sizeof data);
    assert_true(camkes_bad(&out));
    out = camkes_stream(words, WORDS);
    camkes_put_array(&out, data, sizeof data - sizeof(seL4_Word));
    assert_false(camkes_bad(&out));
}

/* Any words whatever, read as any sequence of arguments. */
static void random_requests_are_safe(void **state)
{
    (void)state;
    char text[16];
    size_t n;
    srand(1);
    for (int round = 0; round < 20000; round++) {
        for (int i = 0; i < WORDS; i++) {
            words[i] = rand() % 3 ? (seL4_Word)(rand() % 40) : (seL4_Word)rand() << (rand() % 40);
        }
        camkes_stream_t in = camkes_stream(words, (size_t)(rand() % (WORDS + 1)));
        for (int i = 0; i < 12; i++) {
            switch (rand() % 5) {
            case 0: camkes_get_word(&in); break;
            case 1: camkes_get_u64(&in); break;
            case 2: camkes_get_string(&in, text, 1 + (size_t)rand() % sizeof text); break;
            case 3: camkes_get_array(&in, text, (size_t)rand() % sizeof text); break;
            default: camkes_get_ref(&in, &n);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(scalars_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(strings_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(string_that_does_not_fit_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(lengths_that_lie_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_stays_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(array_in_place, setup, teardown),
        cmocka_unit_test_setup_teardown(array_that_is_too_long_is_not_written, setup, teardown),
        cmocka_unit_test_setup_teardown(random_requests_are_safe, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
