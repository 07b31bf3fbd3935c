/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Commands about the console and the machine themselves.
 */
#include "console.h"

#include <shell_parse/shell_parse.h>

/* Completed timers that nobody has asked for yet. */
static uint32_t completed;

enum result cmd_clear(int argc, char *argv[])
{
    (void)argc, (void)argv;
    console_puts("\033c");      /* VT100: reset */
    return DONE;
}

enum result cmd_echo(int argc, char *argv[])
{
    console_printf("%s\n", argc > 1 ? shell_join(argv + 1, argc - 1) : "");
    return DONE;
}

uint32_t console_completed_timers(void)
{
    uint32_t mask = completed | timer_completed_timers();

    completed = 0;
    return mask;
}

int console_start_timer(uint32_t timer_id, uint32_t ms)
{
    int error = timer_oneshot(timer_id, ms);

    if (error < 0) {                /* TimerService died in the call, with the timer started or not */
        (void)timer_cancel(timer_id);
        error = timer_oneshot(timer_id, ms);
    }
    return error;
}

void console_await_timer(uint32_t timer_id)
{
    console_flush();
    do {
        timer_wait();
        completed |= timer_completed_timers();
    } while ((completed >> timer_id & 1) == 0);
    completed &= ~(1u << timer_id);
}

int console_sleep(uint32_t timer_id, uint32_t ms)
{
    int error = console_start_timer(timer_id, ms);

    if (error == 0)
        console_await_timer(timer_id);
    return error;
}

enum result waited(const char *command, enum wait_end end)
{
    return end == WAIT_OVER ? DONE : failed(command, end == WAIT_INTERRUPTED ? "interrupted" : timer_error(-1));
}

/* ^C ends it early; other keys are kept for the next line. */
enum result cmd_sleep(int argc, char *argv[])
{
    uint32_t ms;

    (void)argc;
    if (!parse_number(argv[1], &ms) || ms > INT32_MAX)
        return BAD_ARGUMENTS;
    return waited(argv[0], console_wait(ms, false));
}

/* SiFive test finisher: 0x5555 ends with success, code << 16 | 0x3333 with a code, of which QEMU passes on 8 bits. */
enum result cmd_shutdown(int argc, char *argv[])
{
    enum { PASS = 0x5555, FAIL = 0x3333, POWER_OFF_MS = 1000 };
    uint32_t code = 0;

    if (argc > 1 && (!parse_number(argv[1], &code) || code > 255))
        return BAD_ARGUMENTS;
    console_flush();
    (void)uart_flush();
    *(volatile uint32_t *)power = code == 0 ? (uint32_t)PASS : code << 16 | FAIL;
    (void)console_sleep(SLEEP_TIMER, POWER_OFF_MS);         /* the machine stops a little later than it is told to */
    return failed("shutdown", "this machine does not switch off");
}
