/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "ring.h"

void ring_reset(struct ring *ring, uint32_t next)
{
    ring->first = ring->next = next;
}

void ring_add(struct ring *ring, const int16_t *samples, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        ring->samples[(ring->next + i) % RING_SAMPLES] = samples[i];
    ring->next += count;
    if (ring->next - ring->first > RING_SAMPLES)
        ring->first = ring->next - RING_SAMPLES;
}

uint32_t ring_copy(const struct ring *ring, uint32_t *position, int16_t *samples, uint32_t count)
{
    uint32_t there = ring->next - *position;
    if (there > ring->next - ring->first) {
        *position = ring->first;
        there = ring->next - ring->first;
    }
    if (count > there)
        count = there;
    for (uint32_t i = 0; i < count; i++)
        samples[i] = ring->samples[(*position + i) % RING_SAMPLES];
    return count;
}
