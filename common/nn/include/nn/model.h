/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* A model as data: what the host tool writes and the vector core's executor walks. docs/model-format.md describes every byte.
 *
 *   header (128 bytes) | layers (64 bytes each, run in order) | tensors (64 bytes each) | constants | strings
 *
 * All numbers are little-endian, as on every machine that executes them; the structures below are the bytes. The image starts at an
 * address that is a multiple of 64. Nothing in it is code, nothing is an address: places are offsets into four windows. */

#include <stddef.h>
#include <stdint.h>

#define NN_MAGIC   0x314e4e4bu      /* "KNN1" */
#define NN_VERSION 1u
#define NN_ALIGN   64u              /* of the image and of its constants */
#define NN_HASHED  48u              /* the hash covers the image from here to its end */

/* Limits. Sizes stay far below 2^31, so that sums of a few of them do not wrap. */
#define NN_MAX_LAYERS  1024u
#define NN_MAX_TENSORS 64u
#define NN_MAX_WINDOW  0x08000000u  /* 128 MiB: the image, the arena, all inputs, all outputs; also of any one tensor */
#define NN_MAX_LOOKS   0x02000000u  /* what the check looks at, number by number: any number of layers may name the same weights */

struct nn_header {
    uint32_t magic;
    uint32_t version;
    uint32_t size;              /* of the image in bytes, all included */
    uint32_t reserved0;         /* 0 */
    uint8_t hash[32];           /* SHA-256 of the image from NN_HASHED on */
    uint32_t layers_at;         /* offset of the first layer, multiple of 64 */
    uint32_t layers;            /* how many, at least one */
    uint32_t tensors_at;        /* offset of the first tensor, multiple of 64 */
    uint32_t tensors;           /* how many: inputs and outputs of the model */
    uint32_t constants_at;      /* offset of the constants, multiple of 64 */
    uint32_t constants_size;
    uint32_t strings_at;        /* offset of the strings; each ends with a NUL, and so does the whole */
    uint32_t strings_size;      /* at least 1 */
    uint32_t arena_size;        /* bytes of working memory, scratch included */
    uint32_t input_size;        /* bytes of the input window that are used */
    uint32_t output_size;       /* the same of the output window */
    uint32_t flags;             /* 0 */
    uint32_t macs_low;          /* multiply-accumulates of one inference, 64 bits */
    uint32_t macs_high;
    uint32_t instructions[4];   /* estimate for one inference: scalar, VLEN 128, 256, 512 */
    uint32_t name;              /* offset in the strings */
    uint32_t reserved1;         /* 0 */
};

/* Where a tensor is: a window and an offset in it. The constants window begins at constants_at. */
#define NN_PLACE(window, offset) ((uint32_t)(window) << 28 | (uint32_t)(offset))
#define NN_PLACE_WINDOW(place)   ((place) >> 28)
#define NN_PLACE_OFFSET(place)   ((place) & 0x0fffffffu)
enum nn_window { NN_NOWHERE, NN_CONSTANTS, NN_ARENA, NN_INPUT, NN_OUTPUT, NN_WINDOWS };

/* What a layer does. TFLite operators become one or more of these; RESHAPE becomes none.
 * Activations are int8, rows of pixels of channels: [h][w][c], no gaps. */
enum nn_op {
    NN_CONV_2D = 1,             /* weights [kernel_h][kernel_w][in_c][out_c] */
    NN_DEPTHWISE_CONV_2D,       /* weights [kernel_h][kernel_w][out_c], out_c = in_c * multiplier */
    NN_FULLY_CONNECTED,         /* weights [in_c][out_c]; in_h = out_h = 1, in_w = out_w = rows (the batch) */
    NN_AVERAGE_POOL_2D,         /* TFLite's: padding does not count */
    NN_MAX_POOL_2D,
    NN_ADD,                     /* params: enum nn_add_param */
    NN_MUL,                     /* params: multiplier, shift */
    NN_SOFTMAX,                 /* over in_c, for each of in_h * in_w; params: multiplier, left shift, smallest difference */
    NN_MEAN,                    /* over in_h, in_w to [1][1][in_c]; params: multiplier, shift (1 / count inside) */
    NN_TABLE,                   /* any function of one int8: out = weights[in + 128], 256 bytes */
    NN_PAD,                     /* out filled with in_zero, in placed at row pad_top, pixel pad_left, channel extra */
    NN_CONCATENATION,           /* one input of it: in_h rows of in_w * in_c bytes, to rows out_w * out_c bytes apart */
    NN_STRIDED_SLICE,           /* out[i][j][k] = in[i * stride_h][j * stride_w][k * multiplier]; `in` has the begin added */
    NN_OPS                      /* count */
};

#define NN_FLAG_BROADCAST 0x01u /* ADD, MUL: the second input has in_c elements, used for every pixel */
#define NN_FLAG_RIGHT     0x02u /* convolutions: every shift of the layer is 1..31 (a multiplier 0 stands with shift 1) */
#define NN_FLAG_NO_M128   0x04u /* convolutions: no weight is -128 */
#define NN_FLAGS          0x07u

struct nn_layer {
    uint8_t op, flags;
    uint16_t node;              /* number of the node in the source model, for messages */
    uint32_t in, in2, out;      /* places; in2 only for ADD and MUL */
    uint32_t scratch;           /* place in the arena of nn_scratch() bytes, multiple of 16; 0 if that is 0 */
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;     /* 1 where they mean nothing */
    uint8_t pad_top, pad_left;  /* bottom and right follow from the shapes */
    int8_t in_zero, in2_zero, out_zero;
    int8_t act_min, act_max;    /* the fused activation's range, within int8's */
    uint8_t multiplier;         /* DEPTHWISE: out_c / in_c; STRIDED_SLICE: stride over channels; otherwise 1 */
    uint16_t extra;             /* PAD: channels before the input's; otherwise 0 */
    uint32_t weights;           /* offset in the constants: weights, params or table; otherwise 0 */
    uint32_t bias;              /* offsets of int32[out_c] in the constants, multiples of 4: convolutions only, otherwise 0 */
    uint32_t mult;              /* 0 or 2^30..2^31-1 */
    uint32_t shift;             /* to the right, -30..31; below 0: that many to the left before multiplying */
};

/* Parameters of ADD: int32 each; shifts to the right, 0..31. out = zero + R(R(x << left, 0) + R(y << left, 1), 2). */
enum nn_add_param {
    NN_ADD_LEFT, NN_ADD_MULT, NN_ADD_SHIFT, NN_ADD_MULT2, NN_ADD_SHIFT2, NN_ADD_MULT_OUT, NN_ADD_SHIFT_OUT, NN_ADD_PARAMS
};
enum nn_softmax_param { NN_SOFTMAX_MULT, NN_SOFTMAX_LEFT, NN_SOFTMAX_DIFF_MIN, NN_SOFTMAX_PARAMS };
enum nn_scale_param { NN_SCALE_MULT, NN_SCALE_SHIFT, NN_SCALE_PARAMS };        /* MUL, MEAN */

/* An input or an output of the model, in the order of the source model; inputs first. */
enum nn_tensor_kind { NN_IS_INPUT, NN_IS_OUTPUT };
enum nn_type { NN_INT8, NN_UINT8 };
struct nn_tensor {
    uint32_t kind, type;
    uint32_t offset, size;      /* in the input or output window, in bytes */
    uint32_t rank;              /* 1..4 */
    uint32_t shape[4];          /* product = size; 1 behind the rank */
    uint32_t scale;             /* bits of a float: value = scale * (number - zero) */
    int32_t zero;
    uint32_t name;              /* offset in the strings */
    uint32_t labels_at;         /* offset in the strings of the first label; the others follow */
    uint32_t labels;            /* how many; 0: none */
    uint32_t reserved[2];       /* 0 */
};

_Static_assert(sizeof(struct nn_header) == 128, "header");
_Static_assert(sizeof(struct nn_layer) == 64, "layer");
_Static_assert(sizeof(struct nn_tensor) == 64, "tensor");

/* Parts of a checked image. */
static inline const struct nn_layer *nn_layers(const struct nn_header *header)
{
    return (const struct nn_layer *)((uintptr_t)header + header->layers_at);
}

static inline const struct nn_tensor *nn_tensors(const struct nn_header *header)
{
    return (const struct nn_tensor *)((uintptr_t)header + header->tensors_at);
}

static inline const char *nn_string(const struct nn_header *header, uint32_t offset)
{
    return (const char *)((uintptr_t)header + header->strings_at + offset);
}

/* The name of number i of a tensor; i < labels. */
static inline const char *nn_label(const struct nn_header *header, const struct nn_tensor *tensor, uint32_t i)
{
    const char *label = nn_string(header, tensor->labels_at);

    for (; i; label++)
        i -= *label == 0;
    return label;
}

/* Rows that lie ready for a windowed layer, and one of padding behind them: a row is copied there once, with its margins. */
static inline uint32_t nn_rows(const struct nn_layer *l)
{
    return (l->kernel_h - 1u) * l->dilation_h + 1u;
}

/* Pixels of such a row: what the outputs of a row see, never less than the input's row with its left margin. */
static inline uint32_t nn_row_pixels(const struct nn_layer *l)
{
    uint32_t seen = (l->out_w - 1u) * l->stride_w + (l->kernel_w - 1u) * l->dilation_w + 1u;
    uint32_t given = (uint32_t)l->in_w + l->pad_left;

    return seen > given ? seen : given;
}

static inline uint64_t nn_row_bytes(const struct nn_layer *l)
{
    return ((uint64_t)nn_row_pixels(l) * l->in_c + 15u) & ~(uint64_t)15;
}

/* Does the layer look outside its input? */
static inline int nn_padded(const struct nn_layer *l)
{
    return l->pad_top != 0 || l->pad_left != 0 || (l->out_h - 1u) * l->stride_h + nn_rows(l) > l->in_h ||
           (l->out_w - 1u) * l->stride_w + (l->kernel_w - 1u) * l->dilation_w + 1u > l->in_w;
}

/* Bytes of scratch that the layer needs: convolutions that look outside their input. */
static inline uint64_t nn_scratch(const struct nn_layer *l)
{
    if ((l->op != NN_CONV_2D && l->op != NN_DEPTHWISE_CONV_2D) || !nn_padded(l))
        return 0;
    return (nn_rows(l) + 1u) * nn_row_bytes(l);
}
