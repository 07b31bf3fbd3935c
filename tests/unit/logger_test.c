/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Format of a log line. The filter and the way out need a system and are tested there. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <kata/log.h>

__attribute__((format(printf, 4, 5))) static const char *line(char *buffer, size_t size, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_format(buffer, size, name, format, arguments);
    va_end(arguments);
    return buffer;
}

static void name_and_message(void **state)
{
    (void)state;
    char buffer[LOG_LINE_SIZE];
    assert_string_equal(line(buffer, sizeof buffer, "timer_service", "%d timers", 3), "timer_service::3 timers");
}

static void empty_message(void **state)
{
    (void)state;
    char buffer[LOG_LINE_SIZE];
    assert_string_equal(line(buffer, sizeof buffer, "a", "%s", ""), "a::");
}

static void longest_that_fits(void **state)
{
    (void)state;
    char *buffer = malloc(10);
    assert_string_equal(line(buffer, 10, "n", "%s", "123456"), "n::123456");
    assert_string_equal(line(buffer, 10, "n", "%s", "1234567"), "n::123...");
    free(buffer);
}

static void too_long_is_cut(void **state)
{
    (void)state;
    char *buffer = malloc(LOG_LINE_SIZE);
    char message[2 * LOG_LINE_SIZE];
    memset(message, 'x', sizeof message);
    message[sizeof message - 1] = '\0';
    line(buffer, LOG_LINE_SIZE, "n", "%s", message);
    assert_int_equal(strlen(buffer), LOG_LINE_SIZE - 1);
    assert_string_equal(buffer + LOG_LINE_SIZE - 5, "x...");
    free(buffer);
}

static void name_alone_too_long(void **state)
{
    (void)state;
    char *buffer = malloc(8);
    assert_string_equal(line(buffer, 8, "a_long_name", "%s", "message"), "a_lo...");
    free(buffer);
}

/* Without formatting: the same lines, and % is a character like others. */
static void plain_text(void **state)
{
    (void)state;
    char *buffer = malloc(10);
    static const struct { const char *text, *line; } cases[] = {
        { "", "n::" }, { "%s", "n::%s" }, { "123456", "n::123456" }, { "1234567", "n::123..." },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        log_plain(buffer, 10, "n", cases[i].text);
        assert_string_equal(buffer, cases[i].line);
    }
    log_plain(buffer, 8, "a_long_name", "text");
    assert_string_equal(buffer, "a_lo...");
    free(buffer);
}

static void levels_are_those_of_the_original(void **state)
{
    (void)state;
    assert_int_equal(LOG_OFF, 0);
    assert_int_equal(LOG_ERROR, 1);
    assert_int_equal(LOG_WARN, 2);
    assert_int_equal(LOG_INFO, 3);
    assert_int_equal(LOG_DEBUG, 4);
    assert_int_equal(LOG_TRACE, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_and_message),    cmocka_unit_test(empty_message),       cmocka_unit_test(longest_that_fits),
        cmocka_unit_test(too_long_is_cut),     cmocka_unit_test(name_alone_too_long), cmocka_unit_test(plain_text),
        cmocka_unit_test(levels_are_those_of_the_original),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
