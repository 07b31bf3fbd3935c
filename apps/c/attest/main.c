/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Gets a statement for the nonce in its argument and prints it, for tools/attest.py. Exits with the SDKError. */
#include <sdk.h>
#include <stdio.h>
#include <string.h>

enum { LINE = 32 };

static unsigned digit(char c)
{
    return c >= 'a' ? (unsigned)(c - 'a') + 10 : (unsigned)(c - '0');
}

static size_t parse(const char *text, uint8_t nonce[SDK_NONCE_MAX])
{
    size_t n = strlen(text) / 2 < SDK_NONCE_MAX ? strlen(text) / 2 : SDK_NONCE_MAX;
    for (size_t i = 0; i < n; i++)
        nonce[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    return n;
}

static void print(const uint8_t *bytes, size_t n)
{
    char line[2 * LINE + 1];
    for (size_t at = 0; at < n; at += LINE) {
        size_t part = n - at < LINE ? n - at : LINE;
        for (size_t i = 0; i < part; i++)
            snprintf(line + 2 * i, 3, "%02x", bytes[at + i]);
        printf("attest::%s\n", line);
    }
}

int main(int argc, char **argv)
{
    static uint8_t statement[SDK_STATEMENT_MAX];
    uint8_t nonce[SDK_NONCE_MAX];
    size_t size = sizeof statement;
    int error = sdk_attest(nonce, argc > 1 ? parse(argv[1], nonce) : 0, statement, &size);
    if (error == SDK_SUCCESS)
        print(statement, size);
    else
        printf("attest::%s\n", sdk_error_name(error));
    return error;
}
