/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The audio front end: sound in pieces, silence, the loudest sounds that there are (the sanitizers look for overflow), scaling. That every number is
 * that of the specification is tests/audio's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <audio/features.h>
#include <math.h>
#include <string.h>

#define SOUND 4000
static struct audio_features front, other;

static uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

static bool frame_of(const int16_t *samples, int32_t *coefficients)
{
    memset(&front, 0, sizeof front);
    assert_int_equal(audio_feed(&front, samples, AUDIO_FRAME), AUDIO_FRAME);
    return audio_frame(&front, coefficients);
}

/* Power 0 is the floor's logarithm: every band has it. */
static void test_silence(void **state)
{
    (void)state;
    int16_t samples[AUDIO_FRAME] = { 0 };
    int32_t c[AUDIO_COEFFICIENTS];
    assert_true(frame_of(samples, c));
    double floor = log(1e-6) * sqrt(2.0 / AUDIO_BANDS) * AUDIO_BANDS * 1024;
    assert_true(fabs(c[0] - floor) < 64);
    for (unsigned k = 1; k < AUDIO_COEFFICIENTS; k++)
        assert_true(c[k] >= -16 && c[k] <= 16);
}

static void test_frames(void **state)
{
    (void)state;
    int16_t samples[AUDIO_FRAME] = { 0 };
    int32_t c[AUDIO_COEFFICIENTS];
    memset(&front, 0, sizeof front);
    assert_false(audio_frame(&front, c));
    assert_int_equal(audio_feed(&front, samples, AUDIO_FRAME - 1), AUDIO_FRAME - 1);
    assert_false(audio_frame(&front, c));
    assert_int_equal(audio_feed(&front, samples, 5), 1);
    assert_int_equal(audio_feed(&front, samples, 5), 0);
    assert_true(audio_frame(&front, c));
    assert_false(audio_frame(&front, c));
    assert_int_equal(audio_feed(&front, samples, AUDIO_FRAME), AUDIO_HOP);
    assert_true(audio_frame(&front, c));
}

/* All frames of a sound that arrives in pieces of up to `piece` samples. */
static unsigned listen(struct audio_features *f, const int16_t *sound, size_t piece, int32_t (*c)[AUDIO_COEFFICIENTS])
{
    unsigned frames = 0;
    size_t at = 0;
    memset(f, 0, sizeof *f);
    while (at < SOUND) {
        at += audio_feed(f, sound + at, SOUND - at < piece ? SOUND - at : piece);
        frames += audio_frame(f, c[frames]);
    }
    return frames;
}

static void test_pieces(void **state)
{
    (void)state;
    static int16_t sound[SOUND];
    static int32_t whole[16][AUDIO_COEFFICIENTS], parts[16][AUDIO_COEFFICIENTS];
    uint32_t seed = 7;
    for (unsigned n = 0; n < SOUND; n++)
        sound[n] = (int16_t)random_next(&seed);
    unsigned frames = listen(&front, sound, SOUND, whole);
    assert_int_equal(frames, (SOUND - AUDIO_FRAME) / AUDIO_HOP + 1);
    static const size_t pieces[] = { 1, 2, 13, 160, 320, 479, 481 };
    for (unsigned i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        assert_int_equal(listen(&other, sound, pieces[i], parts), frames);
        assert_memory_equal(whole, parts, sizeof whole);
    }
}

/* Squares and signs of sines of every frequency, in four phases: no sound has more in a bin. */
static void test_loudest(void **state)
{
    (void)state;
    int16_t samples[AUDIO_FRAME];
    int32_t c[AUDIO_COEFFICIENTS];
    for (unsigned k = 0; k <= AUDIO_POINTS / 2; k++)
        for (unsigned phase = 0; phase < 4; phase++) {
            for (unsigned n = 0; n < AUDIO_FRAME; n++)
                samples[n] = sin(6.283185307179586 * (k * n / 512.0 + phase / 4.0) + 1e-9) < 0 ? INT16_MIN : INT16_MAX;
            assert_true(frame_of(samples, c));
            assert_true(c[0] > -125 * 1024 && c[0] < 140 * 1024);
        }
}

static void test_direct_current(void **state)
{
    (void)state;
    int16_t samples[AUDIO_FRAME];
    int32_t low[AUDIO_COEFFICIENTS], high[AUDIO_COEFFICIENTS];
    for (unsigned n = 0; n < AUDIO_FRAME; n++)
        samples[n] = INT16_MIN;
    assert_true(frame_of(samples, low));
    for (unsigned n = 0; n < AUDIO_FRAME; n++)
        samples[n] = INT16_MAX;
    assert_true(frame_of(samples, high));
    for (unsigned k = 0; k < AUDIO_COEFFICIENTS; k++)
        assert_true(low[k] - high[k] < 8 && high[k] - low[k] < 8);
    assert_true(low[1] > 1024);             /* the lowest bands alone */
}

static void test_noise(void **state)
{
    (void)state;
    int16_t samples[AUDIO_FRAME];
    int32_t c[AUDIO_COEFFICIENTS];
    uint32_t seed = 1;
    for (unsigned round = 0; round < 2000; round++) {
        uint32_t kind = random_next(&seed) % 3;
        for (unsigned n = 0; n < AUDIO_FRAME; n++) {
            uint32_t r = random_next(&seed);
            samples[n] = kind == 0 ? (int16_t)r : kind == 1 ? (r & 1 ? INT16_MIN : INT16_MAX) : (int16_t)(r % 3) - 1;
        }
        assert_true(frame_of(samples, c));
    }
}

static void test_scaling(void **state)
{
    (void)state;
    static const struct audio_scaling scaling[AUDIO_COEFFICIENTS] = { { 1 << 20, 0 }, { 1 << 19, 1 << 19 }, { -(1 << 20), 0 }, { 1 << 20, 0 },
                                                                      { INT32_MAX, INT32_MAX }, { INT32_MAX, INT32_MIN } };
    const int32_t c[AUDIO_COEFFICIENTS] = { 5, 5, 5, 500, INT32_MAX, INT32_MIN };
    int8_t input[AUDIO_COEFFICIENTS];
    audio_scale(c, scaling, -4, input);
    const int8_t expected[AUDIO_COEFFICIENTS] = { 1, -1, -9, 127, 127, -128, -4, -4, -4, -4 };
    assert_memory_equal(input, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence), cmocka_unit_test(test_frames), cmocka_unit_test(test_pieces),  cmocka_unit_test(test_loudest),
        cmocka_unit_test(test_direct_current), cmocka_unit_test(test_noise), cmocka_unit_test(test_scaling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
