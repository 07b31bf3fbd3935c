/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The store on the flash model: what each call promises, full and worn flashes, damaged objects, wear, images of earlier versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"
#include "workload.h"

static struct store store;
static struct flash_model m;

static const struct store_id key = {STORE_KEY, "com.example.app", "name"};

static void open_again(void)
{
    assert_int_equal(store_open(&store, &m.flash), STORE_OK);
    assert_null(m.violation);
}

static int begin(void **state)
{
    (void)state;
    model_init(&m, 4096, 8, 256, 0xff);
    open_again();
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_null(m.violation);
    model_free(&m);
    return 0;
}

static void put_text(const struct store_id *id, const char *text)
{
    assert_int_equal(store_put(&store, id, text, (uint32_t)strlen(text)), STORE_OK);
}

static void expect_text(const struct store_id *id, const char *text)
{
    struct store_info info;
    char seen[256];
    assert_int_equal(store_find(&store, id, &info), STORE_OK);
    assert_int_equal(info.size, strlen(text));
    assert_int_equal(store_read(&store, &info, 0, seen, sizeof seen), strlen(text));
    assert_memory_equal(seen, text, strlen(text));
}

static void expect_none(const struct store_id *id)
{
    struct store_info info;
    assert_int_equal(store_find(&store, id, &info), STORE_NOT_FOUND);
}

/* --- calls --- */

static void test_put_read_delete(void **state)
{
    (void)state;
    struct store_id other_kind = {STORE_BOOT, key.bundle, key.name}, no_names = {STORE_KEY, "", ""};
    expect_none(&key);
    assert_int_equal(store_delete(&store, &key), STORE_NOT_FOUND);
    put_text(&key, "one");
    put_text(&other_kind, "two");
    put_text(&no_names, "");
    put_text(&key, "three");
    for (unsigned i = 0; i < 2; i++) {
        expect_text(&key, "three");
        expect_text(&other_kind, "two");
        expect_text(&no_names, "");
        open_again();
    }
    assert_int_equal(store_delete(&store, &key), STORE_OK);
    open_again();
    expect_none(&key);
    expect_text(&other_kind, "two");
}

static void test_read_part(void **state)
{
    (void)state;
    struct store_info info;
    uint8_t value[3000], seen[3000];
    workload_fill(value, &(struct value){sizeof value, 5});
    assert_int_equal(store_put(&store, &key, value, sizeof value), STORE_OK);
    open_again();
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    for (uint32_t offset = 0; offset < sizeof value; offset += 61) {
        for (uint32_t n = 1; n < 1500; n = n * 3 + 1) {
            uint32_t expected = n < sizeof value - offset ? n : (uint32_t)sizeof value - offset;
            assert_int_equal(store_read(&store, &info, offset, seen, n), expected);
            assert_memory_equal(seen, value + offset, expected);
        }
    }
    assert_int_equal(store_read(&store, &info, sizeof value, seen, 1), 0);
    assert_int_equal(store_read(&store, &info, UINT32_MAX, seen, 1), 0);
    put_text(&key, "new");
    assert_int_equal(store_read(&store, &info, 0, seen, 1), STORE_NOT_FOUND); /* that version is gone */
    info.entry = 9999;
    assert_int_equal(store_read(&store, &info, 0, seen, 1), STORE_NOT_FOUND);
}

static void test_arguments(void **state)
{
    (void)state;
    char name[STORE_NAME_MAX + 2];
    struct store_info info;
    memset(name, 'x', sizeof name);
    name[STORE_NAME_MAX] = '\0';
    struct store_id longest = {STORE_KEY, name, name};
    put_text(&longest, "fits");
    expect_text(&longest, "fits");
    name[STORE_NAME_MAX] = 'x';
    name[STORE_NAME_MAX + 1] = '\0';
    assert_int_equal(store_put(&store, &longest, "", 0), STORE_INVALID);
    assert_int_equal(store_find(&store, &longest, &info), STORE_INVALID);
    assert_int_equal(store_delete(&store, &longest), STORE_INVALID);
    struct store_id any = {STORE_ANY, "a", "b"};
    assert_int_equal(store_put(&store, &any, "", 0), STORE_INVALID);
    assert_int_equal(store_stream_begin(&store, &key, store_value_max(&store) + 1), STORE_TOO_LARGE);
    assert_int_equal(store_stream_begin(&store, &key, 32 * 1024), STORE_FULL); /* more than the flash has */
    assert_int_equal(store_stream_append(&store, 0, "", 0), STORE_INVALID);
    assert_int_equal(store_stream_commit(&store, -1), STORE_INVALID);
    assert_int_equal(store_stream_commit(&store, STORE_STREAMS), STORE_INVALID); /* that one is private */
    assert_int_equal(store_commit(&store), STORE_INVALID);
    assert_int_equal(store_transaction_put(&store, &key, "", 0), STORE_INVALID);
}

static void test_streams(void **state)
{
    (void)state;
    static const struct store_id a = {STORE_APPLICATION, "a", ""}, b = {STORE_MODEL, "a", "m"};
    int first = store_stream_begin(&store, &a, 5), second = store_stream_begin(&store, &b, 3);
    assert_int_equal(first, 0);
    assert_int_equal(second, 1);
    assert_int_equal(store_stream_begin(&store, &key, 1), STORE_BUSY);
    assert_int_equal(store_stream_append(&store, first, "12", 2), STORE_OK);
    assert_int_equal(store_stream_append(&store, second, "abc", 3), STORE_OK);
    expect_none(&a);
    assert_int_equal(store_stream_commit(&store, second), STORE_OK);
    expect_text(&b, "abc");
    assert_int_equal(store_stream_append(&store, first, "345", 3), STORE_OK);
    assert_int_equal(store_stream_commit(&store, first), STORE_OK);
    expect_text(&a, "12345");

    first = store_stream_begin(&store, &a, 4);
    assert_int_equal(store_stream_append(&store, first, "678", 3), STORE_OK);
    assert_int_equal(store_stream_commit(&store, first), STORE_INVALID); /* too early; that ends it */
    first = store_stream_begin(&store, &a, 4);
    assert_int_equal(store_stream_append(&store, first, "67890", 5), STORE_TOO_LARGE);
    first = store_stream_begin(&store, &a, 4);
    store_stream_abort(&store, first);
    store_stream_abort(&store, first);
    expect_text(&a, "12345");
    assert_int_equal(store_stream_begin(&store, &a, 4), 0);
    open_again(); /* abandoned */
    expect_text(&a, "12345");
    assert_int_equal(store_stream_begin(&store, &a, 4), 0);
}

static void test_transaction(void **state)
{
    (void)state;
    static const struct store_id a = {STORE_KEY, "b", "a"}, b = {STORE_KEY, "b", "b"}, c = {STORE_SECRET, "b", "c"}, other = {STORE_KEY, "bb", "a"};
    put_text(&a, "old");
    put_text(&other, "stays");
    assert_int_equal(store_begin(&store), STORE_OK);
    assert_int_equal(store_begin(&store), STORE_BUSY);
    assert_int_equal(store_transaction_put(&store, &a, "new", 3), STORE_OK);
    assert_int_equal(store_transaction_put(&store, &b, "first", 5), STORE_OK);
    assert_int_equal(store_transaction_put(&store, &b, "second", 6), STORE_OK);
    assert_int_equal(store_transaction_put(&store, &c, "secret", 6), STORE_OK);
    assert_int_equal(store_transaction_delete(&store, &c), STORE_OK);
    assert_int_equal(store_transaction_delete(&store, &c), STORE_NOT_FOUND);
    expect_text(&a, "old");
    expect_none(&b);
    assert_int_equal(store_commit(&store), STORE_OK);
    for (unsigned i = 0; i < 2; i++) {
        expect_text(&a, "new");
        expect_text(&b, "second");
        expect_none(&c);
        open_again();
    }
    assert_int_equal(store_begin(&store), STORE_OK);
    assert_int_equal(store_transaction_put(&store, &c, "3", 1), STORE_OK);
    assert_int_equal(store_transaction_delete_all(&store, STORE_KEY, "b"), 2);
    assert_int_equal(store_transaction_delete_all(&store, STORE_ANY, "b"), 1);
    assert_int_equal(store_transaction_put(&store, &b, "third", 5), STORE_OK);
    store_abort(&store);
    open_again();
    expect_text(&a, "new");
    assert_int_equal(store_begin(&store), STORE_OK);
    assert_int_equal(store_transaction_delete_all(&store, STORE_ANY, "b"), 2);
    assert_int_equal(store_transaction_delete(&store, &a), STORE_NOT_FOUND);
    assert_int_equal(store_transaction_put(&store, &b, "third", 5), STORE_OK);
    assert_int_equal(store_commit(&store), STORE_OK);
    open_again();
    expect_none(&a);
    expect_text(&b, "third");
    expect_text(&other, "stays");
}

static void test_iteration(void **state)
{
    (void)state;
    char name[12];
    struct store_info info;
    for (unsigned i = 0; i < 30; i++) {
        struct store_id id = {(uint8_t)(i % 3 + 1), i % 2 ? "odd" : "even", name};
        snprintf(name, sizeof name, "%u", i);
        put_text(&id, name);
    }
    unsigned seen[3] = {0};
    for (uint32_t cursor = 0; store_next(&store, &cursor, STORE_ANY, NULL, &info) == STORE_OK; seen[0]++) {
        struct store_id id = {info.kind, info.bundle, info.name};
        if (atoi(info.name) % 5 == 0) /* deleting on the way */
            assert_int_equal(store_delete(&store, &id), STORE_OK);
    }
    for (uint32_t cursor = 0; store_next(&store, &cursor, STORE_MODEL, NULL, &info) == STORE_OK; seen[1]++)
        assert_int_equal(info.kind, STORE_MODEL);
    for (uint32_t cursor = 0; store_next(&store, &cursor, STORE_ANY, "odd", &info) == STORE_OK; seen[2]++)
        assert_string_equal(info.bundle, "odd");
    assert_int_equal(seen[0], 30);
    assert_int_equal(seen[1], 8);
    assert_int_equal(seen[2], 12);
}

static void test_counters(void **state)
{
    (void)state;
    uint64_t value;
    assert_int_equal(store_counter(&store, "b", "c", &value), STORE_OK);
    assert_int_equal(value, 0);
    assert_int_equal(store_raise(&store, "b", "c", UINT64_C(0x123456789a)), STORE_OK);
    assert_int_equal(store_raise(&store, "b", "c", UINT64_C(0x1234567899)), STORE_BACKWARDS);
    uint64_t before = m.operations;
    assert_int_equal(store_raise(&store, "b", "c", UINT64_C(0x123456789a)), STORE_OK);
    assert_int_equal(m.operations, before); /* nothing to do */
    open_again();
    assert_int_equal(store_counter(&store, "b", "c", &value), STORE_OK);
    assert_true(value == UINT64_C(0x123456789a));
}

/* --- opening --- */

static void test_never_initialised(void **state)
{
    (void)state;
    for (unsigned fill = 0; fill < 256; fill += 85) {
        model_free(&m);
        model_init(&m, 2048, 5, 32, (uint8_t)fill);
        for (uint32_t i = 0; fill == 85 && i < model_size(&m); i++)
            m.cells[i] = (uint8_t)model_random(&m, 256);
        open_again();
        put_text(&key, "value");
        open_again();
        expect_text(&key, "value");
    }
}

static void put32_at(uint8_t *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

#include <kata/crc32.h>

static void test_other_versions(void **state)
{
    (void)state;
    put_text(&key, "value");
    uint8_t *header = m.cells + 3 * 4096, *before = malloc(model_size(&m));
    put32_at(header + 4, 2);
    put32_at(header + 28, crc32_update(0, header, 28));
    memcpy(before, m.cells, model_size(&m));
    assert_int_equal(store_open(&store, &m.flash), STORE_VERSION);
    assert_memory_equal(before, m.cells, model_size(&m)); /* nothing was touched */
    put32_at(header + 4, 1);
    put32_at(header + 8, 8192);
    put32_at(header + 28, crc32_update(0, header, 28));
    memcpy(before, m.cells, model_size(&m));
    assert_int_equal(store_open(&store, &m.flash), STORE_VERSION);
    assert_memory_equal(before, m.cells, model_size(&m));
    free(before);
    static const struct {
        uint32_t block_size, blocks, page_size;
    } impossible[] = {{4096, 4, 256}, {4096, 129, 256}, {1024, 8, 256}, {4096, 8, 100}, {4096, 8, 2}, {4000, 8, 32}, {1 << 21, 8, 256}};
    for (unsigned i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
        struct flash flash = m.flash;
        flash.block_size = impossible[i].block_size;
        flash.blocks = impossible[i].blocks;
        flash.page_size = impossible[i].page_size;
        assert_int_equal(store_open(&store, &flash), STORE_INVALID);
    }
}

/* --- damage --- */

static uint32_t find_bytes(const char *text)
{
    uint32_t n = (uint32_t)strlen(text);
    for (uint32_t i = 0; i + n <= model_size(&m); i++)
        if (memcmp(m.cells + i, text, n) == 0)
            return i;
    fail();
    return 0;
}

static void test_rot(void **state)
{
    (void)state;
    static const struct store_id other = {STORE_KEY, "o", "other"};
    struct store_info info;
    char seen[100];
    put_text(&key, "the value that will rot");
    put_text(&other, "another one");
    open_again();
    m.cells[find_bytes("will rot")] ^= 0x20;
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    assert_int_equal(store_read(&store, &info, 0, seen, 4), STORE_CORRUPT); /* whatever part of it */
    expect_text(&other, "another one");
    put_text(&key, "whole again");
    expect_text(&key, "whole again");

    
    uint32_t at = find_bytes("whole again") - (uint32_t)strlen(key.name);
    m.cells[at] ^= 1;
    open_again();
    assert_int_equal(store_find(&store, &key, &info), STORE_CORRUPT);
    unsigned corrupt = 0, good = 0;
    int error;
    for (uint32_t cursor = 0; (error = store_next(&store, &cursor, STORE_ANY, NULL, &info)) != STORE_NOT_FOUND;)
        error == STORE_OK ? good++ : corrupt++;
    assert_int_equal(corrupt, 1);
    assert_int_equal(good, 1);
    assert_int_equal(store_delete(&store, &key), STORE_OK);
    expect_none(&key);
    expect_text(&other, "another one");
}

static void test_rotten_counter(void **state)
{
    (void)state;
    uint64_t value;
    static const uint8_t bytes[8] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x78};
    assert_int_equal(store_raise(&store, "bundle", "", UINT64_C(0x7877665544332211)), STORE_OK);
    for (uint32_t i = 0; i + 8 <= model_size(&m); i++)
        if (memcmp(m.cells + i, bytes, 8) == 0)
            m.cells[i] ^= 1;
    assert_int_equal(store_counter(&store, "bundle", "", &value), STORE_CORRUPT);
    assert_int_equal(store_raise(&store, "bundle", "", UINT64_MAX), STORE_CORRUPT); /* it must not be started anew unnoticed */
}

/* A state that only rot can make: confirmed, but not settled. It counts, at this opening as at the next. */
static void test_confirmed_alone(void **state)
{
    (void)state;
    struct store_info info;
    put_text(&key, "value");
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    const struct store_entry *e = &store.entries[info.entry];
    memset(m.cells + e->block * 4096 + 64 + e->slot * 52, 0xff, 4);
    for (unsigned i = 0; i < 3; i++) {
        open_again();
        expect_text(&key, "value");
    }
}

/* An object that was replaced, whose mark for that is lost: the newer one is found, and the older one does not come back behind it. */
static void test_two_of_one_name(void **state)
{
    (void)state;
    struct store_info info;
    put_text(&key, "old");
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    const struct store_entry old = store.entries[info.entry];
    put_text(&key, "new");
    memset(m.cells + old.block * 4096 + 64 + old.slot * 52 + 8, 0xff, 4);
    open_again();
    expect_text(&key, "new");
    assert_int_equal(store_delete(&store, &key), STORE_OK);
    expect_none(&key);
    open_again();
    expect_none(&key);
}

/* The same without rot: the mark could not be made, for the old object's block failed, and there was no space to empty that before the new one was
 * deleted and the power went. The new one's record is dead, but not finished. */
static void test_unfinished_and_dead(void **state)
{
    (void)state;
    struct store_info info;
    put_text(&key, "old");
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    const struct store_entry old = store.entries[info.entry];
    put_text(&key, "new");
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    const struct store_entry new = store.entries[info.entry];
    assert_int_equal(store_delete(&store, &key), STORE_OK);
    memset(m.cells + old.block * 4096 + 64 + old.slot * 52 + 8, 0xff, 4);
    memset(m.cells + new.block * 4096 + 64 + new.slot * 52 + 4, 0xff, 4);
    for (unsigned i = 0; i < 2; i++) {
        open_again();
        expect_none(&key);
    }
}

/* A record that says that it is a secret and lies over the slots: they are not overwritten. */
static void test_data_over_slots(void **state)
{
    (void)state;
    struct store_info info;
    put_text(&key, "value");
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    const struct store_entry *e = &store.entries[info.entry];
    uint8_t *place = m.cells + e->block * 4096 + HEADERS_SIZE + (e->slot + 1) * SLOT_SIZE;
    slot_encode(place, &(struct slot){.type = SLOT_RESERVE, .kind = STORE_SECRET, .serial = 1000, .transaction = 1,
                                      .offset = HEADERS_SIZE + e->slot * SLOT_SIZE, .length = SLOT_SIZE});
    memset(place, 0, 4);
    for (unsigned i = 0; i < 2; i++) {
        open_again();
        expect_text(&key, "value");
    }
}

/* --- slots that a power cut has torn --- */

/* A slot at the end of a block, as it may lie there after a power cut: not settled. @return its bytes */
static uint8_t *torn_slot(unsigned block, const struct slot *slot)
{
    uint8_t *place = m.cells + block * 4096 + HEADERS_SIZE + store.blocks[block].slots++ * SLOT_SIZE;
    slot_encode(place, slot);
    return place;
}

/* Makes n bytes differ at each reading. */
static void weaken(const uint8_t *place, uint32_t n)
{
    memset(m.weak + (place - m.cells), 0xff, n);
    m.has_weak = true;
}

static struct store_entry entry_of(const struct store_id *id)
{
    struct store_info info;
    assert_int_equal(store_find(&store, id, &info), STORE_OK);
    return store.entries[info.entry];
}

/* A block that nothing was written to. */
static unsigned empty_block(void)
{
    unsigned block = 0;
    while (store.blocks[block].slots > 0)
        block++;
    return block;
}

/* Space for a secret that was to be reserved: nothing was written there, and nothing is. */
static void test_torn_secret(void **state)
{
    (void)state;
    put_text(&key, "value"); /* its block takes the next session's number */
    unsigned block = empty_block();
    uint32_t offset = 4096 - 100;
    torn_slot(block, &(struct slot){.type = SLOT_RESERVE, .kind = STORE_SECRET, .serial = 1000, .transaction = 1, .offset = offset, .length = 100});
    for (unsigned i = 0; i < 3; i++) {
        open_again();
        assert_true(all_bytes(m.cells + block * 4096 + offset, 100, 0xff));
    }
}

/* The same, torn in its settling: overwritten or not, the slot is not given up behind zeros. */
static void test_weak_secret(void **state)
{
    (void)state;
    for (uint32_t random = 1; random < 40; random++) {
        model_free(&m);
        begin(NULL);
        put_text(&key, "value");
        unsigned block = empty_block();
        uint32_t offset = 4096 - 100;
        uint8_t *place = torn_slot(block, &(struct slot){.type = SLOT_RESERVE, .kind = STORE_SECRET, .serial = 1000, .transaction = 1,
                                                         .offset = offset, .length = 100});
        weaken(place, 4);
        m.random = random * 77;
        open_again();
        if (!all_bytes(m.cells + block * 4096 + offset, 100, 0xff))
            assert_true(all_bytes(place, 4, 0) && m.weak[place - m.cells] == 0);
    }
}

/* A fragment's copy of a collection that did not end. The object's own is used, whatever the copy's number. */
static void test_torn_fragment(void **state)
{
    (void)state;
    struct slot slot;
    struct store_info info;
    uint8_t value[1000], seen[1000];
    workload_fill(value, &(struct value){sizeof value, 5});
    assert_int_equal(store_put(&store, &key, value, sizeof value), STORE_OK);
    const struct store_fragment *f = fragment_find(&store, entry_by_serial(&store, entry_of(&key).serial), 0);
    assert_int_equal(slot_read(&store, f->block, f->slot, &slot), SLOT_VALID);
    slot.transaction = 1;
    torn_slot(empty_block(), &slot);
    for (unsigned i = 0; i < 2; i++) {
        open_again();
        assert_int_equal(store_find(&store, &key, &info), STORE_OK);
        assert_true(fragment_find(&store, info.entry, 0)->slot > 0); /* the copy's is its block's first */
        assert_int_equal(store_read(&store, &info, 0, seen, sizeof seen), sizeof seen);
        assert_memory_equal(seen, value, sizeof seen);
    }
}

/* Torn in its settling: if it is used, it stays. */
static void test_weak_fragment(void **state)
{
    (void)state;
    uint8_t value[1000], seen[1000];
    workload_fill(value, &(struct value){sizeof value, 5});
    for (uint32_t random = 1; random < 40; random++) {
        struct slot slot;
        struct store_info info;
        static const char *const names[] = {"1", "2", "3", "4"};
        struct store_id other = {STORE_KEY, "", NULL};
        model_free(&m);
        begin(NULL);
        assert_int_equal(store_put(&store, &key, value, sizeof value), STORE_OK);
        const struct store_fragment *f = fragment_find(&store, entry_by_serial(&store, entry_of(&key).serial), 0);
        unsigned to = empty_block();
        assert_int_equal(slot_read(&store, f->block, f->slot, &slot), SLOT_VALID);
        memcpy(m.cells + to * 4096 + 3000, m.cells + f->block * 4096 + slot.offset, slot.length);
        slot.transaction = 1;
        slot.offset = 3000;
        weaken(torn_slot(to, &slot), 4);
        m.random = random * 77;
        open_again();
        for (unsigned i = 0; i < 2; i++) {
            for (unsigned k = 0; k < 4; k++) { /* so many that the copy's block is written to */
                other.name = names[k];
                assert_int_equal(store_put(&store, &other, value, 800), STORE_OK);
            }
            assert_int_equal(store_find(&store, &key, &info), STORE_OK);
            assert_int_equal(store_read(&store, &info, 0, seen, sizeof seen), sizeof seen);
            assert_memory_equal(seen, value, sizeof seen);
            open_again();
        }
    }
}

/* An object's copies of two collections with the same number: only torn slots told of the first. The second is finished, with its own. */
static void test_torn_member(void **state)
{
    (void)state;
    struct slot slot;
    put_text(&key, "value");
    const struct store_entry e = entry_of(&key);
    assert_int_equal(slot_read(&store, e.block, e.slot, &slot), SLOT_VALID);
    slot.type = SLOT_MEMBER;
    slot.serial++;
    slot.transaction = 1000;
    uint8_t *torn = torn_slot(e.block, &slot);
    memset(torn_slot(e.block, &slot), 0, 4);
    memset(torn_slot(e.block, &(struct slot){.type = SLOT_COLLECT, .transaction = 1000, .size = 0, .other = 99}), 0, 4);
    open_again();
    expect_text(&key, "value");
    assert_int_equal(entry_of(&key).slot, e.slot + 2);
    assert_true(all_bytes(torn, SLOT_BODY, 0xff));
}

/* A session that had only begun to begin: what the one before had done counts, at each reading. */
static void test_torn_session(void **state)
{
    (void)state;
    put_text(&key, "value");
    const struct store_entry e = entry_of(&key);
    memset(m.cells + e.block * 4096 + HEADERS_SIZE + e.slot * SLOT_SIZE + 4, 0xff, 4); /* confirmed */
    torn_slot(e.block, &(struct slot){.type = SLOT_RESERVE, .transaction = 1000});
    for (unsigned i = 0; i < 2; i++) {
        open_again();
        expect_text(&key, "value");
    }
}

/* Two records of one bad block, one of them a copy: neither's block is free, whichever of the two is erased in the end. */
static void test_two_of_one_bad_block(void **state)
{
    (void)state;
    unsigned blocks[2];
    for (unsigned i = 0; i < 2; i++) {
        blocks[i] = empty_block();
        uint8_t *place = torn_slot(blocks[i], &(struct slot){.type = SLOT_BAD, .serial = 1, .transaction = 1, .size = 7});
        memset(place, 0, 8);
    }
    open_again();
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(store.blocks[blocks[i]].live, SLOT_SIZE);
    assert_true(store.blocks[7].flags & BLOCK_BAD);
}

/* A collection copies what is wrong, and it stays wrong; also with a CRC of 0. */
static void test_copied_rot(void **state)
{
    (void)state;
    struct store_info info;
    struct slot slot;
    char seen[10];
    put_text(&key, "value");
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    unsigned block = store.entries[info.entry].block, index = store.entries[info.entry].slot;
    assert_int_equal(slot_read(&store, block, index, &slot), SLOT_VALID);
    slot.crc = 0;
    uint8_t *place = m.cells + block * 4096 + HEADERS_SIZE + index * SLOT_SIZE;
    slot_encode(place, &slot);
    memset(place, 0, 8);
    open_again();
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(store_find(&store, &key, &info), STORE_OK);
        assert_int_equal(store_read(&store, &info, 0, seen, sizeof seen), STORE_CORRUPT);
        assert_int_equal(collect(&store, store.entries[info.entry].block), STORE_OK);
    }
}

/* Any single bit of the flash: at most one object is lost, and none changes. */
static void test_every_bit(void **state)
{
    (void)state;
    struct flash_model whole = m;
    struct state expected = {0};
    for (unsigned i = 0; i < 10; i++) {
        static uint8_t bytes[2000];
        struct store_id id = workload_id(i);
        expected.objects[i] = (struct value){i == 0 ? 1800 : 10 * i, 100 + i};
        workload_fill(bytes, &expected.objects[i]);
        if (id.kind != STORE_COUNTER)
            assert_int_equal(store_put(&store, &id, bytes, expected.objects[i].size), STORE_OK);
    }
    whole.cells = malloc(model_size(&m));
    memcpy(whole.cells, m.cells, model_size(&m));
    unsigned lost = 0;
    for (uint32_t bit = 0; bit < 8 * model_size(&m); bit += bit % 8192 < 1600 ? 1 : 37) {
        memcpy(m.cells, whole.cells, model_size(&m));
        m.cells[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(store_open(&store, &m.flash), STORE_OK);
        m.violation = NULL; /* rot can make the store write where it is not erased: it notices */
        unsigned wrong = 0;
        for (unsigned i = 0; i < 9; i++) {
            static uint8_t seen[2000], bytes[2000];
            struct store_id id = workload_id(i);
            struct store_info info;
            workload_fill(bytes, &expected.objects[i]);
            int n = store_find(&store, &id, &info);
            n = n == STORE_OK ? store_read(&store, &info, 0, seen, sizeof seen) : n;
            if (n < 0)
                wrong++;
            else if (n != (int)expected.objects[i].size || memcmp(seen, bytes, (size_t)n) != 0)
                fail_msg("bit %u: object %u has changed", bit, i);
        }
        assert_true(wrong <= 1);
        lost += wrong;
    }
    print_message("every kind of bit flipped: %u times an object was reported as corrupt, never another one\n", lost);
    free(whole.cells);
}

/* --- full, worn, even --- */

static unsigned fill_up(uint32_t size)
{
    static const uint8_t bytes[2000] = {1, 2, 3};
    char name[12];
    struct store_id id = {STORE_KEY, "fill", name};
    unsigned n = 0;
    for (;; n++) {
        snprintf(name, sizeof name, "%u", n);
        int error = store_put(&store, &id, bytes, size);
        if (error != STORE_OK) {
            assert_int_equal(error, STORE_FULL);
            return n;
        }
    }
}

static void test_full(void **state)
{
    (void)state;
    char name[12];
    struct store_id id = {STORE_KEY, "fill", name};
    struct store_statistics before, after;
    store_statistics(&store, &before);
    unsigned n = fill_up(100);
    for (unsigned i = 0; i < 30; i++)
        open_again(); /* full stores can be opened again and again */
    store_statistics(&store, &after);
    print_message("8 x 4096 bytes: %u objects of 100 bytes, %u of %u bytes in use; free said %u\n", n, (unsigned)after.live, 8 * 4096, (unsigned)before.free);
    assert_true(after.live > 8 * 4096 * 6 / 10);
    assert_int_equal(after.objects, n);
    assert_int_equal(store_put(&store, &key, m.cells, 3000), STORE_FULL);
    for (unsigned i = 0; i < n; i++) { /* and emptied */
        snprintf(name, sizeof name, "%u", i);
        if (i % 7 == 0)
            open_again();
        assert_int_equal(store_delete(&store, &id), STORE_OK);
    }
    assert_int_equal(fill_up(100), n);
    assert_int_equal(store_begin(&store), STORE_OK);
    assert_int_equal(store_transaction_delete_all(&store, STORE_ANY, "fill"), n);
    assert_int_equal(store_commit(&store), STORE_OK);
    open_again();
    store_statistics(&store, &after);
    assert_int_equal(after.objects, 0);
    assert_int_equal(after.live, 0);
}

static void test_many_objects(void **state)
{
    (void)state;
    model_free(&m);
    model_init(&m, 16384, 16, 256, 0);
    open_again();
    assert_int_equal(fill_up(16), STORE_OBJECTS);
    open_again();
    struct store_statistics now;
    store_statistics(&store, &now);
    assert_int_equal(now.objects, STORE_OBJECTS);
    assert_int_equal(store_put(&store, &key, "", 0), STORE_FULL);
}

static void test_large(void **state)
{
    (void)state;
    static uint8_t piece[65536], seen[65536];
    struct store_info info;
    uint64_t read, size = STORE_VALUE_MAX;
    model_free(&m);
    model_init(&m, 262144, 128, 2048, 0);
    open_again();
    for (unsigned round = 0; round < 2; round++) {
        int stream = store_stream_begin(&store, &key, STORE_VALUE_MAX - round);
        assert_int_equal(stream, 0);
        for (uint32_t sent = 0; sent < STORE_VALUE_MAX - round; sent += (uint32_t)sizeof piece) {
            uint32_t n = STORE_VALUE_MAX - round - sent < sizeof piece ? STORE_VALUE_MAX - round - sent : (uint32_t)sizeof piece;
            memset(piece, (int)(sent >> 16 ^ round), sizeof piece);
            assert_int_equal(store_stream_append(&store, stream, piece, n), STORE_OK);
        }
        assert_int_equal(store_stream_commit(&store, stream), STORE_OK);
        if (round == 0) {
            assert_int_equal(store_stream_begin(&store, &key, STORE_VALUE_MAX), STORE_FULL); /* not twice */
            assert_int_equal(store_delete(&store, &key), STORE_OK);
        }
    }
    open_again();
    assert_int_equal(store_find(&store, &key, &info), STORE_OK);
    read = m.read;
    for (uint32_t at = 0; at < info.size; at += (uint32_t)sizeof seen) {
        int n = store_read(&store, &info, at, seen, sizeof seen);
        assert_true(n > 0);
        memset(piece, (int)(at >> 16 ^ 1), sizeof piece);
        assert_memory_equal(seen, piece, (size_t)n);
    }
    assert_true(m.read - read < 3 * size); /* in order: each byte once for its CRC, once for the reader */
}

static void test_even_wear(void **state)
{
    (void)state;
    static const uint8_t bytes[3000] = {7};
    static const struct store_id fixed = {STORE_APPLICATION, "static", ""};
    assert_int_equal(store_put(&store, &fixed, bytes, sizeof bytes), STORE_OK);
    for (unsigned i = 0; i < 20000; i++)
        assert_int_equal(store_put(&store, &key, bytes, 60 + i % 100), STORE_OK);
    uint32_t least = UINT32_MAX, most = 0;
    for (unsigned i = 0; i < 8; i++) {
        least = m.erases[i] < least ? m.erases[i] : least;
        most = m.erases[i] > most ? m.erases[i] : most;
    }
    struct store_statistics now;
    store_statistics(&store, &now);
    print_message("20000 writes of a key beside data that never changes: %u to %u erasures of a block\n", least, most);
    assert_int_equal(now.erases_min, least);
    assert_int_equal(now.erases_max, most);
    assert_true(most - least <= 40);
    open_again();
    store_statistics(&store, &now);
    assert_int_equal(now.erases_min, least);
    assert_int_equal(now.erases_max, most);
}

/* Blocks begin to fail, in every way: nothing is lost, until there are too few. */
static void test_worn(void **state)
{
    (void)state;
    for (unsigned fault = FAULT_PROGRAM_ERROR; fault <= FAULT_DEAD; fault++) {
        static uint8_t bytes[200];
        char name[12];
        struct store_id id = {STORE_KEY, "b", name};
        uint32_t last[20] = {0};
        unsigned failing = 0, i;
        int error = STORE_OK;
        model_free(&m);
        model_init(&m, 4096, 12, 256, 0);
        open_again();
        for (i = 0; i < 6000 && error == STORE_OK; i++) {
            if (i % 100 == 99 && failing < 12) {
                m.faults[failing] = (uint8_t)fault;
                m.fault_after[failing++] = i % 7;
            }
            snprintf(name, sizeof name, "%u", i % 20);
            workload_fill(bytes, &(struct value){150, i + 1});
            error = store_put(&store, &id, bytes, 150);
            if (error == STORE_OK)
                last[i % 20] = i + 1;
            if (i % 50 == 25)
                open_again();
        }
        struct store_statistics now;
        store_statistics(&store, &now);
        print_message("fault %u: write %u failed with %d; %u of %u blocks bad\n", fault, i, error, now.bad, now.blocks);
        assert_int_equal(error, STORE_WORN);
        assert_true(now.bad >= 6);
        for (unsigned k = 0; k < 2; k++) {
            for (unsigned n = 0; n < 20; n++) {
                struct store_info info;
                uint8_t seen[200];
                snprintf(name, sizeof name, "%u", n);
                assert_int_equal(store_find(&store, &id, &info), STORE_OK);
                assert_int_equal(store_read(&store, &info, 0, seen, sizeof seen), 150);
                workload_fill(bytes, &(struct value){150, last[n]});
                assert_memory_equal(seen, bytes, 150);
            }
            m.violation = NULL;
            open_again();
        }
    }
    m.violation = NULL;
}

/* --- images of earlier versions --- */

static uint32_t load_image(const char *path)
{
    char line[300];
    uint32_t size = 0, blocks = 0, page = 0, at;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        int used;
        if (sscanf(line, "geometry %u %u %u", &size, &blocks, &page) == 3) {
            model_free(&m);
            model_init(&m, size, blocks, page, 0xff);
        } else if (line[0] != '#' && sscanf(line, "%x:%n", &at, &used) == 1) {
            for (unsigned byte; sscanf(line + used, "%2x", &byte) == 1; used += 2)
                m.cells[at++] = (uint8_t)byte;
        }
    }
    fclose(file);
    return size;
}

/* What was in the store when the image was written (image.c): steps of the workload. */
static void test_image_1(void **state)
{
    (void)state;
    struct state expected = {0}, stages[STAGES];
    assert_int_equal(load_image("tests/flash/image-1.hex"), 2048);
    for (unsigned n = 0; n < 24; n++) {
        struct step step = workload_step(11, n, 900);
        expected = stages[workload_stages(&expected, &step, stages) - 1];
    }
    open_again();
    assert_true(workload_holds(&store, &expected));
    for (unsigned n = 24; n < 200; n++) {
        struct step step = workload_step(11, n, 900);
        unsigned count = workload_stages(&expected, &step, stages);
        assert_int_equal(workload_run(&store, &m.flash, &step), STORE_OK);
        expected = stages[count - 1];
    }
    open_again();
    assert_true(workload_holds(&store, &expected));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_put_read_delete), TEST(test_read_part), TEST(test_arguments), TEST(test_streams), TEST(test_transaction),
        TEST(test_iteration), TEST(test_counters), TEST(test_never_initialised), TEST(test_other_versions), TEST(test_rot),
        TEST(test_rotten_counter), TEST(test_confirmed_alone), TEST(test_two_of_one_name),
        TEST(test_unfinished_and_dead), TEST(test_data_over_slots), TEST(test_torn_secret), TEST(test_weak_secret),
        TEST(test_torn_fragment), TEST(test_weak_fragment), TEST(test_torn_member), TEST(test_torn_session), TEST(test_two_of_one_bad_block),
        TEST(test_copied_rot), TEST(test_every_bit), TEST(test_full), TEST(test_many_objects), TEST(test_large),
        TEST(test_even_wear), TEST(test_worn), TEST(test_image_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
