/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Collection: what is in use in a block is copied, a COLLECT record makes the copies valid, and the block is erased. The same empties
 * blocks that fail, and moves data that never changes out of blocks that are erased too rarely. */
#include "internal.h"

/* Space that nothing uses and nothing can use before the block is erased. */
static uint32_t dead_bytes(const struct store *s, const struct store_block *b)
{
    uint32_t end = slots_end(b, 0), taken = s->flash->block_size - HEADERS_SIZE;
    if (b->low > end)
        taken -= b->low - end;
    return taken > b->live ? taken - b->live : 0;
}

/* Somebody is writing to the block, or the transaction's commit will look for its members where they are. */
static bool in_use(const struct store *s, unsigned block)
{
    if (s->blocks[block].pins > 0)
        return true;
    for (unsigned i = 0; i < STORE_OBJECTS; i++)
        if (s->entries[i].flags & ENTRY_MEMBER && s->entries[i].block == block)
            return true;
    return false;
}

static bool collectable(const struct store *s, unsigned block)
{
    const struct store_block *b = &s->blocks[block];
    return block_usable(b) && b->live > 0 && !(b->flags & BLOCK_HOLD) && !in_use(s, block);
}

/* The block with most to gain, at least `least` bytes. */
static int victim(const struct store *s, uint32_t least)
{
    int best = -1;
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        uint32_t dead = dead_bytes(s, &s->blocks[i]);
        if (dead >= least && collectable(s, i)) {
            best = (int)i;
            least = dead + 1;
        }
    }
    return best;
}

/* --- copying --- */

static int copy_object(struct store *s, unsigned from, struct slot *slot, unsigned entry, uint32_t number)
{
    struct store_entry *e = &s->entries[entry];
    unsigned to;
    slot->type = SLOT_MEMBER;
    slot->transaction = number;
    slot->other = 0;
    int index = record_copy(s, from, slot, &to);
    if (index < 0)
        return index;
    e->block = (uint8_t)to;
    e->slot = (uint16_t)index;
    e->flags |= ENTRY_MOVED;
    return STORE_OK;
}

static int copy_fragment(struct store *s, unsigned from, struct slot *slot, struct store_fragment *f, uint32_t number)
{
    unsigned to;
    slot->transaction = number;
    int index = record_copy(s, from, slot, &to);
    if (index < 0)
        return index;
    f->block = (uint8_t)to;
    f->slot = (uint16_t)(index | FRAGMENT_MOVED);
    return STORE_OK;
}

static int copy_slot(struct store *s, unsigned from, unsigned index, uint32_t number)
{
    struct slot slot;
    if (slot_read(s, from, index, &slot) != SLOT_VALID)
        return STORE_OK;
    if (slot.type == SLOT_HEAD || slot.type == SLOT_MEMBER) {
        int entry = entry_at(s, from, index);
        return entry < 0 ? STORE_OK : copy_object(s, from, &slot, (unsigned)entry, number);
    }
    if (slot.type == SLOT_FRAGMENT) {
        struct store_fragment *f = fragment_at(s, from, index);
        return f == NULL ? STORE_OK : copy_fragment(s, from, &slot, f, number);
    }
    if (slot.type == SLOT_BAD && slot.confirmed)
        s->blocks[slot.size].flags &= (uint8_t)~BLOCK_SAVED;
    return STORE_OK;
}

static bool all_bad_saved(const struct store *s)
{
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if ((s->blocks[i].flags & (BLOCK_BAD | BLOCK_SAVED)) == BLOCK_BAD)
            return false;
    return true;
}

static int copy_all(struct store *s, unsigned from, uint32_t number)
{
    for (unsigned i = 0; i < s->blocks[from].slots; i++) {
        int error = copy_slot(s, from, i, number);
        if (error)
            return error;
    }
    bad_blocks_save(s);
    return all_bad_saved(s) ? session_keep(s, from) : STORE_FULL;
}

/* --- giving up: the originals are still there --- */

static void back_object(struct store *s, unsigned block, unsigned index, const struct slot *slot)
{
    int entry = entry_by_serial(s, slot->serial);
    if (entry < 0 || slot->dead || !(s->entries[entry].flags & ENTRY_MOVED))
        return;
    struct store_entry *e = &s->entries[entry];
    s->blocks[e->block].live -= footprint(slot->length);
    e->block = (uint8_t)block;
    e->slot = (uint16_t)index;
    e->flags &= (uint8_t)~ENTRY_MOVED;
}

static void back_fragment(struct store *s, unsigned block, unsigned index, const struct slot *slot)
{
    int entry = entry_by_serial(s, slot->serial);
    struct store_fragment *f = entry < 0 ? NULL : fragment_find(s, (unsigned)entry, slot->size);
    if (f == NULL || !(f->slot & FRAGMENT_MOVED))
        return;
    s->blocks[f->block].live -= footprint(slot->length);
    f->block = (uint8_t)block;
    f->slot = (uint16_t)index;
}

/* Confirmed objects first: an earlier attempt of another block may have left a copy here that never became valid. */
static void copy_back(struct store *s, unsigned block)
{
    for (unsigned confirmed = 2; confirmed-- > 0;) {
        for (unsigned i = 0; i < s->blocks[block].slots; i++) {
            struct slot slot;
            if (slot_read(s, block, i, &slot) != SLOT_VALID)
                continue;
            if (slot.type == SLOT_FRAGMENT)
                back_fragment(s, block, i, &slot);
            else if (slot.type == SLOT_BAD && slot.confirmed)
                s->blocks[slot.size].flags |= BLOCK_SAVED;
            else if ((slot.type == SLOT_HEAD || slot.type == SLOT_MEMBER) && slot.confirmed == (confirmed == 1))
                back_object(s, block, i, &slot);
        }
    }
}

/* --- the end of a collection --- */

static int confirm_moved(struct store *s)
{
    int error = STORE_OK;
    for (unsigned i = 0; i < STORE_OBJECTS; i++) {
        struct store_entry *e = &s->entries[i];
        if (!(e->flags & ENTRY_MOVED))
            continue;
        e->flags &= (uint8_t)~ENTRY_MOVED;
        if (slot_mark(s, e->block, e->slot, WORD_CONFIRMED) != STORE_OK)
            error = STORE_IO;
    }
    for (unsigned i = 0; i < STORE_FRAGMENTS; i++)
        s->fragments[i].slot &= (uint16_t)~FRAGMENT_MOVED;
    return error;
}

/* Objects whose slot in the block could not be read are lost. */
static void forget_rest(struct store *s, unsigned block)
{
    for (unsigned i = 0; i < STORE_OBJECTS; i++) {
        struct store_entry *e = &s->entries[i];
        if (e->flags & ENTRY_USED && !(e->flags & ENTRY_PENDING) && e->block == block)
            entry_forget(s, i);
    }
    for (unsigned i = 0; i < STORE_FRAGMENTS; i++)
        if (s->fragments[i].entry != FREE_ENTRY && s->fragments[i].block == block)
            s->fragments[i].entry = FREE_ENTRY;
}

/* A block without anything in use is out of use itself. */
static void retire_block(struct store *s, unsigned block)
{
    secret_wipe_block(s, block);
    s->blocks[block].flags = BLOCK_BAD;
    s->blocks[block].live = 0;
    bad_blocks_save(s);
}

/* Erases or retires a block whose copies are valid; also what is left to do of this at the next opening. */
int collect_finish(struct store *s, unsigned block, bool retire)
{
    forget_rest(s, block);
    s->blocks[block].live = 0;
    s->collections++;
    int error = retire ? STORE_OK : block_erase(s, block);
    if (retire)
        retire_block(s, block);
    else if (error)
        bad_blocks_save(s);
    uint8_t bad = s->blocks[block].flags & (BLOCK_BAD | BLOCK_SAVED);
    return bad == (BLOCK_BAD | BLOCK_SAVED) ? STORE_OK : bad ? STORE_FULL : error;
}

/* @return index of the COLLECT record, the commit point, or an error. */
static int copy_and_commit(struct store *s, unsigned block, bool retire, unsigned *to)
{
    uint32_t number = next_number(s);
    int error = copy_all(s, block, number);
    if (error)
        return error;
    struct slot slot = {.type = SLOT_COLLECT, .kind = retire, .transaction = number, .size = block, .other = s->blocks[block].erases};
    return record_append(s, &slot, FOR_COLLECTION, to);
}

int collect(struct store *s, unsigned block)
{
    struct store_block *b = &s->blocks[block];
    bool retire = b->flags & BLOCK_FAILING;
    unsigned to;
    if (free_blocks(s) == 0)
        return room_error(s);
    b->flags |= BLOCK_VICTIM;
    int index = copy_and_commit(s, block, retire, &to);
    if (index < 0) {
        copy_back(s, block);
        b->flags &= (uint8_t)~BLOCK_VICTIM;
        return index;
    }
    int error = confirm_moved(s);
    if (collect_finish(s, block, retire) != STORE_OK || error || slot_mark(s, to, (unsigned)index, WORD_CONFIRMED) != STORE_OK)
        s->blocks[to].flags |= BLOCK_HOLD;
    return STORE_OK;
}

/* --- finding space --- */

/* STORE_WORN once so many blocks have failed that the others cannot do their work. */
int room_error(const struct store *s)
{
    unsigned good = 0;
    for (unsigned i = 0; i < s->flash->blocks; i++)
        good += !(s->blocks[i].flags & (BLOCK_BAD | BLOCK_FAILING));
    return good < BLOCKS_MIN ? STORE_WORN : STORE_FULL;
}

/* As block_pick(), after collections if need be: so many at most, each of which gains a sixteenth of a block. */
int place(struct store *s, uint32_t length, unsigned slots, enum purpose purpose)
{
    for (unsigned tries = 0; tries < COLLECTIONS_MAX; tries++) {
        int block = block_pick(s, length, slots, purpose);
        if (block != STORE_FULL)
            return block;
        block = victim(s, s->flash->block_size / 16);
        if (block < 0 && purpose == FOR_RECORD) /* deletions come through, whatever little there is to gain */
            block = victim(s, 4 * SLOT_SIZE);
        if (block < 0)
            break;
        int error = collect(s, (unsigned)block);
        if (error)
            return error == STORE_FULL ? room_error(s) : error;
    }
    return room_error(s);
}

/* --- upkeep --- */

/* @return false if the block cannot be emptied now */
static bool evacuate_block(struct store *s, unsigned block)
{
    if (in_use(s, block))
        return false;
    if (s->blocks[block].live > 0)
        return collect(s, block) == STORE_OK;
    if (session_keep(s, block) != STORE_OK)
        return false;
    retire_block(s, block);
    return true;
}

/* Empties blocks that fail. Those that hold unfinished records come last: their consequences may depend on the others.
 * @return false when one could not be emptied. */
static bool evacuate(struct store *s)
{
    bool all = true;
    for (unsigned hold = 0; all && hold <= BLOCK_HOLD; hold += BLOCK_HOLD) {
        for (unsigned i = 0; i < s->flash->blocks; i++) {
            uint8_t flags = s->blocks[i].flags;
            if ((flags & (BLOCK_VALID | BLOCK_FAILING | BLOCK_BAD | BLOCK_VICTIM)) == (BLOCK_VALID | BLOCK_FAILING) &&
                (flags & BLOCK_HOLD) == hold && !evacuate_block(s, i))
                all = false;
        }
    }
    bad_blocks_save(s);
    return all && all_bad_saved(s);
}

/* Records whose consequences had to wait for blocks that failed are finished now. */
static void release_holds(struct store *s)
{
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        struct store_block *b = &s->blocks[i];
        for (unsigned k = 0; b->flags & BLOCK_HOLD && k < b->slots; k++) {
            struct slot slot;
            if (slot_read(s, i, k, &slot) == SLOT_VALID && slot_commits(&slot) && slot.settled && !slot.confirmed && slot.transaction > s->session)
                slot_mark(s, i, k, WORD_CONFIRMED);
        }
        b->flags &= (uint8_t)~BLOCK_HOLD;
    }
}

/* One move of data that stays, for each erasure for data that changes. */
static void level_wear(struct store *s)
{
    int least = -1;
    uint32_t most = 0;
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        const struct store_block *b = &s->blocks[i];
        if (!block_usable(b))
            continue;
        if (b->erases > most)
            most = b->erases;
        if (b->live > 0 && (least < 0 || b->erases < s->blocks[least].erases))
            least = (int)i;
    }
    if (least >= 0 && most - s->blocks[least].erases > WEAR_SPREAD && collectable(s, (unsigned)least) && free_blocks(s) >= FOR_VALUE)
        collect(s, (unsigned)least);
    s->levelled = s->erasures;
}

/* At the end of every call that writes. */
void tend(struct store *s)
{
    if (s->disturbed) {
        bool done = false;
        for (unsigned tries = 0; !done && tries < 3; tries++) /* the blocks that take the copies may fail, too */
            done = evacuate(s);
        if (done) {
            release_holds(s);
            s->disturbed = false;
        }
    }
    if (s->erasures != s->levelled)
        level_wear(s);
}

bool store_idle(struct store *s)
{
    if (writable(s) != STORE_OK)
        return false;
    int block = free_blocks(s) <= FOR_VALUE + 2 ? victim(s, s->flash->block_size / 4) : -1;
    bool worked = block >= 0 && collect(s, (unsigned)block) == STORE_OK;
    for (unsigned i = 0; !worked && i < s->flash->blocks; i++)
        if (block_free(&s->blocks[i]) && s->blocks[i].slots > 0 && !(s->blocks[i].flags & BLOCK_READY))
            worked = block_erase(s, i) == STORE_OK;
    tend(s);
    return worked;
}
