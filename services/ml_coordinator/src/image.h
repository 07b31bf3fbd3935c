/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <bundle/bundle.h>
#include <nn/nn.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Images of both kinds. Native ones, of the original's section format: six parts at fixed addresses, of which text, constants, static and temporary
 * data must be there. And models that are data (docs/model-format.md), which the executor runs: their constants are the model itself, their sizes are
 * what its header says, and their text is the executor, of which there is one for all (nn/executor.h).
 */

enum image_part { IMAGE_TEXT, IMAGE_CONSTANTS, IMAGE_OUTPUT, IMAGE_STATIC, IMAGE_INPUT, IMAGE_TEMPORARY, IMAGE_PARTS };

struct image {
    uint32_t size[IMAGE_PARTS];     /* bytes of memory; 0: there is no such part */
    uint32_t entry;                 /* offset in the text */
    uint32_t output_at;             /* where the output begins in its part: behind its header */
    uint32_t limit_ms;              /* for a run, from the estimate of a model that is data; 0: none */
    bool is_data;
};

/* Bytes of a part, in whole pages. */
uint32_t image_pages(const struct image *image, enum image_part part);

/* Of all parts but the temporary data, in this order one behind the other; and of one in that block. */
uint32_t image_bytes(const struct image *image);
uint32_t image_offset(const struct image *image, enum image_part part);

/* Checks headers, sizes and places. `limit`: bytes that all of it may need. Of a model that is data only what is needed to lay it out. */
bool image_scan(const struct bundle_source *source, uint32_t limit, struct image *image);

/* Copies the sections into a block of image_bytes() zeros, and checks them: the CRCs are of what is in memory then. */
bool image_load(const struct bundle_source *source, const struct image *image, uint8_t *block);

/* Whether a loaded model that is data stays in its windows; the executor relies on it. *problem: why not. Native images are held by the windows. */
bool image_check(const struct image *image, const uint8_t *block, struct nn_problem *problem);

/* The index-th input (kind NN_IS_INPUT) or output of a loaded and checked image. A native one has one of each, which is bytes. */
bool image_tensor(const struct image *image, const uint8_t *block, uint32_t kind, uint32_t index, struct nn_tensor *tensor);

/* The model in a loaded image that is data. */
const struct nn_header *image_model(const struct image *image, const uint8_t *block);
