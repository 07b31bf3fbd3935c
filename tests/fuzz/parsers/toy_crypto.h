/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Toy cryptography in the place of crypto.h's, for one file of a program: the bytes of an input decide what is beyond it, and it costs nothing. A
 * weak hash; a signature is the digest, whoever made it; a tag is a hash. */
#include <crypto.h>
#include <string.h>

/* Called whenever something is hashed: the world may change meanwhile. */
static void (*toy_hook)(void);

void crypto_sha256_start(struct crypto_sha256 *hash)
{
    memset(hash, 0, sizeof *hash);
    hash->state[0] = 2166136261u;
}

void crypto_sha256_add(struct crypto_sha256 *hash, const void *data, size_t n)
{
    if (toy_hook != NULL)
        toy_hook();
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

int crypto_verify(const uint8_t public_key[CRYPTO_PUBLIC_KEY], const uint8_t digest[CRYPTO_HASH], const uint8_t signature[CRYPTO_SIGNATURE])
{
    (void)public_key;
    return memcmp(digest, signature, CRYPTO_HASH) == 0 && memcmp(digest, signature + CRYPTO_HASH, CRYPTO_HASH) == 0 ? CRYPTO_OK : CRYPTO_REFUSED;
}

#ifdef TOY_CRYPTO_ALL

int crypto_sign(const uint8_t private_key[CRYPTO_KEY], const uint8_t digest[CRYPTO_HASH], uint8_t signature[CRYPTO_SIGNATURE])
{
    (void)private_key;
    memcpy(signature, digest, CRYPTO_HASH);
    memcpy(signature + CRYPTO_HASH, digest, CRYPTO_HASH);
    return CRYPTO_OK;
}

static void toy_mac(const uint8_t key[CRYPTO_KEY], const void *a, size_t a_n, const void *b, size_t b_n, uint8_t out[CRYPTO_HASH])
{
    struct crypto_sha256 hash;
    crypto_sha256_start(&hash);
    crypto_sha256_add(&hash, key, CRYPTO_KEY);
    crypto_sha256_add(&hash, a, a_n);
    crypto_sha256_add(&hash, b, b_n);
    crypto_sha256_finish(&hash, out);
}

int crypto_mac(const uint8_t key[CRYPTO_KEY], const void *data, size_t n, uint8_t out[CRYPTO_HASH])
{
    toy_mac(key, data, n, "", 0, out);
    return CRYPTO_OK;
}

int crypto_derive(const uint8_t key[CRYPTO_KEY], const char *label, const void *context, size_t n, uint8_t out[CRYPTO_KEY])
{
    toy_mac(key, label, strlen(label) + 1, n > 0 ? context : "", n, out);
    return CRYPTO_OK;
}

/* Bytes that follow from key and nonce. */
static void toy_mask(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE], const uint8_t *in, size_t n, uint8_t *out)
{
    uint8_t seed[CRYPTO_HASH];
    uint32_t x;
    toy_mac(key, nonce, CRYPTO_NONCE, "", 0, seed);
    memcpy(&x, seed, sizeof x);
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        out[i] = in[i] ^ (uint8_t)(x >> 24);
    }
}

/* The tag covers the encrypted bytes. */
static void toy_tag(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE], const void *aad, size_t aad_n, const void *bytes, size_t n,
                    uint8_t tag[CRYPTO_TAG])
{
    uint8_t inner[CRYPTO_HASH], outer[CRYPTO_HASH];
    toy_mac(key, aad, aad_n, bytes, n, inner);
    toy_mac(inner, nonce, CRYPTO_NONCE, "", 0, outer);
    memcpy(tag, outer, CRYPTO_TAG);
}

int crypto_seal(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE], const void *aad, size_t aad_n, const void *in, size_t n, void *out,
                uint8_t tag[CRYPTO_TAG])
{
    toy_mask(key, nonce, in, n, out);
    toy_tag(key, nonce, aad, aad_n, out, n, tag);
    return CRYPTO_OK;
}

int crypto_open(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE], const void *aad, size_t aad_n, const void *in, size_t n, void *out,
                const uint8_t tag[CRYPTO_TAG])
{
    uint8_t right[CRYPTO_TAG];
    toy_tag(key, nonce, aad, aad_n, in, n, right);
    if (memcmp(right, tag, sizeof right) != 0) {
        memset(out, 0, n);
        return CRYPTO_REFUSED;
    }
    toy_mask(key, nonce, in, n, out);
    return CRYPTO_OK;
}

void crypto_wipe(void *memory, size_t n)
{
    memset(memory, 0, n);
}

#endif
