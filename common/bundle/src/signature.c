/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What the data of a signature section says. */
#include <bundle/bundle.h>

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Printable characters, then zeros to the end, at least one of each: a name is written in one way only. */
static bool is_name(const uint8_t name[BUNDLE_SIGNED_NAME])
{
    uint32_t n = 0;
    while (n < BUNDLE_SIGNED_NAME && name[n] > ' ' && name[n] <= '~')
        n++;
    for (uint32_t i = n; i < BUNDLE_SIGNED_NAME; i++)
        if (name[i] != 0)
            return false;
    return n != 0 && n != BUNDLE_SIGNED_NAME;
}

bool bundle_signature_parse(struct bundle_signature *signature, const uint8_t *data, uint32_t size)
{
    if (size < BUNDLE_SIGNATURE_SIZE(1) || be32(data + BUNDLE_SIGNATURE_AT_FORMAT) != BUNDLE_SIGNATURE_FORMAT)
        return false;
    uint32_t hashes = be32(data + BUNDLE_SIGNATURE_AT_HASHES);
    if (hashes == 0 || hashes > BUNDLE_HASHES_MAX || size != BUNDLE_SIGNATURE_SIZE(hashes) || !is_name(data + BUNDLE_SIGNATURE_AT_NAME))
        return false;
    *signature = (struct bundle_signature){
        .version = be32(data + BUNDLE_SIGNATURE_AT_VERSION), .hashes = hashes, .key_id = data + BUNDLE_SIGNATURE_AT_KEY_ID,
        .name = (const char *)data + BUNDLE_SIGNATURE_AT_NAME, .hash = data + BUNDLE_SIGNATURE_AT_HASH,
        .signature = data + BUNDLE_SIGNATURE_AT_HASH + hashes * BUNDLE_HASH_SIZE,
    };
    return true;
}
