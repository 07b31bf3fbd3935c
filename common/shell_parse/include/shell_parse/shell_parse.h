/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Splits a command line into words. Words are separated by spaces and tabs. Inside double quotes separators are
 * ordinary characters; a backslash takes the next character literally, inside quotes and outside. `#` at the beginning
 * of a word starts a comment. `$?` is the result of the last command, one digit. There are no variables and no pipes.
 */
#ifndef SHELL_PARSE_SHELL_PARSE_H
#define SHELL_PARSE_SHELL_PARSE_H

enum shell_parse_error {
    SHELL_OPEN_QUOTE = -1,          /* a double quote is not closed */
    SHELL_TRAILING_BACKSLASH = -2,  /* nothing follows the last backslash */
    SHELL_TOO_MANY_WORDS = -3,
};

/**
 * Splits line in place: the words are NUL-terminated strings inside it.
 * @param words  receives up to max pointers. Each word begins right behind the NUL of the one before.
 * @param result what `$?` stands for, 0 to 9.
 * @return number of words (0 for an empty line or a comment), or a negative shell_parse_error.
 */
int shell_parse(char *line, char *words[], int max, unsigned result);

/** Makes words[0..count) of one shell_parse one string, joined by single spaces. count > 0. @return words[0]. */
char *shell_join(char *words[], int count);

/** A sentence for people, without full stop. */
const char *shell_parse_error_text(int error);

/** Decimal, or hexadecimal with 0x, without sign. @return 0, or -1 when text is not a number that fits. */
int shell_parse_number(const char *text, unsigned long max, unsigned long *value);

#endif
