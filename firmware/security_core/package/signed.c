/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "signed.h"

#include <string.h>

#define KEY_ID 8u

/* Keys are found by the first bytes of their hash. NULL: not one of them. */
static const uint8_t *find_key(const struct package_rules *rules, const uint8_t id[KEY_ID])
{
    for (uint32_t i = 0; i < rules->n_keys; i++) {
        struct crypto_sha256 hash;
        uint8_t digest[CRYPTO_HASH];
        crypto_sha256_start(&hash);
        crypto_sha256_add(&hash, rules->keys[i], CRYPTO_PUBLIC_KEY);
        crypto_sha256_finish(&hash, digest);
        if (memcmp(digest, id, KEY_ID) == 0)
            return rules->keys[i];
    }
    return NULL;
}

static bool is_signed_by(const uint8_t key[CRYPTO_PUBLIC_KEY], const struct bundle_signature *signature, const uint8_t *data)
{
    static const char text[] = BUNDLE_SIGNATURE_TEXT;
    struct crypto_sha256 hash;
    uint8_t digest[CRYPTO_HASH];
    crypto_sha256_start(&hash);
    crypto_sha256_add(&hash, text, sizeof text);
    crypto_sha256_add(&hash, data, (size_t)(signature->signature - data));
    crypto_sha256_finish(&hash, digest);
    return crypto_verify(key, digest, signature->signature) == CRYPTO_OK;
}

/* Only for what is known to be signed: who has not signed must not learn names and counters. */
static BundleError check_statements(const struct package_rules *rules, const struct bundle_signature *found)
{
    if (rules->name != NULL && strcmp(rules->name, found->name) != 0)
        return BUNDLE_WRONG_NAME;
    if (rules->lowest_version != NULL && found->version < rules->lowest_version(rules->ctx, found->name))
        return BUNDLE_ROLLED_BACK;
    return BUNDLE_OK;
}

BundleError signed_check(struct bundle_signature *signature, const struct package_rules *rules, const uint8_t *data, uint32_t size)
{
    struct bundle_signature found;
    if (!bundle_signature_parse(&found, data, size))
        return BUNDLE_BAD_SIGNATURE_SECTION;
    const uint8_t *key = find_key(rules, found.key_id);
    if (key == NULL)
        return BUNDLE_UNKNOWN_KEY;
    if (!is_signed_by(key, &found, data))
        return BUNDLE_BAD_SIGNATURE;
    BundleError error = check_statements(rules, &found);
    if (error == BUNDLE_OK)
        *signature = found;
    return error;
}
