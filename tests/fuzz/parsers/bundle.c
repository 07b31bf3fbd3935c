/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A bundle image. First byte: bit 0, repair the CRCs (else nearly nothing gets beyond them); bit 1, the source fails at times. */
#include "target.h"
#include <bundle/bundle.h>
#include <kata/crc32.h>
#include <string.h>

static struct {
    uint8_t bytes[65536];
    uint32_t reads;
    bool fails;
} image;

static int read_image(void *ctx, uint32_t offset, void *buf, uint32_t len)
{
    const struct bundle_source *source = ctx;
    REQUIRE(len <= source->size && offset <= source->size - len);
    if (image.fails && ++image.reads % 5 == 0)
        return -1;
    memcpy(buf, image.bytes + offset, len);
    return 0;
}

static uint32_t big_endian(const uint8_t *at) { return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]; }

static void repair(uint32_t size)
{
    for (uint32_t at = 0; size - at >= BUNDLE_HEADER_SIZE;) {
        uint32_t data = at + BUNDLE_HEADER_SIZE, bytes = big_endian(&image.bytes[at + 28]);
        if (bytes > size - data)
            return;
        uint32_t crc = crc32_update(0, &image.bytes[data], bytes);
        for (unsigned i = 0; i < 4; i++)
            image.bytes[at + 44 + i] = (uint8_t)(crc >> (24 - 8 * i));
        at = data + bytes;
    }
}

/* Sections of a valid image: sorted, apart, inside what may be used, and never writable and executable. */
static void check_sections(const struct bundle_source *source, const struct bundle_info *info)
{
    struct bundle_reader reader;
    struct bundle_section s;
    uint32_t n = 0, end = 0;
    bool entered = false;
    bundle_open(&reader, source, &bundle_app_rules);
    for (BundleError error; (error = bundle_next(&reader, &s)) != BUNDLE_END; n++) {
        REQUIRE(error == BUNDLE_OK && s.vaddr >= BUNDLE_PAGE && s.vaddr >= end && s.msize >= s.fsize);
        end = s.vaddr + s.msize;
        REQUIRE(end > s.vaddr && end <= bundle_app_rules.limit);
        REQUIRE((s.flags & (BUNDLE_FLAG_WRITE | BUNDLE_FLAG_EXECUTE)) != (BUNDLE_FLAG_WRITE | BUNDLE_FLAG_EXECUTE));
        REQUIRE(s.data + s.fsize <= source->size);
        entered |= (s.flags & BUNDLE_FLAG_EXECUTE) && info->entry >= s.vaddr && info->entry < end;
    }
    REQUIRE(n == info->sections && n <= BUNDLE_MAX_SECTIONS && entered && (uint64_t)info->pages * BUNDLE_PAGE <= bundle_app_rules.max_memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > sizeof image.bytes)
        return 0;
    struct bundle_source source = { read_image, &source, (uint32_t)size - 1 };
    struct bundle_info info, again;
    uint8_t scratch[100];
    memcpy(image.bytes, data + 1, size - 1);
    image.fails = false;
    if (data[0] & 1)
        repair(source.size);
    BundleError error = bundle_validate(&source, &bundle_app_rules, scratch, sizeof scratch, &info);
    REQUIRE(error >= BUNDLE_OK && error < BUNDLE_ERRORS && bundle_error_text(error) != NULL);
    if (error == BUNDLE_OK) {
        REQUIRE(bundle_scan(&source, &bundle_app_rules, &again, NULL) == BUNDLE_OK && again.entry == info.entry && again.pages == info.pages);
        check_sections(&source, &info);
    }
    image.fails = data[0] & 2;
    image.reads = data[0] >> 2;
    if (image.fails)
        (void)bundle_validate(&source, &bundle_app_rules, scratch, 1 + data[0] % sizeof scratch, NULL);
    return 0;
}
