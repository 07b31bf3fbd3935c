/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The executor of data models: the program that runs on the vector core when a model is data. It is the system's own, and the only code there then.
 * It believes the model: MlCoordinator has checked it (nn_check) against the windows that it gives. */

#include <nn/executor.h>
#include <nn/nn.h>

enum { TEXT, CONSTANTS, OUTPUT, STATIC, INPUT, TEMPORARY };

static void *window(unsigned n, uint32_t offset)
{
    return (void *)(uintptr_t)(NN_EXECUTOR_WINDOW(n) + offset);
}

/* In the output, as native models leave it. */
struct output_header {
    uint32_t return_code, pc, size;
};

void executor_main(void);

void executor_main(void)
{
    const struct nn_memory memory = {
        .model = window(CONSTANTS, 0),
        .arena = window(TEMPORARY, NN_EXECUTOR_STACK),
        .input = window(INPUT, 0),
        .output = window(OUTPUT, NN_EXECUTOR_OUTPUT_AT),
    };
    const struct nn_header *model = memory.model;
    struct output_header *header = window(OUTPUT, 0);

    nn_run(&memory, &nn_vector);
    *header = (struct output_header){ .size = model->output_size };
}
