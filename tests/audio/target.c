/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What a frame of the audio front end costs on the bare target, in instructions; it must not become more. */
#include "../crypto/target.h"

#include <audio/features.h>

#define GATE 62500u             /* instructions */

_Noreturn void test_main(void);

static struct audio_features features;
static int16_t samples[AUDIO_FRAME];
static int32_t coefficients[AUDIO_COEFFICIENTS];

static void one_frame(void)
{
    size_t taken = audio_feed(&features, samples + AUDIO_FRAME - AUDIO_HOP, AUDIO_HOP);
    if (taken != AUDIO_HOP || !audio_frame(&features, coefficients))
        print("no frame\n");
}

_Noreturn void test_main(void)
{
    uint32_t most = 0, seed = 1;
    (void)audio_feed(&features, samples, AUDIO_FRAME - AUDIO_HOP);
    for (unsigned round = 0; round < 8; round++) {
        for (unsigned n = 0; n < AUDIO_FRAME; n++) {
            seed = seed * 1664525 + 1013904223;
            samples[n] = (int16_t)((int32_t)seed >> (14 + 2 * round));
        }
        struct cost cost = cost_of(one_frame);
        print("frame %u: %u instructions, %u bytes of stack\n", round, (unsigned)cost.instructions, (unsigned)cost.stack);
        most = cost.instructions > most ? cost.instructions : most;
    }
    print("most %u instructions, gate %u\n", (unsigned)most, GATE);
    print("%u passed, %u failed\n", most <= GATE, most > GATE);
    finish(most > GATE);
}
