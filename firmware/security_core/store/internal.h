/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Between the files of the store. Offsets, types and rules are those of docs/flash-store-spec.md. */
#pragma once

#include "store.h"

enum {
    FORMAT_VERSION = 1,
    HEADER_SIZE = 32,           /* SPEC 3; two copies */
    HEADERS_SIZE = 2 * HEADER_SIZE,
    SLOT_SIZE = 52,             /* SPEC 4 */
    SLOT_BODY = 12,             /* behind the three state words */
    BLOCK_SIZE_MIN = 2048,
    BLOCKS_MIN = 5,
    FRAGMENTS_PER_BLOCK = 4,
    FRAGMENT_OVERHEAD = 704,    /* headers, slots of four fragments with their reservations, and spare slots */
    SMALL_MAX = 512,            /* SPEC 5.2 */
    NAMES_MAX = 2 * STORE_NAME_MAX,
    GUARD = 4,                  /* slots that a record leaves: one stays erased, three for what ends a collection */
    GUARD_LAST = 1,
    WEAR_SPREAD = 16,           /* erasures of the most and the least worn block that may differ */
    COLLECTIONS_MAX = 16,       /* in one call */
    NUMBERS_END = 0x7fffff00,
    FREE_ENTRY = 0xffff,
};

enum slot_type {
    /* These commit. */
    SLOT_HEAD = 1,  /* an object; the one that it replaces is dead */
    SLOT_DELETE,    /* an object is dead */
    SLOT_COMMIT,    /* members of a transaction are valid, the listed objects are dead */
    SLOT_COLLECT,   /* all that is in use in a block has been copied */
    SLOT_BAD,       /* a block is out of use for good */
    /* These do not. */
    SLOT_MEMBER,    /* an object, valid when confirmed (after a COMMIT or a COLLECT) */
    SLOT_FRAGMENT,  /* piece of a value; belongs to the HEAD or MEMBER of the same serial */
    SLOT_RESERVE,   /* data may lie here; and the session's number */
};

enum slot_word { WORD_SETTLED, WORD_CONFIRMED, WORD_DEAD };

/* A slot in memory. */
struct slot {
    uint8_t type, kind, bundle_length, name_length;
    uint32_t serial, transaction;
    uint32_t offset, length; /* of the data in the block */
    uint32_t crc;            /* of the data */
    uint32_t size;           /* of the value; index of a fragment; number of serials; block */
    uint32_t other;          /* serial that is dead with this; erasures of a collected block */
    uint32_t hash;           /* of the identity */
    bool settled, confirmed, dead;
};

enum slot_state { SLOT_ERASED, SLOT_UNREADABLE, SLOT_VALID };

enum block_flag {
    BLOCK_VALID = 1,    /* has a header */
    BLOCK_READY = 2,    /* may be appended to: erased in this session, or resumed */
    BLOCK_CARRIER = 4,  /* holds the session's number */
    BLOCK_FAILING = 8,  /* did not do what it was told: to be evacuated */
    BLOCK_BAD = 16,     /* out of use */
    BLOCK_SAVED = 32,   /* with BLOCK_BAD: there is a record of it */
    BLOCK_VICTIM = 64,  /* being collected or erased */
    BLOCK_HOLD = 128,   /* holds a record that is not finished */
};

enum entry_flag {
    ENTRY_USED = 1,
    ENTRY_PENDING = 2,  /* of a stream */
    ENTRY_MEMBER = 4,   /* of the transaction */
    ENTRY_DOOMED = 8,   /* the transaction deletes it; with ENTRY_MEMBER: it put it before */
    ENTRY_MOVED = 16,   /* a collection has made a copy, which is not valid yet */
    ENTRY_SECRET = 32,
};

enum { FRAGMENT_MOVED = 0x8000 }; /* in struct store_fragment's slot */

/* What space is taken for: as many free blocks are left untouched. */
enum purpose { FOR_COLLECTION = 0, FOR_RECORD = 1, FOR_VALUE = 2 };

static inline uint32_t padded(uint32_t n)
{
    return (n + 3) & ~UINT32_C(3);
}

static inline uint32_t footprint(uint32_t length)
{
    return SLOT_SIZE + padded(length);
}

static inline uint32_t slots_end(const struct store_block *b, uint32_t more)
{
    return HEADERS_SIZE + (b->slots + more) * SLOT_SIZE;
}

/* layout.c: bytes <-> values */
uint32_t get32(const uint8_t *p);
void put32(uint8_t *p, uint32_t value);
void slot_encode(uint8_t raw[SLOT_SIZE], const struct slot *slot);
enum slot_state slot_decode(const struct store *s, uint8_t raw[SLOT_SIZE], struct slot *slot);
void header_encode(const struct store *s, unsigned block, uint8_t raw[HEADER_SIZE]);
bool header_readable(const uint8_t raw[HEADER_SIZE]);
bool all_bytes(const uint8_t *p, size_t n, uint8_t value);

/* io.c: the flash, with verification; errors of it make a block BLOCK_FAILING */
int load(struct store *s, unsigned block, uint32_t offset, void *buf, uint32_t n);
int write_checked(struct store *s, unsigned block, uint32_t offset, const void *data, uint32_t n);
int write_zeros(struct store *s, unsigned block, uint32_t offset, uint32_t n);
int erase_checked(struct store *s, unsigned block);
enum slot_state slot_read(struct store *s, unsigned block, unsigned index, struct slot *slot);
int slot_mark(struct store *s, unsigned block, unsigned index, enum slot_word word);
int slot_settle(struct store *s, unsigned block, unsigned index);
bool slot_commits(const struct slot *slot);
int slot_void(struct store *s, unsigned block, unsigned index);
int slot_append(struct store *s, unsigned block, const struct slot *slot);
int data_crc(struct store *s, unsigned block, const struct slot *slot);

/* block.c */
bool block_usable(const struct store_block *b);
bool block_free(const struct store_block *b);
unsigned free_blocks(const struct store *s);
int block_pick(struct store *s, uint32_t length, unsigned slots, enum purpose purpose);
int block_erase(struct store *s, unsigned block);
int session_keep(struct store *s, unsigned block);
int session_append(struct store *s, uint32_t session);
void bad_blocks_save(struct store *s);

/* collect.c */
int place(struct store *s, uint32_t length, unsigned slots, enum purpose purpose);
int collect(struct store *s, unsigned victim);
int collect_finish(struct store *s, unsigned victim, bool retire);
void tend(struct store *s);
int room_error(const struct store *s);

/* record.c */
int writer_open(struct store *s, struct store_writer *w, uint32_t length, enum purpose purpose, uint8_t kind, uint32_t serial, bool reserve);
int writer_put(struct store *s, struct store_writer *w, const void *data, uint32_t n);
int writer_close(struct store *s, struct store_writer *w, struct slot *slot);
void writer_drop(struct store *s, struct store_writer *w);
int record_append(struct store *s, const struct slot *slot, enum purpose purpose, unsigned *block);
int record_copy(struct store *s, unsigned block, struct slot *slot, unsigned *to);
uint32_t next_number(struct store *s);

/* index.c */
uint32_t identity_hash(uint8_t kind, const char *bundle, uint32_t bundle_length, const char *name, uint32_t name_length);
int bounded_length(const char *text);
int entry_new(struct store *s);
int entry_by_serial(const struct store *s, uint32_t serial);
int entry_at(const struct store *s, unsigned block, unsigned slot);
int entry_find(struct store *s, const struct store_id *id, uint8_t flags, bool *rotten);
bool entry_same(struct store *s, unsigned a, unsigned b);
int entry_slot(struct store *s, unsigned entry, struct slot *slot);
int entry_names(struct store *s, unsigned entry, const struct slot *slot, char names[NAMES_MAX]);
bool entry_visible(const struct store_entry *e);
void entry_forget(struct store *s, unsigned entry);
int entry_kill(struct store *s, unsigned entry);
int fragment_add(struct store *s, unsigned entry, unsigned index, unsigned block, unsigned slot);
struct store_fragment *fragment_find(struct store *s, unsigned entry, unsigned index);
struct store_fragment *fragment_at(struct store *s, unsigned block, unsigned slot);

/* secret.c */
int secret_wipe(struct store *s, uint32_t serial);
void secret_wipe_block(struct store *s, unsigned block);
void secret_sweep(struct store *s);

/* stream.c */
int stream_finish(struct store *s, struct store_stream *stream, uint32_t transaction);
int stream_start(struct store *s, struct store_stream *stream, const struct store_id *id, uint32_t size);
int stream_write(struct store *s, struct store_stream *stream, const void *data, uint32_t n);
void stream_drop(struct store *s, struct store_stream *stream);
int writable(struct store *s);
