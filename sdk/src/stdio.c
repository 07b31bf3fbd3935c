/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Characters become lines, lines become log messages. */
#include <sdk.h>
#include <stdarg.h>
#include <stdio.h>

static char line[SDK_LOG_MAX + 1];
static unsigned length;

static void send(void)
{
    line[length] = '\0';
    length = 0;
    (void)sdk_log(line);        /* output cannot fail its caller */
}

void sdk_flush(void)
{
    if (length > 0)
        send();
}

int putchar(int c)
{
    if (c != '\n') {
        line[length++] = (char)c;
        if (length < SDK_LOG_MAX)
            return c;
    }
    send();
    return c;
}

static int put(const char *text)
{
    int n = 0;
    while (text[n] != '\0')
        putchar(text[n++]);
    return n;
}

int puts(const char *text)
{
    int n = put(text);
    putchar('\n');
    return n + 1;
}

int printf(const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return put(text);
}
