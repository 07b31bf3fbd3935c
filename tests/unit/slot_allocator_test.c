/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* The bitmap of free slots. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include <kata/slot_allocator.h>

static uint32_t bitmap[SLOT_BITMAP_WORDS(70)];
static struct slot_allocator a;

static int setup(void **state)
{
    (void)state;
    slot_allocator_init(&a, bitmap, 10, 70);
    return 0;
}

static void first_fit(void **state)
{
    (void)state;
    assert_int_equal(slot_alloc(&a, 1), 10);
    assert_int_equal(slot_alloc(&a, 3), 11);
    assert_int_equal(slot_alloc(&a, 1), 14);
    assert_true(slot_free(&a, 11, 3));
    assert_int_equal(slot_alloc(&a, 4), 15);
    assert_int_equal(slot_alloc(&a, 2), 11);
    assert_int_equal(slot_alloc(&a, 1), 13);
    assert_int_equal(slots_free(&a), 70 - 9);
}

static void ranges_cross_words_of_the_bitmap(void **state)
{
    (void)state;
    assert_int_equal(slot_alloc(&a, 31), 10);
    assert_int_equal(slot_alloc(&a, 33), 41);
    assert_true(slot_free(&a, 40, 3));
    assert_int_equal(slot_alloc(&a, 3), 40);
}

static void exhaustion(void **state)
{
    (void)state;
    assert_int_equal(slot_alloc(&a, 71), 0);
    assert_int_equal(slot_alloc(&a, 0), 0);
    assert_int_equal(slot_alloc(&a, 70), 10);
    assert_int_equal(slot_alloc(&a, 1), 0);
    assert_true(slot_free(&a, 79, 1));
    assert_int_equal(slot_alloc(&a, 2), 0);
    assert_int_equal(slot_alloc(&a, 1), 79);
}

static void ranges_outside_are_refused(void **state)
{
    (void)state;
    assert_int_equal(slot_alloc(&a, 70), 10);
    assert_false(slot_free(&a, 9, 1));
    assert_false(slot_free(&a, 80, 1));
    assert_false(slot_free(&a, 79, 2));
    assert_false(slot_free(&a, 10, 71));
    assert_false(slot_free(&a, 10, 0));
    assert_false(slot_free(&a, 10, 65535));
    assert_false(slot_free(&a, 65535, 1));
    assert_int_equal(slots_free(&a), 0);
}

static void freeing_twice_is_refused(void **state)
{
    (void)state;
    assert_int_equal(slot_alloc(&a, 4), 10);
    assert_true(slot_free(&a, 11, 1));
    assert_false(slot_free(&a, 11, 1));
    assert_false(slot_free(&a, 10, 4));
    assert_int_equal(slots_free(&a), 67);
}

static void reserve(void **state)
{
    (void)state;
    assert_true(slot_reserve(&a, 11, 2));
    assert_false(slot_reserve(&a, 12, 1));
    assert_false(slot_reserve(&a, 79, 2));
    assert_int_equal(slot_alloc(&a, 2), 13);
    assert_int_equal(slot_alloc(&a, 1), 10);
}

/* Random use against a plain array. */
static void random_use(void **state)
{
    (void)state;
    uint8_t model[70] = { 0 };
    srand(2);
    for (int round = 0; round < 20000; round++) {
        uint16_t n = (uint16_t)(rand() % 5), slot = (uint16_t)(8 + rand() % 75);
        if (rand() % 2) {
            uint16_t got = slot_alloc(&a, n);
            for (int i = 0; got && i < n; i++) {
                assert_int_equal(model[got - 10 + i]++, 0);
            }
            continue;
        }
        int inside = n > 0;
        for (int i = 0; i < n; i++) {
            inside = inside && slot + i >= 10 && slot + i < 80 && model[slot - 10 + i];
        }
        assert_int_equal(slot_free(&a, slot, n), inside);
        for (int i = 0; inside && i < n; i++) {
            model[slot - 10 + i] = 0;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(first_fit, setup),
        cmocka_unit_test_setup(ranges_cross_words_of_the_bitmap, setup),
        cmocka_unit_test_setup(exhaustion, setup),
        cmocka_unit_test_setup(ranges_outside_are_refused, setup),
        cmocka_unit_test_setup(freeing_twice_is_refused, setup),
        cmocka_unit_test_setup(reserve, setup),
        cmocka_unit_test_setup(random_use, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
