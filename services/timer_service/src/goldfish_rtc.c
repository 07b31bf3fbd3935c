/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Goldfish RTC (qemu_virt). Reading TIME_LOW latches TIME_HIGH; writing ALARM_LOW arms with ALARM_HIGH as it is. */

#include "rtc.h"

#include "camkes.h"

enum {
    TIME_LOW = 0x00,
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08,
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    CLEAR_ALARM = 0x14,
    CLEAR_INTERRUPT = 0x1c,
};

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)(regs + offset);
}

void rtc_init(void)
{
    *reg(CLEAR_ALARM) = 1;
    *reg(CLEAR_INTERRUPT) = 1;
    *reg(IRQ_ENABLED) = 1;
}

uint64_t rtc_now(void)
{
    uint32_t low = *reg(TIME_LOW);
    return (uint64_t)*reg(TIME_HIGH) << 32 | low;
}

void rtc_set_alarm(uint64_t deadline)
{
    *reg(ALARM_HIGH) = (uint32_t)(deadline >> 32);
    *reg(ALARM_LOW) = (uint32_t)deadline;
}

void rtc_clear_alarm(void)
{
    *reg(CLEAR_ALARM) = 1;
}

void rtc_clear_interrupt(void)
{
    *reg(CLEAR_INTERRUPT) = 1;
}
