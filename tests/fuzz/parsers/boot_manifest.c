/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A boot manifest and images of which every byte is the input's. The cryptography is a toy, so that the input decides what is beyond it. First byte:
 * bit 0, key, signature and hashes are repaired. Second byte: the byte that is flipped in a good one. The manifest; what is behind its
 * greatest size are the images. */
#include "target.h"
#include <manifest.h>
#include <string.h>

enum { OPTIONS = 2, BASE = 0x1000, SIZE = 512, OTHER = 0x8000, OTHER_SIZE = 256, LOWEST = 3 };

static uint8_t memory[SIZE], other[OTHER_SIZE];
static struct boot_manifest manifest;

static void hash_of(const void *text, size_t text_n, const void *data, size_t n, uint8_t out[CRYPTO_HASH])
{
    struct crypto_sha256 hash;
    crypto_sha256_start(&hash);
    crypto_sha256_add(&hash, text, text_n);
    crypto_sha256_add(&hash, data, n);
    crypto_sha256_finish(&hash, out);
}

/* --- the machine --- */

static bool within(uint32_t base, uint32_t size, uint32_t from, uint32_t bytes)
{
    return base >= from && base - from <= bytes && size <= bytes - (base - from);
}

const uint8_t *boot_memory(uint32_t base, uint32_t size)
{
    REQUIRE(size > 0 && (within(base, size, BASE, SIZE) || within(base, size, OTHER, OTHER_SIZE)));
    return base >= OTHER ? other + (base - OTHER) : memory + (base - BASE);
}

void boot_progress(void) { }

/* --- repair --- */

static const uint8_t keys[2][CRYPTO_PUBLIC_KEY] = { { 1 }, { 2 } };

static uint32_t big_endian(const uint8_t *at) { return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]; }

static void repair_segment(uint8_t *at)
{
    uint32_t base = big_endian(at + BOOT_NAME), size = big_endian(at + BOOT_NAME + 4);
    if (size > 0 && (within(base, size, BASE, SIZE) || within(base, size, OTHER, OTHER_SIZE)))
        hash_of("", 0, boot_memory(base, size), size, at + BOOT_NAME + 8);
}

static void repair(void)
{
    uint32_t n = big_endian(manifest.bytes + 20), bytes = BOOT_HEADER_BYTES + n * BOOT_SEGMENT_BYTES;
    uint8_t digest[CRYPTO_HASH];
    hash_of("", 0, keys[manifest.bytes[12] & 1], CRYPTO_PUBLIC_KEY, digest);
    memcpy(manifest.bytes + 12, digest, 8);
    if (n > BOOT_SEGMENTS_MAX)
        return;
    for (uint32_t i = 0; i < n; i++)
        repair_segment(manifest.bytes + BOOT_HEADER_BYTES + i * BOOT_SEGMENT_BYTES);
    hash_of(BOOT_SIGNED_TEXT, sizeof BOOT_SIGNED_TEXT, manifest.bytes, bytes, digest);
    memcpy(manifest.bytes + bytes, digest, CRYPTO_HASH);
    memcpy(manifest.bytes + bytes + CRYPTO_HASH, digest, CRYPTO_HASH);
}

/* --- checks --- */

static enum boot_error check(void)
{
    static const struct boot_region regions[] = { { BASE, SIZE }, { OTHER, OTHER_SIZE } };
    static const uint32_t entries[] = { BASE };
    static const struct boot_rules rules = { regions, 2, entries, 1, keys, 2, LOWEST };
    enum boot_error error = boot_manifest_check(&manifest, &rules);
    if (error == BOOT_OK)
        error = boot_images_check(&manifest);
    REQUIRE(error < BOOT_ERRORS && strlen(manifest.name) < BOOT_NAME);
    REQUIRE(error != BOOT_OK || (manifest.version >= LOWEST && manifest.segments > 0 && manifest.segments <= BOOT_SEGMENTS_MAX));
    return error;
}

/* No byte of a good one can be another. */
static void flip_a_byte(uint32_t at)
{
    manifest.bytes[at % (BOOT_HEADER_BYTES + manifest.segments * BOOT_SEGMENT_BYTES + CRYPTO_SIGNATURE)] ^= 0x40;
    REQUIRE(check() != BOOT_OK);
}

static void take(void *to, size_t room, const uint8_t **data, size_t *size)
{
    size_t n = *size < room ? *size : room;
    memset(to, 0, room);
    memcpy(to, *data, n);
    *data += n;
    *size -= n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < OPTIONS)
        return 0;
    const uint8_t *options = data;
    data += OPTIONS;
    size -= OPTIONS;
    take(manifest.bytes, sizeof manifest.bytes, &data, &size);
    take(memory, sizeof memory, &data, &size);
    take(other, sizeof other, &data, &size);
    if (options[0] & 1)
        repair();
    if (check() == BOOT_OK)
        flip_a_byte(options[1] * 5u);
    return 0;
}
