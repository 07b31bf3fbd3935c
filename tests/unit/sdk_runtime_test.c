/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Applications' requests, from the words of a message to the words of the answer, over a back end made of variables. */
#include "apps.h"
#include "backend.h"
#include "requests.h"
#include "timers.h"
#include <kata/sdk_abi.h>
#include <sdk_runtime.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- back end ------------------------------------------------------------------------------------------------- */

static uint32_t service_running, service_periodic, service_completed;
static char logged[1024];
static unsigned log_lines;
static char stored_bundle[64], stored_key[64];
static uint8_t stored_value[SDK_VALUE_MAX];
static size_t stored_size;
static int parked_busy[MAX_APPS];
static uint32_t answered_mask[MAX_APPS];
static int answered[MAX_APPS];
static int spare_replies;

uint32_t timer_completed_timers(void)
{
    uint32_t mask = service_completed;
    service_completed = 0;
    return mask;
}

static int start(uint32_t id)
{
    assert_true(id < 32);
    if (service_running >> id & 1)
        return 2;
    service_running |= 1u << id;
    return 0;
}

int timer_oneshot(uint32_t id, uint32_t ms)
{
    assert_true(ms > 0);
    return start(id);
}

int timer_periodic(uint32_t id, uint32_t ms)
{
    assert_true(ms > 0);
    int error = start(id);
    if (error == 0)
        service_periodic |= 1u << id;
    return error;
}

/* Does not clear a completion that is pending, as the original. */
int timer_cancel(uint32_t id)
{
    int error = service_running >> id & 1 ? 0 : 1;
    service_running &= ~(1u << id);
    service_periodic &= ~(1u << id);
    return error;
}

static void fire(uint32_t mask)
{
    mask &= service_running;
    service_completed |= mask;
    service_running &= ~(mask & ~service_periodic);
}

int security_read_key(const char *bundle, const char *key, uint8_t *value, size_t *n)
{
    if (strcmp(bundle, stored_bundle) != 0 || strcmp(key, stored_key) != 0)
        return 5;
    assert_true(*n >= stored_size);
    memcpy(value, stored_value, stored_size);
    *n = stored_size;
    return 0;
}

int security_write_key(const char *bundle, const char *key, const uint8_t *value, size_t n)
{
    assert_true(n <= SDK_VALUE_MAX && strlen(key) >= 1 && strlen(key) <= SDK_KEY_MAX);
    strcpy(stored_bundle, bundle);
    strcpy(stored_key, key);
    memcpy(stored_value, value, n);
    stored_size = n;
    return 0;
}

int security_delete_key(const char *bundle, const char *key)
{
    if (strcmp(bundle, stored_bundle) == 0 && strcmp(key, stored_key) == 0)
        stored_key[0] = '\0';
    return 0;
}

void logger_log(uint8_t level, const char *msg)
{
    assert_int_equal(level, 3);
    assert_true(strlen(msg) < sizeof logged);
    strcpy(logged, msg);
    log_lines++;
}

int park_caller(void)
{
    for (int i = 0; i < spare_replies; i++)
        if (!parked_busy[i]) {
            parked_busy[i] = 1;
            answered[i] = 0;
            return i;
        }
    return -1;
}

void answer_parked(int handle, uint32_t mask)
{
    assert_true(parked_busy[handle]);
    parked_busy[handle] = 0;
    answered[handle] = 1;
    answered_mask[handle] = mask;
}

void forget_parked(int handle)
{
    assert_true(parked_busy[handle]);
    parked_busy[handle] = 0;
}

/* ---- one request ---------------------------------------------------------------------------------------------- */

static seL4_Word words[CAMKES_IPC_WORDS];
static camkes_stream_t args, result;

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

static int setup(void **state)
{
    (void)state;
    service_running = service_periodic = service_completed = 0;
    spare_replies = MAX_APPS;
    memset(parked_busy, 0, sizeof parked_busy);
    stored_key[0] = '\0';
    log_lines = 0;
    assert_int_equal(app_register(1, "one"), SDKM_SUCCESS);
    assert_int_equal(app_register(2, "two"), SDKM_SUCCESS);
    return 0;
}

/* Whatever a test did: released applications leave nothing behind. */
static int teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MAX_APPS; i++)
        if (app_at(i) != NULL)
            assert_int_equal(app_release(app_at(i)->id), SDKM_SUCCESS);
    assert_int_equal(service_running, 0);
    assert_int_equal(service_completed, 0);
    for (unsigned i = 0; i < MAX_APPS; i++)
        assert_false(parked_busy[i]);
    return 0;
}

/* ---- tests ---------------------------------------------------------------------------------------------------- */

static void test_registration(void **state)
{
    char name[APP_NAME_MAX + 2];
    (void)state;
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(app_register(0, "x"), SDKM_APP_ID_INVALID);
    assert_int_equal(app_register(1, "x"), SDKM_APP_ID_INVALID);
    assert_int_equal(app_register(APP_ID_MAX + 1, "x"), SDKM_APP_ID_INVALID);
    assert_int_equal(app_register(3, ""), SDKM_GET_ENDPOINT_FAILED);
    assert_int_equal(app_register(3, name), SDKM_GET_ENDPOINT_FAILED);
    for (uint32_t id = 3; id <= MAX_APPS; id++)
        assert_int_equal(app_register(id, name + 1), SDKM_SUCCESS);
    assert_int_equal(app_register(100, "x"), SDKM_GET_ENDPOINT_FAILED);
    assert_int_equal(app_release(100), SDKM_APP_ID_INVALID);
    assert_int_equal(app_release(0), SDKM_APP_ID_INVALID);
    assert_null(app_find(0));
}

static void test_log(void **state)
{
    char text[SDK_LOG_MAX + 1];
    (void)state;
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "hello", 5), SDK_SUCCESS);
    assert_string_equal(logged, "[one]::hello");
    assert_int_equal(serve_text(2, SDK_REQUEST_LOG, "a\n\x1b[2J\0b\x80", 9), SDK_SUCCESS);
    assert_string_equal(logged, "[two]::a..[2J.b.");
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, "", 0), SDK_SUCCESS);
    assert_string_equal(logged, "[one]::");
    memset(text, 'x', sizeof text);
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, text, SDK_LOG_MAX), SDK_SUCCESS);
    assert_int_equal(strlen(logged), 7 + SDK_LOG_MAX);
    assert_int_equal(serve_text(1, SDK_REQUEST_LOG, text, SDK_LOG_MAX + 1), SDK_SERIALIZE_FAILED);
    assert_int_equal(log_lines, 4);
}

static int write_key(uint32_t app, const char *key, size_t key_n, size_t value_n)
{
    uint8_t value[256];
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
    assert_int_equal(write_key(1, "k", 1, SDK_VALUE_MAX), SDK_SUCCESS);
    assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "k", 1), SDK_SUCCESS);
    assert_non_null(camkes_get_ref(&result, &n));
    assert_int_equal(n, SDK_VALUE_MAX);
    assert_int_equal(serve_text(2, SDK_REQUEST_READ_KEY, "k", 1), SDK_READ_KEY_FAILED);
    assert_int_equal(serve_text(1, SDK_REQUEST_DELETE_KEY, "k", 1), SDK_SUCCESS);
    assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "k", 1), SDK_READ_KEY_FAILED);
    assert_int_equal(write_key(1, "k", 1, SDK_VALUE_MAX + 1), SDK_SERIALIZE_FAILED);
    memset(key, 'k', sizeof key);
    assert_int_equal(write_key(1, key, SDK_KEY_MAX, 0), SDK_SUCCESS);
    assert_int_equal(write_key(1, key, SDK_KEY_MAX + 1, 0), SDK_SERIALIZE_FAILED);
    assert_int_equal(serve_text(1, SDK_REQUEST_READ_KEY, "", 0), SDK_INVALID_STRING);
    assert_int_equal(serve_text(1, SDK_REQUEST_DELETE_KEY, "a\0b", 3), SDK_INVALID_STRING);
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
    for (unsigned number = SDK_REQUEST_MODEL_FIRST; number < SDK_REQUEST_END; number++)
        assert_int_equal(serve_words(1, number, 0, 0, 0), SDK_NO_PLATFORM_SUPPORT);
    assert_int_equal(serve_words(1, SDK_REQUEST_END, 0, 0, 0), SDK_UNKNOWN_REQUEST);
    assert_int_equal(serve_words(1, 0xfffff, 0, 0, 0), SDK_UNKNOWN_REQUEST);
}

static void test_timer_errors(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 31), SDK_NO_SUCH_TIMER);
    assert_int_equal(oneshot(1, 99), SDK_NO_SUCH_TIMER);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_ONESHOT, 2, 0, 0), SDK_INVALID_TIMER);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_ONESHOT, 2, 0, 0x80000000u), SDK_INVALID_TIMER);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_CANCEL, 1, 0, 0), SDK_INVALID_TIMER);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_CANCEL, 1, 31, 0), SDK_NO_SUCH_TIMER);
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    assert_int_equal(oneshot(1, 0), SDK_TIMER_ALREADY_EXISTS);
    assert_int_equal(oneshot(2, 0), SDK_SUCCESS);
    for (uint32_t id = 1; id < TIMERS_PER_APP; id++)
        assert_int_equal(oneshot(1, id), SDK_SUCCESS);
    assert_int_equal(oneshot(1, 30), SDK_OUT_OF_RESOURCES);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_CANCEL, 1, 3, 0), SDK_SUCCESS);
    assert_int_equal(oneshot(1, 30), SDK_SUCCESS);
}

static void test_pool_is_shared_fairly(void **state)
{
    unsigned started = 0;
    (void)state;
    for (uint32_t app = 3; app <= 6; app++)
        assert_int_equal(app_register(app, "more"), SDKM_SUCCESS);
    for (uint32_t app = 1; app <= 6; app++)
        for (uint32_t id = 0; id < TIMERS_PER_APP; id++)
            started += oneshot(app, id) == SDK_SUCCESS;
    assert_int_equal(started, POOL_TIMERS);
    assert_int_equal(app_release(1), SDKM_SUCCESS);
    assert_int_equal(oneshot(6, 7), SDK_SUCCESS);
}

static uint32_t poll(uint32_t app)
{
    assert_int_equal(serve_words(app, SDK_REQUEST_TIMER_POLL, 0, 0, 0), SDK_SUCCESS);
    return (uint32_t)camkes_get_word(&result);
}

static void test_poll(void **state)
{
    (void)state;
    assert_int_equal(poll(1), 0);
    assert_int_equal(oneshot(1, 4), SDK_SUCCESS);
    assert_int_equal(serve_words(2, SDK_REQUEST_TIMER_PERIODIC, 2, 4, 5), SDK_SUCCESS);
    fire(~0u);
    timers_collect();
    assert_int_equal(oneshot(1, 4), SDK_TIMER_ALREADY_EXISTS);     /* not reported yet */
    assert_int_equal(poll(1), 1 << 4);
    assert_int_equal(poll(1), 0);
    assert_int_equal(oneshot(1, 4), SDK_SUCCESS);
    assert_int_equal(poll(2), 1 << 4);
    fire(~0u);
    timers_collect();
    fire(~0u);
    timers_collect();
    assert_int_equal(poll(2), 1 << 4);                             /* still periodic; two became one */
}

static void test_wait(void **state)
{
    (void)state;
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_WAIT, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(camkes_get_word(&result), 0);                 /* nothing runs: no waiting */
    assert_int_equal(oneshot(1, 30), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_WAIT, 0, 0, 0), REQUEST_PARKED);
    assert_int_equal(serve_words(2, SDK_REQUEST_PING, 0, 0, 0), SDK_SUCCESS);
    fire(~0u);
    timers_collect();
    assert_true(answered[0]);
    assert_int_equal(answered_mask[0], 1 << 30);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_WAIT, 0, 0, 0), SDK_SUCCESS);
}

static void test_wait_that_nobody_waits_for(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    for (int i = 0; i < 100; i++)
        assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_WAIT, 0, 0, 0), REQUEST_PARKED);
    assert_int_equal(parked_busy[0] + parked_busy[1], 1);          /* one reply object at most */
    assert_int_equal(serve_words(1, SDK_REQUEST_PING, 0, 0, 0), SDK_SUCCESS);
    assert_int_equal(parked_busy[0] + parked_busy[1], 0);
    spare_replies = 0;
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_WAIT, 0, 0, 0), SDK_OUT_OF_RESOURCES);
}

/* A timer that completes in the moment of its cancellation must not complete a later user of the same pool timer. */
static void test_cancel_races_with_completion(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    fire(~0u);                                                     /* signal not delivered yet */
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_CANCEL, 1, 0, 0), SDK_SUCCESS);
    assert_int_equal(oneshot(2, 5), SDK_SUCCESS);
    timers_collect();
    assert_int_equal(poll(1), 0);
    assert_int_equal(poll(2), 0);
    fire(~0u);
    timers_collect();
    assert_int_equal(poll(2), 1 << 5);
}

static void test_release_while_waiting(void **state)
{
    (void)state;
    assert_int_equal(oneshot(1, 0), SDK_SUCCESS);
    assert_int_equal(oneshot(2, 0), SDK_SUCCESS);
    assert_int_equal(serve_words(1, SDK_REQUEST_TIMER_WAIT, 0, 0, 0), REQUEST_PARKED);
    assert_int_equal(serve_words(2, SDK_REQUEST_TIMER_WAIT, 0, 0, 0), REQUEST_PARKED);
    fire(~0u);
    assert_int_equal(app_release(1), SDKM_SUCCESS);                /* collects: the other one is woken */
    assert_false(answered[0]);
    assert_true(answered[1]);
    assert_int_equal(answered_mask[1], 1);
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
        int error = serve(id, 60 + (unsigned)rand() % 24);
        assert_true(error >= REQUEST_PARKED && error < SDK_ERRORS);
        if (rand() % 8 == 0) {
            fire((uint32_t)rand());
            timers_collect();
        }
        const struct app *app = app_find(id);
        assert_int_equal(app->completed & ~app->active, 0);
        assert_int_equal(app->periodic & ~app->active, 0);
        assert_true(app->parked == NOT_PARKED || app->completed == 0);
    }
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_registration), T(test_log), T(test_keys), T(test_malformed), T(test_timer_errors), T(test_pool_is_shared_fairly),
        T(test_poll), T(test_wait), T(test_wait_that_nobody_waits_for), T(test_cancel_races_with_completion),
        T(test_release_while_waiting), T(test_random_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
