/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* What each operation costs on the target: instructions, stack, memory of the pool. */
#include "measure.h"

#include "target.h"

#include <crypto.h>
#include <pool.h>

static uint8_t page[4096], tag[CRYPTO_TAG], digest[CRYPTO_HASH], public_key[CRYPTO_PUBLIC_KEY], signature[CRYPTO_SIGNATURE];
static const uint8_t key[CRYPTO_KEY] = { 0x5a, 1, 2, 3 }, nonce[CRYPTO_NONCE] = { 1 };

static void hash_page(void)
{
    struct crypto_sha256 hash;
    crypto_sha256_start(&hash);
    crypto_sha256_add(&hash, page, sizeof page);
    crypto_sha256_finish(&hash, digest);
}
static void make_key(void) { (void)crypto_public_key(key, public_key); }
static void sign(void) { (void)crypto_sign(key, digest, signature); }
static void verify(void) { (void)crypto_verify(public_key, digest, signature); }
static void seal(void) { (void)crypto_seal(key, nonce, NULL, 0, page, sizeof page, page, tag); }
static void open(void) { (void)crypto_open(key, nonce, NULL, 0, page, sizeof page, page, tag); }
static void seal_little(void) { (void)crypto_seal(key, nonce, NULL, 0, page, 16, page, tag); }
static void derive(void) { (void)crypto_derive(key, "label", page, 16, digest); }

void measure(void)
{
    static const struct {
        const char *name;
        void (*operation)(void);
    } operations[] = {
        { "SHA-256 of 4 KiB", hash_page }, { "derive", derive },           { "seal 16 bytes", seal_little },
        { "seal 4 KiB", seal },            { "open 4 KiB", open },         { "public key", make_key },
        { "sign", sign },                  { "verify", verify },
    };
    print("operation          instructions  stack   pool so far (bytes)\n");
    for (unsigned i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        struct cost cost = cost_of(operations[i].operation);
        print("%-18s %12u %6u %6u\n", operations[i].name, (unsigned)cost.instructions, (unsigned)cost.stack,
              (unsigned)crypto_pool_peak());
    }
}
