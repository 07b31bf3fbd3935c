/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Packages come from the archive or over the serial line.
 */
#include "console.h"

#include <string.h>

#include <cpio/cpio.h>

static bool zmodem_begin(void *ctx, const char *name, uint32_t size)
{
    return upload_begin(ctx, name, size);
}

static bool zmodem_data(void *ctx, const uint8_t *bytes, size_t n)
{
    return upload_data(ctx, bytes, n);
}

static bool zmodem_restart(void *ctx)
{
    return upload_restart(ctx);
}

static const struct zmodem_ops zmodem_ops = {transfer_send, zmodem_begin, zmodem_data, zmodem_restart};

static void run_session(struct zmodem *z, struct upload *u)
{
    zmodem_start(z, &zmodem_ops, u);
    while (z->status == ZMODEM_RUNNING) {
        const uint8_t *bytes;
        size_t n = console_read(&bytes, zmodem_wait_ms(z));
        if (n > 0)
            console_unread(n - zmodem_input(z, bytes, n));
        else
            zmodem_timeout(z);
    }
}

/* Receives a file over the line. @return false, after a message, when it did not arrive. */
static bool receive(struct upload *u, const char *command)
{
    struct zmodem *z = &scratch.zmodem;

    /* No capital C or G, no NAK: a sender that was started too early takes these for a YMODEM receiver. */
    transfer_begin("Start the zmodem transfer now; ctrl-c gives up.\n");
    run_session(z, u);
    transfer_end(z->status != ZMODEM_DONE);
    if (z->status == ZMODEM_DONE)
        return true;
    failed(command, u->error != 0 ? upload_error(u) : zmodem_error_text(z->error));
    return false;
}

/* Takes a file of the archive. */
static bool collect(struct upload *u, const char *name)
{
    struct cpio_entry entry;

    if (!archive_find(name, &entry))
        return false;
    if (upload_file(u, &entry))
        return true;
    failed("install", upload_error(u));
    return false;
}

/* As the original without an argument: two pages of nothing, which no store should take. */
static bool collect_blank(struct upload *u)
{
    enum { BLANK = 8192 };
    bool ok = upload_begin(u, "blank", BLANK);

    memset(scratch.bytes, 0, sizeof(scratch.bytes));
    while (ok && u->size < BLANK)
        ok = upload_data(u, scratch.bytes, sizeof(scratch.bytes));
    if (!ok)
        failed("install", upload_error(u));
    return ok;
}

static enum result install(struct upload *u)
{
    char id[NAME_SIZE];

    if (!upload_end(u, id))
        return failed("install", upload_error(u));
    console_printf("%s \"%s\" installed\n", u->model[0] == '\0' ? "Bundle" : "Model", id);
    return DONE;
}

enum result cmd_install(int argc, char *argv[])
{
    struct upload u = {0};
    bool over_line = argc > 1 && strcmp(argv[1], "-z") == 0;
    bool ok;

    if (argc > 1 && !over_line && argv[1][0] == '-')
        return BAD_ARGUMENTS;
    ok = over_line ? receive(&u, argv[0]) : argc > 1 ? collect(&u, argv[1]) : collect_blank(&u);
    if (!ok) {
        upload_abort(&u);
        return FAILED;
    }
    console_printf("%s %u bytes of data, crc32 %08x\n", over_line ? "Received" : "Collected", (unsigned)u.size, (unsigned)u.crc);
    return install(&u);
}

/* Receives a file and only measures it. */
enum result cmd_rz(int argc, char *argv[])
{
    struct upload u = {.discard = true};

    (void)argc;
    if (!receive(&u, argv[0]))
        return FAILED;
    console_printf("size: %u, crc32: %08x\n", (unsigned)u.size, (unsigned)u.crc);
    return DONE;
}
