/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "manifest.h"

#include <string.h>

/* Offsets in the manifest, and in a segment's record. */
enum { AT_MAGIC = 0, AT_FORMAT = 4, AT_VERSION = 8, AT_KEY_ID = 12, AT_SEGMENTS = 20, AT_FLAGS = 24 };
enum { SEGMENT_BASE = BOOT_NAME, SEGMENT_SIZE = BOOT_NAME + 4, SEGMENT_HASH = BOOT_NAME + 8 };
enum { KEY_ID = 8, PIECE = 4096 };

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

const char *boot_error_text(enum boot_error error)
{
    static const char *const text[BOOT_ERRORS] = {
        [BOOT_OK] = "good",
        [BOOT_NO_MANIFEST] = "there is no boot manifest",
        [BOOT_BAD_FORMAT] = "boot manifest is malformed: unknown format",
        [BOOT_BAD_COUNT] = "boot manifest is malformed: number of images",
        [BOOT_UNKNOWN_KEY] = "boot manifest is signed with an unknown key",
        [BOOT_BAD_SIGNATURE] = "boot manifest has a wrong signature",
        [BOOT_ROLLED_BACK] = "boot manifest is older than the version last accepted",
        [BOOT_BAD_FLAGS] = "boot manifest is malformed: unknown flags",
        [BOOT_BAD_NAME] = "boot manifest is malformed: name of an image",
        [BOOT_BAD_PLACE] = "boot manifest is malformed: outside of the memory for images",
        [BOOT_OVERLAP] = "boot manifest is malformed: overlaps the image before it",
        [BOOT_NO_ENTRY] = "boot manifest lacks an image where a hart begins",
        [BOOT_WRONG_IMAGE] = "image is not the signed one",
    };
    return error < BOOT_ERRORS ? text[error] : "unknown error";
}

static uint32_t signed_bytes(const struct boot_manifest *manifest)
{
    return BOOT_HEADER_BYTES + manifest->segments * BOOT_SEGMENT_BYTES;
}

/* --- signature --- */

/* Keys are found by the first bytes of their hash. NULL: not one of them. */
static const uint8_t *find_key(const struct boot_rules *rules, const uint8_t id[KEY_ID])
{
    for (size_t i = 0; i < rules->n_keys; i++) {
        struct crypto_sha256 hash;
        uint8_t digest[CRYPTO_HASH];
        crypto_sha256_start(&hash);
        crypto_sha256_add(&hash, rules->keys[i], CRYPTO_PUBLIC_KEY);
        crypto_sha256_finish(&hash, digest);
        if (memcmp(digest, id, KEY_ID) == 0) {
            return rules->keys[i];
        }
    }
    return NULL;
}

static enum boot_error check_header(struct boot_manifest *manifest)
{
    if (be32(manifest->bytes + AT_MAGIC) != BOOT_MAGIC) {
        return BOOT_NO_MANIFEST;
    }
    if (be32(manifest->bytes + AT_FORMAT) != BOOT_FORMAT) {
        return BOOT_BAD_FORMAT;
    }
    uint32_t segments = be32(manifest->bytes + AT_SEGMENTS);
    if (segments == 0 || segments > BOOT_SEGMENTS_MAX) {
        return BOOT_BAD_COUNT;
    }
    manifest->segments = segments;
    return BOOT_OK;
}

enum boot_error boot_manifest_digest(struct boot_manifest *manifest)
{
    static const char text[] = BOOT_SIGNED_TEXT;
    enum boot_error error = check_header(manifest);
    if (error == BOOT_OK) {
        struct crypto_sha256 hash;
        crypto_sha256_start(&hash);
        crypto_sha256_add(&hash, text, sizeof text);
        crypto_sha256_add(&hash, manifest->bytes, signed_bytes(manifest));
        crypto_sha256_finish(&hash, manifest->digest);
    }
    return error;
}

static enum boot_error check_signature(struct boot_manifest *manifest, const struct boot_rules *rules)
{
    const uint8_t *key = find_key(rules, manifest->bytes + AT_KEY_ID);
    if (key == NULL) {
        return BOOT_UNKNOWN_KEY;
    }
    return crypto_verify(key, manifest->digest, manifest->bytes + signed_bytes(manifest)) == CRYPTO_OK ? BOOT_OK : BOOT_BAD_SIGNATURE;
}

static enum boot_error check_version(struct boot_manifest *manifest, const struct boot_rules *rules)
{
    manifest->version = be32(manifest->bytes + AT_VERSION);
    return manifest->version >= rules->lowest_version ? BOOT_OK : BOOT_ROLLED_BACK;
}

static enum boot_error check_flags(struct boot_manifest *manifest)
{
    manifest->flags = be32(manifest->bytes + AT_FLAGS);
    return (manifest->flags & ~(uint32_t)BOOT_FLAGS) == 0 ? BOOT_OK : BOOT_BAD_FLAGS;
}

uint32_t boot_manifest_size(const struct boot_manifest *manifest)
{
    return signed_bytes(manifest) + CRYPTO_SIGNATURE;
}

/* --- segments --- */

struct boot_segment boot_segment(const struct boot_manifest *manifest, uint32_t i)
{
    const uint8_t *at = manifest->bytes + BOOT_HEADER_BYTES + i * BOOT_SEGMENT_BYTES;
    struct boot_segment segment = { .base = be32(at + SEGMENT_BASE), .size = be32(at + SEGMENT_SIZE), .hash = at + SEGMENT_HASH };
    memcpy(segment.name, at, BOOT_NAME);
    return segment;
}

/* A name can be printed: visible characters, then nothing but NULs, at least one. */
static bool good_name(const char name[BOOT_NAME])
{
    size_t n = 0;
    while (n < BOOT_NAME && name[n] > ' ' && name[n] <= '~') {
        n++;
    }
    size_t end = n;
    while (end < BOOT_NAME && name[end] == '\0') {
        end++;
    }
    return n > 0 && n < BOOT_NAME && end == BOOT_NAME;
}

static bool lies_in(const struct boot_segment *segment, const struct boot_region *region)
{
    return segment->base >= region->base && segment->base - region->base < region->size && segment->size > 0 &&
           segment->size <= region->size - (segment->base - region->base);
}

static bool good_place(const struct boot_segment *segment, const struct boot_rules *rules)
{
    for (size_t i = 0; i < rules->n_regions; i++) {
        if (lies_in(segment, &rules->regions[i])) {
            return true;
        }
    }
    return false;
}

/* end: behind the segment before. */
static enum boot_error check_segment(const struct boot_segment *segment, const struct boot_rules *rules, uint64_t end)
{
    if (!good_place(segment, rules)) {
        return BOOT_BAD_PLACE;
    }
    return segment->base >= end ? BOOT_OK : BOOT_OVERLAP;
}

static enum boot_error check_segments(struct boot_manifest *manifest, const struct boot_rules *rules)
{
    uint64_t end = 0;
    for (uint32_t i = 0; i < manifest->segments; i++) {
        struct boot_segment segment = boot_segment(manifest, i);
        if (!good_name(segment.name)) {
            return BOOT_BAD_NAME;
        }
        enum boot_error error = check_segment(&segment, rules, end);
        if (error != BOOT_OK) {
            memcpy(manifest->name, segment.name, BOOT_NAME);
            return error;
        }
        end = (uint64_t)segment.base + segment.size;
    }
    return BOOT_OK;
}

static bool begins_at(const struct boot_manifest *manifest, uint32_t entry)
{
    for (uint32_t i = 0; i < manifest->segments; i++) {
        if (boot_segment(manifest, i).base == entry) {
            return true;
        }
    }
    return false;
}

static enum boot_error check_entries(const struct boot_manifest *manifest, const struct boot_rules *rules)
{
    for (size_t i = 0; i < rules->n_entries; i++) {
        if (!begins_at(manifest, rules->entries[i])) {
            return BOOT_NO_ENTRY;
        }
    }
    return BOOT_OK;
}

enum boot_error boot_manifest_check(struct boot_manifest *manifest, const struct boot_rules *rules)
{
    manifest->version = manifest->segments = manifest->flags = 0;
    memset(manifest->name, 0, BOOT_NAME);
    enum boot_error error = boot_manifest_digest(manifest);
    if (error == BOOT_OK) {
        error = check_signature(manifest, rules);
    }
    if (error == BOOT_OK) {
        error = check_version(manifest, rules);
    }
    if (error == BOOT_OK) {
        error = check_flags(manifest);
    }
    if (error == BOOT_OK) {
        error = check_segments(manifest, rules);
    }
    return error == BOOT_OK ? check_entries(manifest, rules) : error;
}

/* --- images --- */

bool boot_image_is_signed(const struct boot_segment *segment)
{
    struct crypto_sha256 hash;
    uint8_t digest[CRYPTO_HASH];
    crypto_sha256_start(&hash);
    for (uint32_t at = 0, n; at < segment->size; at += n) {
        n = segment->size - at < PIECE ? segment->size - at : PIECE;
        crypto_sha256_add(&hash, boot_memory(segment->base + at, n), n);
        boot_progress();
    }
    crypto_sha256_finish(&hash, digest);
    return memcmp(digest, segment->hash, CRYPTO_HASH) == 0;
}

enum boot_error boot_images_check(struct boot_manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->segments; i++) {
        struct boot_segment segment = boot_segment(manifest, i);
        if (!boot_image_is_signed(&segment)) {
            memcpy(manifest->name, segment.name, BOOT_NAME);
            return BOOT_WRONG_IMAGE;
        }
    }
    return BOOT_OK;
}
