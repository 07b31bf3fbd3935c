/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* AES-256-GCM. */
#include "cases.h"
#include "vectors.h"

#include <crypto.h>
#include <string.h>

static struct sealed {
    uint8_t key[CRYPTO_KEY], nonce[CRYPTO_NONCE], tag[CRYPTO_TAG], aad[128], plain[128], cipher[128], out[128];
    size_t aad_n, n;
} v;

static void set_up(const struct gcm_vector *vector)
{
    unhex(vector->key, v.key, sizeof v.key);
    unhex(vector->nonce, v.nonce, sizeof v.nonce);
    unhex(vector->tag, v.tag, sizeof v.tag);
    v.aad_n = unhex(vector->aad, v.aad, sizeof v.aad);
    v.n = unhex(vector->cipher, v.cipher, sizeof v.cipher);
    unhex(vector->plain, v.plain, sizeof v.plain);
    memset(v.out, 0xa5, sizeof v.out);
}

static int open(void) { return crypto_open(v.key, v.nonce, v.aad, v.aad_n, v.cipher, v.n, v.out, v.tag); }

static const char *check_valid(void)
{
    uint8_t tag[CRYPTO_TAG];
    CHECK(open() == 0 && equal(v.out, v.plain, v.n) && v.out[v.n] == 0xa5);
    CHECK(crypto_seal(v.key, v.nonce, v.aad, v.aad_n, v.plain, v.n, v.out, tag) == 0);
    CHECK(equal(v.out, v.cipher, v.n) && v.out[v.n] == 0xa5 && equal(tag, v.tag, sizeof tag));
    /* In place, there and back. */
    memcpy(v.out, v.plain, v.n);
    CHECK(crypto_seal(v.key, v.nonce, v.aad, v.aad_n, v.out, v.n, v.out, tag) == 0 && equal(v.out, v.cipher, v.n));
    CHECK(crypto_open(v.key, v.nonce, v.aad, v.aad_n, v.out, v.n, v.out, tag) == 0 && equal(v.out, v.plain, v.n));
    return NULL;
}

static const char *test_vectors(void)
{
    const char *failed = NULL;
    for (const struct gcm_vector *vector = gcm_vectors; vector->key != NULL && failed == NULL; vector++) {
        set_up(vector);
        if (vector->valid)
            failed = check_valid();
        else
            CHECK(open() == CRYPTO_REFUSED && all_zero(v.out, v.n) && v.out[v.n] == 0xa5);
    }
    return failed;
}

static const char *flip_bits_of(void *what, size_t n)
{
    for (size_t bit = 0; bit < 8 * n; bit += bit_stride) {
        flip_bit(what, bit);
        memset(v.out, 0xa5, sizeof v.out);
        CHECK(open() == CRYPTO_REFUSED && all_zero(v.out, v.n));
        flip_bit(what, bit);
    }
    CHECK(open() == 0);
    return NULL;
}

static const char *test_every_bit(void)
{
    const char *failed = NULL;
    for (const struct gcm_vector *vector = gcm_vectors; vector->key != NULL && failed == NULL; vector++) {
        set_up(vector);
        if (!vector->valid || v.n == 0 || v.aad_n == 0)
            continue;
        failed = flip_bits_of(v.tag, sizeof v.tag);
        failed = failed != NULL ? failed : flip_bits_of(v.cipher, v.n);
        failed = failed != NULL ? failed : flip_bits_of(v.aad, v.aad_n);
        failed = failed != NULL ? failed : flip_bits_of(v.nonce, sizeof v.nonce);
        failed = failed != NULL ? failed : flip_bits_of(v.key, sizeof v.key);
    }
    return failed;
}

/* A page is sealed and opened; sizes that are no multiple of a block in between. */
static const char *test_sizes(void)
{
    static uint8_t plain[4096], cipher[4096];
    static const uint8_t key[CRYPTO_KEY] = { 7 }, nonce[CRYPTO_NONCE] = { 9 };
    uint8_t tag[CRYPTO_TAG];
    for (size_t n = 0; n <= sizeof plain; n += n < 40 ? 1 : 507 + 1) {
        for (size_t i = 0; i < n; i++)
            plain[i] = (uint8_t)(i * 7 + n);
        CHECK(crypto_seal(key, nonce, "aad", 3, plain, n, cipher, tag) == 0);
        CHECK(n < 4 || !equal(plain, cipher, n));
        CHECK(crypto_open(key, nonce, "aad", 3, cipher, n, cipher, tag) == 0 && equal(plain, cipher, n));
        CHECK(crypto_open(key, nonce, "aad", 2, cipher, n, cipher, tag) == CRYPTO_REFUSED && all_zero(cipher, n));
    }
    return NULL;
}

const struct crypto_case seal_cases[] = {
    { "AES-256-GCM vectors of NIST", test_vectors },
    { "flipped bits of tag, text, aad, nonce and key", test_every_bit },
    { "all sizes up to a page", test_sizes },
    { NULL, NULL },
};
