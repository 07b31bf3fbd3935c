/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <kernel/gen_config.h>
#include <stdint.h>

/*
 * Time for the counting of restarts: the counter of the machine in units of 2^16 ticks (6.5 ms at 10 MHz), so that 32 bits last for
 * months and nothing needs a 64-bit division. The supervisor asks no other component for the time.
 */
#define CLOCK_SHIFT 16
#define CLOCK_FROM_MS(ms) ((uint32_t)((uint64_t)(ms) * (CONFIG_TIMER_FREQUENCY / 1000) >> CLOCK_SHIFT))
/* Up to an hour or so. */
#define CLOCK_TO_US(units) ((units) * ((uint32_t)((1000000ull << CLOCK_SHIFT) / CONFIG_TIMER_FREQUENCY)))

static inline uint32_t clock_now(void)
{
#if __riscv_xlen == 64
    uint64_t time;
    __asm__ volatile("rdtime %0" : "=r"(time));
    return (uint32_t)(time >> CLOCK_SHIFT);
#else
    uint32_t low, high, again;
    __asm__ volatile("1: rdtimeh %0\n rdtime %1\n rdtimeh %2\n bne %0, %2, 1b" : "=&r"(high), "=&r"(low), "=&r"(again));
    return high << (32 - CLOCK_SHIFT) | low >> CLOCK_SHIFT;
#endif
}
