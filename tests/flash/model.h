/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A NOR flash that is worse than any real one, for tests on the host.
 *
 *  - Programming clears bits. A program() that would have to set one (its data has a 1 where the cell is 0, or is not sure to be 1)
 *    is a mistake of the caller: `violation` says which.
 *  - Power can be cut in any operation. What it leaves is one of `enum tear`: nothing, all, any bytes or words, and "weak" bits,
 *    which are half-programmed or half-erased: each read gives all of them as old, all as new, or each at random, until they
 *    are programmed to 0 or erased.
 *  - Blocks can be made to fail: with an error, or silently.
 *  - Erasures are counted; operations, too. */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "flash.h"

enum { MODEL_BLOCKS_MAX = 128 };

enum tear {
    TEAR_NOTHING,     /* the operation did not begin */
    TEAR_ALL,         /* it ended; the power went away then */
    TEAR_PREFIX,      /* bytes from the start up to some */
    TEAR_WORDS,       /* some of the words */
    TEAR_EDGE,        /* bytes from the start, the next word weak */
    TEAR_WEAK,        /* everything weak */
    TEAR_MIXED,       /* each bit done, weak or not begun */
    TEAR_ONE_WEAK,    /* nothing but a single weak bit: reads as untouched half of the time */
    TEAR_ONE_MISSING, /* all but two bits, which are weak: reads as complete some of the time */
    TEARS,
};

enum fault {
    FAULT_NONE,
    FAULT_PROGRAM_ERROR,  /* program() returns an error, with half of it done */
    FAULT_PROGRAM_SILENT, /* a bit stays 1 */
    FAULT_ERASE_ERROR,
    FAULT_ERASE_SILENT,   /* a bit stays 0 */
    FAULT_DEAD,           /* both errors */
};

struct operation {
    bool erase;
    uint32_t addr; /* of a program; or the block */
    const uint8_t *data;
    uint32_t n;
};

struct flash_model {
    struct flash flash;
    uint8_t *cells, *weak;
    uint32_t erases[MODEL_BLOCKS_MAX];
    uint8_t faults[MODEL_BLOCKS_MAX];
    uint32_t fault_after[MODEL_BLOCKS_MAX]; /* operations on the block that still work */
    uint64_t operations;  /* programs and erasures */
    uint64_t programmed, read; /* bytes */
    uint64_t cut_at;      /* the operation of that number is cut... */
    enum tear tear;       /* ...like this... */
    jmp_buf *power;       /* ...and control goes there */
    void (*before)(void *ctx, const struct operation *op); /* called before each operation, or NULL */
    void *ctx;
    uint32_t random;
    bool has_weak;
    bool lenient;          /* programming a 1 over a 0 is no mistake: the bit stays 0 */
    const char *violation; /* NULL: none */
};

/** A flash that reads as `fill`. Memory comes from the heap. */
void model_init(struct flash_model *m, uint32_t block_size, uint32_t blocks, uint32_t page_size, uint8_t fill);
void model_free(struct flash_model *m);
/** The contents and faults (not hooks) of another of the same geometry. */
void model_copy(struct flash_model *m, const struct flash_model *from);
uint32_t model_size(const struct flash_model *m);
/** Does what is left of an operation when the power fails in it. */
void model_tear(struct flash_model *m, const struct operation *op, enum tear tear);
/** Random number below n. */
uint32_t model_random(struct flash_model *m, uint32_t n);
