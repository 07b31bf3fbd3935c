/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "flash_cfi.h"

#include <stdbool.h>
#include <string.h>

/* Commands; each chip gets its own copy. */
enum command {
    READ_ARRAY = 0xff,
    READ_QUERY = 0x98,
    READ_STATUS = 0x70,
    CLEAR_STATUS = 0x50,
    BLOCK_ERASE = 0x20,
    BUFFERED_PROGRAM = 0xe8,
    CONFIRM = 0xd0,
};

/* Status register. */
enum status {
    STATUS_READY = 0x80,
    STATUS_ERASE_ERROR = 0x20,
    STATUS_PROGRAM_ERROR = 0x10,
    STATUS_VOLTAGE = 0x08,
    STATUS_LOCKED = 0x02,
    STATUS_ERRORS = STATUS_ERASE_ERROR | STATUS_PROGRAM_ERROR | STATUS_VOLTAGE | STATUS_LOCKED,
};

/* Query table: indices of words (JESD68.01, 4.1). */
enum query {
    QUERY_COMMAND = 0x55, /* where the command is written */
    QUERY_STRING = 0x10,
    QUERY_COMMAND_SET = 0x13,
    QUERY_TYPICAL_BUFFER = 0x20, /* 2^n microseconds */
    QUERY_TYPICAL_ERASE = 0x21,  /* 2^n milliseconds */
    QUERY_MOST_BUFFER = 0x24,    /* 2^n times that */
    QUERY_MOST_ERASE = 0x25,
    QUERY_SIZE = 0x27,           /* 2^n bytes */
    QUERY_BUFFER = 0x2a,         /* 2^n bytes */
    QUERY_REGIONS = 0x2c,
    QUERY_BLOCKS = 0x2d,         /* 16 bits: less one */
    QUERY_BLOCK_SIZE = 0x2f,     /* 16 bits: of 256 bytes */
    INTEL_EXTENDED = 0x0001,
};

enum {
    CHIPS = 2,
    WORD = 4,
    PAGE_MAX = 2048,                /* what QEMU's model takes in one buffered program, whatever the chips' tables say */
    PROGRAM_LIMIT_MIN = 100 * 1000, /* microseconds: chips that are old, or do not say, get at least that */
    ERASE_LIMIT_MIN = 10 * 1000 * 1000,
    LIMIT_EXPONENT_MAX = 26,
};

static uint32_t both(uint32_t value)
{
    return value << 16 | value;
}

static uint32_t get(const struct flash_cfi *f, uint32_t offset)
{
    return f->bus.load(f->bus.ctx, offset);
}

static void put(const struct flash_cfi *f, uint32_t offset, uint32_t value)
{
    f->bus.store(f->bus.ctx, offset, value);
}

static void command(const struct flash_cfi *f, uint32_t offset, enum command value)
{
    put(f, offset, both(value));
}

/* Both chips' status when both are ready. @return FLASH_CFI_TIMEOUT when they are not within the limit */
static int wait_ready(const struct flash_cfi *f, uint32_t offset, uint32_t limit, uint32_t *status)
{
    uint32_t start = f->bus.microseconds(f->bus.ctx);
    bool late;
    do {
        late = f->bus.microseconds(f->bus.ctx) - start > limit; /* asked first: the last look comes after the limit */
        *status = get(f, offset);
        if ((*status & both(STATUS_READY)) == both(STATUS_READY))
            return FLASH_CFI_OK;
    } while (!late);
    return FLASH_CFI_TIMEOUT;
}

/* Voltage and lock explain the errors that come with them. */
static int error_of(uint32_t status)
{
    status |= status >> 16;
    if (status & STATUS_VOLTAGE)
        return FLASH_CFI_VOLTAGE;
    if (status & STATUS_LOCKED)
        return FLASH_CFI_LOCKED;
    if (status & STATUS_ERASE_ERROR)
        return FLASH_CFI_ERASE;
    return status & STATUS_PROGRAM_ERROR ? FLASH_CFI_PROGRAM : FLASH_CFI_OK;
}

/* Waits for the end of an operation. Whatever happened, the flash can be read afterwards and holds no old errors. */
static int finish(const struct flash_cfi *f, uint32_t offset, uint32_t limit)
{
    uint32_t status;
    int error = wait_ready(f, offset, limit, &status);
    if (!error)
        error = error_of(status);
    if (error)
        command(f, offset, CLEAR_STATUS);
    command(f, offset, READ_ARRAY);
    return error;
}

/* --- struct flash --- */

static bool inside(const struct flash_cfi *f, uint32_t addr, size_t n)
{
    return addr <= f->size && n <= f->size - addr;
}

static int cfi_read(void *ctx, uint32_t addr, void *buf, size_t n)
{
    const struct flash_cfi *f = ctx;
    uint8_t *to = buf;
    if (!inside(f, addr, n))
        return FLASH_CFI_RANGE;
    while (n > 0) {
        uint32_t skip = addr % WORD, value = get(f, addr - skip) >> 8 * skip, piece = WORD - skip;
        for (; piece > 0 && n > 0; piece--, n--, addr++, value >>= 8)
            *to++ = (uint8_t)value;
    }
    return FLASH_CFI_OK;
}

static int cfi_program(void *ctx, uint32_t addr, const void *buf, size_t n)
{
    const struct flash_cfi *f = ctx;
    const uint8_t *from = buf;
    uint32_t status, words = (uint32_t)(n / WORD);
    if (!inside(f, addr, n) || addr % WORD != 0 || n % WORD != 0 || n == 0 || n > f->flash.page_size ||
        addr / f->flash.page_size != (addr + (uint32_t)n - 1) / f->flash.page_size)
        return FLASH_CFI_RANGE;
    command(f, addr, BUFFERED_PROGRAM);
    int error = wait_ready(f, addr, f->program_limit, &status); /* for the buffer */
    if (error) {
        command(f, addr, READ_ARRAY);
        return error;
    }
    put(f, addr, both(words - 1));
    for (uint32_t i = 0; i < words; i++, from += WORD)
        put(f, addr + WORD * i, (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24);
    command(f, addr, CONFIRM);
    return finish(f, addr, f->program_limit);
}

static int cfi_erase(void *ctx, uint32_t block)
{
    const struct flash_cfi *f = ctx;
    if (block >= f->flash.blocks)
        return FLASH_CFI_RANGE;
    command(f, block * f->flash.block_size, BLOCK_ERASE);
    command(f, block * f->flash.block_size, CONFIRM);
    return finish(f, block * f->flash.block_size, f->erase_limit);
}

/* --- what chips there are --- */

/* An entry of the table, the same in both chips; -1 if it is not. */
static int query(const struct flash_cfi *f, uint32_t index)
{
    uint32_t value = get(f, WORD * index);
    return (value & 0xffff) == value >> 16 ? (int)(value & 0xff) : -1;
}

static int query16(const struct flash_cfi *f, uint32_t index)
{
    int low = query(f, index), high = query(f, index + 1);
    return low < 0 || high < 0 ? -1 : high << 8 | low;
}

/* 2^typical times 2^most units of `unit` microseconds, but not less than `least`. */
static uint32_t limit(int typical, int most, uint32_t unit, uint32_t least)
{
    int exponent = typical + most;
    if (typical <= 0 || most < 0 || exponent > LIMIT_EXPONENT_MAX)
        return least;
    uint64_t time = ((uint64_t)1 << exponent) * unit;
    return time > UINT32_MAX / 2 ? UINT32_MAX / 2 : time > least ? (uint32_t)time : least;
}

static int read_geometry(struct flash_cfi *f, uint32_t window)
{
    int size = query(f, QUERY_SIZE), buffer = query(f, QUERY_BUFFER), blocks = query16(f, QUERY_BLOCKS), block = query16(f, QUERY_BLOCK_SIZE);
    if (query16(f, QUERY_COMMAND_SET) != INTEL_EXTENDED || query(f, QUERY_REGIONS) != 1)
        return FLASH_CFI_UNSUPPORTED;
    if (size < 12 || size > 29 || buffer < 2 || buffer > 16 || blocks < 0 || block <= 0)
        return FLASH_CFI_UNSUPPORTED;
    f->size = CHIPS * (UINT32_C(1) << size);
    f->flash.blocks = (uint32_t)blocks + 1;
    f->flash.block_size = CHIPS * 256 * (uint32_t)block;
    if (f->size > window || f->size % f->flash.block_size != 0 || f->size / f->flash.block_size != f->flash.blocks)
        return FLASH_CFI_UNSUPPORTED;
    f->flash.page_size = UINT32_C(1) << buffer < PAGE_MAX ? UINT32_C(1) << buffer : PAGE_MAX;
    f->program_limit = limit(query(f, QUERY_TYPICAL_BUFFER), query(f, QUERY_MOST_BUFFER), 1, PROGRAM_LIMIT_MIN);
    f->erase_limit = limit(query(f, QUERY_TYPICAL_ERASE), query(f, QUERY_MOST_ERASE), 1000, ERASE_LIMIT_MIN);
    return FLASH_CFI_OK;
}

int flash_cfi_open(struct flash_cfi *f, const struct cfi_bus *bus, uint32_t window)
{
    static const char string[] = {'Q', 'R', 'Y'};
    int error = FLASH_CFI_OK;
    memset(f, 0, sizeof *f);
    f->bus = *bus;
    f->flash = (struct flash){.read = cfi_read, .program = cfi_program, .erase = cfi_erase, .ctx = f};
    command(f, 0, CLEAR_STATUS);
    command(f, 0, READ_ARRAY); /* whatever state a reset of this hart alone left them in */
    command(f, WORD * QUERY_COMMAND, READ_QUERY);
    for (uint32_t i = 0; i < sizeof string; i++)
        if (query(f, QUERY_STRING + i) != string[i])
            error = FLASH_CFI_ABSENT;
    if (!error)
        error = read_geometry(f, window);
    command(f, 0, READ_ARRAY);
    return error;
}
