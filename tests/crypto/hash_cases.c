/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* SHA-256, HMAC and HKDF. */
#include "cases.h"
#include "vectors.h"

#include <crypto.h>
#include <mbedtls/hkdf.h>
#include <string.h>

static uint8_t message[1024];

static void hash(const void *data, size_t n, size_t piece, uint8_t out[CRYPTO_HASH])
{
    struct crypto_sha256 state;
    crypto_sha256_start(&state);
    for (size_t done = 0, more; done < n; done += more) {
        more = n - done < piece ? n - done : piece;
        crypto_sha256_add(&state, (const uint8_t *)data + done, more);
    }
    crypto_sha256_finish(&state, out);
}

static const char *test_sha256_vectors(void)
{
    uint8_t digest[CRYPTO_HASH], expected[CRYPTO_HASH];
    for (const struct sha256_vector *v = sha256_vectors; v->message != NULL; v++) {
        size_t n = unhex(v->message, message, sizeof message);
        unhex(v->digest, expected, sizeof expected);
        for (size_t piece = 1; piece <= 200; piece += 9) {
            hash(message, n, piece, digest);
            CHECK(equal(digest, expected, sizeof digest));
        }
    }
    return NULL;
}

/* FIPS 180-2, appendix B.3 */
static const char *test_sha256_million(void)
{
    uint8_t digest[CRYPTO_HASH], expected[CRYPTO_HASH];
    struct crypto_sha256 state;
    memset(message, 'a', 1000);
    crypto_sha256_start(&state);
    for (int i = 0; i < 1000; i++)
        crypto_sha256_add(&state, message, 1000);
    crypto_sha256_finish(&state, digest);
    unhex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", expected, sizeof expected);
    CHECK(equal(digest, expected, sizeof digest));
    CHECK(all_zero(&state, sizeof state));
    return NULL;
}

static const mbedtls_md_info_t *sha256(void) { return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256); }

static const char *test_hmac_vectors(void)
{
    uint8_t key[160], result[CRYPTO_HASH], expected[CRYPTO_HASH];
    for (const struct hmac_vector *v = hmac_vectors; v->key != NULL; v++) {
        size_t key_n = unhex(v->key, key, sizeof key), n = unhex(v->message, message, sizeof message);
        unhex(v->result, expected, sizeof expected);
        CHECK(mbedtls_md_hmac(sha256(), key, key_n, message, n, result) == 0);
        CHECK(equal(result, expected, sizeof result));
    }
    return NULL;
}

static const char *test_hkdf_vectors(void)
{
    uint8_t key[100], salt[100], info[100], output[100], expected[100];
    for (const struct hkdf_vector *v = hkdf_vectors; v->key != NULL; v++) {
        size_t key_n = unhex(v->key, key, sizeof key), salt_n = unhex(v->salt, salt, sizeof salt);
        size_t info_n = unhex(v->info, info, sizeof info), n = unhex(v->output, expected, sizeof expected);
        CHECK(mbedtls_hkdf(sha256(), salt, salt_n, key, key_n, info, info_n, output, n) == 0);
        CHECK(equal(output, expected, n));
    }
    return NULL;
}

/* Computed with Python's cryptography: HKDF(SHA256(), 32, None, b"store\0app-1").derive(bytes(range(32))) */
static const char *test_derive(void)
{
    uint8_t key[CRYPTO_KEY], derived[CRYPTO_KEY], other[CRYPTO_KEY], expected[CRYPTO_KEY];
    for (uint8_t i = 0; i < sizeof key; i++)
        key[i] = i;
    unhex("e08c8544f500910f8b877e8c3e2fa01c1e503547b3c40ef775c34fecc7eb20cd", expected, sizeof expected);
    CHECK(crypto_derive(key, "store", "app-1", 5, derived) == 0);
    CHECK(equal(derived, expected, sizeof derived));
    CHECK(crypto_derive(key, "store", "app-2", 5, other) == 0 && !equal(derived, other, sizeof other));
    CHECK(crypto_derive(key, "storeapp-1", NULL, 0, other) == 0 && !equal(derived, other, sizeof other));
    key[31] ^= 1;
    CHECK(crypto_derive(key, "store", "app-1", 5, other) == 0 && !equal(derived, other, sizeof other));
    return NULL;
}

/* Cases 1 and 2 of RFC 4231: shorter keys are padded with zeros (FIPS 198-1, section 4), so they are keys of our size as well. */
static const char *test_mac(void)
{
    static const struct { uint8_t key[CRYPTO_KEY]; const char *data, *mac; } cases[] = {
        { { 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11 }, "Hi There",
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { { 'J', 'e', 'f', 'e' }, "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    };
    uint8_t mac[CRYPTO_HASH], expected[CRYPTO_HASH];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unhex(cases[i].mac, expected, sizeof expected);
        CHECK(crypto_mac(cases[i].key, cases[i].data, strlen(cases[i].data), mac) == 0);
        CHECK(equal(mac, expected, sizeof mac));
    }
    return NULL;
}

static const char *test_derive_sizes(void)
{
    static const char long_label[CRYPTO_INFO_MAX + 1] = { [0 ... CRYPTO_INFO_MAX - 1] = 'x' };
    uint8_t key[CRYPTO_KEY] = { 1 }, derived[CRYPTO_KEY] = { 0 };
    CHECK(crypto_derive(key, "", message, CRYPTO_INFO_MAX, derived) == CRYPTO_BAD_SIZE);
    CHECK(crypto_derive(key, "", message, SIZE_MAX, derived) == CRYPTO_BAD_SIZE);
    CHECK(crypto_derive(key, long_label, NULL, 0, derived) == CRYPTO_BAD_SIZE);
    CHECK(all_zero(derived, sizeof derived));
    CHECK(crypto_derive(key, "", message, CRYPTO_INFO_MAX - 1, derived) == 0);
    CHECK(crypto_derive(key, long_label + 1, NULL, 0, derived) == 0);
    return NULL;
}

const struct crypto_case hash_cases[] = {
    { "SHA-256 of NIST's messages, in pieces", test_sha256_vectors },
    { "SHA-256 of a million bytes", test_sha256_million },
    { "HMAC vectors of RFC 4231", test_hmac_vectors },
    { "HKDF vectors of RFC 5869", test_hkdf_vectors },
    { "HMAC with keys of our size", test_mac },
    { "derived keys", test_derive },
    { "derived keys: sizes", test_derive_sizes },
    { NULL, NULL },
};
