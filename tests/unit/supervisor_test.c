/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The supervisor's rules about restarts, and its reports. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "policy.h"
#include "report.h"

enum { LIMIT = 5, WINDOW = 1000 };

static void limit_in_a_window(void **state)
{
    (void)state;
    struct policy p = { 0 };
    for (uint32_t i = 0; i < LIMIT; i++)
        assert_int_equal(policy_death(&p, LIMIT, WINDOW, 100 + i), 0);
    assert_int_equal(policy_death(&p, LIMIT, WINDOW, 105), WINDOW - 5);
    assert_int_equal(policy_death(&p, LIMIT, WINDOW, 1099), 1);
    assert_int_equal(policy_death(&p, LIMIT, WINDOW, 1100), 0); /* the first one counts no more */
    assert_int_equal(policy_death(&p, LIMIT, WINDOW, 1100), 1);
    assert_int_equal(policy_death(&p, LIMIT, WINDOW, 1101), 0);
}

static void seldom_is_always_allowed(void **state)
{
    (void)state;
    struct policy p = { 0 };
    for (uint32_t now = 0; now < 100 * WINDOW; now += WINDOW / LIMIT)
        assert_int_equal(policy_death(&p, LIMIT, WINDOW, now), 0);
}

static void clock_wraps(void **state)
{
    (void)state;
    struct policy p = { 0 };
    assert_int_equal(policy_death(&p, 2, WINDOW, UINT32_MAX - 9), 0);
    assert_int_equal(policy_death(&p, 2, WINDOW, UINT32_MAX), 0);
    assert_int_equal(policy_death(&p, 2, WINDOW, 10), WINDOW - 20);
    assert_int_equal(policy_death(&p, 2, WINDOW, 990), 0);
}

static void any_limit(void **state)
{
    (void)state;
    for (uint32_t limit = 1; limit <= POLICY_MAX; limit++) {
        struct policy p = { 0 };
        for (uint32_t i = 0; i < limit; i++)
            assert_int_equal(policy_death(&p, limit, WINDOW, 7), 0);
        assert_int_equal(policy_death(&p, limit, WINDOW, 7), WINDOW);
    }
}

static struct report report_of(enum report_cause cause, uintptr_t number)
{
    struct report r = { .name = "timer_service", .restarts = 2, .cause = (uint8_t)cause, .number = number, .address = 0x10 };
    for (unsigned i = 0; i < REPORT_REGISTERS; i++)
        r.registers[i] = 0x1000 + i;
    return r;
}

#define REGISTERS \
    "supervisor::timer_service: ra 0x00001001 sp 0x00001002 gp 0x00001003 s0 0x00001004 s1 0x00001005 a0 0x00001006 a1 0x00001007 " \
    "a2 0x00001008 a3 0x00001009 a4 0x0000100a a5 0x0000100b"

static void expect_lines(const char *first, const char *second)
{
    char text[REPORT_LINE];
    assert_true(report_line(text));
    assert_string_equal(text, first);
    if (second) {
        assert_true(report_line(text));
        assert_string_equal(text, second);
    }
}

static void expect_report(struct report r, const char *first)
{
    report_put(&r);
    expect_lines(first, REGISTERS);
}

static void every_cause(void **state)
{
    (void)state;
    char text[REPORT_LINE];
    assert_false(report_line(text));
    expect_report(report_of(REPORT_KILLED, 0), "supervisor::timer_service: killed at pc 0x00001000; restarted (2)");
    expect_report(report_of(REPORT_EXCEPTION, 3), "supervisor::timer_service: panic at pc 0x00001000; restarted (2)");
    expect_report(report_of(REPORT_EXCEPTION, 2), "supervisor::timer_service: illegal instruction at pc 0x00001000; restarted (2)");
    expect_report(report_of(REPORT_EXCEPTION, 14), "supervisor::timer_service: exception 14 at pc 0x00001000; restarted (2)");
    expect_report(report_of(REPORT_EXCEPTION, 4000000000u), "supervisor::timer_service: exception 4000000000 at pc 0x00001000; restarted (2)");
    expect_report(report_of(REPORT_MEMORY, 15), "supervisor::timer_service: store page fault at pc 0x00001000, address 0x00000010; restarted (2)");
    expect_report(report_of(REPORT_SYSCALL, 99), "supervisor::timer_service: unknown system call 99 at pc 0x00001000; restarted (2)");
    expect_report(report_of(REPORT_OTHER, 1), "supervisor::timer_service: fault 1 at pc 0x00001000; restarted (2)");
    struct report refused = report_of(REPORT_KILLED, 0);
    refused.refusal_s = 42;
    expect_report(refused, "supervisor::timer_service: killed at pc 0x00001000; too many restarts, refuses calls for 42 s");
    struct report again = report_of(REPORT_SERVES_AGAIN, 0);
    report_put(&again);
    expect_lines("supervisor::timer_service: serves again", NULL);
    assert_false(report_line(text));
}

static void full_ring_counts(void **state)
{
    (void)state;
    char text[REPORT_LINE];
    struct report r = report_of(REPORT_KILLED, 0);
    for (uint32_t i = 1; i <= 11; i++) {
        r.restarts = i;
        report_put(&r);
    }
    for (uint32_t i = 1; i <= 8; i++) {
        assert_true(report_line(text));
        assert_int_equal(text[strlen(text) - 2], '0' + (int)i);
        assert_true(report_line(text));
        assert_string_equal(text, REGISTERS);
    }
    expect_lines("supervisor::3 reports lost", NULL);
    assert_false(report_line(text));
}

static void longest_line_fits(void **state)
{
    (void)state;
    char text[REPORT_LINE + 16];
    struct report r = { .name = "security_coordinator", .restarts = UINT32_MAX, .refusal_s = UINT32_MAX, .cause = REPORT_MEMORY, .number = UINTPTR_MAX,
                        .address = UINTPTR_MAX };
    memset(r.registers, 0xff, sizeof r.registers);
    report_put(&r);
    for (int line = 0; line < 2; line++) {
        memset(text, 'x', sizeof text);
        assert_true(report_line(text));
        assert_true(strlen(text) < REPORT_LINE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limit_in_a_window), cmocka_unit_test(seldom_is_always_allowed), cmocka_unit_test(clock_wraps), cmocka_unit_test(any_limit),
        cmocka_unit_test(every_cause),       cmocka_unit_test(full_ring_counts),         cmocka_unit_test(longest_line_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
