/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The heap: grown, shrunk, used up and given back; then malloc against what it must hold. */
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 64u
#define ROUNDS 4000u

static void check(int ok, const char *what)
{
    if (!ok)
        panic("%s", what);
}

static int zero(const unsigned char *at, size_t n)
{
    while (n > 0 && at[n - 1] == 0)
        n--;
    return n == 0;
}

static void resize(void)
{
    struct sdk_memory first, now;
    check(sdk_memory(&first) == SDK_SUCCESS && first.heap_size >= 8192 && first.quota == 256 * 1024, "first heap");
    check(zero(first.heap, first.heap_size), "first heap is not zero");
    check(sdk_set_heap(60000, &now) == SDK_SUCCESS && now.heap == first.heap && now.heap_size >= 60000, "growing");
    check(now.used > first.used && now.used <= now.quota, "account");
    check(zero(now.heap, now.heap_size), "grown heap is not zero");
    memset(now.heap, 0xa5, now.heap_size);
    size_t grown = now.heap_size;
    check(sdk_set_heap(256 * 1024, &now) == SDK_OUT_OF_RESOURCES && now.heap_size == grown, "quota");
    check(sdk_set_heap((size_t)-2, &now) == SDK_OUT_OF_RESOURCES, "nonsense");
    check(sdk_set_heap(0, &now) == SDK_SUCCESS && now.heap_size == 0 && now.used < first.used, "shrinking");
    check(sdk_set_heap(20000, &now) == SDK_SUCCESS && zero(now.heap, now.heap_size), "old contents came back");
    check(sdk_set_heap(0, &now) == SDK_SUCCESS, "shrinking again");
}

/* Steps of a page, as many as the quota allows: never refused because they are small. */
static void small_steps(void)
{
    struct sdk_memory now;
    size_t size = 0;
    check(sdk_memory(&now) == SDK_SUCCESS, "query");
    while (sdk_set_heap(size + 4096, &now) == SDK_SUCCESS)
        size += 4096;
    check(now.used + 3 * 4096 > now.quota, "refused before the quota was reached");
    check(sdk_set_heap(0, &now) == SDK_SUCCESS, "shrinking");
    printf("memory::%u KiB in small steps\n", (unsigned)(size / 1024));
}

static void use_up(void)
{
    void *blocks[BLOCKS];
    unsigned n = 0;
    while (n < BLOCKS && (blocks[n] = malloc(5000)) != NULL)
        n++;
    check(n > 10 && n < BLOCKS, "malloc does not know the quota");
    for (unsigned i = 0; i < n; i++)
        free(blocks[i]);
    void *large = malloc(100000);
    check(large != NULL, "free has not merged");
    free(large);
}

static void random_use(void)
{
    static struct { unsigned char *at; size_t size; unsigned char value; } block[BLOCKS];
    unsigned seed = 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        seed = seed * 1103515245 + 12345;
        unsigned k = seed >> 16 & (BLOCKS - 1);
        for (size_t n = 0; n < block[k].size; n++)
            check(block[k].at[n] == block[k].value, "block was overwritten");
        size_t size = seed >> 8 & 2047;
        unsigned char *at = seed & 0x80 ? realloc(block[k].at, size + 1) : NULL;
        if (at == NULL) {
            free(block[k].at);
            at = calloc(1, size + 1);
            check(at != NULL && zero(at, size + 1), "calloc");
        }
        block[k].at = at;
        block[k].size = size + 1;
        block[k].value = (unsigned char)seed;
        memset(at, block[k].value, size + 1);
    }
    for (unsigned k = 0; k < BLOCKS; k++)
        free(block[k].at);
}

int main(void)
{
    resize();
    small_steps();
    use_up();
    random_use();
    puts("memory::DONE");
    return 0;
}
