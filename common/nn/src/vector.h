/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Between the drivers in C, which cut layers into pieces, and the inner loops in assembly, which do a piece. */

#include <stddef.h>
#include <stdint.h>

#define NN_SEGMENTS 64u         /* most segments of a piece; layers with more are left to the scalar kernels */

/* A piece of a convolution: a row of output pixels, some output channels. The layout is known to the .S files.
 * The taps of a pixel are `segments` stretches of `run` consecutive input bytes; the table says where those of pixel 0 begin. */
struct nn_piece {
    const int8_t *const *table;
    uint32_t segments;
    uint32_t run;
    uint32_t in_step;           /* bytes from an output pixel's input to the next one's */
    uint32_t pixels;
    const int8_t *weights;
    uint32_t weight_step;       /* bytes from a tap's weights to the next tap's */
    int8_t *out;
    uint32_t out_step;
    const int32_t *bias, *mult, *shift;
    uint32_t lanes;             /* vector length: output channels, or pixels */
    int32_t zero, min, max;
    uint32_t away;              /* 1: results below the zero point are seen: halves must be rounded away from it; 2: shifts are not 1..31 */
    uint32_t offset;            /* added to what the table says */
    uint32_t channels;          /* nn_pixels_*, nn_depthwise_*: output channels to do */
    uint32_t pitch, tiled, last, channel;       /* nn_depthwise_*, nn_mean: see there */
};

/* Output channels in the lanes, P pixels at a time; LMUL of the sums in the name. pixels >= P. All shifts 1..31, but for m8_1. */
typedef void nn_piece_fn(struct nn_piece *piece);
nn_piece_fn nn_channels_m8_1, nn_channels_m8_3;
nn_piece_fn nn_channels_m4_4, nn_channels_m4_5, nn_channels_m4_7;
nn_piece_fn nn_channels_m2_8;

/* One pixel, all output channels; no weight is -128. `table` is its input, not a table. */
nn_piece_fn nn_connected;

/* Pixels in the lanes, Q channels at a time. channels >= Q. */
nn_piece_fn nn_pixels_m8_3, nn_pixels_m4_4, nn_pixels_m2_8;

/* Depthwise, channels in the lanes, all of them, some lanes at a time; or a tile of pixels and channels. They change the piece.
 * 3x3: a segment is a row of taps; shifts 1..31. any: a segment is a tap. */
nn_piece_fn nn_depthwise_3x3, nn_depthwise_any;

/* Pooling: an output pixel; `table` is its first input, not a table. The rest is said at the function. */
nn_piece_fn nn_average, nn_maximum, nn_mean;

struct nn_binary {
    int32_t zero, zero2, zero_out, min, max;
    const int32_t *params;
};
typedef void nn_binary_fn(const int8_t *in, const int8_t *in2, int8_t *out, uint32_t n, const struct nn_binary *binary);
nn_binary_fn nn_add, nn_multiply;                               /* n > 0 */

/* Softmax: exponentials of the differences to the largest; their sum in Q12, then they by the inverse of it. by >= 1, n > 0. */
struct nn_exp {
    const int32_t *params;
    int32_t largest, inverse, by, min, max;
};
int32_t nn_largest(const int8_t *in, uint32_t n);
int32_t nn_exp_sum(const int8_t *in, const struct nn_exp *exp, uint32_t n);
void nn_exp_scale(const int8_t *in, const struct nn_exp *exp, uint32_t n, int8_t *out);

void nn_look_up(int8_t *to, const int8_t *from, uint32_t bytes, const int8_t *table);
uint32_t nn_vlenb(void);                                        /* bytes of a vector register; also sets the rounding mode */
void nn_copy(int8_t *to, const int8_t *from, uint32_t bytes);
void nn_fill(int8_t *to, int32_t value, uint32_t bytes);
