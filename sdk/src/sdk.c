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

static int start_model(unsigned request, const char *name, uint32_t period_ms, uint32_t *id)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_string(&stream, name);
    if (request == SDK_REQUEST_MODEL_PERIODIC)
        camkes_put_word(&stream, period_ms);
    int error = sdk_call(request, &stream);
    *id = error == SDK_SUCCESS ? (uint32_t)camkes_get_word(&stream) : 0;
    return camkes_bad(&stream) ? SDK_UNKNOWN_RESPONSE : error;
}

int sdk_model_oneshot(const char *name, uint32_t *id)
{
    return start_model(SDK_REQUEST_MODEL_ONESHOT, name, 0, id);
}

int sdk_model_periodic(const char *name, uint32_t period_ms, uint32_t *id)
{
    return start_model(SDK_REQUEST_MODEL_PERIODIC, name, period_ms, id);
}

int sdk_model_cancel(uint32_t id)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_word(&stream, id);
    return sdk_call(SDK_REQUEST_MODEL_CANCEL, &stream);
}

int sdk_model_wait(uint32_t *mask)
{
    return completed(SDK_REQUEST_MODEL_WAIT, mask);
}

int sdk_model_poll(uint32_t *mask)
{
    return completed(SDK_REQUEST_MODEL_POLL, mask);
}

int sdk_model_input_params(uint32_t id, uint32_t *size)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_word(&stream, id);
    int error = sdk_call(SDK_REQUEST_MODEL_INPUT_PARAMS, &stream);
    *size = error == SDK_SUCCESS ? (uint32_t)camkes_get_word(&stream) : 0;
    return camkes_bad(&stream) ? SDK_UNKNOWN_RESPONSE : error;
}

/* Text at the end of an answer. */
static int take_text(camkes_stream_t *stream, char text[SDK_NAME_MAX + 1])
{
    size_t n;
    const void *from = camkes_get_ref(stream, &n);
    text[0] = '\0';
    if (camkes_bad(stream) || n > SDK_NAME_MAX)
        return SDK_UNKNOWN_RESPONSE;
    if (n != 0)
        memcpy(text, from, n);
    text[n] = '\0';
    return SDK_SUCCESS;
}

static int ask_part(unsigned request, uint32_t id, uint32_t which, uint32_t index, camkes_stream_t *stream)
{
    *stream = sdk_begin();
    camkes_put_word(stream, id);
    camkes_put_word(stream, which);
    camkes_put_word(stream, index);
    return sdk_call(request, stream);
}

static int model_tensor(uint32_t id, uint32_t kind, uint32_t index, struct sdk_model_tensor *tensor)
{
    camkes_stream_t stream;
    int error = ask_part(SDK_REQUEST_MODEL_TENSOR, id, kind, index, &stream);
    *tensor = (struct sdk_model_tensor){ 0 };
    if (error != SDK_SUCCESS)
        return error;
    tensor->type = camkes_get_word(&stream) == SDK_INT8 ? SDK_INT8 : SDK_UINT8;
    tensor->offset = (uint32_t)camkes_get_word(&stream);
    tensor->size = (uint32_t)camkes_get_word(&stream);
    tensor->rank = (uint32_t)camkes_get_word(&stream);
    for (unsigned i = 0; i < 4; i++)
        tensor->shape[i] = (uint32_t)camkes_get_word(&stream);
    uint32_t bits = (uint32_t)camkes_get_word(&stream);
    memcpy(&tensor->scale, &bits, sizeof bits);
    tensor->zero = (int32_t)(uint32_t)camkes_get_word(&stream);
    tensor->labels = (uint32_t)camkes_get_word(&stream);
    return take_text(&stream, tensor->name);
}

int sdk_model_input_tensor(uint32_t id, uint32_t index, struct sdk_model_tensor *tensor)
{
    return model_tensor(id, 0, index, tensor);
}

int sdk_model_output_tensor(uint32_t id, uint32_t index, struct sdk_model_tensor *tensor)
{
    return model_tensor(id, 1, index, tensor);
}

int sdk_model_label(uint32_t id, uint32_t output, uint32_t index, char label[SDK_NAME_MAX + 1])
{
    camkes_stream_t stream;
    int error = ask_part(SDK_REQUEST_MODEL_LABEL, id, output, index, &stream);
    label[0] = '\0';
    return error == SDK_SUCCESS ? take_text(&stream, label) : error;
}

int sdk_model_set_input(uint32_t id, uint32_t offset, const void *data, size_t size)
{
    const char *from = data;
    int error = SDK_SUCCESS;
    for (size_t done = 0, n; error == SDK_SUCCESS && done < size; done += n) {
        n = size - done < SDK_MODEL_INPUT_MAX ? size - done : SDK_MODEL_INPUT_MAX;
        camkes_stream_t stream = sdk_begin();
        camkes_put_word(&stream, id);
        camkes_put_word(&stream, offset + (uint32_t)done);
        camkes_put_array(&stream, from + done, n);
        error = sdk_call(SDK_REQUEST_MODEL_SET_INPUT, &stream);
    }
    return error;
}

/* One answer: *size is room for data, then how many bytes came. */
static int take_output(uint32_t id, uint32_t offset, struct sdk_model_output *output, char *data, size_t *size)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_word(&stream, id);
    camkes_put_word(&stream, offset);
    int error = sdk_call(SDK_REQUEST_MODEL_OUTPUT, &stream);
    if (error != SDK_SUCCESS)
        return error;
    output->jobnum = (uint32_t)camkes_get_word(&stream);
    output->faulted = camkes_get_word(&stream) != 0;
    output->return_code = (uint32_t)camkes_get_word(&stream);
    output->epc = (uint32_t)camkes_get_word(&stream);
    output->address = (uint32_t)camkes_get_word(&stream);
    output->size = (uint32_t)camkes_get_word(&stream);
    size_t n;
    const void *bytes = camkes_get_ref(&stream, &n);
    if (camkes_bad(&stream))
        return SDK_UNKNOWN_RESPONSE;
    *size = n < *size ? n : *size;
    if (*size != 0)
        memcpy(data, bytes, *size);
    return SDK_SUCCESS;
}

/* All parts are of the same run. */
int sdk_model_output(uint32_t id, struct sdk_model_output *output, void *data, size_t *size)
{
    char *to = data;
    size_t room = *size, n;
    uint32_t jobnum = 0;
    int error;
    *size = 0;
    do {
        n = room - *size;
        error = take_output(id, (uint32_t)*size, output, to + *size, &n);
        if (error == SDK_SUCCESS && *size != 0 && output->jobnum != jobnum)
            error = SDK_MODEL_BUSY;
        jobnum = output->jobnum;
        *size += error == SDK_SUCCESS ? n : 0;
    } while (error == SDK_SUCCESS && n != 0 && *size < room && *size < output->size);
    return error;
}

int sdk_audio_start(uint32_t rate)
{
    camkes_stream_t stream = sdk_begin();
    camkes_put_word(&stream, rate);
    return sdk_call(SDK_REQUEST_AUDIO_START, &stream);
}

static int collect(int16_t *samples, uint32_t count, bool wait, uint32_t *lost)
{
    camkes_stream_t stream = sdk_begin_large();
    camkes_put_word(&stream, count);
    camkes_put_word(&stream, wait);
    int error = sdk_call(SDK_REQUEST_AUDIO_COLLECT, &stream);
    if (error != SDK_SUCCESS)
        return error;
    size_t n;
    seL4_Word missed = camkes_get_word(&stream);
    const void *from = camkes_get_ref(&stream, &n);
    if (camkes_bad(&stream) || (n != 0 && n != count * sizeof *samples))
        return SDK_UNKNOWN_RESPONSE;
    if (lost != NULL)
        *lost = (uint32_t)missed;
    if (n == 0)
        return SDK_TIMED_OUT;
    memcpy(samples, from, n);
    return SDK_SUCCESS;
}

int sdk_audio_read(int16_t *samples, uint32_t count, uint32_t *lost)
{
    int error;
    do
        error = collect(samples, count, true, lost);
    while (error == SDK_SERVICE_RESTARTED);
    return error;
}

int sdk_audio_poll(int16_t *samples, uint32_t count, uint32_t *lost)
{
    return collect(samples, count, false, lost);
}

int sdk_audio_stop(void)
{
    camkes_stream_t stream = sdk_begin();
    return sdk_call(SDK_REQUEST_AUDIO_STOP, &stream);
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
