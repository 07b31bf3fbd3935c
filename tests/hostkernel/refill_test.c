/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The arithmetic of refills, rule by rule (sel4-abi.md 9.3); times here are ticks. */
#include "tests.h"

#include <sched/refill.h>
#include <sched/time.h>

static struct {
    sched_context_t sc;
    refill_t refills[6];
} mine;
#define MINE (&mine.sc)

/* Sets the ring: head at `first`, then time and amount of each. */
static void set(word_t first, word_t max, ticks_t period, const word_t *values, size_t count)
{
    mine.sc = (sched_context_t){.period = period, .refill_max = max, .head = first, .count = count / 2};
    for (word_t i = 0; i < count / 2; i++)
        mine.refills[(first + i) % max] = (refill_t){values[2 * i], values[2 * i + 1]};
}

static void expect(const word_t *values, size_t count)
{
    assert_int_equal(mine.sc.count, count / 2);
    for (word_t i = 0; i < count / 2; i++) {
        const refill_t *r = &mine.refills[(mine.sc.head + i) % mine.sc.refill_max];
        assert_int_equal(r->time, values[2 * i]);
        assert_int_equal(r->amount, values[2 * i + 1]);
    }
}

#define P 100000u /* a period */

/* {used; before; after}, with at most 4 refills, and for every place of the head in the ring */
static void charging(void **state)
{
    (void)state;
    for (word_t first = 0; first < 4; first++) {
        /* part of the only refill */
        set(first, 4, P, WORDS(1000, 5000));
        refill_charge(MINE, 1500);
        expect(WORDS(2500, 3500, 1000 + P, 1500));
        /* nothing */
        refill_charge(MINE, 0);
        expect(WORDS(2500, 3500, 1000 + P, 1500));
        /* goes on where it stopped: the used parts touch and are one */
        refill_charge(MINE, 1000);
        expect(WORDS(3500, 2500, 1000 + P, 2500));
        /* exactly all that is left */
        refill_charge(MINE, 2500);
        expect(WORDS(1000 + P, 5000));
        /* the only refill, all of it: one period later */
        refill_charge(MINE, 5000);
        expect(WORDS(1000 + 2 * P, 5000));
        /* more than the first */
        set(first, 4, P, WORDS(1000, 500, 9000, 700));
        refill_charge(MINE, 600);
        expect(WORDS(9100, 600, 1000 + P, 500, 9000 + P, 100));
        /* what is left is too little for a kernel entry: the next takes it up and ends when it would have */
        set(first, 4, P, WORDS(1000, 500, 9000, 700));
        refill_charge(MINE, 500 - MIN_BUDGET + 1);
        expect(WORDS(9000 - (MIN_BUDGET - 1), 700 + MIN_BUDGET - 1, 1000 + P, 500 - MIN_BUDGET + 1));
        /* just enough is left */
        set(first, 4, P, WORDS(1000, 500, 9000, 700));
        refill_charge(MINE, 500 - MIN_BUDGET);
        expect(WORDS(1500 - MIN_BUDGET, MIN_BUDGET, 9000, 700, 1000 + P, 500 - MIN_BUDGET));
        /* the ring is full: the last one waits and grows */
        set(first, 2, P, WORDS(1000, 5000, 50000, 1000));
        mine.sc.head = first % 2;
        set(first % 2, 2, P, WORDS(1000, 5000, 50000, 1000));
        refill_charge(MINE, 300);
        expect(WORDS(1300, 4700, 1000 + P - 1000, 1300));
        /* two refills at once; more than there is goes round */
        set(first, 4, P, WORDS(1000, 500, 2000, 500, 3000, 500));
        refill_charge(MINE, 1000);
        expect(WORDS(3000, 500, 1000 + P, 500, 2000 + P, 500));
    }
}

/* Appended refills that touch the last, or overlap it, join it; one tick apart they do not. */
static void joining(void **state)
{
    (void)state;
    set(0, 4, P, WORDS(1000, 5000, 1000 + P - 400, 400));
    refill_charge(MINE, 300);
    expect(WORDS(1300, 4700, 1000 + P - 400, 700));
    set(0, 4, P, WORDS(1000, 5000, 1000 + P - 401, 400));
    refill_charge(MINE, 300);
    expect(WORDS(1300, 4700, 1000 + P - 401, 400, 1000 + P, 300));
}

/* Time that would wrap is not charged to the refills any more. */
static void the_end_of_time(void **state)
{
    const ticks_t latest = UINT64_MAX - 2 * MAX_PERIOD;
    (void)state;
    set(0, 4, MAX_PERIOD, WORDS(latest, 500));
    refill_charge(MINE, 10000);
    expect(WORDS(latest, 500));
    set(0, 4, MAX_PERIOD, WORDS(latest - 1, 500));
    refill_charge(MINE, 500);
    expect(WORDS(latest - 1 + MAX_PERIOD, 500));
    refill_charge(MINE, 200);
    expect(WORDS(latest - 1 + MAX_PERIOD, 500));
}

static void unblocking(void **state)
{
    (void)state;
    for (word_t first = 0; first < 4; first++) {
        ks.now = 10000;
        /* not due: nothing changes */
        set(first, 4, P, WORDS(10000 + TIMER_MARGIN + 1, 500));
        refill_unblock(MINE);
        expect(WORDS(10000 + TIMER_MARGIN + 1, 500));
        /* due: from now on */
        set(first, 4, P, WORDS(10000 + TIMER_MARGIN, 500));
        refill_unblock(MINE);
        expect(WORDS(10000, 500));
        set(first, 4, P, WORDS(100, 500));
        refill_unblock(MINE);
        expect(WORDS(10000, 500));
        /* what begins before the head ends joins it, and what begins before that ends, too */
        set(first, 4, P, WORDS(100, 500, 10500, 600, 11100, 700, 11801, 800));
        refill_unblock(MINE);
        expect(WORDS(10000, 1800, 11801, 800));
        set(first, 4, P, WORDS(100, 500, 10501, 600));
        refill_unblock(MINE);
        expect(WORDS(10000, 500, 10501, 600));
    }
}

/* The head is what is left of the slice. */
static void round_robin(void **state)
{
    (void)state;
    ks.now = 777;
    mine.sc.head = 1;
    refill_new(MINE, 4, 5000, 0);
    assert_int_equal(mine.sc.head, 0);
    assert_int_equal(mine.sc.count, MIN_REFILLS);
    assert_true(sc_is_round_robin(MINE));
    assert_int_equal(mine.refills[0].time, 777);
    assert_int_equal(mine.refills[0].amount, 5000);
    refill_charge(MINE, 1200);
    assert_int_equal(mine.refills[0].amount, 3800);
    refill_charge(MINE, 3900); /* more than is left */
    assert_int_equal(mine.refills[0].amount, 0);
    refill_reset_slice(MINE);
    assert_int_equal(mine.refills[0].amount, 5000);
    refill_charge(MINE, 100);
    refill_reset_slice(MINE);
    assert_int_equal(mine.refills[0].amount, 5000);
    refill_charge(MINE, 100);
    refill_unblock(MINE); /* that rule is not for these */
    assert_int_equal(mine.refills[0].amount, 4900);
}

static void new_parameters(void **state)
{
    (void)state;
    ks.now = 10000;
    mine.sc.head = 3;
    refill_new(MINE, 4, 5000, P);
    expect(WORDS(10000, 5000));
    assert_int_equal(mine.sc.refill_max, 4);
    assert_int_equal(mine.sc.period, P);
    for (word_t first = 0; first < 4; first++) {
        /* smaller: the head is cut */
        set(first, 4, P, WORDS(500, 5000, 20000, 100));
        refill_update(MINE, 4, 3000, 2 * P);
        expect(WORDS(10000, 3000));
        assert_int_equal(mine.sc.period, 2 * P);
        /* larger: what the head lacks comes one new period after it */
        set(first, 4, P, WORDS(500, 5000, 20000, 100));
        refill_update(MINE, 4, 8000, 2 * P);
        expect(WORDS(10000, 5000, 10000 + 2 * P, 3000));
        /* a head in the future stays there */
        set(first, 4, P, WORDS(12000, 5000, 20000, 100));
        refill_update(MINE, 4, 8000, 2 * P);
        expect(WORDS(12000, 5000, 12000 + 2 * P, 3000));
        set(first, 4, P, WORDS(12000, 5000));
        refill_update(MINE, 4, 5000, 2 * P);
        expect(WORDS(12000, 5000));
        /* a head that is too small goes into the next */
        set(first, 4, P, WORDS(500, 150, 20000, 5000));
        refill_update(MINE, 4, 8000, 2 * P);
        expect(WORDS(10000 + 2 * P - 150, 8000));
        /* round robin: starts afresh */
        set(first, 4, P, WORDS(500, 150, 20000, 5000));
        refill_update(MINE, 3, 700, 0);
        assert_int_equal(mine.sc.head, 0);
        assert_int_equal(mine.refills[0].amount, 700);
        assert_int_equal(mine.sc.refill_max, 3);
    }
}

static void questions(void **state)
{
    (void)state;
    ks.now = 10000;
    set(0, 4, P, WORDS(10000 + TIMER_MARGIN, MIN_BUDGET));
    assert_true(refill_due(MINE));
    assert_true(refill_usable(MINE));
    assert_true(refill_sufficient(MINE, 0));
    assert_false(refill_sufficient(MINE, 1));
    set(0, 4, P, WORDS(10000 + TIMER_MARGIN + 1, MIN_BUDGET));
    assert_false(refill_due(MINE));
    assert_false(refill_usable(MINE));
    set(0, 4, P, WORDS(10000, MIN_BUDGET - 1));
    assert_false(refill_usable(MINE));
    assert_false(refill_sufficient(MINE, 0));
    set(0, 4, P, WORDS(10000, 1000));
    assert_true(refill_sufficient(MINE, 1000 - MIN_BUDGET));
    assert_false(refill_sufficient(MINE, 1000 - MIN_BUDGET + 1));
    assert_false(refill_sufficient(MINE, 1001)); /* no wrap */
    assert_int_equal(sc_capacity(7), MIN_REFILLS + (128 - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes);
    for (ticks_t t = 0; t < 100; t++)
        assert_int_equal(ticks_to_us(t * 7919), t * 7919 / TICKS_PER_US);
    assert_int_equal(ticks_to_us(UINT64_MAX), UINT64_MAX / TICKS_PER_US);
}

int refill_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(charging), TEST(joining), TEST(the_end_of_time), TEST(unblocking), TEST(round_robin), TEST(new_parameters), TEST(questions),
    };
    return cmocka_run_group_tests_name("refills", tests, NULL, NULL);
}
