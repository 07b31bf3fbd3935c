/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Conversions between microseconds (API) and timer ticks (kernel). */
#pragma once

#include <types.h>

#define TICKS_PER_US ((ticks_t)(CONFIG_TIMER_FREQUENCY / 1000000))
/* Assumed worst-case time of one kernel entry: sets the smallest budget. */
#define KERNEL_WCET_US (10 * CONFIG_KERNEL_WCET_SCALE)
#define MIN_BUDGET_US ((uint64_t)(2 * KERNEL_WCET_US))
#define MIN_BUDGET (MIN_BUDGET_US * TICKS_PER_US)
#if CONFIG_KERNEL_STATIC_MAX_PERIOD_US
#define MAX_PERIOD_US ((uint64_t)CONFIG_KERNEL_STATIC_MAX_PERIOD_US)
#else
#define MAX_PERIOD_US (UINT64_MAX / TICKS_PER_US / 8)
#endif
#define MAX_PERIOD (MAX_PERIOD_US * TICKS_PER_US)
/* The timer is set this much early. */
#define TIMER_MARGIN TICKS_PER_US

INLINE ticks_t us_to_ticks(uint64_t us) { return us * TICKS_PER_US; }
/* Divides without a 64-bit division routine. */
uint64_t ticks_to_us(ticks_t ticks);
