/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Finding, reading, and counting what there is. */
#include <string.h>

#include "internal.h"

/* STORE_CORRUPT leaves the names empty. */
static int describe(struct store *s, unsigned entry, struct store_info *info)
{
    char names[NAMES_MAX];
    struct slot slot;
    memset(info, 0, sizeof *info);
    info->entry = (uint16_t)entry;
    info->serial = s->entries[entry].serial;
    int error = entry_slot(s, entry, &slot);
    if (error)
        return error;
    info->kind = slot.kind;
    info->size = slot.size;
    error = entry_names(s, entry, &slot, names);
    if (error)
        return error;
    memcpy(info->bundle, names, slot.bundle_length);
    memcpy(info->name, names + slot.bundle_length, slot.name_length);
    return STORE_OK;
}

int store_find(struct store *s, const struct store_id *id, struct store_info *info)
{
    bool rotten;
    int entry = entry_find(s, id, 0, &rotten);
    if (entry < 0)
        return entry;
    return rotten ? STORE_CORRUPT : describe(s, (unsigned)entry, info);
}

int store_next(struct store *s, uint32_t *cursor, uint8_t kind, const char *bundle, struct store_info *info)
{
    while (*cursor < STORE_OBJECTS) {
        unsigned entry = (*cursor)++;
        if (!entry_visible(&s->entries[entry]))
            continue;
        int error = describe(s, entry, info);
        if (error)
            return error;
        if ((kind == STORE_ANY || kind == info->kind) && (bundle == NULL || strcmp(bundle, info->bundle) == 0))
            return STORE_OK;
    }
    return STORE_NOT_FOUND;
}

/* The CRC of a record covers all of it, so it is read once for any part; the last one is remembered, for those who read in order. */
static int verify(struct store *s, unsigned block, unsigned index, const struct slot *slot)
{
    uint32_t record = (uint32_t)block << 16 | index;
    if (record == s->verified)
        return STORE_OK;
    int error = data_crc(s, block, slot);
    if (!error)
        s->verified = record;
    return error;
}

/* Part of the value that lies in one record. @return bytes read */
static int read_piece(struct store *s, unsigned entry, const struct slot *head, uint32_t offset, void *buf, uint32_t n)
{
    const struct store_entry *e = &s->entries[entry];
    uint32_t index = offset / s->fragment_size, skip = offset % s->fragment_size, at = head->offset + head->bundle_length + head->name_length;
    unsigned block = e->block, where = e->slot;
    struct slot slot = *head;
    if (index < head->size / s->fragment_size) {
        const struct store_fragment *f = fragment_find(s, entry, index);
        if (f == NULL || slot_read(s, f->block, f->slot, &slot) != SLOT_VALID || slot.type != SLOT_FRAGMENT || slot.serial != e->serial)
            return STORE_CORRUPT;
        block = f->block;
        where = f->slot;
        at = slot.offset;
    }
    int error = verify(s, block, where, &slot);
    uint32_t left = slot.offset + slot.length - at - skip;
    if (n > left)
        n = left;
    if (!error)
        error = load(s, block, at + skip, buf, n);
    return error ? error : (int)n;
}

int store_read(struct store *s, const struct store_info *info, uint32_t offset, void *buf, uint32_t n)
{
    struct slot head;
    uint8_t *to = buf;
    uint32_t done = 0;
    if (info->entry >= STORE_OBJECTS || !entry_visible(&s->entries[info->entry]) || s->entries[info->entry].serial != info->serial)
        return STORE_NOT_FOUND;
    int error = entry_slot(s, info->entry, &head);
    if (error)
        return error;
    if (offset >= head.size)
        return 0;
    if (n > head.size - offset)
        n = head.size - offset;
    while (done < n) {
        int piece = read_piece(s, info->entry, &head, offset + done, to + done, n - done);
        if (piece <= 0)
            return piece < 0 ? piece : STORE_CORRUPT;
        done += (uint32_t)piece;
    }
    return (int)done;
}

static uint32_t gap(const struct store_block *b)
{
    uint32_t end = slots_end(b, GUARD);
    return b->low > end ? b->low - end : 0;
}

static void count_block(const struct store *s, const struct store_block *b, struct store_statistics *out)
{
    uint32_t payload = s->flash->block_size - HEADERS_SIZE;
    if (b->flags & (BLOCK_BAD | BLOCK_FAILING)) {
        out->bad++;
        return;
    }
    if (b->erases < out->erases_min)
        out->erases_min = b->erases;
    if (b->erases > out->erases_max)
        out->erases_max = b->erases;
    uint32_t open = block_free(b) ? payload : gap(b), live = b->live < payload ? b->live : payload;
    out->live += live;
    out->free += open;
    out->dead += live + open < payload ? payload - live - open : 0;
}

void store_statistics(const struct store *s, struct store_statistics *out)
{
    *out = (struct store_statistics){.blocks = s->flash->blocks, .erases_min = UINT32_MAX, .collections = s->collections};
    for (unsigned i = 0; i < s->flash->blocks; i++)
        count_block(s, &s->blocks[i], out);
    if (out->erases_min > out->erases_max)
        out->erases_min = out->erases_max;
    for (unsigned i = 0; i < STORE_OBJECTS; i++)
        out->objects += entry_visible(&s->entries[i]);
    /* What a sixteenth of a block or less each is lost to, and what values leave for other records. */
    uint64_t reserve = (uint64_t)(FOR_VALUE + (out->blocks - out->bad) / 16) * (s->flash->block_size - HEADERS_SIZE);
    out->free += out->dead;
    out->free = out->free > reserve && !s->read_only ? out->free - reserve : 0;
}
