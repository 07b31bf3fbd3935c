/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Test commands (debug builds): the security coordinator's interface.
 */
#include "console.h"

#include <kernel/gen_config.h>

#ifdef CONFIG_DEBUG_BUILD

#include <string.h>

#include <kata/crc32.h>
#include <shell_parse/shell_parse.h>

enum result cmd_scecho(int argc, char *argv[])
{
    const char *text = shell_join(argv + 1, argc - 1);
    size_t n = sizeof(scratch.bytes);
    int error = security_echo((const uint8_t *)text, strlen(text), scratch.bytes, &n);

    if (error != 0)
        return failed("scecho", security_error(error));
    console_write(scratch.text, n);
    console_puts("\n");
    return DONE;
}

enum result cmd_size_buffer(int argc, char *argv[])
{
    uint32_t size;
    int error = security_size_buffer(argv[1], &size);

    (void)argc;
    if (error != 0)
        return failed("size_buffer", security_error(error));
    console_printf("Size buffer: %u\n", (unsigned)size);
    return DONE;
}

enum result cmd_get_manifest(int argc, char *argv[])
{
    int error = security_get_manifest(argv[1], scratch.text, sizeof(scratch.text));

    (void)argc;
    if (error != 0)
        return failed("get_manifest", security_error(error));
    console_puts(scratch.text);
    console_puts("\n");
    return DONE;
}

/* Part of an image from offset, as much as the scratch memory takes; model NULL: of an application. */
static int load(const char *bundle, const char *model, uint32_t offset, size_t *n)
{
    *n = sizeof(scratch.bytes);
    return model == NULL ? security_load_application(bundle, offset, (uint32_t)*n, scratch.bytes, n)
                         : security_load_model(bundle, model, offset, (uint32_t)*n, scratch.bytes, n);
}

static enum result load_all(const char *command, const char *bundle, const char *model)
{
    uint32_t size = 0, crc = 0;
    size_t n;
    int error;

    while ((error = load(bundle, model, size, &n)) == 0 && n > 0) {
        crc = crc32_update(crc, scratch.bytes, n);
        size += n;
    }
    if (error != 0)
        return failed(command, security_error(error));
    console_printf("Loaded %u bytes, crc32 %08x\n", (unsigned)size, (unsigned)crc);
    return DONE;
}

enum result cmd_load_application(int argc, char *argv[])
{
    (void)argc;
    return load_all(argv[0], argv[1], NULL);
}

enum result cmd_load_model(int argc, char *argv[])
{
    (void)argc;
    return load_all(argv[0], argv[1], argv[2]);
}

enum result cmd_test_mailbox(int argc, char *argv[])
{
    int error = security_test_mailbox();

    (void)argc, (void)argv;
    console_puts(error == 0 ? "Test mailbox OK.\n" : "Test mailbox failed.\n");
    return error == 0 ? DONE : FAILED;
}

#endif
