/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The log: which lines of which component are printed, how many were lost, and the last ones again.
 */
#include "console.h"

#include <string.h>

#include <kata/log.h>

static const char *const level_names[] = {"off", "error", "warn", "info", "debug", "trace"};
enum { LEVELS = sizeof(level_names) / sizeof(level_names[0]) };

static uint8_t log_level;       /* of all components that have none of their own */

void loglevel_init(void)
{
    log_level = LOG_INFO;
    (void)uart_set_log_level("", LOG_INFO);
}

static enum result set_level(const char *component, const char *text)
{
    uint8_t level = 0;

    while (level < LEVELS && strcmp(level_names[level], text) != 0)
        level++;
    if (level == LEVELS) {
        console_printf("Unknown log level %s\n", text);
        return FAILED;
    }
    if (uart_set_log_level(component, level) != 0) {
        console_printf("Unknown component %s\n", component);
        return FAILED;
    }
    if (*component == '\0')
        log_level = level;
    return DONE;
}

/* The components with a level of their own, or with losses; then the level of the others. */
static void show_levels(void)
{
    char name[NAME_SIZE];
    uint8_t level;
    uint32_t lost;

    for (uint32_t i = 0; uart_log_source(i, name, sizeof(name), &level, &lost) == 0; i++) {
        if (level == log_level && lost == 0)
            continue;
        console_printf("%s %s", name, level_names[level < LEVELS ? level : LEVELS - 1]);
        if (lost != 0)
            console_printf(", %u lines lost", (unsigned)lost);
        console_puts("\n");
    }
    console_printf("%s\n", level_names[log_level]);
}

enum result cmd_loglevel(int argc, char *argv[])
{
    enum result result = argc == 1 ? DONE : set_level(argc > 2 ? argv[1] : "", argv[argc - 1]);

    if (result == DONE)
        show_levels();
    return result;
}

size_t saved_log(uint32_t *position)
{
    size_t n = sizeof(scratch.bytes) < uart_MAX_DATA ? sizeof(scratch.bytes) : uart_MAX_DATA;

    return uart_log_read(*position, position, scratch.bytes, &n) == 0 ? n : 0;
}

enum result cmd_dmesg(int argc, char *argv[])
{
    uint32_t position = 0;
    size_t n;

    (void)argc, (void)argv;
    while ((n = saved_log(&position)) > 0)
        console_write(scratch.text, n);
    return DONE;
}
