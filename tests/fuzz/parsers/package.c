/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A package on its way through the security core's verification. The cryptography is a toy, so that the bytes of an input decide what is
 * beyond it: a weak hash, and a signature that is the digest. First byte: bit 0, repair hashes, signature and CRCs; bit 1, unsigned ones
 * are accepted; bit 2, the name is asked for; the rest, how many bytes come at a time. Second byte: the byte that is flipped in a good one. */
#include "target.h"
#include "toy_crypto.h"
#include <kata/crc32.h>
#include <package.h>
#include <string.h>

#define OPTIONS 2u

static uint8_t image[65536];
static uint32_t image_size;

static void hash_of(const void *data, size_t n, uint8_t out[CRYPTO_HASH])
{
    struct crypto_sha256 hash;
    crypto_sha256_start(&hash);
    crypto_sha256_add(&hash, data, n);
    crypto_sha256_finish(&hash, out);
}

/* --- repair -------------------------------------------------------------------------------------------------------------- */

static uint32_t big_endian(const uint8_t *at) { return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]; }

static void put_crc(uint8_t *header, uint32_t bytes)
{
    uint32_t crc = crc32_update(0, header + BUNDLE_HEADER_SIZE, bytes);
    for (unsigned i = 0; i < 4; i++)
        header[44 + i] = (uint8_t)(crc >> (24 - 8 * i));
}

/* Offset behind the section at `at` with its CRC repaired, or 0 when there is none. */
static uint32_t repair_section(uint32_t at)
{
    if (at > image_size || image_size - at < BUNDLE_HEADER_SIZE)
        return 0;
    uint32_t bytes = big_endian(image + at + 28);
    if (bytes > image_size - at - BUNDLE_HEADER_SIZE)
        return 0;
    put_crc(image + at, bytes);
    return at + BUNDLE_HEADER_SIZE + bytes;
}

static const uint8_t keys[2][CRYPTO_PUBLIC_KEY] = { { 1 }, { 2 } };

static void repair_signature(uint32_t bytes)
{
    static uint8_t text[sizeof BUNDLE_SIGNATURE_TEXT + BUNDLE_SIGNATURE_SIZE(BUNDLE_HASHES_MAX)] = BUNDLE_SIGNATURE_TEXT;
    uint8_t *data = image + BUNDLE_HEADER_SIZE, digest[CRYPTO_HASH];
    uint32_t n = big_endian(data + BUNDLE_SIGNATURE_AT_HASHES);
    if (n > BUNDLE_HASHES_MAX || bytes != BUNDLE_SIGNATURE_SIZE(n))
        return;
    hash_of(keys[data[BUNDLE_SIGNATURE_AT_KEY_ID] & 1], CRYPTO_PUBLIC_KEY, digest);
    memcpy(data + BUNDLE_SIGNATURE_AT_KEY_ID, digest, 8);
    uint32_t at = BUNDLE_HEADER_SIZE + bytes;
    for (uint32_t i = 0, next; i < n && (next = repair_section(at)) != 0; i++, at = next)
        hash_of(image + at, next - at, data + BUNDLE_SIGNATURE_AT_HASH + i * BUNDLE_HASH_SIZE);
    memcpy(text + sizeof BUNDLE_SIGNATURE_TEXT, data, bytes - CRYPTO_SIGNATURE);
    hash_of(text, sizeof BUNDLE_SIGNATURE_TEXT + bytes - CRYPTO_SIGNATURE, digest);
    memcpy(data + bytes - CRYPTO_SIGNATURE, digest, CRYPTO_HASH);
    memcpy(data + bytes - CRYPTO_HASH, digest, CRYPTO_HASH);
}

static void repair(void)
{
    for (uint32_t at = 0, next; (next = repair_section(at)) != 0; at = next) {
    }
    if (image_size >= BUNDLE_HEADER_SIZE && big_endian(image + 40) == BUNDLE_TYPE_SIGNATURE) {
        uint32_t bytes = big_endian(image + 28);
        if (bytes >= BUNDLE_SIGNATURE_SIZE(0) && bytes <= image_size - BUNDLE_HEADER_SIZE)
            repair_signature(bytes);
    }
    (void)repair_section(0);
}

/* --- checks -------------------------------------------------------------------------------------------------------------- */

static uint32_t lowest_version(void *ctx, const char *name)
{
    (void)ctx;
    REQUIRE(strlen(name) < BUNDLE_SIGNED_NAME && name[0] != '\0');
    return 3;
}

static struct package_rules rules = { .image = &bundle_app_rules, .keys = keys, .n_keys = 2, .lowest_version = lowest_version };
static struct package_check check;

static BundleError verify(uint32_t piece)
{
    package_start(&check, &rules, image_size);
    for (uint32_t at = 0; at < image_size; at += piece)
        (void)package_add(&check, image + at, image_size - at < piece ? image_size - at : piece);
    BundleError error = package_finish(&check);
    REQUIRE(error >= BUNDLE_OK && error < BUNDLE_ERRORS && error != BUNDLE_READ_FAILED);
    return error;
}

static int read_image(void *ctx, uint32_t offset, void *buf, uint32_t len)
{
    (void)ctx;
    memcpy(buf, image + offset, len);
    return 0;
}

/* The validation of the management core finds nothing wrong with what passed, but for what the image as a whole may lack. */
static void compare_with_validation(void)
{
    static const BundleError whole[] = { BUNDLE_OK, BUNDLE_NO_TEXT, BUNDLE_NO_ENTRY, BUNDLE_DUPLICATE_ENTRY, BUNDLE_ENTRY_OUTSIDE_TEXT,
                                         BUNDLE_ENTRY_MISALIGNED };
    struct bundle_source source = { read_image, NULL, image_size };
    uint8_t scratch[512];
    BundleError error = bundle_validate(&source, &bundle_app_rules, scratch, sizeof scratch, NULL);
    bool known = false;
    for (unsigned i = 0; i < sizeof whole / sizeof whole[0]; i++)
        known |= error == whole[i];
    REQUIRE(known);
}

/* No byte of a signed package can be another. */
static void flip_a_byte(uint32_t at)
{
    image[at % image_size] ^= 0x40;
    REQUIRE(verify(image_size) != BUNDLE_OK);
    image[at % image_size] ^= 0x40;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < OPTIONS || size > sizeof image)
        return 0;
    image_size = (uint32_t)(size - OPTIONS);
    memcpy(image, data + OPTIONS, image_size);
    if (data[0] & 1)
        repair();
    rules.allow_unsigned = data[0] & 2;
    rules.name = data[0] & 4 ? "demo" : NULL;
    BundleError error = verify(image_size + 1);
    bool is_signed = package_signature(&check) != NULL;
    REQUIRE(verify(1u + (data[0] >> 3)) == error && (package_signature(&check) != NULL) == is_signed);
    if (error != BUNDLE_OK)
        return 0;
    REQUIRE(is_signed || rules.allow_unsigned);
    compare_with_validation();
    if (is_signed && !rules.allow_unsigned)
        flip_a_byte(data[1] * 7u);
    return 0;
}
