/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Requests of two applications to the SDK runtime. The input is a program: a byte that chooses (application, area, time), a byte for the request
 * number, a byte for the number of words, then the words; behind it the world is as it was. */
#include "target.h"
#include <apps.h>
#include <backend.h>
#include <requests.h>
#include <security_coordinator.h>
#include <string.h>
#include <timers.h>

static union record {
    struct app app;
    uint8_t page[4096];
} records[SDK_MAX_APPS];
static uint64_t now_us, alarm_at;
static bool alarm_set, alarm_completed;
static bool parked[SDK_MAX_APPS];
static seL4_Word answer_words[SDK_AREA_BYTES / sizeof(seL4_Word)];

struct app *record_at(unsigned i) { return &records[i].app; }

uint32_t timer_completed_timers(void)
{
    bool completed = alarm_completed;
    alarm_completed = false;
    return completed;
}

uint64_t timer_now_us(void) { return now_us; }

int timer_oneshot_at(uint32_t id, uint64_t deadline_us)
{
    REQUIRE(id == 0);
    alarm_set = true;
    alarm_at = deadline_us;
    return 0;
}

int timer_cancel(uint32_t id)
{
    REQUIRE(id == 0);
    alarm_set = alarm_completed = false;
    return 0;
}

static void check_name(const char *bundle, const char *key)
{
    REQUIRE(strcmp(bundle, "one") == 0 || strcmp(bundle, "two") == 0);
    REQUIRE(strlen(key) >= 1 && strlen(key) <= SDK_KEY_MAX);
}

int security_read_key(const char *bundle, const char *key, uint32_t offset, uint32_t length, uint32_t *size, uint8_t *value, size_t *n)
{
    REQUIRE(length == *n);
    check_name(bundle, key);
    REQUIRE(offset <= SDK_VALUE_MAX);
    *size = (unsigned char)key[0] * SDK_VALUE_MAX / 0xff;
    size_t left = offset < *size ? *size - offset : 0;
    memset(value, key[0], *n = left < *n ? left : *n);
    return key[0] % 2 ? 0 : 5;
}

int security_write_key(const char *bundle, const char *key, uint32_t size, uint32_t offset, const uint8_t *value, size_t n)
{
    unsigned sum = 0;
    check_name(bundle, key);
    REQUIRE(size <= SDK_VALUE_MAX && offset <= size && n <= size - offset);
    for (size_t i = 0; i < n; i++)      /* all of them can be read */
        sum += value[i];
    return (int)(sum % 5 == 4 ? 30 : 0);
}

int security_next_key(const char *bundle, const char *after, char *key, size_t cap, uint32_t *size)
{
    REQUIRE(strlen(after) <= SDK_KEY_MAX && cap == SDK_KEY_MAX + 1);
    check_name(bundle, "k");
    memset(key, 'k', cap);
    key[strlen(after)] = '\0';
    *size = after[0] == 'k' ? SDK_VALUE_MAX : 0;
    return after[0] == 'e';
}

int security_delete_key(const char *bundle, const char *key)
{
    check_name(bundle, key);
    return 0;
}

int security_attest(const uint8_t *nonce, size_t nonce_n, const uint8_t *claim, size_t claim_n, uint32_t room, uint8_t *statement, size_t *n)
{
    REQUIRE(nonce_n >= SDK_NONCE_MIN && nonce_n <= SDK_NONCE_MAX && claim_n <= 256 && room == *n);
    memset(statement, nonce[nonce_n - 1], *n = nonce[0] % 2 ? *n : claim[0] % 50u);
    return nonce[1] % 8 == 7 ? SECURITY_SERIALIZE_FAILED : nonce[1] % 8 == 6;
}

int security_count_keys(const char *bundle, const char *except, uint32_t *count)
{
    check_name(bundle, except);
    *count = (unsigned char)except[0] % 30;
    return 0;
}

/* Only models of the manifests, and only in the name of who asks. */
static int check_model(const char *bundle, const char *model)
{
    check_name(bundle, model);
    REQUIRE(strcmp(model, "model") == 0 || strcmp(model, "other") == 0);
    return now_us % 7 == 0 ? 11 : 0;
}

uint32_t mlcoord_completed_jobs(void) { return (uint32_t)now_us; }
int mlcoord_oneshot(const char *bundle, const char *model) { return check_model(bundle, model); }

int mlcoord_periodic(const char *bundle, const char *model, uint32_t rate_ms)
{
    REQUIRE(rate_ms > 0);
    return check_model(bundle, model);
}

int mlcoord_cancel(const char *bundle, const char *model) { return check_model(bundle, model); }

int mlcoord_get_output(const char *bundle, const char *model, uint32_t offset, uint32_t length, uint32_t *jobnum, uint32_t *faulted, uint32_t *return_code,
                       uint32_t *epc, uint32_t *address, uint32_t *size, uint8_t *data, size_t *n)
{
    *jobnum = *faulted = *return_code = *epc = *address = *size = offset;
    REQUIRE(*n >= length);
    memset(data, 1, *n = length);
    return check_model(bundle, model);
}

int mlcoord_get_input_params(const char *bundle, const char *model, uint32_t *size)
{
    *size = 10;
    return check_model(bundle, model);
}

int mlcoord_get_tensor(const char *bundle, const char *model, uint32_t kind, uint32_t index, uint32_t *type, uint32_t *offset, uint32_t *size, uint32_t *rank,
                       uint32_t *height, uint32_t *width, uint32_t *depth, uint32_t *last, uint32_t *scale, uint32_t *zero, uint32_t *labels, char *name,
                       size_t cap)
{
    *type = 1, *offset = 2, *size = 3, *rank = 4, *height = 5, *width = 6, *depth = 7, *last = 8, *scale = 9, *zero = 10, *labels = 11;
    (void)kind, (void)index;
    name[0] = '\0';
    REQUIRE(cap > SDK_NAME_MAX);
    return check_model(bundle, model);
}

int mlcoord_get_label(const char *bundle, const char *model, uint32_t output, uint32_t index, char *label, size_t cap)
{
    (void)output, (void)index;
    label[0] = '\0';
    REQUIRE(cap > SDK_NAME_MAX);
    return check_model(bundle, model);
}

int mlcoord_set_input(const char *bundle, const char *model, uint32_t offset, const uint8_t *data, size_t n)
{
    REQUIRE(n <= SDK_MODEL_INPUT_MAX && (n == 0 || data[n - 1] == data[n - 1]));
    (void)offset;
    return check_model(bundle, model);
}

int mlcoord_is_pending(const char *bundle, const char *model)
{
    return check_model(bundle, model);
}

int mlcoord_get_model_name(uint32_t index, char *bundle, size_t bundle_cap, char *model, size_t model_cap)
{
    REQUIRE(index < 32 && bundle_cap > 5 && model_cap > 5);
    strcpy(bundle, index % 3 == 0 ? "one" : index % 3 == 1 ? "two" : "gone");
    strcpy(model, index & 1 ? "model" : "other");
    return index > 20 ? 5 : 0;
}

bool service_died(void) { return now_us % 3 == 0; }

void kata_log_line(uint8_t level, const char *msg) { REQUIRE(level == 3 && strlen(msg) <= SDK_LOG_MAX + SDK_NAME_MAX + 8); }

int park_caller(void)
{
    for (int i = 0; i < (int)SDK_MAX_APPS; i++)
        if (!parked[i])
            return parked[i] = true, i;
    return -1;
}

camkes_stream_t answer_begin(const struct app *app)
{
    (void)app;
    return camkes_stream(answer_words, sizeof answer_words / sizeof answer_words[0]);
}

void answer_end(const struct app *app, int error, const camkes_stream_t *out)
{
    REQUIRE(parked[app->parked] && error >= 0 && error < SDK_ERRORS && !camkes_bad(out));
    parked[app->parked] = false;
}

void forget_parked(int handle)
{
    REQUIRE(parked[handle]);
    parked[handle] = false;
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

static void start(uint32_t id, const char *name, const char *peer)
{
    int entry = app_free_entry();
    REQUIRE(entry >= 0);
    struct sdk_app_config *config = &records[entry].app.config;
    memset(&records[entry], 0xa5, sizeof records[entry]);
    memset(config, 0, sizeof *config);
    config->app_id = id;
    config->permissions = 0x3f;
    config->quota_timers = SDK_TIMERS;
    config->quota_keys = 24;
    strcpy(config->name, name);
    strcpy(config->peers[0], peer);
    strcpy(config->models[0], "model");
    strcpy(config->models[3], "other");
    REQUIRE(app_register((unsigned)entry, id) == SDKM_SUCCESS);
}

/* One request. In the area, the words are changed behind the runtime's back as soon as it has taken them. */
static void request(struct app *app, bool in_area, unsigned number, seL4_Word *words, size_t n)
{
    static seL4_Word message[CAMKES_IPC_WORDS], area[SDK_AREA_BYTES / sizeof(seL4_Word)];
    camkes_stream_t in, out;
    int error = SDK_SUCCESS;
    app_heard(app);
    app->in_area = in_area;
    app->has_page = true;
    if (in_area) {
        memcpy(area, words, n * sizeof *words);
        error = request_take(app, area, n > 0 && words[0] % 5 == 0 ? words[0] : n, &in);
        memset(area, 0xee, sizeof area);
        out = camkes_stream(area, sizeof area / sizeof area[0]);
    } else {
        n = n < CAMKES_IPC_WORDS ? n : CAMKES_IPC_WORDS;
        memcpy(message, words, n * sizeof *words);
        in = camkes_stream(message, n);
        out = camkes_stream(message, CAMKES_IPC_WORDS);
    }
    if (error == SDK_SUCCESS)
        error = request_serve(app, number, &in, &out);
    if (error == REQUEST_PARKED)
        REQUIRE(app->parked != NOT_PARKED);
    else
        REQUIRE(error >= 0 && error < SDK_ERRORS && (error != SDK_SUCCESS || !camkes_bad(&out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static seL4_Word words[256];
    now_us = 5000000;
    alarm_set = alarm_completed = false;
    start(1, "one", "two");
    start(2, "two", "one");
    while (size >= 3) {
        unsigned choice = data[0], number = data[1], n = data[2];
        data += 3, size -= 3;
        for (unsigned i = 0; i < n; i++) { /* small numbers are one byte, anything else four */
            size_t width = size > 0 && data[0] < 0x80 ? 1 : 4;
            uint32_t word = 0;
            if (size < width) {
                n = i;
                break;
            }
            memcpy(&word, data, width);
            words[i] = word;
            data += width, size -= width;
        }
        struct app *app = app_find(1 + choice % 2);
        request(app, choice & 2, choice & 4 ? number : SDK_REQUEST_FIRST + number % 40, words, n);
        if (choice & 8)
            pass((uint64_t)(choice >> 4) * (choice >> 4) * 1000);
        if ((choice & 0xf0) == 0xf0)
            app_set_suspended(app, choice & 4);
    }
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        if (app_at(i) != NULL)
            app_release(app_at(i));
    REQUIRE(!alarm_set);
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        REQUIRE(!parked[i]);
    return 0;
}
