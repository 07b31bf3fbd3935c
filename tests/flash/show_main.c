/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Flashes for the test of tools/flash_show.py: show FOLDER. Each is that of a workload which a power cut has ended, some with rotten bits or blocks that
 * failed; <n>.cut is what lies in it then, <n>.open what does after store_open(), and <n>.txt says what store_open() has found. */
#include <stdio.h>
#include <string.h>

#include <kata/crc32.h>

#include "internal.h"
#include "workload.h"

enum { ROUNDS = 80, VALUE_MOST = 70000 };

static const struct {
    uint32_t block_size, blocks, page_size, scale, steps;
    unsigned rounds;
} geometries[] = {
    {2048, 8, 64, 800, 60, ROUNDS},
    {4096, 9, 256, 3000, 60, ROUNDS},
    {262144, 128, 2048, 16384, 30, 1},
};

static struct store store;
static struct flash_model m;
static const char *folder;

static FILE *create(unsigned number, const char *kind)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%u.%s", folder, number, kind);
    return fopen(path, "wb");
}

static bool save(unsigned number, const char *kind)
{
    FILE *file = create(number, kind);
    return file != NULL && fwrite(m.cells, model_size(&m), 1, file) == 1 && fclose(file) == 0;
}

/* A workload up to a power cut. */
static void run(uint32_t seed, uint32_t scale, unsigned steps)
{
    static jmp_buf power;
    m.cut_at = 100 + model_random(&m, 1200);
    m.tear = (enum tear)(seed % TEARS);
    m.power = &power;
    if (setjmp(power) != 0 || store_open(&store, &m.flash) != STORE_OK)
        return;
    for (unsigned n = 0; n < steps; n++) {
        struct step step = workload_step(seed, n, scale);
        if (workload_run(&store, &m.flash, &step) != STORE_OK)
            return;
    }
}

/* Bits that are neither 0 nor 1 become one of them, as one reading of the flash has it. */
static void decide_weak_bits(void)
{
    for (uint32_t i = 0; m.has_weak && i < model_size(&m); i++) {
        m.cells[i] ^= m.weak[i] & (uint8_t)model_random(&m, 256);
        m.weak[i] = 0;
    }
    m.has_weak = false;
}

static void rot(unsigned bits)
{
    for (unsigned i = 0; i < bits; i++) {
        uint32_t at = model_random(&m, model_size(&m));
        if (i % 2 == 0) /* one that matters, more likely */
            at = at / m.flash.block_size * m.flash.block_size + at % 640;
        m.cells[at] ^= (uint8_t)(1u << model_random(&m, 8));
    }
}

static void print_name(FILE *out, const char *name)
{
    fprintf(out, " =");
    for (; *name != '\0'; name++)
        fprintf(out, "%02x", (unsigned char)*name);
}

static void print_object(FILE *out, const struct store_info *info, int error)
{
    static uint8_t value[VALUE_MOST];
    uint64_t counter;
    int n = store_read(&store, info, 0, value, sizeof value);
    bool whole = error == STORE_OK && n == (int)info->size;
    fprintf(out, "object %d %u %u", error, info->kind, info->serial);
    print_name(out, info->bundle);
    print_name(out, info->name);
    fprintf(out, " %u %s %08x\n", info->size, whole ? "whole" : "corrupt", whole ? crc32_update(0, value, info->size) : 0);
    if (whole && info->kind == STORE_COUNTER && store_counter(&store, info->bundle, info->name, &counter) == STORE_OK)
        fprintf(out, "counter \"%s\" \"%s\" = %llu\n", info->bundle, info->name, (unsigned long long)counter);
}

static void print_store(FILE *out, int result, unsigned rotten)
{
    struct store_info info;
    int error;
    fprintf(out, "geometry %u %u\nresult %d %u\nrotten %u\n", m.flash.block_size, m.flash.blocks, result, store.read_only, rotten);
    for (uint32_t cursor = 0; (error = store_next(&store, &cursor, STORE_ANY, NULL, &info)) != STORE_NOT_FOUND;)
        print_object(out, &info, error);
    for (unsigned i = 0; i < m.flash.blocks; i++) {
        const struct store_block *b = &store.blocks[i];
        fprintf(out, "block %u %s %u %u %u %u\n", i, b->flags & BLOCK_BAD ? "bad" : b->flags & BLOCK_FAILING ? "failing" : "good", b->erases, b->slots, b->live,
                b->low > slots_end(b, 0) ? b->low - slots_end(b, 0) : 0);
    }
}

static bool make(unsigned number, unsigned geometry, uint32_t seed)
{
    model_init(&m, geometries[geometry].block_size, geometries[geometry].blocks, geometries[geometry].page_size, seed % 2 ? 0xff : 0x5a);
    m.random = seed * 77 + 1;
    if (seed % 4 == 3) {
        m.faults[seed % m.flash.blocks] = (uint8_t)(FAULT_PROGRAM_ERROR + seed / 4 % 5);
        m.fault_after[seed % m.flash.blocks] = seed;
    }
    run(seed, geometries[geometry].scale, geometries[geometry].steps);
    decide_weak_bits();
    unsigned rotten = seed % 4 == 2 ? 1 + seed % 8 : 0;
    rot(rotten);
    m.lenient = true;
    m.cut_at = UINT64_MAX;
    bool saved = save(number, "cut");
    FILE *out = create(number, "txt");
    if (out != NULL)
        print_store(out, store_open(&store, &m.flash), rotten);
    saved = saved && out != NULL && fclose(out) == 0 && save(number, "open");
    model_free(&m);
    return saved;
}

int main(int argc, char **argv)
{
    unsigned number = 0;
    if (argc != 2)
        return 2;
    folder = argv[1];
    for (unsigned geometry = 0; geometry < sizeof geometries / sizeof geometries[0]; geometry++)
        for (unsigned round = 0; round < geometries[geometry].rounds; round++)
            if (!make(number++, geometry, 1 + round))
                return 1;
    printf("%u\n", number);
    return 0;
}
