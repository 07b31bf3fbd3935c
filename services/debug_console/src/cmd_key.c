/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Keys of bundles.
 */
#include "console.h"

#include <string.h>

#include <shell_parse/shell_parse.h>

enum result cmd_kvdelete(int argc, char *argv[])
{
    int error = security_delete_key(argv[1], argv[2]);

    (void)argc;
    if (error != 0)
        return failed("Delete key", security_error(error));
    console_printf("Delete key \"%s\".\n", argv[2]);
    return DONE;
}

static void print_bytes(uint32_t at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        console_printf(at + i == 0 ? "%u" : ", %u", scratch.bytes[i]);
}

/* As the original: the bytes as decimal numbers. */
enum result cmd_kvread(int argc, char *argv[])
{
    size_t n = sizeof(scratch.bytes);
    uint32_t size, at = 0;
    int error = security_read_key(argv[1], argv[2], 0, (uint32_t)n, &size, scratch.bytes, &n);

    (void)argc;
    if (error != 0)
        return failed("Read key", security_error(error));
    console_puts("[");
    for (;;) {
        print_bytes(at, n);
        at += (uint32_t)n;
        if (at >= size || n == 0)
            break;
        n = sizeof(scratch.bytes);
        if ((error = security_read_key(argv[1], argv[2], at, (uint32_t)n, &size, scratch.bytes, &n)) != 0)
            break;
    }
    console_puts("]\n");
    return error == 0 ? DONE : failed("Read key", security_error(error));
}

/* The bundle's keys with the sizes of their values, by name. */
enum result cmd_keys(int argc, char *argv[])
{
    char key[NAME_SIZE] = "";
    uint32_t size;
    int error;

    (void)argc;
    while ((error = security_next_key(argv[1], key, key, sizeof(key), &size)) == 0 && key[0] != '\0')
        console_printf("%s %u\n", key, (unsigned)size);
    return error == 0 ? DONE : failed("keys", security_error(error));
}

enum result cmd_kvwrite(int argc, char *argv[])
{
    const char *value = shell_join(argv + 3, argc - 3);
    uint32_t n = (uint32_t)strlen(value);
    int error = security_write_key(argv[1], argv[2], n, 0, (const uint8_t *)value, n);

    if (error != 0)
        return failed("Write key", security_error(error));
    console_printf("Write key \"%s\".\n", argv[2]);
    return DONE;
}
