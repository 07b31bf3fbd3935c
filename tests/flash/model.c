/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "model.h"

#include <stdlib.h>
#include <string.h>

uint32_t model_size(const struct flash_model *m)
{
    return m->flash.block_size * m->flash.blocks;
}

static uint32_t next_random(struct flash_model *m)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 17;
    m->random ^= m->random << 5;
    return m->random;
}

uint32_t model_random(struct flash_model *m, uint32_t n)
{
    return next_random(m) % n;
}

/* --- reading --- */

static void read_weak(struct flash_model *m, uint32_t addr, uint8_t *to, size_t n)
{
    uint32_t mood = model_random(m, 4); /* 0: weak bits all as they are in cells, 1: all the other way, else: each as it likes */
    for (size_t i = 0; i < n; i++) {
        uint8_t weak = m->weak[addr + i];
        if (weak)
            to[i] ^= mood == 0 ? 0 : mood == 1 ? weak : weak & (uint8_t)next_random(m);
    }
}

static int model_read(void *ctx, uint32_t addr, void *buf, size_t n)
{
    struct flash_model *m = ctx;
    if (addr > model_size(m) || n > model_size(m) - addr) {
        m->violation = "read outside of the flash";
        return -1;
    }
    m->read += n;
    memcpy(buf, m->cells + addr, n);
    if (m->has_weak)
        read_weak(m, addr, buf, n);
    return 0;
}

/* --- bits --- */

/* The bits of a mask in a byte: to be done, or weak (cells keep the old value). */
static void program_bits(struct flash_model *m, uint32_t at, uint8_t done, uint8_t weak)
{
    uint8_t old = m->cells[at];
    m->cells[at] &= (uint8_t)~done;
    m->weak[at] &= (uint8_t)~done;
    m->weak[at] |= (uint8_t)(weak & old & ~done);
    m->has_weak |= m->weak[at] != 0;
}

static void erase_bits(struct flash_model *m, uint32_t at, uint8_t done, uint8_t weak)
{
    uint8_t old = m->cells[at];
    m->cells[at] |= done;
    m->weak[at] &= (uint8_t)~done;
    m->weak[at] |= (uint8_t)(weak & ~old & ~done);
    m->has_weak |= m->weak[at] != 0;
}

/* How much of byte i an operation of n bytes has done when it was cut. */
struct cut {
    uint32_t edge, bit_byte, bit;
    uint64_t words;
};

static void parts(struct flash_model *m, enum tear tear, const struct cut *cut, uint32_t i, uint8_t *done, uint8_t *weak)
{
    *done = *weak = 0;
    switch (tear) {
    case TEAR_ALL:
        *done = 0xff;
        break;
    case TEAR_PREFIX:
        *done = i < cut->edge ? 0xff : 0;
        break;
    case TEAR_WORDS:
        *done = cut->words >> (i / 4 % 64) & 1 ? 0xff : 0;
        break;
    case TEAR_EDGE:
        *done = i < cut->edge ? 0xff : 0;
        *weak = i >= cut->edge && i < cut->edge + 4 ? 0xff : 0;
        break;
    case TEAR_WEAK:
        *weak = 0xff;
        break;
    case TEAR_MIXED:
        *done = (uint8_t)(next_random(m) >> 8);
        *weak = (uint8_t)(next_random(m) >> 8);
        break;
    case TEAR_ONE_WEAK:
        *weak = (uint8_t)(i == cut->bit_byte ? 1u << cut->bit : 0);
        break;
    case TEAR_ONE_MISSING:
        *done = (uint8_t)(i == cut->bit_byte ? ~(1u << cut->bit) : 0xff);
        if (i == cut->edge)
            *done &= 0xfe;
        *weak = (uint8_t)~*done;
        break;
    default:
        break;
    }
}

/* A byte that the operation changes, so that single bits are not chosen in vain. */
static void choose(struct flash_model *m, const struct operation *op, uint32_t base, uint32_t n, struct cut *cut)
{
    *cut = (struct cut){model_random(m, n), 0, model_random(m, 8), (uint64_t)next_random(m) << 32 | next_random(m)};
    for (unsigned tries = 0; tries < 64; tries++) {
        uint32_t i = model_random(m, n);
        uint8_t changes = op->erase ? (uint8_t)~m->cells[base + i] : (uint8_t)(m->cells[base + i] & ~op->data[i]);
        if (changes) {
            cut->bit_byte = i;
            while (!(changes >> cut->bit & 1))
                cut->bit = (cut->bit + 1) % 8;
            return;
        }
    }
}

void model_tear(struct flash_model *m, const struct operation *op, enum tear tear)
{
    uint32_t base = op->erase ? op->addr * m->flash.block_size : op->addr, n = op->erase ? m->flash.block_size : op->n;
    struct cut cut;
    uint8_t done, weak;
    choose(m, op, base, n, &cut);
    for (uint32_t i = 0; i < n; i++) {
        parts(m, tear, &cut, i, &done, &weak);
        if (op->erase)
            erase_bits(m, base + i, done, weak);
        else
            program_bits(m, base + i, done & (uint8_t)~op->data[i], weak & (uint8_t)~op->data[i]);
    }
}

/* --- operations --- */

static void begin(struct flash_model *m, const struct operation *op)
{
    if (m->before)
        m->before(m->ctx, op);
    if (m->operations++ == m->cut_at) {
        model_tear(m, op, m->tear);
        longjmp(*m->power, 1);
    }
}

/* Does a block misbehave in this way now? */
static bool faulty(struct flash_model *m, uint32_t block, enum fault fault)
{
    enum fault has = m->faults[block];
    if (has != fault && !(has == FAULT_DEAD && (fault == FAULT_PROGRAM_ERROR || fault == FAULT_ERASE_ERROR)))
        return false;
    if (m->fault_after[block] == 0)
        return true;
    m->fault_after[block]--;
    return false;
}

static bool allowed(struct flash_model *m, const struct operation *op)
{
    uint32_t page = m->flash.page_size;
    if (op->addr % 4 != 0 || op->n % 4 != 0 || op->n == 0)
        m->violation = "program() not in whole words";
    else if (op->addr / page != (op->addr + op->n - 1) / page)
        m->violation = "program() across a page";
    else if (op->addr > model_size(m) || op->n > model_size(m) - op->addr)
        m->violation = "program() outside of the flash";
    for (uint32_t i = 0; !m->violation && !m->lenient && i < op->n; i++)
        if (op->data[i] & (uint8_t)(~m->cells[op->addr + i] | m->weak[op->addr + i]) && !m->faults[op->addr / m->flash.block_size])
            m->violation = "program() of a 1 over a 0";
    return !m->violation;
}

static int model_program(void *ctx, uint32_t addr, const void *buf, size_t n)
{
    struct flash_model *m = ctx;
    struct operation op = {false, addr, buf, (uint32_t)n};
    if (!allowed(m, &op))
        return -1;
    begin(m, &op);
    m->programmed += n;
    uint32_t block = addr / m->flash.block_size;
    if (faulty(m, block, FAULT_PROGRAM_ERROR)) {
        model_tear(m, &op, TEAR_MIXED);
        return -1;
    }
    bool silent = faulty(m, block, FAULT_PROGRAM_SILENT);
    for (uint32_t i = 0; i < n; i++)
        program_bits(m, addr + i, (uint8_t)(~op.data[i] & (silent && i == 0 ? 0xfe : 0xff)), 0);
    return 0;
}

static int model_erase(void *ctx, uint32_t block)
{
    struct flash_model *m = ctx;
    struct operation op = {true, block, NULL, 0};
    if (block >= m->flash.blocks) {
        m->violation = "erase() outside of the flash";
        return -1;
    }
    begin(m, &op);
    m->erases[block]++;
    if (faulty(m, block, FAULT_ERASE_ERROR)) {
        model_tear(m, &op, TEAR_MIXED);
        return -1;
    }
    memset(m->cells + block * m->flash.block_size, 0xff, m->flash.block_size);
    memset(m->weak + block * m->flash.block_size, 0, m->flash.block_size);
    if (faulty(m, block, FAULT_ERASE_SILENT))
        m->cells[block * m->flash.block_size + m->flash.block_size / 2] &= 0xfe;
    return 0;
}

void model_init(struct flash_model *m, uint32_t block_size, uint32_t blocks, uint32_t page_size, uint8_t fill)
{
    memset(m, 0, sizeof *m);
    m->flash = (struct flash){block_size, blocks, page_size, model_read, model_program, model_erase, m};
    m->cells = malloc(model_size(m));
    m->weak = calloc(1, model_size(m));
    if (!m->cells || !m->weak)
        abort();
    memset(m->cells, fill, model_size(m));
    m->cut_at = UINT64_MAX;
    m->random = 1;
}

void model_free(struct flash_model *m)
{
    free(m->cells);
    free(m->weak);
}

void model_copy(struct flash_model *m, const struct flash_model *from)
{
    memcpy(m->cells, from->cells, model_size(m));
    memcpy(m->weak, from->weak, model_size(m));
    memcpy(m->erases, from->erases, sizeof m->erases);
    memcpy(m->faults, from->faults, sizeof m->faults);
    memcpy(m->fault_after, from->fault_after, sizeof m->fault_after);
    m->has_weak = from->has_weak;
    m->operations = 0;
    m->cut_at = UINT64_MAX;
    m->violation = NULL;
}
