/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The pool of memory, alone and under the operations. */
#include "cases.h"

#include <crypto.h>
#include <pool.h>
#include <string.h>

#define WORD sizeof(uintptr_t)

static uint32_t next_random(void)
{
    static uint32_t state = 1;
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static const char *test_refusals(void)
{
    size_t used = crypto_pool_used();
    CHECK(crypto_pool_calloc(0, 8) == NULL && crypto_pool_calloc(8, 0) == NULL);
    CHECK(crypto_pool_calloc(SIZE_MAX, 1) == NULL && crypto_pool_calloc(1, SIZE_MAX) == NULL);
    CHECK(crypto_pool_calloc(SIZE_MAX, SIZE_MAX) == NULL && crypto_pool_calloc(SIZE_MAX / 2 + 1, 2) == NULL);
    CHECK(crypto_pool_calloc(1, CRYPTO_POOL_SIZE - WORD + 1) == NULL);
    crypto_pool_free(NULL);
    CHECK(crypto_pool_used() == used && used == 0);
    return NULL;
}

static const char *test_all_of_it(void)
{
    uint8_t *all = crypto_pool_calloc(1, CRYPTO_POOL_SIZE - WORD);
    CHECK(all != NULL && crypto_pool_used() == CRYPTO_POOL_SIZE && crypto_pool_peak() == CRYPTO_POOL_SIZE);
    CHECK(crypto_pool_calloc(1, 1) == NULL);
    memset(all, 0xff, CRYPTO_POOL_SIZE - WORD);
    crypto_pool_free(all);
    CHECK(crypto_pool_used() == 0);
    return NULL;
}

/* Random takes and gives: what is taken is zero, aligned, and nobody else's; in the end all is one piece again. */
static const char *test_random_use(void)
{
    static struct {
        uint8_t *at;
        size_t n;
    } held[16];
    for (unsigned step = 0; step < 20000 / bit_stride; step++) {
        unsigned i = next_random() % 16;
        if (held[i].at != NULL) {
            for (size_t k = 0; k < held[i].n; k++)
                CHECK(held[i].at[k] == (uint8_t)(i + 1));
            crypto_pool_free(held[i].at);
            held[i].at = NULL;
            continue;
        }
        held[i].n = 1 + next_random() % (step % 7 == 0 ? 2000 : 200);
        held[i].at = crypto_pool_calloc(1, held[i].n);
        if (held[i].at == NULL)
            continue;
        CHECK((uintptr_t)held[i].at % WORD == 0 && all_zero(held[i].at, held[i].n));
        memset(held[i].at, (int)(i + 1), held[i].n);
    }
    for (unsigned i = 0; i < 16; i++)
        crypto_pool_free(held[i].at);
    return test_all_of_it();
}

static int sign(void)
{
    static const uint8_t key[CRYPTO_KEY] = { 3 }, digest[CRYPTO_HASH] = { 4 };
    uint8_t signature[CRYPTO_SIGNATURE];
    return crypto_sign(key, digest, signature);
}

static int public_key_and_verify(void)
{
    static const uint8_t key[CRYPTO_KEY] = { 3 }, digest[CRYPTO_HASH] = { 4 };
    uint8_t public_key[CRYPTO_PUBLIC_KEY], signature[CRYPTO_SIGNATURE] = { [31] = 1, [63] = 1 };
    int error = crypto_public_key(key, public_key);
    if (error == 0)
        error = crypto_verify(public_key, digest, signature);
    return error == CRYPTO_REFUSED ? CRYPTO_OK : error;
}

static int seal(void)
{
    static const uint8_t key[CRYPTO_KEY] = { 3 }, nonce[CRYPTO_NONCE] = { 4 };
    uint8_t text[16] = { 0 }, tag[CRYPTO_TAG];
    int error = crypto_seal(key, nonce, NULL, 0, text, sizeof text, text, tag);
    return error == 0 ? crypto_open(key, nonce, NULL, 0, text, sizeof text, text, tag) : error;
}

static int derive(void)
{
    static const uint8_t key[CRYPTO_KEY] = { 3 };
    uint8_t out[CRYPTO_KEY];
    return crypto_derive(key, "label", NULL, 0, out);
}

/* With every amount of memory an operation succeeds or says that there is none, and gives all back. */
static const char *starve(int (*operation)(void), unsigned step)
{
    unsigned served = 0, refused = 0;
    for (size_t left = 0; left < CRYPTO_POOL_SIZE - 2 * WORD; left += step) {
        void *filler = crypto_pool_calloc(1, CRYPTO_POOL_SIZE - 2 * WORD - left);
        CHECK(filler != NULL);
        size_t used = crypto_pool_used();
        int error = operation();
        CHECK(error == CRYPTO_OK || error == CRYPTO_NO_MEMORY);
        CHECK(crypto_pool_used() == used);
        CHECK(error != CRYPTO_NO_MEMORY || served == 0); /* once enough, always enough */
        served += error == CRYPTO_OK;
        refused += error != CRYPTO_OK;
        crypto_pool_free(filler);
    }
    CHECK(served != 0 && refused != 0 && crypto_pool_used() == 0);
    return NULL;
}

static const char *test_starved(void)
{
    const char *failed = starve(sign, 40 * bit_stride);
    failed = failed != NULL ? failed : starve(public_key_and_verify, 40 * bit_stride);
    failed = failed != NULL ? failed : starve(seal, 8);
    return failed != NULL ? failed : starve(derive, 8);
}

const struct crypto_case pool_cases[] = {
    { "refusals", test_refusals },
    { "the whole pool", test_all_of_it },
    { "random use", test_random_use },
    { "operations with too little memory", test_starved },
    { NULL, NULL },
};
