/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 */
#include "console.h"

enum {
    DRAIN_QUIET_MS = 500,       /* the other side, told to stop, has stopped when it was silent for so long */
    DRAIN_READS = 4096,         /* and is not waited for longer than this many reads */
};

void transfer_begin(const char *text)
{
    console_puts(text);
    console_flush();
    (void)uart_set_raw(1);
}

void transfer_send(void *ctx, const uint8_t *bytes, size_t n)
{
    (void)ctx;
    console_write((const char *)bytes, n);
}

static void drain(void)
{
    const uint8_t *bytes;

    for (int i = 0; i < DRAIN_READS && console_read(&bytes, DRAIN_QUIET_MS) > 0; i++)
        ;
}

void transfer_end(bool failed)
{
    console_flush();
    if (failed)
        drain();
    (void)uart_set_raw(0);
    console_puts("\n");
}
