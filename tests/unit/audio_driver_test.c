/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What the audio driver knows without a device: its ring, the clock's samples, and which files are sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ring.h"
#include "ticks.h"
#include "wav.h"
#include <stdlib.h>
#include <string.h>

static struct ring ring;

/* Sample of a number, for checks. */
static int16_t value(uint32_t number)
{
    return (int16_t)(number * 7 + 3);
}

static void add(uint32_t count)
{
    int16_t samples[RING_SAMPLES];
    for (uint32_t i = 0; i < count; i++)
        samples[i] = value(ring.next + i);
    ring_add(&ring, samples, count);
}

/* Copies; from: where that must begin; count: how many must come. */
static void expect(uint32_t position, uint32_t want, uint32_t from, uint32_t count)
{
    int16_t samples[RING_SAMPLES];
    assert_int_equal(ring_copy(&ring, &position, samples, want), count);
    assert_int_equal(position, from);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(samples[i], value(from + i));
}

static void test_ring(void **state)
{
    (void)state;
    static const uint32_t firsts[] = { 0, 1000, UINT32_MAX - 100, UINT32_MAX - RING_SAMPLES, 0x7fffff00 };
    for (unsigned i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        uint32_t at = firsts[i];
        ring_reset(&ring, at);
        expect(at, 10, at, 0);
        add(320);
        expect(at, 320, at, 320);
        expect(at + 100, 320, at + 100, 220);
        expect(at + 320, 1, at + 320, 0);
        expect(at - 5, 10, at, 10);                 /* it was never there */
        expect(at + 330, 10, at, 10);               /* nor is what will come */
        for (unsigned n = 0; n < 2 * RING_SAMPLES / 320 + 1; n++)
            add(320);
        expect(at, 160, ring.next - RING_SAMPLES, 160);
        expect(ring.next - RING_SAMPLES, RING_SAMPLES, ring.next - RING_SAMPLES, RING_SAMPLES);
    }
}

static void test_ticks(void **state)
{
    (void)state;
    assert_int_equal(ticks_samples(0), 0);
    assert_int_equal(ticks_samples(62), 0);
    assert_int_equal(ticks_samples(63), 1);
    assert_int_equal(ticks_samples(1000000), 16000);
    assert_int_equal(ticks_samples(86400ull * 1000000 * 365), (uint32_t)(86400ull * 16000 * 365));
    assert_int_equal(ticks_due(5000000, 6000000, 7), 16000);
    assert_int_equal(ticks_due(5000000, 5000000, 7), 0);
    assert_int_equal(ticks_due(5000000, 0, 7), 7);          /* the clock does not answer */
    uint64_t us = 1;
    for (unsigned i = 0; i < 1000; i++, us = us * 3 + i)
        assert_int_equal(ticks_samples(us & (~0ull >> 2)), (uint32_t)((us & (~0ull >> 2)) * 2 / 125));
}

static const uint8_t header[44] = { 'R', 'I', 'F', 'F', 40, 0, 0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3e, 0, 0,
                                    0, 0x7d, 0, 0, 2, 0, 16, 0, 'd', 'a', 't', 'a', 4, 0, 0, 0 };

static void test_wav(void **state)
{
    (void)state;
    uint8_t file[48];
    memcpy(file, header, 44);
    memcpy(file + 44, (const uint8_t[]){ 1, 0, 0, 0x80 }, 4);
    assert_int_equal(wav_samples(file, 48), 2);
    assert_int_equal(wav_sample(file, 0), 1);
    assert_int_equal(wav_sample(file, 1), -32768);
    assert_int_equal(wav_samples(file, 47), 1);
    assert_int_equal(wav_samples(file, 44), 0);
    assert_int_equal(wav_samples(file, 43), 0);
    memset(file + 40, 0xff, 4);
    assert_int_equal(wav_samples(file, 48), 2);
    memcpy(file + 40, header + 40, 4);
    for (unsigned at = 0; at < 40; at++)
        if (at < 4 || at >= 8) {                    /* the size of the whole does not matter */
            file[at] ^= 0x40;
            assert_int_equal(wav_samples(file, 48), 0);
            file[at] ^= 0x40;
        }
    memset(file, 0, sizeof file);
    assert_int_equal(wav_samples(file, 48), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ring), cmocka_unit_test(test_ticks), cmocka_unit_test(test_wav) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
