/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "vector.h"

#include "fixed.h"
#include "nn/nn.h"
#include "scalar.h"

/* The drivers of the vector kernels: they cut a layer into pieces (vector.h), choose who does them, and keep the padded rows. */

/* --- geometry and rows --- */

struct conv {
    const struct nn_job *job;
    const struct nn_layer *l;
    uint32_t in_h, in_w, out_h, out_w, kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    /* A layer that looks outside its input has rows of it, with margins, in `rows` slots that are used in turn, and behind them a row of
     * nothing but padding. For others `slots` is NULL, and the rows lie in the input. */
    int8_t *slots;
    const int8_t *blank;        /* that row of padding; without slots, no address */
    uint32_t rows, ring;        /* ring: bytes of all slots */
    uint32_t pitch;             /* bytes of an input row, without margins */
    uint32_t slot_step, stride_step, dilation_step, tap_step;   /* bytes from a row to the next, between output rows, taps; columns */
    uint32_t per_row;           /* segments of a row of taps: 1, or its columns */
    const int8_t *first;        /* where the first row lies that the next output row sees */
    int32_t at;                 /* its number */
    uint32_t fetched;           /* input rows that have been copied */
    int8_t *fetch_to;
    const int8_t *fetch_from;
    const int8_t *table[NN_SEGMENTS];
    struct nn_piece piece;
};

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Rows and columns may change places when there is only one column: the vector kernels want long rows. */
static void transpose(struct conv *c)
{
    const struct nn_layer *l = c->l;

    c->in_w = l->in_h;
    c->out_w = l->out_h;
    c->kernel_w = l->kernel_h;
    c->stride_w = l->stride_h;
    c->dilation_w = l->dilation_h;
    c->in_h = c->out_h = c->kernel_h = c->stride_h = c->dilation_h = 1;
}

/* Without a window the whole image is a row. */
static void flatten(struct conv *c)
{
    if (c->kernel_h != 1 || c->kernel_w != 1 || c->stride_h != 1 || c->stride_w != 1 || c->slots)
        return;
    if (c->in_w != c->out_w || c->in_h != c->out_h)
        return;
    c->in_w = c->out_w = c->in_w * c->in_h;
    c->in_h = c->out_h = 1;
}

static void take_geometry(struct conv *c, const struct nn_layer *l)
{
    c->in_h = l->in_h;
    c->in_w = l->in_w;
    c->out_h = l->out_h;
    c->out_w = l->out_w;
    c->kernel_h = l->kernel_h;
    c->kernel_w = l->kernel_w;
    c->stride_h = l->stride_h;
    c->stride_w = l->stride_w;
    c->dilation_h = l->dilation_h;
    c->dilation_w = l->dilation_w;
    if (c->slots)
        return;
    if (c->in_w == 1 && c->out_w == 1 && c->kernel_w == 1)
        transpose(c);
    flatten(c);
}

static void start_rows(struct conv *c)
{
    const struct nn_layer *l = c->l;
    uint32_t rows = nn_rows(l), slot_step = (uint32_t)nn_row_bytes(l);

    c->pitch = c->in_w * l->in_c;
    c->tap_step = c->dilation_w * l->in_c;
    c->at = -(int32_t)l->pad_top;
    if (!c->slots) {
        c->first = c->job->in;
        c->blank = (const int8_t *)UINTPTR_MAX;
        c->stride_step = c->stride_h * c->pitch;
        c->dilation_step = c->dilation_h * c->pitch;
        return;
    }
    c->rows = rows;
    c->ring = rows * slot_step;
    c->slot_step = slot_step;
    c->stride_step = c->stride_h % rows * slot_step;
    c->dilation_step = c->dilation_h % rows * slot_step;
    c->first = c->slots;
    c->blank = c->slots + c->ring;
    c->fetched = 0;
    c->fetch_to = c->slots + l->pad_top % rows * slot_step + l->pad_left * l->in_c;
    c->fetch_from = c->job->in;
    nn_fill(c->slots, l->in_zero, c->ring + slot_step);
}

/* For struct nn_piece. */
static uint32_t away(const struct nn_layer *l)
{
    return l->flags & NN_FLAG_RIGHT ? l->act_min < l->out_zero : 2;
}

/* columns: whether each tap is a segment, not each row of taps. */
static void start(struct conv *c, const struct nn_job *job, int columns)
{
    const struct nn_layer *l = job->layer;

    c->job = job;
    c->l = l;
    c->slots = nn_padded(l) ? job->scratch : NULL;
    take_geometry(c, l);
    start_rows(c);
    columns |= c->dilation_w > 1;
    c->per_row = columns ? c->kernel_w : 1;
    c->piece = (struct nn_piece){
        .table = c->table,
        .segments = c->kernel_h * c->per_row,
        .run = (columns ? 1 : c->kernel_w) * l->in_c,
        .in_step = c->stride_w * l->in_c,
        .weight_step = l->out_c,
        .out_step = l->out_c,
        .zero = l->out_zero,
        .min = l->act_min,
        .max = l->act_max,
        .away = away(l),
    };
}

/* Copies the input rows that the next output row is the first to see. */
static void fetch(struct conv *c)
{
    int32_t end = c->at + (int32_t)c->rows;

    for (; (int32_t)c->fetched < end && c->fetched < c->in_h; c->fetched++) {
        nn_copy(c->fetch_to, c->fetch_from, c->pitch);
        c->fetch_from += c->pitch;
        c->fetch_to += c->slot_step;
        if (c->fetch_to >= c->blank)
            c->fetch_to -= c->ring;
    }
}

/* Fills the table for the next output row. */
static void next_row(struct conv *c)
{
    const int8_t **entry = c->table, *row = c->first;
    uint32_t at = (uint32_t)c->at;              /* above the input it is beyond its end */

    if (c->slots)
        fetch(c);
    for (uint32_t ky = c->kernel_h; ky; ky--) {
        const int8_t *in = at < c->in_h ? row : c->blank;

        *entry++ = in;
        for (uint32_t kx = c->per_row; --kx;)
            *entry++ = in += c->tap_step;
        at += c->dilation_h;
        row += c->dilation_step;
        if (row >= c->blank)
            row -= c->ring;
    }
    c->at += (int32_t)c->stride_h;
    c->first += c->stride_step;
    if (c->first >= c->blank)
        c->first -= c->ring;
}

/* --- convolution --- */

struct choice {
    nn_piece_fn *fn;
    uint8_t lmul, share;        /* of the sums; how many share a load */
    uint8_t pixels;             /* lanes are pixels */
};

/* The first takes any pixels and any shifts. */
static const struct choice choices[] = {
    { nn_channels_m8_1, 8, 1, 0 }, { nn_channels_m8_3, 8, 3, 0 },
    { nn_channels_m4_7, 4, 7, 0 }, { nn_channels_m4_5, 4, 5, 0 }, { nn_channels_m4_4, 4, 4, 0 }, { nn_channels_m2_8, 2, 8, 0 },
    { nn_pixels_m8_3, 8, 3, 1 }, { nn_pixels_m4_4, 4, 4, 1 }, { nn_pixels_m2_8, 2, 8, 1 },
};

static uint32_t parts(uint32_t n, uint32_t each)
{
    return (n + each - 1) / each;
}

/* Instructions for a row of pixels with k taps: loads and what is around them once, for each sharer a load and a multiplication. */
static uint32_t cost(const struct choice *choice, uint32_t vlenb, uint32_t pixels, uint32_t channels, uint32_t k)
{
    uint32_t lanes = vlenb * choice->lmul / 4;
    uint32_t in_lanes = choice->pixels ? pixels : channels, shared = choice->pixels ? channels : pixels;
    uint32_t blocks = parts(in_lanes, lanes) * parts(shared, choice->share);

    if (shared < choice->share)
        return UINT32_MAX;
    return blocks * (k * (3u + choice->pixels + 2u * choice->share) + 40u + 8u * choice->share) + parts(in_lanes, lanes) * 100u;
}

static const struct choice *choose(const struct conv *c, uint32_t vlenb)
{
    const struct choice *best = &choices[0];
    uint32_t k = c->kernel_h * c->kernel_w * c->l->in_c, least = UINT32_MAX;

    for (uint32_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        uint32_t this = cost(&choices[i], vlenb, c->out_w, c->l->out_c, k);

        if (this < least) {
            least = this;
            best = &choices[i];
        }
    }
    return best;
}

static void at_channel(struct conv *c, uint32_t channel)
{
    c->piece.bias = c->job->bias + channel;
    c->piece.mult = c->job->mult + channel;
    c->piece.shift = c->job->shift + channel;
    c->piece.weights = c->job->weights + channel;
}

/* An output row whose table is filled. */
static void conv_row(struct conv *c, const struct choice *choice, uint32_t lanes, int8_t *out)
{
    const struct nn_layer *l = c->l;
    uint32_t n = choice->pixels ? c->out_w : l->out_c;

    at_channel(c, 0);
    c->piece.channels = l->out_c;
    c->piece.pixels = c->out_w;
    for (uint32_t at = 0; at < n; at += lanes) {
        c->piece.lanes = smaller(lanes, n - at);
        c->piece.out = out + (choice->pixels ? at * l->out_c : at);
        if (choice->pixels)
            c->piece.offset = at * c->piece.in_step;
        else
            at_channel(c, at);
        choice->fn(&c->piece);
    }
}

/* Too many segments for the table? Exchanging rows and columns never makes more of them. */
static int too_large(const struct nn_layer *l, int columns)
{
    return l->kernel_h * (columns || l->dilation_w > 1 ? l->kernel_w : 1u) > NN_SEGMENTS;
}

static void vector_conv(const struct nn_job *job)
{
    struct conv c;
    uint32_t vlenb = nn_vlenb();

    if (too_large(job->layer, 0)) {
        nn_scalar_conv(job);
        return;
    }
    start(&c, job, 0);

    const struct choice *choice = job->layer->flags & NN_FLAG_RIGHT ? choose(&c, vlenb) : &choices[0];
    int8_t *out = job->out;

    for (uint32_t y = 0; y < c.out_h; y++, out += c.out_w * c.l->out_c) {
        next_row(&c);
        conv_row(&c, choice, vlenb * choice->lmul / 4, out);
    }
}

/* Channels 0..n-1, of which the piece describes the first, some lanes at a time. */
static void strips(struct nn_piece *piece, nn_piece_fn *fn, uint32_t n, uint32_t lanes)
{
    for (;;) {
        piece->lanes = smaller(lanes, n);
        fn(piece);
        if (n <= lanes)
            return;
        n -= lanes;
        piece->weights += lanes;
        piece->bias += lanes;
        piece->mult += lanes;
        piece->shift += lanes;
        piece->out += lanes;
    }
}

static void vector_connected(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;
    uint32_t vlenb = nn_vlenb();
    const int8_t *in = job->in;
    struct nn_piece piece = {
        .table = &in,
        .segments = 1,
        .run = l->in_c,
        .pixels = 1,
        .weights = job->weights,
        .weight_step = l->out_c,
        .out = job->out,
        .bias = job->bias,
        .mult = job->mult,
        .shift = job->shift,
        .zero = l->out_zero,
        .min = l->act_min,
        .max = l->act_max,
        .away = away(l),
        .channels = l->out_c,
    };

    if (l->in_w > 1) {
        vector_conv(job);
    } else if (l->out_c > 2 * vlenb && (~l->flags & (NN_FLAG_RIGHT | NN_FLAG_NO_M128)) == 0) {
        piece.table = (const int8_t *const *)(const void *)in;
        nn_connected(&piece);
    } else {
        strips(&piece, nn_channels_m8_1, l->out_c, 2 * vlenb);
    }
}

/* --- depthwise convolution --- */

#define TILE 64u                /* most lanes of a tile */

/* Weights and the rest for several pixels side by side, so that short pixels fill a vector. */
struct tile {
    int8_t weights[9 * TILE];
    int32_t bias[TILE], mult[TILE], shift[TILE];
};

/* Repeats the first `once` bytes until there are n. */
static void repeat(void *to, const void *from, uint32_t once, uint32_t n)
{
    int8_t *out = to;

    nn_copy(out, from, once);
    for (uint32_t done = once; done < n; done += smaller(done, n - done))
        nn_copy(out + done, out, smaller(done, n - done));
}

/* Lanes of a tile: as many pixels as fit; 0: no tile, which must be made, and pays for itself after some pixels. With strides the lanes'
 * bytes are gathered, at offsets below 256. */
static uint32_t tile_lanes(const struct conv *c, uint32_t vlenb)
{
    uint32_t most = smaller(vlenb, TILE), channels = c->l->in_c;

    if (c->stride_w > 4 || channels * 2 > most || c->out_h * c->out_w < 32)
        return 0;
    return most / channels * channels;
}

static void make_tile(struct conv *c, struct tile *tile, uint32_t lanes)
{
    uint32_t channels = c->l->in_c;

    for (uint32_t tap = 0; tap < 9; tap++)
        repeat(tile->weights + tap * lanes, c->job->weights + tap * channels, channels, lanes);
    repeat(tile->bias, c->job->bias, 4 * channels, 4 * lanes);
    repeat(tile->mult, c->job->mult, 4 * channels, 4 * lanes);
    repeat(tile->shift, c->job->shift, 4 * channels, 4 * lanes);
    c->piece.weights = tile->weights;
    c->piece.bias = tile->bias;
    c->piece.mult = tile->mult;
    c->piece.shift = tile->shift;
    c->piece.weight_step = c->piece.out_step = c->piece.lanes = lanes;
    c->piece.in_step = lanes * c->stride_w;
    c->piece.pitch = (c->stride_w - 1) * channels;
    c->piece.tiled = channels;
    c->piece.pixels = parts(c->out_w * channels, lanes);
    c->piece.last = c->out_w * channels - (c->piece.pixels - 1) * lanes;
}

static void tiled_rows(struct conv *c, uint32_t lanes)
{
    struct tile tile;

    make_tile(c, &tile, lanes);
    for (uint32_t y = 0; y < c->out_h; y++) {
        next_row(c);
        c->piece.channels = 0;
        c->piece.out = c->job->out + y * c->out_w * c->l->out_c;
        nn_depthwise_3x3(&c->piece);
    }
}

/* All channels of an output row at once: fn goes through them, and leaves the piece behind the last. */
static void plain_rows(struct conv *c, nn_piece_fn *fn, uint32_t lanes)
{
    int8_t *out = c->job->out;

    c->piece.pixels = c->out_w;
    for (uint32_t y = 0; y < c->out_h; y++, out += c->out_w * c->l->out_c) {
        next_row(c);
        at_channel(c, 0);
        c->piece.channels = c->l->out_c;
        c->piece.lanes = smaller(lanes, c->l->out_c);
        c->piece.offset = c->piece.channel = 0;
        c->piece.out = out;
        fn(&c->piece);
    }
}

static void vector_depthwise(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;
    struct conv c;
    uint32_t vlenb = nn_vlenb();
    int square = l->kernel_h == 3 && l->kernel_w == 3 && l->multiplier == 1 && l->flags & NN_FLAG_RIGHT;

    if (l->in_c == 1) {         /* then it is the same as a convolution, also in memory */
        vector_conv(job);
        return;
    }
    if (too_large(l, 1)) {
        nn_scalar_depthwise(job);
        return;
    }
    start(&c, job, !square);
    if (!square) {
        c.piece.tiled = l->multiplier > 1 ? l->multiplier : 0;
        plain_rows(&c, nn_depthwise_any, 2 * vlenb);
        return;
    }
    c.piece.segments = 3;       /* its kernel goes through the columns itself */
    c.piece.run = c.tap_step;
    c.per_row = 1;
    if (tile_lanes(&c, vlenb))
        tiled_rows(&c, tile_lanes(&c, vlenb));
    else
        plain_rows(&c, nn_depthwise_3x3, vlenb);
}

/* --- pooling --- */

/* The part of an axis of n that a window sees: from *first on. */
static uint32_t seen(uint32_t out, uint32_t stride, uint32_t pad, uint32_t kernel, uint32_t n, uint32_t *first)
{
    uint32_t begin = out * stride, end = smaller(begin + kernel, n + pad);

    begin = begin > pad ? begin : pad;
    *first = begin - pad;
    return end - begin;
}

static void pool_pixel(const struct nn_job *job, uint32_t y, uint32_t x, nn_piece_fn *fn, uint32_t lanes)
{
    const struct nn_layer *l = job->layer;
    uint32_t top, left, row_bytes = (uint32_t)l->in_w * l->in_c;
    uint32_t h = seen(y, l->stride_h, l->pad_top, l->kernel_h, l->in_h, &top);
    uint32_t w = seen(x, l->stride_w, l->pad_left, l->kernel_w, l->in_w, &left);
    const int8_t *in = job->in + top * row_bytes + left * l->in_c;
    struct nn_piece piece = {
        .segments = h,
        .run = w,
        .in_step = l->in_c,
        .offset = row_bytes - w * l->in_c,
        .pixels = h * w,
        .out = job->out + (y * l->out_w + x) * l->out_c,
        .min = l->act_min,
        .max = l->act_max,
    };

    for (uint32_t at = 0; at < l->in_c; at += lanes) {
        piece.table = (const int8_t *const *)(const void *)(in + at);       /* not a table here */
        piece.lanes = smaller(lanes, l->in_c - at);
        fn(&piece);
        piece.out += lanes;
    }
}

static void pool(const struct nn_job *job, nn_piece_fn *fn)
{
    uint32_t lanes = 2 * nn_vlenb();

    for (uint32_t y = 0; y < job->layer->out_h; y++)
        for (uint32_t x = 0; x < job->layer->out_w; x++)
            pool_pixel(job, y, x, fn, lanes);
}

static void vector_average(const struct nn_job *job)
{
    pool(job, nn_average);
}

static void vector_max(const struct nn_job *job)
{
    pool(job, nn_maximum);
}

/* Everything is one window; the pool's kernel has the scale, and what all zero points add. */
static void vector_mean(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;
    uint32_t lanes = 2 * nn_vlenb();
    const int8_t *in = job->in;
    struct nn_piece piece = {
        .segments = l->in_h,
        .run = l->in_w,
        .in_step = l->in_c,
        .out = job->out,
        .mult = (const int32_t *)(const void *)job->weights,
        .zero = l->out_zero,
        .pitch = (uint32_t)l->in_h * l->in_w * (uint32_t)-l->in_zero,
        .min = l->act_min,
        .max = l->act_max,
    };

    for (uint32_t at = 0; at < l->in_c; at += lanes, in += lanes, piece.out += lanes) {
        piece.table = (const int8_t *const *)(const void *)in;
        piece.lanes = smaller(lanes, l->in_c - at);
        nn_mean(&piece);
    }
}

/* --- elements --- */

static uint32_t elements(const struct nn_layer *l)
{
    return (uint32_t)l->in_h * l->in_w * l->in_c;
}

static void binary(const struct nn_job *job, nn_binary_fn *fn)
{
    const struct nn_layer *l = job->layer;
    const struct nn_binary b = {
        .zero = l->in_zero,
        .zero2 = l->in2_zero,
        .zero_out = l->out_zero,
        .min = l->act_min,
        .max = l->act_max,
        .params = (const int32_t *)(const void *)job->weights,
    };

    nn_vlenb();
    if (!(l->flags & NN_FLAG_BROADCAST))
        fn(job->in, job->in2, job->out, elements(l), &b);
    else
        for (uint32_t at = 0; at < elements(l); at += l->in_c)
            fn(job->in + at, job->in2, job->out + at, l->in_c, &b);
}

static void vector_add(const struct nn_job *job)
{
    binary(job, nn_add);
}

static void vector_mul(const struct nn_job *job)
{
    binary(job, nn_multiply);
}

static void vector_table(const struct nn_job *job)
{
    nn_look_up(job->out, job->in, elements(job->layer), job->weights);
}

static void vector_softmax(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;
    struct nn_exp exp = { .params = (const int32_t *)(const void *)job->weights, .min = l->act_min, .max = l->act_max };

    nn_vlenb();
    for (uint32_t at = 0; at < elements(l); at += l->in_c) {
        const int8_t *in = job->in + at;

        exp.largest = nn_largest(in, l->in_c);
        exp.inverse = nn_softmax_inverse(nn_exp_sum(in, &exp, l->in_c), &exp.by);
        nn_exp_scale(in, &exp, l->in_c, job->out + at);
    }
}

static void vector_pad(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;

    nn_fill(job->out, l->in_zero, (uint32_t)l->out_h * l->out_w * l->out_c);
    for (uint32_t y = 0; y < l->in_h; y++) {
        const int8_t *in = job->in + y * l->in_w * l->in_c;
        int8_t *out = job->out + ((y + l->pad_top) * l->out_w + l->pad_left) * l->out_c + l->extra;

        if (l->in_c == l->out_c)
            nn_copy(out, in, (uint32_t)l->in_w * l->in_c);
        else
            for (uint32_t x = 0; x < l->in_w; x++)
                nn_copy(out + x * l->out_c, in + x * l->in_c, l->in_c);
    }
}

static void vector_concatenation(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;
    uint32_t row = (uint32_t)l->in_w * l->in_c, pitch = (uint32_t)l->out_w * l->out_c;

    for (uint32_t y = 0; y < l->in_h; y++)
        nn_copy(job->out + y * pitch, job->in + y * row, row);
}

static void vector_slice(const struct nn_job *job)
{
    const struct nn_layer *l = job->layer;
    int8_t *out = job->out;

    if (l->multiplier != 1) {
        nn_scalar_slice(job);
        return;
    }
    for (uint32_t y = 0; y < l->out_h; y++)
        for (uint32_t x = 0; x < l->out_w; x++, out += l->out_c)
            nn_copy(out, job->in + (y * l->stride_h * l->in_w + x * l->stride_w) * l->in_c, l->out_c);
}

const struct nn_kernels nn_vector = { .run = {
    [NN_CONV_2D] = vector_conv,
    [NN_DEPTHWISE_CONV_2D] = vector_depthwise,
    [NN_FULLY_CONNECTED] = vector_connected,
    [NN_AVERAGE_POOL_2D] = vector_average,
    [NN_MAX_POOL_2D] = vector_max,
    [NN_ADD] = vector_add,
    [NN_MUL] = vector_mul,
    [NN_SOFTMAX] = vector_softmax,
    [NN_MEAN] = vector_mean,
    [NN_TABLE] = vector_table,
    [NN_PAD] = vector_pad,
    [NN_CONCATENATION] = vector_concatenation,
    [NN_STRIDED_SLICE] = vector_slice,
} };
