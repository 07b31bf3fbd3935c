/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "recovery.h"

#include <string.h>

enum { NAME_BYTES = 16, READ = 512, WRITE = 4096, AT_VERSION = 8 };
#define COUNTER "boot"

static const struct store_id confirmed = { STORE_BOOT, "", "recovery" };    /* its value is the digest of the confirmed set's manifest */
static const struct store_id counter = { STORE_COUNTER, "", COUNTER };

/* A set is called by the first bytes of its manifest's digest. */
static struct store_id identify(const uint8_t digest[CRYPTO_HASH], char name[2 * NAME_BYTES + 1])
{
    for (unsigned i = 0; i < 2 * NAME_BYTES; i++) {
        name[i] = "0123456789abcdef"[digest[i / 2] >> (i % 2 ? 0 : 4) & 15];
    }
    name[2 * NAME_BYTES] = '\0';
    return (struct store_id){ STORE_RECOVERY, "", name };
}

static uint32_t stored_size(const struct boot_manifest *manifest)
{
    uint32_t size = boot_manifest_size(manifest);
    for (uint32_t i = 0; i < manifest->segments; i++) {
        struct boot_segment segment = boot_segment(manifest, i);
        size += recovery_is_rom(segment.base) ? 0 : segment.size;
    }
    return size;
}

static int read_confirmed(struct store *store, uint8_t digest[CRYPTO_HASH])
{
    struct store_info info;
    int found = store_find(store, &confirmed, &info);
    if (found != STORE_OK) {
        return found;
    }
    int n = store_read(store, &info, 0, digest, CRYPTO_HASH);
    return n < 0 ? n : n == CRYPTO_HASH ? STORE_OK : STORE_CORRUPT;
}

/* Within the transaction: deletes all sets but the one of that name. */
static int delete_others(struct store *store, const char *name)
{
    struct store_info info;
    uint32_t cursor = 0;
    int error = STORE_OK, found;
    while (error == STORE_OK && (found = store_next(store, &cursor, STORE_RECOVERY, "", &info)) != STORE_NOT_FOUND) {
        if (found == STORE_OK && strcmp(info.name, name) != 0) {
            error = store_transaction_delete(store, &(struct store_id){ STORE_RECOVERY, "", info.name });
        }
    }
    return error;
}

static int commit_or_abort(struct store *store, int error)
{
    if (error == STORE_OK) {
        error = store_commit(store);
    }
    if (error != STORE_OK) {
        store_abort(store);
    }
    return error;
}

/* --- saving --- */

/* What was never confirmed makes room for the next. As long as nobody knows which one was confirmed, all are kept. */
static int make_room(struct store *store)
{
    uint8_t digest[CRYPTO_HASH];
    char name[2 * NAME_BYTES + 1] = "";
    int error = read_confirmed(store, digest);
    if (error == STORE_OK) {
        (void)identify(digest, name);
    } else if (error != STORE_NOT_FOUND) {
        return STORE_OK;
    }
    error = store_begin(store);
    return error == STORE_OK ? commit_or_abort(store, delete_others(store, name)) : error;
}

static int append_segment(struct store *store, int stream, const struct boot_segment *segment)
{
    int error = STORE_OK;
    for (uint32_t at = 0, n; at < segment->size && error == STORE_OK; at += n) {
        n = segment->size - at < WRITE ? segment->size - at : WRITE;
        error = store_stream_append(store, stream, boot_memory(segment->base + at, n), n);
        boot_progress();
    }
    return error;
}

static int write_set(struct store *store, const struct store_id *id, const struct boot_manifest *manifest)
{
    int stream = store_stream_begin(store, id, stored_size(manifest));
    int error = stream < 0 ? stream : store_stream_append(store, stream, manifest->bytes, boot_manifest_size(manifest));
    for (uint32_t i = 0; i < manifest->segments && error == STORE_OK; i++) {
        struct boot_segment segment = boot_segment(manifest, i);
        if (!recovery_is_rom(segment.base)) {
            error = append_segment(store, stream, &segment);
        }
    }
    return error == STORE_OK ? store_stream_commit(store, stream) : error;     /* a stream with an error is over */
}

int recovery_save(struct store *store, const struct boot_manifest *manifest, bool *written)
{
    char name[2 * NAME_BYTES + 1];
    struct store_id id = identify(manifest->digest, name);
    struct store_info info;
    *written = false;
    if (store_find(store, &id, &info) == STORE_OK && info.size == stored_size(manifest)) {
        return STORE_OK;
    }
    int error = make_room(store);
    if (error == STORE_OK) {
        error = write_set(store, &id, manifest);
        *written = error == STORE_OK;
    }
    return error;
}

/* --- reading --- */

/* A segment of a set, from *at on: to its place, or only to be compared. */
static bool read_segment(struct store *store, const struct store_info *info, uint32_t *at, const struct boot_segment *segment, bool restore)
{
    uint8_t buffer[READ], digest[CRYPTO_HASH];
    struct crypto_sha256 hash;
    if (recovery_is_rom(segment->base)) {
        return boot_image_is_signed(segment);
    }
    crypto_sha256_start(&hash);
    for (uint32_t done = 0, n; done < segment->size; done += n, *at += n) {
        n = segment->size - done < READ ? segment->size - done : READ;
        uint8_t *to = restore ? recovery_memory(segment->base + done, n) : buffer;
        if (store_read(store, info, *at, to, n) != (int)n) {
            return false;
        }
        crypto_sha256_add(&hash, to, n);
        boot_progress();
    }
    crypto_sha256_finish(&hash, digest);
    return memcmp(digest, segment->hash, CRYPTO_HASH) == 0;
}

static enum boot_error read_images(struct store *store, const struct store_info *info, struct boot_manifest *manifest, bool restore)
{
    uint32_t at = boot_manifest_size(manifest);
    for (uint32_t i = 0; i < manifest->segments; i++) {
        struct boot_segment segment = boot_segment(manifest, i);
        if (!read_segment(store, info, &at, &segment, restore)) {
            memcpy(manifest->name, segment.name, BOOT_NAME);
            return BOOT_WRONG_IMAGE;
        }
    }
    return BOOT_OK;
}

/* What of the first image comes along is behind the manifest, where nobody looks. */
static bool read_manifest(struct store *store, const struct store_info *info, struct boot_manifest *manifest)
{
    memset(manifest, 0, sizeof *manifest);
    return store_read(store, info, 0, manifest->bytes, sizeof manifest->bytes) >= 0;
}

static enum boot_error load(struct store *store, const struct store_info *info, struct boot_manifest *manifest, const struct boot_rules *rules)
{
    enum boot_error error = read_manifest(store, info, manifest) ? boot_manifest_check(manifest, rules) : BOOT_WRONG_IMAGE;
    boot_progress();
    return error == BOOT_OK ? read_images(store, info, manifest, true) : error;
}

static enum boot_error load_confirmed(struct store *store, struct boot_manifest *manifest, const struct boot_rules *rules)
{
    uint8_t digest[CRYPTO_HASH];
    char name[2 * NAME_BYTES + 1];
    struct store_info info;
    if (read_confirmed(store, digest) != STORE_OK) {
        return BOOT_NO_MANIFEST;
    }
    struct store_id id = identify(digest, name);
    return store_find(store, &id, &info) == STORE_OK ? load(store, &info, manifest, rules) : BOOT_NO_MANIFEST;
}

enum boot_error recovery_load(struct store *store, struct boot_manifest *manifest, const struct boot_rules *rules)
{
    enum boot_error error = load_confirmed(store, manifest, rules);
    struct store_info info;
    uint32_t cursor = 0;
    int found;
    while (error != BOOT_OK && (found = store_next(store, &cursor, STORE_RECOVERY, "", &info)) != STORE_NOT_FOUND) {
        if (found == STORE_OK) {
            error = load(store, &info, manifest, rules);
        }
    }
    return error;
}

/* --- the counter, and confirming --- */

static uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t lowest_saved(struct store *store)
{
    uint8_t header[AT_VERSION + 4];
    struct store_info info;
    uint32_t cursor = 0, lowest = UINT32_MAX;
    int found;
    while ((found = store_next(store, &cursor, STORE_RECOVERY, "", &info)) != STORE_NOT_FOUND) {
        if (found == STORE_OK && store_read(store, &info, 0, header, sizeof header) == sizeof header && be32(header + AT_VERSION) < lowest) {
            lowest = be32(header + AT_VERSION);
        }
    }
    return lowest != UINT32_MAX ? lowest : 0;
}

int recovery_counter(struct store *store, uint32_t *version)
{
    uint64_t value;
    int error = store_counter(store, "", COUNTER, &value);
    *version = error != STORE_OK ? lowest_saved(store) : value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    return error;
}

static bool is_confirmed(struct store *store, uint32_t version, const uint8_t digest[CRYPTO_HASH])
{
    uint8_t now[CRYPTO_HASH];
    uint32_t lowest;
    return read_confirmed(store, now) == STORE_OK && memcmp(now, digest, CRYPTO_HASH) == 0 &&
           recovery_counter(store, &lowest) == STORE_OK && lowest >= version;
}

/* Every byte, as it is in the flash. */
static bool is_saved(struct store *store, const struct store_id *id, struct boot_manifest *manifest, const uint8_t digest[CRYPTO_HASH])
{
    struct store_info info;
    return store_find(store, id, &info) == STORE_OK && read_manifest(store, &info, manifest) && boot_manifest_digest(manifest) == BOOT_OK &&
           memcmp(manifest->digest, digest, CRYPTO_HASH) == 0 && read_images(store, &info, manifest, false) == BOOT_OK;
}

/* Also one that can not be read any more. */
static int raise_counter(struct store *store, uint32_t version)
{
    uint8_t bytes[8] = { (uint8_t)version, (uint8_t)(version >> 8), (uint8_t)(version >> 16), (uint8_t)(version >> 24) };
    int error = store_transaction_raise(store, "", COUNTER, version);
    return error == STORE_CORRUPT ? store_transaction_put(store, &counter, bytes, sizeof bytes) : error;
}

static int write_confirmed(struct store *store, const char *name, uint32_t version, const uint8_t digest[CRYPTO_HASH])
{
    int error = store_transaction_put(store, &confirmed, digest, CRYPTO_HASH);
    if (error == STORE_OK) {
        error = raise_counter(store, version);
    }
    return error == STORE_OK ? delete_others(store, name) : error;
}

int recovery_confirm(struct store *store, struct boot_manifest *manifest, uint32_t version, const uint8_t digest[CRYPTO_HASH], bool written)
{
    char name[2 * NAME_BYTES + 1];
    struct store_id id = identify(digest, name);
    if (is_confirmed(store, version, digest)) {
        return STORE_OK;
    }
    if (!written && !is_saved(store, &id, manifest, digest)) {
        (void)store_delete(store, &id);             /* so that the next start writes it again */
        return STORE_NOT_FOUND;
    }
    int error = store_begin(store);
    return error == STORE_OK ? commit_or_abort(store, write_confirmed(store, name, version, digest)) : error;
}
