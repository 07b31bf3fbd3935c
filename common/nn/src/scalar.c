/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "scalar.h"

#include "fixed.h"

/* The kernels in plain C: what each operator means. They share nothing with the vector kernels that could be wrong in both. */

static int8_t *out_pixel(const struct nn_job *job, uint32_t y, uint32_t x)
{
    return job->out + (y * job->layer->out_w + x) * job->layer->out_c;
}

/* --- convolutions --- */

/* Where input rows lie: in the input; or, for layers that look outside it, copies in the scratch, since such layers may overwrite their
 * input as they go (docs/model-format.md). */
struct source {
    const int8_t *rows;
    uint32_t pitch, count;      /* row r lies in place r % count */
    uint32_t copied;
};

static struct source source(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;

    if (nn_scratch(l))
        return (struct source){ .rows = job->scratch, .pitch = (uint32_t)nn_row_bytes(l), .count = nn_rows(l) };
    return (struct source){ .rows = job->in, .pitch = (uint32_t)l->in_w * l->in_c, .count = UINT32_MAX, .copied = UINT32_MAX };
}

/* Copies the rows that output row y is the first to see. */
static void copy_rows(const struct nn_job *job, struct source *from, uint32_t y)
{
    const struct nn_layer *l = job->layer;
    uint32_t row = (uint32_t)l->in_w * l->in_c, end = y * l->stride_h + from->count;

    for (; from->copied < l->in_h && from->copied + l->pad_top < end; from->copied++)
        for (uint32_t i = 0; i < row; i++)
            job->scratch[from->copied % from->count * from->pitch + i] = job->in[from->copied * row + i];
}

/* The input pixel that a tap sees: NULL outside. Above and left of the input numbers wrap, and are beyond its end then, too. */
static const int8_t *seen(const struct nn_layer *l, const struct source *from, uint32_t y, uint32_t ky, uint32_t x, uint32_t kx)
{
    uint32_t row = y * l->stride_h + ky * l->dilation_h - l->pad_top;
    uint32_t column = x * l->stride_w + kx * l->dilation_w - l->pad_left;

    return row < l->in_h && column < l->in_w ? from->rows + row % from->count * from->pitch + column * l->in_c : NULL;
}

static int32_t dot(const int8_t *in, uint32_t in_step, const int8_t *weights, uint32_t weight_step, uint32_t n)
{
    int32_t sum = 0;

    for (; n; n--, in += in_step, weights += weight_step)
        sum = nn_sum(sum, *in * *weights);
    return sum;
}

/* Output channel oc of a pixel. For each tap n input channels, from `first` on; outside the input all are its zero point. */
static int8_t filter(const struct nn_job *job, const struct source *from, uint32_t y, uint32_t x, uint32_t oc, uint32_t first, uint32_t n)
{
    const struct nn_layer *l = job->layer;
    const int8_t *weights = job->weights + oc;
    int32_t sum = job->bias[oc];

    for (uint32_t ky = 0; ky < l->kernel_h; ky++) {
        for (uint32_t kx = 0; kx < l->kernel_w; kx++, weights += n * l->out_c) {
            const int8_t *in = seen(l, from, y, ky, x, kx);

            sum = nn_sum(sum, dot(in ? in + first : &l->in_zero, in != NULL, weights, l->out_c, n));
        }
    }
    return nn_clamp(nn_sum(nn_requantise(sum, job->mult[oc], job->shift[oc]), l->out_zero), l->act_min, l->act_max);
}

static void convolve(const struct nn_job *job, int depthwise)
{
    const struct nn_layer *l = job->layer;
    struct source from = source(job);
    int8_t *out = job->out;

    for (uint32_t y = 0; y < l->out_h; y++) {
        copy_rows(job, &from, y);
        for (uint32_t x = 0; x < l->out_w; x++)
            for (uint32_t oc = 0; oc < l->out_c; oc++)
                *out++ = filter(job, &from, y, x, oc, depthwise ? oc / l->multiplier : 0, depthwise ? 1 : l->in_c);
    }
}

void nn_scalar_conv(const struct nn_job *job)
{
    convolve(job, 0);
}

void nn_scalar_depthwise(const struct nn_job *job)
{
    convolve(job, 1);
}

/* --- pooling --- */

/* Sum and maximum of what a window sees of a channel; returns how many. */
static int32_t pool(const struct nn_job *job, uint32_t y, uint32_t x, uint32_t c, int32_t *sum, int32_t *max)
{
    const struct nn_layer *l = job->layer;
    const struct source from = source(job);
    int32_t n = 0;

    *sum = 0;
    *max = INT8_MIN;
    for (uint32_t ky = 0; ky < l->kernel_h; ky++) {
        for (uint32_t kx = 0; kx < l->kernel_w; kx++) {
            const int8_t *in = seen(l, &from, y, ky, x, kx);

            if (!in)
                continue;
            *sum += in[c];
            *max = in[c] > *max ? in[c] : *max;
            n++;
        }
    }
    return n;
}

static void pools(const struct nn_job *job, int average)
{
    const struct nn_layer *l = job->layer;
    int8_t *out = job->out;

    for (uint32_t y = 0; y < l->out_h; y++) {
        for (uint32_t x = 0; x < l->out_w; x++) {
            for (uint32_t c = 0; c < l->out_c; c++) {
                int32_t sum, max;
                int32_t n = pool(job, y, x, c, &sum, &max);

                *out++ = nn_clamp(average ? (sum > 0 ? sum + n / 2 : sum - n / 2) / n : max, l->act_min, l->act_max);
            }
        }
    }
}

void nn_scalar_average(const struct nn_job *job)
{
    pools(job, 1);
}

void nn_scalar_max(const struct nn_job *job)
{
    pools(job, 0);
}

/* --- elements --- */

static uint32_t elements(const struct nn_layer *l)
{
    return (uint32_t)l->in_h * l->in_w * l->in_c;
}

static const int32_t *params(const struct nn_job *job)
{
    return (const int32_t *)(const void *)job->weights;
}

static int32_t second(const struct nn_job *job, uint32_t i)
{
    return job->in2[job->layer->flags & NN_FLAG_BROADCAST ? i % job->layer->in_c : i] - job->layer->in2_zero;
}

void nn_scalar_add(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;
    const int32_t *p = params(job);

    for (uint32_t i = 0; i < elements(l); i++) {
        int32_t a = nn_left(job->in[i] - l->in_zero, p[NN_ADD_LEFT]);
        int32_t b = nn_left(second(job, i), p[NN_ADD_LEFT]);
        int32_t sum = nn_sum(nn_requantise(a, p[NN_ADD_MULT], p[NN_ADD_SHIFT]), nn_requantise(b, p[NN_ADD_MULT2], p[NN_ADD_SHIFT2]));

        job->out[i] = nn_clamp(nn_sum(nn_requantise(sum, p[NN_ADD_MULT_OUT], p[NN_ADD_SHIFT_OUT]), l->out_zero),
                               l->act_min, l->act_max);
    }
}

static int8_t rescale(const struct nn_job *job, int32_t x)
{
    const struct nn_layer *l = job->layer;
    const int32_t *p = params(job);

    return nn_clamp(nn_sum(nn_requantise(x, p[NN_SCALE_MULT], p[NN_SCALE_SHIFT]), l->out_zero), l->act_min, l->act_max);
}

void nn_scalar_mul(const struct nn_job *job)
{
    for (uint32_t i = 0; i < elements(job->layer); i++)
        job->out[i] = rescale(job, (job->in[i] - job->layer->in_zero) * second(job, i));
}

void nn_scalar_mean(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;

    for (uint32_t c = 0; c < l->in_c; c++) {
        int32_t sum = 0;

        for (uint32_t i = c; i < elements(l); i += l->in_c)
            sum = nn_sum(sum, job->in[i] - l->in_zero);
        job->out[c] = rescale(job, sum);
    }
}

void nn_scalar_softmax(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;

    for (uint32_t i = 0; i < elements(l); i += l->in_c)
        nn_softmax_row(job->in + i, job->out + i, l->in_c, params(job), l->act_min, l->act_max);
}

void nn_scalar_table(const struct nn_job *job)
{
    for (uint32_t i = 0; i < elements(job->layer); i++)
        job->out[i] = job->weights[job->in[i] + 128];
}

void nn_scalar_pad(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;

    for (uint32_t i = 0; i < (uint32_t)l->out_h * l->out_w * l->out_c; i++)
        job->out[i] = l->in_zero;
    for (uint32_t y = 0; y < l->in_h; y++)
        for (uint32_t x = 0; x < l->in_w; x++)
            for (uint32_t c = 0; c < l->in_c; c++)
                out_pixel(job, y + l->pad_top, x + l->pad_left)[c + l->extra] = job->in[(y * l->in_w + x) * l->in_c + c];
}

void nn_scalar_concatenation(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;
    uint32_t row = (uint32_t)l->in_w * l->in_c, pitch = (uint32_t)l->out_w * l->out_c;

    for (uint32_t y = 0; y < l->in_h; y++)
        for (uint32_t i = 0; i < row; i++)
            job->out[y * pitch + i] = job->in[y * row + i];
}

void nn_scalar_slice(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;

    for (uint32_t y = 0; y < l->out_h; y++)
        for (uint32_t x = 0; x < l->out_w; x++)
            for (uint32_t c = 0; c < l->out_c; c++)
                out_pixel(job, y, x)[c] = job->in[(y * l->stride_h * l->in_w + x * l->stride_w) * l->in_c + c * l->multiplier];
}

const struct nn_kernels nn_scalar = { .run = {
    [NN_CONV_2D] = nn_scalar_conv,
    [NN_DEPTHWISE_CONV_2D] = nn_scalar_depthwise,
    [NN_FULLY_CONNECTED] = nn_scalar_conv,
    [NN_AVERAGE_POOL_2D] = nn_scalar_average,
    [NN_MAX_POOL_2D] = nn_scalar_max,
    [NN_ADD] = nn_scalar_add,
    [NN_MUL] = nn_scalar_mul,
    [NN_SOFTMAX] = nn_scalar_softmax,
    [NN_MEAN] = nn_scalar_mean,
    [NN_TABLE] = nn_scalar_table,
    [NN_PAD] = nn_scalar_pad,
    [NN_CONCATENATION] = nn_scalar_concatenation,
    [NN_STRIDED_SLICE] = nn_scalar_slice,
} };
