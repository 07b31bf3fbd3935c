/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A model that is data: what goes in and comes out, and its answers to some digits. */
#include <sdk.h>
#include <stdio.h>
#include <string.h>

extern const int8_t samples[], samples_end[], outputs[];        /* samples.S */

static uint32_t id;

static void wait_for_end(void)
{
    uint32_t mask;
    int error = sdk_model_wait(&mask);
    if (error != SDK_SUCCESS || mask != 1u << id)
        printf("wait: %s, mask 0x%x\n", sdk_error_name(error), (unsigned)mask);
}

/* The id comes with a run; its input is what is there. */
static int begin(void)
{
    int error = sdk_model_oneshot("digits", &id);
    if (error != SDK_SUCCESS)
        printf("digits: %s\n", sdk_error_name(error));
    else
        wait_for_end();
    return error;
}

static void show(const char *what, const struct sdk_model_tensor *t)
{
    int scale = (int)(t->scale * 1000000.0f);
    printf("%s \"%s\": %s %ux%ux%ux%u, scale 0.%06d, zero %d, %u bytes at %u, %u labels\n", what, t->name, t->type == SDK_INT8 ? "int8" : "uint8",
           (unsigned)t->shape[0], (unsigned)t->shape[1], (unsigned)t->shape[2], (unsigned)t->shape[3], scale, (int)t->zero, (unsigned)t->size,
           (unsigned)t->offset, (unsigned)t->labels);
}

static uint32_t largest(const int8_t *numbers, uint32_t n)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++)
        best = numbers[i] > numbers[best] ? i : best;
    return best;
}

/* Whether the answer is the right one, to the last bit. */
static int ask(const int8_t *sample, uint32_t bytes, const int8_t *expected, uint32_t expected_bytes, char label[SDK_NAME_MAX + 1])
{
    struct sdk_model_output output;
    int8_t answer[64];
    size_t n = sizeof answer;
    int error;
    while ((error = sdk_model_set_input(id, 0, sample, bytes)) == SDK_MODEL_BUSY)
        ;
    if (error != SDK_SUCCESS || begin() != SDK_SUCCESS || sdk_model_output(id, &output, answer, &n) != SDK_SUCCESS)
        return 0;
    (void)sdk_model_label(id, 0, largest(answer, (uint32_t)n), label);
    return !output.faulted && n == expected_bytes && memcmp(answer, expected, n) == 0;
}

int main(void)
{
    struct sdk_model_tensor in, out;
    uint32_t right = 0, n = 0;
    if (begin() != SDK_SUCCESS)
        return 1;
    if (sdk_model_input_tensor(id, 0, &in) != SDK_SUCCESS || sdk_model_output_tensor(id, 0, &out) != SDK_SUCCESS)
        return 2;
    show("input", &in);
    show("output", &out);
    printf("input 1: %s\n", sdk_error_name(sdk_model_input_tensor(id, 1, &in)));
    (void)sdk_model_input_tensor(id, 0, &in);
    for (const int8_t *sample = samples; sample + in.size <= samples_end; sample += in.size, n++) {
        char label[SDK_NAME_MAX + 1] = "";
        right += ask(sample, in.size, outputs + n * out.size, out.size, label);
        printf("digit %u is a %s\n", (unsigned)n, label);
    }
    printf("%u of %u equal\nDONE!\n", (unsigned)right, (unsigned)n);
    return 0;
}
