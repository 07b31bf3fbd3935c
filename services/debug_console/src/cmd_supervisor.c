/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The components as the supervisor sees them, and (debug builds) their sudden deaths.
 */
#include "console.h"

#include <kernel/gen_config.h>

enum { RUNNING, REFUSING };

static void print_service(const char *name, uint32_t state, uint32_t restarts, uint32_t overruns, uint32_t priority, uint64_t cpu_us)
{
    console_printf("%-22s%-10s%3u%10u%10u%14llu\n", name, state == RUNNING ? "running" : state == REFUSING ? "refusing" : "?", (unsigned)priority,
                   (unsigned)restarts, (unsigned)overruns, (unsigned long long)cpu_us);
}

enum result cmd_services(int argc, char *argv[])
{
    char name[NAME_SIZE];
    uint32_t state, restarts, overruns, priority;
    uint64_t cpu_us;

    (void)argc, (void)argv;
    console_puts("service               state     prio  restarts  overruns  processor us\n");
    for (uint32_t i = 0; supervisor_service(i, name, sizeof(name), &state, &restarts, &overruns, &priority, &cpu_us) == 0; i++)
        print_service(name, state, restarts, overruns, priority, cpu_us);
    return DONE;
}

#ifdef CONFIG_DEBUG_BUILD

static enum result outcome(const char *command, int error)
{
    return error == 0 ? DONE : failed(command, supervisor_error(error));
}

/* The driver prints the report of a death in its own time: it comes first when the output is let out. */
enum result cmd_test_kill(int argc, char *argv[])
{
    uint32_t after_us = 0;

    if (argc > 2 && !parse_number(argv[2], &after_us))
        return BAD_ARGUMENTS;
    return outcome("test_kill", supervisor_kill(argv[1], after_us));
}

enum result cmd_test_crash(int argc, char *argv[])
{
    (void)argc;
    return outcome("test_crash", supervisor_crash(argv[1]));
}

/* An access of this component to any address: the report of its death says what came of it. */
enum result cmd_test_touch(int argc, char *argv[])
{
    uint32_t address;

    (void)argc;
    if (!parse_number(argv[2], &address))
        return BAD_ARGUMENTS;
    volatile uint32_t *target = (volatile uint32_t *)(uintptr_t)address;
    if (argv[1][0] == 's')
        *target = 0;
    else
        (void)*target;
    console_puts("let through\n");
    return DONE;
}

#endif
