/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* Samples of 16 kHz in so many microseconds, without the 64-bit division routine; they wrap as 32-bit numbers do. */
uint32_t ticks_samples(uint64_t us);
