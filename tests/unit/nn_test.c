/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <nn/nn.h>

#include "../../common/nn/src/fixed.h"

/* A model of one layer, built field by field: a convolution 3x3 from 4x4x2 to 4x4x3, padded. Its parts lie at fixed offsets. */
#define LAYER     128u
#define TENSOR    192u
#define CONSTANTS 320u
#define STRINGS   512u
#define SIZE      528u
#define SCRATCH   64u

static _Alignas(NN_ALIGN) uint8_t image[SIZE];
static struct nn_header *const header = (struct nn_header *)(void *)image;
static struct nn_layer *const layer = (struct nn_layer *)(void *)(image + LAYER);
static struct nn_tensor *const tensor = (struct nn_tensor *)(void *)(image + TENSOR);
static const struct nn_limits limits = { 4096, 4096, 4096 };

static int32_t *words(uint32_t at)
{
    return (int32_t *)(void *)(image + CONSTANTS + at);
}

static void make_tensor(struct nn_tensor *t, uint32_t kind, uint32_t h, uint32_t w, uint32_t c)
{
    *t = (struct nn_tensor){ .kind = kind, .size = h * w * c, .rank = 3, .shape = { h, w, c, 1 }, .scale = 0x3f800000 };
}

static void make(void)
{
    memset(image, 0, sizeof image);
    *header = (struct nn_header){
        .magic = NN_MAGIC, .version = NN_VERSION, .size = SIZE, .layers_at = LAYER, .layers = 1, .tensors_at = TENSOR, .tensors = 2,
        .constants_at = CONSTANTS, .constants_size = 128, .strings_at = STRINGS, .strings_size = 16, .arena_size = 256, .input_size = 32,
        .output_size = 48, .instructions = { 1, 1, 1, 1 },
    };
    *layer = (struct nn_layer){
        .op = NN_CONV_2D, .in = NN_PLACE(NN_INPUT, 0), .out = NN_PLACE(NN_OUTPUT, 0), .scratch = NN_PLACE(NN_ARENA, SCRATCH),
        .in_h = 4, .in_w = 4, .in_c = 2, .out_h = 4, .out_w = 4, .out_c = 3, .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
        .dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1, .act_min = -128, .act_max = 127, .multiplier = 1,
        .weights = 0, .bias = 64, .mult = 80, .shift = 96,
    };
    for (uint32_t i = 0; i < 3; i++) {
        words(80)[i] = 1 << 30;
        words(96)[i] = 1;
    }
    make_tensor(&tensor[0], NN_IS_INPUT, 4, 4, 2);
    make_tensor(&tensor[1], NN_IS_OUTPUT, 4, 4, 3);
    memcpy(image + STRINGS, "one\0yes\0no", 11);
}

static struct nn_problem problem;

static int check(void)
{
    memset(&problem, 0, sizeof problem);
    return nn_check(image, SIZE, &limits, &problem);
}

/* The model as it is now is refused, because of that. */
static void assert_refused(const char *part, uint32_t index, const char *field)
{
    assert_int_equal(check(), -1);
    assert_string_equal(problem.part, part);
    assert_int_equal(problem.index, index);
    assert_string_equal(problem.field, field);
    assert_non_null(problem.what);
    make();
    assert_int_equal(check(), 0);
}

static int start(void **state)
{
    (void)state;
    make();
    return 0;
}

static void good(void **state)
{
    (void)state;
    assert_int_equal(check(), 0);
    tensor[1].labels_at = 4;
    tensor[1].labels = 2;
    assert_int_equal(check(), 0);
    assert_ptr_equal(nn_layers(header), layer);
    assert_ptr_equal(nn_tensors(header), tensor);
    assert_string_equal(nn_string(header, 0), "one");
    assert_string_equal(nn_label(header, &tensor[1], 0), "yes");
    assert_string_equal(nn_label(header, &tensor[1], 1), "no");
}

static void image_itself(void **state)
{
    static _Alignas(NN_ALIGN) uint8_t moved[SIZE + NN_ALIGN];

    (void)state;
    memcpy(moved + 4, image, SIZE);
    assert_int_equal(nn_check(moved + 4, SIZE, &limits, &problem), -1);
    assert_string_equal(problem.field, "image");
    for (uint32_t size = 0; size < SIZE; size++) {
        uint8_t *cut = aligned_alloc(NN_ALIGN, SIZE + NN_ALIGN - SIZE % NN_ALIGN);

        memcpy(cut, image, size);
        if (size >= sizeof *header)
            ((struct nn_header *)(void *)cut)->size = size;
        assert_int_equal(nn_check(cut, size, &limits, &problem), -1);
        free(cut);
    }
}

#define REFUSE(part, index, field, change)    \
    do {                                      \
        change;                               \
        assert_refused(part, index, field);   \
    } while (0)

static void headers(void **state)
{
    (void)state;
    REFUSE("header", 0, "magic", header->magic++);
    REFUSE("header", 0, "version", header->version++);
    REFUSE("header", 0, "size", header->size++);
    REFUSE("header", 0, "reserved", header->reserved0 = 1);
    REFUSE("header", 0, "reserved", header->reserved1 = 1);
    REFUSE("header", 0, "flags", header->flags = 1);
    REFUSE("header", 0, "layers", header->layers = 0);
    REFUSE("header", 0, "layers", header->layers = UINT32_MAX);
    REFUSE("header", 0, "layers_at", header->layers_at = 64);
    REFUSE("header", 0, "layers_at", header->layers_at += 4);
    REFUSE("header", 0, "layers_at", header->layers_at = UINT32_MAX - 63);
    REFUSE("header", 0, "tensors", header->tensors = 1);
    REFUSE("header", 0, "tensors", header->tensors = 65);
    REFUSE("header", 0, "tensors_at", header->tensors_at = LAYER);
    REFUSE("header", 0, "constants_at", header->constants_at = TENSOR);
    REFUSE("header", 0, "constants_at", header->constants_size = UINT32_MAX);
    REFUSE("header", 0, "strings_at", header->strings_at = CONSTANTS);
    REFUSE("header", 0, "strings_at", header->strings_size = 17);
    REFUSE("header", 0, "strings_size", header->strings_size = 0);
    REFUSE("header", 0, "strings_size", image[STRINGS + 15] = 'x');
    REFUSE("header", 0, "arena_size", header->arena_size = 4097);
    REFUSE("header", 0, "input_size", header->input_size = 4097);
    REFUSE("header", 0, "output_size", header->output_size = 4097);
    REFUSE("header", 0, "instructions", header->instructions[2] = 0);
    REFUSE("header", 0, "name", header->name = 16);
}

static void tensors(void **state)
{
    (void)state;
    REFUSE("tensor", 1, "kind", tensor[1].kind = 2);
    REFUSE("tensor", 0, "kind", tensor[1].kind = NN_IS_INPUT; make_tensor(&tensor[1], NN_IS_INPUT, 4, 4, 2));
    REFUSE("tensor", 0, "kind", make_tensor(&tensor[0], NN_IS_OUTPUT, 4, 4, 3));
    REFUSE("tensor", 0, "type", tensor[0].type = 2);
    REFUSE("tensor", 0, "rank", tensor[0].rank = 0);
    REFUSE("tensor", 0, "rank", tensor[0].rank = 5);
    REFUSE("tensor", 0, "shape", tensor[0].shape[1] = 0);
    REFUSE("tensor", 0, "shape", tensor[0].shape[1] = UINT32_MAX);
    REFUSE("tensor", 0, "shape", tensor[0].shape[0] = tensor[0].shape[1] = 1 << 20);
    REFUSE("tensor", 0, "shape", tensor[0].rank = 2);
    REFUSE("tensor", 0, "size", tensor[0].size++);
    REFUSE("tensor", 0, "offset", tensor[0].offset = 1);
    REFUSE("tensor", 1, "offset", tensor[1].offset = UINT32_MAX);
    REFUSE("tensor", 0, "scale", tensor[0].scale = 0);
    REFUSE("tensor", 0, "scale", tensor[0].scale = 0x7f800000);
    REFUSE("tensor", 0, "scale", tensor[0].scale = 0xbf800000);
    REFUSE("tensor", 0, "zero", tensor[0].zero = 128);
    REFUSE("tensor", 0, "zero", tensor[0].zero = INT32_MIN);
    REFUSE("tensor", 0, "zero", tensor[0].type = NN_UINT8; tensor[0].zero = -1);
    REFUSE("tensor", 0, "name", tensor[0].name = 16);
    REFUSE("tensor", 1, "labels_at", tensor[1].labels_at = UINT32_MAX);
    REFUSE("tensor", 1, "labels", tensor[1].labels = 17);
    REFUSE("tensor", 0, "reserved", tensor[0].reserved[1] = 1);
}

static void places(void **state)
{
    (void)state;
    REFUSE("layer", 0, "in", layer->in = 0);
    REFUSE("layer", 0, "in", layer->in = NN_PLACE(NN_WINDOWS, 0));
    REFUSE("layer", 0, "in", layer->in = NN_PLACE(NN_INPUT, 1));
    REFUSE("layer", 0, "in", layer->in = NN_PLACE(NN_CONSTANTS, 97));
    REFUSE("layer", 0, "in", layer->in_h = layer->in_w = layer->in_c = UINT16_MAX);
    REFUSE("layer", 0, "in2", layer->in2 = NN_PLACE(NN_INPUT, 0));
    REFUSE("layer", 0, "out", layer->out = NN_PLACE(NN_INPUT, 0));
    REFUSE("layer", 0, "out", layer->out = NN_PLACE(NN_CONSTANTS, 0));
    REFUSE("layer", 0, "out", layer->out = NN_PLACE(NN_OUTPUT, 1));
    REFUSE("layer", 0, "out", layer->out = NN_PLACE(NN_ARENA, 209));
    REFUSE("layer", 0, "out", layer->in = NN_PLACE(NN_ARENA, 0); layer->out = NN_PLACE(NN_ARENA, 31));
    REFUSE("layer", 0, "scratch", layer->scratch = 0);
    REFUSE("layer", 0, "scratch", layer->scratch++);
    REFUSE("layer", 0, "scratch", layer->scratch = NN_PLACE(NN_OUTPUT, 0));
    REFUSE("layer", 0, "scratch", layer->scratch = NN_PLACE(NN_ARENA, 208));
    REFUSE("layer", 0, "scratch", layer->in = NN_PLACE(NN_ARENA, 64));
    REFUSE("layer", 0, "scratch", layer->out = NN_PLACE(NN_ARENA, 64));
    REFUSE("layer", 0, "scratch", layer->dilation_h = 9);
    REFUSE("layer", 0, "weights", layer->weights = 75);
    REFUSE("layer", 0, "weights", layer->weights = UINT32_MAX);
    REFUSE("layer", 0, "bias", layer->bias = 2);
    REFUSE("layer", 0, "bias", layer->bias = 120);
    REFUSE("layer", 0, "mult", layer->mult = 120);
    REFUSE("layer", 0, "shift", layer->shift = UINT32_MAX - 3);
}

/* A row of output may go where input has been copied from: here 4 rows of 8 bytes in, 4 rows of 12 bytes out, padded by one. */
static void overwriting(void **state)
{
    (void)state;
    layer->in = NN_PLACE(NN_ARENA, 160);
    layer->out = NN_PLACE(NN_ARENA, 160 - 8);           /* row 1: 24 bytes written, 3 rows of 8 read */
    assert_int_equal(check(), 0);
    REFUSE("layer", 0, "out", layer->in = NN_PLACE(NN_ARENA, 160); layer->out = NN_PLACE(NN_ARENA, 160 + 8));
    layer->in = NN_PLACE(NN_ARENA, 160);
    layer->out_c = 2;                                   /* in place */
    layer->out = layer->in;
    assert_int_equal(check(), 0);
    REFUSE("layer", 0, "out", layer->in = NN_PLACE(NN_ARENA, 160); layer->out = layer->in; layer->out_c = 2; layer->pad_top = 3);
    /* Without margins nothing is copied. */
    REFUSE("layer", 0, "out", layer->in = NN_PLACE(NN_ARENA, 160); layer->out = layer->in; layer->scratch = 0; layer->pad_top = 0;
           layer->pad_left = 0; layer->out_h = layer->out_w = 2);
}

static void fields(void **state)
{
    (void)state;
    REFUSE("layer", 0, "op", layer->op = 0);
    REFUSE("layer", 0, "op", layer->op = NN_OPS);
    REFUSE("layer", 0, "flags", layer->flags = 0x80);
    REFUSE("layer", 0, "in shape", layer->in_w = 0);
    REFUSE("layer", 0, "out shape", layer->out_c = 0);
    REFUSE("layer", 0, "kernel", layer->kernel_h = 0);
    REFUSE("layer", 0, "stride", layer->stride_w = 0);
    REFUSE("layer", 0, "dilation", layer->dilation_w = 0);
    REFUSE("layer", 0, "multiplier", layer->multiplier = 2);
    REFUSE("layer", 0, "extra", layer->extra = 1);
    REFUSE("layer", 0, "act_min", layer->act_max = -1; layer->act_min = 0);
    REFUSE("layer", 0, "mult or shift", words(80)[2] = (1 << 30) - 1);
    REFUSE("layer", 0, "mult or shift", words(80)[2] = -1);
    REFUSE("layer", 0, "mult or shift", words(96)[2] = 32);
    REFUSE("layer", 0, "mult or shift", words(96)[2] = -31);
    REFUSE("layer", 0, "mult or shift", words(96)[2] = 0; layer->flags = NN_FLAG_RIGHT);
    REFUSE("layer", 0, "flags", layer->flags = NN_FLAG_NO_M128; image[CONSTANTS + 53] = 0x80);
    layer->flags = NN_FLAG_NO_M128;
    image[CONSTANTS + 54] = 0x80;                       /* behind the weights */
    assert_int_equal(check(), 0);
}

/* The layer becomes one without a window and without filters, from and to a shape. */
static void make_simple(enum nn_op op, uint16_t h, uint16_t w, uint16_t c)
{
    make();
    layer->op = (uint8_t)op;
    layer->scratch = layer->bias = layer->mult = layer->shift = 0;
    layer->kernel_h = layer->kernel_w = 1;
    layer->pad_top = layer->pad_left = 0;
    layer->in_h = layer->out_h = h;
    layer->in_w = layer->out_w = w;
    layer->in_c = layer->out_c = c;
}

#define REFUSE_SIMPLE(op, field, change)                                  \
    do {                                                                  \
        make_simple(op, 2, 2, 2);                                         \
        words(0)[0] = (op) == NN_ADD ? 20 : 1 << 30;                      \
        words(0)[1] = (op) == NN_ADD ? 1 << 30 : 1;                       \
        layer->in2 = (op) == NN_ADD || (op) == NN_MUL ? layer->in : 0;    \
        if ((op) == NN_MEAN)                                              \
            layer->out_h = layer->out_w = 1;                              \
        assert_int_equal(check(), 0);                                     \
        change;                                                           \
        assert_refused("layer", 0, field);                                \
    } while (0)

static void operators(void **state)
{
    (void)state;
    REFUSE_SIMPLE(NN_SOFTMAX, "kernel", layer->kernel_w = 2);
    REFUSE_SIMPLE(NN_SOFTMAX, "pad", layer->pad_top = 1);
    REFUSE_SIMPLE(NN_SOFTMAX, "stride", layer->stride_h = 2);
    REFUSE_SIMPLE(NN_SOFTMAX, "scratch", layer->scratch = NN_PLACE(NN_ARENA, 0));
    REFUSE_SIMPLE(NN_SOFTMAX, "out shape", layer->out_c = 1);
    REFUSE_SIMPLE(NN_ADD, "out shape", layer->out_w = 1);
    REFUSE_SIMPLE(NN_ADD, "in2", layer->in2 = 0);
    REFUSE_SIMPLE(NN_ADD, "in2", layer->in2 = NN_PLACE(NN_INPUT, 25));
    REFUSE_SIMPLE(NN_ADD, "weights", layer->weights = 104);
    REFUSE_SIMPLE(NN_ADD, "params", words(0)[NN_ADD_LEFT] = 21);
    REFUSE_SIMPLE(NN_ADD, "params", words(0)[NN_ADD_MULT2] = -1);
    REFUSE_SIMPLE(NN_ADD, "params", words(0)[NN_ADD_SHIFT_OUT] = -1);
    REFUSE_SIMPLE(NN_ADD, "out", layer->in2 = NN_PLACE(NN_ARENA, 0); layer->out = NN_PLACE(NN_ARENA, 1));
    REFUSE_SIMPLE(NN_MUL, "params", words(0)[NN_SCALE_SHIFT] = 32);
    REFUSE_SIMPLE(NN_MUL, "out shape", layer->out_h = 1);
    REFUSE_SIMPLE(NN_SOFTMAX, "params", words(0)[NN_SOFTMAX_MULT] = -1);
    REFUSE_SIMPLE(NN_SOFTMAX, "params", words(0)[NN_SOFTMAX_LEFT] = 32);
    REFUSE_SIMPLE(NN_SOFTMAX, "params", words(0)[NN_SOFTMAX_DIFF_MIN] = 1);
    REFUSE_SIMPLE(NN_MEAN, "params", words(0)[NN_SCALE_MULT] = -1);
    REFUSE_SIMPLE(NN_MEAN, "out shape", layer->out_h = 2);
    REFUSE_SIMPLE(NN_AVERAGE_POOL_2D, "dilation", layer->dilation_h = 2);
    REFUSE_SIMPLE(NN_AVERAGE_POOL_2D, "pad", layer->pad_left = 1);
    REFUSE_SIMPLE(NN_MAX_POOL_2D, "out shape", layer->out_h = 3);
    REFUSE_SIMPLE(NN_MAX_POOL_2D, "out shape", layer->out_c = 1);
    REFUSE_SIMPLE(NN_PAD, "out shape", layer->extra = 1);
    REFUSE_SIMPLE(NN_PAD, "out shape", layer->pad_left = 1);
    REFUSE_SIMPLE(NN_CONCATENATION, "out shape", layer->out_c = 1);
    REFUSE_SIMPLE(NN_CONCATENATION, "out", layer->out_c = 60);
    REFUSE_SIMPLE(NN_STRIDED_SLICE, "out shape", layer->stride_w = 2);
    REFUSE_SIMPLE(NN_STRIDED_SLICE, "out shape", layer->multiplier = 2);
    REFUSE_SIMPLE(NN_STRIDED_SLICE, "in", layer->in = NN_PLACE(NN_INPUT, 25));
}

/* --- arithmetic --- */

static uint32_t random_word(void)
{
    static uint32_t state = 1;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* As TFLite's sources say it. */
static int32_t reference_requantise(int32_t x, int32_t mult, int32_t shift)
{
    int64_t product = (int64_t)(int32_t)((uint32_t)x << (shift < 0 ? -shift : 0)) * mult;
    int32_t high = (int32_t)((product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))) / (1ll << 31));
    int32_t by = shift > 0 ? shift : 0;
    double exact = (double)high / (double)(1ll << by);

    return (int32_t)round(exact);           /* halves away from zero */
}

static void requantise(void **state)
{
    static const int32_t values[] = { 0, 1, -1, 2, -2, 3, -3, 1 << 30, -(1 << 30), INT32_MAX, INT32_MIN, INT32_MIN + 1 };

    (void)state;
    for (int32_t shift = -30; shift <= 31; shift++) {
        for (unsigned i = 0; i < 3000; i++) {
            int32_t x = i < 12 ? values[i] : (int32_t)random_word() >> (i % 31);
            int32_t mult = i % 7 == 0 ? 1 << 30 : i % 11 == 0 ? 0 : (int32_t)(random_word() >> 2) + (1 << 30);

            assert_int_equal(nn_requantise(x, mult, shift), reference_requantise(x, mult, shift));
        }
    }
}

/* Within one step of the real function; never wrong by more for any number of equal values. */
static void softmax(void **state)
{
    const int32_t params[NN_SOFTMAX_PARAMS] = { 1717986918, 23, -248 };     /* beta * scale = 0.1 */

    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        int8_t in[20], out[20];
        uint32_t n = 1 + random_word() % 20;
        double sum = 0;

        for (uint32_t i = 0; i < n; i++) {
            in[i] = (int8_t)(random_word() >> 24);
            sum += exp(in[i] * 0.1);
        }
        nn_softmax_row(in, out, n, params, -128, 127);
        for (uint32_t i = 0; i < n; i++) {
            double wanted = fmin(exp(in[i] * 0.1) / sum * 256 - 128, 127);

            assert_true(fabs(out[i] - wanted) <= 1);
        }
    }
}

/* --- operators: small ones, by hand --- */

static _Alignas(NN_ALIGN) int8_t input[64], arena[256], output[64];

static void run(void)
{
    assert_int_equal(check(), 0);
    nn_run(&(struct nn_memory){ image, arena, input, output }, &nn_scalar);
}

static void assert_output(const int8_t *wanted, size_t n)
{
    run();
    assert_memory_equal(output, wanted, n);
}
#define ASSERT_OUTPUT(...) assert_output((const int8_t[]){ __VA_ARGS__ }, sizeof((const int8_t[]){ __VA_ARGS__ }))

static void set_input(const int8_t *values, size_t n)
{
    memcpy(input, values, n);
}
#define INPUT(...) set_input((const int8_t[]){ __VA_ARGS__ }, sizeof((const int8_t[]){ __VA_ARGS__ }))

/* Weights of 1 everywhere sum a window; multiplier 2^30 with shift 0 halves. */
static void convolution(void **state)
{
    (void)state;
    layer->in_h = layer->out_h = 1;
    layer->in_w = layer->out_w = 3;
    layer->in_c = layer->out_c = 1;
    layer->in_zero = 10;
    layer->scratch = NN_PLACE(NN_ARENA, 0);
    layer->out_zero = -1;
    layer->act_max = 29;
    memset(words(0), 1, 9);
    words(64)[0] = -60;
    words(96)[0] = 0;
    INPUT(1, 2, 4);
    /* Rows above and below, and columns beside: zero point 10. (70 + 3 - 60) / 2 - 1 and so on, halves up. */
    ASSERT_OUTPUT(6, 3, 7);
    words(64)[0] = 0;
    ASSERT_OUTPUT(29, 29, 29);
    layer->op = NN_DEPTHWISE_CONV_2D;
    words(64)[0] = -67;
    words(96)[0] = 1;
    layer->act_max = 127;
    ASSERT_OUTPUT(1, -1, 2);
}

static void connected(void **state)
{
    (void)state;
    make_simple(NN_FULLY_CONNECTED, 1, 2, 2);
    layer->bias = 64;
    layer->mult = 80;
    layer->shift = 96;
    layer->out_c = 3;
    memcpy(words(0), (const int8_t[]){ 1, 2, 3, -4, 0, 1 }, 6);
    words(64)[1] = 100;
    words(96)[0] = words(96)[1] = words(96)[2] = 0;
    INPUT(10, 1, -20, 2);
    ASSERT_OUTPUT(3, 60, 16, -14, 30, -29);
}

static void pools(void **state)
{
    (void)state;
    make_simple(NN_AVERAGE_POOL_2D, 1, 5, 1);
    layer->kernel_w = layer->stride_w = 2;
    layer->out_w = 3;
    layer->pad_left = 1;
    INPUT(1, 2, 1, -1, -2);
    ASSERT_OUTPUT(1, 2, -2);
    layer->op = NN_MAX_POOL_2D;
    layer->act_max = 1;
    ASSERT_OUTPUT(1, 1, -1);
}

static void elements(void **state)
{
    static const int32_t halves[NN_ADD_PARAMS] = { 20, 1 << 30, 0, 1 << 30, 0, 1 << 30, 18 };   /* (a + b) / 2 * 2^20 / 2^19 */

    (void)state;
    make_simple(NN_ADD, 1, 2, 2);
    layer->in2 = NN_PLACE(NN_CONSTANTS, 64);
    layer->in_zero = 1;
    layer->out_zero = 5;
    memcpy(words(0), halves, sizeof halves);
    memcpy(words(64), (const int8_t[]){ 1, 2, 3, 127 }, 4);
    INPUT(1, -1, 4, 127);
    ASSERT_OUTPUT(6, 5, 11, 127);
    layer->flags = NN_FLAG_BROADCAST;
    ASSERT_OUTPUT(6, 5, 9, 127);

    make_simple(NN_MUL, 1, 1, 3);
    layer->in2 = NN_PLACE(NN_CONSTANTS, 64);
    layer->in2_zero = -1;
    layer->act_min = -100;
    words(0)[0] = 1 << 30;
    words(0)[1] = -1;
    memcpy(words(64), (const int8_t[]){ 1, 2, 3 }, 3);
    INPUT(5, -7, -80);
    ASSERT_OUTPUT(10, -21, -100);

    make_simple(NN_MEAN, 2, 1, 2);
    layer->out_h = 1;
    layer->in_zero = 2;
    words(0)[0] = 1 << 30;
    words(0)[1] = 0;
    INPUT(1, 2, 6, 9);
    ASSERT_OUTPUT(2, 4);
}

static void table(void **state)
{
    static _Alignas(NN_ALIGN) uint8_t larger[SIZE + 256];
    struct nn_header *h = (struct nn_header *)(void *)larger;

    (void)state;
    make_simple(NN_TABLE, 1, 2, 2);
    assert_refused("layer", 0, "weights");              /* not enough constants */
    make_simple(NN_TABLE, 1, 2, 2);
    memcpy(larger, image, SIZE);
    h->size = sizeof larger;
    h->constants_size = 256;
    h->strings_at = CONSTANTS + 256;
    for (unsigned i = 0; i < 256; i++)
        larger[CONSTANTS + i] = (uint8_t)(255 - i);
    INPUT(-128, 127, 0, -1);
    assert_int_equal(nn_check(larger, sizeof larger, &limits, &problem), 0);
    nn_run(&(struct nn_memory){ larger, arena, input, output }, &nn_scalar);
    assert_memory_equal(output, ((const int8_t[]){ -1, 0, 127, -128 }), 4);
}

static void copies(void **state)
{
    (void)state;
    make_simple(NN_PAD, 1, 2, 1);
    layer->out_h = layer->out_c = 2;
    layer->out_w = 3;
    layer->pad_left = layer->extra = 1;
    layer->in_zero = 9;
    INPUT(1, 2);
    ASSERT_OUTPUT(9, 9, 9, 1, 9, 2, 9, 9, 9, 9, 9, 9);

    make_simple(NN_CONCATENATION, 2, 1, 2);
    layer->out_c = 3;
    layer->out = NN_PLACE(NN_OUTPUT, 1);
    memset(output, 7, sizeof output);
    INPUT(1, 2, 3, 4);
    ASSERT_OUTPUT(7, 1, 2, 7, 3, 4, 7);

    make_simple(NN_STRIDED_SLICE, 2, 3, 3);
    layer->in = NN_PLACE(NN_INPUT, 4);                  /* from pixel 1, channel 1 */
    layer->out_h = layer->out_c = 2;
    layer->out_w = 1;
    layer->multiplier = 1;
    INPUT(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
    ASSERT_OUTPUT(4, 5, 13, 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(good, start),        cmocka_unit_test_setup(image_itself, start),
        cmocka_unit_test_setup(headers, start),     cmocka_unit_test_setup(tensors, start),
        cmocka_unit_test_setup(places, start),      cmocka_unit_test_setup(overwriting, start),
        cmocka_unit_test_setup(fields, start),
        cmocka_unit_test_setup(operators, start),   cmocka_unit_test(requantise),
        cmocka_unit_test(softmax),                  cmocka_unit_test_setup(convolution, start),
        cmocka_unit_test_setup(connected, start),   cmocka_unit_test_setup(pools, start),
        cmocka_unit_test_setup(elements, start),    cmocka_unit_test_setup(table, start),
        cmocka_unit_test_setup(copies, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
