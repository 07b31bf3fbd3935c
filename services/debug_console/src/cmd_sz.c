/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Sends a file over the serial line: one of the archive, an installed bundle, or the log that is kept.
 */
#include "console.h"

#include <stdio.h>
#include <string.h>

#include <cpio/cpio.h>
#include <uart_driver.h>

struct outgoing {
    const uint8_t *bytes;   /* of a file of the archive; NULL: a bundle, or the log */
    const char *bundle;     /* NULL: the log */
    uint32_t size;
    char name[NAME_SIZE + 4];
};

/* The log has no offsets, and comes in whole lines: it is read from its begin up to there. *n: in: room, out: bytes found. */
static void read_log(uint32_t offset, uint8_t *bytes, size_t *n)
{
    uint8_t lines[uart_MAX_DATA];
    uint32_t position = 0, before = 0;
    size_t length, room = *n;

    *n = 0;
    for (;; before += (uint32_t)length) {
        length = sizeof(lines);
        if (uart_log_read(position, &position, lines, &length) != 0 || length == 0)
            return;
        if (before + length > offset)
            break;
    }
    size_t skip = offset - before;
    *n = length - skip < room ? length - skip : room;
    memcpy(bytes, lines + skip, *n);
}

static uint32_t log_size(void)
{
    uint32_t size = 0, position = 0;
    size_t n;

    while ((n = saved_log(&position)) > 0)
        size += (uint32_t)n;
    return size;
}

static size_t read_block(void *ctx, uint32_t offset, uint8_t *bytes, size_t n)
{
    const struct outgoing *out = ctx;

    if (out->bytes != NULL)
        memcpy(bytes, out->bytes + offset, n);
    else if (out->bundle == NULL)
        read_log(offset, bytes, &n);
    else if (security_load_application(out->bundle, offset, (uint32_t)n, bytes, &n) != 0)
        return 0;
    return n;
}

static const struct zmodem_source source = {transfer_send, read_block};

static void run_session(struct zmodem_sender *z, struct outgoing *out)
{
    zmodem_sender_start(z, &source, out, out->name, out->size);
    while (z->status == ZMODEM_RUNNING) {
        const uint8_t *bytes;
        bool busy = zmodem_sender_busy(z);
        size_t n = console_read(&bytes, busy ? UART_NO_WAIT : ZMODEM_WAIT_MS);
        if (n > 0)
            console_unread(n - zmodem_sender_input(z, bytes, n));
        else if (busy)
            zmodem_sender_go_on(z);
        else
            zmodem_sender_timeout(z);
    }
}

static bool find(struct outgoing *out, const char *name)
{
    struct cpio_entry entry;

    snprintf(out->name, sizeof(out->name), "%s", name);
    if (archive_lookup(name, &entry)) {
        out->bytes = entry.data;
        out->size = entry.size;
    } else if (security_size_buffer(name, &out->size) == 0) {
        out->bundle = name;
        snprintf(out->name, sizeof(out->name), "%s.app", name);
    } else if (strcmp(name, "log") == 0) {
        out->size = log_size();
    } else {
        console_printf("%s: not found\n", name);
        return false;
    }
    return true;
}

enum result cmd_sz(int argc, char *argv[])
{
    struct outgoing out = {.bytes = NULL};
    struct zmodem_sender *z = &scratch.sender;

    (void)argc;
    if (!find(&out, argv[1]))
        return FAILED;
    transfer_begin("Receive with zmodem now; ctrl-c gives up.\n");
    run_session(z, &out);
    transfer_end(z->status != ZMODEM_DONE);
    if (z->status != ZMODEM_DONE)
        return failed(argv[0], zmodem_error_text(z->error));
    console_printf("Sent %u bytes of data\n", (unsigned)out.size);
    return DONE;
}
