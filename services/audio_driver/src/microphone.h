/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The device below the driver. */
#include <stdbool.h>
#include <stdint.h>

#define MICROPHONE_RATE 16000u

bool microphone_present(void);

/* Samples [number, number + count) since it was switched on. */
void microphone_samples(uint32_t number, int16_t *samples, uint32_t count);
