/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A zmodem sender, as the receiver sees it. 0xff 0x00 in the input is a silence, 0xff 0x01 the user's control-C. */
#include "target.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct zmodem_ops ops = { send, begin, data_came };
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
