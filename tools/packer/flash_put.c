/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Puts an object into the file of a flash, by the security core's own store: flash_put FILE KIND BUNDLE NAME < value. The geometry is that of
 * platforms/qemu_virt (tools/flash_format.py). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

enum { BLOCK = 256 << 10, BLOCKS = 128, PAGE = 2048, PIECE = 65536 };

static FILE *file;
static struct store store;

static int move_to(uint32_t addr) { return fseek(file, (long)addr, SEEK_SET); }

static int flash_read(void *ctx, uint32_t addr, void *buf, size_t n)
{
    (void)ctx;
    return move_to(addr) == 0 && fread(buf, 1, n, file) == n ? 0 : -1;
}

static int flash_program(void *ctx, uint32_t addr, const void *buf, size_t n)
{
    unsigned char cells[PAGE];
    const unsigned char *from = buf;
    if (n > PAGE || flash_read(ctx, addr, cells, n) != 0 || move_to(addr) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        cells[i] &= from[i];
    return fwrite(cells, 1, n, file) == n ? 0 : -1;
}

static int flash_erase(void *ctx, uint32_t block)
{
    static unsigned char ones[BLOCK];
    (void)ctx;
    memset(ones, 0xff, sizeof ones);
    return move_to(block * BLOCK) == 0 && fwrite(ones, 1, BLOCK, file) == BLOCK ? 0 : -1;
}

static int put(const struct store_id *id)
{
    static unsigned char value[STORE_VALUE_MAX];
    size_t n = fread(value, 1, sizeof value, stdin);
    int stream = store_stream_begin(&store, id, (uint32_t)n), error = stream < 0 ? stream : STORE_OK;
    for (size_t at = 0; at < n && error == STORE_OK; at += PIECE)
        error = store_stream_append(&store, stream, value + at, (uint32_t)(n - at < PIECE ? n - at : PIECE));
    return error == STORE_OK ? store_stream_commit(&store, stream) : error;
}

int main(int argc, char **argv)
{
    static const struct flash flash = { BLOCK, BLOCKS, PAGE, flash_read, flash_program, flash_erase, NULL };
    if (argc != 5) {
        fputs("usage: flash_put FILE KIND BUNDLE NAME < value\n", stderr);
        return 2;
    }
    struct store_id id = { (uint8_t)atoi(argv[2]), argv[3], argv[4] };
    file = fopen(argv[1], "r+b");
    int error = file == NULL ? STORE_IO : store_open(&store, &flash);
    if (error == STORE_OK)
        error = put(&id);
    if (file != NULL && fclose(file) != 0)
        error = STORE_IO;
    if (error != STORE_OK)
        fprintf(stderr, "flash_put: %s: error %d of the store\n", argv[1], error);
    return error == STORE_OK ? 0 : 1;
}
