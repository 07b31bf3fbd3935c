/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Messages of all sizes to pong and back; with an argument, so many rounds of them. Says how long a round trip took. */
#include <sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 5000u

static unsigned char message[SDK_MESSAGE_MAX], answer[SDK_MESSAGE_MAX];

static void send(size_t size)
{
    int error;
    while ((error = sdk_send("pong", message, size)) == SDK_SERVICE_RESTARTED)
        continue;
    if (error != SDK_SUCCESS)
        panic("sdk_send: %s", sdk_error_name(error));
}

static void round_trip(size_t size)
{
    char from[SDK_NAME_MAX + 1];
    size_t got = sizeof answer;
    send(size);
    int error = sdk_receive(from, answer, &got, WAIT_MS);
    if (error != SDK_SUCCESS)
        panic("sdk_receive: %s", sdk_error_name(error));
    if (strcmp(from, "pong") != 0 || got != size || memcmp(message, answer, size) != 0)
        panic("%u bytes came back as %u from %s", (unsigned)size, (unsigned)got, from);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 1, trips = 0;
    uint64_t begin, end;
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = (unsigned char)(i * 7 + 1);
    (void)sdk_time_us(&begin);
    for (; rounds > 0; rounds--)
        for (size_t size = 0; size <= SDK_MESSAGE_MAX; size += 64, trips++)
            round_trip(size);
    (void)sdk_time_us(&end);
    printf("ping::%u round trips, %u us each\n", trips, (unsigned)(end - begin) / trips);
    return 0;
}
