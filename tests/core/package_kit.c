/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "package_kit.h"

#include <crypto.h>
#include <kata/crc32.h>
#include <stdlib.h>
#include <string.h>

#include "test_keys.h"

enum { TEXT = 70, TEXT_AT = 0x10000, DATA_AT = 0x20000, MODEL_AT = 0x34000000 };
enum { R = BUNDLE_FLAG_READ, W = BUNDLE_FLAG_WRITE, X = BUNDLE_FLAG_EXECUTE, ENTRY = BUNDLE_FLAG_ENTRY, MORE = BUNDLE_FLAG_MORE };

static const uint8_t public_keys[][CRYPTO_PUBLIC_KEY] = { TEST_KEY_1, TEST_KEY_1, TEST_KEY_2, TEST_KEY_3 };

void fill_bytes(uint8_t *to, uint32_t n, uint32_t seed)
{
    uint32_t x = seed * 2654435761u + 12345u;
    for (uint32_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        to[i] = (uint8_t)(x >> 24);
    }
}

static void put(struct package *p, uint64_t value, unsigned bytes)
{
    if (p->n + bytes > sizeof p->at)
        abort();
    while (bytes-- > 0)
        p->at[p->n++] = (uint8_t)(value >> (8 * bytes));
}

static void put_bytes(struct package *p, const void *data, uint32_t n)
{
    if (n > sizeof p->at - p->n)
        abort();
    memcpy(p->at + p->n, data, n);
    p->n += n;
}

struct section {
    uint32_t type, vaddr, flags, align, n;
    const uint8_t *data;
};

static void put_section(struct package *p, const struct section *s)
{
    bool in_memory = s->type != BUNDLE_TYPE_MANIFEST && s->type != BUNDLE_TYPE_SIGNATURE;
    put(p, BUNDLE_MAGIC, 8);
    put(p, s->vaddr, 8);
    put(p, s->flags & ENTRY ? s->vaddr : 0, 8);
    put(p, s->flags, 4);
    put(p, s->n, 4);
    put(p, in_memory ? s->n : 0, 4);
    put(p, s->align, 4);
    put(p, s->type, 4);
    put(p, crc32_update(0, s->data, s->n), 4);
    put_bytes(p, s->data, s->n);
}

static void hash(const void *data, size_t n, uint8_t digest[CRYPTO_HASH])
{
    struct crypto_sha256 state;
    crypto_sha256_start(&state);
    crypto_sha256_add(&state, data, n);
    crypto_sha256_finish(&state, digest);
}

static void put_signature(struct package *data, uint8_t number)
{
    static struct package all;
    uint8_t private_key[CRYPTO_KEY] = {0}, digest[CRYPTO_HASH], signature[CRYPTO_SIGNATURE];
    private_key[CRYPTO_KEY - 1] = number;
    all.n = 0;
    put_bytes(&all, BUNDLE_SIGNATURE_TEXT, sizeof BUNDLE_SIGNATURE_TEXT);
    put_bytes(&all, data->at, data->n);
    hash(all.at, all.n, digest);
    if (crypto_sign(private_key, digest, signature) != CRYPTO_OK)
        abort();
    put_bytes(data, signature, sizeof signature);
}

static void put_signature_section(struct package *p, const struct package_spec *spec, const struct section *sections, unsigned n)
{
    static struct package data, one;
    uint8_t id[CRYPTO_HASH], key = spec->key == 0 ? 1 : spec->key;
    char name[BUNDLE_SIGNED_NAME] = "";
    memcpy(name, spec->name, strlen(spec->name));
    hash(public_keys[spec->claimed_key == 0 ? key : spec->claimed_key], CRYPTO_PUBLIC_KEY, id);
    data.n = 0;
    put(&data, BUNDLE_SIGNATURE_FORMAT, 4);
    put(&data, spec->version, 4);
    put_bytes(&data, id, 8);
    put_bytes(&data, name, sizeof name);
    put(&data, n, 4);
    for (unsigned i = 0; i < n; i++) {
        uint8_t digest[CRYPTO_HASH];
        one.n = 0;
        put_section(&one, &sections[i]);
        hash(one.at, one.n, digest);
        put_bytes(&data, digest, sizeof digest);
    }
    put_signature(&data, key);
    put_section(p, &(struct section){ .type = BUNDLE_TYPE_SIGNATURE, .flags = MORE, .n = data.n, .data = data.at });
}

/* @return how many sections */
static unsigned lay_out(const struct package_spec *spec, struct section sections[PACKAGE_SECTIONS])
{
    static uint8_t text[TEXT], bytes[PACKAGE_MAX];
    uint32_t type = spec->is_model ? BUNDLE_TYPE_KELVIN_MODEL : BUNDLE_TYPE_APP, base = spec->is_model ? MODEL_AT : 0;
    uint32_t more = spec->bytes > 0 ? (uint32_t)MORE : 0;
    unsigned n = 0;
    fill_bytes(text, sizeof text, spec->seed + 100u);
    fill_bytes(bytes, spec->bytes, spec->seed);
    if (spec->manifest != NULL)
        sections[n++] = (struct section){ BUNDLE_TYPE_MANIFEST, 0, MORE, 0, (uint32_t)strlen(spec->manifest), (const uint8_t *)spec->manifest };
    sections[n++] = (struct section){ type, base + TEXT_AT, R | X | ENTRY | more, 4096, TEXT, text };
    if (spec->bytes > 0)
        sections[n++] = (struct section){ type, base + DATA_AT, R | W, 4096, spec->bytes, bytes };
    return n;
}

void package_make(struct package *package, const struct package_spec *spec)
{
    struct section sections[PACKAGE_SECTIONS];
    unsigned n = lay_out(spec, sections);
    package->n = 0;
    if (spec->name != NULL)
        put_signature_section(package, spec, sections, n);
    if (spec->reordered) {
        struct section other = sections[n - 1];
        sections[n - 1] = sections[n - 2];
        sections[n - 2] = other;
    }
    for (unsigned i = 0; i < n; i++)
        put_section(package, &sections[i]);
}
