/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* Samples of a WAV file of 16000 samples of 16 bits in a second, one channel, with the smallest of headers, in so many bytes of memory; 0 when it is
 * none. Nothing else of the file is trusted: what its header says beyond the memory is cut off. */
uint32_t wav_samples(const uint8_t *file, uint32_t room);

int16_t wav_sample(const uint8_t *file, uint32_t number);
