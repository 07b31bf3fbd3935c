/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The audio front end: sound in, ten cepstral coefficients for every 20 ms out, in integers alone. models/train/frontend.py is what it computes, to
 * the last bit; models are trained with that. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    AUDIO_RATE = 16000,         /* samples in a second */
    AUDIO_FRAME = 480,          /* samples that a frame looks at */
    AUDIO_HOP = 320,            /* samples from one frame to the next */
    AUDIO_BANDS = 40,
    AUDIO_COEFFICIENTS = 10,
    AUDIO_POINTS = 512,         /* of the transform */
};

/* All its memory: nothing is kept elsewhere. Zeros are a front end that has heard nothing. */
struct audio_features {
    int16_t samples[AUDIO_FRAME];
    uint32_t count;             /* of samples that are there */
    int32_t re[AUDIO_POINTS / 2], im[AUDIO_POINTS / 2];
};

/* Takes samples up to the end of the next frame; how many it took. */
size_t audio_feed(struct audio_features *features, const int16_t *samples, size_t count);

/* True when a frame is complete: its coefficients (natural logarithms, 2^-10), and the next frame begins. False: it needs more samples. */
bool audio_frame(struct audio_features *features, int32_t coefficients[AUDIO_COEFFICIENTS]);

/* What makes a model's input of a coefficient: zero + (coefficient * factor + offset) / 2^20, rounded down, at most 127 and at least -128. */
struct audio_scaling {
    int32_t factor, offset;
};

void audio_scale(const int32_t coefficients[AUDIO_COEFFICIENTS], const struct audio_scaling scaling[AUDIO_COEFFICIENTS], int zero,
                 int8_t input[AUDIO_COEFFICIENTS]);
