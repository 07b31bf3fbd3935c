/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Opening: reads all slots in passes, finishes what a power cut interrupted, and begins a session (DESIGN: recovery). Each pass may be cut,
 * and is repeated from the start then. */
#include <string.h>

#include "internal.h"

/* Commits that had not been finished: more than a few only in a flash that somebody made up. */
enum {
    UNDONE_MAX = sizeof((struct store *)0)->undone / sizeof(uint32_t),
    READS = 64,
    UNDECIDED_MAX = sizeof((struct store *)0)->undecided / sizeof(uint32_t),
};

static int usable_geometry(const struct flash *f)
{
    bool good = f->block_size >= BLOCK_SIZE_MIN && f->block_size <= (1u << 20) && f->block_size % 1024 == 0 && f->blocks >= BLOCKS_MIN &&
                f->blocks <= STORE_BLOCKS && f->page_size >= 4 && (f->page_size & (f->page_size - 1)) == 0 &&
                f->block_size % f->page_size == 0;
    return good ? STORE_OK : STORE_INVALID;
}

static void reset(struct store *s, const struct flash *flash)
{
    memset(s, 0, sizeof *s);
    s->flash = flash;
    s->fragment_size = (flash->block_size - FRAGMENT_OVERHEAD) / FRAGMENTS_PER_BLOCK & ~UINT32_C(3);
    s->small = flash->block_size / 16 < SMALL_MAX ? flash->block_size / 16 : SMALL_MAX;
    s->verified = UINT32_MAX;
    for (unsigned i = 0; i < STORE_FRAGMENTS; i++)
        s->fragments[i].entry = FREE_ENTRY;
}

/* --- headers --- */

/* Takes over what a header says. STORE_VERSION: somebody else's. */
static int use_header(struct store *s, unsigned block, const uint8_t raw[HEADER_SIZE])
{
    struct store_block *b = &s->blocks[block];
    if (!header_readable(raw))
        return STORE_OK;
    if (get32(raw + 4) != FORMAT_VERSION || get32(raw + 8) != s->flash->block_size || get32(raw + 12) >> 16 != s->flash->blocks)
        return STORE_VERSION;
    if ((get32(raw + 12) & 0xffff) != block || get32(raw + 20) >= NUMBERS_END || get32(raw + 24) >= NUMBERS_END || b->flags & BLOCK_VALID)
        return STORE_OK;
    b->flags = BLOCK_VALID;
    b->erases = get32(raw + 16);
    b->live = get32(raw + 24); /* until find_carriers() */
    if (get32(raw + 20) > s->number)
        s->number = get32(raw + 20);
    if (get32(raw + 24) > s->session)
        s->session = get32(raw + 24);
    return STORE_OK;
}

/* Blocks whose count of erasures is lost get the mean of the others. */
static void guess_erases(struct store *s)
{
    uint64_t sum = 0, known = 0;
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if (s->blocks[i].flags & BLOCK_VALID)
            sum += s->blocks[i].erases, known++;
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if (!(s->blocks[i].flags & BLOCK_VALID) && known > 0)
            s->blocks[i].erases = (uint32_t)(sum / known);
}

static int read_headers(struct store *s)
{
    uint8_t raw[HEADERS_SIZE];
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        int error = load(s, i, 0, raw, HEADERS_SIZE);
        if (!error)
            error = use_header(s, i, raw);
        if (!error)
            error = use_header(s, i, raw + HEADER_SIZE);
        if (error)
            return error;
    }
    guess_erases(s);
    return STORE_OK;
}

/* --- slots: how many, where the data begins, the highest numbers --- */

static void note_slot(struct store *s, struct store_block *b, const struct slot *slot)
{
    if (slot->length > 0 && slot->offset < b->low)
        b->low = slot->offset;
    if (slot->serial > s->number)
        s->number = slot->serial;
    if (slot->transaction > s->number)
        s->number = slot->transaction;
    if (slot->type == SLOT_RESERVE && slot->settled && slot->transaction > s->session)
        s->session = slot->transaction;
}

static void scan_block(struct store *s, unsigned block)
{
    struct store_block *b = &s->blocks[block];
    enum slot_state state;
    struct slot slot;
    b->low = s->flash->block_size;
    for (; slots_end(b, 1) <= b->low && (state = slot_read(s, block, b->slots, &slot)) != SLOT_ERASED; b->slots++)
        if (state == SLOT_VALID)
            note_slot(s, b, &slot);
}

static void scan(struct store *s)
{
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if (s->blocks[i].flags & BLOCK_VALID)
            scan_block(s, i);
}

/* Which blocks hold the last session's number in their headers. */
static void find_carriers(struct store *s)
{
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        if (s->blocks[i].flags & BLOCK_VALID && s->blocks[i].live == s->session)
            s->blocks[i].flags |= BLOCK_CARRIER;
        s->blocks[i].live = 0;
    }
}

static bool counted(const struct store_block *b)
{
    return (b->flags & (BLOCK_VALID | BLOCK_BAD | BLOCK_VICTIM)) == BLOCK_VALID;
}

/* Every readable slot of the blocks that count. */
static int each_slot(struct store *s, int (*visit)(struct store *s, unsigned block, unsigned index, struct slot *slot))
{
    struct slot slot;
    for (unsigned block = 0; block < s->flash->blocks; block++) {
        for (unsigned i = 0; counted(&s->blocks[block]) && i < s->blocks[block].slots; i++) {
            int error = slot_read(s, block, i, &slot) == SLOT_VALID ? visit(s, block, i, &slot) : STORE_OK;
            if (error)
                return error;
        }
    }
    return STORE_OK;
}

/* --- what the last session had begun --- */

static bool undecided(const struct store *s, unsigned block, unsigned index)
{
    for (unsigned i = 0; i < s->undecided_count; i++)
        if (s->undecided[i] == (block << 16 | index))
            return true;
    return false;
}

/* Records that commit count when they are confirmed; those of the last session, when they are settled: whatever counted at an opening
 * was confirmed before the session that followed it. */
static bool counts(const struct store *s, unsigned block, unsigned index, const struct slot *slot)
{
    return slot->transaction > s->session ? slot->settled && !undecided(s, block, index) : slot->confirmed;
}

/* The power cut may have come while a record was being settled. What the mark reads as now, it is from now on: it is made whole, or the record
 * is left alone, and void once the session has begun. */
static int visit_decision(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    if (!slot_commits(slot) || slot->transaction <= s->session || slot->confirmed)
        return STORE_OK;
    if (slot->settled || s->undecided_count == UNDECIDED_MAX)
        slot_mark(s, block, index, WORD_SETTLED);
    else
        s->undecided[s->undecided_count++] = block << 16 | index;
    return STORE_OK;
}

/* What an undecided record would need is not erased before it is void. */
static int visit_needed(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    (void)index;
    if (s->undecided_count > 0 && (slot->transaction > s->session || slot->serial > s->session))
        s->blocks[block].pins = 1;
    return STORE_OK;
}

static void void_undecided(struct store *s)
{
    for (unsigned i = 0; i < s->undecided_count; i++)
        slot_void(s, s->undecided[i] >> 16, s->undecided[i] & 0xffff);
    s->undecided_count = 0;
    for (unsigned i = 0; i < s->flash->blocks; i++)
        s->blocks[i].pins = 0;
}

static bool undone(const struct store *s, uint32_t transaction)
{
    for (unsigned i = 0; i < s->undone_count; i++)
        if (s->undone[i] == transaction)
            return true;
    return false;
}

static int visit_bad(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    struct store_block *bad = &s->blocks[slot->size];
    if (slot->transaction > s->session)
        slot_mark(s, block, index, WORD_CONFIRMED);
    s->blocks[block].live += footprint(0); /* also a second one: the first may lie in a block that has been collected */
    bad->flags = BLOCK_BAD | BLOCK_SAVED;
    bad->live = 0;
    return STORE_OK;
}

/* First of all: which blocks do not count any more, and which transactions are to be finished. */
static int visit_commit(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    if (!slot_commits(slot) || !counts(s, block, index, slot))
        return STORE_OK;
    if (slot->type == SLOT_BAD)
        return visit_bad(s, block, index, slot);
    if (slot->confirmed || (slot->type != SLOT_COMMIT && slot->type != SLOT_COLLECT) || s->undone_count == UNDONE_MAX)
        return STORE_OK;
    if (slot->type == SLOT_COMMIT && data_crc(s, block, slot) != STORE_OK)
        return STORE_OK;
    s->undone[s->undone_count++] = slot->transaction;
    struct store_block *b = &s->blocks[slot->size < s->flash->blocks ? slot->size : block];
    if (slot->type == SLOT_COLLECT && b->flags & BLOCK_VALID && b->erases == slot->other && slot->size != block)
        b->flags |= BLOCK_VICTIM;
    return STORE_OK;
}

/* --- the index --- */

static int add_entry(struct store *s, unsigned block, unsigned index, const struct slot *slot)
{
    int entry = entry_new(s);
    if (entry < 0)
        return entry;
    s->blocks[block].live += footprint(slot->length);
    s->entries[entry] = (struct store_entry){
        .hash = slot->hash,
        .serial = slot->serial,
        .slot = (uint16_t)index,
        .block = (uint8_t)block,
        .flags = ENTRY_USED | (slot->kind == STORE_SECRET ? ENTRY_SECRET : 0),
    };
    return STORE_OK;
}

static int visit_object(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    bool member = slot->type == SLOT_MEMBER;
    if (!member && slot->type != SLOT_HEAD)
        return STORE_OK;
    if (member && slot->settled && undone(s, slot->transaction)) { /* a torn one is of a collection before, with the same number */
        slot_mark(s, block, index, WORD_CONFIRMED);
        slot->confirmed = true;
    }
    if (slot->dead || !(member ? slot->confirmed : counts(s, block, index, slot)))
        return STORE_OK;
    if (entry_by_serial(s, slot->serial) >= 0) /* a second copy: after a block has failed */
        return slot_mark(s, block, index, WORD_DEAD), STORE_OK;
    return add_entry(s, block, index, slot);
}

/* Of two copies the older: the other one is from a collection that did not end. One that is not settled is none: it may read otherwise the next
 * time, and was never needed. */
static int visit_fragment(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    int entry = slot->type == SLOT_FRAGMENT && slot->settled ? entry_by_serial(s, slot->serial) : STORE_NOT_FOUND;
    if (entry < 0)
        return STORE_OK;
    struct store_fragment *f = fragment_find(s, (unsigned)entry, slot->size);
    struct slot other;
    if (f != NULL) {
        if (slot_read(s, f->block, f->slot, &other) == SLOT_VALID && other.transaction <= slot->transaction)
            return STORE_OK;
        s->blocks[f->block].live -= footprint(s->fragment_size);
        f->block = (uint8_t)block;
        f->slot = (uint16_t)index;
    } else if (fragment_add(s, (unsigned)entry, slot->size, block, index) != STORE_OK) {
        return STORE_OK; /* more than fit into the flash: made up */
    }
    s->blocks[block].live += footprint(s->fragment_size);
    slot_settle(s, block, index);
    return STORE_OK;
}

/* --- consequences --- */

/* Does a record say that an object is dead? */
static bool kills(struct store *s, unsigned block, const struct slot *record, uint32_t serial)
{
    uint8_t listed[4];
    if (record->type != SLOT_COMMIT)
        return record->other == serial;
    for (uint32_t at = 0; at < record->length; at += 4)
        if (load(s, block, record->offset + at, listed, 4) == STORE_OK && get32(listed) == serial)
            return true;
    return false;
}

/* Marks what a record kills, also where the mark is there already: it may be half-programmed. */
static void kill_again(struct store *s, unsigned block, const struct slot *record)
{
    struct slot slot;
    for (unsigned at = 0; at < s->flash->blocks; at++) {
        for (unsigned i = 0; counted(&s->blocks[at]) && i < s->blocks[at].slots; i++) {
            if (slot_read(s, at, i, &slot) != SLOT_VALID || (slot.type != SLOT_HEAD && slot.type != SLOT_MEMBER) ||
                !kills(s, block, record, slot.serial))
                continue;
            int entry = entry_at(s, at, i);
            if (entry >= 0)
                entry_kill(s, (unsigned)entry);
            else
                slot_mark(s, at, i, WORD_DEAD);
        }
    }
}

static bool any_failing(const struct store *s)
{
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if (s->blocks[i].flags & BLOCK_FAILING)
            return true;
    return false;
}

/* A collected block whose headers do not read now may read the next time: it must be erased before the COLLECT is confirmed. */
static bool still_there(const struct store_block *b)
{
    return b->flags & BLOCK_VICTIM || !(b->flags & (BLOCK_VALID | BLOCK_BAD));
}

/* A dead HEAD has been replaced, and what it replaced itself is dead as well; but a secret's may be one whose writing failed. */
static bool given_up(const struct slot *slot)
{
    return slot->dead && slot->kind == STORE_SECRET;
}

static int visit_consequence(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    bool kill = slot->type == SLOT_DELETE || (slot->type == SLOT_HEAD && slot->other != 0) ||
                (slot->type == SLOT_COMMIT && undone(s, slot->transaction));
    int error = STORE_OK;
    if (slot->transaction <= s->session || given_up(slot) || !slot_commits(slot) || !counts(s, block, index, slot))
        return STORE_OK;
    if (!slot->confirmed) {
        if (kill)
            kill_again(s, block, slot);
        if (slot->type == SLOT_COLLECT && still_there(&s->blocks[slot->size]))
            error = collect_finish(s, slot->size, slot->kind != 0);
    }
    if (error || any_failing(s))
        s->blocks[block].flags |= BLOCK_HOLD; /* not finished before the failing block is empty */
    else
        slot_mark(s, block, index, WORD_CONFIRMED); /* one that reads so may be half-programmed */
    return STORE_OK;
}

/* Two objects of one identity come from rot (a mark that was lost). The newer one is it; the other one must not come back when that is deleted. */
static void kill_doubles(struct store *s)
{
    for (unsigned i = 0; i < STORE_OBJECTS; i++)
        for (unsigned k = 0; k < i; k++)
            if (entry_same(s, i, k))
                entry_kill(s, s->entries[i].serial < s->entries[k].serial ? i : k);
}

/* --- the rest --- */

/* Blocks without a header: new, or half erased. */
static void erase_rest(struct store *s)
{
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if (!(s->blocks[i].flags & (BLOCK_VALID | BLOCK_BAD)))
            block_erase(s, i);
}

/* A place for the session's number where only an erasure gives one. */
static int append_after_erasure(struct store *s, uint32_t session)
{
    erase_rest(s);
    int error = session_append(s, session);
    for (unsigned i = 0; error == STORE_FULL && i < s->flash->blocks; i++)
        if (block_free(&s->blocks[i]) && block_erase(s, i) == STORE_OK)
            error = session_append(s, session);
    return error;
}

/* From now on nothing counts that did not count at this opening. */
static int begin_session(struct store *s)
{
    uint32_t session = next_number(s);
    int error = session_append(s, session);
    if (error == STORE_FULL)
        error = append_after_erasure(s, session);
    if (error)
        return error;
    s->session = session;
    void_undecided(s);
    for (unsigned i = 0; i < s->flash->blocks; i++) {
        struct slot last;
        struct store_block *b = &s->blocks[i];
        bool carrier = b->flags & BLOCK_READY && b->slots > 0 && slot_read(s, i, b->slots - 1u, &last) == SLOT_VALID &&
                       last.type == SLOT_RESERVE && last.transaction == session;
        b->flags = (uint8_t)((b->flags & ~BLOCK_CARRIER) | (carrier ? BLOCK_CARRIER : 0));
    }
    return STORE_OK;
}

/* Which blocks hold the last session's number. */
static int visit_session(struct store *s, unsigned block, unsigned index, struct slot *slot)
{
    if (slot->type == SLOT_RESERVE && slot->settled && slot->transaction == s->session && slot_settle(s, block, index) == STORE_OK)
        s->blocks[block].flags |= BLOCK_CARRIER;
    return STORE_OK;
}

static int recover(struct store *s)
{
    int (*const passes[])(struct store *s, unsigned block, unsigned index, struct slot *slot) = {
        visit_session, visit_decision, visit_needed, visit_commit, visit_object, visit_fragment, visit_consequence,
    };
    int error = STORE_OK;
    scan(s);
    find_carriers(s);
    for (unsigned i = 0; !error && i < sizeof passes / sizeof passes[0]; i++)
        error = each_slot(s, passes[i]);
    if (!error)
        kill_doubles(s);
    return error;
}

/* What could not be finished must be tried again at the next opening: there is no new session then. */
static int start(struct store *s)
{
    s->disturbed = any_failing(s); /* not by blocks that are known to be bad */
    if (s->disturbed)
        tend(s);
    for (unsigned i = 0; i < s->flash->blocks; i++)
        if (s->blocks[i].flags & BLOCK_HOLD)
            return STORE_WORN;
    return begin_session(s);
}

/* There is no place for a session's number before an undecided record is decided. A whole slot reads as whole each time; a torn one
 * does not, and its settling never began. @return true if something was decided */
static bool decide_now(struct store *s)
{
    struct slot slot;
    for (unsigned i = 0; i < s->undecided_count; i++) {
        unsigned block = s->undecided[i] >> 16, index = s->undecided[i] & 0xffff, reads = 0;
        while (reads < READS && slot_read(s, block, index, &slot) == SLOT_VALID)
            reads++;
        if (reads == READS)
            slot_mark(s, block, index, WORD_SETTLED);
        else
            slot_void(s, block, index);
    }
    return s->undecided_count > 0;
}

static int open_once(struct store *s, const struct flash *flash)
{
    reset(s, flash);
    int error = read_headers(s);
    if (!error)
        error = recover(s);
    if (!error)
        s->read_only = start(s) != STORE_OK || s->read_only;
    return error;
}

int store_open(struct store *s, const struct flash *flash)
{
    int error = usable_geometry(flash);
    if (!error)
        error = open_once(s, flash);
    if (!error && s->read_only && decide_now(s))
        error = open_once(s, flash);
    if (error)
        return error;
    if (!s->read_only) {
        erase_rest(s);
        secret_sweep(s);
        tend(s);
    }
    s->collections = 0;
    s->levelled = s->erasures;
    return STORE_OK;
}
