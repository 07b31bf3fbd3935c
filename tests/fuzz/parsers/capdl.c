/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The specification of the system. Length, CRC and word size are repaired when the first byte is odd. */
#include "target.h"
#include <capdl/capdl.h>
#include <kata/crc32.h>
#include <string.h>

static void walk(const struct capdl_spec *spec, const uint8_t *bytes, size_t size)
{
    for (unsigned i = 0; i < spec->header->object_count; i++) {
        const struct capdl_object *o = &spec->objects[i];
        REQUIRE((size_t)o->caps_first + o->caps_count <= spec->header->cap_count && o->count >= 1);
        const char *name = capdl_name(spec, o);
        REQUIRE((const uint8_t *)name >= bytes && (const uint8_t *)name + strlen(name) < bytes + size);
        for (unsigned c = 0; c < o->caps_count; c++) {
            const struct capdl_cap *cap = &spec->caps[o->caps_first + c];
            REQUIRE(cap->object < spec->header->object_count);
            REQUIRE((unsigned)cap->offset + cap->count <= spec->objects[cap->object].count);
            REQUIRE(capdl_content(spec, o, cap->slot) != NULL);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t bytes = size - 1;
    uint32_t *copy = malloc(bytes + (bytes == 0)); /* malloc's alignment is the words' */
    struct capdl_spec spec;
    unsigned bad = 0;
    memcpy(copy, data + 1, bytes);
    struct capdl_header *header = (struct capdl_header *)copy;
    if ((data[0] & 1) && bytes >= sizeof *header) {
        const size_t behind = offsetof(struct capdl_header, crc32) + sizeof header->crc32;
        header->word_bits = 8 * sizeof(void *);
        header->total_bytes = (uint32_t)bytes;
        header->crc32 = crc32_update(0, (const uint8_t *)copy + behind, bytes - behind);
    }
    if (capdl_open(&spec, copy, bytes, &bad) == CAPDL_OK)
        walk(&spec, (const uint8_t *)copy, bytes);
    free(copy);
    return 0;
}
