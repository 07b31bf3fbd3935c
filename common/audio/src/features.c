/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include <audio/features.h>
#include <audio_tables.h>
#include <string.h>

#define HALF        (AUDIO_POINTS / 2)
#define QUARTER     (AUDIO_POINTS / 4)
#define BITS        8           /* HALF is 2^BITS */
#define WEIGHT_BITS 12
#define LOG_BITS    10
#define COSINE_BITS 13
#define SCALE_BITS  20
#define UNIT_BITS   42          /* power is in 2^-42 */

_Static_assert(-1 >> 1 == -1, "negative numbers are shifted with their sign");

/* Half of a * b / 2^31, b being a sine or cosine in 2^-31: one instruction. */
static int32_t half_of_product(int32_t a, int32_t b)
{
    return (int32_t)((int64_t)a * b >> 32);
}

/* The order of the first stage: the bits of an index from behind. */
static unsigned reversed(unsigned n)
{
    n = (n & 0x0f) << 4 | n >> 4;
    n = (n & 0x33) << 2 | (n >> 2 & 0x33);
    return (n & 0x55) << 1 | (n >> 1 & 0x55);
}

static int32_t windowed(const int16_t *samples, unsigned n)
{
    return n >= AUDIO_FRAME ? 0 : samples[n] * (int32_t)audio_window[n < AUDIO_FRAME / 2 ? n : AUDIO_FRAME - 1 - n];
}

/* Two neighbours become one complex number: a transform of half the size. With its first stage, which turns nothing: an index of its upper half is
 * an odd one of the order. */
static void load(struct audio_features *f)
{
    for (unsigned n = 0; n < HALF / 2; n++) {
        unsigned to = reversed(n), other = n + HALF / 2;
        int32_t ar = windowed(f->samples, 2 * n) >> 1, ai = windowed(f->samples, 2 * n + 1) >> 1;
        int32_t br = windowed(f->samples, 2 * other) >> 1, bi = windowed(f->samples, 2 * other + 1) >> 1;
        f->re[to] = ar + br;
        f->im[to] = ai + bi;
        f->re[to + 1] = ar - br;
        f->im[to + 1] = ai - bi;
    }
}

/* a and b become half of a + b turned, and half of a - b turned; t is half of b turned. */
static void cross(int32_t *a, int32_t *b, int32_t t)
{
    int32_t half = *a >> 1;
    *a = half + t;
    *b = half - t;
}

/* Of a stage of that span, the butterflies that turn by nothing and by a quarter: without multiplications, exactly. */
static void easy_butterflies(struct audio_features *f, unsigned span)
{
    for (unsigned at = 0; at < HALF; at += 2 * span) {
        int32_t *re = f->re + at, *im = f->im + at;
        cross(&re[0], &re[span], re[span] >> 1);
        cross(&im[0], &im[span], im[span] >> 1);
        re += span / 2;
        im += span / 2;
        int32_t tr = im[span] >> 1, ti = -(re[span] >> 1);
        cross(&re[0], &re[span], tr);
        cross(&im[0], &im[span], ti);
    }
}

/* Those that turn by n parts of 2 * span of the circle. */
static void butterflies(struct audio_features *f, unsigned span, unsigned n)
{
    int32_t sine = audio_sines[n * (HALF / span)], cosine = audio_sines[n * (HALF / span) + QUARTER];
    int32_t *re = f->re + n, *im = f->im + n, *end = f->re + HALF;
    for (; re < end; re += 2 * span, im += 2 * span) {
        int32_t tr = half_of_product(re[span], cosine) + half_of_product(im[span], sine);
        int32_t ti = half_of_product(im[span], cosine) - half_of_product(re[span], sine);
        cross(&re[0], &re[span], tr);
        cross(&im[0], &im[span], ti);
    }
}

static void transform(struct audio_features *f)
{
    load(f);
    for (unsigned span = 2; span < HALF; span *= 2) {
        easy_butterflies(f, span);
        for (unsigned n = 1; n < span; n++)
            if (n != span / 2)
                butterflies(f, span, n);
    }
}

/* Power of a bin of the real numbers' spectrum: the results of the even and of the odd ones, taken apart and put together. */
static uint64_t power_at(const struct audio_features *f, unsigned k)
{
    unsigned mirror = (HALF - k) % HALF, at = k % HALF;
    int32_t ar = f->re[at] >> 1, ai = f->im[at] >> 1, br = f->re[mirror] >> 1, bi = f->im[mirror] >> 1;
    int32_t even_re = ar + br, even_im = ai - bi, odd_re = ai + bi, odd_im = br - ar;
    int32_t sine = audio_sines[k], cosine = audio_sines[k + QUARTER];
    int32_t re = (even_re >> 1) + half_of_product(odd_re, cosine) + half_of_product(odd_im, sine);
    int32_t im = (even_im >> 1) + half_of_product(odd_im, cosine) - half_of_product(odd_re, sine);
    return (uint64_t)((int64_t)re * re) + (uint64_t)((int64_t)im * im);
}

/* A bin lies under the rising side of one triangle and the falling side of the one before: the shares add up to the whole. totals[0] and the last
 * are of the triangles that there are not. */
static void sum_bands(const struct audio_features *f, uint64_t totals[AUDIO_BANDS + 2])
{
    memset(totals, 0, (AUDIO_BANDS + 2) * sizeof *totals);
    for (unsigned n = 0; n < AUDIO_BINS; n++) {
        uint64_t whole = power_at(f, AUDIO_FIRST_BIN + n) >> WEIGHT_BITS, rising = whole * audio_bins[n].share;
        totals[audio_bins[n].band + 1] += rising;
        totals[audio_bins[n].band] += (whole << WEIGHT_BITS) - rising;
    }
}

static unsigned exponent_of(uint64_t value)
{
    unsigned n = 0;
    for (unsigned step = 32; step != 0; step /= 2)
        if (value >> (n + step) != 0)
            n += step;
    return n;
}

/* log2 of a power, 2^-LOG_BITS: a table of 64 steps, straight in between. value > 0. */
static int32_t logarithm(uint64_t value)
{
    unsigned exponent = exponent_of(value);
    uint32_t mantissa = (uint32_t)(exponent > 30 ? value >> (exponent - 30) : value << (30 - exponent)) - (1u << 30);
    unsigned step = mantissa >> 24;
    int32_t part = mantissa >> 8 & 0xffff;
    int32_t fraction = audio_logs[step] + ((audio_logs[step + 1] - audio_logs[step]) * part >> 16);
    return (((int32_t)exponent - UNIT_BITS) * 65536 + fraction) >> (16 - LOG_BITS);
}

static void cepstrum(const uint64_t bands[AUDIO_BANDS], int32_t coefficients[AUDIO_COEFFICIENTS])
{
    int32_t logs[AUDIO_BANDS];
    for (unsigned n = 0; n < AUDIO_BANDS; n++)
        logs[n] = logarithm(bands[n] + AUDIO_FLOOR);
    for (unsigned k = 0; k < AUDIO_COEFFICIENTS; k++) {
        int32_t sum = 1 << (COSINE_BITS - 1);
        for (unsigned n = 0; n < AUDIO_BANDS; n++)
            sum += logs[n] * audio_cosines[k][n];
        coefficients[k] = sum >> COSINE_BITS;
    }
}

size_t audio_feed(struct audio_features *features, const int16_t *samples, size_t count)
{
    size_t room = AUDIO_FRAME - features->count, n = count < room ? count : room;
    memcpy(features->samples + features->count, samples, n * sizeof *samples);
    features->count += (uint32_t)n;
    return n;
}

bool audio_frame(struct audio_features *features, int32_t coefficients[AUDIO_COEFFICIENTS])
{
    uint64_t totals[AUDIO_BANDS + 2];
    if (features->count < AUDIO_FRAME)
        return false;
    transform(features);
    sum_bands(features, totals);
    cepstrum(totals + 1, coefficients);
    features->count = AUDIO_FRAME - AUDIO_HOP;
    memmove(features->samples, features->samples + AUDIO_HOP, features->count * sizeof *features->samples);
    return true;
}

void audio_scale(const int32_t coefficients[AUDIO_COEFFICIENTS], const struct audio_scaling scaling[AUDIO_COEFFICIENTS], int zero,
                 int8_t input[AUDIO_COEFFICIENTS])
{
    for (unsigned k = 0; k < AUDIO_COEFFICIENTS; k++) {
        int64_t value = zero + (((int64_t)coefficients[k] * scaling[k].factor + scaling[k].offset) >> SCALE_BITS);
        input[k] = (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
    }
}
