/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Every audio call, right and wrong: sound that arrives whole and in order, at the clock's speed; what comes too late is counted. */
#include <sdk.h>
#include <stdio.h>

enum { HOP = 320, SECOND = SDK_AUDIO_RATE };
static int16_t samples[SDK_AUDIO_MAX];

static void say(const char *what, int error)
{
    printf("%s: %s\n", what, sdk_error_name(error));
}

/* So many samples in pieces of that many; the sum says which they were. */
static void read_second(uint32_t piece)
{
    uint32_t sum = 1, lost = 0, n = 0;
    uint64_t before, after;
    sdk_time_us(&before);
    while (n < SECOND) {
        uint32_t count = SECOND - n < piece ? SECOND - n : piece;
        int error = sdk_audio_read(samples, count, &lost);
        if (error != SDK_SUCCESS) {
            say("read", error);
            return;
        }
        for (uint32_t i = 0; i < count; i++)
            sum = sum * 31 + (uint16_t)samples[i];
        n += count;
    }
    sdk_time_us(&after);
    printf("%u samples in %u ms, sum 0x%08x, %u lost\n", (unsigned)n, (unsigned)((uint32_t)(after - before) / 1000), (unsigned)sum, (unsigned)lost);
}

static void wrong_calls(void)
{
    say("read before start", sdk_audio_read(samples, HOP, NULL));
    say("stop before start", sdk_audio_stop());
    say("another rate", sdk_audio_start(8000));
    say("still off", sdk_audio_poll(samples, HOP, NULL));
}

static void late(void)
{
    uint32_t lost = 0, mask;
    sdk_timer_oneshot(0, 1000);
    sdk_timer_wait(&mask);
    say("late", sdk_audio_read(samples, HOP, &lost));
    printf("lost %s\n", lost > SECOND / 2 && lost < SECOND ? "most of a second" : "another number");
}

int main(void)
{
    wrong_calls();
    int error = sdk_audio_start(SDK_AUDIO_RATE);
    say("start", error);
    if (error != SDK_SUCCESS)
        return 1;
    say("too many", sdk_audio_read(samples, SDK_AUDIO_MAX + 1, NULL));
    say("none", sdk_audio_read(samples, 0, NULL));
    say("poll", sdk_audio_poll(samples, SDK_AUDIO_MAX, NULL));
    read_second(HOP);
    read_second(SDK_AUDIO_MAX);
    read_second(1);
    late();
    say("stop", sdk_audio_stop());
    say("stop", sdk_audio_stop());
    printf("DONE!\n");
    return 0;
}
