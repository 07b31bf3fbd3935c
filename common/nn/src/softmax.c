/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Softmax in fixed point. Numbers are written Qn: n bits before the point, 31 - n behind it. All steps, also their order and rounding,
 * are those of gemmlowp's fixed-point functions, for the results must be equal to the bit. (Its left shifts saturate; only the last one in
 * one_over_one_plus can come that far.) */

#include "fixed.h"

#include "nn/model.h"

#define ONE INT32_MAX           /* Q0: as near to 1 as it gets */
#define DIFF_BITS 5             /* differences are Q5 */
#define SUM_BITS  12            /* sums of exponentials are Q12 */

/* e^a for a in [-1/4, 0), Q0 to Q0: four terms of the series around -1/8. */
static int32_t exp_near_zero(int32_t a)
{
    const int32_t exp_eighth = 1895147668, third = 715827883;
    int32_t x = nn_sum(a, 1 << 28);
    int32_t x2 = nn_mul_high(x, x);
    int32_t x3 = nn_mul_high(x2, x);
    int32_t x4 = nn_mul_high(x2, x2);
    int32_t rest = nn_right(nn_sum(nn_mul_high(nn_sum(nn_right(x4, 2), x3), third), x2), 1);

    return nn_sum(exp_eighth, nn_mul_high(exp_eighth, nn_sum(x, rest)));
}

/* e^a for a <= 0, Q5 to Q0: the part below 1/4 by the series, each other bit by a factor. */
static int32_t exp_negative(int32_t a)
{
    static const int32_t factor[] = { 1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242 };
    const int32_t quarter = 1 << 24;
    int32_t part = (a & (quarter - 1)) - quarter;
    int32_t rest = nn_sum(part, (int32_t)(0u - (uint32_t)a));
    int32_t result = exp_near_zero(nn_left(part, DIFF_BITS));

    if (a == 0)
        return ONE;
    for (uint32_t i = 0; i < sizeof factor / sizeof factor[0]; i++)
        if ((uint32_t)rest >> (24 + i) & 1)
            result = nn_mul_high(result, factor[i]);
    return result;
}

static uint32_t leading_zeros(uint32_t x)
{
    uint32_t n = 0;

    while (n < 32 && !(x >> (31 - n) & 1))
        n++;
    return n;
}

/* 1 / (1 + a) for a in [0, 1], Q0 to Q0: three steps of Newton's method in Q2. */
static int32_t one_over_one_plus(int32_t a)
{
    const int32_t c48_17 = 1515870810, c32_17 = -1010580540, one = 1 << 29;
    int32_t half = (int32_t)(((int64_t)a + ONE + 1) / 2);
    int32_t x = nn_sum(c48_17, nn_mul_high(half, c32_17));

    for (int i = 0; i < 3; i++) {
        int32_t missing = nn_sum(one, (int32_t)(0u - (uint32_t)nn_mul_high(half, x)));

        x = nn_sum(x, nn_left(nn_mul_high(x, missing), 2));
    }
    return x >= 1 << 30 ? ONE : nn_left(x, 1);
}

/* sum = 2^(SUM_BITS - headroom) * (1 + fraction). Honest sums have 1 to 12 bits of headroom: the largest value alone adds 2^19. */
int32_t nn_softmax_inverse(int32_t sum, int32_t *by)
{
    uint32_t headroom = leading_zeros((uint32_t)sum);

    *by = SUM_BITS - (int32_t)headroom + 31 - 8;
    if (*by > 31)
        *by = 31;
    return one_over_one_plus((int32_t)(((uint32_t)sum << (headroom & 31)) - (1u << 31)));
}

static int32_t scaled(int32_t diff, const int32_t *params)
{
    return nn_mul_high(nn_left(diff, params[NN_SOFTMAX_LEFT]), params[NN_SOFTMAX_MULT]);
}

void nn_softmax_row(const int8_t *in, int8_t *out, uint32_t n, const int32_t *params, int32_t min, int32_t max)
{
    int32_t largest = INT8_MIN, sum = 0;

    for (uint32_t i = 0; i < n; i++)
        largest = in[i] > largest ? in[i] : largest;
    for (uint32_t i = 0; i < n; i++)
        if (in[i] - largest >= params[NN_SOFTMAX_DIFF_MIN])
            sum = nn_sum(sum, nn_right(exp_negative(scaled(in[i] - largest, params)), SUM_BITS));

    int32_t by, inverse = nn_softmax_inverse(sum, &by);

    for (uint32_t i = 0; i < n; i++) {
        int32_t result = INT8_MIN;

        if (in[i] - largest >= params[NN_SOFTMAX_DIFF_MIN])
            result += nn_right(nn_mul_high(inverse, exp_negative(scaled(in[i] - largest, params))), by);
        out[i] = nn_clamp(result, min, max);
    }
}
