/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The timers after the death of the service between any two instructions of what it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sudden_death.h"
#include "timer_service.h"
#include "timers.h"

#define MS 1000000ull

static void expect_first(uint64_t expected)
{
    uint64_t deadline;
    assert_true(timers_first(&deadline));
    assert_true(deadline == expected);
}

static void expire_at_100ms(void *context)
{
    (void)context;
    timers_expire(100 * MS);
}

/* The next life loses no completion, and the periodic timers keep their grid. */
static void judge_expired(void *context)
{
    (void)context;
    (void)timers_recover();
    (void)timers_recover();         /* it may die at once again */
    (void)timers_expire(100 * MS);
    assert_int_equal(timers_take_completed(0), 1u << 1 | 1u << 2);
    assert_int_equal(timers_take_completed(1), 1u << 3);
    assert_int_equal(timers_take_completed(2), 0);
    expect_first(120 * MS);
    assert_int_equal(timers_expire(120 * MS), 1u << 0);
    expect_first(150 * MS);
    assert_int_equal(timers_cancel(0, 2), TIMER_SUCCESS);
    expect_first(200 * MS);
    assert_int_equal(timers_cancel(1, 3), TIMER_SUCCESS);
    expect_first(400 * MS);
}

static void test_dies_while_timers_complete(void **state)
{
    (void)state;
    timers_init();
    timers_start(0, 1, 100, false, 0);
    timers_start(0, 2, 30, true, 0);
    timers_start(1, 3, 100, true, 0);
    timers_start(2, 4, 400, false, 0);
    assert_true(sudden_deaths(expire_at_100ms, judge_expired, NULL) > 10);
}

static void calls(void *context)
{
    (void)context;
    (void)timers_take_completed(0);
    (void)timers_start_at(1, 7, 77 * MS);
    (void)timers_cancel(1, 8);
}

/* What a client was about to be told it is told (again); what it changed is done or not done, and nothing else is touched. */
static void judge_calls(void *context)
{
    (void)context;
    assert_int_equal(timers_recover(), 1u << 0);
    assert_int_equal(timers_take_completed(0), 1u << 5);
    (void)timers_start_at(1, 7, 77 * MS);                   /* the client has got an error and repeats its calls */
    (void)timers_cancel(1, 8);
    expect_first(77 * MS);
    assert_int_equal(timers_expire(80 * MS), 1u << 1);
    expect_first(90 * MS);
    assert_int_equal(timers_cancel(0, 5), TIMER_NO_SUCH_TIMER); /* and with this call it has proved to know */
    assert_int_equal(timers_recover(), 1u << 1);
    assert_int_equal(timers_take_completed(0), 0);
    assert_int_equal(timers_take_completed(1), 1u << 7);
}

static void test_dies_in_calls(void **state)
{
    (void)state;
    timers_init();
    timers_start(0, 5, 10, false, 0);
    timers_start(1, 7, 60, false, 0);
    timers_start(1, 8, 50, false, 0);
    timers_start(2, 9, 90, true, 0);
    (void)timers_expire(10 * MS);
    assert_true(sudden_deaths(calls, judge_calls, NULL) > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dies_while_timers_complete),
        cmocka_unit_test(test_dies_in_calls),
    };
    return cmocka_run_group_tests_name("timers_death", tests, NULL, NULL);
}
