/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include "console.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <lineedit/lineedit.h>
#include <uart_driver.h>

enum { CONTROL_C = 0x03 };

/* Tries until a service that dies again and again is taken to refuse: one more than the restarts per minute of the assembly. */
enum { RESTARTS = 6 };

static struct {
    char bytes[256];
    size_t length;
} output;

static struct {
    uint8_t bytes[256];
    size_t length;
    size_t next;            /* first byte that is not consumed */
    bool interrupted;       /* ^C was typed since the last prompt: whatever runs ends */
} input;

/* What a driver that dies has taken and not sent is lost with it, so it is written again. Otherwise a console that cannot speak cannot
 * complain. */
void console_flush(void)
{
    int error = -1;

    for (int tries = 0; output.length > 0 && error < 0 && tries < RESTARTS; tries++)
        error = uart_write((const uint8_t *)output.bytes, output.length);
    output.length = 0;
}

void console_write(const char *bytes, size_t n)
{
    while (n > 0) {
        size_t room = sizeof(output.bytes) - output.length;
        size_t part = n < room ? n : room;
        memcpy(output.bytes + output.length, bytes, part);
        output.length += part;
        bytes += part;
        n -= part;
        if (output.length == sizeof(output.bytes))
            console_flush();
    }
}

void console_puts(const char *text)
{
    console_write(text, strlen(text));
}

/* Formats behind what is buffered; false when it does not fit there whole. */
static bool format_into_buffer(const char *format, va_list arguments)
{
    size_t room = sizeof(output.bytes) - output.length;
    int n = vsnprintf(output.bytes + output.length, room, format, arguments);

    if (n < 0 || (size_t)n >= room)
        return false;
    output.length += (size_t)n;
    return true;
}

void console_printf(const char *format, ...)
{
    va_list arguments;
    bool whole;

    va_start(arguments, format);
    whole = format_into_buffer(format, arguments);
    va_end(arguments);
    if (whole)
        return;
    console_flush();
    va_start(arguments, format);
    if (!format_into_buffer(format, arguments))
        output.length = sizeof(output.bytes) - 1;       /* longer than the buffer: cut */
    va_end(arguments);
}

/* Receives behind what is there, as far as there is room; waits as uart_read does. */
static void receive(uint32_t timeout_ms)
{
    input.length -= input.next;
    memmove(input.bytes, input.bytes + input.next, input.length);
    input.next = 0;
    size_t n = sizeof(input.bytes) - input.length;
    console_flush();
    if (n > 0 && uart_read((uint32_t)n, timeout_ms, input.bytes + input.length, &n) == 0)
        input.length += n;
}

size_t console_read(const uint8_t **bytes, uint32_t timeout_ms)
{
    if (input.next == input.length)
        receive(timeout_ms);
    size_t first = input.next;
    input.next = input.length;
    *bytes = input.bytes + first;
    return input.length - first;
}

void console_unread(size_t n)
{
    input.next -= n;
}

/* Looks for a ^C and takes it out of the input, with what was typed before it. */
static bool take_interrupt(void)
{
    for (size_t i = input.next; i < input.length; i++) {
        if (input.bytes[i] == CONTROL_C) {
            input.next = i + 1;
            input.interrupted = true;
        }
    }
    return input.interrupted;
}

bool console_interrupted(void)
{
    receive(UART_NO_WAIT);
    return take_interrupt();
}

/* The time; NO_TIME when TimerService refuses to serve. */
#define NO_TIME UINT64_MAX
static uint64_t now_ms(void)
{
    for (int tries = 0; tries < RESTARTS; tries++) {
        uint64_t now = timer_now_ms();
        if (!camkes_server_restarted())
            return now;
    }
    return NO_TIME;
}

enum wait_end console_wait(uint32_t ms, bool any_key)
{
    uint64_t now = now_ms(), end = now + ms;

    for (;;) {
        if (take_interrupt())
            return WAIT_INTERRUPTED;
        if (any_key && input.next != input.length)
            return WAIT_KEY;
        if (now == NO_TIME)
            return WAIT_REFUSED;
        if (now >= end)
            return WAIT_OVER;
        if (input.length - input.next == sizeof(input.bytes))       /* a script in a pipe: nobody types */
            (void)console_sleep(SLEEP_TIMER, (uint32_t)(end - now));
        else
            receive((uint32_t)(end - now));
        now = now_ms();
    }
}

static void echo(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    console_write(bytes, n);
}

static struct lineedit *editor(void)
{
    static struct lineedit e;
    static bool ready;

    if (!ready) {
        lineedit_init(&e, echo, NULL);
        ready = true;
    }
    return &e;
}

/* Edits until something is complete. A read without a time limit that brings nothing has failed: the driver was restarted, and what
 * it had not shown yet is lost. */
static enum lineedit_event edit(struct lineedit *e, const char *prompt)
{
    for (;;) {
        const uint8_t *bytes;
        size_t n = console_read(&bytes, 0);
        if (n == 0) {
            console_printf("\n%s", prompt);
            lineedit_redraw(e);
        }
        for (size_t i = 0; i < n; i++) {
            enum lineedit_event event = lineedit_input(e, bytes[i]);
            if (event == LINEEDIT_TAB) {
                complete(e, prompt);
            } else if (event != LINEEDIT_NOTHING) {
                console_unread(n - i - 1);
                return event;
            }
        }
    }
}

char *console_read_line(const char *prompt)
{
    struct lineedit *e = editor();

    console_puts(prompt);
    input.interrupted = false;
    enum lineedit_event event = edit(e, prompt);
    console_flush();        /* the echo of the last keys comes before whatever the command makes others log */
    switch (event) {
    case LINEEDIT_LINE:
        return e->line;
    case LINEEDIT_TOO_LONG:
        console_puts("line too long\n");
        return NULL;
    case LINEEDIT_BAD_CHARACTER:
        console_puts("bad character encoding\n");
        return NULL;
    default:
        return NULL;
    }
}
