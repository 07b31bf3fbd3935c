/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/*
 * The boot manifest: which images the management core and hart 2 are started with, signed. README.md has its bytes. It lies in memory that
 * anything may have written before the start, so all of it is outside input. Needs nothing of the machine but boot_memory(): tested and fuzzed on
 * the host.
 */

#include <crypto.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BOOT_SEGMENTS_MAX = 16,
    BOOT_NAME = 16,                 /* bytes of a name, with at least one NUL at its end */
    BOOT_SEGMENT_BYTES = BOOT_NAME + 4 + 4 + CRYPTO_HASH,
    BOOT_HEADER_BYTES = 28,
    BOOT_MANIFEST_MAX = BOOT_HEADER_BYTES + BOOT_SEGMENTS_MAX * BOOT_SEGMENT_BYTES + CRYPTO_SIGNATURE,
};
#define BOOT_MAGIC 0x4b42544du      /* "KBTM" */
#define BOOT_FORMAT 2u
#define BOOT_SIGNED_TEXT "KataOS boot manifest"     /* signed with its NUL, in front of the manifest */

enum boot_flag {
    BOOT_ALLOW_UNSIGNED = 1,        /* packages without signature are accepted: for development */
    BOOT_FLAGS = BOOT_ALLOW_UNSIGNED,
};

enum boot_error {
    BOOT_OK,
    BOOT_NO_MANIFEST,               /* something else, or nothing, is in its place */
    BOOT_BAD_FORMAT,                /* of another format than ours */
    BOOT_BAD_COUNT,                 /* no segment, or more than BOOT_SEGMENTS_MAX */
    BOOT_UNKNOWN_KEY,
    BOOT_BAD_SIGNATURE,
    BOOT_ROLLED_BACK,
    BOOT_BAD_FLAGS,                 /* some that are not enum boot_flag's: it wants what we cannot do */
    BOOT_BAD_NAME,                  /* of a segment: empty, not printable, or not filled up with NULs */
    BOOT_BAD_PLACE,                 /* a segment outside of every region */
    BOOT_OVERLAP,                   /* segments that overlap, or not in ascending order */
    BOOT_NO_ENTRY,                  /* a hart would be sent to where no segment begins */
    BOOT_WRONG_IMAGE,               /* what is in memory is not what was signed */
    BOOT_ERRORS
};

struct boot_region {
    uint32_t base, size;            /* bytes; base + size is at most 2^32 */
};

/* What is accepted. */
struct boot_rules {
    const struct boot_region *regions;              /* each segment lies in one of them */
    size_t n_regions;
    const uint32_t *entries;                        /* where harts are sent to: a segment begins at each */
    size_t n_entries;
    const uint8_t (*keys)[CRYPTO_PUBLIC_KEY];       /* whose signatures count */
    size_t n_keys;
    uint32_t lowest_version;
};

/* A copy of the manifest, which nobody else can change, and what was found out about it. */
struct boot_manifest {
    uint8_t bytes[BOOT_MANIFEST_MAX];
    uint32_t version, segments, flags;
    uint8_t digest[CRYPTO_HASH];    /* what was signed: the measurement, if every image is the signed one */
    char name[BOOT_NAME];           /* of the segment that an error is about; else empty */
};

struct boot_segment {
    char name[BOOT_NAME];
    uint32_t base, size;
    const uint8_t *hash;            /* CRYPTO_HASH bytes, within the manifest's copy */
};

/* manifest->bytes has what lay at the manifest's place, BOOT_MANIFEST_MAX bytes. Checks all but the images: signature first, as nothing else of
 * it means anything before. */
enum boot_error boot_manifest_check(struct boot_manifest *manifest, const struct boot_rules *rules);

/* Of bytes whose signature nobody doubts any more: segments and digest. BOOT_OK, or what is wrong with the header. */
enum boot_error boot_manifest_digest(struct boot_manifest *manifest);

/* Bytes of a manifest with its signature, and its segments; of one that was checked, or digested. */
uint32_t boot_manifest_size(const struct boot_manifest *manifest);
struct boot_segment boot_segment(const struct boot_manifest *manifest, uint32_t i);

/* Compares the images with a manifest that was checked. Calls boot_progress() every few KiB. */
enum boot_error boot_images_check(struct boot_manifest *manifest);
bool boot_image_is_signed(const struct boot_segment *segment);

/* The words for an error. */
const char *boot_error_text(enum boot_error error);

/* --- for the user of the module to implement --- */

/* The memory of (a part of) a segment. */
const uint8_t *boot_memory(uint32_t base, uint32_t size);

/* Called often enough for a watchdog. */
void boot_progress(void);
