/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Sends every message back to where it came from, for ever. */
#include <sdk.h>

int main(void)
{
    static unsigned char message[SDK_MESSAGE_MAX];
    char from[SDK_NAME_MAX + 1];
    for (;;) {
        size_t size = sizeof message;
        int error = sdk_receive(from, message, &size, SDK_FOREVER);
        if (error != SDK_SUCCESS)
            panic("sdk_receive: %s", sdk_error_name(error));
        (void)sdk_send(from, message, size);    /* who has gone, or does not take its messages, gets none */
    }
}
