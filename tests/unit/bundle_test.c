/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The reader and validator of bundle images over images made in memory. The defects that are bytes in a file are in
 * tools/packer/malform.py; here are the callback, the accounting and every cut of an image. */
#include <bundle/bundle.h>
#include <kata/crc32.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static uint8_t image[4096];
static uint32_t size;
static uint32_t type = BUNDLE_TYPE_APP;
static uint32_t fail_at;        /* reads at or behind it fail */

static int read_image(void *ctx, uint32_t offset, void *buf, uint32_t len)
{
    const struct bundle_source *source = ctx;
    assert_true(len > 0 && offset <= source->size && len <= source->size - offset);
    if (offset >= fail_at)
        return -1;
    memcpy(buf, image + offset, len);
    return 0;
}

static struct bundle_source source = { read_image, &source, 0 };

static void put(uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        image[size++] = (uint8_t)(value >> (8 * bytes));
}

static void section(uint64_t vaddr, uint64_t entry, uint32_t flags, uint32_t fsize, uint32_t msize)
{
    uint8_t data[512];
    memset(data, (int)(vaddr >> 12), sizeof data);
    put(BUNDLE_MAGIC, 8);
    put(vaddr, 8);
    put(entry, 8);
    put(flags, 4);
    put(fsize, 4);
    put(msize, 4);
    put(4096, 4);
    put(type, 4);
    put(crc32_update(0, data, fsize), 4);
    memcpy(image + size, data, fsize);
    size += fsize;
}

enum { TEXT = BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE | BUNDLE_FLAG_ENTRY | BUNDLE_FLAG_MORE,
       DATA = BUNDLE_FLAG_READ | BUNDLE_FLAG_WRITE };

static int make(void **state)
{
    (void)state;
    size = 0;
    fail_at = UINT32_MAX;
    section(0x10000, 0x10010, TEXT, 100, 100);
    section(0x20800, 0, DATA, 70, 0x1900);
    return 0;
}

static BundleError validate(uint32_t scratch_size, struct bundle_info *info)
{
    uint8_t scratch[64];
    source.size = size;
    return bundle_validate(&source, &bundle_app_rules, scratch, scratch_size, info);
}

static void test_valid(void **state)
{
    struct bundle_info info;
    (void)state;
    for (uint32_t scratch = 1; scratch <= 64; scratch += 9) {
        assert_int_equal(validate(scratch, &info), BUNDLE_OK);
        assert_int_equal(info.entry, 0x10010);
        assert_int_equal(info.lowest, 0x10000);
        assert_int_equal(info.end, 0x23000);
        assert_int_equal(info.pages, 4);
        assert_int_equal(info.sections, 2);
    }
    assert_int_equal(validate(64, NULL), BUNDLE_OK);
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    uint32_t whole = size;
    for (size = 0; size < whole; size++)
        assert_int_not_equal(validate(64, NULL), BUNDLE_OK);
}

static void test_every_flipped_bit_of_data_is_seen(void **state)
{
    (void)state;
    for (uint32_t i = BUNDLE_HEADER_SIZE; i < BUNDLE_HEADER_SIZE + 100; i++)
        for (int bit = 0; bit < 8; bit++) {
            image[i] ^= (uint8_t)(1 << bit);
            assert_int_equal(validate(64, NULL), BUNDLE_BAD_CRC);
            image[i] ^= (uint8_t)(1 << bit);
        }
}

static void test_callback_failure(void **state)
{
    (void)state;
    for (fail_at = 0; fail_at < size - 64; fail_at++)
        assert_int_equal(validate(64, NULL), BUNDLE_READ_FAILED);
}

/* Every header byte with every value: no crash, no read outside (the callback asserts it). */
static void test_header_bytes(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BUNDLE_HEADER_SIZE; i++)
        for (int value = 0; value < 256; value++) {
            uint8_t old = image[i];
            image[i] = (uint8_t)value;
            (void)validate(64, NULL);
            image[i] = old;
        }
}

static void test_shared_page_counts_once(void **state)
{
    struct bundle_info info;
    (void)state;
    size = 0;
    section(0x10000, 0x10000, TEXT, 16, 0x1010);
    section(0x11800, 0, BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE | BUNDLE_FLAG_MORE, 16, 16);
    section(0x11c00, 0, BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE, 16, 0x500);
    assert_int_equal(validate(64, &info), BUNDLE_OK);
    assert_int_equal(info.pages, 3);
}

static void test_memory_limit_is_of_all_sections(void **state)
{
    (void)state;
    size = 0;
    section(0x10000, 0x10000, TEXT, 16, 16);
    section(0x01000000, 0, DATA | BUNDLE_FLAG_MORE, 0, 0x08000000);
    section(0x10000000, 0, DATA | BUNDLE_FLAG_MORE, 0, 0x07fff000);
    assert_int_equal(validate(64, NULL), BUNDLE_MISSING_SECTION);
    section(0x20000000, 0, DATA, 0, 1);
    assert_int_equal(validate(64, NULL), BUNDLE_ABSURD_SIZE);
}

static void test_reader_restarts(void **state)
{
    struct bundle_reader reader;
    struct bundle_section first;
    (void)state;
    source.size = size;
    for (int round = 0; round < 2; round++) {
        bundle_open(&reader, &source, &bundle_app_rules);
        assert_int_equal(bundle_next(&reader, &first), BUNDLE_OK);
        assert_int_equal(first.vaddr, 0x10000);
        assert_int_equal(first.data, BUNDLE_HEADER_SIZE);
        assert_int_equal(first.fsize, 100);
    }
    assert_int_equal(bundle_next(&reader, &first), BUNDLE_OK);
    assert_int_equal(bundle_next(&reader, &first), BUNDLE_END);
}

/* A section without code is a data model, and nothing else is. */
static void test_data_model(void **state)
{
    static const struct { uint32_t vaddr, flags; BundleError error; } bad[] = {
        { 0x81000000, BUNDLE_FLAG_READ | BUNDLE_FLAG_WRITE, BUNDLE_BAD_FLAGS },
        { 0x81000000, BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE, BUNDLE_BAD_FLAGS },
        { 0x81000000, BUNDLE_FLAG_READ | BUNDLE_FLAG_ENTRY, BUNDLE_BAD_FLAGS },
        { 0x81000000, BUNDLE_FLAG_READ | BUNDLE_FLAG_MORE, BUNDLE_MISSING_SECTION },
        { 0x89000000, BUNDLE_FLAG_READ, BUNDLE_KERNEL_ADDRESS },
    };
    uint8_t scratch[64];
    (void)state;
    type = BUNDLE_TYPE_DATA_MODEL;
    size = 0;
    section(0x81000000, 0, BUNDLE_FLAG_READ, 100, 100);
    source.size = size;
    assert_int_equal(bundle_validate(&source, &bundle_model_rules, scratch, sizeof scratch, NULL), BUNDLE_OK);
    assert_int_equal(bundle_validate(&source, &bundle_app_rules, scratch, sizeof scratch, NULL), BUNDLE_WRONG_TYPE);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size = 0;
        section(bad[i].vaddr, 0, bad[i].flags, 100, 100);
        source.size = size;
        assert_int_equal(bundle_validate(&source, &bundle_model_rules, scratch, sizeof scratch, NULL), bad[i].error);
    }
    size = 0;
    section(0x81000000, 0, BUNDLE_FLAG_READ | BUNDLE_FLAG_MORE, 100, 100);
    section(0x82000000, 0, BUNDLE_FLAG_READ, 100, 100);
    source.size = size;
    assert_int_equal(bundle_validate(&source, &bundle_model_rules, scratch, sizeof scratch, NULL), BUNDLE_TOO_MANY_SECTIONS);
    type = BUNDLE_TYPE_APP;
}

static void test_every_error_has_its_own_text(void **state)
{
    (void)state;
    for (int i = 0; i < BUNDLE_ERRORS; i++) {
        assert_non_null(bundle_error_text(i));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(bundle_error_text(i), bundle_error_text(j));
    }
    assert_string_equal(bundle_error_text(-1), bundle_error_text(BUNDLE_ERRORS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_valid, make),
        cmocka_unit_test_setup(test_every_cut_is_refused, make),
        cmocka_unit_test_setup(test_every_flipped_bit_of_data_is_seen, make),
        cmocka_unit_test_setup(test_callback_failure, make),
        cmocka_unit_test_setup(test_header_bytes, make),
        cmocka_unit_test_setup(test_shared_page_counts_once, make),
        cmocka_unit_test_setup(test_memory_limit_is_of_all_sections, make),
        cmocka_unit_test_setup(test_reader_restarts, make),
        cmocka_unit_test_setup(test_data_model, make),
        cmocka_unit_test(test_every_error_has_its_own_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
