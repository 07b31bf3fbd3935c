/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Boot manifests made in memory, and the images that they are about. tests/security/test_measured_boot.py does the like on the machine, with what
 * tools/sign.py makes. */
#include <manifest.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define BASE 0x80000000u
#define OTHER 0x80700000u
enum { SIZE = 0x4000, OTHER_SIZE = 0x1000, AT_SEGMENT = BOOT_HEADER_BYTES };

/* Private keys 1..3: worthless, and made for nothing else. */
static uint8_t public_keys[4][CRYPTO_PUBLIC_KEY];
static uint8_t memory[SIZE], other[OTHER_SIZE];
static uint32_t progress, hashed;

int platform_random(void *out, size_t n)
{
    memset(out, 0x35, n);
    return 0;
}

const uint8_t *boot_memory(uint32_t base, uint32_t size)
{
    hashed += size;
    if (base >= OTHER) {
        assert_true(base - OTHER <= OTHER_SIZE && size <= OTHER_SIZE - (base - OTHER));
        return other + (base - OTHER);
    }
    assert_true(base >= BASE && base - BASE <= SIZE && size <= SIZE - (base - BASE));
    return memory + (base - BASE);
}

void boot_progress(void) { progress++; }

static const uint8_t *private_of(uint8_t number)
{
    static uint8_t key[CRYPTO_KEY];
    key[CRYPTO_KEY - 1] = number;
    return key;
}

static void hash(const void *data, size_t n, uint8_t digest[CRYPTO_HASH])
{
    struct crypto_sha256 state;
    crypto_sha256_start(&state);
    crypto_sha256_add(&state, data, n);
    crypto_sha256_finish(&state, digest);
}

/* --- making one --- */

static struct boot_manifest manifest;
static const struct boot_region regions[] = { { BASE, SIZE }, { OTHER, OTHER_SIZE } };
static const uint32_t entries[] = { BASE, OTHER };
static struct boot_rules rules;
static const struct segment {
    const char *name;
    uint32_t base, size;
} good[] = { { "monitor", BASE, 100 }, { "kernel", BASE + 100, 9000 }, { "user", BASE + SIZE - 1, 1 }, { "builtins", OTHER, OTHER_SIZE } };
enum { SEGMENTS = sizeof good / sizeof *good };

static void put(uint32_t at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        manifest.bytes[at + i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t record(uint32_t i) { return AT_SEGMENT + i * BOOT_SEGMENT_BYTES; }

static void sign(uint8_t key, uint32_t segments)
{
    uint8_t text[sizeof BOOT_SIGNED_TEXT + BOOT_MANIFEST_MAX] = BOOT_SIGNED_TEXT, digest[CRYPTO_HASH];
    memcpy(text + sizeof BOOT_SIGNED_TEXT, manifest.bytes, record(segments));
    hash(text, sizeof BOOT_SIGNED_TEXT + record(segments), digest);
    assert_int_equal(crypto_sign(private_of(key), digest, manifest.bytes + record(segments)), 0);
}

static void put_segment(uint32_t i, const struct segment *s)
{
    uint8_t *at = manifest.bytes + record(i);
    strncpy((char *)at, s->name, BOOT_NAME);
    put(record(i) + BOOT_NAME, s->base);
    put(record(i) + BOOT_NAME + 4, s->size);
    hash(boot_memory(s->base, s->size), s->size, at + BOOT_NAME + 8);
}

static int make(void **state)
{
    (void)state;
    uint8_t id[CRYPTO_HASH];
    memset(&manifest, 0, sizeof manifest);
    for (uint8_t i = 1; i < 4; i++)
        assert_int_equal(crypto_public_key(private_of(i), public_keys[i]), 0);
    for (uint32_t i = 0; i < SIZE; i++)
        memory[i] = (uint8_t)(i * 7 + i / 256);
    memset(other, 0x5a, sizeof other);
    rules = (struct boot_rules){ regions, 2, entries, 2, (const uint8_t (*)[CRYPTO_PUBLIC_KEY])public_keys + 1, 2, 7 };
    put(0, BOOT_MAGIC);
    put(4, BOOT_FORMAT);
    put(24, BOOT_ALLOW_UNSIGNED);
    put(8, 7);
    hash(public_keys[2], CRYPTO_PUBLIC_KEY, id);
    memcpy(manifest.bytes + 12, id, 8);
    put(20, SEGMENTS);
    for (uint32_t i = 0; i < SEGMENTS; i++)
        put_segment(i, &good[i]);
    sign(2, SEGMENTS);
    return 0;
}

static enum boot_error check(void)
{
    enum boot_error error = boot_manifest_check(&manifest, &rules);
    return error == BOOT_OK ? boot_images_check(&manifest) : error;
}

static enum boot_error check_signed(void)
{
    sign(2, SEGMENTS);
    return check();
}

/* --- tests --- */

static void test_good(void **state)
{
    (void)state;
    uint8_t text[sizeof BOOT_SIGNED_TEXT + BOOT_MANIFEST_MAX] = BOOT_SIGNED_TEXT, digest[CRYPTO_HASH];
    hashed = progress = 0;
    assert_int_equal(check(), BOOT_OK);
    assert_int_equal(manifest.version, 7);
    assert_int_equal(manifest.flags, BOOT_ALLOW_UNSIGNED);
    assert_int_equal(hashed, 100 + 9000 + 1 + OTHER_SIZE);
    assert_true(progress >= 6);
    assert_string_equal(manifest.name, "");
    memcpy(text + sizeof BOOT_SIGNED_TEXT, manifest.bytes, record(SEGMENTS));
    hash(text, sizeof BOOT_SIGNED_TEXT + record(SEGMENTS), digest);
    assert_memory_equal(manifest.digest, digest, CRYPTO_HASH);
}

/* Not one byte of it may be another, and no byte of an image. */
static void test_every_byte(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < record(SEGMENTS) + CRYPTO_SIGNATURE; i++) {
        manifest.bytes[i] ^= (uint8_t)(1u << i % 8);
        assert_int_not_equal(check(), BOOT_OK);
        manifest.bytes[i] ^= (uint8_t)(1u << i % 8);
    }
    assert_int_equal(boot_manifest_check(&manifest, &rules), BOOT_OK);
    for (uint32_t i = 0; i < 100 + 9000; i += 37) {
        memory[i] ^= 0x80;
        assert_int_equal(boot_images_check(&manifest), BOOT_WRONG_IMAGE);
        assert_string_equal(manifest.name, i < 100 ? "monitor" : "kernel");
        memory[i] ^= 0x80;
    }
    memory[SIZE - 1] ^= 1;
    assert_int_equal(boot_images_check(&manifest), BOOT_WRONG_IMAGE);
    assert_string_equal(manifest.name, "user");
    memory[SIZE - 1] ^= 1;
    other[OTHER_SIZE - 1] ^= 1;
    assert_int_equal(boot_images_check(&manifest), BOOT_WRONG_IMAGE);
    assert_string_equal(manifest.name, "builtins");
}

static void test_header(void **state)
{
    (void)state;
    static const struct { uint32_t at, value; enum boot_error error; } cases[] = {
        { 0, 0, BOOT_NO_MANIFEST }, { 0, BOOT_MAGIC + 1, BOOT_NO_MANIFEST }, { 4, 0, BOOT_BAD_FORMAT }, { 4, 1, BOOT_BAD_FORMAT }, { 4, 3, BOOT_BAD_FORMAT },
        { 8, 6, BOOT_ROLLED_BACK }, { 8, 0, BOOT_ROLLED_BACK }, { 8, 8, BOOT_OK }, { 8, UINT32_MAX, BOOT_OK },
        { 12, 0, BOOT_UNKNOWN_KEY }, { 20, 0, BOOT_BAD_COUNT }, { 20, BOOT_SEGMENTS_MAX + 1, BOOT_BAD_COUNT }, { 20, UINT32_MAX, BOOT_BAD_COUNT },
        { 24, 0, BOOT_OK }, { 24, BOOT_FLAGS + 1, BOOT_BAD_FLAGS }, { 24, 0x80000001, BOOT_BAD_FLAGS },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        make(NULL);
        put(cases[i].at, cases[i].value);
        assert_int_equal(check_signed(), cases[i].error);
    }
}

static void test_keys(void **state)
{
    (void)state;
    uint8_t id[CRYPTO_HASH];
    sign(1, SEGMENTS);                  /* trusted, but not the one that it names */
    assert_int_equal(check(), BOOT_BAD_SIGNATURE);
    hash(public_keys[1], CRYPTO_PUBLIC_KEY, id);
    memcpy(manifest.bytes + 12, id, 8);
    sign(1, SEGMENTS);
    assert_int_equal(check(), BOOT_OK);
    hash(public_keys[3], CRYPTO_PUBLIC_KEY, id);
    memcpy(manifest.bytes + 12, id, 8);
    sign(3, SEGMENTS);
    assert_int_equal(check(), BOOT_UNKNOWN_KEY);
    make(NULL);
    memset(manifest.bytes + record(SEGMENTS), 0, CRYPTO_SIGNATURE);
    assert_int_equal(check(), BOOT_BAD_SIGNATURE);
}

static void test_segments(void **state)
{
    (void)state;
    enum { AT_BASE = BOOT_NAME, AT_SIZE = BOOT_NAME + 4 };
    static const struct { uint32_t segment, at, value; enum boot_error error; } cases[] = {
        { 1, AT_BASE, BASE - 1, BOOT_BAD_PLACE }, { 1, AT_BASE, 0, BOOT_BAD_PLACE }, { 1, AT_BASE, BASE + SIZE, BOOT_BAD_PLACE },
        { 1, AT_BASE, UINT32_MAX, BOOT_BAD_PLACE }, { 1, AT_BASE, BASE + SIZE - 8999, BOOT_BAD_PLACE }, { 1, AT_SIZE, 0, BOOT_BAD_PLACE },
        { 1, AT_SIZE, SIZE - 99, BOOT_BAD_PLACE }, { 1, AT_SIZE, UINT32_MAX, BOOT_BAD_PLACE }, { 1, AT_SIZE, 0x80000000u - 100, BOOT_BAD_PLACE },
        { 1, AT_BASE, BASE + 99, BOOT_OVERLAP }, { 0, AT_SIZE, 101, BOOT_OVERLAP }, { 1, AT_SIZE, SIZE - 100, BOOT_OVERLAP },
        { 3, AT_BASE, OTHER + 1, BOOT_BAD_PLACE }, { 3, AT_SIZE, OTHER_SIZE + 1, BOOT_BAD_PLACE },
        { 0, AT_BASE, BASE + 1, BOOT_OVERLAP }, { 1, AT_BASE, BASE + 101, BOOT_WRONG_IMAGE }, { 1, AT_SIZE, 9001, BOOT_WRONG_IMAGE },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        make(NULL);
        put(record(cases[i].segment) + cases[i].at, cases[i].value);
        assert_int_equal(check_signed(), cases[i].error);
        assert_string_not_equal(manifest.name, "");
    }
    make(NULL);
    put(record(0) + AT_SIZE, 99);
    put(record(0) + AT_BASE, BASE + 1);
    assert_int_equal(check_signed(), BOOT_NO_ENTRY);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "0123456789abcdef", "a b", "a\nb", "\x7f", "\x80" };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        make(NULL);
        strncpy((char *)manifest.bytes + record(2), bad[i], BOOT_NAME);
        assert_int_equal(check_signed(), BOOT_BAD_NAME);
        assert_string_equal(manifest.name, "");
    }
    make(NULL);
    manifest.bytes[record(2) + BOOT_NAME - 1] = 'x';
    assert_int_equal(check_signed(), BOOT_BAD_NAME);
}

/* As many as there can be fill the manifest to its last byte. */
static void test_most(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BOOT_SEGMENTS_MAX; i++)
        put_segment(i, &(struct segment){ "part", BASE + 16 * i, 16 });
    put(20, BOOT_SEGMENTS_MAX);
    sign(2, BOOT_SEGMENTS_MAX);
    rules.n_entries = 1;
    assert_int_equal(check(), BOOT_OK);
}

static void test_texts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BOOT_ERRORS; i++)
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(boot_error_text((enum boot_error)i), boot_error_text((enum boot_error)j));
    assert_non_null(boot_error_text(BOOT_ERRORS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_good, make), cmocka_unit_test_setup(test_every_byte, make), cmocka_unit_test_setup(test_header, make),
        cmocka_unit_test_setup(test_keys, make), cmocka_unit_test_setup(test_segments, make), cmocka_unit_test_setup(test_names, make),
        cmocka_unit_test_setup(test_most, make), cmocka_unit_test_setup(test_texts, make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
