/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The editor is tested through a model of a terminal: what counts is what the user sees and which line comes out.
 */
#include <lineedit/lineedit.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct lineedit editor;
static char screen[512];        /* the current row, in characters of up to 4 bytes shown as their last byte */
static int column, bells, rows;

static void terminal_put(unsigned char c)
{
    if (c == '\n') {
        rows++;
        column = 0;
        memset(screen, 0, sizeof(screen));
    } else if (c == '\b') {
        assert_true(column > 0);
        column--;
    } else if (c == '\a') {
        bells++;
    } else {
        assert_true(c >= ' ');
        if ((c & 0xc0) == 0x80)
            column--;
        screen[column++] = (char)c;
    }
}

static void echo(void *ctx, const char *bytes, size_t n)
{
    assert_ptr_equal(ctx, &editor);
    for (size_t i = 0; i < n; i++)
        terminal_put((unsigned char)bytes[i]);
}

static int setup(void **state)
{
    (void)state;
    lineedit_init(&editor, echo, &editor);
    memset(screen, 0, sizeof(screen));
    column = bells = rows = 0;
    return 0;
}

/* What is on the row, without trailing blanks. */
static const char *shown(void)
{
    static char text[512];

    strcpy(text, screen);
    for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
        text[n - 1] = '\0';
    return text;
}

static enum lineedit_event type(const char *keys)
{
    enum lineedit_event event = LINEEDIT_NOTHING;

    for (; *keys != '\0'; keys++) {
        assert_int_equal(event, LINEEDIT_NOTHING);
        event = lineedit_input(&editor, (uint8_t)*keys);
    }
    return event;
}

/* Types keys and Enter; the row must show the line that comes out. */
static void expect_line(const char *keys, const char *line)
{
    assert_int_equal(type(keys), LINEEDIT_NOTHING);
    assert_string_equal(shown(), line);
    assert_int_equal(lineedit_input(&editor, '\r'), LINEEDIT_LINE);
    assert_string_equal(editor.line, line);
}

static void types_a_line(void **state)
{
    (void)state;
    expect_line("start hello", "start hello");
    expect_line("", "");
    assert_int_equal(rows, 2);
    assert_int_equal(bells, 0);
}

static void line_ends(void **state)
{
    (void)state;
    assert_int_equal(type("a\r"), LINEEDIT_LINE);
    assert_int_equal(type("\n"), LINEEDIT_NOTHING);     /* the LF of CRLF */
    assert_int_equal(type("b\n"), LINEEDIT_LINE);
    assert_string_equal(editor.line, "b");
    assert_int_equal(type("\n"), LINEEDIT_LINE);        /* an empty line */
    assert_int_equal(type("\r"), LINEEDIT_LINE);
    assert_int_equal(type("\r"), LINEEDIT_LINE);
    assert_int_equal(type("\n"), LINEEDIT_NOTHING);
    assert_int_equal(rows, 5);
}

static void erases(void **state)
{
    (void)state;
    expect_line("abc\x7f\bde", "ade");
    expect_line("abc\x02\x02\b", "bc");
    expect_line("abc\x01\x04", "bc");
    expect_line("one two  \x17x", "one x");
    expect_line("one two\x02\x17", "one o");
    expect_line("abcdef\x02\x02\x0b", "abcd");
    expect_line("abcdef\x02\x15xy", "xy");
    assert_int_equal(bells, 0);
}

static void moves(void **state)
{
    (void)state;
    expect_line("bc\x01" "a\x05" "d", "abcd");
    expect_line("ac\x02" "b\x06" "d", "abcd");
    expect_line("bc\x1b[Ha\x1b[Fd", "abcd");
    expect_line("ac\x1b[Db\x1b[Cd", "abcd");
    expect_line("ac\x1bODb\x1bOCd", "abcd");
    expect_line("bc\x1b[1~a\x1b[4~d", "abcd");
    expect_line("xabc\x1b[1~\x1b[3~", "abc");
    expect_line("ab\x1b[1;5Dc", "acb");
    assert_int_equal(bells, 0);
}

static void rings_when_nothing_happens(void **state)
{
    static const char *const keys[] = {"\b", "\x7f", "\x01", "\x05", "\x02", "\x06", "\x04", "\x17", "\x0b", "\x15", "\x10",
                                       "\x0e", "\x1b[A", "\x1b[B", "\x1b[Z", "\x1b[3~", "\x1b[99~", "\x1bx", "\x1a"};

    (void)state;
    for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        type(keys[i]);
        assert_int_equal(bells, i + 1);
    }
    expect_line("ok", "ok");
}

/* Function keys (F1: ESC O P or ESC [ 11 ~) and parameters beyond a byte are nobody's keys. */
static void other_keys_change_nothing(void **state)
{
    (void)state;
    expect_line("abc\x01\x1bOP\x1b[P\x1b[11~\x1b[259~", "abc");
    assert_int_equal(bells, 4);
}

static void history(void **state)
{
    (void)state;
    type("one\r");
    type("two\r");
    type("two\r");
    type("\r");
    type("three\r");
    expect_line("\x10", "three");
    expect_line("\x10\x10", "two");         /* the repeated line counted once; now: two three two one */
    expect_line("\x1b[A\x1b[A\x1b[A\x1b[A", "one");
    expect_line("new\x10\x10\x0e\x0e", "new");
    expect_line("new\x10\x10 x\x0e", "new");
    assert_int_equal(bells, 0);
    type("\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10");
    assert_true(bells > 0);
}

static void history_is_bounded(void **state)
{
    char line[LINEEDIT_MAX + 2];

    (void)state;
    for (int i = 0; i < 20; i++) {
        sprintf(line, "line %d\r", i);
        type(line);
    }
    assert_int_equal(editor.history.count, LINEEDIT_HISTORY_LINES);
    assert_string_equal(lineedit_history_get(&editor.history, 8), "line 12");
    assert_null(lineedit_history_get(&editor.history, 9));
    memset(line, 'x', LINEEDIT_MAX);
    line[LINEEDIT_MAX] = '\0';
    for (int i = 0; i < 5; i++) {
        line[0] = (char)('a' + i);
        expect_line(line, line);
    }
    assert_true(editor.history.count >= 1 && editor.history.used <= LINEEDIT_HISTORY_BYTES);
    assert_string_equal(lineedit_history_get(&editor.history, 1), line);
}

static void too_long(void **state)
{
    (void)state;
    for (int i = 0; i < LINEEDIT_MAX; i++)
        type("x");
    assert_int_equal(bells, 0);
    type("y");
    assert_int_equal(bells, 1);
    assert_int_equal(type("\r"), LINEEDIT_TOO_LONG);
    for (int i = 0; i < LINEEDIT_MAX + 5; i++)
        type("x");
    assert_int_equal(type("\b\r"), LINEEDIT_LINE);      /* edited after the bell: taken as seen */
    assert_int_equal(strlen(editor.line), LINEEDIT_MAX - 1);
    expect_line("ok", "ok");
}

static void utf8(void **state)
{
    (void)state;
    type("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z");
    assert_int_equal(column, 5);
    assert_int_equal(type("\x02\b\x01\x06\x04\r"), LINEEDIT_LINE);     /* without the smiley and the umlaut */
    assert_string_equal(editor.line, "a\xe2\x82\xacz");
    assert_int_equal(bells, 0);
}

static void bad_characters(void **state)
{
    static const char *const bad[] = {"a\xff", "a\x80", "a\xc3z", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8"};

    (void)state;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(type(bad[i]), LINEEDIT_NOTHING);
        assert_int_equal(type("\r"), LINEEDIT_BAD_CHARACTER);
    }
    expect_line("ok", "ok");
}

static void control_c(void **state)
{
    (void)state;
    assert_int_equal(type("abc\x03"), LINEEDIT_CANCELLED);
    assert_int_equal(rows, 1);
    expect_line("ok", "ok");
}

static void tab_is_the_callers(void **state)
{
    (void)state;
    assert_int_equal(type("st x\x02\x02\t"), LINEEDIT_TAB);
    assert_int_equal(editor.cursor, 2);
    lineedit_insert(&editor, "art", 3);
    assert_string_equal(shown(), "start x");
    type("\x05\x02");
    terminal_put('\n');
    lineedit_redraw(&editor);
    assert_string_equal(shown(), "start x");
    expect_line("1", "start 1x");
}

/* Any bytes: the editor stays inside its buffers and its cursor on the row (sanitizers and the terminal check). */
static void random_bytes(void **state)
{
    static const char keys[] = "ab \x01\x02\x04\x05\x06\x08\x0b\x0e\x10\x15\x17\x1b[ABCDHF~139;\r\n\x7f\xc3\xa4\xe2\x82\xac\xff";

    (void)state;
    srand(1);
    for (int i = 0; i < 200000; i++) {
        enum lineedit_event event = lineedit_input(&editor, (uint8_t)(i % 3 ? keys[rand() % (int)sizeof(keys)] : rand()));
        if (event == LINEEDIT_LINE)
            assert_true(strlen(editor.line) <= LINEEDIT_MAX);
        if (event == LINEEDIT_NOTHING && editor.expected == 0)
            assert_true(editor.cursor <= editor.length && editor.length <= LINEEDIT_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(types_a_line, setup),       cmocka_unit_test_setup(line_ends, setup),
        cmocka_unit_test_setup(erases, setup),             cmocka_unit_test_setup(moves, setup),
        cmocka_unit_test_setup(rings_when_nothing_happens, setup), cmocka_unit_test_setup(history, setup),
        cmocka_unit_test_setup(other_keys_change_nothing, setup), cmocka_unit_test_setup(history, setup),
        cmocka_unit_test_setup(history_is_bounded, setup), cmocka_unit_test_setup(too_long, setup),
        cmocka_unit_test_setup(utf8, setup),               cmocka_unit_test_setup(bad_characters, setup),
        cmocka_unit_test_setup(control_c, setup),          cmocka_unit_test_setup(random_bytes, setup),
        cmocka_unit_test_setup(tab_is_the_callers, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
