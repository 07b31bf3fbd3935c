/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The cryptography of the security core: a thin layer over Mbed TLS (mbedtls_config.h says which parts). Not reentrant: one
 * caller at a time. Numbers and points are big-endian, of fixed size; no function keeps a pointer that it was given. */

#include <stddef.h>
#include <stdint.h>

#define CRYPTO_HASH       32u   /* bytes of a SHA-256 digest */
#define CRYPTO_KEY        32u   /* of an AES-256 key, and of a private key: a number from 1 to n - 1 */
#define CRYPTO_PUBLIC_KEY 64u   /* x || y of a point on P-256 */
#define CRYPTO_SIGNATURE  64u   /* r || s */
#define CRYPTO_NONCE      12u
#define CRYPTO_TAG        16u
#define CRYPTO_INFO_MAX   160u  /* label with its NUL, and context, of crypto_derive */

/* What functions that can fail return: 0 or one of these. */
enum crypto_error {
    CRYPTO_OK = 0,
    CRYPTO_REFUSED = -1,        /* the signature or the tag is not right: somebody else's, or altered */
    CRYPTO_BAD_KEY = -2,        /* no point of the curve, or not from 1 to n - 1 */
    CRYPTO_BAD_SIZE = -3,       /* more than the function takes */
    CRYPTO_NO_RANDOM = -4,      /* platform_random failed */
    CRYPTO_NO_MEMORY = -5,      /* the pool (pool.h) is too small */
    CRYPTO_FAILED = -6,         /* Mbed TLS gave up for a reason that it should not have here */
};

/* Fills out with n random bytes; 0, or anything else when it cannot. Provided by the platform. Used to blind operations with a
 * private key against observers of time and power; nonces of signatures do not depend on it. */
int platform_random(void *out, size_t n);

/* SHA-256 (FIPS 180-4), in pieces. The structure is the caller's and needs no cleaning up. */
struct crypto_sha256 {
    uint32_t state[27];
};
void crypto_sha256_start(struct crypto_sha256 *hash);
void crypto_sha256_add(struct crypto_sha256 *hash, const void *data, size_t n);
void crypto_sha256_finish(struct crypto_sha256 *hash, uint8_t out[CRYPTO_HASH]);

/* ECDSA on P-256 (FIPS 186-4). CRYPTO_OK only if signature is one of digest by the owner of public_key. */
int crypto_verify(const uint8_t public_key[CRYPTO_PUBLIC_KEY], const uint8_t digest[CRYPTO_HASH],
                  const uint8_t signature[CRYPTO_SIGNATURE]);

/* The same signature each time (RFC 6979 with SHA-256). On an error nothing is written. */
int crypto_sign(const uint8_t private_key[CRYPTO_KEY], const uint8_t digest[CRYPTO_HASH], uint8_t signature[CRYPTO_SIGNATURE]);

/* The public half of a private key. On an error nothing is written. */
int crypto_public_key(const uint8_t private_key[CRYPTO_KEY], uint8_t public_key[CRYPTO_PUBLIC_KEY]);

/* AES-256-GCM (NIST SP 800-38D): encrypts n bytes (in == out is allowed, else they must not overlap); the tag covers them and
 * aad_n bytes at aad. A nonce must never be used twice with the same key. */
int crypto_seal(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE], const void *aad, size_t aad_n, const void *in,
                size_t n, void *out, uint8_t tag[CRYPTO_TAG]);

/* The reverse. On an error out is n bytes of zeros. */
int crypto_open(const uint8_t key[CRYPTO_KEY], const uint8_t nonce[CRYPTO_NONCE], const void *aad, size_t aad_n, const void *in,
                size_t n, void *out, const uint8_t tag[CRYPTO_TAG]);

/* A key for one purpose out of another: HKDF-SHA-256 (RFC 5869) without salt; info is label with its NUL, then n bytes of context.
 * strlen(label) + 1 + n is at most CRYPTO_INFO_MAX. On an error nothing is written. */
int crypto_derive(const uint8_t key[CRYPTO_KEY], const char *label, const void *context, size_t n, uint8_t out[CRYPTO_KEY]);

/* HMAC-SHA-256 (FIPS 198-1) of n bytes. On an error nothing is written. */
int crypto_mac(const uint8_t key[CRYPTO_KEY], const void *data, size_t n, uint8_t out[CRYPTO_HASH]);

/* Overwrites n bytes with zeros, also where the compiler sees that nobody reads them again. */
void crypto_wipe(void *memory, size_t n);
