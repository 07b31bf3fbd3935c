/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The flash below the store: whatever is written is read back, and a block that does not hold it is marked as failing. */
#include <string.h>

#include <kata/crc32.h>

#include "internal.h"

enum { CHUNK = 128 }; /* bytes on the stack */

int load(struct store *s, unsigned block, uint32_t offset, void *buf, uint32_t n)
{
    const struct flash *f = s->flash;
    return f->read(f->ctx, block * f->block_size + offset, buf, n) == 0 ? STORE_OK : STORE_IO;
}

static int failing(struct store *s, unsigned block)
{
    s->blocks[block].flags |= BLOCK_FAILING;
    s->disturbed = true;
    return STORE_IO;
}

static bool holds(struct store *s, unsigned block, uint32_t offset, const uint8_t *data, uint32_t n)
{
    uint8_t seen[CHUNK];
    for (uint32_t piece; n > 0; offset += piece, data += piece, n -= piece) {
        piece = n < CHUNK ? n : CHUNK;
        if (load(s, block, offset, seen, piece) != STORE_OK || memcmp(seen, data, piece) != 0)
            return false;
    }
    return true;
}

/* Programs n bytes (offset and n multiples of 4), page by page. */
int write_checked(struct store *s, unsigned block, uint32_t offset, const void *data, uint32_t n)
{
    const struct flash *f = s->flash;
    const uint8_t *from = data;
    for (uint32_t piece; n > 0; offset += piece, from += piece, n -= piece) {
        piece = f->page_size - offset % f->page_size;
        if (piece > n)
            piece = n;
        if (f->program(f->ctx, block * f->block_size + offset, from, piece) != 0 || !holds(s, block, offset, from, piece))
            return failing(s, block);
    }
    return STORE_OK;
}

int write_zeros(struct store *s, unsigned block, uint32_t offset, uint32_t n)
{
    static const uint8_t zeros[CHUNK];
    for (uint32_t piece; n > 0; offset += piece, n -= piece) {
        piece = n < CHUNK ? n : CHUNK;
        int error = write_checked(s, block, offset, zeros, piece);
        if (error)
            return error;
    }
    return STORE_OK;
}

int erase_checked(struct store *s, unsigned block)
{
    const struct flash *f = s->flash;
    uint8_t seen[CHUNK];
    if (f->erase(f->ctx, block) != 0)
        return failing(s, block);
    for (uint32_t offset = 0; offset < f->block_size; offset += CHUNK)
        if (load(s, block, offset, seen, CHUNK) != STORE_OK || !all_bytes(seen, CHUNK, 0xff))
            return failing(s, block);
    return STORE_OK;
}

static uint32_t slot_offset(unsigned index)
{
    return HEADERS_SIZE + index * SLOT_SIZE;
}

/* A slot that the flash refuses to read counts as unreadable; so does one whose data would lie over slots, which no overwriting must reach. */
enum slot_state slot_read(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    uint8_t raw[SLOT_SIZE];
    if (load(s, block, slot_offset(index), raw, SLOT_SIZE) != STORE_OK)
        return SLOT_UNREADABLE;
    enum slot_state state = slot_decode(s, raw, slot);
    return state == SLOT_VALID && slot->length > 0 && slot->offset < slot_offset(index + 1) ? SLOT_UNREADABLE : state;
}

/* Clears one of a slot's state words. */
int slot_mark(struct store *s, unsigned block, unsigned index, enum slot_word word)
{
    return write_zeros(s, block, slot_offset(index) + 4 * (uint32_t)word, 4);
}

/* Before something is done because a slot is settled: the power cut may have come in its settling, if it is the last one in a block that has not been
 * appended to since. What was read is made whole, so that it is not buried. */
int slot_settle(struct store *s, unsigned block, unsigned index)
{
    const struct store_block *b = &s->blocks[block];
    return b->flags & BLOCK_READY || index + 1u != b->slots ? STORE_OK : slot_mark(s, block, index, WORD_SETTLED);
}

/* A slot that is not to be read. Its state words stay: half zeroed they would say something. */
int slot_void(struct store *s, unsigned block, unsigned index)
{
    return write_zeros(s, block, slot_offset(index) + SLOT_BODY, SLOT_SIZE - SLOT_BODY);
}

/* Writes the next slot of a block, and settles it: that is the point from which on it counts, and only begins when
 * the slot is known to be whole (DESIGN: half-programmed bits). @return its index, or an error. */
int slot_append(struct store *s, unsigned block, const struct slot *slot)
{
    uint8_t raw[SLOT_SIZE];
    struct store_block *b = &s->blocks[block];
    unsigned index = b->slots++;
    slot_encode(raw, slot);
    if (write_checked(s, block, slot_offset(index), raw, SLOT_SIZE) != STORE_OK ||
        slot_mark(s, block, index, WORD_SETTLED) != STORE_OK) {
        slot_void(s, block, index); /* if that can be done: it never was */
        return STORE_IO;
    }
    return (int)index;
}

/* Is the data of a slot what was written? */
int data_crc(struct store *s, unsigned block, const struct slot *slot)
{
    uint8_t chunk[CHUNK];
    uint32_t crc = 0, offset = slot->offset, left = slot->length;
    for (uint32_t piece; left > 0; offset += piece, left -= piece) {
        piece = left < CHUNK ? left : CHUNK;
        if (load(s, block, offset, chunk, piece) != STORE_OK)
            return STORE_IO;
        crc = crc32_update(crc, chunk, piece);
    }
    return crc == slot->crc ? STORE_OK : STORE_CORRUPT;
}
