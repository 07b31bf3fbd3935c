/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Logs numbered lines as fast as it can: chatter [LINES]. What the limit of the runtime drops is counted by it. */
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    unsigned lines = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2000;
    uint32_t mask;

    for (unsigned i = 1; i <= lines; i++)
        printf("line %u of %u\n", i, lines);
    if (sdk_timer_oneshot(0, 1500) == SDK_SUCCESS)
        (void)sdk_timer_wait(&mask);
    printf("end\n");
    return 0;
}
