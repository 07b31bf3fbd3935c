/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Fixed-point arithmetic as TFLite's integer kernels have it. Sums and left shifts are modulo 2^32, as the vector unit's. */

#include <stdint.h>

static inline int32_t nn_sum(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t nn_product(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a * (uint32_t)b);
}

static inline int32_t nn_left(int32_t x, int32_t by)
{
    return (int32_t)((uint32_t)x << by);
}

/* a * b / 2^31, rounded to nearest, halves up: what gemmlowp's doubling high multiplication gives; they differ in how they say it.
 * Not for both -2^31. */
static inline int32_t nn_mul_high(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/* x / 2^by, rounded to nearest, halves away from zero; by 0..31. */
static inline int32_t nn_right(int32_t x, int32_t by)
{
    uint32_t mask = (1u << by) - 1u;
    uint32_t rest = (uint32_t)x & mask;
    uint32_t half = (mask >> 1) + (x < 0 ? 1u : 0u);

    return (x >> by) + (rest > half ? 1 : 0);
}

/* R of docs/model-format.md. */
static inline int32_t nn_requantise(int32_t x, int32_t mult, int32_t shift)
{
    return shift < 0 ? nn_mul_high(nn_left(x, -shift), mult) : nn_right(nn_mul_high(x, mult), shift);
}

static inline int8_t nn_clamp(int32_t x, int32_t min, int32_t max)
{
    return (int8_t)(x < min ? min : x > max ? max : x);
}

/* For softmax: 1 / sum, which is Q12, and by how much to shift a product with it right for steps of 1 / 256; at least 3. */
int32_t nn_softmax_inverse(int32_t sum, int32_t *by);

/* n values to their softmax, as TFLite Micro's int8 reference: params as enum nn_softmax_param. */
void nn_softmax_row(const int8_t *in, int8_t *out, uint32_t n, const int32_t *params, int32_t min, int32_t max);
