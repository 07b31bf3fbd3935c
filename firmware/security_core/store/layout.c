/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Slots and block headers as bytes (SPEC 3 and 4). Nothing that was read is believed before its CRC and its bounds are right. */
#include <string.h>

#include <kata/crc32.h>

#include "internal.h"

/* Places in a slot. */
enum {
    SLOT_CRC = SLOT_BODY,
    SLOT_TYPE = 16,
    SLOT_SERIAL = 20,
    SLOT_TRANSACTION = 24,
    SLOT_OFFSET = 28,
    SLOT_LENGTH = 32,
    SLOT_DATA_CRC = 36,
    SLOT_VALUE = 40,
    SLOT_OTHER = 44,
    SLOT_HASH = 48,
    CRC_BITS = 8 * (SLOT_SIZE - SLOT_TYPE),
};

/* Half-programmed and rotten words are read by the majority of their bits. */
enum { STATE_BITS = 16 };

uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void put32(uint8_t *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

bool all_bytes(const uint8_t *p, size_t n, uint8_t value)
{
    while (n > 0 && *p == value)
        p++, n--;
    return n == 0;
}

void slot_encode(uint8_t raw[SLOT_SIZE], const struct slot *slot)
{
    memset(raw, 0xff, SLOT_BODY);
    raw[SLOT_TYPE] = slot->type;
    raw[SLOT_TYPE + 1] = slot->kind;
    raw[SLOT_TYPE + 2] = slot->bundle_length;
    raw[SLOT_TYPE + 3] = slot->name_length;
    put32(raw + SLOT_SERIAL, slot->serial);
    put32(raw + SLOT_TRANSACTION, slot->transaction);
    put32(raw + SLOT_OFFSET, slot->offset);
    put32(raw + SLOT_LENGTH, slot->length);
    put32(raw + SLOT_DATA_CRC, slot->crc);
    put32(raw + SLOT_VALUE, slot->size);
    put32(raw + SLOT_OTHER, slot->other);
    put32(raw + SLOT_HASH, slot->hash);
    put32(raw + SLOT_CRC, crc32_update(0, raw + SLOT_TYPE, SLOT_SIZE - SLOT_TYPE));
}

/* One wrong bit behind the CRC changes the CRC by a value that tells where it is. Repairs it; false if that is not what happened. */
static bool repair(uint8_t raw[SLOT_SIZE], uint32_t syndrome)
{
    uint32_t effect = UINT32_C(0xedb88320); /* of the last bit */
    if ((syndrome & (syndrome - 1)) == 0)
        return true; /* a bit of the CRC itself */
    for (unsigned bit = CRC_BITS; bit-- > 0; effect = effect >> 1 ^ (effect & 1 ? UINT32_C(0xedb88320) : 0)) {
        if (effect == syndrome) {
            raw[SLOT_TYPE + bit / 8] ^= (uint8_t)(1u << bit % 8);
            return true;
        }
    }
    return false;
}

static unsigned zero_bits(const uint8_t *word)
{
    unsigned n = 0;
    for (uint32_t bits = ~get32(word); bits != 0; bits &= bits - 1)
        n++;
    return n;
}

static bool object_sensible(const struct store *s, const struct slot *slot)
{
    return slot->bundle_length <= STORE_NAME_MAX && slot->name_length <= STORE_NAME_MAX && slot->size <= store_value_max(s) &&
           slot->length == (uint32_t)slot->bundle_length + slot->name_length + slot->size % s->fragment_size;
}

static bool sensible(const struct store *s, const struct slot *slot)
{
    const uint32_t block_size = s->flash->block_size;
    if (slot->serial >= NUMBERS_END || slot->transaction >= NUMBERS_END)
        return false;
    if (slot->length > 0 && (slot->offset % 4 != 0 || slot->offset > block_size || padded(slot->length) > block_size - slot->offset))
        return false;
    switch (slot->type) {
    case SLOT_HEAD:
    case SLOT_MEMBER:
        return object_sensible(s, slot);
    case SLOT_FRAGMENT:
        return slot->length == s->fragment_size && slot->size <= UINT8_MAX;
    case SLOT_COMMIT:
        return slot->size <= block_size / 4 && slot->length == 4 * slot->size;
    case SLOT_DELETE:
        return slot->length == 0;
    case SLOT_COLLECT:
    case SLOT_BAD:
        return slot->length == 0 && slot->size < s->flash->blocks;
    case SLOT_RESERVE:
        return true;
    default:
        return false;
    }
}

/* Takes a slot apart; raw is repaired in place. What is confirmed was settled before, whatever has become of that word. */
enum slot_state slot_decode(const struct store *s, uint8_t raw[SLOT_SIZE], struct slot *slot)
{
    if (all_bytes(raw, SLOT_SIZE, 0xff))
        return SLOT_ERASED;
    uint32_t syndrome = get32(raw + SLOT_CRC) ^ crc32_update(0, raw + SLOT_TYPE, SLOT_SIZE - SLOT_TYPE);
    if (syndrome != 0 && !repair(raw, syndrome))
        return SLOT_UNREADABLE;
    *slot = (struct slot){
        .type = raw[SLOT_TYPE],
        .kind = raw[SLOT_TYPE + 1],
        .bundle_length = raw[SLOT_TYPE + 2],
        .name_length = raw[SLOT_TYPE + 3],
        .serial = get32(raw + SLOT_SERIAL),
        .transaction = get32(raw + SLOT_TRANSACTION),
        .offset = get32(raw + SLOT_OFFSET),
        .length = get32(raw + SLOT_LENGTH),
        .crc = get32(raw + SLOT_DATA_CRC),
        .size = get32(raw + SLOT_VALUE),
        .other = get32(raw + SLOT_OTHER),
        .hash = get32(raw + SLOT_HASH),
        .settled = zero_bits(raw + 4 * WORD_SETTLED) >= STATE_BITS,
        .confirmed = zero_bits(raw + 4 * WORD_CONFIRMED) >= STATE_BITS,
        .dead = zero_bits(raw + 4 * WORD_DEAD) >= STATE_BITS,
    };
    slot->settled |= slot->confirmed;
    return sensible(s, slot) ? SLOT_VALID : SLOT_UNREADABLE;
}

void header_encode(const struct store *s, unsigned block, uint8_t raw[HEADER_SIZE])
{
    memcpy(raw, "KSTO", 4);
    put32(raw + 4, FORMAT_VERSION);
    put32(raw + 8, s->flash->block_size);
    put32(raw + 12, s->flash->blocks << 16 | block);
    put32(raw + 16, s->blocks[block].erases);
    put32(raw + 20, s->number);
    put32(raw + 24, s->session);
    put32(raw + 28, crc32_update(0, raw, 28));
}

/* A header of this or another version. */
bool header_readable(const uint8_t raw[HEADER_SIZE])
{
    return memcmp(raw, "KSTO", 4) == 0 && get32(raw + 28) == crc32_update(0, raw, 28);
}

bool slot_commits(const struct slot *slot)
{
    return slot->type <= SLOT_BAD;
}
