/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* Two doorbells, which the security core has set up, and this hart's timer. Both interrupt a job; the firmware itself they only wake. */

/* From here on ours is heard. */
void bell_start(void);

/* Takes back what ours has rung, if it has, so that the interrupt is not pending any more. */
void bell_answer(void);

/* Rings hart 0's. */
void bell_ring(void);

/* Until ours is rung. */
void bell_sleep(void);

/* The timer's interrupt comes after so many ticks. */
void timer_set(uint64_t ticks);
void timer_off(void);
