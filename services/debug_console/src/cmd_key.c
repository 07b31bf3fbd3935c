/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Keys of bundles in the security coordinator's store.
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

/* As the original: the bytes as decimal numbers. */
enum result cmd_kvread(int argc, char *argv[])
{
    size_t n = sizeof(scratch.bytes);
    int error = security_read_key(argv[1], argv[2], scratch.bytes, &n);

    (void)argc;
    if (error != 0)
        return failed("Read key", security_error(error));
    console_puts("[");
    for (size_t i = 0; i < n; i++)
        console_printf(i == 0 ? "%u" : ", %u", scratch.bytes[i]);
    console_puts("]\n");
    return DONE;
}

enum result cmd_kvwrite(int argc, char *argv[])
{
    const char *value = shell_join(argv + 3, argc - 3);
    int error = security_write_key(argv[1], argv[2], (const uint8_t *)value, strlen(value));

    if (error != 0)
        return failed("Write key", security_error(error));
    console_printf("Write key \"%s\".\n", argv[2]);
    return DONE;
}
