/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Timer queue of the timer service: order, equal deadlines, drift, cancellation, limits. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "timer_service.h"
#include "timers.h"

#define MS 1000000ull

static int setup(void **state)
{
    (void)state;
    timers_init();
    return 0;
}

static void expect_first(uint64_t expected)
{
    uint64_t deadline;
    assert_true(timers_first(&deadline));
    assert_true(deadline == expected);
}

static void test_order_of_deadlines(void **state)
{
    (void)state;
    assert_int_equal(timers_start(0, 1, 30, false, 0), TIMER_SUCCESS);
    assert_int_equal(timers_start(0, 2, 10, false, 0), TIMER_SUCCESS);
    assert_int_equal(timers_start(1, 1, 20, false, 0), TIMER_SUCCESS);
    expect_first(10 * MS);
    assert_int_equal(timers_expire(10 * MS - 1), 0);
    assert_int_equal(timers_expire(10 * MS), 1u << 0);
    expect_first(20 * MS);
    assert_int_equal(timers_expire(40 * MS), 1u << 0 | 1u << 1);
    assert_int_equal(timers_take_completed(0), 1u << 1 | 1u << 2);
    assert_int_equal(timers_take_completed(0), 0);
    assert_int_equal(timers_take_completed(1), 1u << 1);
    uint64_t deadline;
    assert_false(timers_first(&deadline));
}

static void test_start_at_moves_a_timer(void **state)
{
    (void)state;
    assert_int_equal(timers_start_at(TIMERS_CLIENTS, 0, 5), TIMER_OUT_OF_RESOURCES);
    assert_int_equal(timers_start_at(0, 32, 5), TIMER_NO_SUCH_TIMER);
    assert_int_equal(timers_start_at(0, 3, 500), TIMER_SUCCESS);
    assert_int_equal(timers_start_at(0, 3, 200), TIMER_SUCCESS);
    expect_first(200);
    assert_int_equal(timers_expire(200), 1u << 0);
    assert_int_equal(timers_start_at(0, 3, 300), TIMER_SUCCESS);    /* forgets the completion */
    assert_int_equal(timers_take_completed(0), 0);
    assert_int_equal(timers_expire(300), 1u << 0);
    assert_int_equal(timers_take_completed(0), 1u << 3);
    assert_int_equal(timers_expire(1000), 0);
}

static void test_equal_deadlines_all_complete(void **state)
{
    (void)state;
    for (uint32_t id = 0; id < 32; id++) {
        assert_int_equal(timers_start(2, id, 5, false, 7), TIMER_SUCCESS);
    }
    assert_int_equal(timers_expire(7 + 5 * MS), 1u << 2);
    assert_int_equal(timers_take_completed(2), UINT32_MAX);
}

static void test_periods_do_not_drift(void **state)
{
    (void)state;
    assert_int_equal(timers_start(0, 0, 10, true, 0), TIMER_SUCCESS);
    for (uint64_t n = 1; n <= 1000; n++) {
        expect_first(n * 10 * MS);
        timers_expire(n * 10 * MS + (n * 977) % (10 * MS));     /* always noticed late */
    }
}

static void test_missed_periods_are_one_completion(void **state)
{
    (void)state;
    timers_start(0, 3, 1, true, 0);
    uint64_t year = 365ull * 86400 * 1000 * MS;
    assert_int_equal(timers_expire(year + 1), 1);
    expect_first(year + MS);
}

static void test_cancel(void **state)
{
    (void)state;
    assert_int_equal(timers_cancel(0, 4), TIMER_NO_SUCH_TIMER);
    timers_start(0, 4, 10, false, 0);
    timers_start(0, 5, 20, false, 0);
    assert_int_equal(timers_cancel(0, 4), TIMER_SUCCESS);
    expect_first(20 * MS);
    timers_expire(20 * MS);
    assert_int_equal(timers_cancel(0, 5), TIMER_SUCCESS);       /* takes the completion back */
    assert_int_equal(timers_take_completed(0), 0);
    assert_int_equal(timers_cancel(0, 5), TIMER_NO_SUCH_TIMER);
}

static void test_bad_arguments_are_errors(void **state)
{
    (void)state;
    assert_int_equal(timers_start(0, 32, 1, false, 0), TIMER_NO_SUCH_TIMER);
    assert_int_equal(timers_start(0, UINT32_MAX, 1, false, 0), TIMER_NO_SUCH_TIMER);
    assert_int_equal(timers_cancel(0, 99), TIMER_NO_SUCH_TIMER);
    assert_int_equal(timers_start(TIMERS_CLIENTS, 0, 1, false, 0), TIMER_OUT_OF_RESOURCES);
    assert_int_equal(timers_cancel(UINT32_MAX, 0), TIMER_NO_SUCH_TIMER);
    assert_int_equal(timers_take_completed(TIMERS_CLIENTS), 0);
    assert_int_equal(timers_start(0, 0, 0, true, 0), TIMER_UNKNOWN_ERROR);
    assert_int_equal(timers_start(0, 0, 10, false, 0), TIMER_SUCCESS);
    assert_int_equal(timers_start(0, 0, 10, false, 0), TIMER_ALREADY_EXISTS);
}

static void test_oneshot_of_0_ms_is_due_at_once(void **state)
{
    (void)state;
    timers_start(0, 0, 0, false, 55);
    assert_int_equal(timers_expire(55), 1);
}

static void test_longest_duration(void **state)
{
    (void)state;
    timers_start(0, 0, UINT32_MAX, false, UINT64_C(1) << 62);
    expect_first((UINT64_C(1) << 62) + UINT32_MAX * MS);
}

static void test_nanoseconds_to_milliseconds(void **state)
{
    (void)state;
    const uint64_t samples[] = { 0, 1, 999999, 1000000, 1000001, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(1700000000123456789),
                                 UINT64_MAX };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        assert_true(timers_ns_to_ms(samples[i]) == samples[i] / MS);
        assert_true(timers_ns_to_us(samples[i]) == samples[i] / 1000);
    }
    srand(1);
    for (int i = 0; i < 100000; i++) {
        uint64_t ns = ((uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand()) >> (rand() % 64);
        assert_true(timers_ns_to_ms(ns) == ns / MS);
    }
}

/* Random operations against a table without any order. */
static void test_random_against_a_plain_model(void **state)
{
    (void)state;
    struct { bool running; uint64_t deadline; uint32_t period; } model[TIMERS_CLIENTS][32] = { 0 };
    uint32_t done[TIMERS_CLIENTS] = { 0 };
    uint64_t now = 0;
    srand(2);
    for (int step = 0; step < 200000; step++) {
        uint32_t c = (uint32_t)rand() % TIMERS_CLIENTS, id = (uint32_t)rand() % 32, ms = (uint32_t)rand() % 50;
        switch (rand() % 4) {
        case 0: {
            bool periodic = rand() & 1;
            int error = timers_start(c, id, ms, periodic, now);
            if (periodic && ms == 0) {
                assert_int_equal(error, TIMER_UNKNOWN_ERROR);
            } else if (model[c][id].running) {
                assert_int_equal(error, TIMER_ALREADY_EXISTS);
            } else {
                assert_int_equal(error, TIMER_SUCCESS);
                model[c][id].running = true;
                model[c][id].deadline = now + ms * MS;
                model[c][id].period = periodic ? ms : 0;
            }
            break;
        }
        case 1: {
            bool there = model[c][id].running || (done[c] >> id & 1);
            assert_int_equal(timers_cancel(c, id), there ? TIMER_SUCCESS : TIMER_NO_SUCH_TIMER);
            model[c][id].running = false;
            done[c] &= ~(1u << id);
            break;
        }
        case 2:
            now += (uint64_t)rand() % (20 * MS);
            timers_expire(now);
            for (uint32_t i = 0; i < TIMERS_CLIENTS; i++) {
                for (uint32_t j = 0; j < 32; j++) {
                    if (model[i][j].running && model[i][j].deadline <= now) {
                        done[i] |= 1u << j;
                        model[i][j].running = model[i][j].period != 0;
                        while (model[i][j].running && model[i][j].deadline <= now) {
                            model[i][j].deadline += model[i][j].period * MS;
                        }
                    }
                }
            }
            break;
        default:
            assert_int_equal(timers_take_completed(c), done[c]);
            done[c] = 0;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_order_of_deadlines, setup),
        cmocka_unit_test_setup(test_start_at_moves_a_timer, setup),
        cmocka_unit_test_setup(test_equal_deadlines_all_complete, setup),
        cmocka_unit_test_setup(test_periods_do_not_drift, setup),
        cmocka_unit_test_setup(test_missed_periods_are_one_completion, setup),
        cmocka_unit_test_setup(test_cancel, setup),
        cmocka_unit_test_setup(test_bad_arguments_are_errors, setup),
        cmocka_unit_test_setup(test_oneshot_of_0_ms_is_due_at_once, setup),
        cmocka_unit_test_setup(test_longest_duration, setup),
        cmocka_unit_test_setup(test_nanoseconds_to_milliseconds, setup),
        cmocka_unit_test_setup(test_random_against_a_plain_model, setup),
    };
    return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}
