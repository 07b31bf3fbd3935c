/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A header is collected, then bundle_step (the reader that every program uses) says what follows it; then the data passes by. */
#include "package.h"

#include "signed.h"

#include <kata/crc32.h>
#include <string.h>

/* The reader's source: it only ever asks for the header that was collected, and at the end of the image for the padding, which is still
 * to come: zeros, until take_padding sees otherwise. */
static int read_collected(void *ctx, uint32_t offset, void *buf, uint32_t len)
{
    const struct package_check *check = ctx;
    uint8_t *to = buf;
    for (uint32_t i = 0; i < len; i++) {
        uint32_t from = offset + i - check->reader.next;
        to[i] = from < BUNDLE_HEADER_SIZE && offset + i < check->at ? check->header[from] : 0;
    }
    return 0;
}

static void fail(struct package_check *check, BundleError error)
{
    if (check->error == BUNDLE_OK)
        check->error = error;
}

/* The reader is at the end of the image. */
static void end(struct package_check *check)
{
    if (check->checked != check->signature.hashes && check->signature.hashes != 0)
        fail(check, BUNDLE_BAD_SIGNATURE_SECTION);
    check->manifest = check->reader.manifest;
    fail(check, bundle_sum_check(&check->sum));
    check->state = PACKAGE_PADDING;
}

/* A header was collected, or what is left of the image is too short for one. */
static void open_section(struct package_check *check)
{
    uint32_t n = check->at - check->reader.next;
    bool first = check->reader.next == 0;
    BundleError error = bundle_step(&check->reader, &check->section, &check->kind);
    if (error == BUNDLE_END) {
        end(check);
        return;
    }
    if (error == BUNDLE_OK && first && check->kind != BUNDLE_SIGNATURE && !check->rules->allow_unsigned)
        error = BUNDLE_UNSIGNED;
    fail(check, error);
    if (check->error == BUNDLE_OK && check->kind == BUNDLE_IN_MEMORY)
        bundle_sum_add(&check->sum, &check->section);
    check->state = PACKAGE_DATA;
    check->crc = 0;
    crypto_sha256_start(&check->hash);
    crypto_sha256_add(&check->hash, check->header, n);
}

static BundleError check_hash(struct package_check *check)
{
    uint8_t digest[CRYPTO_HASH];
    crypto_sha256_finish(&check->hash, digest);
    if (check->signature.hashes == 0)
        return BUNDLE_OK;
    if (check->checked == check->signature.hashes)
        return BUNDLE_BAD_SIGNATURE_SECTION;
    const uint8_t *expected = check->signature.hash + check->checked * BUNDLE_HASH_SIZE;
    return memcmp(digest, expected, sizeof digest) == 0 ? BUNDLE_OK : BUNDLE_WRONG_HASH;
}

static void close_section(struct package_check *check)
{
    BundleError error = BUNDLE_OK;
    if (check->kind == BUNDLE_SIGNATURE) {
        error = signed_check(&check->signature, check->rules, check->signed_data, check->section.fsize);
    } else {
        error = check_hash(check);
        check->checked++;
    }
    if (error == BUNDLE_OK && check->crc != check->section.crc32)
        error = BUNDLE_BAD_CRC;
    fail(check, error);
    check->state = PACKAGE_HEADER;
}

/* --- the three states: each takes what it can of n bytes and returns how much that was ----------------------------------- */

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t take_header(struct package_check *check, const uint8_t *bytes, uint32_t n)
{
    uint32_t have = check->at - check->reader.next, taken = least(n, BUNDLE_HEADER_SIZE - have);
    memcpy(check->header + have, bytes, taken);
    check->at += taken;
    if (have + taken == BUNDLE_HEADER_SIZE || check->at == check->source.size)
        open_section(check);
    return taken;
}

static uint32_t take_data(struct package_check *check, const uint8_t *bytes, uint32_t n)
{
    uint32_t taken = least(n, check->reader.next - check->at);
    check->crc = crc32_update(check->crc, bytes, taken);
    if (check->kind == BUNDLE_SIGNATURE)
        memcpy(check->signed_data + (check->at - check->section.data), bytes, taken);
    else
        crypto_sha256_add(&check->hash, bytes, taken);
    check->at += taken;
    return taken;
}

static uint32_t take_padding(struct package_check *check, const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            fail(check, BUNDLE_TRAILING_GARBAGE);
    check->at += n;
    return n;
}

/* What can be concluded without further bytes: sections without data, and the end of the image. */
static void settle(struct package_check *check)
{
    while (check->error == BUNDLE_OK) {
        if (check->state == PACKAGE_DATA && check->at == check->reader.next)
            close_section(check);
        else if (check->state == PACKAGE_HEADER && check->at == check->source.size)
            open_section(check);
        else
            return;
    }
}

void package_start(struct package_check *check, const struct package_rules *rules, uint32_t size)
{
    memset(check, 0, sizeof *check);
    check->rules = rules;
    check->source = (struct bundle_source){ .read = read_collected, .ctx = check, .size = size };
    bundle_open(&check->reader, &check->source, rules->image);
    settle(check);
}

BundleError package_add(struct package_check *check, const void *bytes, uint32_t n)
{
    static uint32_t (*const take[])(struct package_check *, const uint8_t *, uint32_t) = {
        [PACKAGE_HEADER] = take_header, [PACKAGE_DATA] = take_data, [PACKAGE_PADDING] = take_padding,
    };
    const uint8_t *from = bytes;
    if (n > check->source.size - check->at)
        fail(check, BUNDLE_TRAILING_GARBAGE);
    while (check->error == BUNDLE_OK && n > 0) {
        uint32_t taken = take[check->state](check, from, n);
        from += taken;
        n -= taken;
        settle(check);
    }
    return check->error;
}

BundleError package_finish(struct package_check *check)
{
    if (check->at != check->source.size)
        fail(check, BUNDLE_TRUNCATED_DATA);
    return check->error;
}

const struct bundle_signature *package_signature(const struct package_check *check)
{
    return check->signature.hashes != 0 && check->error == BUNDLE_OK ? &check->signature : NULL;
}
