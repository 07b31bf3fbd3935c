/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "args.h"
#include <kata/sdk_abi.h>
#include <string.h>

/* Length of the argument at *at, which moves to it over separators; false behind the last. */
static bool next(const struct args *args, size_t *at, size_t *length)
{
    if (args->separator != '\0')
        while (*at < args->length && args->bytes[*at] == (uint8_t)args->separator)
            ++*at;
    *length = 0;
    while (*at + *length < args->length && args->bytes[*at + *length] != (uint8_t)args->separator)
        ++*length;
    return *at < args->length;
}

static unsigned count(const struct args *args)
{
    unsigned n = 1;
    size_t length;
    for (size_t at = 0; next(args, &at, &length); at += length + 1)
        n++;
    return n;
}

bool args_valid(const struct args *args)
{
    bool ended = args->separator != '\0' || args->length == 0 || args->bytes[args->length - 1] == '\0';
    return ended && args->length <= SDK_ARGS_MAX && count(args) <= ARGS_COUNT_MAX;
}

/* Strings grow down from the top, and the pointers to them lie below. */
struct args_place args_write(const struct args *args, uint8_t *page, size_t page_size, seL4_Word top)
{
    unsigned n = count(args), i = 1;
    size_t text = strlen(args->name) + 1 + args->length + 1;
    size_t block = (text + (n + 1) * sizeof(seL4_Word) + 15) & ~(size_t)15;
    seL4_Word *pointer = (seL4_Word *)(void *)(page + page_size - block);
    char *to = (char *)(pointer + n + 1);
    seL4_Word difference = top - (seL4_Word)(uintptr_t)(page + page_size);
    size_t length;
    pointer[0] = (seL4_Word)(uintptr_t)to + difference;
    to = (char *)memcpy(to, args->name, strlen(args->name) + 1) + strlen(args->name) + 1;
    for (size_t at = 0; next(args, &at, &length); at += length + 1) {
        pointer[i++] = (seL4_Word)(uintptr_t)to + difference;
        memcpy(to, args->bytes + at, length);
        to[length] = '\0';
        to += length + 1;
    }
    pointer[n] = 0;
    return (struct args_place){ .argc = n, .argv = top - block, .sp = top - block };
}
