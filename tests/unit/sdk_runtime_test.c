/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Applications' requests, from the words of a message to the words of the answer, over a back end made of variables. */
#include "apps.h"
#include "audio.h"
#include "backend.h"
#include "messages.h"
#include "models.h"
#include "requests.h"
#include "timers.h"
#include <sdk.h>
#include <audio_driver.h>
#include <security_coordinator.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- back end ------------------------------------------------------------------------------------------------- */

#define MS 1000u

static union record {
    struct app app;
    uint8_t page[4096];
} records[SDK_MAX_APPS];
static bool dead[SDK_MAX_APPS];         /* records that are gone */
static uint64_t now_us, alarm_at;
static bool alarm_set, alarm_completed;
static unsigned alarms_set;
static char logged[1024], logged_before[1024];
static unsigned log_lines;
static char stored_bundle[64], stored_key[64];
static uint8_t stored_value[SDK_VALUE_MAX];
static size_t stored_size;
static uint32_t other_keys;
static int parked_busy[SDK_MAX_APPS];
static int spare_replies;
static struct { int count, error; seL4_Word words[SDK_AREA_BYTES / sizeof(seL4_Word)]; size_t n; } answers[SDK_MAX_APPS];
static seL4_Word answer_words[SDK_AREA_BYTES / sizeof(seL4_Word)];

struct app *record_at(unsigned i)
{
    assert_true(i < SDK_MAX_APPS && !dead[i]);
    return &records[i].app;
}

/* ---- MlCoordinator: one model per slot -------------------------------------------------------------------------- */

static struct {
    char bundle[64], model[64];
    bool started, periodic, ended;
} slots[4];
static uint32_t ml_completed;
static int ml_error;
static uint8_t ml_input[1024];

static int slot_of(const char *bundle, const char *model)
{
    for (int i = 0; i < 4; i++)
        if (slots[i].started && strcmp(slots[i].bundle, bundle) == 0 && strcmp(slots[i].model, model) == 0)
            return i;
    return -1;
}

static int start_in_slot(const char *bundle, const char *model, bool periodic)
{
    int i = slot_of(bundle, model);
    for (int n = 0; n < 4 && i < 0; n++)
        if (!slots[n].started)
            i = n;
    if (ml_error != 0 || i < 0)
        return ml_error != 0 ? ml_error : 4;
    (void)snprintf(slots[i].bundle, 64, "%s", bundle);
    (void)snprintf(slots[i].model, 64, "%s", model);
    slots[i].started = true;
    slots[i].periodic |= periodic;
    slots[i].ended = false;
    return 0;
}

uint32_t mlcoord_completed_jobs(void)
{
    uint32_t mask = ml_completed;
    ml_completed = 0;
    return mask;
}

int mlcoord_oneshot(const char *bundle, const char *model) { return start_in_slot(bundle, model, false); }

int mlcoord_periodic(const char *bundle, const char *model, uint32_t rate_ms)
{
    (void)rate_ms;
    return start_in_slot(bundle, model, true);
}

int mlcoord_cancel(const char *bundle, const char *model)
{
    int i = slot_of(bundle, model);
    if (i >= 0)
        memset(&slots[i], 0, sizeof slots[i]);
    return i < 0 ? 5 : 0;
}

int mlcoord_get_output(const char *bundle, const char *model, uint32_t offset, uint32_t length, uint32_t *jobnum, uint32_t *faulted,
                       uint32_t *return_code, uint32_t *epc, uint32_t *address, uint32_t *size, uint8_t *data, size_t *data_n)
{
    *jobnum = 7;
    *faulted = 1;
    *return_code = 15;
    *epc = 0x80000010;
    *address = 0xdead;
    *size = 500;
    *data_n = offset < 500 ? (500 - offset < length ? 500 - offset : length) : 0;
    memset(data, 0x42, *data_n);
    return slot_of(bundle, model) < 0 ? 5 : ml_error;
}

int mlcoord_get_input_params(const char *bundle, const char *model, uint32_t *size)
{
    (void)bundle, (void)model;
    *size = sizeof ml_input;
    return ml_error;
}

int mlcoord_get_tensor(const char *bundle, const char *model, uint32_t kind, uint32_t index, uint32_t *type, uint32_t *offset, uint32_t *size, uint32_t *rank,
                       uint32_t *height, uint32_t *width, uint32_t *depth, uint32_t *last, uint32_t *scale, uint32_t *zero, uint32_t *labels, char *name,
                       size_t cap)
{
    (void)bundle, (void)model;
    *type = 1, *offset = 2, *size = 3, *rank = 4, *height = 5, *width = 6, *depth = 7, *last = 8, *scale = 9, *zero = 10, *labels = 11;
    (void)snprintf(name, cap, "tensor");
    return kind > 1 || index > 3 ? 12 : ml_error;
}

int mlcoord_get_label(const char *bundle, const char *model, uint32_t output, uint32_t index, char *label, size_t cap)
{
    (void)bundle, (void)model;
    (void)snprintf(label, cap, "label %u of %u", (unsigned)index, (unsigned)output);
    return ml_error;
}

int mlcoord_set_input(const char *bundle, const char *model, uint32_t offset, const uint8_t *data, size_t n)
{
    (void)bundle, (void)model;
    if (ml_error == 0)
        memcpy(ml_input + offset, data, n);
    return ml_error;
}

int mlcoord_is_pending(const char *bundle, const char *model)
{
    int i = slot_of(bundle, model);
    return i < 0 || (slots[i].ended && !slots[i].periodic) ? 5 : 0;
}

int mlcoord_get_model_name(uint32_t index, char *bundle, size_t bundle_cap, char *model, size_t model_cap)
{
    if (index >= 4 || !slots[index].started)
        return 5;
    (void)snprintf(bundle, bundle_cap, "%s", slots[index].bundle);
    (void)snprintf(model, model_cap, "%s", slots[index].model);
    return 0;
}

/* ---- AudioDriver: it has heard the samples [audio_first, audio_next), each its number ---------------------------- */

static bool audio_on;
static uint32_t audio_first, audio_next;
static int audio_error;

int audio_start(uint32_t rate, uint32_t *next)
{
    *next = audio_next;
    if (audio_error != 0 || rate != SDK_AUDIO_RATE)
        return audio_error != 0 ? audio_error : AUDIO_BAD_RATE;
    audio_on = true;
    return 0;
}

int audio_stop(void)
{
    audio_on = false;
    return 0;
}

int audio_read(uint32_t position, uint32_t count, uint32_t *from, uint32_t *next, uint8_t *data, size_t *data_n)
{
    *from = audio_next - position > audio_next - audio_first ? audio_first : position;
    *next = audio_next;
    uint32_t n = audio_next - *from, room = (uint32_t)*data_n / 2;
    n = n < count ? n : count;
    n = n < room ? n : room;
    n = n < AUDIO_PIECE ? n : AUDIO_PIECE;
    for (uint32_t i = 0; i < n; i++) {
        int16_t sample = (int16_t)(*from + i);
        memcpy(data + 2 * i, &sample, 2);
    }
    *data_n = 2 * n;
    return audio_error != 0 ? audio_error : audio_on ? 0 : AUDIO_OFF;
}

uint32_t timer_completed_timers(void)
{
    bool completed = alarm_completed;
    alarm_completed = false;
    return completed;
}

uint64_t timer_now_us(void) { return now_us; }

int timer_oneshot_at(uint32_t id, uint64_t deadline_us)
{
    assert_int_equal(id, 0);
    alarm_set = true;
    alarm_at = deadline_us;
    alarms_set++;
    return 0;
}

int timer_cancel(uint32_t id)
{
    assert_int_equal(id, 0);
    alarm_set = alarm_completed = false;
    return 0;
}

/* Time passes; the alarm goes off when it is due. */
static void pass(uint64_t us)
{
    uint64_t end = now_us + us;
    while (alarm_set && alarm_at <= end) {
        now_us = alarm_at > now_us ? alarm_at : now_us;
        alarm_set = false;
        alarm_completed = true;
        timers_collect();
    }
    now_us = end;
}

static void clobber_registers(void);

/* What the security core has to say to every request about keys; 0: it serves them. */
static int store_error;

int security_read_key(const char *bundle, const char *key, uint32_t offset, uint32_t length, uint32_t *size, uint8_t *value, size_t *n)
{
    assert_int_equal(length, *n);
    if (store_error != 0)
        return store_error;
    if (strcmp(bundle, stored_bundle) != 0 || strcmp(key, stored_key) != 0)
        return 5;
    size_t left = stored_size - offset;
    *size = (uint32_t)stored_size;
    *n = left < *n ? left : *n;
    memcpy(value, stored_value + offset, *n);
    return 0;
}

/* The caller's message registers are used for the call. */
int security_write_key(const char *bundle, const char *key, uint32_t size, uint32_t offset, const uint8_t *value, size_t n)
{
    assert_true(size <= SDK_VALUE_MAX && n <= size - offset && strlen(key) >= 1 && strlen(key) <= SDK_KEY_MAX);
    if (store_error != 0)
        return store_error;
    memcpy(stored_value + offset, value, n);
    if (offset + n == size) {
        strcpy(stored_bundle, bundle);
        strcpy(stored_key, key);
        stored_size = size;
    }
    return 0;
}

int security_next_key(const char *bundle, const char *after, char *key, size_t cap, uint32_t *size)
{
    assert_int_equal(cap, SDK_KEY_MAX + 1);
    bool behind = strcmp(bundle, stored_bundle) == 0 && strcmp(after, stored_key) < 0;
    strcpy(key, behind ? stored_key : "");
    *size = behind ? (uint32_t)stored_size : 0;
    return store_error;
}

int security_delete_key(const char *bundle, const char *key)
{
    if (strcmp(bundle, stored_bundle) == 0 && strcmp(key, stored_key) == 0)
        stored_key[0] = '\0';
    return 0;
}

int security_attest(const uint8_t *nonce, size_t nonce_n, const uint8_t *claim, size_t claim_n, uint32_t room, uint8_t *statement, size_t *n)
{
    char text[64] = "asked by ";
    assert_true(room == *n && room <= SDK_STATEMENT_MAX);
    strcat(text, app_find(1)->config.name);
    assert_int_equal(claim_n, strlen(text));
    assert_memory_equal(claim, text, claim_n);
    memcpy(statement, nonce, *n = nonce_n);
    return store_error;
}

int security_count_keys(const char *bundle, const char *except, uint32_t *count)
{
    (void)bundle, (void)except;
    *count = other_keys;
    clobber_registers();
    return 0;
}

bool service_died(void) { return false; }

void kata_log_line(uint8_t level, const char *msg)
{
    assert_int_equal(level, 3);
    assert_true(strlen(msg) < sizeof logged);
    strcpy(logged_before, logged);
    strcpy(logged, msg);
    log_lines++;
}

int park_caller(void)
{
    for (int i = 0; i < spare_replies; i++)
        if (!parked_busy[i]) {
            parked_busy[i] = 1;
            answers[i].count = 0;
            return i;
        }
    return -1;
}

camkes_stream_t answer_begin(const struct app *app)
{
    (void)app;
    return camkes_stream(answer_words, sizeof answer_words / sizeof answer_words[0]);
}

void answer_end(const struct app *app, int error, const camkes_stream_t *out)
{
    assert_true(parked_busy[app->parked]);
    parked_busy[app->parked] = 0;
    answers[app->parked].count++;
    answers[app->parked].error = error;
    answers[app->parked].n = (size_t)(out->at - answer_words);
    memcpy(answers[app->parked].words, answer_words, answers[app->parked].n * sizeof(seL4_Word));
}

void forget_parked(int handle)
{
    assert_true(parked_busy[handle]);
    parked_busy[handle] = 0;
}

/* ---- one request ---------------------------------------------------------------------------------------------- */

static seL4_Word words[CAMKES_IPC_WORDS];
static camkes_stream_t args, result;

/* As a call of another service does. */
static void clobber_registers(void) { memset(words, 0x5a, sizeof words); }

static camkes_stream_t *request(void)
{
    args = camkes_stream(words, CAMKES_IPC_WORDS);
    return &args;
}

/* Arguments and results lie over the same words, as in the component. */
static int serve(uint32_t app, unsigned number)
{
    camkes_stream_t in = camkes_stream(words, (size_t)(args.at - words));
    camkes_stream_t out = camkes_stream(words, CAMKES_IPC_WORDS);
    app_heard(app_find(app));
    int error = request_serve(app_find(app), number, &in, &out);
    result = camkes_stream(words, error == SDK_SUCCESS ? (size_t)(out.at - words) : 0);
    return error;
}

static int serve_text(uint32_t app, unsigned number, const void *text, size_t n)
{
    camkes_put_array(request(), text, n);
    return serve(app, number);
}

static int serve_words(uint32_t app, unsigned number, unsigned n, seL4_Word a, seL4_Word b)
{
    request();
    if (n > 0)
        camkes_put_word(&args, a);
    if (n > 1)
        camkes_put_word(&args, b);
    return serve(app, number);
}

static int oneshot(uint32_t app, uint32_t id)
{
    return serve_words(app, SDK_REQUEST_TIMER_ONESHOT, 2, id, 10);
}

static int wait(uint32_t app)
{
    return serve_words(app, SDK_REQUEST_TIMER_WAIT, 0, 0, 0);
}

/* An application with everything that it may have; its record has been used before. */
static int registered(uint32_t id, const char *name, const char *peer)
{
    int entry = app_free_entry();
    assert_true(entry >= 0);
    dead[entry] = false;
    memset(records[entry].page, 0xa5, sizeof records[entry].page);
    struct sdk_app_config *config = &records[entry].app.config;
    memset(config, 0, sizeof *config);
    config->app_id = id;
    config->permissions = 0x3f;
    config->quota_timers = SDK_TIMERS;
    config->quota_keys = 24;
    strncpy(config->name, name, sizeof config->name);
    strcpy(config->peers[0], "stranger");
    strcpy(config->peers[1], peer);
    strcpy(config->models[0], "model");
    strcpy(config->models[1], "other");
    return app_register((unsigned)entry, id);
}

static int setup(void **state)
{
    (void)state;
    now_us = 5000000;
    alarm_set = alarm_completed = false;
    alarms_set = 0;
    spare_replies = SDK_MAX_APPS;
    other_keys = 0;
    memset(parked_busy, 0, sizeof parked_busy);
    memset(answers, 0, sizeof answers);
    stored_key[0] = '\0';
    store_error = 0;
    log_lines = 0;
    memset(slots, 0, sizeof slots);
    ml_completed = 0;
    ml_error = 0;
    assert_int_equal(registered(1, "one", "two"), SDKM_SUCCESS);
    assert_int_equal(registered(2, "two", "one"), SDKM_SUCCESS);
    return 0;
}

/* Whatever a test did: released applications leave nothing behind. */
static int teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        if (app_at(i) != NULL)
            app_release(app_at(i));
    assert_false(alarm_set);
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        assert_false(parked_busy[i]);
    return 0;
}

/* ---- tests ---------------------------------------------------------------------------------------------------- */

static void test_registration(void **state)
{
    char name[SDK_NAME_MAX + 2];
    (void)state;
    memset(name, 'n', sizeof name);
    assert_int_equal(registered(0, "x", ""), SDKM_APP_ID_INVALID);
    assert_int_equal(registered(1, "x", ""), SDKM_APP_ID_INVALID);
    assert_int_equal(registered(SDK_APP_ID_MAX + 1, "x", ""), SDKM_APP_ID_INVALID);
    assert_int_equal(registered(3, "", ""), SDKM_GET_ENDPOINT_FAILED);
    assert_int_equal(registered(3, name, ""), SDKM_GET_ENDPOINT_FAILED);       /* no NUL within the name */
    assert_int_equal(registered(3, "one", ""), SDKM_GET_ENDPOINT_FAILED);
    for (uint32_t id = 3; id <= SDK_MAX_APPS; id++) {
        snprintf(name, sizeof name, "app%u", (unsigned)id);
        assert_int_equal(registered(id, name, ""), SDKM_SUCCESS);
    }
    assert_int_equal(app_free_entry(), -1);
    assert_null(app_find(100));
    assert_null(app_find(0));
    app_release(app_find(7));
    assert_null(app_find(7));
    assert_null(app_named("app7"));
    assert_int_equal(registered(100, "app7", ""), SDKM_SUCCESS);
    assert_string_equal(app_find(100)->config.name, "app7");
    app_find(1)->config.app_id = 99;                                           /* of another: */
    assert_int_equal(app_register(0, 5), SDKM_APP_ID_INVALID);
    app_find(1)->config.app_id = 1;
}

static void test_log(void **state)
{
    char text[SDK_LOG_MAX + 1];
    (void)state;
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "hello", 5), SDK_SUCCESS);
    assert_string_equal(logged, "[one]::hello");
    assert_int_equal(serve_text(2, SDK_REQUEST_LOG, "a\n\x1b[2J\0b\x80", 9), SDK_SUCCESS);
    assert_string_equal(logged, "[two]::a..[2J.b.");
    assert_int_equal(serve_text(2, SDK_REQUEST_LOG, "gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac \xf0\x9d\x84\x9e", 16), SDK_SUCCESS);
    assert_string_equal(logged, "[two]::gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac \xf0\x9d\x84\x9e");
    /* A terminal's control sequence, an overlong slash, half a surrogate, a character cut off. */
    assert_int_equal(serve_text(2, SDK_REQUEST_LOG, "\xc2\x9b" "2J\xc0\xaf\xed\xa0\x80\xe2\x82", 11), SDK_SUCCESS);
    assert_string_equal(logged, "[two]::..2J.......");
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "", 0), SDK_SUCCESS);
    assert_string_equal(logged, "[one]::");
    memset(text, 'x', sizeof text);
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, text, SDK_LOG_MAX), SDK_SUCCESS);
    assert_int_equal(strlen(logged), 7 + SDK_LOG_MAX);
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, text, SDK_LOG_MAX + 1), SDK_SERIALIZE_FAILED);
    assert_int_equal(log_lines, 6);
}

/* An application that floods the log loses lines, and only its own; they are counted. */
static void test_log_limit(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LOG_BURST + 30; i++)
        assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "x", 1), SDK_SUCCESS);
    assert_int_equal(log_lines, 2 * LOG_BURST > LOG_BURST + 30 ? LOG_BURST + 30 : 2 * LOG_BURST);  /* full again: the clock stood at 5 s */
    for (unsigned i = 0; i < LOG_BURST; i++)
        assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "x", 1), SDK_SUCCESS);
    assert_int_equal(log_lines, 2 * LOG_BURST);
    assert_int_equal(serve_text(2, SDK_REQUEST_LOG, "other", 5), SDK_SUCCESS);
    assert_string_equal(logged, "[two]::other");
    now_us += 1000000 / LOG_PER_SECOND - 1;
    log_lines = 0;
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "x", 1), SDK_SUCCESS);
    assert_int_equal(log_lines, 0);
    now_us += 1;
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "y", 1), SDK_SUCCESS);
    assert_string_equal(logged, "[one]::y");
    assert_string_equal(logged_before, "[one]::31 log lines lost");
    assert_int_equal(log_lines, 2);
    now_us += 1000000;
    for (unsigned i = 0; i < LOG_BURST; i++)
        assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "z", 1), SDK_SUCCESS);
    assert_int_equal(log_lines, 2 + LOG_PER_SECOND);
}

/* Both trees of the original make DeleteKeyFailed of MapPageFailed on the application's side. */
static void test_every_error_has_its_own_name(void **state)
{
    (void)state;
    for (int i = 0; i < SDK_ERRORS; i++) {
        assert_non_null(sdk_error_name(i));
        for (int other = 0; other < i; other++)
            assert_string_not_equal(sdk_error_name(other), sdk_error_name(i));
    }
    assert_string_equal(sdk_error_name(SDK_DELETE_KEY_FAILED), "SDKDeleteKeyFailed");
    assert_string_equal(sdk_error_name(SDK_MAP_PAGE_FAILED), "SDKMapPageFailed");
    assert_string_equal(sdk_error_name(-1), "SDKUnknownResponse");
    assert_string_equal(sdk_error_name(SDK_ERRORS), "SDKUnknownResponse");
}

static int write_key(uint32_t app, const char *key, size_t key_n, size_t value_n)
{
    uint8_t value[400];
    memset(value, 'v', sizeof value);
    camkes_put_array(request(), key, key_n);
    camkes_put_array(&args, value, value_n);
    return serve(app, SDK_REQUEST_WRITE_KEY);
}

static void test_keys(void **state)
{
    char key[SDK_KEY_MAX + 1];
    size_t n;
    (void)state;
    assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "k", 1), SDK_READ_KEY_FAILED);
    assert_int_equal(write_key(1, "k", 1, 400), SDK_SUCCESS);
    assert_int_equal(stored_value[0], 'v');
    assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "k", 1), SDK_SUCCESS);
    assert_non_null(camkes_get_ref(&result, &n));
    assert_int_equal(n, 400);
    assert_int_equal(serve_text(2, SDK_REQUEST_READ_KEY, "k", 1), SDK_READ_KEY_FAILED);
    assert_int_equal(serve_text(1, SDK_REQUEST_DELETE_KEY, "k", 1), SDK_SUCCESS);
    assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "k", 1), SDK_READ_KEY_FAILED);
    memset(key, 'k', sizeof key);
    assert_int_equal(write_key(1, key, SDK_KEY_MAX, 0), SDK_SUCCESS);
    assert_int_equal(write_key(1, key, SDK_KEY_MAX + 1, 0), SDK_SERIALIZE_FAILED);
    assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "", 0), SDK_INVALID_STRING);
    assert_int_equal(serve_text(1, SDK_REQUEST_DELETE_KEY, "a\0b", 3), SDK_INVALID_STRING);
    app_find(1)->config.quota_keys = 3;
    other_keys = 2;
    assert_int_equal(write_key(1, "third", 5, 1), SDK_SUCCESS);
    other_keys = 3;
    assert_int_equal(write_key(1, "fourth", 6, 1), SDK_OUT_OF_RESOURCES);
}

static void test_attest(void **state)
{
    (void)state;
    size_t n;
    assert_int_equal(serve_text(1, SDK_REQUEST_ATTEST, "12345678", 8), SDK_SUCCESS);
    const void *statement = camkes_get_ref(&result, &n);
    assert_int_equal(n, 8);
    assert_memory_equal(statement, "12345678", 8);
    assert_int_equal(serve_text(1, SDK_REQUEST_ATTEST, "1234567", 7), SDK_SERIALIZE_FAILED);
    assert_int_equal(serve_text(1, SDK_REQUEST_ATTEST, "123456789012345678901234567890123", 33), SDK_SERIALIZE_FAILED);
    store_error = SECURITY_NO_CORE;
    assert_int_equal(serve_text(1, SDK_REQUEST_ATTEST, "12345678", 8), SDK_NO_PLATFORM_SUPPORT);
    store_error = SECURITY_CORE_RESTARTED;
    assert_int_equal(serve_text(1, SDK_REQUEST_ATTEST, "12345678", 8), SDK_SERVICE_RESTARTED);
    store_error = 0;
}

/* ---- values in parts, through the message area ---- */

static seL4_Word area[SDK_AREA_BYTES / sizeof(seL4_Word)];

static int serve_area(unsigned number, camkes_stream_t *put)
{
    camkes_stream_t in, out = camkes_stream(area, sizeof area / sizeof area[0]);
    struct app *app = app_find(1);
    app->has_page = true;
    app_heard(app);
    int error = request_take(app, area, (seL4_Word)(put->at - area), &in);
    if (error == SDK_SUCCESS)
        error = request_serve(app, number, &in, &out);
    result = camkes_stream(area, error == SDK_SUCCESS ? (size_t)(out.at - area) : 0);
    return error;
}

static int write_part(const char *key, seL4_Word size, seL4_Word offset, const uint8_t *value, size_t n)
{
    camkes_stream_t put = camkes_stream(area, sizeof area / sizeof area[0]);
    camkes_put_string(&put, key);
    camkes_put_word(&put, size);
    camkes_put_word(&put, offset);
    camkes_put_array(&put, value, n);
    return serve_area(SDK_REQUEST_WRITE_KEY_PART, &put);
}

static int read_part(const char *key, seL4_Word offset, const uint8_t **value, size_t *n)
{
    camkes_stream_t put = camkes_stream(area, sizeof area / sizeof area[0]);
    camkes_put_string(&put, key);
    camkes_put_word(&put, offset);
    int error = serve_area(SDK_REQUEST_READ_KEY_PART, &put);
    if (error == SDK_SUCCESS) {
        assert_int_equal(camkes_get_word(&result), stored_size);
        *value = camkes_get_ref(&result, n);
        assert_non_null(*value);
    }
    return error;
}

static void test_large_values(void **state)
{
    static uint8_t value[SDK_VALUE_MAX + 1];
    const uint8_t *found;
    size_t n, at;
    (void)state;
    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (uint8_t)(i * 5 + (i >> 8));
    for (at = 0; at < SDK_VALUE_MAX; at += SDK_PART_MAX)
        assert_int_equal(write_part("k", SDK_VALUE_MAX, at, value + at, SDK_PART_MAX), SDK_SUCCESS);
    assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "k", 1), SDK_SERIALIZE_FAILED);    /* in one piece */
    for (at = 0; at < SDK_VALUE_MAX; at += n) {
        assert_int_equal(read_part("k", at, &found, &n), SDK_SUCCESS);
        assert_true(n > 2000 || at + n == SDK_VALUE_MAX);
        assert_memory_equal(found, value + at, n);
    }
    assert_int_equal(write_part("k", SDK_VALUE_MAX + 1, 0, value, 1), SDK_SERIALIZE_FAILED);
    assert_int_equal(write_part("k", SDK_VALUE_MAX, 0, value, SDK_PART_MAX + 1), SDK_SERIALIZE_FAILED);
    assert_int_equal(write_part("k", 10, 11, value, 0), SDK_SERIALIZE_FAILED);
    assert_int_equal(write_part("k", 10, 5, value, 6), SDK_SERIALIZE_FAILED);
    assert_int_equal(write_part("k", ~(seL4_Word)0, ~(seL4_Word)0 - 1, value, 1), SDK_SERIALIZE_FAILED);
    assert_int_equal(read_part("k", SDK_VALUE_MAX + 1, &found, &n), SDK_SERIALIZE_FAILED);
    assert_int_equal(read_part("k", ~(seL4_Word)0, &found, &n), SDK_SERIALIZE_FAILED);
    /* the quota is for the last part, before which nothing is seen */
    app_find(1)->config.quota_keys = other_keys = 3;
    assert_int_equal(write_part("new", 20, 0, value, 10), SDK_SUCCESS);
    assert_int_equal(write_part("new", 20, 10, value, 10), SDK_OUT_OF_RESOURCES);
    assert_string_equal(stored_key, "k");
}

static void test_next_key(void **state)
{
    char key[SDK_KEY_MAX + 2];
    (void)state;
    assert_int_equal(write_key(1, "k", 1, 77), SDK_SUCCESS);
    assert_int_equal(serve_text(1, SDK_REQUEST_NEXT_KEY, "", 0), SDK_SUCCESS);
    camkes_get_string(&result, key, sizeof key);
    assert_string_equal(key, "k");
    assert_int_equal(camkes_get_word(&result), 77);
    assert_int_equal(serve_text(1, SDK_REQUEST_NEXT_KEY, "k", 1), SDK_SUCCESS);
    camkes_get_string(&result, key, sizeof key);
    assert_string_equal(key, "");
    assert_int_equal(serve_text(2, SDK_REQUEST_NEXT_KEY, "", 0), SDK_SUCCESS);
    camkes_get_string(&result, key, sizeof key);
    assert_string_equal(key, "");
    memset(key, 'k', sizeof key);
    assert_int_equal(serve_text(1, SDK_REQUEST_NEXT_KEY, key, SDK_KEY_MAX), SDK_SUCCESS);
    assert_int_equal(serve_text(1, SDK_REQUEST_NEXT_KEY, key, SDK_KEY_MAX + 1), SDK_SERIALIZE_FAILED);
    assert_int_equal(serve_text(1, SDK_REQUEST_NEXT_KEY, "a\0b", 3), SDK_INVALID_STRING);
}

static void test_errors_of_the_store(void **state)
{
    static const struct { int store, read, write; } errors[] = {
        { SECURITY_STORE_FULL, SDK_OUT_OF_RESOURCES, SDK_OUT_OF_RESOURCES }, { SECURITY_QUOTA_EXCEEDED, SDK_OUT_OF_RESOURCES, SDK_OUT_OF_RESOURCES },
        { SECURITY_STORE_WORN, SDK_READ_KEY_FAILED, SDK_WRITE_KEY_FAILED }, { SECURITY_NO_CORE, SDK_READ_KEY_FAILED, SDK_WRITE_KEY_FAILED },
        { SECURITY_CORE_RESTARTED, SDK_SERVICE_RESTARTED, SDK_SERVICE_RESTARTED },
        { SECURITY_BUNDLE_DATA_INVALID, SDK_SERVICE_RESTARTED, SDK_SERVICE_RESTARTED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        store_error = errors[i].store;
        assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "k", 1), errors[i].read);
        assert_int_equal(serve_text(1, SDK_REQUEST_NEXT_KEY, "", 0), errors[i].read);
        assert_int_equal(write_key(1, "k", 1, 10), errors[i].write);
    }
}

static void test_malformed(void **state)
{
    (void)state;
    assert_int_equal(serve_words(1, SDK_REQUEST_PING, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_PING, 1, 0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_LOG, 0, 0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_LOG, 1, 1, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_LOG, 1, ~(seL4_Word)0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_LOG, 2, 0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_WRITE_KEY, 2, 1, 'k'), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_ONESHOT, 1, 0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_WAIT, 1, 0, 0), SDK_DESERIALIZE_FAILED);
    for (unsigned number = 0; number < SDK_REQUEST_FIRST; number++)
        assert_int_equal(serve_words(1, number, 0, 0, 0), SDK_UNKNOWN_REQUEST);
    for (unsigned number = SDK_REQUEST_MODEL_FIRST; number < SDK_REQUEST_MODEL_END; number++)
        assert_int_equal(serve_words(1, number, number == SDK_REQUEST_MODEL_WAIT || number == SDK_REQUEST_MODEL_POLL, 0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIME, 1, 0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_SEND, 0, 0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_RECEIVE, 0, 0, 0), SDK_DESERIALIZE_FAILED);
    for (unsigned number = SDK_REQUEST_END; number < SDK_REQUEST_TIME; number++)
        assert_int_equal(serve_words(1, number, 0, 0, 0), SDK_UNKNOWN_REQUEST);
    for (unsigned number = SDK_REQUEST_NEXT_KEY; number <= SDK_REQUEST_LAST; number++)
        assert_int_equal(serve_words(1, number, 0, 0, 0), SDK_DESERIALIZE_FAILED);
    assert_int_equal(serve_words(1, SDK_REQUEST_LAST + 1, 0, 0, 0), SDK_UNKNOWN_REQUEST);
    assert_int_equal(serve_words(1, 0xfffff, 0, 0, 0), SDK_UNKNOWN_REQUEST);
}

/* Each kind of request needs its own permission, and none of the others. */
static void test_permissions(void **state)
{
    static const struct { unsigned first, last; uint8_t needs; } kinds[] = {
        { SDK_REQUEST_PING, SDK_REQUEST_PING, 0 }, { SDK_REQUEST_LOG, SDK_REQUEST_LOG, SDK_MAY_LOG },
        { SDK_REQUEST_READ_KEY, SDK_REQUEST_DELETE_KEY, SDK_MAY_KEYS }, { SDK_REQUEST_TIMER_ONESHOT, SDK_REQUEST_TIMER_POLL, SDK_MAY_TIMERS },
        { SDK_REQUEST_MODEL_FIRST, SDK_REQUEST_MODEL_END - 1, SDK_MAY_MODELS }, { SDK_REQUEST_TIME, SDK_REQUEST_TIME, 0 },
        { SDK_REQUEST_SEND, SDK_REQUEST_RECEIVE, SDK_MAY_MESSAGES }, { SDK_REQUEST_NEXT_KEY, SDK_REQUEST_WRITE_KEY_PART, SDK_MAY_KEYS },
        { SDK_REQUEST_AUDIO_FIRST, SDK_REQUEST_END - 1, SDK_MAY_AUDIO },
        { SDK_REQUEST_ATTEST, SDK_REQUEST_ATTEST, SDK_MAY_ATTEST }, { SDK_REQUEST_MODEL_TENSOR, SDK_REQUEST_MODEL_LABEL, SDK_MAY_MODELS },
    };
    (void)state;
    for (unsigned k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (unsigned number = kinds[k].first; number <= kinds[k].last; number++) {
            app_find(1)->config.permissions = (uint8_t)~kinds[k].needs;
            assert_int_equal(serve_words(1, number, 0, 0, 0) == SDK_PERMISSION_DENIED, kinds[k].needs != 0);
            app_find(1)->config.permissions = kinds[k].needs;
            assert_int_not_equal(serve_words(1, number, 0, 0, 0), SDK_PERMISSION_DENIED);
        }
}

/* Collects in the message area: the stream that the answer is in, or the error. */
static seL4_Word audio_area[SDK_AREA_BYTES / sizeof(seL4_Word)];

static int collect(uint32_t app, uint32_t count, bool wait)
{
    camkes_stream_t in = *request();
    camkes_put_word(&args, count);
    camkes_put_word(&args, wait);
    in.end = args.at;
    app_heard(app_find(app));
    app_find(app)->in_area = true;
    camkes_stream_t out = camkes_stream(audio_area, sizeof audio_area / sizeof audio_area[0]);
    int error = request_serve(app_find(app), SDK_REQUEST_AUDIO_COLLECT, &in, &out);
    result = camkes_stream(audio_area, error == SDK_SUCCESS ? (size_t)(out.at - audio_area) : 0);
    return error;
}

static void expect_samples(camkes_stream_t *stream, uint32_t lost, uint32_t from, uint32_t count)
{
    size_t bytes;
    assert_int_equal(camkes_get_word(stream), lost);
    const int16_t *samples = camkes_get_ref(stream, &bytes);
    assert_int_equal(bytes, 2 * count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(samples[i], (int16_t)(from + i));
    assert_false(camkes_bad(stream));
}

static void hear(uint32_t samples)
{
    audio_next += samples;
    if (audio_next - audio_first > 4096)
        audio_first = audio_next - 4096;
    recordings_collect();
}

static void test_audio(void **state)
{
    (void)state;
    app_find(1)->config.permissions = app_find(2)->config.permissions = 0xff;
    audio_first = audio_next = UINT32_MAX - 500;    /* numbers wrap */
    uint32_t start = audio_next;
    assert_int_equal(collect(1, 320, true), SDK_NOT_RECORDING);
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_STOP, 0, 0, 0), SDK_NOT_RECORDING);
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_RESET, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_START, 1, 8000, 0), SDK_NO_PLATFORM_SUPPORT);
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_START, 1, SDK_AUDIO_RATE, 0), SDK_SUCCESS);
    assert_true(audio_on);
    assert_int_equal(collect(1, 0, true), SDK_SERIALIZE_FAILED);
    assert_int_equal(collect(1, SDK_AUDIO_MAX + 1, true), SDK_SERIALIZE_FAILED);
    app_find(1)->in_area = false;
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_COLLECT, 2, 320, 1), SDK_SERIALIZE_FAILED);     /* not in the area */
    assert_int_equal(collect(1, 320, false), SDK_SUCCESS);
    expect_samples(&result, 0, 0, 0);
    spare_replies = 2;
    assert_int_equal(collect(1, 1000, true), REQUEST_PARKED);
    int parked = app_find(1)->parked;
    hear(999);
    assert_int_equal(answers[parked].count, 0);
    hear(1);
    assert_int_equal(answers[parked].count, 1);
    camkes_stream_t answer = camkes_stream(answers[parked].words, answers[parked].n);
    expect_samples(&answer, 0, start, 1000);
    hear(700);
    assert_int_equal(collect(1, 300, true), SDK_SUCCESS);
    expect_samples(&result, 0, start + 1000, 300);
    hear(5000);                                     /* 6700 were said; the last 4096 are there */
    assert_int_equal(collect(1, 10, true), SDK_SUCCESS);
    expect_samples(&result, 6700 - 4096 - 1300, start + 6700 - 4096, 10);
}

/* The runtime dies before the answer has arrived, or the application is suspended: the same samples again. */
static void test_audio_again(void **state)
{
    (void)state;
    app_find(1)->config.permissions = app_find(2)->config.permissions = 0xff;
    uint32_t start = audio_first = audio_next;
    spare_replies = 2;
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_START, 1, SDK_AUDIO_RATE, 0), SDK_SUCCESS);
    hear(100);
    assert_int_equal(collect(1, 50, true), SDK_SUCCESS);
    app_find(1)->audio_taken = 0;                   /* as recovery does */
    assert_int_equal(collect(1, 50, true), SDK_SUCCESS);
    expect_samples(&result, 0, start, 50);
    assert_int_equal(collect(1, 100, true), REQUEST_PARKED);
    int parked = app_find(1)->parked;
    app_set_suspended(app_find(1), true);
    hear(200);
    assert_int_equal(answers[parked].count, 0);
    app_set_suspended(app_find(1), false);
    assert_int_equal(collect(1, 100, true), SDK_SUCCESS);
    expect_samples(&result, 0, start + 50, 100);
}

/* The microphone is on while somebody listens; an application that goes does not listen. */
static void test_audio_off(void **state)
{
    (void)state;
    app_find(1)->config.permissions = app_find(2)->config.permissions = 0xff;
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_START, 1, SDK_AUDIO_RATE, 0), SDK_SUCCESS);
    assert_int_equal(serve_words(2, SDK_REQUEST_AUDIO_START, 1, SDK_AUDIO_RATE, 0), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_STOP, 0, 0, 0), SDK_SUCCESS);
    assert_true(audio_on);
    app_release(app_find(2));
    assert_false(audio_on);
    audio_error = AUDIO_NO_DEVICE;
    assert_int_equal(serve_words(1, SDK_REQUEST_AUDIO_START, 1, SDK_AUDIO_RATE, 0), SDK_NO_PLATFORM_SUPPORT);
    audio_error = 0;
}

static void test_time(void **state)
{
    (void)state;
    now_us = 0x123456789abull;
    assert_int_equal(serve_words(1, SDK_REQUEST_TIME, 0, 0, 0), SDK_SUCCESS);
    assert_true(camkes_get_u64(&result) == now_us);
}

static void test_timer_errors(void **state)
{
    (void)state;
    app_find(1)->config.quota_timers = 8;
    assert_int_equal(oneshot(1, 31), SDK_NO_SUCH_TIMER);
    assert_int_equal(oneshot(1, 99), SDK_NO_SUCH_TIMER);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_ONESHOT, 2, 0, 0), SDK_INVALID_TIMER);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_ONESHOT, 2, 0, 0x80000000u), SDK_INVALID_TIMER);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_CANCEL, 1, 0, 0), SDK_INVALID_TIMER);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_CANCEL, 1, 31, 0), SDK_NO_SUCH_TIMER);
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    assert_int_equal(oneshot(1, 0), SDK_TIMER_ALREADY_EXISTS);
    assert_int_equal(oneshot(2, 0), SDK_SUCCESS);
    for (uint32_t id = 1; id < 8; id++)
        assert_int_equal(oneshot(1, id), SDK_SUCCESS);
    assert_int_equal(oneshot(1, 30), SDK_OUT_OF_RESOURCES);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_CANCEL, 1, 3, 0), SDK_SUCCESS);
    assert_int_equal(oneshot(1, 30), SDK_SUCCESS);
}

static uint32_t poll(uint32_t app)
{
    assert_int_equal(serve_words(app, SDK_REQUEST_TIMER_POLL, 0, 0, 0), SDK_SUCCESS);
    return (uint32_t)camkes_get_word(&result);
}

/* All timers of all applications at a time, and one alarm. */
static void test_as_many_timers_as_there_are_ids(void **state)
{
    char name[16];
    (void)state;
    for (uint32_t app = 3; app <= SDK_MAX_APPS; app++) {
        snprintf(name, sizeof name, "app%u", (unsigned)app);
        assert_int_equal(registered(app, name, ""), SDKM_SUCCESS);
    }
    for (uint32_t app = 1; app <= SDK_MAX_APPS; app++)
        for (uint32_t id = 0; id < SDK_TIMERS; id++)
            assert_int_equal(serve_words(app, SDK_REQUEST_TIMER_ONESHOT, 2, id, 10 + id), SDK_SUCCESS);
    assert_int_equal(alarms_set, 1);            /* the first deadline did not change */
    pass(10 * MS);
    for (uint32_t app = 1; app <= SDK_MAX_APPS; app++)
        assert_int_equal(poll(app), 1);
    pass(30 * MS);
    for (uint32_t app = 1; app <= SDK_MAX_APPS; app++)
        assert_int_equal(poll(app), 0x7ffffffe);
}

static void test_poll(void **state)
{
    (void)state;
    assert_int_equal(poll(1), 0);
    assert_int_equal(oneshot(1, 4), SDK_SUCCESS);
    assert_int_equal(serve_words(2, SDK_REQUEST_TIMER_PERIODIC, 2, 4, 5), SDK_SUCCESS);
    pass(10 * MS);
    assert_int_equal(oneshot(1, 4), SDK_TIMER_ALREADY_EXISTS);     /* not reported yet */
    assert_int_equal(poll(1), 1 << 4);
    assert_int_equal(poll(1), 0);
    assert_int_equal(oneshot(1, 4), SDK_SUCCESS);
    assert_int_equal(poll(2), 1 << 4);
    pass(10 * MS);
    assert_int_equal(poll(2), 1 << 4);                             /* still periodic; two became one */
    assert_int_equal(poll(2), 0);
}

/* Late by 1000 and a half periods: the next one is on the grid. */
static void test_periods_do_not_drift(void **state)
{
    uint64_t begin = now_us;
    (void)state;
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_PERIODIC, 2, 0, 7), SDK_SUCCESS);
    now_us = begin + 7 * MS * 1000 + 3500;
    timers_collect();
    assert_int_equal(poll(1), 1);
    assert_true(alarm_at == begin + 7 * MS * 1001);
    pass(3499);
    assert_int_equal(poll(1), 0);
    pass(1);
    assert_int_equal(poll(1), 1);
}

static void test_wait(void **state)
{
    (void)state;
    assert_int_equal(wait(1), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), 0);                 /* nothing runs: no waiting */
    assert_int_equal(oneshot(1, 30), SDK_SUCCESS);
    assert_int_equal(wait(1), REQUEST_PARKED);
    assert_int_equal(serve_words(2, SDK_REQUEST_PING, 0, 0, 0), SDK_SUCCESS);
    pass(10 * MS - 1);
    assert_int_equal(answers[0].count, 0);
    pass(1);
    assert_int_equal(answers[0].count, 1);
    assert_int_equal(answers[0].words[0], 1 << 30);
    assert_int_equal(wait(1), SDK_SUCCESS);
}

/* ---- models ---- */

static int start_model(uint32_t app, const char *name, seL4_Word *id)
{
    int error = serve_text(app, SDK_REQUEST_MODEL_ONESHOT, name, strlen(name));
    *id = error == SDK_SUCCESS ? camkes_get_word(&result) : 0;
    return error;
}

static void model_ends(const char *bundle, const char *model)
{
    int slot = slot_of(bundle, model);
    assert_true(slot >= 0);
    slots[slot].ended = true;
    ml_completed |= 1u << slot;
    models_collect();
}

/* Only those of the manifest; completions to exactly the application that asked. */
static void test_models(void **state)
{
    seL4_Word one, two;
    (void)state;
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), 0);
    assert_int_equal(start_model(1, "strange", &one), SDK_NO_SUCH_MODEL);
    assert_int_equal(start_model(1, "", &one), SDK_INVALID_STRING);
    assert_int_equal(start_model(1, "model", &one), SDK_SUCCESS);
    assert_int_equal(start_model(2, "model", &two), SDK_SUCCESS);
    assert_int_equal(one, 31);
    assert_int_equal(two, 31);
    assert_int_equal(start_model(2, "other", &two), SDK_SUCCESS);
    assert_int_equal(two, 30);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), REQUEST_PARKED);
    assert_int_equal(serve_words(2, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), REQUEST_PARKED);
    model_ends("two", "other");
    assert_int_equal(answers[0].count, 0);
    assert_int_equal(answers[1].count, 1);
    assert_int_equal(answers[1].words[0], 1u << 30);
    model_ends("one", "model");
    assert_int_equal(answers[0].count, 1);
    assert_int_equal(answers[0].words[0], 1u << 31);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), SDK_SUCCESS);     /* nothing runs any more */
    assert_int_equal(camkes_get_word(&result), 0);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_OUTPUT, 2, 31, 400), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), 7);
    assert_int_equal(camkes_get_word(&result), 1);
    assert_int_equal(camkes_get_word(&result), 15);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_OUTPUT, 2, 30, 0), SDK_NO_MODEL_OUTPUT);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_OUTPUT, 2, 29, 0), SDK_NO_SUCH_MODEL);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_OUTPUT, 2, 32, 0), SDK_NO_SUCH_MODEL);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_OUTPUT, 2, ~(seL4_Word)0, 0), SDK_NO_SUCH_MODEL);
}

static void test_model_cancel(void **state)
{
    seL4_Word id;
    (void)state;
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_CANCEL, 1, 7, 0), SDK_NO_SUCH_MODEL);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_CANCEL, 1, 31, 0), SDK_SUCCESS);
    assert_int_equal(start_model(1, "model", &id), SDK_SUCCESS);
    model_ends("one", "model");
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_CANCEL, 1, 31, 0), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_POLL, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), 0);
    assert_true(slot_of("one", "model") < 0);
    assert_int_equal(start_model(1, "model", &id), SDK_SUCCESS);
    app_release(app_find(1));               /* its runs go with it */
    assert_true(slot_of("one", "model") < 0);
}

/* MlCoordinator was started again, and knows of no run: who waits is told so, and finds no output. */
static void test_models_are_lost(void **state)
{
    seL4_Word id;
    (void)state;
    assert_int_equal(start_model(1, "model", &id), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), REQUEST_PARKED);
    memset(slots, 0, sizeof slots);
    models_collect();
    assert_int_equal(answers[0].count, 1);
    assert_int_equal(answers[0].words[0], 1u << 31);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_OUTPUT, 2, 31, 0), SDK_NO_MODEL_OUTPUT);
}

static int start_periodic(uint32_t app, const char *name)
{
    request();
    camkes_put_string(&args, name);
    camkes_put_word(&args, 50);
    return serve(app, SDK_REQUEST_MODEL_PERIODIC);
}

/* One run more does not end its period; a request that is refused changes nothing. */
static void test_model_periods(void **state)
{
    seL4_Word id;
    (void)state;
    assert_int_equal(start_periodic(1, "model"), SDK_SUCCESS);
    assert_int_equal(start_model(1, "model", &id), SDK_SUCCESS);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), REQUEST_PARKED);
        model_ends("one", "model");
        assert_int_equal(answers[0].count, 1);
    }
    assert_int_equal(start_model(1, "other", &id), SDK_SUCCESS);
    model_ends("one", "other");
    ml_error = 2;
    assert_int_equal(start_periodic(1, "other"), SDK_INVALID_TIMER);
    ml_error = 0;
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_POLL, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), 1u << 30);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_CANCEL, 1, 31, 0), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), SDK_SUCCESS);     /* nothing runs any more */
}

/* The vector core has failed: the run that says so is a periodic model's last one. */
static void test_period_is_lost(void **state)
{
    (void)state;
    assert_int_equal(start_periodic(1, "model"), SDK_SUCCESS);
    slots[slot_of("one", "model")].periodic = false;
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), REQUEST_PARKED);
    model_ends("one", "model");
    assert_int_equal(answers[0].words[0], 1u << 31);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), 0);
}

static void test_model_errors(void **state)
{
    static const struct { int ml, sdk; } errors[] = {
        { 1, SDK_LOAD_MODEL_FAILED }, { 2, SDK_INVALID_TIMER }, { 3, SDK_LOAD_MODEL_FAILED }, { 4, SDK_OUT_OF_RESOURCES }, { 5, SDK_NO_SUCH_MODEL },
        { 10, SDK_NO_PLATFORM_SUPPORT }, { 11, SDK_MODEL_BUSY }, { 12, SDK_SERIALIZE_FAILED },
    };
    (void)state;
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        seL4_Word id;
        ml_error = errors[i].ml;
        assert_int_equal(start_model(1, "model", &id), errors[i].sdk);
        assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_INPUT_PARAMS, 1, 31, 0), errors[i].sdk);
        assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), SDK_SUCCESS);
    }
    ml_error = 0;
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_INPUT_PARAMS, 1, 30, 0), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), sizeof ml_input);
    assert_int_equal(serve_words(1, SDK_REQUEST_MODEL_SET_INPUT, 2, 31, 0), SDK_DESERIALIZE_FAILED);
}

static int serve_part(unsigned number, seL4_Word id, seL4_Word which, seL4_Word index)
{
    request();
    camkes_put_word(&args, id);
    camkes_put_word(&args, which);
    camkes_put_word(&args, index);
    return serve(1, number);
}

static void test_model_tensors(void **state)
{
    size_t n;
    (void)state;
    assert_int_equal(serve_part(SDK_REQUEST_MODEL_TENSOR, 31, 1, 2), SDK_SUCCESS);
    for (unsigned i = 1; i <= 11; i++)
        assert_int_equal(camkes_get_word(&result), i);
    const char *text = camkes_get_ref(&result, &n);
    assert_int_equal(n, 6);
    assert_memory_equal(text, "tensor", 6);
    assert_int_equal(serve_part(SDK_REQUEST_MODEL_TENSOR, 31, 0, 4), SDK_SERIALIZE_FAILED);
    assert_int_equal(serve_part(SDK_REQUEST_MODEL_TENSOR, 7, 0, 0), SDK_NO_SUCH_MODEL);
    assert_int_equal(serve_part(SDK_REQUEST_MODEL_LABEL, 30, 1, 2), SDK_SUCCESS);
    text = camkes_get_ref(&result, &n);
    assert_int_equal(n, 12);
    assert_memory_equal(text, "label 2 of 1", n);
    assert_int_equal(serve_part(SDK_REQUEST_MODEL_LABEL, 32, 0, 0), SDK_NO_SUCH_MODEL);
    ml_error = 11;
    assert_int_equal(serve_part(SDK_REQUEST_MODEL_TENSOR, 31, 0, 0), SDK_MODEL_BUSY);
    assert_int_equal(serve_part(SDK_REQUEST_MODEL_LABEL, 31, 0, 0), SDK_MODEL_BUSY);
    ml_error = 0;
}

static void test_wait_that_nobody_waits_for(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    for (int i = 0; i < 100; i++)
        assert_int_equal(wait(1), REQUEST_PARKED);
    assert_int_equal(parked_busy[0] + parked_busy[1], 1);          /* one reply object at most */
    assert_int_equal(serve_words(1, SDK_REQUEST_PING, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(parked_busy[0] + parked_busy[1], 0);
    spare_replies = 0;
    assert_int_equal(wait(1), SDK_OUT_OF_RESOURCES);
}

static void test_cancel_clears_a_completion(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    pass(20 * MS);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_CANCEL, 1, 0, 0), SDK_SUCCESS);
    assert_int_equal(poll(1), 0);
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    assert_int_equal(poll(1), 0);
}

static void test_release_while_waiting(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    assert_int_equal(oneshot(2, 0), SDK_SUCCESS);
    assert_int_equal(wait(1), REQUEST_PARKED);
    assert_int_equal(wait(2), REQUEST_PARKED);
    app_release(app_find(1));
    pass(10 * MS);
    assert_int_equal(answers[0].count, 0);
    assert_int_equal(answers[1].count, 1);
    assert_int_equal(answers[1].words[0], 1);
}

/* A suspended application gets no answer; resumed, it sends its call again and finds what has happened. */
static void test_suspended(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 3), SDK_SUCCESS);
    assert_int_equal(wait(1), REQUEST_PARKED);
    app_set_suspended(app_find(1), true);
    pass(20 * MS);
    assert_int_equal(answers[0].count, 0);
    app_set_suspended(app_find(1), false);
    assert_false(parked_busy[0]);
    assert_int_equal(wait(1), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), 1 << 3);
}

/* ---- messages --------------------------------------------------------------------------------------------------- */

static int send_to(uint32_t app, const char *to, const void *data, size_t n)
{
    camkes_put_string(request(), to);
    camkes_put_array(&args, data, n);
    return serve(app, SDK_REQUEST_SEND);
}

static int receive(uint32_t app, uint32_t wait_ms)
{
    return serve_words(app, SDK_REQUEST_RECEIVE, 1, wait_ms, 0);
}

static void expect_message(camkes_stream_t from, const char *name, const void *data, size_t n)
{
    char sender[SDK_NAME_MAX + 1];
    size_t bytes;
    camkes_get_string(&from, sender, sizeof sender);
    const void *at = camkes_get_ref(&from, &bytes);
    assert_string_equal(sender, name);
    assert_int_equal(bytes, n);
    assert_memory_equal(at, data, n);
}

static void test_messages(void **state)
{
    (void)state;
    assert_int_equal(receive(2, 0), SDK_TIMED_OUT);
    assert_int_equal(send_to(1, "two", "first", 5), SDK_SUCCESS);
    assert_int_equal(send_to(1, "two", "", 0), SDK_SUCCESS);
    assert_int_equal(receive(2, 0), SDK_SUCCESS);
    expect_message(result, "one", "first", 5);
    assert_int_equal(receive(2, SDK_FOREVER), SDK_SUCCESS);
    expect_message(result, "one", "", 0);
    assert_int_equal(receive(2, 0), SDK_TIMED_OUT);
}

static void test_only_peers(void **state)
{
    (void)state;
    assert_int_equal(send_to(1, "nobody", "x", 1), SDK_NO_SUCH_PEER);
    assert_int_equal(send_to(1, "stranger", "x", 1), SDK_PEER_NOT_RUNNING);
    assert_int_equal(registered(3, "stranger", "two"), SDKM_SUCCESS);
    assert_int_equal(send_to(1, "stranger", "x", 1), SDK_NO_SUCH_PEER);        /* it does not name "one" */
    assert_int_equal(send_to(3, "one", "x", 1), SDK_NO_SUCH_PEER);
    assert_int_equal(send_to(1, "one", "x", 1), SDK_NO_SUCH_PEER);
    assert_int_equal(send_to(1, "", "x", 1), SDK_INVALID_STRING);
    assert_int_equal(receive(2, 0), SDK_TIMED_OUT);
}

static void test_a_full_queue_is_the_senders_error(void **state)
{
    uint8_t data[100];
    unsigned sent = 0;
    (void)state;
    memset(data, 'd', sizeof data);
    while (send_to(1, "two", data, sizeof data) == SDK_SUCCESS)
        sent++;
    assert_int_equal(sent, SDK_QUEUE_BYTES / 104);
    assert_int_equal(send_to(1, "two", data, sizeof data), SDK_QUEUE_FULL);
    assert_int_equal(receive(2, 0), SDK_SUCCESS);
    assert_int_equal(send_to(1, "two", data, sizeof data), SDK_QUEUE_FULL);    /* not known to have arrived */
    assert_int_equal(serve_words(2, SDK_REQUEST_PING, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(send_to(1, "two", data, sizeof data), SDK_SUCCESS);
    for (unsigned i = 0; i < sent; i++)
        assert_int_equal(receive(2, 0), SDK_SUCCESS);
    assert_int_equal(receive(2, 0), SDK_TIMED_OUT);
}

static void test_waiting_for_a_message(void **state)
{
    (void)state;
    assert_int_equal(receive(2, 50), REQUEST_PARKED);
    pass(50 * MS);
    assert_int_equal(answers[0].count, 1);
    assert_int_equal(answers[0].error, SDK_TIMED_OUT);
    assert_int_equal(receive(2, 50), REQUEST_PARKED);
    assert_int_equal(send_to(1, "two", "hey", 3), SDK_SUCCESS);
    assert_int_equal(answers[0].count, 1);
    assert_int_equal(answers[0].error, SDK_SUCCESS);
    expect_message(camkes_stream(answers[0].words, answers[0].n), "one", "hey", 3);
    pass(100 * MS);
    assert_int_equal(answers[0].count, 1);
    assert_int_equal(receive(2, 0x80000000u), SDK_INVALID_TIMER);
    assert_int_equal(receive(2, SDK_FOREVER), REQUEST_PARKED);
    assert_false(alarm_set);
    app_set_suspended(app_find(2), true);
    assert_int_equal(send_to(1, "two", "you", 3), SDK_SUCCESS);
    assert_int_equal(answers[0].count, 0);
    app_set_suspended(app_find(2), false);
    assert_int_equal(receive(2, SDK_FOREVER), SDK_SUCCESS);
    expect_message(result, "one", "you", 3);
}

/* Sizes that wrap around the ring in every way, against what was sent. */
static void test_messages_arrive_as_they_were(void **state)
{
    static uint8_t sent[64][SDK_MESSAGE_MAX];
    static size_t size[64];
    unsigned first = 0, last = 0;
    (void)state;
    srand(7);
    for (int i = 0; i < 20000; i++) {
        if (rand() % 2 && last - first < 64) {
            size_t n = (size_t)rand() % (rand() % 8 ? 200 : SDK_MESSAGE_MAX + 1);
            for (size_t k = 0; k < n; k++)
                sent[last % 64][k] = (uint8_t)rand();
            int error = message_send(app_find(1), "two", sent[last % 64], (uint32_t)n);
            assert_true(error == SDK_SUCCESS || (error == SDK_QUEUE_FULL && last != first));
            size[last % 64] = n;
            last += error == SDK_SUCCESS;
        } else {
            static seL4_Word area[SDK_AREA_BYTES / sizeof(seL4_Word)];
            camkes_stream_t out = camkes_stream(area, sizeof area / sizeof area[0]);
            app_heard(app_find(2));
            int error = message_receive(app_find(2), 0, &out);
            assert_int_equal(error, first == last ? SDK_TIMED_OUT : SDK_SUCCESS);
            if (error == SDK_SUCCESS) {
                expect_message(camkes_stream(area, (size_t)(out.at - area)), "one", sent[first % 64], size[first % 64]);
                first++;
            }
        }
    }
}

/* Too large for the message registers that it was asked with: refused, and still there. */
static void test_message_larger_than_the_answer(void **state)
{
    static uint8_t data[SDK_MESSAGE_MAX];
    (void)state;
    assert_int_equal(message_send(app_find(1), "two", data, sizeof data), SDK_SUCCESS);
    camkes_stream_t out = camkes_stream(words, 20);
    assert_int_equal(message_receive(app_find(2), 0, &out), SDK_SERIALIZE_FAILED);
    static seL4_Word area[SDK_AREA_BYTES / sizeof(seL4_Word)];
    out = camkes_stream(area, sizeof area / sizeof area[0]);
    app_heard(app_find(2));
    assert_int_equal(message_receive(app_find(2), 0, &out), SDK_SUCCESS);
}

/* ---- the message area ------------------------------------------------------------------------------------------- */

/* What the application writes after the copy has no effect, and lengths that lead out of the area are refused. */
static void test_area_is_copied_before_it_is_checked(void **state)
{
    static seL4_Word area[SDK_AREA_BYTES / sizeof(seL4_Word)];
    camkes_stream_t put = camkes_stream(area, sizeof area / sizeof area[0]), in, out = camkes_stream(area, 100);
    struct app *app = app_find(1);
    (void)state;
    camkes_put_array(&put, "before", 6);
    assert_int_equal(request_take(app, area, (seL4_Word)(put.at - area), &in), SDK_MAP_PAGE_FAILED);
    app->has_page = true;
    assert_int_equal(request_take(app, area, (seL4_Word)(put.at - area), &in), SDK_SUCCESS);
    area[0] = ~(seL4_Word)0;
    memset(area + 1, 'X', 100);
    assert_int_equal(request_serve(app, SDK_REQUEST_LOG, &in, &out), SDK_SUCCESS);
    assert_string_equal(logged, "[one]::before");
    assert_int_equal(request_take(app, area, SDK_REQUEST_MAX / sizeof(seL4_Word), &in), SDK_SUCCESS);
    assert_int_equal(request_take(app, area, SDK_REQUEST_MAX / sizeof(seL4_Word) + 1, &in), SDK_SERIALIZE_FAILED);
    assert_int_equal(request_take(app, area, ~(seL4_Word)0, &in), SDK_SERIALIZE_FAILED);
}

/* ---- restarts --------------------------------------------------------------------------------------------------- */

static bool alive(unsigned entry)
{
    return !dead[entry];
}

/* Nothing that was reported, or carried, by an answer that may not have arrived is lost; timers run on. */
static void test_recovery(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_PERIODIC, 2, 1, 40), SDK_SUCCESS);
    pass(10 * MS);
    assert_int_equal(poll(1), 1);
    assert_int_equal(send_to(1, "two", "m", 1), SDK_SUCCESS);          /* the answer of poll has arrived */
    assert_int_equal(receive(2, 0), SDK_SUCCESS);
    assert_int_equal(wait(1), REQUEST_PARKED);
    memset(parked_busy, 0, sizeof parked_busy);                     /* the supervisor has answered */
    alarm_set = false;
    apps_recover(alive);
    assert_int_equal(receive(2, 0), SDK_SUCCESS);                   /* once more */
    expect_message(result, "one", "m", 1);
    assert_int_equal(receive(2, 0), SDK_TIMED_OUT);
    assert_true(alarm_set);
    assert_int_equal(wait(1), REQUEST_PARKED);
    pass(30 * MS);
    assert_int_equal(answers[0].count, 1);
    assert_int_equal(answers[0].words[0], 2);
    apps_recover(alive);                                            /* that answer may be lost */
    assert_int_equal(poll(1), 2);
    apps_recover(alive);
    assert_int_equal(poll(1), 2);
    assert_int_equal(poll(1), 0);
}

/* A record whose memory has gone is not touched (the test's record_at checks it). */
static void test_recovery_without_a_record(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    dead[app_entry(app_find(1))] = true;
    apps_recover(alive);
    assert_null(app_find(1));
    assert_non_null(app_find(2));
    assert_false(alarm_set);
    assert_int_equal(registered(9, "one", "two"), SDKM_SUCCESS);
}

/* Random messages: no crash, no access outside (sanitizers), invariants of the table. */
static void test_random_messages(void **state)
{
    (void)state;
    srand(12345);
    for (int i = 0; i < 100000; i++) {
        size_t n = (size_t)rand() % (CAMKES_IPC_WORDS + 1);
        for (size_t k = 0; k < n; k++)
            words[k] = rand() % 3 ? (seL4_Word)(rand() % 130) : (seL4_Word)rand() << 1;
        args = camkes_stream(words, CAMKES_IPC_WORDS);
        args.at += n;
        uint32_t id = 1 + (uint32_t)rand() % 2;
        int error = serve(id, 60 + (unsigned)rand() % 40);
        assert_true(error >= REQUEST_PARKED && error < SDK_ERRORS);
        if (rand() % 8 == 0)
            pass((uint64_t)rand() % 100000);
        const struct app *app = app_find(id);
        assert_int_equal(app->completed & ~app->active, 0);
        assert_int_equal(app->periodic & ~app->active, 0);
        assert_int_equal(app->parked != NOT_PARKED, app->waiting != WAITS_NOT);
    }
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_registration), T(test_log), T(test_log_limit), T(test_every_error_has_its_own_name), T(test_keys), T(test_large_values), T(test_next_key), T(test_attest), T(test_errors_of_the_store), T(test_malformed), T(test_permissions), T(test_audio), T(test_audio_again), T(test_audio_off), T(test_time), T(test_timer_errors),
        T(test_as_many_timers_as_there_are_ids), T(test_poll), T(test_periods_do_not_drift), T(test_wait),
        T(test_models), T(test_model_cancel), T(test_models_are_lost), T(test_model_periods), T(test_period_is_lost), T(test_model_errors), T(test_model_tensors),
        T(test_wait_that_nobody_waits_for), T(test_cancel_clears_a_completion), T(test_release_while_waiting), T(test_suspended),
        T(test_messages), T(test_only_peers), T(test_a_full_queue_is_the_senders_error), T(test_waiting_for_a_message),
        T(test_messages_arrive_as_they_were), T(test_message_larger_than_the_answer), T(test_area_is_copied_before_it_is_checked),
        T(test_recovery), T(test_recovery_without_a_record), T(test_random_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
