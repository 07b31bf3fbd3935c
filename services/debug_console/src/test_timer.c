/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Test commands (debug builds): timers, the UART driver and the log under load.
 */
#include "console.h"

#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD

#include <kata/log.h>

enum result cmd_test_timer_async(int argc, char *argv[])
{
    uint32_t id, ms;

    (void)argc;
    if (!parse_number(argv[1], &id) || !parse_number(argv[2], &ms))
        return BAD_ARGUMENTS;
    int error = timer_oneshot(id, ms);
    if (error != 0)
        return failed("test_timer_async", timer_error(error));
    console_printf("Timer %u started.\n", (unsigned)id);
    return DONE;
}

enum result cmd_test_timer_blocking(int argc, char *argv[])
{
    uint32_t ms;

    (void)argc;
    if (!parse_number(argv[1], &ms) || ms > INT32_MAX)
        return BAD_ARGUMENTS;
    int error = console_start_timer(0, ms);
    if (error != 0)
        return failed("test_timer_blocking", timer_error(error));
    enum wait_end end = console_wait(ms, false);
    if (end != WAIT_OVER) {
        (void)timer_cancel(0);
        return waited(argv[0], end);
    }
    console_await_timer(0);
    console_puts("Timer completed.\n");
    return DONE;
}

enum result cmd_test_timer_completed(int argc, char *argv[])
{
    uint32_t mask = console_completed_timers();

    (void)argc, (void)argv;
    console_puts("Timers completed: 0b");
    for (int bit = 31; bit >= 0; bit--)
        console_puts((mask >> bit & 1) != 0 ? "1" : "0");
    console_puts("\n");
    return DONE;
}

/* A flood of log lines, each with its number: those that are printed come whole and in order, the others are counted. ^C ends it. */
enum result cmd_test_log(int argc, char *argv[])
{
    enum { LOOK = 256 };    /* lines between two looks for ^C */
    uint32_t lines;

    (void)argc;
    if (!parse_number(argv[1], &lines))
        return BAD_ARGUMENTS;
    for (uint32_t i = 1; i <= lines; i++) {
        if (i % LOOK == 0 && console_interrupted())
            return waited(argv[0], WAIT_INTERRUPTED);
        log_info("line %u of %u of a flood", (unsigned)i, (unsigned)lines);
    }
    return DONE;
}

static void repeat(const char *text, int times)
{
    while (times-- > 0)
        console_puts(text);
    console_puts("\n");
    console_flush();
}

/* More than any buffer of the driver: every byte has to come out, in order. */
enum result cmd_test_uart(int argc, char *argv[])
{
    (void)argc, (void)argv;
    console_puts("testing...\n");
    repeat("ok", 256);
    repeat("no", 257);
    console_puts("Success!\n");
    return DONE;
}

#endif
