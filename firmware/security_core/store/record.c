/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Records: data from the end of a block downward, then a slot that makes it count. A record whose block fails is written to another. */
#include <string.h>

#include <kata/crc32.h>

#include "internal.h"

enum { TRIES = 8, CHUNK = 64 };

uint32_t next_number(struct store *s)
{
    if (s->number + 1 >= NUMBERS_END)
        s->read_only = true; /* after two thousand million changes */
    else
        s->number++;
    return s->number;
}

/* Takes space for the writer's data. Before anything that takes long, is large or is secret, a reservation is written: resume()
 * and secret_wipe() can find what has no slot yet. */
static int take_space(struct store *s, struct store_writer *w)
{
    uint32_t length = padded(w->length);
    for (unsigned tries = 0; tries < TRIES; tries++) {
        unsigned slots = w->reserve ? 2 : 1;
        int block = w->purpose == FOR_COLLECTION ? block_pick(s, length, slots, FOR_COLLECTION)
                                                 : place(s, length, slots, (enum purpose)w->purpose);
        if (block < 0)
            return block;
        struct store_block *b = &s->blocks[block];
        b->low -= length;
        struct slot reserve = {.type = SLOT_RESERVE, .kind = w->kind, .serial = w->serial, .transaction = s->session,
                               .offset = b->low, .length = length};
        w->start = b->low;
        w->block = (uint8_t)block;
        if (w->reserve && slot_append(s, (unsigned)block, &reserve) < 0)
            continue;
        b->pins++;
        return STORE_OK;
    }
    return STORE_WORN;
}

int writer_open(struct store *s, struct store_writer *w, uint32_t length, enum purpose purpose, uint8_t kind, uint32_t serial, bool reserve)
{
    w->length = length;
    w->flushed = w->crc = w->fill = 0;
    w->serial = serial;
    w->kind = kind;
    w->purpose = (uint8_t)purpose;
    w->reserve = reserve || padded(length) > s->small || kind == STORE_SECRET;
    int error = take_space(s, w);
    w->open = error == STORE_OK;
    return error;
}

/* Data without a slot stays: it is reserved now, if it was not before. */
static void leave_block(struct store *s, struct store_writer *w)
{
    struct slot reserve = {.type = SLOT_RESERVE, .transaction = s->session, .offset = w->start, .length = padded(w->length)};
    s->blocks[w->block].pins--;
    if (!w->reserve && !(s->blocks[w->block].flags & BLOCK_FAILING))
        slot_append(s, w->block, &reserve);
}

/* The block has failed: copies what was written so far (and verified then) to another one. */
static int move_on(struct store *s, struct store_writer *w)
{
    uint8_t chunk[CHUNK];
    unsigned from = w->block;
    uint32_t start = w->start;
    for (unsigned tries = 0; tries < TRIES; tries++) {
        uint32_t at = 0, piece;
        leave_block(s, w);
        int error = take_space(s, w);
        if (error) {
            w->open = false;
            return error;
        }
        for (; !error && at < w->flushed; at += piece) {
            piece = w->flushed - at < CHUNK ? w->flushed - at : CHUNK;
            if (load(s, from, start + at, chunk, piece) != STORE_OK) {
                return STORE_IO;
            }
            error = write_checked(s, w->block, w->start + at, chunk, piece);
        }
        if (!error)
            return STORE_OK;
    }
    return STORE_WORN;
}

/* The next n bytes, whole words, in the writer's block, or if that fails, together with what was before them in another one. */
static int write_words(struct store *s, struct store_writer *w, const void *data, uint32_t n)
{
    for (unsigned tries = 0; n > 0; tries++) {
        if (write_checked(s, w->block, w->start + w->flushed, data, n) == STORE_OK)
            break;
        int error = tries < TRIES ? move_on(s, w) : STORE_WORN;
        if (error)
            return error;
    }
    w->flushed += n;
    return STORE_OK;
}

static int flush(struct store *s, struct store_writer *w)
{
    uint32_t n = padded(w->fill);
    memset(w->buffer + w->fill, 0xff, n - w->fill);
    w->fill = 0;
    return write_words(s, w, w->buffer, n);
}

/* Bytes up to where the buffer ends in the flash's pages. */
static uint32_t room(const struct store_writer *w)
{
    return (uint32_t)sizeof w->buffer - (w->start + w->flushed) % (uint32_t)sizeof w->buffer - w->fill;
}

int writer_put(struct store *s, struct store_writer *w, const void *data, uint32_t n)
{
    const uint8_t *from = data;
    w->crc = crc32_update(w->crc, data, n);
    int error = STORE_OK;
    for (uint32_t piece; n > 0 && !error; from += piece, n -= piece) {
        if (w->fill == 0 && n > sizeof w->buffer) { /* not through the buffer: the flash takes more at once */
            piece = n - n % (uint32_t)sizeof w->buffer;
            error = write_words(s, w, from, piece);
            continue;
        }
        piece = n < room(w) ? n : room(w);
        memcpy(w->buffer + w->fill, from, piece);
        w->fill = (uint16_t)(w->fill + piece);
        if (room(w) == 0)
            error = flush(s, w);
    }
    return error;
}

/* Writes what is left, and the slot with the data's place and CRC. @return index of the slot in w->block. */
int writer_close(struct store *s, struct store_writer *w, struct slot *slot)
{
    int error = flush(s, w);
    slot->length = w->length;
    slot->crc = w->crc;
    for (unsigned tries = 0; !error; tries++) {
        slot->offset = w->start;
        int index = slot_append(s, w->block, slot);
        if (index >= 0) {
            s->blocks[w->block].pins--;
            s->blocks[w->block].live += footprint(w->length);
            w->open = false;
            return index;
        }
        error = tries < TRIES ? move_on(s, w) : STORE_WORN;
    }
    return error;
}

void writer_drop(struct store *s, struct store_writer *w)
{
    if (w->open)
        leave_block(s, w);
    w->open = false;
}

/* Writes a record without data. @return index of its slot. */
int record_append(struct store *s, const struct slot *slot, enum purpose purpose, unsigned *block)
{
    for (unsigned tries = 0; tries < TRIES; tries++) {
        int to = purpose == FOR_COLLECTION ? block_pick(s, 0, 1, purpose) : place(s, 0, 1, purpose);
        if (to < 0)
            return to;
        *block = (unsigned)to;
        int index = slot_append(s, *block, slot);
        if (index >= 0)
            return index;
    }
    return STORE_WORN;
}

/* Copies a record, with the slot as the caller has changed it. @return index of the new slot. */
int record_copy(struct store *s, unsigned block, struct slot *slot, unsigned *to)
{
    uint8_t chunk[CHUNK];
    struct store_writer *w = &s->copier;
    uint32_t from = slot->offset, left = slot->length;
    int error = writer_open(s, w, left, FOR_COLLECTION, slot->kind, slot->serial, false);
    for (uint32_t piece; !error && left > 0; from += piece, left -= piece) {
        piece = left < CHUNK ? left : CHUNK;
        error = load(s, block, from, chunk, piece);
        if (!error)
            error = writer_put(s, w, chunk, piece);
    }
    w->crc = slot->crc; /* what was wrong before stays wrong */
    int index = error ? error : writer_close(s, w, slot);
    if (index < 0)
        writer_drop(s, w);
    *to = w->block;
    return index;
}
