/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The calls of sdk.h, each a request of kata/sdk_abi.h. */
#include "call.h"
#include <kata/utf8.h>
#include <string.h>

int sdk_ping(void)
{
    camkes_stream_t stream = sdk_begin();
    return sdk_call(SDK_REQUEST_PING, &stream);
}

/* Bytes of the next line of a message with so many left: no character is cut. */
static size_t log_part(const char *message, size_t left)
{
    size_t n = left < SDK_LOG_MAX ? left : SDK_LOG_MAX;
    while (n < left && n > SDK_LOG_MAX - 4 && utf8_is_continuation((uint8_t)message[n]))
        n--;
    return n;
}

int sdk_log(const char *message)
{
    size_t left = strlen(message);
    do {
        size_t n = log_part(message, left);
        camkes_stream_t stream = sdk_begin();
        camkes_put_array(&stream, message, n);
        int error = sdk_call(SDK_REQUEST_LOG, &stream);
        if (error != SDK_SUCCESS)
            return error;
        message += n;
        left -= n;
    } while (left > 0);
    return SDK_SUCCESS;
}

/* Values that are as large as they may be begin again so often when others have displaced their parts. */
enum { TRIES = 4 };

/* One part of a value from *at on; *size is that of the whole value then. */
static int read_part(const char *key, uint8_t *value, size_t room, size_t *at, size_t *size)
{
    size_t bytes;
    camkes_stream_t stream = sdk_begin_large();
    camkes_put_string(&stream, key);
    camkes_put_word(&stream, *at);
    int error = sdk_call(SDK_REQUEST_READ_KEY_PART, &stream);
    if (error != SDK_SUCCESS)
        return error;
    *size = camkes_get_word(&stream);
    const void *from = camkes_get_ref(&stream, &bytes);
    if (camkes_bad(&stream) || (bytes == 0 && *at < *size))
        return SDK_UNKNOWN_RESPONSE;
    if (*at < room)
        memcpy(value + *at, from, bytes < room - *at ? bytes : room - *at);
    *at += bytes;
    return SDK_SUCCESS;
}

/* As much of the value as there is room for. */
static int read_parts(const char *key, void *value, size_t room, size_t *size)
{
    int error;
    for (int tries = 0; tries < TRIES; tries++) {
        size_t at = 0;
        do
            error = read_part(key, value, room, &at, size);
        while (error == SDK_SUCCESS && at < *size && at < room);
        if (error != SDK_SERVICE_RESTARTED)
            break;
    }
    return error;
}

int sdk_read_key(const char *key, void *value, size_t *size)
{
    size_t bytes, room = *size;
    camkes_stream_t stream = sdk_begin();
    camkes_put_string(&stream, key);
    int error = sdk_call(SDK_REQUEST_READ_KEY, &stream);
    if (error == SDK_SERIALIZE_FAILED)      /* too large for message registers, if it is not the key */
        return read_parts(key, value, room, size);
    if (error != SDK_SUCCESS)
        return error;
    const void *from = camkes_get_ref(&stream, &bytes);
    if (camkes_bad(&stream))
        return SDK_UNKNOWN_RESPONSE;
    memcpy(value, from, bytes < room ? bytes : room);
    *size = bytes;
    return SDK_SUCCESS;
}

static int write_parts(const char *key, const uint8_t *value, size_t size)
{
    int error;
    for (int tries = 0; tries < TRIES; tries++) {
        size_t at = 0;
        do {
            size_t n = size - at < SDK_PART_MAX ? size - at : SDK_PART_MAX;
            camkes_stream_t stream = sdk_begin_large();
            camkes_put_string(&stream, key);
            camkes_put_word(&stream, size);
            camkes_put_word(&stream, at);
            camkes_put_array(&stream, value + at, n);
            error = sdk_call(SDK_REQUEST_WRITE_KEY_PART, &stream);
            at += n;
        } while (error == SDK_SUCCESS && at < size);
        if (error != SDK_SERVICE_RESTARTED)
            break;
    }
    return error;
}

int sdk_write_key(const char *key, const void *value, size_t size)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_string(&stream, key);
    camkes_put_array(&stream, value, size);
    if (camkes_bad(&stream))
        return size <= SDK_VALUE_MAX ? write_parts(key, value, size) : SDK_SERIALIZE_FAILED;
    return sdk_call(SDK_REQUEST_WRITE_KEY, &stream);
}

int sdk_next_key(char key[SDK_KEY_MAX + 1], size_t *size)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_string(&stream, key);
    int error = sdk_call(SDK_REQUEST_NEXT_KEY, &stream);
    if (error != SDK_SUCCESS)
        return error;
    camkes_get_string(&stream, key, SDK_KEY_MAX + 1);
    *size = camkes_get_word(&stream);
    return camkes_bad(&stream) ? SDK_UNKNOWN_RESPONSE : SDK_SUCCESS;
}

int sdk_delete_key(const char *key)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_string(&stream, key);
    return sdk_call(SDK_REQUEST_DELETE_KEY, &stream);
}

static int start_timer(unsigned request, uint32_t id, uint32_t duration_ms)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_word(&stream, id);
    camkes_put_word(&stream, duration_ms);
    return sdk_call(request, &stream);
}

int sdk_timer_oneshot(uint32_t id, uint32_t duration_ms)
{
    return start_timer(SDK_REQUEST_TIMER_ONESHOT, id, duration_ms);
}

int sdk_timer_periodic(uint32_t id, uint32_t duration_ms)
{
    return start_timer(SDK_REQUEST_TIMER_PERIODIC, id, duration_ms);
}

int sdk_timer_cancel(uint32_t id)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_word(&stream, id);
    return sdk_call(SDK_REQUEST_TIMER_CANCEL, &stream);
}

/* Nothing is lost when the runtime dies while somebody waits: the call is repeated. */
static int completed(unsigned request, uint32_t *mask)
{
    camkes_stream_t stream;
    int error;
    do {
        stream = sdk_begin();
        error = sdk_call(request, &stream);
    } while (error == SDK_SERVICE_RESTARTED);
    *mask = error == SDK_SUCCESS ? (uint32_t)camkes_get_word(&stream) : 0;
    return camkes_bad(&stream) ? SDK_UNKNOWN_RESPONSE : error;
}

int sdk_timer_wait(uint32_t *mask)
{
    return completed(SDK_REQUEST_TIMER_WAIT, mask);
}

int sdk_timer_poll(uint32_t *mask)
{
    return completed(SDK_REQUEST_TIMER_POLL, mask);
}

int sdk_attest(const void *nonce, size_t n, void *statement, size_t *size)
{
    size_t bytes, room = *size;
    camkes_stream_t stream = sdk_begin_large();
    camkes_put_array(&stream, nonce, n);
    int error = sdk_call(SDK_REQUEST_ATTEST, &stream);
    *size = 0;
    if (error != SDK_SUCCESS)
        return error;
    const void *from = camkes_get_ref(&stream, &bytes);
    if (camkes_bad(&stream))
        return SDK_UNKNOWN_RESPONSE;
    if (bytes > room)
        return SDK_SERIALIZE_FAILED;
    memcpy(statement, from, bytes);
    *size = bytes;
    return SDK_SUCCESS;
}

int sdk_time_us(uint64_t *us)
{
    camkes_stream_t stream = sdk_begin();
    int error = sdk_call(SDK_REQUEST_TIME, &stream);
    *us = error == SDK_SUCCESS ? camkes_get_u64(&stream) : 0;
    return camkes_bad(&stream) ? SDK_UNKNOWN_RESPONSE : error;
}

int sdk_send(const char *to, const void *message, size_t size)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_string(&stream, to);
    camkes_put_array(&stream, message, size);
    if (camkes_bad(&stream)) {
        stream = sdk_begin_large();
        camkes_put_string(&stream, to);
        camkes_put_array(&stream, message, size);
    }
    return sdk_call(SDK_REQUEST_SEND, &stream);
}

int sdk_receive(char from[SDK_NAME_MAX + 1], void *message, size_t *size, uint32_t wait_ms)
{
    size_t bytes, room = *size;
    camkes_stream_t stream;
    int error;
    *size = 0;
    do {
        stream = sdk_begin_large();
        camkes_put_word(&stream, wait_ms);
        error = sdk_call(SDK_REQUEST_RECEIVE, &stream);
    } while (error == SDK_SERVICE_RESTARTED);
    if (error != SDK_SUCCESS)
        return error;
    camkes_get_string(&stream, from, SDK_NAME_MAX + 1);
    const void *data = camkes_get_ref(&stream, &bytes);
    if (camkes_bad(&stream))
        return SDK_UNKNOWN_RESPONSE;
    memcpy(message, data, bytes < room ? bytes : room);
    *size = bytes;
    return SDK_SUCCESS;
}

static int heap(uintptr_t wanted, struct sdk_memory *memory)
{
    uintptr_t result[5];
    sdk_heap_call(wanted, result);
    *memory = (struct sdk_memory){ .heap = (void *)result[1], .heap_size = result[2], .used = result[3], .quota = result[4] };
    return (int)result[0];
}

int sdk_memory(struct sdk_memory *memory)
{
    return heap(SDK_HEAP_QUERY, memory);
}

int sdk_set_heap(size_t size, struct sdk_memory *memory)
{
    return heap(size, memory);
}
