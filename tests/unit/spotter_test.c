/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* When the keyword application says that it has heard a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spotter.h"
#include <string.h>

static struct spotter spotter;
static unsigned label, confidence;

static int setup(void **state)
{
    (void)state;
    memset(&spotter, 0, sizeof spotter);
    return 0;
}

/* An answer that has all its chance at one label. */
static bool answer(unsigned of, int8_t chance)
{
    int8_t chances[SPOTTER_LABELS];
    memset(chances, -128, sizeof chances);
    chances[of] = chance;
    return spotter_answer(&spotter, chances, &label, &confidence);
}

static void test_needs_several(void **state)
{
    (void)state;
    for (unsigned n = 1; n < SPOTTER_MEAN; n++)
        assert_false(answer(5, 127));
    assert_true(answer(5, 127));
    assert_int_equal(label, 5);
    assert_int_equal(confidence, 255);
}

static void test_once(void **state)
{
    (void)state;
    unsigned heard = 0;
    for (unsigned n = 0; n < SPOTTER_MEAN + SPOTTER_PAUSE; n++)
        heard += answer(5, 127);
    assert_int_equal(heard, 1);
    assert_true(answer(5, 127));            /* it is said once more, or for very long */
}

static void test_neither_silence_nor_others(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 50; n++)
        assert_false(answer(n / 25, 127));
}

static void test_not_sure(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 50; n++)
        assert_false(answer(7, SPOTTER_ENOUGH - 1 - 128));
    assert_true(answer(7, 127));            /* the mean of this and of three just below */
    setup(NULL);
    for (unsigned n = 0; n < 50; n++)
        assert_false(answer(n % 2 ? 7 : 8, 127));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_needs_several, setup), cmocka_unit_test_setup(test_once, setup),
        cmocka_unit_test_setup(test_neither_silence_nor_others, setup), cmocka_unit_test_setup(test_not_sure, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
