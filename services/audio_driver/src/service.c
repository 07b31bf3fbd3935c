/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: while the microphone is on, takes what it has delivered every 20 ms into a ring, and signals the client. How many samples there are by
 * now is the clock's word: a late tick loses nothing. */
#include "audio_driver.h"
#include "microphone.h"
#include "ring.h"
#include "ticks.h"

#include "camkes.h"
#include <string.h>

#define CLIENT  0u
#define TICK    0u              /* our timer */
#define TICK_MS 20u
#define CHUNK   160u            /* samples that are copied at a time */

/* When it was switched on for the first time: samples count from there, also in a next life. */
static CAMKES_PERSISTENT struct {
    uint64_t us;
    bool valid, on;
} start;
static struct ring ring;

/* 0: TimerService, which may have been started again, does not answer. */
static uint64_t now_us(void)
{
    enum { TRIES = 6 };             /* one more than the restarts per minute that the assembly allows it */
    uint64_t now = 0;
    for (unsigned i = 0; i < TRIES && now == 0; i++)
        now = timer_now_us();
    return now;
}

/* Number of the next sample, by the clock. */
static uint32_t due(void)
{
    return ticks_due(start.us, now_us(), ring.next);
}

/* What was delivered since the last time; of too much the end. */
static void hear(void)
{
    int16_t samples[CHUNK];
    uint32_t end = due();
    if (end - ring.next > RING_SAMPLES)
        ring_reset(&ring, end - RING_SAMPLES);
    while (ring.next != end) {
        uint32_t count = end - ring.next < CHUNK ? end - ring.next : CHUNK;
        microphone_samples(ring.next, samples, count);
        ring_add(&ring, samples, count);
    }
}

static void listen(uint32_t from)
{
    ring_reset(&ring, from);
    (void)timer_periodic(TICK, TICK_MS);    /* one that runs already goes on */
}

void timer_notified(void)
{
    (void)timer_completed_timers();
    if (start.on) {
        hear();
        audio_emit(CLIENT);
    }
}

int audio_start(uint32_t rate, uint32_t *next)
{
    *next = 0;
    if (!microphone_present())
        return AUDIO_NO_DEVICE;
    if (rate != MICROPHONE_RATE)
        return AUDIO_BAD_RATE;
    bool first = !start.valid;
    if (first) {
        start.us = now_us();
        if (start.us == 0)
            return AUDIO_OFF;
        camkes_in_order();
        start.valid = true;
    }
    if (!start.on) {
        start.on = true;
        listen(first ? 0 : due());
    }
    *next = ring.next;
    return AUDIO_SUCCESS;
}

int audio_stop(void)
{
    start.on = false;
    (void)timer_cancel(TICK);
    return AUDIO_SUCCESS;
}

int audio_read(uint32_t position, uint32_t count, uint32_t *from, uint32_t *next, uint8_t *data, size_t *data_n)
{
    int16_t samples[AUDIO_PIECE];
    uint32_t room = *data_n / sizeof *samples < AUDIO_PIECE ? (uint32_t)(*data_n / sizeof *samples) : AUDIO_PIECE;
    *from = position;
    *next = ring.next;
    *data_n = 0;
    if (!start.on)
        return AUDIO_OFF;
    uint32_t n = ring_copy(&ring, from, samples, count < room ? count : room);
    memcpy(data, samples, n * sizeof *samples);
    *data_n = n * sizeof *samples;
    return AUDIO_SUCCESS;
}

int audio_capscan(void)
{
    camkes_capscan();
    return AUDIO_SUCCESS;
}

/* Who waits for samples has to ask again; what came between two lives is lost, which the numbers show. */
void post_init(void)
{
    if (start.on) {
        listen(due());
        audio_emit(CLIENT);
    }
}
