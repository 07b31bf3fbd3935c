/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A flash whose bytes somebody has changed, with all checksums of the store made right again: the tags are what protects then. */
#include "requests_test.h"

#include <kata/crc32.h>
#include <stdlib.h>

#include "crypto.h"
#include "internal.h"
#include "package/image.h"
#include "storage.h"

/* --- the store's records, from outside --- */

/* Where a piece of an object's value lies in the flash: the data of one record. */
struct piece {
    unsigned block, slot;
    uint32_t at, n;         /* in the cells; without the names */
};
enum { PIECES_MAX = 32 };

static struct piece piece_of(unsigned block, unsigned index, uint32_t skip)
{
    struct slot slot;
    assert_int_equal(slot_read(storage(), block, index, &slot), SLOT_VALID);
    return (struct piece){ block, index, block * chip.flash.block_size + slot.offset + skip, slot.length - skip };
}

/* In the order of the value. A start of the firmware may move them. */
static unsigned pieces_of(const struct store_id *id, struct piece pieces[PIECES_MAX])
{
    struct store *s = storage();
    struct store_info info;
    unsigned n = 0;
    assert_int_equal(store_find(s, id, &info), STORE_OK);
    for (struct store_fragment *f; (f = fragment_find(s, info.entry, n)) != NULL; n++) {
        assert_true(n + 1 < PIECES_MAX);
        pieces[n] = piece_of(f->block, f->slot, 0);
    }
    pieces[n] = piece_of(s->entries[info.entry].block, s->entries[info.entry].slot, (uint32_t)(strlen(id->bundle) + strlen(id->name)));
    return n + 1;
}

/* The checksums of a record, over what is there now. */
static void make_right(const struct piece *piece)
{
    uint8_t raw[SLOT_SIZE], *cells = chip.cells + piece->block * chip.flash.block_size, *at = cells + HEADERS_SIZE + piece->slot * SLOT_SIZE;
    struct slot slot;
    memcpy(raw, at, sizeof raw);
    assert_int_equal(slot_decode(storage(), raw, &slot), SLOT_VALID);
    slot.crc = crc32_update(0, cells + slot.offset, slot.length);
    slot_encode(raw, &slot);
    memcpy(at + SLOT_BODY, raw + SLOT_BODY, SLOT_SIZE - SLOT_BODY);
}

static uint8_t *byte_of(const struct piece *pieces, uint32_t offset, const struct piece **piece)
{
    while (offset >= pieces->n) {
        offset -= pieces->n;
        pieces++;
    }
    *piece = pieces;
    return chip.cells + pieces->at + offset;
}

static void change(const struct store_id *id, uint32_t offset, uint8_t difference, bool right)
{
    struct piece pieces[PIECES_MAX];
    const struct piece *piece;
    (void)pieces_of(id, pieces);
    *byte_of(pieces, offset, &piece) ^= difference;
    if (right)
        make_right(piece);
}

static uint32_t size_of(const struct store_id *id)
{
    struct store_info info;
    assert_int_equal(store_find(storage(), id, &info), STORE_OK);
    return info.size;
}

/* --- images --- */

static const struct store_id demo_id = { STORE_APPLICATION, "demo", "" };

/* Bytes that are delivered are the right ones. @return how many requests were refused */
static unsigned load_all(void)
{
    unsigned refused = 0;
    for (uint32_t at = 0; at < demo.n; at += IMAGE_PIECE) {
        uint32_t error = load_part("demo", NULL, at, IMAGE_PIECE);
        assert_true(error == CORE_SUCCESS || error == CORE_STORE_CORRUPT);
        assert_memory_equal(reply.bytes, demo.at + at, reply.n);
        refused += error != CORE_SUCCESS;
    }
    return refused;
}

/* Every byte of the image as it is stored; with and without right checksums. (A crash between would be a cold start: the firmware starts again.) */
static void test_every_stored_byte(void **state)
{
    (void)state;
    make_demo(&demo, 6, 2000);
    assert_int_equal(install(&demo), CORE_SUCCESS);
    uint32_t size = size_of(&demo_id);
    assert_int_equal(size, image_stored(demo.n));
    for (uint32_t i = 0; i < size; i++) {
        uint8_t difference = (uint8_t)(1u << i % 8);
        bool right = i % 4 != 0;
        change(&demo_id, i, difference, right);
        assert_int_equal(machine_restart(true), CORE_SUCCESS);
        bool in_the_end = i >= size - IMAGE_ABOUT - IMAGE_TAG;
        unsigned refused = load_all();
        if (in_the_end || !right)
            assert_true(refused > 0);
        else
            assert_int_equal(refused, 1);
        change(&demo_id, i, difference, right);
    }
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &demo));
}

/* Also what is read at the moment, without a restart: nothing that was read before is taken for what is there now, or it is the right bytes. */
static void test_under_the_feet(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < size_of(&demo_id); i += 7) {
        (void)load_part("demo", NULL, i % demo.n, 1);
        change(&demo_id, i, 0x80, true);
        (void)load_all();
        change(&demo_id, i, 0x80, true);
        assert_int_equal(load_all(), 0);
    }
}

/* Two pieces of an image change places, with their tags; a piece of another installation of the same image takes the place of one. */
static void test_pieces_elsewhere(void **state)
{
    enum { STRIDE = IMAGE_PIECE + IMAGE_TAG };
    static uint8_t first[STRIDE], now[STRIDE];
    struct piece pieces[PIECES_MAX];
    const struct piece *piece;
    (void)state;
    (void)pieces_of(&demo_id, pieces);
    for (uint32_t i = 0; i < STRIDE; i++) {
        first[i] = *byte_of(pieces, i, &piece);
        change(&demo_id, i, (uint8_t)(first[i] ^ *byte_of(pieces, i + STRIDE, &piece)), true);
        change(&demo_id, i + STRIDE, (uint8_t)(first[i] ^ *byte_of(pieces, i + STRIDE, &piece)), true);
    }
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_int_equal(load_part("demo", NULL, 0, 10), CORE_STORE_CORRUPT);
    assert_int_equal(load_part("demo", NULL, IMAGE_PIECE, 10), CORE_STORE_CORRUPT);
    assert_int_equal(load_part("demo", NULL, 2 * IMAGE_PIECE, 10), CORE_SUCCESS);
    /* It can still be replaced by itself. */
    assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_SUCCESS);
    assert_int_equal(install(&demo), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &demo));
    (void)pieces_of(&demo_id, pieces);
    for (uint32_t i = 0; i < STRIDE; i++) {
        now[i] = *byte_of(pieces, i, &piece);
        change(&demo_id, i, first[i] ^ now[i], true);
    }
    assert_memory_equal(first, now, IMAGE_PIECE);
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_int_equal(load_part("demo", NULL, 0, 10), CORE_STORE_CORRUPT);
}

/* An image that cannot be used any more is replaced even by its own version. */
static void test_replace_what_is_corrupt(void **state)
{
    (void)state;
    change(&demo_id, size_of(&demo_id) - 1, 1, true);
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_int_equal(load_part("demo", NULL, 0, 10), CORE_STORE_CORRUPT);
    assert_int_equal(about_bundle(CORE_SIZE_BUFFER, "demo"), CORE_STORE_CORRUPT);
    assert_int_equal(about_bundle(CORE_GET_MANIFEST, "demo"), CORE_STORE_CORRUPT);
    make_demo(&other, 4, 10);
    assert_int_equal(install(&other), CORE_BUNDLE_REFUSED + (uint32_t)BUNDLE_ROLLED_BACK);
    assert_int_equal(install(&demo), CORE_SUCCESS);
    assert_true(is_installed("demo", NULL, &demo));
}

/* Objects that are no images at all. */
static void test_no_image(void **state)
{
    uint8_t bytes[200];
    (void)state;
    fill_bytes(bytes, sizeof bytes, 9);
    for (uint32_t n = 0; n < sizeof bytes; n += 13) {
        assert_int_equal(store_put(storage(), &demo_id, bytes, n), STORE_OK);
        assert_int_equal(load_part("demo", NULL, 0, 10), CORE_STORE_CORRUPT);
    }
    assert_int_equal(about_bundle(CORE_UNINSTALL, "demo"), CORE_SUCCESS);
}

/* --- values --- */

static void test_every_byte_of_a_value(void **state)
{
    static const struct store_id id = { STORE_SECRET, "demo", "key" };
    uint8_t value[600];
    (void)state;
    fill_bytes(value, sizeof value, 5);
    assert_int_equal(write_key("demo", "key", value, sizeof value), CORE_SUCCESS);
    for (uint32_t i = 0; i < size_of(&id); i++) {
        change(&id, i, (uint8_t)(1u << i % 8), i % 3 != 0);
        assert_int_equal(machine_restart(true), CORE_SUCCESS);
        assert_int_equal(read_key("demo", "key"), CORE_STORE_CORRUPT);
        change(&id, i, (uint8_t)(1u << i % 8), i % 3 != 0);
    }
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_true(key_is("demo", "key", value, sizeof value));
    change(&id, 0, 1, true);
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_int_equal(write_key("demo", "key", value, 10), CORE_SUCCESS);
    assert_true(key_is("demo", "key", value, 10));
    change(&id, 0, 1, false);
}

/* One key's value in the place of another's, of another bundle's, and an older one in the place of a newer (that one is the store's to prevent). */
static void test_moved_value(void **state)
{
    static uint8_t bytes[SCRATCH_SIZE];
    struct store_id from = { STORE_SECRET, "demo", "one" }, to = { STORE_SECRET, "demo", "two" }, far = { STORE_SECRET, "demoo", "ne" };
    struct store_info info;
    (void)state;
    package_make(&other, &(struct package_spec){ .name = "demoo", .version = 1 });
    assert_int_equal(install(&other), CORE_SUCCESS);
    assert_int_equal(write_key("demo", "one", "value 1", 7), CORE_SUCCESS);
    assert_int_equal(write_key("demo", "two", "value 2", 7), CORE_SUCCESS);
    assert_int_equal(store_find(storage(), &from, &info), STORE_OK);
    int n = store_read(storage(), &info, 0, bytes, sizeof bytes);
    assert_int_equal(store_put(storage(), &to, bytes, (uint32_t)n), STORE_OK);
    assert_int_equal(store_put(storage(), &far, bytes, (uint32_t)n), STORE_OK);
    assert_int_equal(read_key("demo", "two"), CORE_STORE_CORRUPT);
    assert_int_equal(read_key("demoo", "ne"), CORE_STORE_CORRUPT);
    assert_true(key_is("demo", "one", "value 1", 7));
    /* Sizes that no value has. */
    for (uint32_t size = 0; size < CRYPTO_NONCE + CRYPTO_TAG; size++) {
        assert_int_equal(store_put(storage(), &to, bytes, size), STORE_OK);
        assert_int_equal(read_key("demo", "two"), CORE_STORE_CORRUPT);
    }
    static uint8_t large[SCRATCH_SIZE + 1];
    assert_int_equal(store_put(storage(), &to, large, sizeof large), STORE_OK);
    assert_int_equal(read_key("demo", "two"), CORE_STORE_CORRUPT);
    assert_int_equal(list_keys("demo", 0, ASK_ROOM), CORE_SUCCESS);
    assert_int_equal(delete_key("demo", "two"), CORE_SUCCESS);
}

/* A key that cannot be read is none that may be made anew: what is encrypted depends on it. */
static void test_device_key(void **state)
{
    static const struct store_id id = { STORE_SECRET, "", "device" };
    struct piece pieces[PIECES_MAX];
    (void)state;
    assert_int_equal(write_key("demo", "key", "value", 5), CORE_SUCCESS);
    const struct piece *piece;
    (void)pieces_of(&id, pieces);
    uint8_t *byte = byte_of(pieces, 3, &piece);
    *byte ^= 4;
    assert_int_equal(machine_restart(true), CORE_STORE_CORRUPT);
    assert_int_equal(read_key("demo", "key"), CORE_STORE_CORRUPT);
    *byte ^= 4;
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_true(key_is("demo", "key", "value", 5));
    assert_true(is_installed("demo", NULL, &demo));
    /* Another device's: nothing that was made with this one's key is right. */
    change(&id, 3, 4, true);
    assert_int_equal(machine_restart(true), CORE_SUCCESS);
    assert_int_equal(read_key("demo", "key"), CORE_STORE_CORRUPT);
    assert_int_equal(load_part("demo", NULL, 0, 1), CORE_STORE_CORRUPT);
}

int damage_tests(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DEMO(test_every_stored_byte), WITH_DEMO(test_under_the_feet), WITH_DEMO(test_pieces_elsewhere),
        WITH_DEMO(test_replace_what_is_corrupt), WITH_DEMO(test_no_image), WITH_DEMO(test_every_byte_of_a_value), WITH_DEMO(test_moved_value),
        WITH_DEMO(test_device_key),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
