/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Hears words: sleeps until the microphone has delivered 20 ms of sound, makes ten coefficients of them, and shows the last second's to the model on the
 * vector core six times in a second. Runs until it is stopped, or for so many seconds of sound as its first argument says. */
#include "spotter.h"
#include <audio/features.h>
#include <keywords_scaling.h>
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL "keywords"

enum {
    MODEL_ID = 31,              /* the first of the manifest */
    FRAMES = 49,                /* that the model looks at */
    STEP = 8,                   /* frames from one look to the next */
    MS_PER_FRAME = 20,
};

static const char *const labels[SPOTTER_LABELS] = { "silence", "unknown", "yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go" };

static struct audio_features features;
static struct spotter spotter;
static int8_t window[FRAMES][AUDIO_COEFFICIENTS];

static void must(const char *call, int error)
{
    if (error != SDK_SUCCESS)
        panic("%s: %s", call, sdk_error_name(error));
}

/* The model's answer about the window. */
static void ask(int8_t answer[SPOTTER_LABELS])
{
    struct sdk_model_output output;
    size_t size = SPOTTER_LABELS;
    uint32_t id, mask;
    int error;
    do
        error = sdk_model_set_input(MODEL_ID, 0, window, sizeof window);
    while (error == SDK_MODEL_BUSY);
    must("set input", error);
    must("start", sdk_model_oneshot(MODEL, &id));
    must("wait", sdk_model_wait(&mask));
    must("output", sdk_model_output(id, &output, answer, &size));
    if (output.faulted || output.return_code != 0 || size != SPOTTER_LABELS)
        panic("the model failed: %u", (unsigned)output.return_code);
}

/* frames: that were heard so far; the word is in the second before. */
static void look(uint32_t frames)
{
    int8_t answer[SPOTTER_LABELS];
    unsigned label, confidence;
    ask(answer);
    if (spotter_answer(&spotter, answer, &label, &confidence)) {
        unsigned ms = frames * MS_PER_FRAME;
        printf("heard %s %u %% at %u.%02u s\n", labels[label], confidence * 100 / 256, ms / 1000, ms % 1000 / 10);
    }
}

/* The next frame moves into the window. */
static void listen(void)
{
    int16_t samples[AUDIO_HOP];
    int32_t coefficients[AUDIO_COEFFICIENTS];
    uint32_t lost;
    while (!audio_frame(&features, coefficients)) {
        uint32_t missing = AUDIO_FRAME - features.count;
        uint32_t n = missing < AUDIO_HOP ? missing : AUDIO_HOP;
        must("read", sdk_audio_read(samples, n, &lost));
        (void)audio_feed(&features, samples, n);
    }
    memmove(window[0], window[1], sizeof window - sizeof window[0]);
    audio_scale(coefficients, keywords_scaling, keywords_zero, window[FRAMES - 1]);
}

static unsigned lost_samples(void)
{
    uint32_t lost = 0;
    int16_t sample;
    (void)sdk_audio_poll(&sample, 1, &lost);
    return (unsigned)lost;
}

int main(int argc, char **argv)
{
    uint32_t end = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) * (1000 / MS_PER_FRAME) : UINT32_MAX;
    int error = sdk_audio_start(AUDIO_RATE);
    if (error != SDK_SUCCESS) {
        printf("no microphone: %s\n", sdk_error_name(error));
        return 1;
    }
    printf("listening\n");
    for (uint32_t frames = 1; frames <= end; frames++) {
        listen();
        if (frames >= FRAMES && (frames - FRAMES) % STEP == 0)
            look(frames);
    }
    printf("%u seconds heard, %u samples lost\n", (unsigned)(end / (1000 / MS_PER_FRAME)), lost_samples());
    must("stop", sdk_audio_stop());
    return 0;
}
