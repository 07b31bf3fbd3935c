/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A Fibonacci number every 100 ms; after the 80th it begins again, for ever. */
#include <sdk.h>
#include <stdio.h>

#define INTERVAL_MS 100u
#define NUMBERS     80u

int main(void)
{
    uint64_t a = 0, b = 1;
    uint32_t mask, n = 0, time_ms = 0;
    if (sdk_timer_periodic(0, INTERVAL_MS) != SDK_SUCCESS)
        panic("no timer");
    for (;;) {
        printf("fibonacci::[%2u] %20llu  %u\n", (unsigned)n, (unsigned long long)a, (unsigned)time_ms);
        uint64_t next = a + b;
        a = b;
        b = next;
        if (++n == NUMBERS) {
            n = 0;
            a = 0;
            b = 1;
        }
        if (sdk_timer_wait(&mask) != SDK_SUCCESS)
            return 1;
        time_ms += INTERVAL_MS;
    }
}
