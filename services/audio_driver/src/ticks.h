/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* Samples of 16 kHz in so many microseconds, without the 64-bit division routine; they wrap as 32-bit numbers do. */
uint32_t ticks_samples(uint64_t us);

/* Number of the sample that is due now, when the first one was at the start; `next`, nothing new, when the clock says what can not be. */
uint32_t ticks_due(uint64_t start_us, uint64_t now_us, uint32_t next);
