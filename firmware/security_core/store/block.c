/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Erase blocks: which one takes the next record, and what is done to one before it takes any. */
#include <string.h>

#include "internal.h"

bool block_usable(const struct store_block *b)
{
    return (b->flags & (BLOCK_VALID | BLOCK_FAILING | BLOCK_BAD | BLOCK_VICTIM)) == BLOCK_VALID;
}

/* Nothing in it is in use: it may be erased. */
bool block_free(const struct store_block *b)
{
    return block_usable(b) && b->live == 0 && b->pins == 0 && !(b->flags & BLOCK_HOLD);
}

unsigned free_blocks(const struct store *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->flash->blocks; i++)
        n += block_free(&s->blocks[i]);
    return n;
}

/* Space for a record between the slots and the data? A block that has not been written to in this session loses some first. */
static bool fits(const struct store *s, const struct store_block *b, uint32_t length, unsigned slots, unsigned guard)
{
    uint32_t lost = b->flags & BLOCK_READY ? 0 : 2 * SLOT_SIZE + s->small;
    return slots_end(b, slots + guard) + lost + length <= b->low;
}

static uint32_t gap(const struct store_block *b)
{
    uint32_t end = slots_end(b, 0);
    return b->low > end ? b->low - end : 0;
}

/* --- the session's number: there is always a block with it (DESIGN: sessions) --- */

static bool sole_carrier(const struct store *s, unsigned block)
{
    if (!(s->blocks[block].flags & BLOCK_CARRIER))
        return false;
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if (i != block && block_usable(&s->blocks[i]) && s->blocks[i].flags & BLOCK_CARRIER)
            return false;
    return true;
}

/* Before a block is erased: sees to it that another one has the session's number. */
int session_keep(struct store *s, unsigned block)
{
    struct store_block *b = &s->blocks[block];
    uint8_t flags = b->flags;
    if (!sole_carrier(s, block))
        return STORE_OK;
    b->flags |= BLOCK_VICTIM;
    int error = session_append(s, s->session);
    b->flags = flags;
    return error;
}

/* --- getting a block ready --- */

/* The header copies that can be read, programmed again. @return STORE_CORRUPT if there is none: what was read before was half-programmed */
static int settle_header(struct store *s, unsigned block)
{
    uint8_t raw[HEADER_SIZE];
    int result = STORE_CORRUPT;
    for (uint32_t copy = 0; copy < HEADERS_SIZE; copy += HEADER_SIZE) {
        int error = load(s, block, copy, raw, HEADER_SIZE);
        if (error)
            return error;
        if (!header_readable(raw))
            continue;
        error = write_checked(s, block, copy, raw, HEADER_SIZE);
        if (error)
            return error;
        result = STORE_OK;
    }
    return result;
}

/* While opening: a record that may turn out to be settled the next time. */
static bool is_undecided(const struct store *s, unsigned block, unsigned index)
{
    for (unsigned i = 0; i < s->undecided_count; i++)
        if (s->undecided[i] == (block << 16 | index))
            return true;
    return false;
}

/* A last slot that is not settled: nothing was done because of it. Never read again. One that is stays so, whatever it reads as later. */
static int bury_last(struct store *s, unsigned block)
{
    struct slot slot;
    unsigned last = s->blocks[block].slots - 1u;
    if (is_undecided(s, block, last))
        return STORE_OK;
    bool settled = slot_read(s, block, last, &slot) == SLOT_VALID && slot.settled;
    return settled ? slot_settle(s, block, last) : slot_void(s, block, last);
}

/* A write that a power cut interrupted may have left bits that read as erased now and as written later. In the slots they are in the last
 * one, or in the one behind it: neither is used again. One after the other, so that there is never more than one such slot. */
static int bury(struct store *s, unsigned block)
{
    struct store_block *b = &s->blocks[block];
    int error = b->slots == 0 ? settle_header(s, block) : bury_last(s, block);
    if (error == STORE_CORRUPT)
        return error;
    if (!error)
        error = slot_void(s, block, b->slots);
    b->slots++;
    return error;
}

/* Data without a slot can only be in the `small` bytes below the rest, since larger records reserve their space first: it is not used. */
static int resume(struct store *s, unsigned block)
{
    struct store_block *b = &s->blocks[block];
    int error = bury(s, block);
    if (error == STORE_CORRUPT && b->slots == 0)
        return block_erase(s, block);
    if (error)
        return error;
    b->low -= s->small;
    struct slot reserve = {.type = SLOT_RESERVE, .transaction = s->session, .offset = b->low, .length = s->small};
    int index = slot_append(s, block, &reserve);
    if (index < 0)
        return index;
    b->flags |= BLOCK_READY | BLOCK_CARRIER;
    return STORE_OK;
}

static int write_headers(struct store *s, unsigned block)
{
    uint8_t raw[HEADERS_SIZE];
    header_encode(s, block, raw);
    memcpy(raw + HEADER_SIZE, raw, HEADER_SIZE);
    return write_checked(s, block, 0, raw, HEADERS_SIZE);
}

/* A half-done erasure may bring dead records back to life, so the headers go first; and before them the first slot, so that a block whose
 * headers are half gone is never taken for an empty one. */
static int wipe_headers(struct store *s, unsigned block)
{
    int error = slot_void(s, block, 0);
    return error ? error : write_zeros(s, block, 0, HEADERS_SIZE);
}

/* Erases a block without anything in use; one that cannot be erased is bad. STORE_FULL: it is the only one with the session's
 * number, and there is no place to keep that. */
int block_erase(struct store *s, unsigned block)
{
    struct store_block *b = &s->blocks[block];
    int error = session_keep(s, block);
    if (error)
        return error;
    s->verified = UINT32_MAX;
    b->flags = BLOCK_VICTIM;
    b->live = 0;
    if (wipe_headers(s, block) == STORE_OK && erase_checked(s, block) == STORE_OK) {
        b->erases++;
        s->erasures++;
        b->slots = 0;
        b->low = s->flash->block_size;
        if (write_headers(s, block) == STORE_OK) {
            b->flags = BLOCK_VALID | BLOCK_READY | BLOCK_CARRIER;
            return STORE_OK;
        }
    }
    b->flags = BLOCK_BAD;
    return STORE_IO;
}

/* --- choosing one --- */

/* Among the blocks that can take it without being erased: one that was written to in this session, and the fullest. */
static int pick_partial(const struct store *s, uint32_t length, unsigned slots, unsigned guard, bool may_use_free)
{
    int best = -1;
    uint32_t best_score = 0;
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        const struct store_block *b = &s->blocks[i];
        bool ready = b->flags & BLOCK_READY;
        if (!block_usable(b) || (s->undecided_count > 0 && b->slots > 0 && is_undecided(s, i, b->slots - 1u)) || (block_free(b) && !(ready && may_use_free)) || !fits(s, b, length, slots, guard))
            continue;
        uint32_t score = (ready ? UINT32_C(0x80000000) : 0) + (s->flash->block_size - gap(b));
        if (best < 0 || score > best_score) {
            best = (int)i;
            best_score = score;
        }
    }
    return best;
}

/* The least worn free one. */
static int pick_free(const struct store *s)
{
    int best = -1;
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if (block_free(&s->blocks[i]) && !sole_carrier(s, i) && (best < 0 || s->blocks[i].erases < s->blocks[best].erases))
            best = (int)i;
    return best;
}

static int make_ready(struct store *s, unsigned block, uint32_t length, unsigned slots, enum purpose purpose)
{
    struct store_block *b = &s->blocks[block];
    if (b->flags & BLOCK_READY && fits(s, b, length, slots, GUARD))
        return STORE_OK;
    if (!block_free(b))
        return resume(s, block);
    if (b->slots == 0 && purpose != FOR_COLLECTION && fits(s, b, length, slots, GUARD))
        return resume(s, block);
    return block_erase(s, block); /* a collection must be able to fill it to the last byte */
}

/* A block with space for a record of `length` bytes and so many slots, ready to be written. Leaves as many free blocks as the
 * purpose asks for. @return the block, STORE_FULL, or another error. */
int block_pick(struct store *s, uint32_t length, unsigned slots, enum purpose purpose)
{
    unsigned guard = purpose == FOR_COLLECTION && length == 0 ? GUARD_LAST : GUARD;
    for (unsigned tries = 0; tries <= s->flash->blocks; tries++) {
        bool may_use_free = free_blocks(s) > (unsigned)purpose;
        int block = pick_partial(s, length, slots, guard, may_use_free);
        if (block >= 0 && s->blocks[block].flags & BLOCK_READY)
            return block;
        if (block >= 0) {
            if (resume(s, (unsigned)block) == STORE_OK)
                return block;
            continue; /* failing now: another one */
        }
        block = may_use_free ? pick_free(s) : -1;
        if (block < 0)
            return STORE_FULL;
        if (make_ready(s, (unsigned)block, length, slots, purpose) == STORE_OK)
            return fits(s, &s->blocks[block], length, slots, guard) ? block : STORE_FULL;
    }
    return STORE_WORN;
}

/* --- records about blocks and sessions --- */

/* A block with two slots to spare, even if they are kept for collections. Not behind an undecided record: that cannot be buried, may read as erased
 * the next time, and then what was written behind it would be written over. */
static int pick_tight(const struct store *s)
{
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        const struct store_block *b = &s->blocks[i];
        if (block_usable(b) && slots_end(b, 2) + s->small <= b->low && (b->slots == 0 || !is_undecided(s, i, b->slots - 1u)))
            return (int)i;
    }
    return -1;
}

/* Writes a session's number where it costs no erasure. */
int session_append(struct store *s, uint32_t session)
{
    struct slot slot = {.type = SLOT_RESERVE, .transaction = session};
    for (unsigned tries = 0; tries <= s->flash->blocks; tries++) {
        int block = pick_partial(s, 0, 1, GUARD_LAST, true), error = STORE_OK;
        bool tight = block < 0;
        if (tight)
            block = pick_tight(s);
        if (block < 0)
            return STORE_FULL;
        struct store_block *b = &s->blocks[block];
        if (!(b->flags & BLOCK_READY))
            error = tight && b->slots > 0 ? bury(s, (unsigned)block) : resume(s, (unsigned)block);
        if (!error && slot_append(s, (unsigned)block, &slot) >= 0) {
            b->flags |= BLOCK_CARRIER;
            return STORE_OK;
        }
    }
    return STORE_WORN;
}

/* Records the bad blocks that are not recorded yet, as far as there is space. */
void bad_blocks_save(struct store *s)
{
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        if ((s->blocks[i].flags & (BLOCK_BAD | BLOCK_SAVED)) != BLOCK_BAD)
            continue;
        int block = block_pick(s, 0, 1, FOR_COLLECTION);
        if (block < 0)
            return;
        uint32_t number = next_number(s);
        struct slot slot = {.type = SLOT_BAD, .transaction = number, .serial = number, .size = i};
        int index = slot_append(s, (unsigned)block, &slot);
        if (index < 0 || slot_mark(s, (unsigned)block, (unsigned)index, WORD_CONFIRMED) != STORE_OK)
            continue; /* the next call tries again */
        s->blocks[block].live += footprint(0);
        s->blocks[i].flags |= BLOCK_SAVED;
    }
}
