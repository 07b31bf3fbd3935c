/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* SDKRuntime dies between any two instructions: completions and messages are not lost, and the records stay whole. */
#include "sudden_death.h"

#include "apps.h"
#include "backend.h"
#include "messages.h"
#include "models.h"
#include "requests.h"
#include "timers.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { APPS = 2, MESSAGES = 3, HANDLE = 5 };

static CAMKES_PERSISTENT union record {
    struct app app;
    uint8_t page[4096];
} records[APPS];
/* What the applications know: it is theirs. */
static CAMKES_PERSISTENT struct { uint32_t completions; bool answered; unsigned sent, got; } seen;
static uint64_t now_us;
static bool parks;
static seL4_Word words[CAMKES_IPC_WORDS];

struct app *record_at(unsigned i)
{
    assert_true(i < APPS);
    return &records[i].app;
}

uint32_t timer_completed_timers(void) { return 1; }
uint64_t timer_now_us(void) { return now_us; }
int timer_oneshot_at(uint32_t id, uint64_t deadline_us) { return (void)id, (void)deadline_us, 0; }
int timer_cancel(uint32_t id) { return (void)id, 0; }
int security_read_key(const char *bundle, const char *key, uint32_t at, uint32_t length, uint32_t *size, uint8_t *value, size_t *n)
{
    return (void)bundle, (void)key, (void)at, (void)length, (void)size, (void)value, (void)n, 1;
}

int security_write_key(const char *bundle, const char *key, uint32_t size, uint32_t at, const uint8_t *value, size_t n)
{
    return (void)bundle, (void)key, (void)size, (void)at, (void)value, (void)n, 1;
}

int security_next_key(const char *bundle, const char *after, char *key, size_t cap, uint32_t *size)
{
    return (void)bundle, (void)after, (void)key, (void)cap, (void)size, 1;
}

int security_delete_key(const char *bundle, const char *key) { return (void)bundle, (void)key, 1; }
int security_count_keys(const char *bundle, const char *except, uint32_t *count) { return (void)bundle, (void)except, (void)count, 1; }
int security_attest(const uint8_t *nonce, size_t n, const uint8_t *claim, size_t claim_n, uint32_t room, uint8_t *to, size_t *to_n)
{
    return (void)nonce, (void)n, (void)claim, (void)claim_n, (void)room, (void)to, (void)to_n, 1;
}
/* MlCoordinator's, which lives on: a run that has ended is said once. */
static CAMKES_PERSISTENT struct { bool pending, said; } ml;

uint32_t mlcoord_completed_jobs(void)
{
    bool says = !ml.pending && !ml.said;
    ml.said = true;
    return says;
}

int mlcoord_oneshot(const char *bundle, const char *model)
{
    (void)bundle, (void)model;
    ml.pending = true;
    return 0;
}
int mlcoord_periodic(const char *bundle, const char *model, uint32_t rate_ms) { return (void)bundle, (void)model, (void)rate_ms, 10; }
int mlcoord_cancel(const char *bundle, const char *model) { return (void)bundle, (void)model, 10; }
int mlcoord_get_output(const char *bundle, const char *model, uint32_t offset, uint32_t length, uint32_t *jobnum, uint32_t *faulted, uint32_t *return_code,
                       uint32_t *epc, uint32_t *address, uint32_t *size, uint8_t *data, size_t *n)
{
    (void)bundle, (void)model, (void)offset, (void)length, (void)jobnum, (void)faulted, (void)return_code;
    return (void)epc, (void)address, (void)size, (void)data, (void)n, 10;
}
int mlcoord_get_input_params(const char *bundle, const char *model, uint32_t *size) { return (void)bundle, (void)model, (void)size, 10; }
int mlcoord_get_tensor(const char *bundle, const char *model, uint32_t kind, uint32_t index, uint32_t *type, uint32_t *offset, uint32_t *size, uint32_t *rank,
                       uint32_t *height, uint32_t *width, uint32_t *depth, uint32_t *last, uint32_t *scale, uint32_t *zero, uint32_t *labels, char *name,
                       size_t cap)
{
    (void)bundle, (void)model, (void)kind, (void)index, (void)type, (void)offset, (void)size, (void)rank, (void)height, (void)width, (void)depth;
    return (void)last, (void)scale, (void)zero, (void)labels, (void)name, (void)cap, 10;
}

int mlcoord_get_label(const char *bundle, const char *model, uint32_t output, uint32_t index, char *label, size_t cap)
{
    return (void)bundle, (void)model, (void)output, (void)index, (void)label, (void)cap, 10;
}

int mlcoord_set_input(const char *bundle, const char *model, uint32_t offset, const uint8_t *data, size_t n)
{
    return (void)bundle, (void)model, (void)offset, (void)data, (void)n, 10;
}
int mlcoord_is_pending(const char *bundle, const char *model) { return (void)bundle, (void)model, ml.pending ? 0 : 5; }
int mlcoord_get_model_name(uint32_t i, char *bundle, size_t bundle_cap, char *model, size_t model_cap)
{
    assert_true(i == 0 && bundle_cap > 3 && model_cap > 5);
    (void)strcpy(bundle, "one");
    (void)strcpy(model, "model");
    return 0;
}
bool service_died(void) { return false; }
void kata_log_line(uint8_t level, const char *msg) { (void)level, (void)msg; }
int park_caller(void) { return parks ? HANDLE : -1; }
void forget_parked(int handle) { assert_int_equal(handle, HANDLE); }

camkes_stream_t answer_begin(const struct app *app)
{
    (void)app;
    return camkes_stream(words, CAMKES_IPC_WORDS);
}

void answer_end(const struct app *app, int error, const camkes_stream_t *out)
{
    assert_int_equal(error, SDK_SUCCESS);
    if (app->waiting == WAITS_FOR_TIMER || app->waiting == WAITS_FOR_MODEL)
        seen.completions |= (uint32_t)words[0];
    assert_true(out->at > words);
    seen.answered = true;
}

static int request(uint32_t app, seL4_Word number, unsigned n, seL4_Word a, seL4_Word b)
{
    camkes_stream_t in = camkes_stream(words, n), out = camkes_stream(words, CAMKES_IPC_WORDS);
    words[0] = a;
    words[1] = b;
    app_heard(app_find(app));
    return request_serve(app_find(app), number, &in, &out);
}

/* Takes a message of the receiver; its number, or -1 when there is none. Messages are numbered in their only word. */
static int receive(void)
{
    int error = request(2, SDK_REQUEST_RECEIVE, 1, 0, 0);
    if (error == SDK_TIMED_OUT)
        return -1;
    assert_int_equal(error, SDK_SUCCESS);
    camkes_stream_t from = camkes_stream(words, CAMKES_IPC_WORDS);
    char sender[SDK_NAME_MAX + 1];
    unsigned number;
    camkes_get_string(&from, sender, sizeof sender);
    assert_string_equal(sender, "one");
    assert_int_equal(camkes_get_array(&from, &number, sizeof number), sizeof number);
    return (int)number;
}

static void add(unsigned entry, uint32_t id, const char *name, const char *peer)
{
    struct sdk_app_config *config = &records[entry].app.config;
    memset(&records[entry], 0, sizeof records[entry]);
    config->app_id = id;
    config->permissions = 0x3f;
    config->quota_timers = SDK_TIMERS;
    strcpy(config->name, name);
    strcpy(config->peers[0], peer);
    strcpy(config->models[0], "model");
    assert_int_equal(app_register(entry, id), SDKM_SUCCESS);
}

static bool alive(unsigned entry)
{
    return entry < APPS;
}

static int setup(void **state)
{
    (void)state;
    for (unsigned i = 0; i < APPS; i++)
        if (app_at(i) != NULL)
            app_release(app_at(i));
    now_us = 1000;
    parks = true;
    memset(&seen, 0, sizeof seen);
    memset(&ml, 0, sizeof ml);
    ml.said = true;
    add(0, 1, "one", "two");
    add(1, 2, "two", "one");
    return 0;
}

static void start_timers(void)
{
    assert_int_equal(request(1, SDK_REQUEST_TIMER_ONESHOT, 2, 3, 10), SDK_SUCCESS);
    assert_int_equal(request(1, SDK_REQUEST_TIMER_PERIODIC, 2, 7, 10), SDK_SUCCESS);
    assert_int_equal(request(1, SDK_REQUEST_TIMER_ONESHOT, 2, 4, 50), SDK_SUCCESS);
}

/* The first two complete, and the waiting call, or one that comes then, is answered. */
static void complete(void *context)
{
    (void)context;
    now_us = 11000 + 1000;
    timers_collect();
    if (!seen.answered && request(1, SDK_REQUEST_TIMER_POLL, 0, 0, 0) == SDK_SUCCESS)
        seen.completions |= (uint32_t)words[0];
    (void)request(1, SDK_REQUEST_PING, 0, 0, 0);
}

static void judge_completions(void *context)
{
    (void)context;
    apps_recover(alive);
    timers_collect();
    assert_int_equal(request(1, SDK_REQUEST_TIMER_POLL, 0, 0, 0), SDK_SUCCESS);
    seen.completions |= (uint32_t)words[0];
    assert_int_equal(seen.completions, 1 << 3 | 1 << 7);
    assert_int_equal(request(1, SDK_REQUEST_TIMER_ONESHOT, 2, 3, 10), SDK_SUCCESS);     /* the one-shot is free again */
    assert_int_equal(request(1, SDK_REQUEST_TIMER_ONESHOT, 2, 4, 10), SDK_TIMER_ALREADY_EXISTS);
    assert_true(app_find(1)->deadline[7] == 21000);
}

static void test_dies_while_timers_complete(void **state)
{
    (void)state;
    start_timers();
    assert_true(sudden_deaths(complete, judge_completions, NULL) > 8);
}

static void test_dies_while_a_waiting_call_is_answered(void **state)
{
    (void)state;
    start_timers();
    assert_int_equal(request(1, SDK_REQUEST_TIMER_WAIT, 0, 0, 0), REQUEST_PARKED);
    assert_true(sudden_deaths(complete, judge_completions, NULL) > 8);
}

static void start_and_cancel(void *context)
{
    (void)context;
    start_timers();
    (void)request(1, SDK_REQUEST_TIMER_CANCEL, 1, 3, 0);
    seen.answered = true;
}

/* Each timer runs as it was asked to, or not at all. */
static void judge_starts(void *context)
{
    const struct app *app = app_find(1);
    static const uint32_t due[32] = { [3] = 11000, [7] = 11000, [4] = 51000 };
    (void)context;
    apps_recover(alive);
    assert_int_equal(app->active & ~(1u << 3 | 1u << 7 | 1u << 4), 0);
    for (unsigned id = 0; id < 32; id++)
        if (app->active >> id & 1) {
            assert_true(app->deadline[id] == due[id]);
            assert_int_equal(app->periodic >> id & 1, id == 7);
        }
    if (seen.answered)
        assert_int_equal(app->active, 1u << 7 | 1u << 4);
}

static void test_dies_while_timers_start(void **state)
{
    (void)state;
    assert_true(sudden_deaths(start_and_cancel, judge_starts, NULL) > 8);
}

static void end_model(void *context)
{
    (void)context;
    ml.pending = ml.said = false;
    models_collect();
    (void)request(1, SDK_REQUEST_PING, 0, 0, 0);
}

/* Who waits for the run hears of its end, at once or in the next life. */
static void judge_model(void *context)
{
    (void)context;
    if (ml.pending)
        return;
    apps_recover(alive);
    assert_int_equal(request(1, SDK_REQUEST_MODEL_POLL, 0, 0, 0), SDK_SUCCESS);
    seen.completions |= (uint32_t)words[0];
    assert_int_equal(seen.completions, 1u << 31);
}

static void test_dies_while_a_model_ends(void **state)
{
    (void)state;
    words[0] = 5;
    words[1] = 0;
    memcpy(&words[1], "model", 5);
    camkes_stream_t in = camkes_stream(words, 1 + (5 + sizeof words[0] - 1) / sizeof words[0]), out = camkes_stream(words, CAMKES_IPC_WORDS);
    assert_int_equal(request_serve(app_find(1), SDK_REQUEST_MODEL_ONESHOT, &in, &out), SDK_SUCCESS);
    assert_int_equal(request(1, SDK_REQUEST_MODEL_WAIT, 0, 0, 0), REQUEST_PARKED);
    assert_true(sudden_deaths(end_model, judge_model, NULL) > 4);
}

static void exchange(void *context)
{
    int number;
    (void)context;
    for (unsigned i = 0; i < MESSAGES; i++) {
        assert_int_equal(message_send(app_find(1), "two", &i, sizeof i), SDK_SUCCESS);
        seen.sent = i + 1;
    }
    while ((number = receive()) >= 0)
        seen.got = (unsigned)number + 1;
}

/* What has been sent arrives, in order; the last one that arrived may come once more. */
static void judge_messages(void *context)
{
    int number;
    unsigned next = seen.got;
    (void)context;
    apps_recover(alive);
    while ((number = receive()) >= 0) {
        assert_true((unsigned)number == next || (unsigned)number + 1 == next);
        next = (unsigned)number + 1;
    }
    assert_true(next >= seen.sent && next <= MESSAGES);
}

static void test_dies_while_messages_are_exchanged(void **state)
{
    (void)state;
    app_find(2)->queue.head = app_find(2)->queue.tail = QUEUE_WORDS - 3;      /* they wrap */
    assert_true(sudden_deaths(exchange, judge_messages, NULL) > 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_dies_while_timers_complete, setup),
        cmocka_unit_test_setup(test_dies_while_a_waiting_call_is_answered, setup),
        cmocka_unit_test_setup(test_dies_while_timers_start, setup),
        cmocka_unit_test_setup(test_dies_while_a_model_ends, setup),
        cmocka_unit_test_setup(test_dies_while_messages_are_exchanged, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
