/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/*
 * The watchdog: the machine timer of this hart, the only interrupt that is ever taken. If nobody resets it for WATCHDOG_MS, the firmware starts
 * again. The same timer wakes the hart from its sleep once in a while, in case a doorbell got lost.
 */
enum {
    WATCHDOG_MS = 5000,             /* much longer than the longest work between two resets, also where the host is busy */
    WATCHDOG_SLEEP_MS = 1000,
};

/* Starts it, or starts it over: there is another WATCHDOG_MS. */
void watchdog_reset(void);

/* Sleeps until an enabled interrupt is pending, at most `ms`, with the watchdog off; it is started over afterwards. */
void watchdog_sleep(uint32_t ms);

/* For a firmware that fails again and again: sleeps `ms` in any case. */
void watchdog_pause(uint32_t ms);
