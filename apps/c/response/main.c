/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* How soon does an application run when its timer is due? A periodic timer's deadlines are exact multiples of its period behind the
 * start, and under QEMU's -icount the instruction counter is the machine's clock: what it says at each awakening, less the deadline,
 * are the instructions from the timer's interrupt to here (and those of the request up to TimerService, because the start is
 * taken in front of it). response [SAMPLES] prints the most and the least of them. tools/response.py makes a table. */
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>

#define PERIOD_MS 10u
#define PERIOD (PERIOD_MS * 1000000ull)     /* instructions: one is a nanosecond */

static uint64_t instret(void)
{
#if __riscv_xlen == 32
    uint32_t high, low, again;
    do
        __asm__ volatile("csrr %0, instreth\n\tcsrr %1, instret\n\tcsrr %2, instreth" : "=r"(high), "=r"(low), "=r"(again));
    while (high != again);
    return (uint64_t)high << 32 | low;
#else
    uint64_t count;
    __asm__ volatile("csrr %0, instret" : "=r"(count));
    return count;
#endif
}

int main(int argc, char **argv)
{
    unsigned samples = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100;
    uint64_t deadline = instret(), most = 0, least = PERIOD;
    uint32_t mask;

    if (sdk_timer_periodic(0, PERIOD_MS) != SDK_SUCCESS)
        return 1;
    unsigned request = (unsigned)(instret() - deadline);
    for (unsigned i = 0; i < samples; i++) {
        if (sdk_timer_wait(&mask) != SDK_SUCCESS)
            return 1;
        uint64_t now = instret();
        while (deadline + PERIOD <= now)
            deadline += PERIOD;
        most = now - deadline > most ? now - deadline : most;
        least = now - deadline < least ? now - deadline : least;
    }
    printf("%u samples, most %u, least %u, request %u\n", samples, (unsigned)most, (unsigned)least, request);
    return 0;
}
