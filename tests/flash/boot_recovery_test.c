/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Starts of a machine whose images are replaced by newer ones, some of which are never confirmed: with the power cut at each flash operation in each
 * way that the model knows, it always starts what is in memory, and, where that is bad, what was confirmed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <model.h>
#include <recovery.h>

#define BASE 0x80000000u
#define ROM 0x80700000u
enum { SIZE = 0x1800, ROM_SIZE = 64, SEGMENTS = 3, BLOCK = 4096, BLOCKS = 12, PAGE = 256 };
static const struct part {
    const char *name;
    uint32_t base, size;
} parts[SEGMENTS] = { { "monitor", BASE, 300 }, { "kernel", BASE + 0x400, 4501 }, { "boot_rom", ROM, ROM_SIZE } };

static uint8_t memory[SIZE], rom[ROM_SIZE], page[BOOT_MANIFEST_MAX];
static struct flash_model flash;
static struct store store;
static struct boot_manifest manifest;
static bool rom_written;

uint8_t *recovery_memory(uint32_t base, uint32_t size)
{
    rom_written |= base >= ROM;
    return base >= ROM ? rom + (base - ROM) : size <= SIZE - (base - BASE) ? memory + (base - BASE) : NULL;
}

const uint8_t *boot_memory(uint32_t base, uint32_t size)
{
    return base >= ROM ? rom + (base - ROM) : size <= SIZE - (base - BASE) ? memory + (base - BASE) : NULL;
}

bool recovery_is_rom(uint32_t base) { return base >= ROM; }
void boot_progress(void) { }

/* --- images --- */

static const uint8_t keys[1][CRYPTO_PUBLIC_KEY] = { { 1, 2, 3 } };

static void put(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void hash(const char *text, size_t text_n, const void *data, size_t n, uint8_t digest[CRYPTO_HASH])
{
    struct crypto_sha256 state;
    crypto_sha256_start(&state);
    crypto_sha256_add(&state, text, text_n);
    crypto_sha256_add(&state, data, n);
    crypto_sha256_finish(&state, digest);
}

/* Puts images of a version into memory, with their manifest. */
static void deliver(uint32_t version)
{
    uint8_t digest[CRYPTO_HASH], *at = page + BOOT_HEADER_BYTES;
    memset(page, 0, sizeof page);
    for (uint32_t i = 0, x; i < SIZE; i++) {
        x = (i + (version << 16)) * 2654435761u;
        memory[i] = (uint8_t)((x ^ x >> 15) * 2246822507u >> 24);
    }
    put(page, BOOT_MAGIC);
    put(page + 4, BOOT_FORMAT);
    put(page + 8, version);
    hash("", 0, keys[0], CRYPTO_PUBLIC_KEY, digest);
    memcpy(page + 12, digest, 8);
    put(page + 20, SEGMENTS);
    for (unsigned i = 0; i < SEGMENTS; i++, at += BOOT_SEGMENT_BYTES) {
        memcpy(at, parts[i].name, strlen(parts[i].name));
        put(at + BOOT_NAME, parts[i].base);
        put(at + BOOT_NAME + 4, parts[i].size);
        hash("", 0, boot_memory(parts[i].base, parts[i].size), parts[i].size, at + BOOT_NAME + 8);
    }
    hash(BOOT_SIGNED_TEXT, sizeof BOOT_SIGNED_TEXT, page, (size_t)(at - page), digest);
    memcpy(at, digest, CRYPTO_HASH);
    memcpy(at + CRYPTO_HASH, digest, CRYPTO_HASH);
}

static void ruin(void) { memset(memory, 0xee, sizeof memory); }

/* --- what the firmware does --- */

static struct {
    uint32_t version;
    uint8_t digest[CRYPTO_HASH];
    int counter, saved;
    bool recovered, written;
} now;

static enum boot_error start(void)
{
    static const struct boot_region regions[] = { { BASE, SIZE }, { ROM, ROM_SIZE } };
    static const uint32_t entries[] = { BASE, ROM };
    struct boot_rules rules = { regions, 2, entries, 2, keys, 1, 1 };
    uint32_t counter;
    assert_int_equal(store_open(&store, &flash.flash), STORE_OK);
    now.counter = recovery_counter(&store, &counter);
    now.recovered = now.written = false;
    now.saved = STORE_OK;
    rules.lowest_version = counter > 1 ? counter : 1;
    memcpy(manifest.bytes, page, sizeof page);
    enum boot_error error = boot_manifest_check(&manifest, &rules);
    error = error == BOOT_OK ? boot_images_check(&manifest) : error;
    if (error != BOOT_OK) {
        error = recovery_load(&store, &manifest, &rules);
        now.recovered = true;
    } else {
        now.saved = recovery_save(&store, &manifest, &now.written);
    }
    now.version = manifest.version;
    memcpy(now.digest, manifest.digest, CRYPTO_HASH);
    return error;
}

static int confirm(void) { return recovery_confirm(&store, &manifest, now.version, now.digest, now.written); }

static unsigned sets(void)
{
    struct store_info info;
    uint32_t cursor = 0;
    unsigned n = 0;
    while (store_next(&store, &cursor, STORE_RECOVERY, "", &info) == STORE_OK)
        n++;
    return n;
}

static uint32_t counter_of(void)
{
    uint32_t value;
    assert_int_equal(recovery_counter(&store, &value), STORE_OK);
    return value;
}

static void started(uint32_t version, bool recovered)
{
    assert_int_equal(start(), BOOT_OK);
    assert_int_equal(now.version, version);
    assert_int_equal(now.recovered, recovered);
}

static int blank(void **state)
{
    (void)state;
    memset(rom, 0x13, sizeof rom);
    model_free(&flash);
    model_init(&flash, BLOCK, BLOCKS, PAGE, 0);
    flash.cut_at = UINT64_MAX;
    rom_written = false;
    return 0;
}

/* --- tests --- */

static void test_first_start(void **state)
{
    (void)state;
    deliver(3);
    started(3, false);
    assert_int_equal(counter_of(), 0);
    assert_int_equal(sets(), 1);
    uint64_t before = flash.programmed;
    started(3, false);
    assert_in_range(flash.programmed - before, 0, 1000);    /* the images are not written again */
    assert_int_equal(confirm(), STORE_OK);
    assert_int_equal(counter_of(), 3);
    before = flash.operations;
    assert_int_equal(confirm(), STORE_OK);
    assert_int_equal(flash.operations, before);
}

static void test_recovery(void **state)
{
    (void)state;
    uint8_t good[SIZE];
    deliver(3);
    memcpy(good, memory, SIZE);
    started(3, false);
    assert_int_equal(confirm(), STORE_OK);
    ruin();
    started(3, true);
    for (unsigned i = 0; i < 2; i++)
        assert_memory_equal(memory + (parts[i].base - BASE), good + (parts[i].base - BASE), parts[i].size);
    assert_false(rom_written);
    uint64_t before = flash.operations;
    assert_int_equal(confirm(), STORE_OK);
    assert_int_equal(flash.operations, before);
    ruin();
    memset(page, 0, sizeof page);
    started(3, true);
    rom[5] ^= 1;
    ruin();
    assert_int_equal(start(), BOOT_WRONG_IMAGE);        /* nobody can repair that */
    assert_string_equal(manifest.name, "boot_rom");
}

static void test_nothing_to_recover(void **state)
{
    (void)state;
    deliver(1);
    ruin();
    assert_int_equal(start(), BOOT_NO_MANIFEST);
}

static void test_rollback(void **state)
{
    (void)state;
    deliver(3);
    started(3, false);
    deliver(5);
    started(5, false);
    deliver(3);
    started(3, false);                                  /* 5 was never confirmed */
    deliver(5);
    started(5, false);
    assert_int_equal(confirm(), STORE_OK);
    assert_int_equal(sets(), 1);
    deliver(4);
    started(5, true);                                   /* refused, and replaced by what was confirmed */
}

/* Versions that are never confirmed follow each other: the confirmed one stays. */
static void test_never_confirmed(void **state)
{
    (void)state;
    deliver(3);
    started(3, false);
    ruin();
    started(3, true);                                   /* better than nothing */
    deliver(3);
    started(3, false);
    assert_int_equal(confirm(), STORE_OK);
    for (uint32_t version = 4; version < 9; version++) {
        deliver(version);
        started(version, false);
        assert_int_equal(now.saved, STORE_OK);
        assert_int_equal(sets(), 2);
        ruin();
        started(3, true);
    }
}

static void test_full(void **state)
{
    (void)state;
    static uint8_t bulk[13000];
    deliver(3);
    started(3, false);
    assert_int_equal(confirm(), STORE_OK);
    for (uint32_t n = sizeof bulk; n > 200; n /= 2)
        for (char name[] = "a"; store_put(&store, &(struct store_id){ STORE_KEY, "x", name }, bulk, n) == STORE_OK; name[0]++)
            (void)store_put(&store, &(struct store_id){ STORE_KEY, "y", name }, bulk, n);
    deliver(4);
    started(4, false);
    assert_int_equal(now.saved, STORE_FULL);
    assert_int_equal(confirm(), STORE_NOT_FOUND);
    assert_int_equal(counter_of(), 3);
    ruin();
    started(3, true);
}

/* Flips a bit in each copy of some bytes. */
static void rot(const void *bytes, size_t n)
{
    unsigned found = 0;
    for (uint32_t i = 0; i + n <= model_size(&flash); i++)
        if (memcmp(flash.cells + i, bytes, n) == 0) {
            flash.cells[i + n / 2] ^= 0x10;
            found++;
        }
    assert_true(found > 0);
}

static void test_rotten_counter(void **state)
{
    (void)state;
    static const uint8_t value[8] = { 0x0d, 0xf0, 0xad, 0x0b };
    deliver(0x0badf00d);
    started(0x0badf00d, false);
    assert_int_equal(confirm(), STORE_OK);
    deliver(0x0badf00e);
    started(0x0badf00e, false);
    rot(value, sizeof value);
    deliver(0x0badf00c);
    started(0x0badf00d, true);
    assert_int_equal(now.counter, STORE_CORRUPT);
    deliver(0x0badf00e);
    started(0x0badf00e, false);
    assert_int_equal(confirm(), STORE_OK);              /* mended */
    assert_int_equal(counter_of(), 0x0badf00e);
    deliver(0x0badf00d);
    started(0x0badf00e, true);
}

static void test_rotten_confirmation(void **state)
{
    (void)state;
    uint8_t value[8 + CRYPTO_HASH];
    deliver(3);
    started(3, false);
    assert_int_equal(confirm(), STORE_OK);
    memcpy(value, "recovery", 8);                      /* the object's name lies in front of it */
    memcpy(value + 8, now.digest, CRYPTO_HASH);
    rot(value, sizeof value);
    ruin();
    started(3, true);
    deliver(4);
    started(4, false);
    assert_int_equal(sets(), 2);
    assert_int_equal(confirm(), STORE_OK);
    assert_int_equal(sets(), 1);
    ruin();
    started(4, true);
}

/* One that can not be read back is no recovery image; the next start writes it again. */
static void test_rotten_set(void **state)
{
    (void)state;
    uint8_t some[16];
    deliver(3);
    started(3, false);
    assert_int_equal(confirm(), STORE_OK);
    deliver(4);
    memcpy(some, memory + 0x800, sizeof some);
    started(4, false);
    rot(some, sizeof some);
    assert_int_equal(store_open(&store, &flash.flash), STORE_OK);
    now.written = false;
    assert_int_equal(confirm(), STORE_NOT_FOUND);
    assert_int_equal(counter_of(), 3);
    ruin();
    started(3, true);
    deliver(4);
    started(4, false);
    assert_int_equal(confirm(), STORE_OK);
    rot(some, sizeof some);
    ruin();
    assert_int_equal(start(), BOOT_WRONG_IMAGE);
}

/* --- power cuts --- */

/* A life: deliveries, and whether they are confirmed. */
static const struct { uint32_t version; bool confirmed; } life[] = {
    { 1, true }, { 2, true }, { 3, false }, { 4, false }, { 4, true }, { 5, true }, { 5, true },
};
enum { LIVES = sizeof life / sizeof *life };
static unsigned at, confirmed_before;   /* confirmed_before: version, 0: none */
static jmp_buf power;

static void live(void)
{
    for (at = 0; at < LIVES; at++) {
        deliver(life[at].version);
        (void)start();
        if (life[at].confirmed) {
            (void)confirm();
            confirmed_before = life[at].version;
        }
    }
}

static void examine(void)
{
    uint32_t version = life[at].version;
    ruin();
    memset(page, 0, sizeof page);
    enum boot_error error = start();
    if (confirmed_before != 0) {
        assert_int_equal(error, BOOT_OK);
        assert_true(now.version == confirmed_before || (life[at].confirmed && now.version == version));
        assert_true(counter_of() == now.version);
    }
    assert_true(sets() <= 2);
    deliver(version);
    started(version, false);
    assert_int_equal(now.saved, STORE_OK);
    assert_true(sets() <= 2);
    assert_int_equal(confirm(), STORE_OK);
    ruin();
    started(version, true);
    assert_int_equal(counter_of(), version);
    assert_null(flash.violation);
}

static void test_power_cuts(void **state)
{
    (void)state;
    live();
    volatile uint64_t operations = flash.operations, cuts = 0;
    for (volatile uint64_t cut = 1; cut <= operations; cut++)
        for (volatile int tear = 0; tear < TEARS; tear++) {
            blank(NULL);
            confirmed_before = 0;
            flash.cut_at = cut;
            flash.tear = (enum tear)tear;
            flash.power = &power;
            flash.random = (uint32_t)(cut * 31 + (uint64_t)tear + 1);
            if (setjmp(power) == 0) {
                live();
                at = LIVES - 1;
            }
            flash.cut_at = UINT64_MAX;
            cuts++;
            examine();
        }
    print_message("%llu flash operations, %llu power losses\n", (unsigned long long)operations, (unsigned long long)cuts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_first_start, blank), cmocka_unit_test_setup(test_recovery, blank),
        cmocka_unit_test_setup(test_nothing_to_recover, blank), cmocka_unit_test_setup(test_rollback, blank),
        cmocka_unit_test_setup(test_never_confirmed, blank), cmocka_unit_test_setup(test_full, blank),
        cmocka_unit_test_setup(test_rotten_counter, blank), cmocka_unit_test_setup(test_rotten_confirmation, blank),
        cmocka_unit_test_setup(test_rotten_set, blank), cmocka_unit_test_setup(test_power_cuts, blank),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    model_free(&flash);
    return failed;
}
