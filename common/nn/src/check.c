/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "nn/nn.h"

/* What the executor relies on, field by field. Ranges are computed in 64 bits from factors of at most 32, products of at most 48. */

struct check {
    const uint8_t *image;
    const struct nn_header *header;
    struct nn_problem *problem;
    const char *part;
    uint32_t index;
    uint32_t *looks;            /* numbers that have been looked at */
};

static int refuse(const struct check *check, const char *field, const char *what)
{
    *check->problem = (struct nn_problem){ .part = check->part, .index = check->index, .field = field, .what = what };
    return -1;
}

/* In functions that return int and have the check at hand: refuses unless the condition holds. */
#define REQUIRE(condition, field, what)           \
    do {                                          \
        if (!(condition))                         \
            return refuse(check, (field), (what)); \
    } while (0)

/* Before n numbers are looked at: a small image must not keep its reader busy for long. */
static int look(const struct check *check, const char *field, uint64_t n)
{
    REQUIRE(n <= NN_MAX_LOOKS - *check->looks, field, "too much to look at");
    *check->looks += (uint32_t)n;
    return 0;
}

/* --- header --- */

/* A part of the image: count times each, at `at`, not before *end; *end becomes its end. */
static int check_part(const struct check *check, const char *field, uint32_t at, uint32_t align, uint64_t bytes, uint64_t *end)
{
    REQUIRE(at % align == 0, field, "not aligned");
    REQUIRE(at >= *end, field, "out of order, or overlaps the part before");
    REQUIRE(at + bytes <= check->header->size, field, "outside the image");
    *end = at + bytes;
    return 0;
}

static int check_parts(const struct check *check)
{
    const struct nn_header *h = check->header;
    uint64_t end = sizeof *h;

    REQUIRE(h->layers >= 1 && h->layers <= NN_MAX_LAYERS, "layers", "none, or too many");
    REQUIRE(h->tensors >= 2 && h->tensors <= NN_MAX_TENSORS, "tensors", "not an input and an output, or too many");
    REQUIRE(h->strings_size >= 1, "strings_size", "is 0");
    if (check_part(check, "layers_at", h->layers_at, NN_ALIGN, (uint64_t)h->layers * sizeof(struct nn_layer), &end) ||
        check_part(check, "tensors_at", h->tensors_at, NN_ALIGN, (uint64_t)h->tensors * sizeof(struct nn_tensor), &end) ||
        check_part(check, "constants_at", h->constants_at, NN_ALIGN, h->constants_size, &end) ||
        check_part(check, "strings_at", h->strings_at, 1, h->strings_size, &end))
        return -1;
    REQUIRE(check->image[h->strings_at + h->strings_size - 1] == 0, "strings_size", "the last string has no end");
    return 0;
}

static int check_header(const struct check *check, uint32_t size, const struct nn_limits *limits)
{
    const struct nn_header *h = check->header;

    REQUIRE(h->magic == NN_MAGIC, "magic", "not a model");
    REQUIRE(h->version == NN_VERSION, "version", "unknown");
    REQUIRE(h->size == size && size <= NN_MAX_WINDOW, "size", "not that of the image, or too large");
    REQUIRE(h->reserved0 == 0 && h->reserved1 == 0, "reserved", "not 0");
    REQUIRE(h->flags == 0, "flags", "unknown");
    REQUIRE(h->arena_size <= limits->arena && h->arena_size <= NN_MAX_WINDOW, "arena_size", "more than there is");
    REQUIRE(h->input_size <= limits->input && h->input_size <= NN_MAX_WINDOW, "input_size", "more than there is");
    REQUIRE(h->output_size <= limits->output && h->output_size <= NN_MAX_WINDOW, "output_size", "more than there is");
    for (unsigned i = 0; i < 4; i++)
        REQUIRE(h->instructions[i] != 0, "instructions", "no estimate");
    if (check_parts(check))
        return -1;
    REQUIRE(h->name < h->strings_size, "name", "outside the strings");
    return 0;
}

/* --- tensors --- */

static int check_shape(const struct check *check, const struct nn_tensor *t)
{
    uint64_t product = 1;

    REQUIRE(t->rank >= 1 && t->rank <= 4, "rank", "not 1 to 4");
    for (uint32_t i = 0; i < 4; i++) {
        REQUIRE(t->shape[i] >= 1 && t->shape[i] <= NN_MAX_WINDOW, "shape", "a dimension that is 0, or too large");
        REQUIRE(i < t->rank || t->shape[i] == 1, "shape", "not 1 behind the rank");
        product *= t->shape[i];         /* at most 2^27 times 2^27 */
        REQUIRE(product <= NN_MAX_WINDOW, "shape", "too large");
    }
    REQUIRE(product == t->size, "size", "not the product of the shape");
    return 0;
}

static int check_labels(const struct check *check, const struct nn_tensor *t)
{
    const struct nn_header *h = check->header;
    uint32_t found = 0;

    REQUIRE(t->name < h->strings_size, "name", "outside the strings");
    REQUIRE(t->labels_at < h->strings_size, "labels_at", "outside the strings");
    if (look(check, "labels", t->labels ? h->strings_size : 0))
        return -1;
    for (uint32_t i = t->labels_at; i < h->strings_size && found < t->labels; i++)
        found += check->image[h->strings_at + i] == 0;
    REQUIRE(found == t->labels, "labels", "more than there are strings");
    return 0;
}

static int check_tensor(const struct check *check, const struct nn_tensor *t, uint32_t kind_before)
{
    uint32_t window = t->kind == NN_IS_INPUT ? check->header->input_size : check->header->output_size;
    uint32_t exponent = t->scale >> 23;         /* with the sign above it */
    int32_t low = t->type == NN_INT8 ? INT8_MIN : 0;

    REQUIRE(t->kind <= NN_IS_OUTPUT && t->kind >= kind_before, "kind", "unknown, or an input behind an output");
    REQUIRE(t->type <= NN_UINT8, "type", "unknown");
    if (check_shape(check, t))
        return -1;
    REQUIRE((uint64_t)t->offset + t->size <= window, "offset", "outside its window");
    REQUIRE(exponent < 255 && t->scale != 0, "scale", "not a number above 0");
    REQUIRE(t->zero >= low && t->zero <= low + 255, "zero", "not in the range of the type");
    REQUIRE(t->reserved[0] == 0 && t->reserved[1] == 0, "reserved", "not 0");
    return check_labels(check, t);
}

static int check_tensors(struct check *check)
{
    const struct nn_tensor *t = nn_tensors(check->header);
    uint32_t last = check->header->tensors - 1;

    check->part = "tensor";
    for (check->index = 0; check->index <= last; check->index++)
        if (check_tensor(check, &t[check->index], check->index ? t[check->index - 1].kind : NN_IS_INPUT))
            return -1;
    check->index = 0;
    REQUIRE(t[0].kind == NN_IS_INPUT && t[last].kind == NN_IS_OUTPUT, "kind", "no input, or no output");
    return 0;
}

/* --- layers --- */

static uint32_t window_size(const struct check *check, uint32_t window)
{
    const struct nn_header *h = check->header;

    return window == NN_CONSTANTS ? h->constants_size : window == NN_ARENA ? h->arena_size :
           window == NN_INPUT ? h->input_size : h->output_size;
}

static int check_place(const struct check *check, const char *field, uint32_t place, uint64_t bytes)
{
    uint32_t window = NN_PLACE_WINDOW(place);

    REQUIRE(window > NN_NOWHERE && window < NN_WINDOWS, field, "no such window");
    REQUIRE(NN_PLACE_OFFSET(place) + bytes <= window_size(check, window), field, "outside its window");
    return 0;
}

/* Both are inside their windows; same: they may also be the same place. */
static int check_apart(const struct check *check, const char *field, uint32_t a, uint64_t a_bytes, uint32_t b, uint64_t b_bytes, int same)
{
    REQUIRE(NN_PLACE_WINDOW(a) != NN_PLACE_WINDOW(b) || (uint64_t)a + a_bytes <= b || (uint64_t)b + b_bytes <= a || (same && a == b),
            field, "overlaps what the layer reads or keeps");
    return 0;
}

static int check_constants(const struct check *check, const char *field, uint32_t at, uint32_t align, uint64_t bytes)
{
    REQUIRE(at % align == 0, field, "not aligned");
    REQUIRE(at + bytes <= check->header->constants_size, field, "outside the constants");
    return 0;
}

static const int32_t *words(const struct check *check, uint32_t at)
{
    return (const int32_t *)(const void *)(check->image + check->header->constants_at + at);
}

static int check_scale(const struct check *check, const char *field, int32_t mult, int32_t shift, int32_t least)
{
    REQUIRE(mult == 0 || mult >= 1 << 30, field, "multiplier neither 0 nor 2^30 to 2^31 - 1");
    REQUIRE(shift >= least && shift <= 31, field, "no such shift");
    return 0;
}

static uint64_t in_elements(const struct nn_layer *l)
{
    return (uint64_t)l->in_h * l->in_w * l->in_c;
}

static uint64_t out_elements(const struct nn_layer *l)
{
    return (uint64_t)l->out_h * l->out_w * l->out_c;
}

static int has_window(const struct nn_layer *l)
{
    return l->op == NN_CONV_2D || l->op == NN_DEPTHWISE_CONV_2D || l->op == NN_AVERAGE_POOL_2D || l->op == NN_MAX_POOL_2D;
}

static int has_second(const struct nn_layer *l)
{
    return l->op == NN_ADD || l->op == NN_MUL;
}

static int in_place(const struct nn_layer *l)
{
    return l->op == NN_ADD || l->op == NN_MUL || l->op == NN_TABLE;
}

/* Fields that only some operators use are 1 or 0 in the others. */
static int check_unused(const struct check *check, const struct nn_layer *l)
{
    int strides = has_window(l) || l->op == NN_STRIDED_SLICE;

    REQUIRE(!(l->flags & ~NN_FLAGS), "flags", "unknown");
    REQUIRE(l->kernel_h && l->kernel_w && (has_window(l) || (l->kernel_h == 1 && l->kernel_w == 1)), "kernel", "0, or not 1");
    REQUIRE(l->dilation_h && l->dilation_w && (has_window(l) || (l->dilation_h == 1 && l->dilation_w == 1)), "dilation", "0, or not 1");
    REQUIRE(l->stride_h && l->stride_w && (strides || (l->stride_h == 1 && l->stride_w == 1)), "stride", "0, or not 1");
    REQUIRE(has_window(l) || l->op == NN_PAD || (l->pad_top == 0 && l->pad_left == 0), "pad", "not 0");
    REQUIRE(l->op == NN_PAD || l->extra == 0, "extra", "not 0");
    REQUIRE(l->multiplier && (l->op == NN_DEPTHWISE_CONV_2D || l->op == NN_STRIDED_SLICE || l->multiplier == 1),
            "multiplier", "0, or not 1");
    REQUIRE(has_second(l) || l->in2 == 0, "in2", "not 0");
    REQUIRE(l->act_min <= l->act_max, "act_min", "above act_max");
    return 0;
}

static int check_same_shape(const struct check *check, const struct nn_layer *l)
{
    REQUIRE(l->out_h == l->in_h && l->out_w == l->in_w && l->out_c == l->in_c, "out shape", "not the input's");
    return 0;
}

/* Convolutions: taps weights for each output channel. */
static int check_filters(const struct check *check, const struct nn_layer *l, uint64_t taps)
{
    const uint64_t vector = (uint64_t)l->out_c * sizeof(int32_t);

    if (check_constants(check, "weights", l->weights, 1, taps * l->out_c) || check_constants(check, "bias", l->bias, 4, vector) ||
        check_constants(check, "mult", l->mult, 4, vector) || check_constants(check, "shift", l->shift, 4, vector) ||
        look(check, "weights", l->out_c + (l->flags & NN_FLAG_NO_M128 ? taps * l->out_c : 0)))
        return -1;
    for (uint32_t i = 0; i < l->out_c; i++)
        if (check_scale(check, "mult or shift", words(check, l->mult)[i], words(check, l->shift)[i], l->flags & NN_FLAG_RIGHT ? 1 : -30))
            return -1;
    if (l->flags & NN_FLAG_NO_M128)
        for (uint32_t i = 0; i < taps * l->out_c; i++)
            REQUIRE(check->image[check->header->constants_at + l->weights + i] != 0x80, "flags", "a weight is -128");
    return 0;
}

static int check_conv(const struct check *check, const struct nn_layer *l)
{
    return check_filters(check, l, (uint64_t)l->kernel_h * l->kernel_w * l->in_c);
}

static int check_depthwise(const struct check *check, const struct nn_layer *l)
{
    REQUIRE(l->out_c == (uint32_t)l->in_c * l->multiplier, "multiplier", "not out_c / in_c");
    return check_filters(check, l, (uint64_t)l->kernel_h * l->kernel_w);
}

static int check_connected(const struct check *check, const struct nn_layer *l)
{
    REQUIRE(l->in_h == 1 && l->out_h == 1 && l->in_w == l->out_w, "out shape", "not a row for each of the input");
    return check_filters(check, l, l->in_c);
}

/* Every window must see something. */
static int check_pool(const struct check *check, const struct nn_layer *l)
{
    REQUIRE(l->dilation_h == 1 && l->dilation_w == 1, "dilation", "not 1");
    REQUIRE(l->out_c == l->in_c, "out shape", "other channels than the input");
    REQUIRE(l->pad_top < l->kernel_h && l->pad_left < l->kernel_w, "pad", "a window outside the input");
    REQUIRE((l->out_h - 1u) * l->stride_h < (uint32_t)l->in_h + l->pad_top &&
            (l->out_w - 1u) * l->stride_w < (uint32_t)l->in_w + l->pad_left, "out shape", "a window outside the input");
    return 0;
}

static int check_params(const struct check *check, const struct nn_layer *l, uint32_t n)
{
    return check_constants(check, "weights", l->weights, 4, (uint64_t)n * sizeof(int32_t));
}

static int check_add(const struct check *check, const struct nn_layer *l)
{
    const int32_t *p = words(check, l->weights);

    if (check_same_shape(check, l) || check_params(check, l, NN_ADD_PARAMS))
        return -1;
    REQUIRE(p[NN_ADD_LEFT] >= 0 && p[NN_ADD_LEFT] <= 20, "params", "left shift not 0 to 20");
    for (unsigned i = NN_ADD_MULT; i < NN_ADD_PARAMS; i += 2)
        if (check_scale(check, "params", p[i], p[i + 1], 0))
            return -1;
    return 0;
}

static int check_rescale(const struct check *check, const struct nn_layer *l)
{
    const int32_t *p = words(check, l->weights);

    return check_params(check, l, NN_SCALE_PARAMS) || check_scale(check, "params", p[NN_SCALE_MULT], p[NN_SCALE_SHIFT], -30) ? -1 : 0;
}

static int check_mul(const struct check *check, const struct nn_layer *l)
{
    return check_same_shape(check, l) || check_rescale(check, l) ? -1 : 0;
}

static int check_mean(const struct check *check, const struct nn_layer *l)
{
    const int32_t *p = words(check, l->weights);

    REQUIRE(l->out_h == 1 && l->out_w == 1 && l->out_c == l->in_c, "out shape", "not one pixel with the input's channels");
    if (check_params(check, l, NN_SCALE_PARAMS))
        return -1;
    /* Divided by the number of elements, it may be below 2^30. */
    REQUIRE(p[NN_SCALE_MULT] >= 0, "params", "multiplier below 0");
    REQUIRE(p[NN_SCALE_SHIFT] >= -30 && p[NN_SCALE_SHIFT] <= 31, "params", "no such shift");
    return 0;
}

static int check_softmax(const struct check *check, const struct nn_layer *l)
{
    const int32_t *p = words(check, l->weights);

    if (check_same_shape(check, l) || check_params(check, l, NN_SOFTMAX_PARAMS))
        return -1;
    REQUIRE(p[NN_SOFTMAX_MULT] >= 0, "params", "multiplier below 0");
    REQUIRE(p[NN_SOFTMAX_LEFT] >= 0 && p[NN_SOFTMAX_LEFT] <= 31, "params", "left shift not 0 to 31");
    REQUIRE(p[NN_SOFTMAX_DIFF_MIN] >= -255 && p[NN_SOFTMAX_DIFF_MIN] <= 0, "params", "smallest difference not -255 to 0");
    return 0;
}

static int check_table(const struct check *check, const struct nn_layer *l)
{
    return check_same_shape(check, l) || check_constants(check, "weights", l->weights, 1, 256) ? -1 : 0;
}

static int check_pad(const struct check *check, const struct nn_layer *l)
{
    REQUIRE((uint32_t)l->pad_top + l->in_h <= l->out_h && (uint32_t)l->pad_left + l->in_w <= l->out_w &&
            (uint32_t)l->extra + l->in_c <= l->out_c, "out shape", "the input does not fit");
    return 0;
}

static int check_concatenation(const struct check *check, const struct nn_layer *l)
{
    REQUIRE(l->out_h == l->in_h && (uint64_t)l->out_w * l->out_c >= (uint64_t)l->in_w * l->in_c,
            "out shape", "the input's rows do not fit");
    return 0;
}

static int check_slice(const struct check *check, const struct nn_layer *l)
{
    REQUIRE((l->out_h - 1u) * l->stride_h < l->in_h && (l->out_w - 1u) * l->stride_w < l->in_w &&
            (l->out_c - 1u) * l->multiplier < l->in_c, "out shape", "reaches behind the input");
    return 0;
}

static int (*const check_op[NN_OPS])(const struct check *check, const struct nn_layer *l) = {
    [NN_CONV_2D] = check_conv,
    [NN_DEPTHWISE_CONV_2D] = check_depthwise,
    [NN_FULLY_CONNECTED] = check_connected,
    [NN_AVERAGE_POOL_2D] = check_pool,
    [NN_MAX_POOL_2D] = check_pool,
    [NN_ADD] = check_add,
    [NN_MUL] = check_mul,
    [NN_SOFTMAX] = check_softmax,
    [NN_MEAN] = check_mean,
    [NN_TABLE] = check_table,
    [NN_PAD] = check_pad,
    [NN_CONCATENATION] = check_concatenation,
    [NN_STRIDED_SLICE] = check_slice,
};

/* Bytes from `in` to the last one read, and from `out` to the last one written. */
static uint64_t in_bytes(const struct nn_layer *l)
{
    if (l->op != NN_STRIDED_SLICE)
        return in_elements(l);
    return ((uint64_t)(l->out_h - 1u) * l->stride_h * l->in_w + (uint64_t)(l->out_w - 1u) * l->stride_w) * l->in_c +
           (l->out_c - 1u) * l->multiplier + 1u;
}

static uint64_t out_bytes(const struct nn_layer *l)
{
    if (l->op != NN_CONCATENATION)
        return out_elements(l);
    return (uint64_t)(l->in_h - 1u) * l->out_w * l->out_c + (uint64_t)l->in_w * l->in_c;
}

static int check_second(const struct check *check, const struct nn_layer *l)
{
    int broadcast = l->flags & NN_FLAG_BROADCAST;
    uint64_t bytes = broadcast ? l->in_c : in_elements(l);

    if (!has_second(l))
        return 0;
    return check_place(check, "in2", l->in2, bytes) || check_apart(check, "out", l->out, out_bytes(l), l->in2, bytes, !broadcast) ? -1 : 0;
}

static int check_scratch(const struct check *check, const struct nn_layer *l)
{
    uint64_t bytes = nn_scratch(l);

    REQUIRE(bytes || l->scratch == 0, "scratch", "not 0 without need");
    if (!bytes)
        return 0;
    REQUIRE(NN_PLACE_WINDOW(l->scratch) == NN_ARENA && l->scratch % 16 == 0, "scratch", "not in the arena, or not aligned");
    return check_place(check, "scratch", l->scratch, bytes) ||
           check_apart(check, "scratch", l->scratch, bytes, l->in, in_bytes(l), 0) ||
           check_apart(check, "scratch", l->scratch, bytes, l->out, out_bytes(l), 0) ? -1 : 0;
}

/* Convolutions that look outside their input read it from copies of its rows, and may overwrite what they have copied: when output row y
 * is written, the input's rows up to the last that it sees have been. */
static int check_overwriting(const struct check *check, const struct nn_layer *l)
{
    uint64_t out = NN_PLACE_OFFSET(l->out), in = NN_PLACE_OFFSET(l->in);
    uint64_t row = (uint64_t)l->in_w * l->in_c, out_row = (uint64_t)l->out_w * l->out_c;

    if (NN_PLACE_WINDOW(l->out) != NN_PLACE_WINDOW(l->in) || out >= in + in_elements(l))
        return 0;
    if (look(check, "out", l->out_h))
        return -1;
    for (uint32_t y = 0; y < l->out_h; y++) {
        uint32_t seen = y * l->stride_h + nn_rows(l);
        uint32_t copied = seen > l->pad_top ? seen - l->pad_top : 0;

        if (copied >= l->in_h)
            return 0;
        REQUIRE(out + (y + 1) * out_row <= in + copied * row, "out", "overwrites input that is still to be read");
    }
    return 0;
}

static int check_layer(const struct check *check, const struct nn_layer *l)
{
    REQUIRE(l->op < NN_OPS && check_op[l->op], "op", "unknown");
    REQUIRE(l->in_h && l->in_w && l->in_c, "in shape", "a dimension that is 0");
    REQUIRE(l->out_h && l->out_w && l->out_c, "out shape", "a dimension that is 0");
    if (check_unused(check, l) || check_place(check, "in", l->in, in_bytes(l)))
        return -1;
    REQUIRE(NN_PLACE_WINDOW(l->out) == NN_ARENA || NN_PLACE_WINDOW(l->out) == NN_OUTPUT, "out", "not in the arena or the output");
    if (check_place(check, "out", l->out, out_bytes(l)) ||
        (nn_scratch(l) ? check_overwriting(check, l) :
                         check_apart(check, "out", l->out, out_bytes(l), l->in, in_bytes(l), in_place(l))) ||
        check_second(check, l) || check_scratch(check, l))
        return -1;
    return check_op[l->op](check, l);
}

static int check_layers(struct check *check)
{
    const struct nn_layer *l = nn_layers(check->header);

    check->part = "layer";
    for (check->index = 0; check->index < check->header->layers; check->index++)
        if (check_layer(check, &l[check->index]))
            return -1;
    return 0;
}

int nn_check(const void *image, uint32_t size, const struct nn_limits *limits, struct nn_problem *problem)
{
    uint32_t looks = 0;
    struct check c = { .image = image, .header = image, .problem = problem, .part = "header", .looks = &looks };
    const struct check *check = &c;

    REQUIRE((uintptr_t)image % NN_ALIGN == 0, "image", "not aligned");
    REQUIRE(size >= sizeof(struct nn_header), "size", "smaller than a header");
    return check_header(&c, size, limits) || check_tensors(&c) || check_layers(&c) ? -1 : 0;
}
