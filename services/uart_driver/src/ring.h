/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Byte queue of a power-of-two size. The counters run freely and are reduced when used, so that "full" and "empty"
 * differ; head - tail <= size always holds.
 */
struct ring {
    uint8_t *data;
    uint32_t size;
    uint32_t head;  /* bytes ever put */
    uint32_t tail;  /* bytes ever taken */
};

static inline uint32_t ring_used(const struct ring *r) { return r->head - r->tail; }
static inline uint32_t ring_free(const struct ring *r) { return r->size - ring_used(r); }

/* Appends a byte; the caller has checked ring_free(). */
static inline void ring_put(struct ring *r, uint8_t byte) { r->data[r->head++ & (r->size - 1)] = byte; }

/* Removes the oldest byte; the caller has checked ring_used(). */
static inline uint8_t ring_get(struct ring *r) { return r->data[r->tail++ & (r->size - 1)]; }
