/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * The security core's statement of what was started and is installed, for tools/attest.py on the other end of the line.
 */
#include "console.h"

#include <string.h>

#include <mailbox/request.h>

enum { STATEMENT_MAX = 2048, LINE_BYTES = 32 };

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* @return number of bytes, 0 if the text is no nonce */
static size_t parse_nonce(const char *text, uint8_t nonce[CORE_NONCE_MAX])
{
    size_t n = 0;

    for (; text[0] != '\0'; text += 2) {
        int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
        if (low < 0 || n == CORE_NONCE_MAX)
            return 0;
        nonce[n++] = (uint8_t)(high << 4 | low);
    }
    return n < CORE_NONCE_MIN ? 0 : n;
}

/* "running hello timer": what the process manager says, as far as there is room. */
static size_t running(uint8_t claim[CORE_CLAIM_MAX])
{
    static const char word[] = "running";
    char id[NAME_SIZE];
    size_t n = sizeof(word) - 1;

    memcpy(claim, word, n);
    for (uint32_t i = 0; proc_ctrl_get_running_bundle(i, id, sizeof(id)) == 0 && n + 1 + strlen(id) <= CORE_CLAIM_MAX; i++) {
        claim[n++] = ' ';
        memcpy(claim + n, id, strlen(id));
        n += strlen(id);
    }
    return n;
}

static void print_hex(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        console_printf(i + 1 == n || (i + 1) % LINE_BYTES == 0 ? "%02x\n" : "%02x", bytes[i]);
}

enum result cmd_attest(int argc, char *argv[])
{
    uint8_t nonce[CORE_NONCE_MAX], claim[CORE_CLAIM_MAX];
    size_t n = parse_nonce(argv[1], nonce), size = STATEMENT_MAX;

    (void)argc;
    if (n == 0)
        return BAD_ARGUMENTS;
    int error = security_attest(nonce, n, claim, running(claim), STATEMENT_MAX, scratch.bytes, &size);
    if (error != 0)
        return failed("attest", security_error(error));
    console_puts("-----BEGIN KATAOS STATEMENT-----\n");
    print_hex(scratch.bytes, size);
    console_puts("-----END KATAOS STATEMENT-----\n");
    return DONE;
}
