/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
#include <kata/log.h>
#include <stdio.h>
#include <string.h>

/* Appends text at n, as far as there is room for it and a NUL; returns where it would end. */
static size_t append(char *line, size_t size, size_t n, const char *text)
{
    for (; *text; text++, n++) {
        if (n < size - 1) {
            line[n] = *text;
        }
    }
    line[n < size ? n : size - 1] = '\0';
    return n;
}

/* Marks a line that would have needed n bytes and a NUL. */
static void mark_cut(char *line, size_t size, size_t n)
{
    if (n >= size) {
        memcpy(line + size - 4, "...", 4);
    }
}

static size_t prefix(char *line, size_t size, const char *name)
{
    return append(line, size, append(line, size, 0, name), "::");
}

void log_format(char *line, size_t size, const char *name, const char *format, va_list arguments)
{
    size_t n = prefix(line, size, name);
    if (n < size) {
        n += (size_t)vsnprintf(line + n, size - n, format, arguments);
    }
    mark_cut(line, size, n);
}

void log_plain(char *line, size_t size, const char *name, const char *text)
{
    mark_cut(line, size, append(line, size, prefix(line, size, name), text));
}
