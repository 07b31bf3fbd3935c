/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "test_hooks.h"

#ifdef CORE_TEST

#include <stdbool.h>
#include <string.h>

#include "watchdog.h"

static bool says(const struct request *request, const char *word)
{
    return request->size == strlen(word) && memcmp(request->data, word, request->size) == 0;
}

/* "core-silent": hears nothing for 4 seconds. "core-hang": never comes back by itself. "core-fault": writes to its own code. "core-overflow": uses up
 * its stack. */
void test_hook(const struct request *request)
{
    if (says(request, "core-silent")) {
        watchdog_pause(4000);
        watchdog_reset();
    } else if (says(request, "core-hang")) {
        for (;;) {
            __asm__ volatile("" ::: "memory");
        }
    } else if (says(request, "core-fault")) {
        *(volatile uint32_t *)(uintptr_t)test_hook = 0;
    } else if (says(request, "core-overflow")) {
        volatile uint8_t *below = __builtin_frame_address(0);
        for (;;) {
            *--below = 0;
        }
    }
}

#endif
