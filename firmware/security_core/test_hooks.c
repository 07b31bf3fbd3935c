/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "test_hooks.h"

#ifdef CORE_TEST

#include <stdbool.h>
#include <string.h>

#include "console.h"
#include "watchdog.h"

static bool says(const struct request *request, const char *word)
{
    return request->size == strlen(word) && memcmp(request->data, word, request->size) == 0;
}

static uint32_t cut_in;                 /* operations of the flash from now on; 0: no cut */
static enum test_cut cut_where;

enum test_cut test_cut(void)
{
    return cut_in > 0 && --cut_in == 0 ? cut_where : TEST_CUT_NONE;
}

void test_power_off(void)
{
    machine_stop(0);
}

/* "core-cut-<b, m or a><N>": the machine stops before, in the middle of or after the N-th operation of the flash from now on. */
static void take_cut(const struct request *request)
{
    static const char prefix[] = "core-cut-";
    const size_t n = sizeof prefix - 1;
    if (request->size < n + 2 || memcmp(request->data, prefix, n) != 0) {
        return;
    }
    cut_where = request->data[n] == 'b' ? TEST_CUT_BEFORE : request->data[n] == 'm' ? TEST_CUT_MIDDLE : TEST_CUT_AFTER;
    cut_in = 0;
    for (size_t i = n + 1; i < request->size && request->data[i] >= '0' && request->data[i] <= '9'; i++) {
        cut_in = cut_in * 10 + (request->data[i] - '0');
    }
}

/* "core-silent": hears nothing for 4 seconds. "core-hang": never comes back by itself. "core-fault": writes to its own code. "core-overflow": uses up
 * its stack. */
void test_hook(const struct request *request)
{
    take_cut(request);
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
