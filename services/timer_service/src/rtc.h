/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* The hardware below the timers: a clock in nanoseconds and one alarm. */

void rtc_init(void);
uint64_t rtc_now(void);

/* Interrupts when the clock reaches `deadline`, at once if it has already; replaces an earlier alarm. */
void rtc_set_alarm(uint64_t deadline);
void rtc_clear_alarm(void);

/* Withdraws the interrupt of an alarm that went off. */
void rtc_clear_interrupt(void);
