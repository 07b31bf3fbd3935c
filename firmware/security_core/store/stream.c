/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Writing of objects: fragments of a fixed size, then the head with the names and the rest of the value. The head's slot
 * is the commit point. */
#include <string.h>

#include "internal.h"

uint32_t store_value_max(const struct store *s)
{
    uint32_t most = s->fragment_size * (UINT8_MAX + 1) + s->fragment_size - 1;
    return most < STORE_VALUE_MAX ? most : STORE_VALUE_MAX;
}

int writable(struct store *s)
{
    return s->read_only ? STORE_WORN : STORE_OK;
}

/* An entry that nobody sees. */
static int make_entry(struct store *s, struct store_stream *stream, uint32_t hash)
{
    int entry = entry_new(s);
    if (entry < 0)
        return entry;
    stream->serial = next_number(s);
    stream->entry = (uint16_t)entry;
    s->entries[entry] = (struct store_entry){
        .hash = hash,
        .serial = stream->serial,
        .flags = ENTRY_USED | ENTRY_PENDING | (stream->kind == STORE_SECRET ? ENTRY_SECRET : 0),
    };
    return STORE_OK;
}

int stream_start(struct store *s, struct store_stream *stream, const struct store_id *id, uint32_t size)
{
    int bundle_length = bounded_length(id->bundle), name_length = bounded_length(id->name);
    if (bundle_length < 0 || name_length < 0 || id->kind == STORE_ANY)
        return STORE_INVALID;
    if (size > store_value_max(s))
        return STORE_TOO_LARGE;
    stream->kind = id->kind;
    stream->bundle_length = (uint8_t)bundle_length;
    stream->name_length = (uint8_t)name_length;
    memcpy(stream->names, id->bundle, (size_t)bundle_length);
    memcpy(stream->names + bundle_length, id->name, (size_t)name_length);
    stream->size = size;
    stream->received = 0;
    stream->writer.open = false;
    int error = make_entry(s, stream, identity_hash(id->kind, id->bundle, (uint32_t)bundle_length, id->name, (uint32_t)name_length));
    stream->open = error == STORE_OK;
    return error;
}

static uint32_t whole_fragments(const struct store *s, const struct store_stream *stream)
{
    return stream->size / s->fragment_size;
}

static int open_head(struct store *s, struct store_stream *stream)
{
    uint32_t names = (uint32_t)stream->bundle_length + stream->name_length;
    int error = writer_open(s, &stream->writer, names + stream->size % s->fragment_size, FOR_VALUE, stream->kind, stream->serial,
                            stream->public);
    return error ? error : writer_put(s, &stream->writer, stream->names, names);
}

static int close_fragment(struct store *s, struct store_stream *stream)
{
    uint32_t index = stream->received / s->fragment_size - 1;
    struct slot slot = {.type = SLOT_FRAGMENT, .kind = stream->kind, .serial = stream->serial, .transaction = stream->serial, .size = index};
    int at = writer_close(s, &stream->writer, &slot);
    if (at < 0)
        return at;
    return fragment_add(s, stream->entry, index, stream->writer.block, (unsigned)at);
}

/* The writer for the next byte. */
static int open_part(struct store *s, struct store_stream *stream)
{
    if (stream->writer.open)
        return STORE_OK;
    if (stream->received / s->fragment_size == whole_fragments(s, stream))
        return open_head(s, stream);
    return writer_open(s, &stream->writer, s->fragment_size, FOR_VALUE, stream->kind, stream->serial, true);
}

int stream_write(struct store *s, struct store_stream *stream, const void *data, uint32_t n)
{
    const uint8_t *from = data;
    if (n > stream->size - stream->received)
        return STORE_TOO_LARGE;
    for (uint32_t piece; n > 0; from += piece, n -= piece) {
        piece = s->fragment_size - stream->received % s->fragment_size;
        if (piece > n)
            piece = n;
        int error = open_part(s, stream);
        if (!error)
            error = writer_put(s, &stream->writer, from, piece);
        if (error)
            return error;
        stream->received += piece;
        if (stream->received % s->fragment_size == 0)
            error = close_fragment(s, stream);
        if (error)
            return error;
    }
    return STORE_OK;
}

/* The head, for itself or (transaction != 0) as a member. Fills in the entry. @return index of the slot. */
static int write_head(struct store *s, struct store_stream *stream, uint32_t transaction, uint32_t replaced)
{
    struct store_entry *e = &s->entries[stream->entry];
    struct slot slot = {
        .type = transaction ? SLOT_MEMBER : SLOT_HEAD,
        .kind = stream->kind,
        .bundle_length = stream->bundle_length,
        .name_length = stream->name_length,
        .serial = stream->serial,
        .transaction = transaction ? transaction : stream->serial,
        .size = stream->size,
        .other = replaced,
        .hash = e->hash,
    };
    int index = writer_close(s, &stream->writer, &slot);
    if (index < 0)
        return index;
    e->block = stream->writer.block;
    e->slot = (uint16_t)index;
    e->flags = (uint8_t)((e->flags & ~ENTRY_PENDING) | (transaction ? ENTRY_MEMBER : 0));
    stream->open = false;
    return index;
}

static void identity_of(const struct store_stream *stream, char names[NAMES_MAX + 2], struct store_id *id)
{
    memcpy(names, stream->names, stream->bundle_length);
    names[stream->bundle_length] = '\0';
    memcpy(names + stream->bundle_length + 1, stream->names + stream->bundle_length, stream->name_length);
    names[stream->bundle_length + 1 + stream->name_length] = '\0';
    *id = (struct store_id){stream->kind, names, names + stream->bundle_length + 1};
}

static int finish_member(struct store *s, struct store_stream *stream, const struct store_id *id, uint32_t transaction)
{
    bool rotten;
    int before = entry_find(s, id, ENTRY_MEMBER, &rotten), old = entry_find(s, id, 0, &rotten);
    int index = write_head(s, stream, transaction, 0);
    if (index < 0)
        return index;
    if (old >= 0)
        s->entries[old].flags |= ENTRY_DOOMED;
    if (before >= 0)
        s->entries[before].flags |= ENTRY_DOOMED;
    return STORE_OK;
}

/* Ends a stream with an object: at once, or as a member of a transaction. */
int stream_finish(struct store *s, struct store_stream *stream, uint32_t transaction)
{
    char names[NAMES_MAX + 2];
    struct store_id id;
    bool rotten;
    if (stream->received != stream->size)
        return STORE_INVALID;
    int error = stream->writer.open ? STORE_OK : open_head(s, stream);
    if (error)
        return error;
    identity_of(stream, names, &id);
    if (transaction)
        return finish_member(s, stream, &id, transaction);
    int old = entry_find(s, &id, 0, &rotten);
    int index = write_head(s, stream, 0, old >= 0 ? s->entries[old].serial : 0);
    if (index < 0)
        return index;
    if (old >= 0)
        error = entry_kill(s, (unsigned)old);
    const struct store_entry *e = &s->entries[stream->entry];
    if (error || slot_mark(s, e->block, e->slot, WORD_CONFIRMED) != STORE_OK)
        s->blocks[e->block].flags |= BLOCK_HOLD;
    return STORE_OK;
}

void stream_drop(struct store *s, struct store_stream *stream)
{
    if (!stream->open)
        return;
    writer_drop(s, &stream->writer);
    entry_forget(s, stream->entry);
    if (stream->kind == STORE_SECRET)
        secret_wipe(s, stream->serial);
    stream->open = false;
}

/* --- the interface --- */

static struct store_stream *stream_of(struct store *s, int number)
{
    bool good = number >= 0 && number < STORE_STREAMS && s->streams[number].open;
    return good ? &s->streams[number] : NULL;
}

/* Said early, where it is certain. */
static int check_space(const struct store *s, uint32_t size)
{
    struct store_statistics now;
    store_statistics(s, &now);
    uint32_t good = now.blocks - now.bad;
    uint64_t most = good > FOR_VALUE ? (uint64_t)(good - FOR_VALUE) * (s->flash->block_size - HEADERS_SIZE) : 0;
    return now.live + size <= most ? STORE_OK : room_error(s);
}

int store_stream_begin(struct store *s, const struct store_id *id, uint32_t size)
{
    int error = writable(s);
    if (!error && size <= store_value_max(s))
        error = check_space(s, size);
    for (int i = 0; !error && i < STORE_STREAMS; i++) {
        struct store_stream *stream = &s->streams[i];
        if (stream->open)
            continue;
        stream->public = true;
        error = stream_start(s, stream, id, size);
        return error ? error : i;
    }
    return error ? error : STORE_BUSY;
}

int store_stream_append(struct store *s, int number, const void *data, uint32_t n)
{
    struct store_stream *stream = stream_of(s, number);
    if (stream == NULL)
        return STORE_INVALID;
    int error = stream_write(s, stream, data, n);
    if (error)
        stream_drop(s, stream);
    tend(s);
    return error;
}

int store_stream_commit(struct store *s, int number)
{
    struct store_stream *stream = stream_of(s, number);
    if (stream == NULL)
        return STORE_INVALID;
    int error = stream_finish(s, stream, 0);
    if (error)
        stream_drop(s, stream);
    tend(s);
    return error;
}

void store_stream_abort(struct store *s, int number)
{
    struct store_stream *stream = stream_of(s, number);
    if (stream != NULL)
        stream_drop(s, stream);
    tend(s);
}

int store_put(struct store *s, const struct store_id *id, const void *value, uint32_t n)
{
    struct store_stream *stream = &s->streams[STORE_STREAMS];
    int error = writable(s);
    if (!error)
        error = stream_start(s, stream, id, n);
    if (!error)
        error = stream_write(s, stream, value, n);
    if (!error)
        error = stream_finish(s, stream, 0);
    stream_drop(s, stream);
    tend(s);
    return error;
}
