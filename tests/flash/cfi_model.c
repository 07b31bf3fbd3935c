/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "cfi_model.h"

#include <string.h>

enum { READY = 0x80 };

static uint16_t chip_load(struct cfi_model *m, unsigned number, uint32_t word)
{
    struct cfi_chip *chip = &m->chips[number];
    switch (chip->mode) {
    case CFI_QUERY:
        return word < CFI_TABLE ? m->table[number][word] : 0;
    case CFI_STATUS:
        if (chip->pending == 0xe8)
            return chip->buffer_busy ? 0 : READY;
        if (chip->busy > 0) {
            chip->busy -= chip->busy != UINT32_MAX;
            return 0;
        }
        return READY | chip->status;
    default:
        return chip->memory[word];
    }
}

static void start(struct cfi_model *m, struct cfi_chip *chip)
{
    m->operations++;
    chip->mode = CFI_STATUS;
    chip->pending = 0;
    chip->busy = chip->busy_for;
    chip->status |= chip->next_errors;
}

static void erase(struct cfi_model *m, struct cfi_chip *chip, uint32_t word)
{
    uint32_t first = word / (CFI_BLOCK / 2) * (CFI_BLOCK / 2);
    if (!chip->next_errors)
        memset(chip->memory + first, 0xff, CFI_BLOCK);
    start(m, chip);
}

static void program(struct cfi_model *m, struct cfi_chip *chip)
{
    for (uint32_t i = 0; i < chip->count && !chip->next_errors; i++)
        chip->memory[chip->first + i] &= chip->buffer[i];
    start(m, chip);
}

static void second(struct cfi_model *m, struct cfi_chip *chip, uint32_t word, uint16_t value)
{
    if (chip->pending == 0x20) {
        if (value != 0xd0)
            m->violation = "erasure not confirmed";
        else
            erase(m, chip, word);
    } else if (chip->left == 0 && chip->count == 0) {
        chip->count = chip->left = value + 1u;
        chip->first = word;
        if (value >= CFI_BUFFER / 2)
            m->violation = "more words than the buffer holds";
    } else if (chip->left > 0) {
        if (word != chip->first + chip->count - chip->left)
            m->violation = "data not in order";
        if (word / (CFI_BUFFER / 2) != chip->first / (CFI_BUFFER / 2))
            m->violation = "buffered program across the buffer's alignment";
        chip->buffer[chip->count - chip->left--] = value;
    } else if (value != 0xd0) {
        m->violation = "buffered program not confirmed";
    } else {
        program(m, chip);
    }
}

static void first(struct cfi_model *m, struct cfi_chip *chip, uint32_t word, uint16_t value)
{
    switch (value) {
    case 0xff:
        chip->mode = CFI_ARRAY;
        break;
    case 0x70:
        chip->mode = CFI_STATUS;
        break;
    case 0x50:
        chip->status = 0;
        break;
    case 0x98:
        chip->mode = word == 0x55 ? CFI_QUERY : chip->mode;
        break;
    case 0x20:
    case 0xe8:
        if (chip->status)
            m->violation = "operation on top of an old error";
        chip->pending = (uint8_t)value;
        chip->mode = CFI_STATUS;
        chip->count = chip->left = 0;
        break;
    default:
        m->violation = "unknown command";
    }
}

static void chip_store(struct cfi_model *m, struct cfi_chip *chip, uint32_t word, uint16_t value)
{
    bool busy = chip->mode == CFI_STATUS && chip->busy > 0 && chip->pending == 0;
    if (busy && value != 0xff && value != 0x50)
        m->violation = "command to a busy chip";
    if (busy)
        chip->busy = 0; /* what the driver does after a time-out: taken as a reset */
    if (chip->pending == 0xe8 && chip->buffer_busy && value == 0xff) {
        chip->pending = 0;
        chip->mode = CFI_ARRAY;
    } else if (chip->pending) {
        second(m, chip, word, value);
    } else {
        first(m, chip, word, value);
    }
}

static uint32_t load(void *ctx, uint32_t offset)
{
    struct cfi_model *m = ctx;
    m->time++;
    if (offset % 4 != 0 || offset >= CFI_CHIPS * CFI_SIZE) {
        m->violation = "load outside of the flash";
        return 0;
    }
    return chip_load(m, 0, offset / 4) | (uint32_t)chip_load(m, 1, offset / 4) << 16;
}

static void store(void *ctx, uint32_t offset, uint32_t value)
{
    struct cfi_model *m = ctx;
    if (offset % 4 != 0 || offset >= CFI_CHIPS * CFI_SIZE) {
        m->violation = "store outside of the flash";
        return;
    }
    for (unsigned i = 0; i < CFI_CHIPS; i++)
        chip_store(m, &m->chips[i], offset / 4, (uint16_t)(value >> 16 * i));
}

static uint32_t microseconds(void *ctx)
{
    struct cfi_model *m = ctx;
    return m->time += 1000;
}

void cfi_model_init(struct cfi_model *m)
{
    static const uint8_t table[CFI_TABLE] = {
        [0x10] = 'Q', 'R', 'Y', 0x01, 0x00, 0x31, 0x00, 0x00, 0x00, 0x00, 0x00, 0x45, 0x55, 0x00, 0x00, 0x07, 0x07, 0x0a, 0x00, 0x04, 0x04, 0x04, 0x00,
        [0x27] = 16, 0x02, 0x00, 10, 0x00, 1, CFI_BLOCKS - 1, 0, CFI_BLOCK / 256, 0,
    };
    memset(m, 0, sizeof *m);
    m->bus = (struct cfi_bus){load, store, microseconds, m};
    m->time = UINT32_MAX - 5000; /* it wraps around */
    for (unsigned i = 0; i < CFI_CHIPS; i++) {
        memcpy(m->table[i], table, sizeof table);
        memset(m->chips[i].memory, 0x5a, sizeof m->chips[i].memory);
        m->chips[i].busy_for = 3 + i;
    }
}
