/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A flash with anything in it under the security core's store: opened twice it says the same, and what is put, raised or deleted then
 * is found after the next opening, or an error said why not. Nothing takes forever.
 *
 * First byte: bits 0-1, blocks of 2 KiB above 5; bit 2, repair CRCs of headers; bit 3, of slots, but for those that are 0; bit 4, hashes
 * and CRCs of data; bit 5, leave bytes where the store never leaves any, between slots and data: it does not look for them, promises
 * nothing then, and must still not crash or hang. Second byte: what is done after opening. Then runs of bytes: block, offset (two bytes, low
 * one first), n; n < 128: as many bytes follow, else it is 4 * (n - 127) zeros. What no run covers is erased. */
#include "target.h"
#include <kata/crc32.h>
#include <string.h>

#include "internal.h"
#include "model.h"

enum {
    OPTIONS = 2, BLOCK = 2048, PAGE = 64, BLOCKS_MOST = 8, ZEROS = 128,
    REPAIR_HEADERS = 4, REPAIR_SLOTS = 8, REPAIR_DATA = 16, STRAY_BYTES = 32,
    DELETE_PUT = 1, DELETE_BUNDLE = 2, KEEP_IDLE = 4, SIZE_BITS = 3, /* of the second byte */
    OPERATIONS_MOST = 100000, BYTES_MOST = 64 << 20,                 /* of one call; an opening needs a few thousand */
};

/* What holds if bytes are only where the store writes some. */
#define PROMISE(condition) REQUIRE((condition) || stray)

static bool stray;
static struct flash_model model;
static struct store store;
static const struct store_id ids[] = {{STORE_KEY, "b", "k"}, {STORE_SECRET, "b", "s"}, {STORE_APPLICATION, "b", "a"}, {STORE_MODEL, "", ""}};

/* --- the flash ----------------------------------------------------------------------------------------------------------- */

static void make_flash(const uint8_t *data, size_t size)
{
    uint32_t blocks = BLOCKS_MIN + (data[0] & 3);
    if (model.cells == NULL)
        model_init(&model, BLOCK, BLOCKS_MOST, PAGE, 0xff);
    model.flash.blocks = blocks;
    model.lenient = true;
    model.violation = NULL;
    memset(model.cells, 0xff, BLOCKS_MOST * BLOCK);
    for (size_t at = OPTIONS; at + 4 <= size;) {
        uint32_t to = data[at] % blocks * BLOCK + (data[at + 1] | (uint32_t)data[at + 2] << 8) % BLOCK, n = data[at + 3];
        uint32_t room = blocks * BLOCK - to, length = n < ZEROS ? n : 4 * (n - ZEROS + 1);
        at += 4;
        if (n < ZEROS && length > size - at)
            length = (uint32_t)(size - at);
        for (uint32_t i = 0; i < length && i < room; i++)
            model.cells[to + i] = n < ZEROS ? data[at + i] : 0;
        at += n < ZEROS ? length : 0;
    }
}

static void repair_header(uint8_t *raw, uint32_t blocks, uint32_t block)
{
    if (memcmp(raw, "KSTO", 4) != 0)
        return;
    put32(raw + 8, BLOCK);
    put32(raw + 12, blocks << 16 | block);
    put32(raw + 28, crc32_update(0, raw, 28));
}

static void repair_data(const uint8_t *block, uint8_t *raw, uint32_t offset, uint32_t length)
{
    if (offset > BLOCK || length > BLOCK - offset)
        return;
    put32(raw + 36, crc32_update(0, block + offset, length));
    if ((raw[16] == SLOT_HEAD || raw[16] == SLOT_MEMBER) && (uint32_t)raw[18] + raw[19] <= length)
        put32(raw + 48, identity_hash(raw[17], (const char *)block + offset, raw[18], (const char *)block + offset + raw[18], raw[19]));
}

static void repair_slots(uint8_t *block, bool data)
{
    uint32_t low = BLOCK;
    for (uint32_t at = HEADERS_SIZE; at + SLOT_SIZE <= low && !all_bytes(block + at, SLOT_SIZE, 0xff); at += SLOT_SIZE) {
        uint8_t *raw = block + at;
        uint32_t offset = get32(raw + 28), length = get32(raw + 32);
        if (get32(raw + SLOT_BODY) == 0)
            continue;
        if (length > 0 && offset < low)
            low = offset;
        if (data)
            repair_data(block, raw, offset, length);
        put32(raw + SLOT_BODY, crc32_update(0, raw + 16, SLOT_SIZE - 16));
    }
}

static void repair(uint8_t options)
{
    for (uint32_t i = 0; i < model.flash.blocks; i++) {
        uint8_t *block = model.cells + i * BLOCK;
        if (options & REPAIR_HEADERS) {
            repair_header(block, model.flash.blocks, i);
            repair_header(block + HEADER_SIZE, model.flash.blocks, i);
        }
        if (options & REPAIR_SLOTS)
            repair_slots(block, options & REPAIR_DATA);
    }
}

/* Erases what is between the slots and the data. */
static void tidy(unsigned block)
{
    uint8_t raw[SLOT_SIZE], *cells = model.cells + block * BLOCK;
    uint32_t low = BLOCK, at = HEADERS_SIZE;
    struct slot slot;
    enum slot_state state;
    store.flash = &model.flash;
    store.fragment_size = (BLOCK - FRAGMENT_OVERHEAD) / FRAGMENTS_PER_BLOCK & ~3u;
    for (; at + SLOT_SIZE <= low; at += SLOT_SIZE) {
        memcpy(raw, cells + at, SLOT_SIZE);
        if ((state = slot_decode(&store, raw, &slot)) == SLOT_ERASED)
            break;
        if (state == SLOT_VALID && slot.length > 0 && slot.offset >= at + SLOT_SIZE && slot.offset < low)
            low = slot.offset;
    }
    if (at < low)
        memset(cells + at, 0xff, low - at);
}

/* --- checks -------------------------------------------------------------------------------------------------------------- */

/* No call goes on and on, or asks the flash for what it cannot do. */
static int bounded(int result)
{
    REQUIRE(model.operations < OPERATIONS_MOST && model.read < BYTES_MOST && model.violation == NULL);
    model.operations = model.read = 0;
    return result;
}

static bool reopen(void)
{
    int error = bounded(store_open(&store, &model.flash));
    REQUIRE(error == STORE_OK || error == STORE_FULL || error == STORE_VERSION);
    return error == STORE_OK;
}

/* What can be said of a value. */
static uint32_t value_digest(const struct store_info *info)
{
    uint8_t piece[300];
    uint32_t digest = 0, at = 0;
    int n;
    while ((n = store_read(&store, info, at, piece, sizeof piece)) > 0) {
        digest = crc32_update(digest, piece, (uint32_t)n);
        at += (uint32_t)n;
    }
    REQUIRE(n == 0 ? at == info->size : n == STORE_CORRUPT);
    return n == 0 ? digest : 1;
}

/* All objects, but those that may be `except` by their hash; in any order. */
static uint64_t everything(const struct store_id *except)
{
    struct store_info info;
    struct store_statistics statistics;
    uint64_t sum = 0;
    uint32_t cursor = 0, count = 0;
    int error;
    while ((error = store_next(&store, &cursor, STORE_ANY, NULL, &info)) != STORE_NOT_FOUND) {
        REQUIRE(error == STORE_OK || error == STORE_CORRUPT);
        count++;
        if (except && store.entries[info.entry].hash == identity_hash(except->kind, except->bundle, (uint32_t)strlen(except->bundle),
                                                                      except->name, (uint32_t)strlen(except->name)))
            continue;
        uint32_t digest = value_digest(&info);
        info.entry = 0;
        digest = crc32_update(digest, &error, sizeof error);
        digest = crc32_update(digest, &info.size, sizeof info.size);
        digest = crc32_update(digest, info.bundle, sizeof info.bundle);
        digest = crc32_update(digest, info.name, sizeof info.name);
        sum += (uint64_t)digest << 8 ^ info.serial ^ info.kind;
    }
    store_statistics(&store, &statistics);
    REQUIRE(statistics.objects == count && statistics.bad <= statistics.blocks);
    bounded(0);
    return sum;
}

static bool holds_value(const struct store_id *id, const uint8_t *value, uint32_t n)
{
    uint8_t seen[1100];
    struct store_info info;
    return store_find(&store, id, &info) == STORE_OK && info.size == n && store_read(&store, &info, 0, seen, n) == (int)n && memcmp(seen, value, n) == 0;
}

static bool no_space(int error)
{
    return error == STORE_FULL || error == STORE_WORN;
}

/* --- changes ------------------------------------------------------------------------------------------------------------- */

static void put(const struct store_id *id, uint32_t n)
{
    uint8_t value[1100];
    uint64_t all = everything(NULL), rest = everything(id);
    for (uint32_t i = 0; i < n; i++)
        value[i] = (uint8_t)(i * 7 + n);
    int error = bounded(store_put(&store, id, value, n));
    PROMISE(error == STORE_OK || no_space(error));
    for (unsigned openings = 0; openings < 2; openings++) {
        PROMISE(error ? everything(NULL) == all : holds_value(id, value, n) && everything(id) == rest);
        PROMISE(reopen());
    }
}

static void raise(void)
{
    uint64_t value, after, rest = everything(&(struct store_id){STORE_COUNTER, "b", "c"});
    int error = store_counter(&store, "b", "c", &value);
    PROMISE(error == STORE_OK || error == STORE_CORRUPT);
    int result = bounded(store_raise(&store, "b", "c", value + 1));
    PROMISE(error                 ? result == STORE_CORRUPT
            : value == UINT64_MAX ? result == STORE_BACKWARDS
                                  : result == STORE_OK || no_space(result));
    PROMISE(reopen());
    PROMISE(everything(&(struct store_id){STORE_COUNTER, "b", "c"}) == rest);
    PROMISE(error || (store_counter(&store, "b", "c", &after) == STORE_OK && after == value + (result == STORE_OK)));
}

static void delete(const struct store_id *id)
{
    struct store_info info;
    uint64_t rest = everything(id);
    int error = bounded(store_delete(&store, id));
    PROMISE(error == STORE_OK || error == STORE_NOT_FOUND || no_space(error));
    PROMISE(reopen());
    PROMISE(everything(id) == rest);
    int found = store_find(&store, id, &info);
    PROMISE(no_space(error) || found == STORE_NOT_FOUND || found == STORE_CORRUPT); /* another one without readable names, which may be it */
}

/* All of a bundle but for one that is put with it. */
static void delete_bundle(void)
{
    static const struct store_id id = {STORE_BOOT, "b", "new"};
    struct store_info info;
    uint64_t all = everything(NULL);
    int error = store_begin(&store), count = 0;
    if (!error)
        error = count = store_transaction_delete_all(&store, STORE_ANY, "b");
    if (error >= 0)
        error = store_transaction_put(&store, &id, "value", 5);
    if (!error)
        error = store_commit(&store);
    bounded(0);
    PROMISE(error == STORE_OK || no_space(error));
    if (error)
        store_abort(&store);
    PROMISE(reopen());
    PROMISE(error ? everything(NULL) == all : holds_value(&id, (const uint8_t *)"value", 5));
    unsigned found = 0;
    for (uint32_t cursor = 0; !error && store_next(&store, &cursor, STORE_ANY, "b", &info) == STORE_OK;)
        found++;
    PROMISE(error || found <= 1); /* the search may end early, at one that is corrupt */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t before[BLOCKS_MOST * BLOCK];
    if (size < OPTIONS)
        return 0;
    make_flash(data, size);
    repair(data[0]);
    stray = data[0] & STRAY_BYTES;
    for (uint32_t i = 0; !stray && i < model.flash.blocks; i++)
        tidy(i);
    memcpy(before, model.cells, sizeof before);
    if (!reopen()) {
        REQUIRE(memcmp(before, model.cells, sizeof before) == 0);
        return 0;
    }
    uint64_t seen = everything(NULL);
    PROMISE(reopen());
    PROMISE(everything(NULL) == seen);
    const struct store_id *id = &ids[data[1] >> 6];
    put(id, (data[1] >> SIZE_BITS & 7u) * 150);
    raise();
    if (data[1] & DELETE_PUT)
        delete(id);
    if (data[1] & DELETE_BUNDLE)
        delete_bundle();
    for (unsigned n = 0; data[1] & KEEP_IDLE && bounded(store_idle(&store)); n++)
        REQUIRE(n < 1000);
    seen = everything(NULL);
    PROMISE(reopen());
    PROMISE(everything(NULL) == seen);
    return 0;
}
