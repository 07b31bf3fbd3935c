/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* ECDSA on P-256. */
#include "cases.h"
#include "vectors.h"

#include <crypto.h>
#include <string.h>

#define HALF 32u

/* Order of the curve (SEC 2, section 2.4.2). */
static const char order[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/* RFC 6979, appendix A.2.5 */
static const char rfc_private[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
static const char rfc_public[] = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                 "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
static const struct {
    const char *message, *signature;
} rfc_signatures[] = {
    { "sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
    { "test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
              "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083" },
};

static struct signed_thing {
    uint8_t private_key[CRYPTO_KEY], public_key[CRYPTO_PUBLIC_KEY], digest[CRYPTO_HASH], signature[CRYPTO_SIGNATURE];
} rfc;

static void hash(const void *data, size_t n, uint8_t digest[CRYPTO_HASH])
{
    struct crypto_sha256 state;
    crypto_sha256_start(&state);
    crypto_sha256_add(&state, data, n);
    crypto_sha256_finish(&state, digest);
}

static void set_up(unsigned i)
{
    unhex(rfc_private, rfc.private_key, sizeof rfc.private_key);
    unhex(rfc_public, rfc.public_key, sizeof rfc.public_key);
    unhex(rfc_signatures[i].signature, rfc.signature, sizeof rfc.signature);
    hash(rfc_signatures[i].message, strlen(rfc_signatures[i].message), rfc.digest);
    random_fails = false;
}

static int verify(void) { return crypto_verify(rfc.public_key, rfc.digest, rfc.signature); }

static const char *test_rfc6979(void)
{
    uint8_t signature[CRYPTO_SIGNATURE], public_key[CRYPTO_PUBLIC_KEY];
    for (unsigned i = 0; i < 2; i++) {
        set_up(i);
        CHECK(verify() == 0);
        CHECK(crypto_sign(rfc.private_key, rfc.digest, signature) == 0);
        CHECK(equal(signature, rfc.signature, sizeof signature));
        CHECK(crypto_public_key(rfc.private_key, public_key) == 0);
        CHECK(equal(public_key, rfc.public_key, sizeof public_key));
    }
    return NULL;
}

static const char *test_signature_vectors(void)
{
    uint8_t message[256], key[CRYPTO_PUBLIC_KEY], signature[CRYPTO_SIGNATURE], digest[CRYPTO_HASH];
    for (const struct signature_vector *v = signature_vectors; v->message != NULL; v++) {
        hash(message, unhex(v->message, message, sizeof message), digest);
        unhex(v->x, key, HALF);
        unhex(v->y, key + HALF, HALF);
        unhex(v->r, signature, HALF);
        unhex(v->s, signature + HALF, HALF);
        CHECK(crypto_verify(key, digest, signature) == (v->valid ? CRYPTO_OK : CRYPTO_REFUSED));
    }
    return NULL;
}

static const char *test_key_pair_vectors(void)
{
    uint8_t private_key[CRYPTO_KEY], expected[CRYPTO_PUBLIC_KEY], key[CRYPTO_PUBLIC_KEY];
    for (const struct key_pair_vector *v = key_pair_vectors; v->private_key != NULL; v++) {
        unhex(v->private_key, private_key, sizeof private_key);
        unhex(v->x, expected, HALF);
        unhex(v->y, expected + HALF, HALF);
        CHECK(crypto_public_key(private_key, key) == 0);
        CHECK(equal(key, expected, sizeof key));
    }
    return NULL;
}

static const char *test_public_key_vectors(void)
{
    set_up(0);
    for (const struct public_key_vector *v = public_key_vectors; v->x != NULL; v++) {
        unhex(v->x, rfc.public_key, HALF);
        unhex(v->y, rfc.public_key + HALF, HALF);
        CHECK(verify() == (v->valid ? CRYPTO_REFUSED : CRYPTO_BAD_KEY));
    }
    return NULL;
}

/* No point (0, 0), which some write for infinity; and a point of the curve with x = 5, written as 5 and as 5 + p. */
static const char *test_odd_public_keys(void)
{
    set_up(0);
    memset(rfc.public_key, 0, sizeof rfc.public_key);
    CHECK(verify() == CRYPTO_BAD_KEY);
    rfc.public_key[31] = 5;
    unhex("459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc", rfc.public_key + HALF, HALF);
    CHECK(verify() == CRYPTO_REFUSED);
    unhex("ffffffff00000001000000000000000000000001000000000000000000000004", rfc.public_key, HALF);
    CHECK(verify() == CRYPTO_BAD_KEY);
    memset(rfc.public_key, 0xff, sizeof rfc.public_key);
    CHECK(verify() == CRYPTO_BAD_KEY);
    return NULL;
}

static const char *test_every_bit(void)
{
    set_up(0);
    for (size_t bit = 0; bit < 8 * CRYPTO_SIGNATURE; bit += bit_stride) {
        flip_bit(rfc.signature, bit);
        CHECK(verify() == CRYPTO_REFUSED);
        flip_bit(rfc.signature, bit);
    }
    for (size_t bit = 0; bit < 8 * CRYPTO_HASH; bit += bit_stride) {
        flip_bit(rfc.digest, bit);
        CHECK(verify() == CRYPTO_REFUSED);
        flip_bit(rfc.digest, bit);
    }
    for (size_t bit = 0; bit < 8 * CRYPTO_PUBLIC_KEY; bit += bit_stride) {
        flip_bit(rfc.public_key, bit);
        CHECK(verify() == CRYPTO_BAD_KEY);
        flip_bit(rfc.public_key, bit);
    }
    CHECK(verify() == 0);
    return NULL;
}

/* r and s, one and both, outside of 1..n-1. */
static const char *test_ranges(void)
{
    static const char *const outside[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        order,
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    for (unsigned r = 0; r < 5; r++)
        for (unsigned s = 0; s < 5; s++) {
            set_up(0);
            if (r < 4)
                unhex(outside[r], rfc.signature, HALF);
            if (s < 4)
                unhex(outside[s], rfc.signature + HALF, HALF);
            CHECK(verify() == (r < 4 || s < 4 ? CRYPTO_REFUSED : CRYPTO_OK));
        }
    return NULL;
}

static const char *test_private_key_ranges(void)
{
    static const struct {
        const char *key;
        int error;
    } keys[] = {
        { "0000000000000000000000000000000000000000000000000000000000000000", CRYPTO_BAD_KEY },
        { "0000000000000000000000000000000000000000000000000000000000000001", CRYPTO_OK },
        { "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", CRYPTO_OK },
        { order, CRYPTO_BAD_KEY },
        { "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", CRYPTO_BAD_KEY },
    };
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        set_up(0);
        memset(rfc.signature, 0, sizeof rfc.signature);
        memset(rfc.public_key, 0, sizeof rfc.public_key);
        unhex(keys[i].key, rfc.private_key, sizeof rfc.private_key);
        CHECK(crypto_sign(rfc.private_key, rfc.digest, rfc.signature) == keys[i].error);
        CHECK(crypto_public_key(rfc.private_key, rfc.public_key) == keys[i].error);
        CHECK(all_zero(rfc.signature, sizeof rfc.signature) == (keys[i].error != 0));
        CHECK(all_zero(rfc.public_key, sizeof rfc.public_key) == (keys[i].error != 0));
        CHECK(verify() == (keys[i].error != 0 ? CRYPTO_BAD_KEY : CRYPTO_OK));
    }
    return NULL;
}

/* What handles a private key needs random numbers; a verification does not. */
static const char *test_without_random_numbers(void)
{
    uint8_t out[CRYPTO_SIGNATURE] = { 0 };
    set_up(0);
    random_fails = true;
    CHECK(verify() == 0);
    CHECK(crypto_sign(rfc.private_key, rfc.digest, out) == CRYPTO_NO_RANDOM);
    CHECK(crypto_public_key(rfc.private_key, out) == CRYPTO_NO_RANDOM);
    CHECK(all_zero(out, sizeof out));
    random_fails = false;
    return NULL;
}

const struct crypto_case signature_cases[] = {
    { "signatures of RFC 6979", test_rfc6979 },
    { "signatures of NIST", test_signature_vectors },
    { "key pairs of NIST", test_key_pair_vectors },
    { "public keys of NIST", test_public_key_vectors },
    { "odd public keys", test_odd_public_keys },
    { "flipped bits of signature, digest and key", test_every_bit },
    { "r and s out of range", test_ranges },
    { "private keys out of range", test_private_key_ranges },
    { "no random numbers", test_without_random_numbers },
    { NULL, NULL },
};
