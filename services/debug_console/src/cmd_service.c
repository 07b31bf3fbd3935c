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

static void print_model(const char *bundle, const char *model, uint32_t state, uint32_t period_ms, uint32_t bytes)
{
    static const char *const states[] = {"known", "loaded", "queued", "running"};

    console_printf("%-16s%-16s%-8s%8u ms%8u bytes", bundle, model, states[state & 3], (unsigned)period_ms, (unsigned)bytes);
}

/* Every model that MlCoordinator knows: in memory, waiting, running; its runs. */
enum result cmd_models(int argc, char *argv[])
{
    enum { SLOTS = 32 };
    char bundle[NAME_SIZE], model[NAME_SIZE];
    uint32_t state, period_ms, bytes, runs, faults, drops;
    uint64_t instructions, last, wait_us;

    (void)argc, (void)argv;
    for (uint32_t i = 0; i < SLOTS; i++) {
        if (mlcoord_get_model(i, bundle, sizeof(bundle), model, sizeof(model), &state, &period_ms, &bytes, &runs, &faults, &drops, &instructions,
                              &last, &wait_us) != 0)
            continue;
        print_model(bundle, model, state, period_ms, bytes);
        console_printf("%6u runs%5u faults%5u drops%12u instructions%12u last%10u us waited\n", (unsigned)runs, (unsigned)faults, (unsigned)drops,
                       (unsigned)instructions, (unsigned)last, (unsigned)wait_us);
    }
    return DONE;
}

enum result cmd_state_mlcoord(int argc, char *argv[])
{
    int error = mlcoord_debug_state();

    (void)argc;
    return error == 0 ? DONE : failed(argv[0], ml_error(error));
}
