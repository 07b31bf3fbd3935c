/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Verification of signed packages over images made in memory. tests/packer/test_sign.py does the like with what tools/sign.py makes. */
#include <kata/crc32.h>
#include <package.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* Private keys 1..3: worthless, and made for nothing else. */
static uint8_t public_keys[4][CRYPTO_PUBLIC_KEY];
static const uint8_t *private_of(uint8_t number)
{
    static uint8_t key[CRYPTO_KEY];
    key[31] = number;
    return key;
}

int platform_random(void *out, size_t n)
{
    memset(out, 0x35, n);
    return 0;
}

static void hash(const void *data, size_t n, uint8_t digest[CRYPTO_HASH])
{
    struct crypto_sha256 state;
    crypto_sha256_start(&state);
    crypto_sha256_add(&state, data, n);
    crypto_sha256_finish(&state, digest);
}

/* --- images ---------------------------------------------------------------------------------------------------------- */

struct bytes {
    uint8_t at[8192];
    uint32_t n;
};

static void put(struct bytes *b, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        b->at[b->n++] = (uint8_t)(value >> (8 * bytes));
}

static void put_bytes(struct bytes *b, const void *data, uint32_t n)
{
    memcpy(b->at + b->n, data, n);
    b->n += n;
}

struct section {
    uint32_t type, vaddr, entry, flags, msize, align, n;
    uint8_t data[1024];
};

static void put_section(struct bytes *b, const struct section *s)
{
    put(b, BUNDLE_MAGIC, 8);
    put(b, s->vaddr, 8);
    put(b, s->entry, 8);
    put(b, s->flags, 4);
    put(b, s->n, 4);
    put(b, s->msize, 4);
    put(b, s->align, 4);
    put(b, s->type, 4);
    put(b, crc32_update(0, s->data, s->n), 4);
    put_bytes(b, s->data, s->n);
}

enum { R = BUNDLE_FLAG_READ, W = BUNDLE_FLAG_WRITE, X = BUNDLE_FLAG_EXECUTE, ENTRY = BUNDLE_FLAG_ENTRY, MORE = BUNDLE_FLAG_MORE };
enum { SECTIONS = 4 };

/* A manifest, text, a section without data in the file, and data; and how it is signed. */
static struct section sections[SECTIONS];
static struct statement {
    uint32_t format, version, hashes;
    uint8_t key, claimed_key;
    char name[BUNDLE_SIGNED_NAME + 1];
} statement;
static struct bytes image;

static void set_section(unsigned i, struct section s)
{
    for (uint32_t k = 0; k < s.n; k++)
        s.data[k] = (uint8_t)(i * 50 + k);
    sections[i] = s;
}

static int set_up(void **state)
{
    (void)state;
    set_section(0, (struct section){ .type = BUNDLE_TYPE_MANIFEST, .flags = MORE, .n = 20 });
    set_section(1, (struct section){ .type = BUNDLE_TYPE_APP, .vaddr = 0x10000, .entry = 0x10000, .flags = R | X | ENTRY | MORE, .msize = 70,
                                     .align = 4096, .n = 70 });
    set_section(2, (struct section){ .type = BUNDLE_TYPE_APP, .vaddr = 0x11000, .flags = R | W | MORE, .msize = 9000, .align = 4096 });
    set_section(3, (struct section){ .type = BUNDLE_TYPE_APP, .vaddr = 0x20000, .flags = R, .msize = 33, .align = 4096, .n = 33 });
    statement = (struct statement){ .format = 1, .version = 5, .hashes = SECTIONS, .key = 1, .claimed_key = 1, .name = "demo" };
    return 0;
}

static void put_hashes(struct bytes *b)
{
    for (unsigned i = 0; i < statement.hashes; i++) {
        struct bytes one = { .n = 0 };
        uint8_t digest[CRYPTO_HASH];
        put_section(&one, &sections[i % SECTIONS]);
        hash(one.at, one.n, digest);
        put_bytes(b, digest, sizeof digest);
    }
}

static void put_signature(struct bytes *data)
{
    struct bytes all = { .n = 0 };
    uint8_t digest[CRYPTO_HASH], signature[CRYPTO_SIGNATURE];
    put_bytes(&all, BUNDLE_SIGNATURE_TEXT, sizeof BUNDLE_SIGNATURE_TEXT);
    put_bytes(&all, data->at, data->n);
    hash(all.at, all.n, digest);
    assert_int_equal(crypto_sign(private_of(statement.key), digest, signature), 0);
    put_bytes(data, signature, sizeof signature);
}

static void put_signature_section(void)
{
    struct bytes data = { .n = 0 };
    struct section s = { .type = BUNDLE_TYPE_SIGNATURE, .flags = MORE };
    uint8_t id[CRYPTO_HASH];
    hash(public_keys[statement.claimed_key], CRYPTO_PUBLIC_KEY, id);
    put(&data, statement.format, 4);
    put(&data, statement.version, 4);
    put_bytes(&data, id, 8);
    put_bytes(&data, statement.name, BUNDLE_SIGNED_NAME);
    put(&data, statement.hashes, 4);
    put_hashes(&data);
    put_signature(&data);
    s.n = data.n;
    memcpy(s.data, data.at, data.n);
    put_section(&image, &s);
}

static void put_sections(void)
{
    for (unsigned i = 0; i < SECTIONS; i++)
        put_section(&image, &sections[i]);
}

static void make(void)
{
    image.n = 0;
    put_signature_section();
    put_sections();
}

/* --- checks ------------------------------------------------------------------------------------------------------------ */

static uint32_t counter;
static const char *asked;

static uint32_t lowest_version(void *ctx, const char *name)
{
    assert_ptr_equal(ctx, &counter);
    asked = name;
    return counter;
}

static struct package_rules rules;
static struct package_check check;

static int set_rules(void **state)
{
    rules = (struct package_rules){ .image = &bundle_app_rules, .keys = (const uint8_t(*)[CRYPTO_PUBLIC_KEY])public_keys + 1, .n_keys = 2,
                                    .lowest_version = lowest_version, .ctx = &counter };
    counter = 0;
    asked = NULL;
    (void)set_up(state);
    make();
    return 0;
}

static BundleError verify_in_pieces(uint32_t size, uint32_t piece)
{
    package_start(&check, &rules, size);
    for (uint32_t at = 0; at < size; at += piece)
        (void)package_add(&check, image.at + at, size - at < piece ? size - at : piece);
    return package_finish(&check);
}

static BundleError verify(void) { return verify_in_pieces(image.n, 1000); }

static void test_good(void **state)
{
    (void)state;
    for (uint32_t piece = 1; piece < 900; piece += piece < 60 ? 3 : 61) {
        assert_int_equal(verify_in_pieces(image.n, piece), BUNDLE_OK);
        const struct bundle_signature *signature = package_signature(&check);
        assert_non_null(signature);
        assert_string_equal(signature->name, "demo");
        assert_int_equal(signature->version, 5);
        assert_ptr_equal(asked, signature->name);
    }
    statement.key = statement.claimed_key = 2;
    make();
    assert_int_equal(verify(), BUNDLE_OK);
}

/* Of each byte a bit, and all of it; of those behind the signature section a bit. */
static void test_every_byte(void **state)
{
    uint32_t signed_end = BUNDLE_HEADER_SIZE + BUNDLE_SIGNATURE_SIZE(SECTIONS);
    (void)state;
    for (uint32_t i = 0; i < image.n; i++) {
        const uint8_t flips[] = { (uint8_t)(1u << i % 8), 0xff };
        for (unsigned f = 0; f < (i < signed_end ? sizeof flips : 1); f++) {
            image.at[i] ^= flips[f];
            BundleError error = verify();
            image.at[i] ^= flips[f];
            assert_int_not_equal(error, BUNDLE_OK);
            assert_null(package_signature(&check));
            if (i >= BUNDLE_HEADER_SIZE + 16 && i < BUNDLE_HEADER_SIZE + 80) /* name: no longer one, or not the signed one */
                assert_true(error == BUNDLE_BAD_SIGNATURE || error == BUNDLE_BAD_SIGNATURE_SECTION);
            else if (i >= BUNDLE_HEADER_SIZE + 84 && i < signed_end)
                assert_int_equal(error, BUNDLE_BAD_SIGNATURE);
            else if (i >= BUNDLE_HEADER_SIZE && i < signed_end)
                assert_true(error >= BUNDLE_BAD_SIGNATURE_SECTION && error <= BUNDLE_BAD_SIGNATURE);
        }
    }
    assert_int_equal(verify(), BUNDLE_OK);
}

/* Where bytes of a section's data lie, their change is a wrong hash and nothing else. */
static void test_data_is_hashed(void **state)
{
    uint32_t at = BUNDLE_HEADER_SIZE + BUNDLE_SIGNATURE_SIZE(SECTIONS);
    (void)state;
    for (unsigned s = 0; s < SECTIONS; s++) {
        at += BUNDLE_HEADER_SIZE;
        for (uint32_t i = 0; i < sections[s].n; i++, at++) {
            image.at[at] ^= 0x10;
            assert_int_equal(verify(), BUNDLE_WRONG_HASH);
            image.at[at] ^= 0x10;
        }
    }
    assert_int_equal(at, image.n);
}

static void test_every_length(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < image.n; n++) {
        BundleError error = verify_in_pieces(n, 64);
        assert_true(error == BUNDLE_EMPTY || error == BUNDLE_TRUNCATED_HEADER || error == BUNDLE_TRUNCATED_DATA
                    || error == BUNDLE_MISSING_SECTION);
    }
}

/* Announced are more bytes than come, or fewer. */
static void test_wrong_amount(void **state)
{
    (void)state;
    package_start(&check, &rules, image.n);
    assert_int_equal(package_add(&check, image.at, image.n - 1), BUNDLE_OK);
    assert_int_equal(package_finish(&check), BUNDLE_TRUNCATED_DATA);
    package_start(&check, &rules, image.n);
    assert_int_equal(package_add(&check, image.at, image.n), BUNDLE_OK);
    assert_int_equal(package_add(&check, "", 1), BUNDLE_TRAILING_GARBAGE);
    assert_int_equal(package_finish(&check), BUNDLE_TRAILING_GARBAGE);
    package_start(&check, &rules, image.n);
    assert_int_equal(package_add(&check, image.at, UINT32_MAX), BUNDLE_TRAILING_GARBAGE);
}

/* The first byte behind the signature section is not taken by a package that is not signed as it must be. */
static void test_refused_before_its_first_byte(void **state)
{
    uint32_t end = BUNDLE_HEADER_SIZE + BUNDLE_SIGNATURE_SIZE(SECTIONS);
    (void)state;
    image.at[end - 1] ^= 1;
    package_start(&check, &rules, image.n);
    assert_int_equal(package_add(&check, image.at, end - 1), BUNDLE_OK);
    assert_int_equal(package_add(&check, image.at + end - 1, 1), BUNDLE_BAD_SIGNATURE);
}

static void test_statements(void **state)
{
    (void)state;
    rules.name = "demo";
    counter = 5;
    assert_int_equal(verify(), BUNDLE_OK);
    rules.name = "dem";
    assert_int_equal(verify(), BUNDLE_WRONG_NAME);
    rules.name = "demo2";
    assert_int_equal(verify(), BUNDLE_WRONG_NAME);
    rules.name = "demo";
    counter = 6;
    assert_int_equal(verify(), BUNDLE_ROLLED_BACK);
    rules.lowest_version = NULL;
    assert_int_equal(verify(), BUNDLE_OK);
}

/* Counters are not told to who has not signed. */
static void test_keys(void **state)
{
    (void)state;
    counter = 6;
    statement.key = statement.claimed_key = 3;
    make();
    assert_int_equal(verify(), BUNDLE_UNKNOWN_KEY);
    statement.claimed_key = 1;
    make();
    assert_int_equal(verify(), BUNDLE_BAD_SIGNATURE);
    statement.key = 2;
    make();
    assert_int_equal(verify(), BUNDLE_BAD_SIGNATURE);
    assert_null(asked);
    rules.n_keys = 0;
    make();
    assert_int_equal(verify(), BUNDLE_UNKNOWN_KEY);
}

static void test_unsigned(void **state)
{
    (void)state;
    image.n = 0;
    put_sections();
    assert_int_equal(verify(), BUNDLE_UNSIGNED);
    rules.allow_unsigned = true;
    assert_int_equal(verify(), BUNDLE_OK);
    assert_null(package_signature(&check));
    image.at[image.n - 1] ^= 1;
    assert_int_equal(verify(), BUNDLE_BAD_CRC);
    /* A signature that is there counts all the same. */
    statement.key = statement.claimed_key = 3;
    make();
    assert_int_equal(verify(), BUNDLE_UNKNOWN_KEY);
}

static BundleError verify_reordered(unsigned a, unsigned b)
{
    image.n = 0;
    put_signature_section();
    struct section other = sections[a];
    sections[a] = sections[b];
    sections[b] = other;
    put_sections();
    (void)set_up(NULL);
    return verify();
}

static void test_order(void **state)
{
    (void)state;
    for (unsigned a = 0; a < SECTIONS; a++)
        for (unsigned b = 0; b < SECTIONS; b++)
            assert_int_equal(verify_reordered(a, b) == BUNDLE_OK, a == b);
    /* The same place in memory for both: only the hashes tell them apart. */
    struct section twin = sections[1];
    twin.flags &= ~(uint32_t)ENTRY;
    twin.vaddr = 0x30000;
    sections[3] = twin;
    image.n = 0;
    put_signature_section();
    sections[3].vaddr = 0x40000;
    put_sections();
    assert_int_equal(verify(), BUNDLE_WRONG_HASH);
}

/* Sections that were not signed, fewer than were signed, the signature elsewhere or twice. */
static void test_counts(void **state)
{
    (void)state;
    for (statement.hashes = 1; statement.hashes <= BUNDLE_HASHES_MAX; statement.hashes++) {
        make();
        assert_int_equal(verify(), statement.hashes == SECTIONS ? BUNDLE_OK : BUNDLE_BAD_SIGNATURE_SECTION);
    }
    (void)set_up(state);
    image.n = 0;
    put_signature_section();
    put_signature_section();
    put_sections();
    assert_int_equal(verify(), BUNDLE_BAD_SIGNATURE_SECTION);
    image.n = 0;
    put_section(&image, &sections[0]);
    put_signature_section();
    put_section(&image, &sections[1]);
    rules.allow_unsigned = true;
    assert_int_equal(verify(), BUNDLE_BAD_SIGNATURE_SECTION);
}

static void test_malformed(void **state)
{
    (void)state;
    statement.format = 2;
    make();
    assert_int_equal(verify(), BUNDLE_BAD_SIGNATURE_SECTION);
    (void)set_up(state);
    static const char names[][BUNDLE_SIGNED_NAME + 1] = {
        "", "with space", "demo\0x", "tab\t", "\x7f",
        "0123456789012345678901234567890123456789012345678901234567890123",
    };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        memcpy(statement.name, names[i], sizeof names[i]);
        make();
        assert_int_equal(verify(), BUNDLE_BAD_SIGNATURE_SECTION);
    }
    memset(statement.name, 0, sizeof statement.name);
    memset(statement.name, 'x', BUNDLE_SIGNED_NAME - 1);
    make();
    assert_int_equal(verify(), BUNDLE_OK);
}

/* The CRC of the signature section is the only part of it that is not signed. */
static void test_crc_of_the_signature(void **state)
{
    (void)state;
    image.at[47] ^= 1;
    assert_int_equal(verify(), BUNDLE_BAD_CRC);
}

/* Zeros behind the image are no part of it, up to a page. */
static void test_padding(void **state)
{
    uint32_t n = image.n;
    (void)state;
    memset(image.at + n, 0, sizeof image.at - n);
    for (uint32_t zeros = 0; zeros < BUNDLE_PAGE; zeros += zeros < 63 ? 7 : 799) {
        image.n = n + zeros;
        for (uint32_t piece = 1; piece < 80; piece += 47)
            assert_int_equal(verify_in_pieces(image.n, piece), BUNDLE_OK);
        if (zeros == 0)
            continue;
        image.at[image.n - 1] = 1;
        assert_int_equal(verify(), BUNDLE_TRAILING_GARBAGE);
        image.at[image.n - 1] = 0;
    }
    image.n = n + BUNDLE_PAGE;
    assert_int_equal(verify(), BUNDLE_TRAILING_GARBAGE);
}

static int make_keys(void **state)
{
    (void)state;
    for (uint8_t i = 1; i < 4; i++)
        if (crypto_public_key(private_of(i), public_keys[i]) != 0)
            return -1;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_good, set_rules),
        cmocka_unit_test_setup(test_every_byte, set_rules),
        cmocka_unit_test_setup(test_data_is_hashed, set_rules),
        cmocka_unit_test_setup(test_every_length, set_rules),
        cmocka_unit_test_setup(test_wrong_amount, set_rules),
        cmocka_unit_test_setup(test_refused_before_its_first_byte, set_rules),
        cmocka_unit_test_setup(test_statements, set_rules),
        cmocka_unit_test_setup(test_keys, set_rules),
        cmocka_unit_test_setup(test_unsigned, set_rules),
        cmocka_unit_test_setup(test_order, set_rules),
        cmocka_unit_test_setup(test_counts, set_rules),
        cmocka_unit_test_setup(test_malformed, set_rules),
        cmocka_unit_test_setup(test_crc_of_the_signature, set_rules),
        cmocka_unit_test_setup(test_padding, set_rules),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
