/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Every timer call, right and wrong, and two periodic timers at once. */
#include <sdk.h>
#include <stdio.h>

static void fatal(const char *call, int error)
{
    panic("%s failed: %s", call, sdk_error_name(error));
}

static void expect_error(const char *call, int error, const char *when)
{
    if (error == SDK_SUCCESS)
        fatal(call, error);
    printf("timer::%s returned Err(%s) %s\n", call, sdk_error_name(error), when);
}

static void start(uint32_t id, int error)
{
    if (error != SDK_SUCCESS)
        fatal("start", error);
    printf("timer::Timer %u started\n", (unsigned)id);
}

static uint32_t wait(void)
{
    uint32_t mask;
    int error = sdk_timer_wait(&mask);
    if (error != SDK_SUCCESS || mask == 0)
        fatal("sdk_timer_wait", error);
    return mask;
}

/* ms: what the completions of timer 1, which has a period of 75 ms, add up to. */
static void report(uint32_t mask, uint32_t *ms)
{
    char bits[] = "000";
    for (unsigned id = 0; id < 3; id++)
        bits[2 - id] = mask >> id & 1 ? '1' : '0';
    if (mask & 1u << 1)
        *ms += 75;
    printf("timer::Timer completed: mask 0b%s ms %u\n", bits, (unsigned)*ms);
}

static void cancel(uint32_t id)
{
    int error = sdk_timer_cancel(id);
    if (error != SDK_SUCCESS)
        fatal("sdk_timer_cancel", error);
    printf("timer::Timer %u canceled\n", (unsigned)id);
}

static void nothing_running(void)
{
    uint32_t mask;
    expect_error("sdk_timer_cancel", sdk_timer_cancel(0), "with nothing running");
    int error = sdk_timer_poll(&mask);
    if (error != SDK_SUCCESS)
        fatal("sdk_timer_poll", error);
    printf("timer::sdk_timer_poll returned Ok(%u) with nothing running\n", (unsigned)mask);
    expect_error("sdk_timer_oneshot", sdk_timer_oneshot(99, 100), "with an invalid timer id");
}

int main(void)
{
    uint32_t ms = 0;
    nothing_running();

    start(0, sdk_timer_oneshot(0, 100));
    if (wait() != 1u << 0)
        panic("another timer than 0 completed");
    puts("timer::Timer 0 completed");

    start(1, sdk_timer_periodic(1, 75));
    expect_error("sdk_timer_periodic", sdk_timer_periodic(1, 75), "with the timer running");
    for (int i = 0; i < 10; i++)
        report(wait(), &ms);
    cancel(1);

    start(1, sdk_timer_periodic(1, 75));
    start(2, sdk_timer_periodic(2, 150));
    for (int i = 0; i < 21; i++)
        report(wait(), &ms);
    cancel(1);
    cancel(2);
    puts("timer::DONE!");
    return 0;
}
