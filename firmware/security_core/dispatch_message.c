/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "dispatch.h"

#include <string.h>

enum { NUMBER_BYTES = 4 };     /* or the error */

size_t dispatch_message(uint8_t *data, size_t size, size_t room)
{
    uint32_t number, error = CORE_DESERIALIZE_FAILED;
    struct request request = { .data = data + NUMBER_BYTES, .room = room - NUMBER_BYTES };
    if (size >= NUMBER_BYTES) {
        memcpy(&number, data, sizeof number);
        request.size = size - NUMBER_BYTES;
        error = dispatch(number, &request);
    }
    memcpy(data, &error, sizeof error);
    return NUMBER_BYTES + (error == CORE_SUCCESS ? request.result : 0);
}
