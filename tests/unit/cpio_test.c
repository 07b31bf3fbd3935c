/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include <cpio/cpio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char archive[4096];
static size_t archive_size;

static void append(const char *name, unsigned mode, const char *data, unsigned size)
{
    unsigned name_size = (unsigned)strlen(name) + 1;
    char *p = archive + archive_size;

    sprintf(p, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1u, mode, 0u, 0u, 1u, 0u, size, 0u, 0u, 0u, 0u, name_size, 0u);
    memcpy(p + 110, name, name_size);
    archive_size += (110 + name_size + 3) & ~3u;
    memcpy(archive + archive_size, data, size);
    archive_size += (size + 3) & ~3u;
}

static int make_archive(void **state)
{
    (void)state;
    memset(archive, 0, sizeof(archive));
    archive_size = 0;
    append(".", 040755, "", 0);
    append("hello.app", 0100644, "12345", 5);
    append("empty", 0100644, "", 0);
    append("x.repl", 0100644, "start hello\n", 12);
    append("TRAILER!!!", 0, "", 0);
    return 0;
}

static void reads_all_entries(void **state)
{
    struct cpio_reader r;
    struct cpio_entry e;

    (void)state;
    cpio_open(&r, archive, archive_size);
    assert_int_equal(cpio_next(&r, &e), CPIO_ENTRY);
    assert_string_equal(e.name, ".");
    assert_false(cpio_is_file(&e));
    assert_int_equal(cpio_next(&r, &e), CPIO_ENTRY);
    assert_string_equal(e.name, "hello.app");
    assert_true(cpio_is_file(&e));
    assert_int_equal(e.size, 5);
    assert_memory_equal(e.data, "12345", 5);
    assert_int_equal(cpio_next(&r, &e), CPIO_ENTRY);
    assert_int_equal(e.size, 0);
    assert_int_equal(cpio_next(&r, &e), CPIO_ENTRY);
    assert_memory_equal(e.data, "start hello\n", 12);
    assert_int_equal(cpio_next(&r, &e), CPIO_END);
    assert_int_equal(cpio_next(&r, &e), CPIO_END);
}

static void finds_by_name(void **state)
{
    struct cpio_entry e;

    (void)state;
    assert_int_equal(cpio_find(archive, archive_size, "x.repl", &e), CPIO_ENTRY);
    assert_int_equal(e.size, 12);
    assert_int_equal(cpio_find(archive, archive_size, "hello", &e), CPIO_END);
}

/* The archive window is larger than the archive: what follows the trailer does not matter. */
static void ignores_what_follows_the_trailer(void **state)
{
    struct cpio_entry e;

    (void)state;
    memset(archive + archive_size, 0xa5, sizeof(archive) - archive_size);
    assert_int_equal(cpio_find(archive, sizeof(archive), "none", &e), CPIO_END);
}

static void walk(const char *bytes, size_t size)
{
    char *copy = malloc(size ? size : 1);   /* exact size: the sanitizer sees every byte read outside */
    struct cpio_reader r;
    struct cpio_entry e;
    unsigned sum = 0;

    memcpy(copy, bytes, size);
    cpio_open(&r, copy, size);
    for (int n = 0; n < 100 && cpio_next(&r, &e) == CPIO_ENTRY; n++) {
        for (uint32_t i = 0; i < e.size; i++)
            sum += e.data[i];
        sum += (unsigned)strlen(e.name);
    }
    assert_true(sum < 0xffffffff);
    free(copy);
}

static void every_truncation_is_malformed(void **state)
{
    struct cpio_entry e;

    (void)state;
    for (size_t size = 0; size < archive_size - 4; size++) {
        walk(archive, size);
        assert_int_equal(cpio_find(archive, size, "none", &e), CPIO_MALFORMED);
    }
}

static void damaged_headers_stay_inside(void **state)
{
    (void)state;
    for (size_t i = 0; i < archive_size; i++) {
        for (const char *c = "0fF\xff*"; *c != '\0'; c++) {
            char old = archive[i];
            archive[i] = *c;
            walk(archive, archive_size);
            archive[i] = old;
        }
    }
}

static void huge_fields_are_malformed(void **state)
{
    struct cpio_entry e;

    (void)state;
    memcpy(archive + 6 + 6 * 8, "ffffffff", 8);     /* filesize */
    assert_int_equal(cpio_find(archive, archive_size, "none", &e), CPIO_MALFORMED);
    make_archive(NULL);
    memcpy(archive + 6 + 11 * 8, "ffffffff", 8);    /* namesize: header + namesize wraps */
    assert_int_equal(cpio_find(archive, archive_size, "none", &e), CPIO_MALFORMED);
    make_archive(NULL);
    memcpy(archive + 6 + 11 * 8, "00000000", 8);
    assert_int_equal(cpio_find(archive, archive_size, "none", &e), CPIO_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reads_all_entries, make_archive),
        cmocka_unit_test_setup(finds_by_name, make_archive),
        cmocka_unit_test_setup(ignores_what_follows_the_trailer, make_archive),
        cmocka_unit_test_setup(every_truncation_is_malformed, make_archive),
        cmocka_unit_test_setup(damaged_headers_stay_inside, make_archive),
        cmocka_unit_test_setup(huge_fields_are_malformed, make_archive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
