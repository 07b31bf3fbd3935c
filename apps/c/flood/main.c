/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Calls the SDK as fast as it can, for ever: nobody else may notice. A line of log every 10000 rounds. */
#include <sdk.h>
#include <stdio.h>

int main(void)
{
    uint8_t value[SDK_VALUE_MAX];
    for (uint32_t round = 0;; round++) {
        uint32_t mask;
        size_t size = sizeof value;
        (void)sdk_ping();
        (void)sdk_timer_poll(&mask);
        (void)sdk_timer_oneshot(round % 31, 1);
        (void)sdk_read_key("flood", value, &size);
        (void)sdk_write_key("flood", value, sizeof value);
        if (round % 10000 == 0)
            printf("flood::%u rounds\n", (unsigned)round);
    }
}
