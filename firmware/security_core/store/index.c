/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Where the objects and their fragments are. Names stay in the flash; a hash of 32 bits finds them. */
#include <string.h>

#include <kata/crc32.h>

#include "internal.h"

static bool used(const struct store_entry *e)
{
    return e->flags & ENTRY_USED;
}

/* Others than the one who writes it may see it. */
bool entry_visible(const struct store_entry *e)
{
    return (e->flags & (ENTRY_USED | ENTRY_PENDING | ENTRY_MEMBER)) == ENTRY_USED;
}

/* SPEC 4.3: bundle in the upper half, so that a bundle's objects are found without reading them all. */
uint32_t identity_hash(uint8_t kind, const char *bundle, uint32_t bundle_length, const char *name, uint32_t name_length)
{
    uint32_t low = crc32_update(crc32_update(0, &kind, 1), name, name_length);
    return crc32_update(0, bundle, bundle_length) << 16 | (low & 0xffff);
}

/* Length of a bundle id or name, STORE_INVALID if it is too long. */
int bounded_length(const char *text)
{
    unsigned n = 0;
    while (n <= STORE_NAME_MAX && text[n] != '\0')
        n++;
    return n <= STORE_NAME_MAX ? (int)n : STORE_INVALID;
}

int entry_new(struct store *s)
{
    for (unsigned i = 0; i < STORE_OBJECTS; i++)
        if (!used(&s->entries[i]))
            return (int)i;
    return STORE_FULL;
}

int entry_by_serial(const struct store *s, uint32_t serial)
{
    for (unsigned i = 0; i < STORE_OBJECTS; i++)
        if (used(&s->entries[i]) && s->entries[i].serial == serial)
            return (int)i;
    return STORE_NOT_FOUND;
}

/* The object whose slot that is; those of streams have none yet. */
int entry_at(const struct store *s, unsigned block, unsigned slot)
{
    for (unsigned i = 0; i < STORE_OBJECTS; i++) {
        const struct store_entry *e = &s->entries[i];
        if (used(e) && !(e->flags & ENTRY_PENDING) && e->block == block && e->slot == slot)
            return (int)i;
    }
    return STORE_NOT_FOUND;
}

int entry_slot(struct store *s, unsigned entry, struct slot *slot)
{
    const struct store_entry *e = &s->entries[entry];
    if (slot_read(s, e->block, e->slot, slot) != SLOT_VALID || slot->serial != e->serial)
        return STORE_CORRUPT;
    return slot->type == SLOT_HEAD || slot->type == SLOT_MEMBER ? STORE_OK : STORE_CORRUPT;
}

/* Bundle and name, one behind the other. */
int entry_names(struct store *s, unsigned entry, const struct slot *slot, char names[NAMES_MAX])
{
    const struct store_entry *e = &s->entries[entry];
    int error = load(s, e->block, slot->offset, names, (uint32_t)slot->bundle_length + slot->name_length);
    if (error)
        return error;
    uint32_t hash = identity_hash(slot->kind, names, slot->bundle_length, names + slot->bundle_length, slot->name_length);
    return hash == e->hash ? STORE_OK : STORE_CORRUPT;
}

/* 1 for the object of that identity, 0 for another, STORE_CORRUPT if it probably is but cannot be read. */
static int is(struct store *s, unsigned entry, const struct store_id *id, uint32_t bundle_length, uint32_t name_length)
{
    char names[NAMES_MAX];
    struct slot slot;
    int error = entry_slot(s, entry, &slot);
    if (error)
        return error;
    if (slot.kind != id->kind || slot.bundle_length != bundle_length || slot.name_length != name_length)
        return 0;
    error = entry_names(s, entry, &slot, names);
    if (error)
        return error;
    return memcmp(names, id->bundle, bundle_length) == 0 && memcmp(names + bundle_length, id->name, name_length) == 0;
}

/* Is it one of those that entry_find() looks at? */
static bool candidate(const struct store_entry *e, uint8_t flags)
{
    return flags ? e->flags & flags && !(e->flags & ENTRY_DOOMED) : entry_visible(e);
}

/* The object of an identity among the transaction's own (flags = ENTRY_MEMBER), or among the visible ones (0). rotten: its names cannot be read,
 * and none that can be read is it. */
int entry_find(struct store *s, const struct store_id *id, uint8_t flags, bool *rotten)
{
    int bundle_length = bounded_length(id->bundle), name_length = bounded_length(id->name), found = STORE_NOT_FOUND;
    *rotten = false;
    if (bundle_length < 0 || name_length < 0 || id->kind == STORE_ANY)
        return STORE_INVALID;
    uint32_t hash = identity_hash(id->kind, id->bundle, (uint32_t)bundle_length, id->name, (uint32_t)name_length);
    for (unsigned i = 0; i < STORE_OBJECTS; i++) {
        const struct store_entry *e = &s->entries[i];
        if (e->hash != hash || !candidate(e, flags))
            continue;
        int match = is(s, i, id, (uint32_t)bundle_length, (uint32_t)name_length);
        if (match == STORE_IO)
            return STORE_IO;
        if (match > 0)
            return (int)i;
        if (match < 0 && found < 0)
            found = (int)i;
    }
    *rotten = found >= 0;
    return found;
}

/* Are both of the same identity, as far as their names can be read? */
bool entry_same(struct store *s, unsigned a, unsigned b)
{
    char names[2][NAMES_MAX];
    struct slot slots[2];
    if (!entry_visible(&s->entries[a]) || !entry_visible(&s->entries[b]) || s->entries[a].hash != s->entries[b].hash ||
        entry_slot(s, a, &slots[0]) != STORE_OK || entry_slot(s, b, &slots[1]) != STORE_OK)
        return false;
    if (slots[0].kind != slots[1].kind || slots[0].bundle_length != slots[1].bundle_length || slots[0].name_length != slots[1].name_length)
        return false;
    return entry_names(s, a, &slots[0], names[0]) == STORE_OK && entry_names(s, b, &slots[1], names[1]) == STORE_OK &&
           memcmp(names[0], names[1], (size_t)slots[0].bundle_length + slots[0].name_length) == 0;
}

/* Gives back what an entry uses in memory, and the space of its fragments. */
void entry_forget(struct store *s, unsigned entry)
{
    for (unsigned i = 0; i < STORE_FRAGMENTS; i++) {
        struct store_fragment *f = &s->fragments[i];
        if (f->entry == entry) {
            s->blocks[f->block].live -= footprint(s->fragment_size);
            f->entry = FREE_ENTRY;
        }
    }
    s->entries[entry].flags = 0;
}

/* An object with a slot is dead from now on: secrets are overwritten, and the slot says so. On STORE_IO its block is failing. */
int entry_kill(struct store *s, unsigned entry)
{
    struct store_entry e = s->entries[entry];
    struct store_block *b = &s->blocks[e.block];
    struct slot slot;
    int error = e.flags & ENTRY_SECRET ? secret_wipe(s, e.serial) : STORE_OK;
    if (slot_mark(s, e.block, e.slot, WORD_DEAD) != STORE_OK)
        error = STORE_IO;
    /* A slot that cannot be read keeps its space until its block is collected for another reason. */
    if (slot_read(s, e.block, e.slot, &slot) == SLOT_VALID && b->live >= footprint(slot.length))
        b->live -= footprint(slot.length);
    entry_forget(s, entry);
    return error;
}

int fragment_add(struct store *s, unsigned entry, unsigned index, unsigned block, unsigned slot)
{
    for (unsigned i = 0; i < STORE_FRAGMENTS; i++) {
        if (s->fragments[i].entry == FREE_ENTRY) {
            s->fragments[i] = (struct store_fragment){(uint16_t)entry, (uint16_t)slot, (uint8_t)block, (uint8_t)index};
            return STORE_OK;
        }
    }
    return STORE_FULL;
}

struct store_fragment *fragment_find(struct store *s, unsigned entry, unsigned index)
{
    for (unsigned i = 0; i < STORE_FRAGMENTS; i++)
        if (s->fragments[i].entry == entry && s->fragments[i].index == index)
            return &s->fragments[i];
    return NULL;
}

struct store_fragment *fragment_at(struct store *s, unsigned block, unsigned slot)
{
    for (unsigned i = 0; i < STORE_FRAGMENTS; i++) {
        struct store_fragment *f = &s->fragments[i];
        if (f->entry != FREE_ENTRY && f->block == block && (f->slot & ~FRAGMENT_MOVED) == slot)
            return f;
    }
    return NULL;
}
