/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What is typed at the console: through the line editor into words. */
#include "target.h"
#include <lineedit/lineedit.h>
#include <shell_parse/shell_parse.h>
#include <string.h>

#define MAX_WORDS 16

static size_t echoed;

static void echo(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        echoed += (unsigned char)bytes[i];
}

static void check_words(const char *line, unsigned result)
{
    char copy[LINEEDIT_MAX + 1], *words[MAX_WORDS];
    REQUIRE(strlen(line) <= LINEEDIT_MAX);
    strcpy(copy, line);
    int n = shell_parse(copy, words, MAX_WORDS, result);
    REQUIRE(n >= SHELL_TOO_MANY_WORDS && n <= MAX_WORDS);
    if (n < 0) {
        REQUIRE(shell_parse_error_text(n) != NULL);
        return;
    }
    for (int i = 0; i < n; i++) {
        unsigned long value;
        REQUIRE(words[i] >= copy && words[i] + strlen(words[i]) < copy + sizeof copy);
        if (shell_parse_number(words[i], 1000, &value) == 0)
            REQUIRE(value <= 1000);
    }
    if (n > 0)
        REQUIRE(strlen(shell_join(words, n)) <= LINEEDIT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lineedit editor;
    lineedit_init(&editor, echo, NULL);
    for (size_t i = 0; i < size; i++) {
        enum lineedit_event event = lineedit_input(&editor, data[i]);
        REQUIRE(editor.cursor <= editor.length && editor.length <= LINEEDIT_MAX);
        if (event == LINEEDIT_LINE) {
            lineedit_history_add(&editor.history, editor.line);
            check_words(editor.line, i % 10);
        } else if (event == LINEEDIT_TAB) {
            lineedit_insert(&editor, "completed", i % 10);
        } else if (event == LINEEDIT_CANCELLED) {
            lineedit_redraw(&editor);
        }
    }
    return 0;
}
