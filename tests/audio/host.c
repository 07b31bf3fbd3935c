/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The front end as a filter: samples on standard input (16 bits), coefficients on standard output (32 bits). */
#include <audio/features.h>
#include <stdio.h>

int main(void)
{
    static struct audio_features features;
    int16_t samples[100];
    int32_t coefficients[AUDIO_COEFFICIENTS];
    size_t n;
    while ((n = fread(samples, sizeof *samples, 100, stdin)) > 0)
        for (size_t at = 0; at < n;) {
            at += audio_feed(&features, samples + at, n - at);
            if (audio_frame(&features, coefficients) && fwrite(coefficients, sizeof coefficients, 1, stdout) != 1)
                return 1;
        }
    return 0;
}
