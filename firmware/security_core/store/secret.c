/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Overwriting of secrets: NOR can program what is still one to zero. Every place where a secret's bytes ever were has a slot with
 * its serial (writer_open() reserves space for secrets under it), in blocks that are waiting for their erasure, too. */
#include "internal.h"

/* Only behind a settled slot: nothing is written before that, and what an unsettled one, torn, tells of may read otherwise the next time, and
 * its space as erased. Zeros there would be found under a later value. */
static bool holds_secret(const struct slot *slot)
{
    return slot->kind == STORE_SECRET && slot->length > 0 && slot->settled &&
           (slot->type == SLOT_HEAD || slot->type == SLOT_MEMBER || slot->type == SLOT_FRAGMENT || slot->type == SLOT_RESERVE);
}

/* The slot is marked when its bytes are gone, so that an interrupted wipe is repeated, whatever half-programmed bits read as. */
static int wipe(struct store *s, unsigned block, unsigned index, const struct slot *slot)
{
    s->verified = UINT32_MAX;
    slot_settle(s, block, index);
    int error = write_zeros(s, block, slot->offset, padded(slot->length));
    return error ? error : slot_mark(s, block, index, WORD_DEAD);
}

/* Every copy of a secret. */
int secret_wipe(struct store *s, uint32_t serial)
{
    struct slot slot;
    int error = STORE_OK;
    for (unsigned block = 0; block < s->flash->blocks; block++) {
        if (!(s->blocks[block].flags & BLOCK_VALID))
            continue;
        for (unsigned i = 0; i < s->blocks[block].slots; i++)
            if (slot_read(s, block, i, &slot) == SLOT_VALID && slot.serial == serial && holds_secret(&slot) &&
                wipe(s, block, i, &slot) != STORE_OK)
                error = STORE_IO;
    }
    return error;
}

/* All secrets in a block that is given up and cannot be relied on to be erased; as far as it still can be programmed. */
void secret_wipe_block(struct store *s, unsigned block)
{
    struct slot slot;
    for (unsigned i = 0; i < s->blocks[block].slots; i++)
        if (slot_read(s, block, i, &slot) == SLOT_VALID && holds_secret(&slot))
            wipe(s, block, i, &slot);
}

/* While opening: secrets that are not alive, and were not overwritten to the end. */
void secret_sweep(struct store *s)
{
    struct slot slot;
    for (unsigned block = 0; block < s->flash->blocks; block++) {
        if (!block_usable(&s->blocks[block]))
            continue;
        for (unsigned i = 0; i < s->blocks[block].slots; i++)
            if (slot_read(s, block, i, &slot) == SLOT_VALID && holds_secret(&slot) && !slot.dead && entry_by_serial(s, slot.serial) < 0)
                wipe(s, block, i, &slot);
    }
}
