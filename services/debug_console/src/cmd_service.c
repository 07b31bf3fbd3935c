/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Commands that look into services: memory, threads, models.
 */
#include "console.h"

#include <string.h>

enum result cmd_mdebug(int argc, char *argv[])
{
    int error = memory_debug();

    (void)argc, (void)argv;
    return error == 0 ? DONE : failed("mdebug", memory_error(error));
}

static enum result memory_stats_lines(void)
{
    uint32_t allocated, available, requested, overhead, objects, requested_objects, too_small, out_of_memory;
    int error = memory_stats(&allocated, &available, &requested, &overhead, &objects, &requested_objects, &too_small, &out_of_memory);

    if (error != 0)
        return failed("mstats", memory_error(error));
    console_printf("%u bytes in-use, %u bytes free, %u bytes requested, %u overhead\n", (unsigned)allocated, (unsigned)available,
                   (unsigned)requested, (unsigned)overhead);
    console_printf("%u objs in-use, %u objs requested\n", (unsigned)objects, (unsigned)requested_objects);
    return DONE;
}

void print_memory_stats(void)
{
    (void)memory_stats_lines();
}

/* A line per owner: the services, and behind them what they have it for. */
static void memory_owner_lines(void)
{
    char name[CAMKES_IPC_MAX_DATA];
    uint32_t quota, allocations, bytes, objects;

    for (uint32_t i = 0; memory_owner(i, name, sizeof(name), &quota, &allocations, &bytes, &objects) == 0; i++) {
        console_printf("  %s: %u bytes, %u objs, %u allocations", name, (unsigned)bytes, (unsigned)objects, (unsigned)allocations);
        if (quota != 0 && strchr(name, '/') == NULL)
            console_printf(" (quota %u)", (unsigned)quota);
        console_puts("\n");
    }
}

enum result cmd_mstats(int argc, char *argv[])
{
    (void)argc, (void)argv;
    enum result result = memory_stats_lines();
    if (result == DONE)
        memory_owner_lines();
    return result;
}

enum result cmd_state_mlcoord(int argc, char *argv[])
{
    int error = mlcoord_debug_state();

    (void)argc;
    return error == 0 ? DONE : failed(argv[0], ml_error(error));
}
