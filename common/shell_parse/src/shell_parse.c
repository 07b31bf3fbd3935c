/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <shell_parse/shell_parse.h>

#include <stdbool.h>

static bool is_separator(char c)
{
    return c == ' ' || c == '\t';
}

/* Copies one word from *in to out without its quotes and backslashes and terminates it; *in ends behind the word and its
 * separator. out never overtakes *in, so both may point into the same line. Returns 0 or an error. */
static int take_word(char **in, char **out, char result)
{
    char *from = *in;
    char *to = *out;
    bool quoted = false;

    for (; *from != '\0' && (quoted || !is_separator(*from)); from++) {
        if (*from == '"') {
            quoted = !quoted;
            continue;
        }
        if (from[0] == '$' && from[1] == '?') {
            *to++ = result;
            from++;
            continue;
        }
        if (*from == '\\' && *++from == '\0')
            return SHELL_TRAILING_BACKSLASH;
        *to++ = *from;
    }
    if (quoted)
        return SHELL_OPEN_QUOTE;
    *in = *from == '\0' ? from : from + 1;
    *to++ = '\0';       /* overwrites at most the separator just passed, or the line's own end */
    *out = to;
    return 0;
}

int shell_parse(char *line, char *words[], int max, unsigned result)
{
    char *in = line;
    char *out = line;
    int count = 0;

    for (;;) {
        while (is_separator(*in))
            in++;
        if (*in == '\0' || *in == '#')
            return count;
        if (count == max)
            return SHELL_TOO_MANY_WORDS;
        words[count] = out;
        int error = take_word(&in, &out, (char)('0' + result % 10));
        if (error != 0)
            return error;
        count++;
    }
}

char *shell_join(char *words[], int count)
{
    for (int i = 1; i < count; i++)
        words[i][-1] = ' ';
    return words[0];
}

const char *shell_parse_error_text(int error)
{
    switch (error) {
    case SHELL_OPEN_QUOTE:
        return "missing closing quote";
    case SHELL_TRAILING_BACKSLASH:
        return "nothing after the last backslash";
    case SHELL_TOO_MANY_WORDS:
        return "too many words";
    default:
        return "no error";
    }
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

int shell_parse_number(const char *text, unsigned long max, unsigned long *value)
{
    unsigned long base = 10;
    unsigned long result = 0;

    if (text[0] == '0' && (text[1] | 0x20) == 'x') {
        base = 16;
        text += 2;
    }
    if (*text == '\0')
        return -1;
    for (; *text != '\0'; text++) {
        unsigned long digit = (unsigned long)digit_value(*text);
        if (digit >= base || result > (max - digit) / base || digit > max)
            return -1;
        result = result * base + digit;
    }
    *value = result;
    return 0;
}
