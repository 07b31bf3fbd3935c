/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Says what it was started with, then sleeps. (The original burns its time in a loop; a timer costs nothing.) */
#include <sdk.h>
#include <stdio.h>

#define AN_HOUR 3600000u

int main(void)
{
    uint32_t mask;
    puts("I am a C app!");
    printf("a0 %08lx a1 %08lx a2 %08lx a3 %08lx\n", (unsigned long)sdk_start[0], (unsigned long)sdk_start[1],
           (unsigned long)sdk_start[2], (unsigned long)sdk_start[3]);
    printf("__sel4_ipc_buffer %p\n", (void *)sdk_start[0]);
    puts("Done, sleeping in infinite loop");
    if (sdk_timer_periodic(0, AN_HOUR) != SDK_SUCCESS)
        return 1;
    while (sdk_timer_wait(&mask) == SDK_SUCCESS)
        continue;
    return 2;
}
