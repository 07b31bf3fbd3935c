/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A power-safe store of objects on NOR flash: packages, models, keys, counters and secrets of the security core.
 *
 * An object is named by (kind, bundle, name) and has a value of up to 16 MiB. Each call that changes something is atomic: after
 * a power cut at any moment store_open() finds what was before the call or what is after it. docs/flash-store-design.md
 * says why it is built the way it is, docs/flash-store-spec.md describes every byte.
 *
 * All memory is in struct store, which the caller provides and keeps. Nothing here is reentrant. Functions return STORE_OK
 * or one of the (negative) errors; those that return a count or a number say so. After an error of a call that changes
 * something the change was not made, except after STORE_IO, when only the next store_open() knows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flash.h"

enum {
    STORE_BLOCKS = 128,             /* most erase blocks; docs/flash-store-spec.md: geometry */
    STORE_OBJECTS = 320,            /* most objects, those included that a transaction is about to replace */
    STORE_FRAGMENTS = 4 * STORE_BLOCKS,
    STORE_NAME_MAX = 63,            /* bytes of a bundle id or a name, without its NUL */
    STORE_VALUE_MAX = 16 << 20,     /* bytes; flashes with small blocks: store_value_max() */
    STORE_STREAMS = 2,              /* values written in pieces at the same time */
};

enum store_error {
    STORE_OK = 0,
    STORE_NOT_FOUND = -1,
    STORE_FULL = -2,        /* no space, or no room for another object */
    STORE_WORN = -3,        /* too many blocks have failed: what is there can be read, nothing can be written */
    STORE_TOO_LARGE = -4,   /* no object may have that size */
    STORE_CORRUPT = -5,     /* this object's bytes are not those that were written */
    STORE_IO = -6,          /* the flash could not be read */
    STORE_INVALID = -7,     /* an argument that is never right, or a call at the wrong time */
    STORE_BUSY = -8,        /* all streams, or the transaction, are in use */
    STORE_VERSION = -9,     /* written by a newer version, or for another geometry: left untouched */
    STORE_BACKWARDS = -10,  /* a counter never goes down */
};

/* Kinds with a meaning; others are stored alike. */
enum store_kind {
    STORE_ANY = 0, /* of searches only */
    STORE_APPLICATION = 1,
    STORE_MODEL = 2,
    STORE_KEY = 3,
    STORE_COUNTER = 4,
    STORE_SECRET = 5, /* its bytes are overwritten when it is deleted or replaced */
    STORE_BOOT = 6,
    STORE_RECOVERY = 7,
};

struct store_id {
    uint8_t kind;       /* not STORE_ANY */
    const char *bundle; /* NUL-terminated; may be empty */
    const char *name;
};

struct store_info {
    uint32_t size; /* bytes */
    uint32_t serial; /* differs between any two versions of an object */
    uint16_t entry; /* private */
    uint8_t kind;
    char bundle[STORE_NAME_MAX + 1];
    char name[STORE_NAME_MAX + 1];
};

struct store_statistics {
    uint32_t blocks, bad;           /* all, and those that failed */
    uint32_t erases_min, erases_max; /* of the good ones */
    uint64_t live, dead, free;      /* bytes: in use with all overhead; reclaimable; writable, after collection */
    uint32_t objects;
    uint32_t collections;           /* since store_open() */
};

/* --- private from here ---------------------------------------------------------------------------------------------- */

struct store_entry {
    uint32_t hash, serial;
    uint16_t slot;
    uint8_t block, flags;
};

struct store_fragment {
    uint16_t entry, slot;
    uint8_t block, index;
};

struct store_block {
    uint32_t erases;
    uint32_t live;  /* bytes of records that are in use */
    uint32_t low;   /* data lies from here to the end of the block */
    uint16_t slots; /* in use, from the start */
    uint8_t flags;
    uint8_t pins;   /* reasons why the block may be neither collected nor erased */
};

struct store_writer {
    uint32_t start, length, flushed, crc, serial;
    uint16_t fill;
    uint8_t block, kind, purpose;
    bool open, reserve;
    uint8_t buffer[256];
};

struct store_stream {
    struct store_writer writer;
    uint32_t size, received, serial;
    uint16_t entry;
    uint8_t kind, bundle_length, name_length;
    bool open, public;
    char names[2 * STORE_NAME_MAX];
};

struct store {
    const struct flash *flash;
    uint32_t fragment_size, small;
    uint32_t number, session;
    uint32_t transaction; /* number, 0 for none */
    uint32_t collections, erasures, levelled;
    uint32_t verified;    /* the record whose CRC was found right last */
    uint32_t undone[8], undecided[8]; /* while opening: transactions to finish, records that do not count yet */
    uint8_t undone_count, undecided_count;
    bool read_only, disturbed;
    struct store_writer copier;
    struct store_stream streams[STORE_STREAMS + 1]; /* the last is store_put()'s */
    struct store_block blocks[STORE_BLOCKS];
    struct store_entry entries[STORE_OBJECTS];
    struct store_fragment fragments[STORE_FRAGMENTS];
};

/* --- opening -------------------------------------------------------------------------------------------------------- */

/** Opens the store on a flash, finishing or undoing what a power cut interrupted; formats a flash that holds no store.
 * flash must stay valid. @return STORE_OK (STORE_WORN and STORE_FULL are reported by the calls that write), STORE_VERSION,
 * STORE_INVALID for a geometry that cannot be used, STORE_FULL for more objects than this build can hold, STORE_IO. */
int store_open(struct store *s, const struct flash *flash);

/** Largest value that this geometry takes, in bytes. */
uint32_t store_value_max(const struct store *s);

/* --- writing -------------------------------------------------------------------------------------------------------- */

/* Bytes that are to be written must not change during the call: they are read more than once. */

/** Writes an object of n bytes, replacing one of that name. */
int store_put(struct store *s, const struct store_id *id, const void *value, uint32_t n);

/** Begins an object whose bytes come in pieces. Nothing of it is visible before it is committed; a power cut or
 * store_stream_abort() leaves no trace of it. @return number of the stream (0 up), or an error. */
int store_stream_begin(struct store *s, const struct store_id *id, uint32_t size);
int store_stream_append(struct store *s, int stream, const void *data, uint32_t n);
/** All announced bytes must have come. The stream is over if this succeeds. */
int store_stream_commit(struct store *s, int stream);
void store_stream_abort(struct store *s, int stream);

/** Deletes an object; also one that is corrupt. */
int store_delete(struct store *s, const struct store_id *id);

/* Several changes as one. What is in the transaction becomes visible with store_commit(); there is one at a time. */
int store_begin(struct store *s);
int store_transaction_put(struct store *s, const struct store_id *id, const void *value, uint32_t n);
/** Instead of store_stream_commit(). */
int store_transaction_stream(struct store *s, int stream);
int store_transaction_delete(struct store *s, const struct store_id *id);
/** Deletes every object of a kind (STORE_ANY: of every kind) and bundle. @return how many, or an error. */
int store_transaction_delete_all(struct store *s, uint8_t kind, const char *bundle);
int store_transaction_raise(struct store *s, const char *bundle, const char *name, uint64_t value);
/** After an error the transaction is still open: abort it, or free space and try again. */
int store_commit(struct store *s);
void store_abort(struct store *s);

/* --- reading -------------------------------------------------------------------------------------------------------- */

/** Looks an object up. */
int store_find(struct store *s, const struct store_id *id, struct store_info *info);

/** Copies up to n bytes of an object from offset on. @return bytes copied, fewer than n only at its end; STORE_NOT_FOUND when it
 * has been deleted or replaced since it was found; STORE_CORRUPT. */
int store_read(struct store *s, const struct store_info *info, uint32_t offset, void *buf, uint32_t n);

/** The next object of a kind (STORE_ANY: of any) and bundle (NULL: of any). *cursor is 0 for the first; objects may be deleted
 * meanwhile. @return STORE_OK, STORE_NOT_FOUND at the end, or STORE_CORRUPT for one without readable names: the search goes on. */
int store_next(struct store *s, uint32_t *cursor, uint8_t kind, const char *bundle, struct store_info *info);

/* --- counters ------------------------------------------------------------------------------------------------------- */

/** Value of a counter; 0 for one that was never raised. STORE_CORRUPT is never read as 0. */
int store_counter(struct store *s, const char *bundle, const char *name, uint64_t *value);
/** Sets a counter to a value that is not below its present one (STORE_BACKWARDS). */
int store_raise(struct store *s, const char *bundle, const char *name, uint64_t value);

/* --- upkeep --------------------------------------------------------------------------------------------------------- */

/** Does a little of what a later call would have to do: collects one block, erases one, or moves static data for even wear.
 * @return true when it did something and there may be more. */
bool store_idle(struct store *s);

void store_statistics(const struct store *s, struct store_statistics *out);
