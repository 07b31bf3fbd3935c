/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The parts of ProcessManager without kernel objects: table of bundles, fault messages, and from an image to its pages. */
#include "backend.h"
#include "args.h"
#include "bundles.h"
#include "fault.h"
#include "image.h"
#include "install.h"
#include <kata/crc32.h>
#include <kata/sdk_abi.h>
#include <security_coordinator.h>
#include <sel4/invocation_gen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- a stored image ------------------------------------------------------------------------------------------- */

static uint8_t stored[0x8000];
static uint32_t stored_size, short_at;

int security_size_buffer(const char *bundle_id, uint32_t *size)
{
    *size = stored_size;
    return strcmp(bundle_id, "app") == 0 ? 0 : 3;
}

int security_load_application(const char *bundle_id, uint32_t offset, uint32_t length, uint8_t *data, size_t *data_n)
{
    assert_string_equal(bundle_id, "app");
    assert_true(length <= 3584 && *data_n >= length && offset + length <= stored_size);
    if (offset + length > short_at)
        length = offset < short_at ? short_at - offset : 0;
    memcpy(data, stored + offset, length);
    *data_n = length;
    return 0;
}

static void put(uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        stored[stored_size++] = (uint8_t)(value >> (8 * bytes));
}

static uint8_t pattern(uint32_t address)
{
    return (uint8_t)(address * 7 + (address >> 8) + 1);
}

static void section(uint32_t vaddr, uint32_t entry, uint32_t flags, uint32_t fsize, uint32_t msize)
{
    uint8_t data[0x4000];
    for (uint32_t i = 0; i < fsize; i++)
        data[i] = pattern(vaddr + i);
    put(BUNDLE_MAGIC, 8);
    put(vaddr, 8);
    put(entry, 8);
    put(flags, 4);
    put(fsize, 4);
    put(msize, 4);
    put(1, 4);
    put(BUNDLE_TYPE_APP, 4);
    put(crc32_update(0, data, fsize), 4);
    memcpy(stored + stored_size, data, fsize);
    stored_size += fsize;
}

enum { TEXT = BUNDLE_FLAG_READ | BUNDLE_FLAG_EXECUTE, RW = BUNDLE_FLAG_READ | BUNDLE_FLAG_WRITE };

static int make_image(void **state)
{
    (void)state;
    stored_size = 0;
    short_at = UINT32_MAX;
    section(0x10000, 0x10000, TEXT | BUNDLE_FLAG_ENTRY, 0x1804, 0x1804);
    section(0x11c00, 0, TEXT, 0x200, 0x200);            /* shares the page before */
    section(0x12123, 0, RW, 0x1f00, 0x4000);            /* unaligned, with .bss */
    section(0x20000000, 0, RW, 0, 0x1001);              /* far away, without data */
    return 0;
}

/* ---- an address space ------------------------------------------------------------------------------------------ */

static uint8_t window[BUNDLE_PAGE];
static bool opened;
static uint32_t pages_left, last_vaddr, placed;
static const struct image *loading;

static uint8_t *open_page(void *ctx)
{
    (void)ctx;
    if (pages_left == 0)
        return NULL;
    assert_false(opened);
    opened = true;
    memset(window, 0, sizeof window);
    return window;
}

/* What the byte at an address must be. */
static uint8_t expected(uint32_t address)
{
    for (uint32_t i = 0; i < loading->info.sections; i++) {
        const struct bundle_section *s = &loading->sections[i];
        if (address >= s->vaddr && address - s->vaddr < s->fsize)
            return pattern(address);
    }
    return 0;
}

static bool place_page(void *ctx, uint32_t vaddr, uint32_t rights)
{
    (void)ctx;
    if (pages_left-- == 0)
        return false;
    assert_true(vaddr % BUNDLE_PAGE == 0 && (placed == 0 || vaddr > last_vaddr));
    assert_int_equal(rights, vaddr < 0x12000 ? TEXT : RW);
    for (uint32_t i = 0; i < BUNDLE_PAGE; i++)
        assert_int_equal(opened ? window[i] : 0, expected(vaddr + i));
    last_vaddr = vaddr;
    opened = false;
    placed++;
    return true;
}

static int load(struct image *image, uint32_t memory)
{
    static const struct load_target target = { open_page, place_page, NULL };
    loading = image;
    opened = false;
    pages_left = memory;
    placed = 0;
    return image_load(image, &target);
}

static void test_load(void **state)
{
    struct image image;
    (void)state;
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    assert_int_equal(image.info.entry, 0x10000);
    assert_int_equal(load(&image, 1000), PM_SUCCESS);
    assert_int_equal(placed, image.info.pages);
    assert_int_equal(placed, 2 + 5 + 2);
}

static void test_load_without_memory(void **state)
{
    struct image image;
    (void)state;
    for (uint32_t memory = 0; memory < 9; memory++) {
        assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
        assert_int_equal(load(&image, memory), PM_START_FAILED);
    }
}

static void test_image_changes_or_shrinks(void **state)
{
    struct image image;
    (void)state;
    assert_int_equal(image_open(&image, "other"), PM_BUNDLE_NOT_FOUND);
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    stored[BUNDLE_HEADER_SIZE + 0x1000] ^= 1;
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    short_at = 0x1000;
    assert_int_equal(load(&image, 1000), BUNDLE_ERROR_BASE + BUNDLE_READ_FAILED);
    short_at = 20;
    assert_int_equal(image_open(&image, "app"), BUNDLE_ERROR_BASE + BUNDLE_READ_FAILED);
    stored_size = 100;
    short_at = UINT32_MAX;
    assert_int_equal(image_open(&image, "app"), BUNDLE_ERROR_BASE + BUNDLE_TRUNCATED_DATA);
}

static void test_bad_crc_is_seen_while_loading(void **state)
{
    struct image image;
    static const struct load_target target = { open_page, place_page, NULL };
    (void)state;
    stored_size = 0;
    section(0x10000, 0x10000, TEXT | BUNDLE_FLAG_ENTRY, 0x10, 0x10);
    stored[44] ^= 1;
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    pages_left = 10;
    loading = &image;
    placed = 0;
    opened = false;
    assert_int_equal(image_load(&image, &target), BUNDLE_ERROR_BASE + BUNDLE_BAD_CRC);
}

static uint32_t tables_of(const struct image *image, const struct model_paging *paging)
{
    struct layout layout;
    assert_true(image_layout(image, paging, &layout));
    return layout.tables;
}

static void test_layout(void **state)
{
    static const struct model_paging sv32 = { .levels = 2, .index_bits = 10 };
    struct image image;
    struct layout layout;
    (void)state;
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    assert_true(image_layout(&image, &sv32, &layout));
    assert_int_equal(layout.stack, 0x20003000);
    assert_int_equal(layout.stack_top, 0x20007000);
    assert_int_equal(layout.ipc_buffer, 0x20008000);
    assert_int_equal(layout.heap, 0x2000a000);
    assert_int_equal(layout.pages, 9 + 4);
    assert_int_equal(layout.tables, 2);
    image.manifest.stack = 70000;
    assert_true(image_layout(&image, &sv32, &layout));
    assert_int_equal(layout.stack_top, 0x20003000 + 0x12000);

    stored_size = 0;
    section(0x10000, 0x10000, TEXT | BUNDLE_FLAG_ENTRY, 0x10, 0x10);
    section(0x3fd000, 0, RW, 0, 0x1000);                /* stack and buffer lie behind a table's end */
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    assert_int_equal(tables_of(&image, &sv32), 2);

    stored_size = 0;
    section(0x10000, 0x10000, TEXT | BUNDLE_FLAG_ENTRY, 0x10, 0x10);
    section(0x400000, 0, RW, 0, 0x400000);              /* neighbours: one range */
    section(0x1000000, 0, RW, 0, 0x1000);               /* one more, behind two without anything */
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    assert_int_equal(tables_of(&image, &sv32), 3);

    static const struct model_paging sv39 = { .levels = 3, .index_bits = 9 };
    assert_int_equal(tables_of(&image, &sv39), 1 + 1 + 2 + 1);

    stored_size = 0;
    section(0x10000, 0x10000, TEXT | BUNDLE_FLAG_ENTRY, 0x10, 0x10);
    section(0x7ffef000, 0, RW, 0, 0x1000);              /* as high as it may be */
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    assert_true(image_layout(&image, &sv32, &layout));
    image.manifest.stack = 0x10000;
    assert_false(image_layout(&image, &sv32, &layout));
}

/* ---- manifest ---------------------------------------------------------------------------------------------------- */

static void manifest_section(const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    put(BUNDLE_MAGIC, 8);
    put(0, 8);
    put(0, 8);
    put(BUNDLE_FLAG_MORE, 4);
    put(size, 4);
    put(0, 4);
    put(4096, 4);
    put(BUNDLE_TYPE_MANIFEST, 4);
    put(crc32_update(0, text, size), 4);
    memcpy(stored + stored_size, text, size);
    stored_size += size;
}

static int open_with(struct image *image, const char *text)
{
    stored_size = 0;
    manifest_section(text);
    section(0x10000, 0x10000, TEXT | BUNDLE_FLAG_ENTRY, 0x10, 0x10);
    return image_open(image, "app");
}

static void test_manifest(void **state)
{
    struct image image;
    (void)state;
    assert_int_equal(image_open(&image, "app"), PM_SUCCESS);
    assert_int_equal(image.manifest.budget_us, 5000);
    assert_int_equal(open_with(&image, "name = app\nbudget_us = 777\n"), PM_SUCCESS);
    assert_int_equal(image.manifest.budget_us, 777);
    assert_int_equal(image.info.sections, 1);
    assert_int_equal(load(&image, 10), PM_SUCCESS);
    assert_int_equal(open_with(&image, "\nstack = much"), MANIFEST_ERROR(MANIFEST_BAD_NUMBER, 2));
    assert_int_equal(open_with(&image, "name = other"), MANIFEST_ERROR(MANIFEST_OTHER_NAME, 1));
    (void)open_with(&image, "name = app");
    stored[BUNDLE_HEADER_SIZE] = 'N';
    assert_int_equal(image_open(&image, "app"), BUNDLE_ERROR_BASE + BUNDLE_BAD_CRC);
}

/* What of a manifest comes with the first bytes is judged, the rest not missed; bytes that are no image are others' business. */
static void test_manifest_at_the_beginning(void **state)
{
    static const char text[] = "# comment\nstack = much\n";
    const uint32_t end = BUNDLE_HEADER_SIZE + sizeof text - 1;
    struct image image;
    (void)state;
    (void)open_with(&image, text);
    for (uint32_t n = 0; n <= stored_size; n++)
        assert_int_equal(image_check_beginning(&image, "app", stored, n, stored_size), n < end ? PM_SUCCESS : (int)MANIFEST_ERROR(MANIFEST_BAD_NUMBER, 2));
    assert_int_equal(image_check_beginning(&image, "app", stored, stored_size, 10), PM_SUCCESS);
    stored[end - 1] ^= 1;
    assert_int_equal(image_check_beginning(&image, "app", stored, stored_size, stored_size), PM_SUCCESS);
    (void)open_with(&image, "name = app");
    assert_int_equal(image_check_beginning(&image, "app", stored, stored_size, stored_size), PM_SUCCESS);
    assert_int_equal(image_check_beginning(&image, "ape", stored, stored_size, stored_size), MANIFEST_ERROR(MANIFEST_OTHER_NAME, 1));
    memset(stored, 0, stored_size);
    assert_int_equal(image_check_beginning(&image, "app", stored, stored_size, stored_size), PM_SUCCESS);
}

/* ---- arguments --------------------------------------------------------------------------------------------------- */

static _Alignas(16) uint8_t stack_page[4096];

/* The arguments as the program sees them, with the distance between its addresses and the page's here. */
static void check_arguments(const struct args *args, unsigned n, const char *const *expected)
{
    const seL4_Word top = 0x20007000;
    struct args_place place = args_write(args, stack_page, sizeof stack_page, top);
    const uint8_t *behind = stack_page + sizeof stack_page;
    const seL4_Word *argv = (const seL4_Word *)(const void *)(behind - (top - place.argv));
    assert_int_equal(place.argc, n);
    assert_int_equal(place.sp % 16, 0);
    assert_true(place.sp <= place.argv && top - place.sp <= sizeof stack_page);
    for (unsigned i = 0; i < n; i++) {
        assert_true(argv[i] >= place.argv + (n + 1) * sizeof(seL4_Word) && argv[i] < top);
        assert_string_equal((const char *)behind - (top - argv[i]), expected[i]);
    }
    assert_int_equal(argv[n], 0);
}

static struct args arguments(const void *bytes, size_t length, char separator)
{
    return (struct args){ .name = "app", .bytes = bytes, .length = length, .separator = separator };
}

static void test_arguments(void **state)
{
    uint8_t many[SDK_ARGS_MAX + 1];
    struct args args = arguments("", 0, '\0');
    (void)state;
    check_arguments(&args, 1, (const char *const[]){ "app" });
    args = arguments("a\0\0b c\0", 7, '\0');
    assert_true(args_valid(&args));
    check_arguments(&args, 4, (const char *const[]){ "app", "a", "", "b c" });
    args = arguments("  one   two ", 12, ' ');
    assert_true(args_valid(&args));
    check_arguments(&args, 3, (const char *const[]){ "app", "one", "two" });
    args = arguments("open", 4, '\0');
    assert_false(args_valid(&args));
    memset(many, 'x', sizeof many);
    many[SDK_ARGS_MAX] = many[SDK_ARGS_MAX - 1] = '\0';
    args = arguments(many, SDK_ARGS_MAX, '\0');
    assert_true(args_valid(&args));
    many[SDK_ARGS_MAX - 1] = '\0';
    check_arguments(&args, 2, (const char *const[]){ "app", (char *)many });
    args = arguments(many, SDK_ARGS_MAX + 1, '\0');
    assert_false(args_valid(&args));
    memset(many, 0, sizeof many);
    args = arguments(many, ARGS_COUNT_MAX - 1, '\0');
    assert_true(args_valid(&args));
    args = arguments(many, ARGS_COUNT_MAX, '\0');
    assert_false(args_valid(&args));
}

static void test_security_errors(void **state)
{
    (void)state;
    assert_int_equal(error_from_security(0), PM_SUCCESS);
    assert_int_equal(error_from_security(3), PM_BUNDLE_NOT_FOUND);
    assert_int_equal(error_from_security(4), PM_BUNDLE_FOUND);
    assert_int_equal(error_from_security(BUNDLE_ERROR_BASE + 5), BUNDLE_ERROR_BASE + 5);
    assert_int_equal(error_from_security(-1), PM_SERVICE_RESTARTED);
    assert_int_equal(error_from_security(99), PM_UNKNOWN_ERROR);
    for (int i = 0; i <= SECURITY_CORE_RESTARTED - SECURITY_STORE_FULL; i++)
        assert_int_equal(error_from_security(SECURITY_STORE_FULL + i), PM_STORE_FULL + i);
}

/* ---- bundles --------------------------------------------------------------------------------------------------- */

static int forget_all(void **state)
{
    char name[8];
    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "b%u", i);
        if (bundle_find(name) != NULL)
            bundle_forget(bundle_find(name));
    }
    return 0;
}

static struct bundle *claim(unsigned i)
{
    char name[8];
    snprintf(name, sizeof name, "b%u", i);
    return bundle_claim(name);
}

static void test_names(void **state)
{
    char name[BUNDLE_NAME_MAX + 2];
    (void)state;
    memset(name, 'x', sizeof name);
    name[BUNDLE_NAME_MAX] = '\0';
    assert_true(bundle_name_valid(name));
    name[BUNDLE_NAME_MAX] = 'x';
    name[BUNDLE_NAME_MAX + 1] = '\0';
    assert_false(bundle_name_valid(name));
    assert_true(bundle_name_valid("crash-jump_2.v1"));
    static const char *const bad[] = { "", ".hidden", "-option", "a b", "a/b", "a\nb", "\xc3\xa4" };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(bundle_name_valid(bad[i]));
}

static void test_table(void **state)
{
    uint32_t last = 0;
    (void)state;
    for (unsigned i = 0; i < MAX_BUNDLES; i++) {
        struct bundle *b = claim(i);
        assert_non_null(b);
        assert_true(b->app_id > last);
        last = b->app_id;
        assert_ptr_equal(bundle_of_app(last), b);
        assert_ptr_equal(bundle_running(i), b);
        assert_int_equal(bundle_number(b), i);
    }
    assert_null(bundle_running(MAX_BUNDLES));
    assert_null(bundle_find(""));
    assert_null(claim(20));                             /* all alive */
    bundle_find("b7")->state = BUNDLE_FAULTED;
    bundle_find("b5")->state = BUNDLE_EXITED;
    assert_null(bundle_of_app(bundle_find("b5")->app_id));
    struct bundle *b = claim(20);
    assert_ptr_equal(b, bundle_find("b20"));
    assert_null(bundle_find("b5"));                     /* ended before b7 did: its state is forgotten first */
    assert_true(b->app_id > last);
    last = b->app_id;
    assert_ptr_equal(claim(7), bundle_find("b7"));      /* started again: same entry, new id */
    assert_int_equal(bundle_find("b7")->app_id, last + 1);
}

static unsigned destroyed;

static void destroy(struct bundle *bundle)
{
    destroyed++;
    bundle->phase = PHASE_NONE;
}

/* A death of the component in each phase. */
static void test_recovery(void **state)
{
    (void)state;
    destroyed = 0;
    claim(0)->phase = PHASE_LIVING;
    claim(1);                                           /* starting */
    struct bundle *b = claim(2);
    b->phase = PHASE_ENDING;
    b->state = BUNDLE_FAULTED;
    claim(3)->phase = PHASE_ENDING;                     /* being stopped */
    b = claim(4);
    b->phase = PHASE_LIVING;
    b->state = BUNDLE_EXITED;                           /* noted, and not yet destroyed */
    b = claim(5);
    b->phase = PHASE_NONE;
    b->state = BUNDLE_STOPPED;                          /* a claim cut short */
    bundles_recover(destroy);
    assert_int_equal(destroyed, 4);
    assert_int_equal(bundle_find("b0")->state, BUNDLE_RUNNING);
    assert_null(bundle_find("b1"));
    assert_int_equal(bundle_find("b2")->state, BUNDLE_FAULTED);
    assert_null(bundle_find("b3"));
    assert_int_equal(bundle_find("b4")->state, BUNDLE_EXITED);
    assert_null(bundle_find("b5"));
}

static void test_memory_of_a_bundle(void **state)
{
    struct bundle b = { .start_memory = 50000, .start_pieces = 1, .ready = 3, .pieces = 4,
                        .piece = { { 1, 0, 0 }, { 2, 4, 1 }, { 3, 8, 0 }, { 4, 100, 0 } } };
    (void)state;
    assert_int_equal(bundle_heap_pages(&b), 12);        /* the one that is not ready does not count */
    assert_int_equal(bundle_memory(&b), 50000 + 5 * 4096 + 8 * 16 + 8 * 4096 + 8 * 16);
}

static void test_sessions(void **state)
{
    (void)state;
    assert_null(session_name(0));
    session_open(5, "a", 100);
    assert_int_equal(session_first(), 100);
    assert_int_equal(session_first(), 0);
    assert_string_equal(session_name(5), "a");
    assert_null(session_name(6));
    session_open(6, "b", 1);               /* 5 was abandoned */
    assert_null(session_name(5));
    session_close(5);
    assert_string_equal(session_name(6), "b");
    session_close(6);
    assert_null(session_name(6));
    uint32_t left;
    assert_false(session_left(&left));
    session_open(7, "c", 1);
    assert_true(session_left(&left));
    assert_int_equal(left, 7);
    assert_null(session_name(7));
}

/* ---- faults ---------------------------------------------------------------------------------------------------- */

static void check_fault(seL4_Word label, seL4_Word length, uint32_t number, uint32_t pc, uint32_t addr)
{
    seL4_Word words[16];
    struct bundle bundle = { .state = BUNDLE_RUNNING };
    for (unsigned i = 0; i < 16; i++)
        words[i] = 100 + i;
    fault_record(&bundle, label, words, length);
    assert_int_equal(bundle.state, BUNDLE_FAULTED);
    assert_int_equal(bundle.fault.cause, label);
    assert_int_equal(bundle.fault.number, number);
    assert_int_equal(bundle.fault.pc, pc);
    assert_int_equal(bundle.fault.addr, addr);
}

static void test_faults(void **state)
{
    (void)state;
    check_fault(seL4_Fault_VMFault, 4, 103, 100, 101);
    check_fault(seL4_Fault_UserException, 4, 102, 100, 0);
    check_fault(seL4_Fault_UnknownSyscall, 11, 110, 100, 0);
    check_fault(seL4_Fault_CapFault, 5, 103, 100, 101);
    check_fault(seL4_Fault_VMFault, 1, 0, 100, 0);
    check_fault(seL4_Fault_NullFault, 16, 0, 0, 0);
    check_fault(12345, 16, 0, 0, 0);
    for (uint32_t cause = 0; cause < 20; cause++)
        assert_non_null(fault_name(cause));
}

static void test_exit(void **state)
{
    seL4_Word words[11] = { [3] = 42, [10] = SDK_EXIT_SYSCALL };
    struct bundle bundle = { .state = BUNDLE_RUNNING };
    (void)state;
    fault_record(&bundle, seL4_Fault_UnknownSyscall, words, 11);
    assert_int_equal(bundle.state, BUNDLE_EXITED);
    assert_int_equal(bundle.code, 42);
    assert_false(fault_is_heap(seL4_Fault_UnknownSyscall, words, 11));
    words[10] = SDK_HEAP_SYSCALL;
    assert_true(fault_is_heap(seL4_Fault_UnknownSyscall, words, 11));
    assert_false(fault_is_heap(seL4_Fault_UnknownSyscall, words, 10));
    assert_false(fault_is_heap(seL4_Fault_UserException, words, 11));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_load, make_image),
        cmocka_unit_test_setup(test_load_without_memory, make_image),
        cmocka_unit_test_setup(test_image_changes_or_shrinks, make_image),
        cmocka_unit_test_setup(test_bad_crc_is_seen_while_loading, make_image),
        cmocka_unit_test_setup(test_layout, make_image),
        cmocka_unit_test_setup(test_manifest, make_image),
        cmocka_unit_test(test_manifest_at_the_beginning),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test_teardown(test_recovery, forget_all),
        cmocka_unit_test(test_memory_of_a_bundle),
        cmocka_unit_test(test_security_errors),
        cmocka_unit_test(test_names),
        cmocka_unit_test_teardown(test_table, forget_all),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_exit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
