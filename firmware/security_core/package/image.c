/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "image.h"

#include <mailbox/request.h>
#include <stddef.h>
#include <string.h>

#include "../storage.h"

enum { FORMAT = 1, STRIDE = IMAGE_PIECE + IMAGE_TAG };
_Static_assert((int)STORAGE_UNIQUE == (int)IMAGE_NUMBER, "a number is what is unique");
_Static_assert((int)STRIDE <= (int)SCRATCH_SIZE, "a piece fits");

/* What tags are made of: the same bytes elsewhere in the image, in another image, or in another version of it, have another. */
struct piece_statement {
    char what[8];
    uint8_t number[IMAGE_NUMBER];
    uint32_t index, n;
    uint8_t digest[CRYPTO_HASH];
};
struct about_statement {
    char what[8];
    uint8_t about[IMAGE_ABOUT];
    uint8_t kind, bundle_length, name_length, zero;
    char names[2 * STORE_NAME_MAX + 2];
};

/* The image that was found last, and the piece in storage_scratch, whose tag was right. */
static struct {
    struct store_info info;     /* serial 0: none */
    struct image_about about;
    uint32_t piece;             /* its index plus 1; 0: none */
} found;

static uint32_t pieces(uint32_t size)
{
    return (size + IMAGE_PIECE - 1) / IMAGE_PIECE;
}

uint32_t image_stored(uint32_t size)
{
    return size == 0 || size > STORE_VALUE_MAX ? 0 : size + pieces(size) * IMAGE_TAG + IMAGE_ABOUT + IMAGE_TAG;
}

void image_forget(void)
{
    found.piece = 0;
}

/* --- tags --- */

static bool make_tag(const void *statement, size_t n, uint8_t tag[IMAGE_TAG])
{
    uint8_t mac[CRYPTO_HASH] = { 0 };
    const uint8_t *key = storage_kept_key(KEY_OF_IMAGES);
    bool good = key != NULL && crypto_mac(key, statement, n, mac) == CRYPTO_OK;
    memcpy(tag, mac, IMAGE_TAG);
    return good;
}

static bool tag_piece(const uint8_t number[IMAGE_NUMBER], uint32_t index, uint32_t n, struct crypto_sha256 *hash, uint8_t tag[IMAGE_TAG])
{
    struct piece_statement statement = { .what = "piece", .index = index, .n = n };
    memcpy(statement.number, number, IMAGE_NUMBER);
    crypto_sha256_finish(hash, statement.digest);
    return make_tag(&statement, sizeof statement, tag);
}

static bool tag_about(const struct store_id *id, const uint8_t about[IMAGE_ABOUT], uint8_t tag[IMAGE_TAG])
{
    struct about_statement statement = { .what = "about", .kind = id->kind };
    size_t bundle = strlen(id->bundle), name = strlen(id->name);
    statement.bundle_length = (uint8_t)bundle;
    statement.name_length = (uint8_t)name;
    memcpy(statement.about, about, IMAGE_ABOUT);
    memcpy(statement.names, id->bundle, bundle);
    memcpy(statement.names + bundle, id->name, name);
    return make_tag(&statement, sizeof statement, tag);
}

/* Takes as long whatever the bytes are. */
static bool same_tag(const uint8_t *a, const uint8_t *b)
{
    uint8_t differences = 0;
    for (uint32_t i = 0; i < IMAGE_TAG; i++) {
        differences |= a[i] ^ b[i];
    }
    return differences == 0;
}

/* --- writing --- */

static uint32_t append(const struct image_writer *writer, const void *bytes, uint32_t n)
{
    return storage_error(store_stream_append(storage(), writer->stream, bytes, n));
}

uint32_t image_begin(struct image_writer *writer, const struct store_id *id, struct image_about *about)
{
    if (!storage_unique(about->number)) {
        return CORE_NO_RANDOM;
    }
    *writer = (struct image_writer){ .stream = store_stream_begin(storage(), id, image_stored(about->size)) };
    if (writer->stream < 0) {
        return storage_error(writer->stream);
    }
    memcpy(writer->number, about->number, IMAGE_NUMBER);
    crypto_sha256_start(&writer->hash);
    return CORE_SUCCESS;
}

static uint32_t close_piece(struct image_writer *writer)
{
    uint8_t tag[IMAGE_TAG];
    if (!tag_piece(writer->number, writer->index, writer->fill, &writer->hash, tag)) {
        return CORE_STORE_FAILED;
    }
    writer->index++;
    writer->fill = 0;
    crypto_sha256_start(&writer->hash);
    return append(writer, tag, sizeof tag);
}

uint32_t image_add(struct image_writer *writer, const void *bytes, uint32_t n)
{
    const uint8_t *from = bytes;
    while (n > 0) {
        uint32_t part = IMAGE_PIECE - writer->fill < n ? IMAGE_PIECE - writer->fill : n;
        crypto_sha256_add(&writer->hash, from, part);
        uint32_t error = append(writer, from, part);
        from += part;
        n -= part;
        writer->fill += part;
        if (error == CORE_SUCCESS && writer->fill == IMAGE_PIECE) {
            error = close_piece(writer);
        }
        if (error != CORE_SUCCESS) {
            return error;
        }
    }
    return CORE_SUCCESS;
}

/* Little-endian words, as the machine has them. */
static void encode(const struct image_about *about, uint8_t raw[IMAGE_ABOUT])
{
    const uint32_t words[] = { FORMAT, about->size, about->version, about->flags, about->manifest, about->manifest_size };
    memset(raw, 0, IMAGE_ABOUT);
    memcpy(raw, words, sizeof words);
    memcpy(raw + sizeof words, about->key_id, sizeof about->key_id);
    memcpy(raw + sizeof words + sizeof about->key_id, about->number, IMAGE_NUMBER);
}

static bool decode(struct image_about *about, const uint8_t raw[IMAGE_ABOUT])
{
    uint32_t words[6];
    memcpy(words, raw, sizeof words);
    *about = (struct image_about){ .size = words[1], .version = words[2], .flags = words[3], .manifest = words[4], .manifest_size = words[5] };
    memcpy(about->key_id, raw + sizeof words, sizeof about->key_id);
    memcpy(about->number, raw + sizeof words + sizeof about->key_id, IMAGE_NUMBER);
    return words[0] == FORMAT;
}

uint32_t image_end(struct image_writer *writer, const struct store_id *id, const struct image_about *about)
{
    uint8_t raw[IMAGE_ABOUT + IMAGE_TAG];
    uint32_t error = writer->fill > 0 ? close_piece(writer) : CORE_SUCCESS;
    encode(about, raw);
    if (error == CORE_SUCCESS && !tag_about(id, raw, raw + IMAGE_ABOUT)) {
        error = CORE_STORE_FAILED;
    }
    return error == CORE_SUCCESS ? append(writer, raw, sizeof raw) : error;
}

/* --- reading --- */

static uint32_t load(uint32_t offset, void *to, uint32_t n)
{
    int got = store_read(storage(), &found.info, offset, to, n);
    if (got < 0) {
        return storage_error(got);
    }
    return (uint32_t)got == n ? CORE_SUCCESS : CORE_STORE_CORRUPT;
}

static uint32_t read_about(const struct store_id *id)
{
    uint8_t raw[IMAGE_ABOUT + IMAGE_TAG], tag[IMAGE_TAG];
    if (found.info.size <= sizeof raw) {
        return CORE_STORE_CORRUPT;
    }
    uint32_t error = load(found.info.size - (uint32_t)sizeof raw, raw, sizeof raw);
    if (error != CORE_SUCCESS) {
        return error;
    }
    bool good = tag_about(id, raw, tag) && same_tag(tag, raw + IMAGE_ABOUT) && decode(&found.about, raw) &&
                image_stored(found.about.size) == found.info.size;
    return good ? CORE_SUCCESS : CORE_STORE_CORRUPT;
}

uint32_t image_find(const struct store_id *id, const struct image_about **about)
{
    struct store_info info;
    if (storage() == NULL) {
        return storage_state();
    }
    int result = store_find(storage(), id, &info);
    if (result != STORE_OK) {
        return storage_error(result);
    }
    uint32_t error = CORE_SUCCESS;
    if (info.serial != found.info.serial) {
        found.info = info;
        found.piece = 0;
        error = read_about(id);
    }
    if (error != CORE_SUCCESS) {
        found.info.serial = 0;
    }
    *about = &found.about;
    return error;
}

/* Brings a piece into the scratch memory, and compares it with its tag. */
static uint32_t fetch(uint32_t index)
{
    uint32_t begin = index * IMAGE_PIECE, left = found.about.size - begin, n = left < IMAGE_PIECE ? left : (uint32_t)IMAGE_PIECE;
    struct crypto_sha256 hash;
    uint8_t tag[IMAGE_TAG];
    if (found.piece == index + 1) {
        return CORE_SUCCESS;
    }
    found.piece = 0;
    uint32_t error = load(index * STRIDE, storage_scratch, n + IMAGE_TAG);
    if (error != CORE_SUCCESS) {
        return error;
    }
    crypto_sha256_start(&hash);
    crypto_sha256_add(&hash, storage_scratch, n);
    if (!tag_piece(found.about.number, index, n, &hash, tag) || !same_tag(tag, storage_scratch + n)) {
        return CORE_STORE_CORRUPT;
    }
    found.piece = index + 1;
    return CORE_SUCCESS;
}

uint32_t image_read(uint32_t offset, void *to, uint32_t n)
{
    uint8_t *at = to;
    while (n > 0) {
        uint32_t skip = offset % IMAGE_PIECE, part = IMAGE_PIECE - skip < n ? IMAGE_PIECE - skip : n;
        uint32_t error = fetch(offset / IMAGE_PIECE);
        if (error != CORE_SUCCESS) {
            return error;
        }
        memcpy(at, storage_scratch + skip, part);
        at += part;
        offset += part;
        n -= part;
    }
    return CORE_SUCCESS;
}
