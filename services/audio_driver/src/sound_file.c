/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Port of QEMU's `virt` machine: a WAV file in memory (16 kHz, 16 bits, one channel, the header of 44 bytes that every program writes for that) stands for
 * the microphone. It begins when the microphone is switched on first; behind its end there is silence. Without a file there is no microphone. */
#include "microphone.h"
#include "wav.h"

#include "camkes.h"

bool microphone_present(void)
{
    return wav_samples((const uint8_t *)sound, sizeof sound) != 0;
}

void microphone_samples(uint32_t number, int16_t *samples, uint32_t count)
{
    const uint8_t *file = (const uint8_t *)sound;
    uint32_t end = wav_samples(file, sizeof sound);
    for (uint32_t i = 0; i < count; i++, number++)
        samples[i] = number < end ? wav_sample(file, number) : 0;
}
