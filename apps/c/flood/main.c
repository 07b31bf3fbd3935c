/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Calls the SDK as fast as it can, for ever: nobody else may notice. flood [ping | timers | keys | log | heap]: one kind of calls, which end
 * at different services; without a word several, and a line of log every 10000 rounds. */
#include <sdk.h>
#include <stdio.h>
#include <string.h>

static void flood_timers(uint32_t round)
{
    uint32_t mask;
    (void)sdk_timer_poll(&mask);
    (void)sdk_timer_oneshot(round % 31, 1);
}

static void flood_keys(uint32_t round)
{
    uint8_t value[SDK_VALUE_MAX];
    size_t size = sizeof value;
    (void)round;
    (void)sdk_read_key("flood", value, &size);
    (void)sdk_write_key("flood", value, sizeof value);
}

static void flood_ping(uint32_t round)
{
    (void)round;
    (void)sdk_ping();
}

static void flood_log(uint32_t round)
{
    (void)round;
    (void)sdk_log("flood::a line that is long enough to make some work for everybody who has to copy it on its way");
}

static void flood_heap(uint32_t round)
{
    struct sdk_memory memory;
    (void)sdk_set_heap(round % 2 * 8192, &memory);
}

static void flood_all(uint32_t round)
{
    flood_ping(round);
    flood_timers(round);
    flood_keys(round);
    if (round % 10000 == 0)
        printf("flood::%u rounds\n", (unsigned)round);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*flood)(uint32_t round);
    } kinds[] = {{"ping", flood_ping}, {"timers", flood_timers}, {"keys", flood_keys}, {"log", flood_log}, {"heap", flood_heap}};
    void (*flood)(uint32_t round) = flood_all;

    for (unsigned i = 0; argc > 1 && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, argv[1]) == 0)
            flood = kinds[i].flood;
    for (uint32_t round = 0;; round++)
        flood(round);
}
