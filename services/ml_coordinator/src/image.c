/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "image.h"

#include <kata/crc32.h>
#include <nn/executor.h>
#include <string.h>
#include <vc_top/registers.h>

/* The original's header of a native image's output: return code, pc, bytes that follow. */
enum { NATIVE_OUTPUT_AT = 12 };

/* The time limit of a run: four times what is estimated for the shortest vectors, at a million instructions a second, which any core does, and half a
 * second for a machine that is busy otherwise. No run takes more
 * than its estimate (`make bench` compares). */
enum { LIMIT_INSTRUCTIONS_PER_MS = 1000 / 4, LIMIT_LEAST_MS = 500 };

/* Everything that a part can be, the last one included. */
static const struct bundle_rules rules = {
    .types = { BUNDLE_TYPE_SPRINGBOK_MODEL, BUNDLE_TYPE_DATA_MODEL, BUNDLE_TYPE_DATA_MODEL }, .user_top = UINT32_MAX,
    .limit = VC_WINDOW_BASE + IMAGE_PARTS * VC_WINDOW_STRIDE, .max_memory = 16u << 20,
};

uint32_t image_pages(const struct image *image, enum image_part part)
{
    return (image->size[part] + VC_PAGE - 1) / VC_PAGE * VC_PAGE;
}

uint32_t image_offset(const struct image *image, enum image_part part)
{
    uint32_t offset = 0;
    for (unsigned i = 0; i < part; i++) {
        offset += image_pages(image, (enum image_part)i);
    }
    return offset;
}

uint32_t image_bytes(const struct image *image)
{
    return image_offset(image, IMAGE_TEMPORARY);
}

/* A section must be at the beginning of its part, and be its only one, with rights that the part's window has. */
static bool take(struct image *image, const struct bundle_section *section)
{
    static const uint8_t rights[IMAGE_PARTS] = {
        BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE, BUNDLE_FLAG_READ, BUNDLE_FLAG_READ | BUNDLE_FLAG_WRITE, BUNDLE_FLAG_READ | BUNDLE_FLAG_WRITE,
        BUNDLE_FLAG_READ | BUNDLE_FLAG_WRITE, BUNDLE_FLAG_READ | BUNDLE_FLAG_WRITE,
    };
    uint32_t at = section->vaddr - VC_WINDOW_BASE, part = at / VC_WINDOW_STRIDE;
    if (at % VC_WINDOW_STRIDE != 0 || part >= IMAGE_PARTS || image->size[part] != 0 || section->msize > VC_WINDOW_STRIDE) {
        return false;
    }
    if ((section->flags & BUNDLE_RIGHTS & ~(uint32_t)rights[part]) != 0) {
        return false;
    }
    image->size[part] = section->msize;
    if (section->flags & BUNDLE_FLAG_ENTRY) {
        image->entry = section->entry - VC_WINDOW_BASE;
    }
    return true;
}

static uint32_t limit_of(const struct nn_header *model)
{
    return LIMIT_LEAST_MS + model->instructions[1] / LIMIT_INSTRUCTIONS_PER_MS;
}

/* A model that is data is its only section. What its header says is believed as far as sizes are in bounds; image_check looks at the rest. */
static bool take_data(const struct bundle_source *source, struct image *image, const struct bundle_section *section)
{
    struct nn_header model;
    uint32_t others = 0;
    for (unsigned i = 0; i < IMAGE_PARTS; i++) {
        others |= image->size[i];
    }
    if (others != 0 || section->vaddr != VC_WINDOW_BASE + IMAGE_CONSTANTS * VC_WINDOW_STRIDE || section->fsize != section->msize
        || (section->flags & (BUNDLE_RIGHTS | BUNDLE_FLAG_ENTRY)) != BUNDLE_FLAG_READ) {
        return false;
    }
    if (section->fsize < sizeof model || source->read(source->ctx, section->data, &model, sizeof model) != 0) {
        return false;
    }
    if (section->msize > VC_WINDOW_STRIDE || model.arena_size > VC_WINDOW_STRIDE - NN_EXECUTOR_STACK || model.input_size > VC_WINDOW_STRIDE
        || model.output_size > VC_WINDOW_STRIDE - NN_EXECUTOR_OUTPUT_AT) {
        return false;
    }
    *image = (struct image){
        .size = { [IMAGE_CONSTANTS] = section->msize, [IMAGE_OUTPUT] = NN_EXECUTOR_OUTPUT_AT + model.output_size, [IMAGE_INPUT] = model.input_size,
                  [IMAGE_TEMPORARY] = NN_EXECUTOR_STACK + model.arena_size },
        .output_at = NN_EXECUTOR_OUTPUT_AT, .limit_ms = limit_of(&model), .is_data = true,
    };
    return true;
}

static bool take_any(const struct bundle_source *source, struct image *image, const struct bundle_section *section)
{
    if (image->is_data) {
        return false;
    }
    return section->type == BUNDLE_TYPE_DATA_MODEL ? take_data(source, image, section) : take(image, section);
}

static bool fits(const struct image *image, uint32_t limit)
{
    return (uint64_t)image_bytes(image) + image_pages(image, IMAGE_TEMPORARY) <= limit;
}

static bool is_whole(const struct image *image, uint32_t limit)
{
    static const uint8_t needed[] = { IMAGE_TEXT, IMAGE_CONSTANTS, IMAGE_STATIC, IMAGE_TEMPORARY };
    if (image->is_data) {
        return fits(image, limit);
    }
    for (unsigned i = 0; i < sizeof needed; i++) {
        if (image->size[needed[i]] == 0) {
            return false;
        }
    }
    return fits(image, limit) && image->entry < image->size[IMAGE_TEXT] && (image->entry & ~(uint32_t)VC_PC_START) == 0;
}

bool image_scan(const struct bundle_source *source, uint32_t limit, struct image *image)
{
    struct bundle_reader reader;
    struct bundle_section section;
    BundleError error;
    *image = (struct image){ .entry = UINT32_MAX, .output_at = NATIVE_OUTPUT_AT };
    bundle_open(&reader, source, &rules);
    while ((error = bundle_next(&reader, &section)) == BUNDLE_OK) {
        if (!take_any(source, image, &section)) {
            return false;
        }
    }
    return error == BUNDLE_END && is_whole(image, limit);
}

static bool load_section(const struct bundle_source *source, const struct image *image, const struct bundle_section *section, uint8_t *block)
{
    enum image_part part = (enum image_part)((section->vaddr - VC_WINDOW_BASE) / VC_WINDOW_STRIDE);
    if (part == IMAGE_TEMPORARY) {
        return true;                /* zeros, and nowhere yet */
    }
    uint8_t *to = block + image_offset(image, part);
    if (section->fsize != 0 && source->read(source->ctx, section->data, to, section->fsize) != 0) {
        return false;
    }
    return crc32_update(0, to, section->fsize) == section->crc32;
}

static bool is_same(const struct image *a, const struct image *b)
{
    return memcmp(a->size, b->size, sizeof a->size) == 0 && a->entry == b->entry && a->is_data == b->is_data;
}

bool image_load(const struct bundle_source *source, const struct image *image, uint8_t *block)
{
    struct bundle_reader reader;
    struct bundle_section section;
    struct image again = { .entry = UINT32_MAX, .output_at = NATIVE_OUTPUT_AT };
    BundleError error;
    bundle_open(&reader, source, &rules);
    while ((error = bundle_next(&reader, &section)) == BUNDLE_OK) {
        uint32_t part = (section.vaddr - VC_WINDOW_BASE) / VC_WINDOW_STRIDE;
        if (!take_any(source, &again, &section) || section.msize != image->size[part] || !load_section(source, image, &section, block)) {
            return false;
        }
    }
    return error == BUNDLE_END && is_same(&again, image);
}

const struct nn_header *image_model(const struct image *image, const uint8_t *block)
{
    return (const struct nn_header *)(const void *)(block + image_offset(image, IMAGE_CONSTANTS));
}

bool image_check(const struct image *image, const uint8_t *block, struct nn_problem *problem)
{
    const struct nn_limits limits = {
        .arena = image->size[IMAGE_TEMPORARY] - NN_EXECUTOR_STACK, .input = image->size[IMAGE_INPUT], .output = image->size[IMAGE_OUTPUT] - image->output_at,
    };
    return !image->is_data || nn_check(image_model(image, block), image->size[IMAGE_CONSTANTS], &limits, problem) == 0;
}

/* Of a native image: bytes, whose meaning only its user knows. */
static bool native_tensor(const struct image *image, uint32_t kind, uint32_t index, struct nn_tensor *tensor)
{
    enum { ONE = 0x3f800000 };      /* 1.0 */
    uint32_t output = image->size[IMAGE_OUTPUT], size = image->size[IMAGE_INPUT];
    if (kind == NN_IS_OUTPUT) {
        size = output > image->output_at ? output - image->output_at : 0;
    }
    *tensor = (struct nn_tensor){ .kind = kind, .type = NN_UINT8, .size = size, .rank = 1, .shape = { size, 1, 1, 1 }, .scale = ONE };
    return index == 0 && size != 0;
}

bool image_tensor(const struct image *image, const uint8_t *block, uint32_t kind, uint32_t index, struct nn_tensor *tensor)
{
    if (!image->is_data) {
        return native_tensor(image, kind, index, tensor);
    }
    const struct nn_header *model = image_model(image, block);
    const struct nn_tensor *tensors = nn_tensors(model);
    for (uint32_t i = 0; i < model->tensors; i++) {
        if (tensors[i].kind == kind && index-- == 0) {
            *tensor = tensors[i];
            return true;
        }
    }
    return false;
}
