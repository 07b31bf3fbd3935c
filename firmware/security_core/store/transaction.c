/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Several changes as one: members are written like objects but do not count; one COMMIT record makes them valid and kills what they replace. */
#include <string.h>

#include "internal.h"

int store_begin(struct store *s)
{
    int error = writable(s);
    if (error)
        return error;
    if (s->transaction)
        return STORE_BUSY;
    s->transaction = next_number(s);
    return STORE_OK;
}

static int open_transaction(struct store *s)
{
    return s->transaction ? writable(s) : STORE_INVALID;
}

int store_transaction_put(struct store *s, const struct store_id *id, const void *value, uint32_t n)
{
    struct store_stream *stream = &s->streams[STORE_STREAMS];
    int error = open_transaction(s);
    if (!error)
        error = stream_start(s, stream, id, n);
    if (!error)
        error = stream_write(s, stream, value, n);
    if (!error)
        error = stream_finish(s, stream, s->transaction);
    stream_drop(s, stream);
    tend(s);
    return error;
}

int store_transaction_stream(struct store *s, int number)
{
    if (number < 0 || number >= STORE_STREAMS || !s->streams[number].open)
        return STORE_INVALID;
    int error = open_transaction(s);
    if (!error)
        error = stream_finish(s, &s->streams[number], s->transaction);
    if (error)
        stream_drop(s, &s->streams[number]);
    tend(s);
    return error;
}

int store_transaction_delete(struct store *s, const struct store_id *id)
{
    bool rotten;
    int error = open_transaction(s);
    if (error)
        return error;
    int member = entry_find(s, id, ENTRY_MEMBER, &rotten), old = entry_find(s, id, 0, &rotten);
    bool there = member >= 0 || (old >= 0 && !(s->entries[old].flags & ENTRY_DOOMED));
    if (!there)
        return old < 0 ? old : STORE_NOT_FOUND;
    if (old >= 0)
        s->entries[old].flags |= ENTRY_DOOMED;
    if (member >= 0)
        s->entries[member].flags |= ENTRY_DOOMED;
    return STORE_OK;
}

/* An object whose names cannot be read belongs to the bundle whose hash it has. */
static bool belongs(struct store *s, unsigned entry, uint8_t kind, const char *bundle, uint32_t bundle_length)
{
    char names[NAMES_MAX];
    struct slot slot;
    const struct store_entry *e = &s->entries[entry];
    if ((e->hash ^ identity_hash(0, bundle, bundle_length, "", 0)) >> 16 != 0)
        return false;
    if (entry_slot(s, entry, &slot) != STORE_OK)
        return kind == STORE_ANY;
    if ((kind != STORE_ANY && kind != slot.kind) || slot.bundle_length != bundle_length)
        return false;
    return entry_names(s, entry, &slot, names) != STORE_OK || memcmp(names, bundle, bundle_length) == 0;
}

int store_transaction_delete_all(struct store *s, uint8_t kind, const char *bundle)
{
    int bundle_length = bounded_length(bundle), count = 0;
    int error = bundle_length < 0 ? bundle_length : open_transaction(s);
    for (unsigned i = 0; !error && i < STORE_OBJECTS; i++) {
        struct store_entry *e = &s->entries[i];
        bool there = !(e->flags & ENTRY_DOOMED) && (e->flags & ENTRY_MEMBER || entry_visible(e));
        if (there && belongs(s, i, kind, bundle, (uint32_t)bundle_length)) {
            e->flags |= ENTRY_DOOMED;
            count++;
        }
    }
    return error ? error : count;
}

static unsigned count_flagged(const struct store *s, uint8_t flag)
{
    unsigned n = 0;
    for (unsigned i = 0; i < STORE_OBJECTS; i++)
        n += (s->entries[i].flags & flag) != 0;
    return n;
}

/* The commit point. @return index of the slot */
static int write_commit(struct store *s, unsigned *block)
{
    struct store_writer *w = &s->streams[STORE_STREAMS].writer;
    unsigned doomed = count_flagged(s, ENTRY_DOOMED);
    struct slot slot = {.type = SLOT_COMMIT, .transaction = s->transaction, .size = doomed};
    int error = writer_open(s, w, 4 * doomed, FOR_RECORD, 0, 0, false);
    for (unsigned i = 0; !error && i < STORE_OBJECTS; i++) {
        uint8_t serial[4];
        put32(serial, s->entries[i].serial);
        if (s->entries[i].flags & ENTRY_DOOMED)
            error = writer_put(s, w, serial, sizeof serial);
    }
    int index = error ? error : writer_close(s, w, &slot);
    *block = w->block;
    if (index < 0)
        writer_drop(s, w);
    else
        s->blocks[w->block].live -= footprint(4 * doomed); /* not needed for longer than this call */
    return index;
}

static int apply(struct store *s)
{
    int error = STORE_OK;
    for (unsigned i = 0; i < STORE_OBJECTS; i++) {
        struct store_entry *e = &s->entries[i];
        if ((e->flags & (ENTRY_MEMBER | ENTRY_DOOMED)) == ENTRY_MEMBER &&
            slot_mark(s, e->block, e->slot, WORD_CONFIRMED) != STORE_OK)
            error = STORE_IO;
        e->flags &= (uint8_t)~ENTRY_MEMBER;
    }
    for (unsigned i = 0; i < STORE_OBJECTS; i++)
        if (s->entries[i].flags & ENTRY_DOOMED && entry_kill(s, i) != STORE_OK)
            error = STORE_IO;
    return error;
}

int store_commit(struct store *s)
{
    unsigned block;
    int error = open_transaction(s);
    if (!error && count_flagged(s, ENTRY_MEMBER | ENTRY_DOOMED) > 0) {
        int index = write_commit(s, &block);
        if (index >= 0 && (apply(s) != STORE_OK || slot_mark(s, block, (unsigned)index, WORD_CONFIRMED) != STORE_OK))
            s->blocks[block].flags |= BLOCK_HOLD;
        error = index < 0 ? index : STORE_OK;
    }
    if (!error)
        s->transaction = 0;
    tend(s);
    return error;
}

void store_abort(struct store *s)
{
    for (unsigned i = 0; i < STORE_OBJECTS; i++) {
        struct store_entry *e = &s->entries[i];
        e->flags &= (uint8_t)~ENTRY_DOOMED;
        if (e->flags & ENTRY_MEMBER)
            entry_kill(s, i);
    }
    s->transaction = 0;
    tend(s);
}

/* A single one needs no transaction: its slot says all. */
int store_delete(struct store *s, const struct store_id *id)
{
    bool rotten;
    unsigned block;
    int error = writable(s);
    int entry = error ? error : entry_find(s, id, 0, &rotten);
    if (entry < 0)
        return entry;
    uint32_t number = next_number(s);
    struct slot slot = {.type = SLOT_DELETE, .serial = number, .transaction = number, .other = s->entries[entry].serial};
    int index = record_append(s, &slot, FOR_RECORD, &block);
    if (index >= 0 && (entry_kill(s, (unsigned)entry) != STORE_OK || slot_mark(s, block, (unsigned)index, WORD_CONFIRMED) != STORE_OK))
        s->blocks[block].flags |= BLOCK_HOLD;
    tend(s);
    return index < 0 ? index : STORE_OK;
}
