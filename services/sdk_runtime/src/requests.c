/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Nothing in a message is trusted: lengths are checked against limits and against the message, arguments are copied, and
 * a message with words behind its last argument is refused. */
#include "requests.h"
#include "audio.h"
#include "backend.h"
#include "messages.h"
#include "models.h"
#include "timers.h"
#include <ctype.h>
#include <kata/sdk_abi.h>
#include <kata/utf8.h>
#include <security_coordinator.h>
#include <string.h>

#define LOG_LEVEL_INFO 3

/* A request from the message area, while it is served: nobody changes it here. */
static seL4_Word taken[SDK_REQUEST_MAX / sizeof(seL4_Word)];

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

/* A key, or the name of an application. */
_Static_assert(SDK_KEY_MAX == SDK_NAME_MAX, "one function takes both");
static int take_name(camkes_stream_t *in, char name[SDK_NAME_MAX + 1])
{
    size_t length;
    int error = take_bytes(in, name, SDK_NAME_MAX, &length);
    if (error != SDK_SUCCESS)
        return error;
    name[length] = '\0';
    return length == 0 || strlen(name) != length ? SDK_INVALID_STRING : SDK_SUCCESS;
}

/* Takes one line out of the application's share. The clock is asked only when that seems used up. */
static bool may_log(struct app *app)
{
    if (app->log_used >= LOG_BURST) {
        uint64_t now = timer_now_us(), passed = now - app->log_time;
        uint32_t refill = passed > LOG_BURST * (1000000 / LOG_PER_SECOND) ? LOG_BURST : (uint32_t)passed / (1000000 / LOG_PER_SECOND);
        if (refill == 0)
            return false;
        app->log_time = now;
        app->log_used -= refill;
    }
    app->log_used++;
    return true;
}

/* "[application]::12 log lines lost" */
static void report_lost_lines(struct app *app)
{
    char line[1 + SDK_NAME_MAX + 3 + 10 + sizeof " log lines lost"], digits[10];
    char *at = line + strlen(app->config.name) + 4;
    int n = 0;
    if (app->log_lost == 0)
        return;
    line[0] = '[';
    memcpy(line + 1, app->config.name, (size_t)(at - line) - 4);
    memcpy(at - 3, "]::", 3);
    for (uint32_t lost = app->log_lost; lost != 0; lost /= 10)
        digits[n++] = (char)('0' + lost % 10);
    while (n > 0)
        *at++ = digits[--n];
    memcpy(at, " log lines lost", sizeof " log lines lost");
    app->log_lost = 0;
    kata_log_line(LOG_LEVEL_INFO, line);
}

/* Bytes of the printable character that text[0..n) begins with, or 0. U+0080 to U+009F are none: terminals obey them. */
static size_t printable(const uint8_t *text, size_t n)
{
    size_t bytes = utf8_character(text, n);
    if (bytes == 1)
        return isprint(text[0]) ? 1 : 0;
    return bytes == 2 && text[0] == 0xc2 && text[1] < 0xa0 ? 0 : bytes;
}

static void make_printable(char *text, size_t length)
{
    size_t bytes;
    for (size_t at = 0; at < length; at += bytes) {
        bytes = printable((const uint8_t *)text + at, length - at);
        if (bytes == 0) {
            text[at] = '.';
            bytes = 1;
        }
    }
}

/* "[application]::message", printable whatever the message holds. */
static int serve_log(struct app *app, camkes_stream_t *in)
{
    char line[1 + SDK_NAME_MAX + 3 + SDK_LOG_MAX + 1];
    size_t length, start = strlen(app->config.name) + 4;
    int error = take_bytes(in, line + start, SDK_LOG_MAX, &length);
    if (error == SDK_SUCCESS)
        error = finish(in);
    if (error != SDK_SUCCESS)
        return error;
    if (!may_log(app)) {
        app->log_lost++;
        return SDK_SUCCESS;
    }
    line[0] = '[';
    memcpy(line + 1, app->config.name, start - 4);
    memcpy(line + start - 3, "]::", 3);
    line[start + length] = '\0';
    report_lost_lines(app);
    make_printable(line + start, length);
    kata_log_line(LOG_LEVEL_INFO, line);
    return SDK_SUCCESS;
}

/* SDKError for the result of a call of the SecurityCoordinator. */
static int key_error(int error, int sdk_error)
{
    switch (error) {
    case SECURITY_SUCCESS:
        return SDK_SUCCESS;
    case SECURITY_QUOTA_EXCEEDED:
    case SECURITY_STORE_FULL:
        return SDK_OUT_OF_RESOURCES;
    case SECURITY_BUNDLE_DATA_INVALID:      /* of a part: those before it are lost */
    case SECURITY_CORE_RESTARTED:
        return SDK_SERVICE_RESTARTED;
    default:
        return error < 0 && service_died() ? SDK_SERVICE_RESTARTED : sdk_error;
    }
}

/* Reads into the results, where the bytes are put after the call: it uses the message registers itself. */
static int serve_read_key(struct app *app, const char *key, uint32_t offset, bool part, camkes_stream_t *out)
{
    seL4_Word *whole = part ? camkes_put_slot(out) : NULL;
    uint32_t size = 0;
    size_t room, n;
    uint8_t *value = camkes_put_begin(out, &room);
    if (camkes_bad(out))
        return SDK_SERIALIZE_FAILED;
    n = room;
    int error = key_error(security_read_key(app->config.name, key, offset, (uint32_t)n, &size, value, &n), SDK_READ_KEY_FAILED);
    if (error != SDK_SUCCESS)
        return error;
    camkes_put_end(out, n);
    if (whole != NULL)
        *whole = size;
    return whole != NULL || n == size ? SDK_SUCCESS : SDK_SERIALIZE_FAILED;
}

static int serve_read_part(struct app *app, const char *key, camkes_stream_t *in, camkes_stream_t *out)
{
    seL4_Word offset = camkes_get_word(in);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    return offset <= SDK_VALUE_MAX ? serve_read_key(app, key, (uint32_t)offset, true, out) : SDK_SERIALIZE_FAILED;
}

/* What is in message registers is not there any more after a call. */
static const uint8_t *keep(const void *bytes, size_t n)
{
    const uint8_t *from = bytes, *kept = (const uint8_t *)taken;
    if (n == 0 || (from >= kept && from < kept + sizeof taken))
        return from;
    memmove(taken, from, n);
    return kept;
}

/* The part [offset, offset + n) of a value; the quota is asked for when it is the last. */
static int write_part(struct app *app, const char *key, uint32_t size, uint32_t offset, const uint8_t *value, size_t n)
{
    uint32_t others;
    int error = SDK_SUCCESS;
    if (offset + n == size) {
        error = key_error(security_count_keys(app->config.name, key, &others), SDK_WRITE_KEY_FAILED);
        if (error == SDK_SUCCESS && others >= app->config.quota_keys)
            return SDK_OUT_OF_RESOURCES;
    }
    return error != SDK_SUCCESS ? error : key_error(security_write_key(app->config.name, key, size, offset, value, n), SDK_WRITE_KEY_FAILED);
}

static int serve_write_key(struct app *app, const char *key, bool part, camkes_stream_t *in)
{
    seL4_Word size = part ? camkes_get_word(in) : 0, offset = part ? camkes_get_word(in) : 0;
    size_t n;
    const void *value = camkes_get_ref(in, &n);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (!part)
        size = n;
    if (n > SDK_PART_MAX || size > SDK_VALUE_MAX || offset > size || n > size - offset)
        return SDK_SERIALIZE_FAILED;
    return write_part(app, key, (uint32_t)size, (uint32_t)offset, keep(value, n), n);
}

static int serve_key(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    char key[SDK_KEY_MAX + 1];
    int error = take_name(in, key);
    if (error != SDK_SUCCESS)
        return error;
    if (request == SDK_REQUEST_WRITE_KEY || request == SDK_REQUEST_WRITE_KEY_PART)
        return serve_write_key(app, key, request == SDK_REQUEST_WRITE_KEY_PART, in);
    if (request == SDK_REQUEST_READ_KEY_PART)
        return serve_read_part(app, key, in, out);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (request == SDK_REQUEST_READ_KEY)
        return serve_read_key(app, key, 0, false, out);
    return key_error(security_delete_key(app->config.name, key), SDK_DELETE_KEY_FAILED);
}

static int serve_next_key(struct app *app, camkes_stream_t *in, camkes_stream_t *out)
{
    char after[SDK_KEY_MAX + 1], key[SDK_KEY_MAX + 1];
    uint32_t size = 0;
    size_t length;
    int error = take_bytes(in, after, SDK_KEY_MAX, &length);
    if (error == SDK_SUCCESS)
        error = finish(in);
    if (error != SDK_SUCCESS)
        return error;
    after[length] = '\0';
    if (strlen(after) != length)
        return SDK_INVALID_STRING;
    error = key_error(security_next_key(app->config.name, after, key, sizeof key, &size), SDK_READ_KEY_FAILED);
    if (error != SDK_SUCCESS)
        return error;
    camkes_put_string(out, key);
    camkes_put_word(out, size);
    return SDK_SUCCESS;
}

/* The claim in a statement is ours: who has asked. */
static int serve_attest(struct app *app, camkes_stream_t *in, camkes_stream_t *out)
{
    static const char asked[] = "asked by ";
    uint8_t nonce[SDK_NONCE_MAX], claim[sizeof asked + SDK_NAME_MAX];
    size_t nonce_n, room, n, name_n = strlen(app->config.name);
    int error = take_bytes(in, nonce, sizeof nonce, &nonce_n);
    if (error == SDK_SUCCESS)
        error = finish(in);
    if (error == SDK_SUCCESS && nonce_n < SDK_NONCE_MIN)
        error = SDK_SERIALIZE_FAILED;
    if (error != SDK_SUCCESS)
        return error;
    memcpy(claim, asked, sizeof asked - 1);
    memcpy(claim + sizeof asked - 1, app->config.name, name_n);
    uint8_t *statement = camkes_put_begin(out, &room);
    if (camkes_bad(out))
        return SDK_SERIALIZE_FAILED;
    n = room < SDK_STATEMENT_MAX ? room : SDK_STATEMENT_MAX;
    error = security_attest(nonce, nonce_n, claim, sizeof asked - 1 + name_n, (uint32_t)n, statement, &n);
    if (error == SECURITY_SERIALIZE_FAILED)
        return SDK_SERIALIZE_FAILED;
    error = key_error(error, SDK_NO_PLATFORM_SUPPORT);
    if (error == SDK_SUCCESS)
        camkes_put_end(out, n);
    return error;
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

static int wait_for_timer(struct app *app)
{
    app->parked = park_caller();
    if (app->parked == NOT_PARKED)
        return SDK_OUT_OF_RESOURCES;
    app->waiting = WAITS_FOR_TIMER;
    return REQUEST_PARKED;
}

static int serve_completions(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (request == SDK_REQUEST_TIMER_WAIT && app->completed == 0 && timers_run(app))
        return wait_for_timer(app);
    camkes_put_word(out, timers_take(app));
    return SDK_SUCCESS;
}

/* --- models --- */

static int serve_start_model(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    char name[SDK_NAME_MAX + 1];
    uint32_t id;
    int error = take_name(in, name);
    if (error != SDK_SUCCESS)
        return error;
    seL4_Word period_ms = request == SDK_REQUEST_MODEL_PERIODIC ? camkes_get_word(in) : 0;
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (request == SDK_REQUEST_MODEL_PERIODIC && (period_ms == 0 || period_ms > MAX_DURATION))
        return SDK_INVALID_TIMER;
    error = model_start(app, name, (uint32_t)period_ms, &id);
    if (error == SDK_SUCCESS)
        camkes_put_word(out, id);
    return error;
}

static int serve_model_completions(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (request == SDK_REQUEST_MODEL_WAIT && app->model_completed == 0 && models_run(app)) {
        app->parked = park_caller();
        if (app->parked == NOT_PARKED)
            return SDK_OUT_OF_RESOURCES;
        app->waiting = WAITS_FOR_MODEL;
        return REQUEST_PARKED;
    }
    camkes_put_word(out, models_take(app));
    return SDK_SUCCESS;
}

static int serve_set_input(struct app *app, seL4_Word id, camkes_stream_t *in)
{
    uint8_t data[SDK_MODEL_INPUT_MAX];
    size_t n;
    seL4_Word offset = camkes_get_word(in);
    int error = take_bytes(in, data, sizeof data, &n);
    if (error == SDK_SUCCESS)
        error = finish(in);
    return error != SDK_SUCCESS ? error : offset > UINT32_MAX ? SDK_SERIALIZE_FAILED : model_set_input(app, id, (uint32_t)offset, data, n);
}

static int serve_model(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    uint32_t size;
    seL4_Word id = camkes_get_word(in), offset = request == SDK_REQUEST_MODEL_OUTPUT ? camkes_get_word(in) : 0;
    if (request == SDK_REQUEST_MODEL_SET_INPUT)
        return serve_set_input(app, id, in);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (request == SDK_REQUEST_MODEL_CANCEL)
        return model_cancel(app, id);
    if (request == SDK_REQUEST_MODEL_OUTPUT)
        return offset > UINT32_MAX ? SDK_SERIALIZE_FAILED : model_output(app, id, (uint32_t)offset, out);
    int error = model_input_size(app, id, &size);
    if (error == SDK_SUCCESS)
        camkes_put_word(out, size);
    return error;
}

static int serve_collect(struct app *app, camkes_stream_t *in, camkes_stream_t *out)
{
    seL4_Word count = camkes_get_word(in), wait = camkes_get_word(in);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (count == 0 || count > SDK_AUDIO_MAX || !app->in_area)
        return SDK_SERIALIZE_FAILED;
    return recording_collect(app, (uint32_t)count, wait != 0, out);
}

static int serve_audio(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    if (request == SDK_REQUEST_AUDIO_COLLECT)
        return serve_collect(app, in, out);
    seL4_Word rate = request == SDK_REQUEST_AUDIO_START ? camkes_get_word(in) : 0;
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (request == SDK_REQUEST_AUDIO_START)
        return recording_start(app, rate);
    return recording_stop(app) || request == SDK_REQUEST_AUDIO_RESET ? SDK_SUCCESS : SDK_NOT_RECORDING;
}

/* One of the inputs or outputs, or of the labels of one. */
static int serve_model_part(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    seL4_Word id = camkes_get_word(in), which = camkes_get_word(in), index = camkes_get_word(in);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    if (which > UINT32_MAX || index > UINT32_MAX)
        return SDK_SERIALIZE_FAILED;
    return request == SDK_REQUEST_MODEL_TENSOR ? model_tensor(app, id, (uint32_t)which, (uint32_t)index, out)
                                               : model_label(app, id, (uint32_t)which, (uint32_t)index, out);
}

static int serve_time(camkes_stream_t *in, camkes_stream_t *out)
{
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    uint64_t now = timer_now_us();
    camkes_put_u64(out, now);
    return now == 0 && service_died() ? SDK_SERVICE_RESTARTED : SDK_SUCCESS;
}

/* The message needs no copy: nobody is called before it is in the queue. */
static int serve_send(struct app *app, camkes_stream_t *in)
{
    char to[SDK_NAME_MAX + 1];
    size_t bytes;
    int error = take_name(in, to);
    const void *message = camkes_get_ref(in, &bytes);
    if (error == SDK_SUCCESS)
        error = finish(in);
    if (error == SDK_SUCCESS && bytes > SDK_MESSAGE_MAX)
        error = SDK_SERIALIZE_FAILED;
    return error == SDK_SUCCESS ? message_send(app, to, message, (uint32_t)bytes) : error;
}

static int serve_receive(struct app *app, camkes_stream_t *in, camkes_stream_t *out)
{
    seL4_Word wait_ms = camkes_get_word(in);
    if (finish(in) != SDK_SUCCESS)
        return SDK_DESERIALIZE_FAILED;
    return message_receive(app, wait_ms > SDK_FOREVER ? SDK_FOREVER : (uint32_t)wait_ms, out);
}

/* SDK_MAY_... that a request needs. */
static unsigned needs(seL4_Word request)
{
    switch (request) {
    case SDK_REQUEST_LOG:
        return SDK_MAY_LOG;
    case SDK_REQUEST_READ_KEY:
    case SDK_REQUEST_WRITE_KEY:
    case SDK_REQUEST_DELETE_KEY:
    case SDK_REQUEST_NEXT_KEY:
    case SDK_REQUEST_READ_KEY_PART:
    case SDK_REQUEST_WRITE_KEY_PART:
        return SDK_MAY_KEYS;
    case SDK_REQUEST_SEND:
    case SDK_REQUEST_RECEIVE:
        return SDK_MAY_MESSAGES;
    case SDK_REQUEST_ATTEST:
        return SDK_MAY_ATTEST;
    case SDK_REQUEST_MODEL_TENSOR:
    case SDK_REQUEST_MODEL_LABEL:
        return SDK_MAY_MODELS;
    default:
        if (request >= SDK_REQUEST_TIMER_ONESHOT && request <= SDK_REQUEST_TIMER_POLL)
            return SDK_MAY_TIMERS;
        return request >= SDK_REQUEST_MODEL_FIRST && request < SDK_REQUEST_MODEL_END ? SDK_MAY_MODELS
               : request >= SDK_REQUEST_AUDIO_FIRST && request < SDK_REQUEST_END  ? SDK_MAY_AUDIO
                                                                                  : 0;
    }
}

static int serve(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    switch (request) {
    case SDK_REQUEST_PING:
        return finish(in);
    case SDK_REQUEST_LOG:
        return serve_log(app, in);
    case SDK_REQUEST_READ_KEY:
    case SDK_REQUEST_WRITE_KEY:
    case SDK_REQUEST_DELETE_KEY:
    case SDK_REQUEST_READ_KEY_PART:
    case SDK_REQUEST_WRITE_KEY_PART:
        return serve_key(app, request, in, out);
    case SDK_REQUEST_NEXT_KEY:
        return serve_next_key(app, in, out);
    case SDK_REQUEST_TIMER_ONESHOT:
    case SDK_REQUEST_TIMER_PERIODIC:
        return serve_start_timer(app, request, in);
    case SDK_REQUEST_TIMER_CANCEL:
        return serve_cancel_timer(app, in);
    case SDK_REQUEST_TIMER_WAIT:
    case SDK_REQUEST_TIMER_POLL:
        return serve_completions(app, request, in, out);
    case SDK_REQUEST_TIME:
        return serve_time(in, out);
    case SDK_REQUEST_ATTEST:
        return serve_attest(app, in, out);
    case SDK_REQUEST_SEND:
        return serve_send(app, in);
    case SDK_REQUEST_RECEIVE:
        return serve_receive(app, in, out);
    case SDK_REQUEST_MODEL_ONESHOT:
    case SDK_REQUEST_MODEL_PERIODIC:
        return serve_start_model(app, request, in, out);
    case SDK_REQUEST_MODEL_WAIT:
    case SDK_REQUEST_MODEL_POLL:
        return serve_model_completions(app, request, in, out);
    case SDK_REQUEST_MODEL_CANCEL:
    case SDK_REQUEST_MODEL_OUTPUT:
    case SDK_REQUEST_MODEL_INPUT_PARAMS:
    case SDK_REQUEST_MODEL_SET_INPUT:
        return serve_model(app, request, in, out);
    case SDK_REQUEST_AUDIO_RESET:
    case SDK_REQUEST_AUDIO_STOP:
    case SDK_REQUEST_AUDIO_START:
    case SDK_REQUEST_AUDIO_COLLECT:
        return serve_audio(app, request, in, out);
    case SDK_REQUEST_MODEL_TENSOR:
    case SDK_REQUEST_MODEL_LABEL:
        return serve_model_part(app, request, in, out);
    default:
        return SDK_UNKNOWN_REQUEST;
    }
}

int request_serve(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out)
{
    if (needs(request) & ~app->config.permissions)
        return SDK_PERMISSION_DENIED;
    int error = serve(app, request, in, out);
    return error == SDK_SUCCESS && camkes_bad(out) ? SDK_SERIALIZE_FAILED : error;
}

int request_take(struct app *app, const void *area, seL4_Word words, camkes_stream_t *in)
{
    if (!app->has_page)
        return SDK_MAP_PAGE_FAILED;
    if (words > sizeof taken / sizeof taken[0])
        return SDK_SERIALIZE_FAILED;
    memcpy(taken, area, words * sizeof(seL4_Word));
    *in = camkes_stream(taken, words);
    return SDK_SUCCESS;
}
