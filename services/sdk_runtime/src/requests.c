/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Nothing in a message is trusted: lengths are checked against limits and against the message, arguments are copied, and
 * a message with words behind its last argument is refused. */
#include "requests.h"
#include "backend.h"
#include "timers.h"
#include <ctype.h>
#include <kata/sdk_abi.h>
#include <string.h>

#define LOG_LEVEL_INFO 3

/* All arguments taken: was it exactly the message? */
static int finish(const camkes_stream_t *in)
{
    return camkes_bad(in) || in->at != in->end ? SDK_DESERIALIZE_FAILED : SDK_SUCCESS;
}

/* Copies a byte argument of up to max bytes; *bytes is its length. */
static int take_bytes(camkes_stream_t *in, void *dst, size_t max, size_t *bytes)
{
    const void *from = camkes_get_ref(in, bytes);
    if (camkes_bad(in))
        return SDK_DESERIALIZE_FAILED;
    if (*bytes > max)
        return SDK_SERIALIZE_FAILED;
    memcpy(dst, from, *bytes);
    return SDK_SUCCESS;
}

static int take_key(camkes_stream_t *in, char key[SDK_KEY_MAX + 1])
{
    size_t length;
    int error = take_bytes(in, key, SDK_KEY_MAX, &length);
    if (error != SDK_SUCCESS)
        return error;
    key[length] = '\0';
    return length == 0 || strlen(key) != length ? SDK_INVALID_STRING : SDK_SUCCESS;
}

/* "[application]::message", printable whatever the message holds. */
static int serve_log(struct app *app, camkes_stream_t *in)
{
    char line[1 + APP_NAME_MAX + 3 + SDK_LOG_MAX + 1];
    size_t length, start = strlen(app->name) + 4;
    int error = take_bytes(in, line + start, SDK_LOG_MAX, &length);
    if (error == SDK_SUCCESS)
        error = finish(in);
    if (error != SDK_SUCCESS)
        return error;
    line[0] = '[';
    memcpy(line + 1, app->name, start - 4);
    memcpy(line + start - 3, "]::", 3);
    line[start + length] = '\0';
    for (char *c = line + start; c < line + start + length; c++)
        if (!isprint((unsigned char)*c))
            *c = '.';
    logger_log(LOG_LEVEL_INFO, line);
    return SDK_SUCCESS;
}

static int serve_read_key(struct app *app, const char *key, camkes_stream_t *out)
{
    uint8_t value[SDK_VALUE_MAX];
    size_t size = sizeof value;
    if (security_read_key(app->name, key, value, &size) != 0)
        return SDK_READ_KEY_FAILED;
    camkes_put_array(out, value, size);
    return SDK_SUCCESS;
}

static int serve_write_key(struct app *app, const char *key, camkes_stream_t *in)
{
    uint8_t value[SDK_VALUE_MAX];
    size_t size;
    int error = take_bytes(in, value, sizeof value, &size);
    if (error == SDK_SUCCESS)
        error = finish(in);
    if (error != SDK_SUCCESS)
        return error;
    return security_write_key(app->name, key, value, size) == 0 ? SDK_SUCCESS : SDK_WRITE_KEY_FAILED;
}

static int serve_key(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    char key[SDK_KEY_MAX + 1];
    int error = take_key(in, key);
    if (error == SDK_SUCCESS && request == SDK_REQUEST_WRITE_KEY)
        return serve_write_key(app, key, in);
    if (error == SDK_SUCCESS)
        error = finish(in);
    if (error != SDK_SUCCESS)
        return error;
    if (request == SDK_REQUEST_READ_KEY)
        return serve_read_key(app, key, out);
    return security_delete_key(app->name, key) == 0 ? SDK_SUCCESS : SDK_DELETE_KEY_FAILED;
}

static int serve_start_timer(struct app *app, seL4_Word request, camkes_stream_t *in)
{
    seL4_Word id = camkes_get_word(in), duration_ms = camkes_get_word(in);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (id >= SDK_TIMERS)
        return SDK_NO_SUCH_TIMER;
    if (duration_ms > MAX_DURATION)
        return SDK_INVALID_TIMER;
    return timers_start(app, (uint32_t)id, (uint32_t)duration_ms, request == SDK_REQUEST_TIMER_PERIODIC);
}

static int serve_cancel_timer(struct app *app, camkes_stream_t *in)
{
    seL4_Word id = camkes_get_word(in);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    return id < SDK_TIMERS ? timers_cancel(app, (uint32_t)id) : SDK_NO_SUCH_TIMER;
}

static int serve_completions(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    uint32_t mask;
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    int error = request == SDK_REQUEST_TIMER_WAIT ? timers_wait(app, &mask) : timers_poll(app, &mask);
    if (error == SDK_SUCCESS)
        camkes_put_word(out, mask);
    return error;
}

int request_serve(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    timers_forget_waiting(app);
    switch (request) {
    case SDK_REQUEST_PING:
        return finish(in);
    case SDK_REQUEST_LOG:
        return serve_log(app, in);
    case SDK_REQUEST_READ_KEY:
    case SDK_REQUEST_WRITE_KEY:
    case SDK_REQUEST_DELETE_KEY:
        return serve_key(app, request, in, out);
    case SDK_REQUEST_TIMER_ONESHOT:
    case SDK_REQUEST_TIMER_PERIODIC:
        return serve_start_timer(app, request, in);
    case SDK_REQUEST_TIMER_CANCEL:
        return serve_cancel_timer(app, in);
    case SDK_REQUEST_TIMER_WAIT:
    case SDK_REQUEST_TIMER_POLL:
        return serve_completions(app, request, in, out);
    default:
        return request >= SDK_REQUEST_MODEL_FIRST && request < SDK_REQUEST_END ? SDK_NO_PLATFORM_SUPPORT : SDK_UNKNOWN_REQUEST;
    }
}
