/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#define _POSIX_C_SOURCE 200809L
#include <shell_parse/shell_parse.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses a line in a buffer of exactly its size and compares the words, joined by '|'. */
static void expect(const char *line, const char *joined)
{
    char *copy = strdup(line);
    char *words[8];
    char result[128] = "";
    int n = shell_parse(copy, words, 8, 3);

    for (int i = 0; i < n; i++) {
        strcat(result, words[i]);
        strcat(result, "|");
    }
    assert_string_equal(result, joined);
    free(copy);
}

static void expect_error(const char *line, int error)
{
    char *copy = strdup(line);
    char *words[3];

    assert_int_equal(shell_parse(copy, words, 3, 0), error);
    assert_string_not_equal(shell_parse_error_text(error), "no error");
    free(copy);
}

static void splits_at_blanks(void **state)
{
    (void)state;
    expect("", "");
    expect(" \t ", "");
    expect("start hello", "start|hello|");
    expect("  kvwrite \t b   k v  ", "kvwrite|b|k|v|");
}

static void quotes_and_backslashes(void **state)
{
    (void)state;
    expect("echo \"a b\" c", "echo|a b|c|");
    expect("echo a\"b c\"d", "echo|ab cd|");
    expect("echo \"\" x", "echo||x|");
    expect("echo \"\"", "echo||");
    expect("echo a\\ b \\\"q\\\\", "echo|a b|\"q\\|");
    expect("echo \"a\\\"b\"", "echo|a\"b|");
}

static void last_result(void **state)
{
    (void)state;
    expect("echo $? \"a $?\" x$?$?", "echo|3|a 3|x33|");
    expect("echo \\$? $ ? $x $", "echo|$?|$|?|$x|$|");
}

static void comments(void **state)
{
    (void)state;
    expect("# all of it", "");
    expect("stop hello # now", "stop|hello|");
    expect("echo a#b \"#c\"", "echo|a#b|#c|");
}

static void errors(void **state)
{
    (void)state;
    expect_error("echo \"a", SHELL_OPEN_QUOTE);
    expect_error("echo a\\", SHELL_TRAILING_BACKSLASH);
    expect_error("a b c d", SHELL_TOO_MANY_WORDS);
}

static void joins(void **state)
{
    char line[] = "kvwrite  b \"k 1\"  one\\ two \"\" three";
    char *words[8];

    (void)state;
    assert_int_equal(shell_parse(line, words, 8, 0), 6);
    assert_string_equal(shell_join(words + 3, 3), "one two  three");
    assert_string_equal(shell_join(words + 2, 1), "k 1");
}

static void numbers(void **state)
{
    unsigned long v = 7;

    (void)state;
    assert_int_equal(shell_parse_number("0", 255, &v), 0);
    assert_int_equal(v, 0);
    assert_int_equal(shell_parse_number("255", 255, &v), 0);
    assert_int_equal(v, 255);
    assert_int_equal(shell_parse_number("0xFf", 255, &v), 0);
    assert_int_equal(v, 255);
    assert_int_equal(shell_parse_number("4294967295", 0xffffffff, &v), 0);
    assert_int_equal(v, 0xffffffff);
    v = 7;
    assert_int_equal(shell_parse_number("256", 255, &v), -1);
    assert_int_equal(shell_parse_number("9", 3, &v), -1);
    assert_int_equal(shell_parse_number("4294967296", 0xffffffff, &v), -1);
    assert_int_equal(shell_parse_number("99999999999999999999999", 0xffffffff, &v), -1);
    assert_int_equal(shell_parse_number("", 255, &v), -1);
    assert_int_equal(shell_parse_number("0x", 255, &v), -1);
    assert_int_equal(shell_parse_number("-1", 255, &v), -1);
    assert_int_equal(shell_parse_number("1f", 255, &v), -1);
    assert_int_equal(shell_parse_number("12 ", 255, &v), -1);
    assert_int_equal(v, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_at_blanks), cmocka_unit_test(quotes_and_backslashes), cmocka_unit_test(comments), cmocka_unit_test(last_result),
        cmocka_unit_test(errors),           cmocka_unit_test(numbers),          cmocka_unit_test(joins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
