/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Cryptography for tests in which signatures and hashes have to be quick, or repaired: a signature is the digest, twice. */
#include <crypto.h>
#include <string.h>

void crypto_sha256_start(struct crypto_sha256 *hash)
{
    memset(hash, 0, sizeof *hash);
    hash->state[0] = 2166136261u;
}

void crypto_sha256_add(struct crypto_sha256 *hash, const void *data, size_t n)
{
    for (const uint8_t *at = data; n-- > 0; at++) {
        hash->state[0] = (hash->state[0] ^ *at) * 16777619u;
        hash->state[1] = hash->state[1] * 1664525u + *at + 1;
    }
}

void crypto_sha256_finish(struct crypto_sha256 *hash, uint8_t out[CRYPTO_HASH])
{
    for (unsigned i = 0; i < CRYPTO_HASH; i++)
        out[i] = (uint8_t)(hash->state[i / 4 % 2] >> (8 * (i % 4)));
}

int crypto_verify(const uint8_t public_key[CRYPTO_PUBLIC_KEY], const uint8_t digest[CRYPTO_HASH],
                  const uint8_t signature[CRYPTO_SIGNATURE])
{
    (void)public_key;
    return memcmp(digest, signature, CRYPTO_HASH) == 0 && memcmp(digest, signature + CRYPTO_HASH, CRYPTO_HASH) == 0 ? 0 : CRYPTO_REFUSED;
}
