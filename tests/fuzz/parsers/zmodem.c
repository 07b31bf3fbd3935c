/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A zmodem sender, as the receiver sees it, and the same bytes as a receiver, as the sender sees it. 0xff 0x00 in the input is a silence, 0xff 0x01 the user's control-C. */
#include "target.h"
#include <zmodem/sender.h>
#include <zmodem/zmodem.h>
#include <string.h>

static struct {
    uint32_t bytes, limit;
    bool begun;
} received;

static void send(void *ctx, const uint8_t *bytes, size_t n)
{
    (void)ctx, (void)bytes;
    REQUIRE(n > 0 && n <= 64);
}

static bool begin(void *ctx, const char *name, uint32_t size)
{
    (void)ctx;
    REQUIRE(!received.begun && strlen(name) < ZM_SUBPACKET_MAX);
    received.begun = true;
    received.limit = size;
    return size % 7 != 6;
}

static bool data_came(void *ctx, const uint8_t *bytes, size_t n)
{
    (void)ctx;
    REQUIRE(received.begun && n > 0 && n <= sizeof((struct zm_decoder *)0)->data && bytes != NULL);
    received.bytes += (uint32_t)n;
    return received.bytes < 100000;
}

static bool restart(void *ctx)
{
    (void)ctx;
    REQUIRE(received.begun);
    received.bytes = 0;
    return received.limit % 5 != 4;
}

static size_t read_file(void *ctx, uint32_t offset, uint8_t *bytes, size_t n)
{
    (void)ctx;
    REQUIRE(n > 0 && n <= ZM_SUBPACKET_MAX && offset + n <= 20000);
    memset(bytes, (int)(offset >> 8), n);
    return offset % 1000 == 999 ? 0 : n;
}

static void send_file(const uint8_t *data, size_t size)
{
    static const struct zmodem_source source = { send, read_file };
    static struct zmodem_sender z;
    zmodem_sender_start(&z, &source, NULL, "name", 20000);
    for (size_t i = 0; i < size && z.status == ZMODEM_RUNNING; i++) {
        if (data[i] == 0xff && i + 1 < size && data[i + 1] == 0) {
            i++;
            zmodem_sender_timeout(&z);
        } else {
            REQUIRE(zmodem_sender_input(&z, &data[i], 1) <= 1);
        }
        if (zmodem_sender_busy(&z)) {
            zmodem_sender_go_on(&z);
        }
        REQUIRE(z.position <= 20000 && z.heard <= z.position);
    }
    for (unsigned n = 0; z.status == ZMODEM_RUNNING; n++) { /* silence ends every session */
        REQUIRE(n < 1000);
        zmodem_sender_busy(&z) ? zmodem_sender_go_on(&z) : zmodem_sender_timeout(&z);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    send_file(data, size);
    static const struct zmodem_ops ops = { send, begin, data_came, restart };
    static struct zmodem z;
    memset(&received, 0, sizeof received);
    zmodem_start(&z, &ops, NULL);
    for (size_t i = 0; i < size && z.status == ZMODEM_RUNNING; i++) {
        if (data[i] == 0xff && i + 1 < size && data[i + 1] <= 1) {
            if (data[++i] == 0)
                zmodem_timeout(&z);
            else
                zmodem_abort(&z, ZMODEM_INTERRUPTED);
        } else {
            REQUIRE(zmodem_input(&z, &data[i], 1) == 1);
        }
        REQUIRE(z.status != ZMODEM_RUNNING || zmodem_wait_ms(&z) > 0);
    }
    REQUIRE(z.received == received.bytes || z.status == ZMODEM_FAILED);
    for (unsigned n = 0; z.status == ZMODEM_RUNNING; n++) { /* silence ends every session */
        REQUIRE(n < 1000);
        zmodem_timeout(&z);
    }
    REQUIRE(z.status == ZMODEM_DONE || (z.error != ZMODEM_OK && zmodem_error_text(z.error) != NULL));
    return 0;
}
