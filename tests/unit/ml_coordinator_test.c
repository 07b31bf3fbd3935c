/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Models and their runs (services/ml_coordinator), on a core whose jobs the test plays (tests/unit/ml). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kata/crc32.h>

#include "core.h"
#include "memory.h"
#include "ml_coordinator.h"
#include "models.h"
#include "vector.h"

/* --- stored images --- */

enum { IMAGES = 48, IMAGE_MAX = 0x60000 };
static struct stored {
    char name[16];
    uint32_t size;
    uint8_t bytes[IMAGE_MAX];
} stored[IMAGES];
static bool store_fails;
static char owner[64] = "b";        /* bundle that the images are in; "": each is one of its own */
static unsigned sizes_asked;

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

/* The header of a section whose data is there already. */
static void add_header(struct stored *s, uint32_t type, uint32_t vaddr, uint32_t flags, uint32_t fsize, uint32_t msize)
{
    uint8_t *h = s->bytes + s->size, *data = h + BUNDLE_HEADER_SIZE;
    memset(h, 0, BUNDLE_HEADER_SIZE);
    put32(h, 0x04051957);
    put32(h + 4, 0x10141955);
    put32(h + 12, vaddr);
    put32(h + 20, flags & BUNDLE_FLAG_ENTRY ? vaddr : 0);
    put32(h + 24, flags);
    put32(h + 28, fsize);
    put32(h + 32, msize);
    put32(h + 36, 4096);
    put32(h + 40, type);
    put32(h + 44, crc32_update(0, data, fsize));
    s->size += BUNDLE_HEADER_SIZE + fsize;
}

static void add_section(struct stored *s, uint32_t vaddr, uint32_t flags, uint32_t fsize, uint32_t msize, uint8_t fill)
{
    assert_true(s->size + BUNDLE_HEADER_SIZE + fsize <= IMAGE_MAX);
    memset(s->bytes + s->size + BUNDLE_HEADER_SIZE, fill, fsize);
    add_header(s, BUNDLE_TYPE_SPRINGBOK_MODEL, vaddr, flags, fsize, msize);
}

enum { R = BUNDLE_FLAG_READ, W = BUNDLE_FLAG_WRITE, X = BUNDLE_FLAG_EXECUTE, E = BUNDLE_FLAG_ENTRY };

/* A good one whose text is filled with its number + 1. */
static struct stored *store(unsigned i, uint32_t text, uint32_t output, uint32_t input, uint32_t temporary)
{
    struct stored *s = &stored[i];
    s->size = 0;
    (void)snprintf(s->name, sizeof s->name, "m%u", i);
    add_section(s, 0x80000000, R | X | E, text, text, (uint8_t)(i + 1));
    add_section(s, 0x81000000, R, 100, 100, 0x22);
    if (output) {
        add_section(s, 0x82000000, R | W, 0, output, 0);
    }
    add_section(s, 0x83000000, R | W, 10, 3000, 0x33);
    if (input) {
        add_section(s, 0x84000000, R | W, 0, input, 0);
    }
    add_section(s, 0x85000000, R | W, 0, temporary, 0);
    return s;
}

static struct stored *find(const char *bundle, const char *model)
{
    for (unsigned i = 0; i < IMAGES; i++) {
        if (stored[i].size && strcmp(stored[i].name, model) == 0 && strcmp(bundle, owner[0] ? owner : model) == 0) {
            return &stored[i];
        }
    }
    return NULL;
}

uint32_t models_image_size(const char *bundle, const char *model)
{
    const struct stored *s = find(bundle, model);
    sizes_asked++;
    return s ? s->size : 0;
}

bool models_image_read(const char *bundle, const char *model, uint32_t offset, void *to, uint32_t n)
{
    const struct stored *s = find(bundle, model);
    if (s == NULL || store_fails) {
        return false;
    }
    assert_true(offset + n <= s->size);
    assert_true((uint8_t *)to < core_tcm || (uint8_t *)to >= core_tcm + CORE_TCM || (uint8_t *)to + n <= core_tcm + CORE_TCM);
    memcpy(to, s->bytes + offset, n);
    return true;
}

/* --- time, clients --- */

static uint64_t now, alarm_at;
static unsigned notified[4];

uint64_t models_now_us(void)
{
    return now;
}

void models_alarm(uint64_t at_us)
{
    alarm_at = at_us;
}

static uint8_t executor[5000];
static uint32_t executor_bytes;
static struct nn_problem refused;

const uint8_t *models_executor(uint32_t *size)
{
    *size = executor_bytes;
    return executor;
}

void models_refused(const char *bundle, const char *model, const struct nn_problem *problem)
{
    (void)bundle, (void)model;
    refused = *problem;
}

void models_notify(unsigned client)
{
    notified[client]++;
}

/* --- the machine --- */

/* The core does what it was told, and its interrupts are handled, until both are quiet. */
static void settle(void)
{
    for (unsigned i = 0; i < 20; i++) {
        if (core_work()) {
            models_event();
        } else if (i > 3) {
            return;
        } else if (!core_knows_causes()) {
            models_event();         /* the chip has no interrupt for a clear: the next tick looks */
        }
    }
}

static void advance(uint64_t us)
{
    uint64_t end = now + us;
    while (alarm_at <= end) {
        now = alarm_at > now ? alarm_at : now;
        models_tick();
        settle();
    }
    now = end;
}

static int fresh(void **state)
{
    (void)state;
    memset(stored, 0, sizeof stored);
    memset(notified, 0, sizeof notified);
    store_fails = false;
    (void)strcpy(owner, "b");
    sizes_asked = 0;
    executor_bytes = 0;
    refused = (struct nn_problem){0};
    now = 1000000;
    alarm_at = UINT64_MAX;
    core_reset();
    assert_true(models_init(core_tcm, CORE_TCM));
    settle();
    return 0;
}

/* The window's first byte of text: which model runs. */
static int running(void)
{
    uint32_t offset, size, rights;
    if (!core_runs()) {
        return -1;
    }
    core_window(0, &offset, &size, &rights);
    return core_tcm[offset] - 1;
}

static void job_writes(uint32_t code, uint32_t epc, uint32_t size, uint8_t fill)
{
    uint32_t offset, bytes, rights;
    core_window(2, &offset, &bytes, &rights);
    memset(core_tcm + offset, fill, bytes);
    for (unsigned i = 0; i < 4; i++) {
        core_tcm[offset + i] = (uint8_t)(code >> 8 * i);
        core_tcm[offset + 4 + i] = (uint8_t)(epc >> 8 * i);
        core_tcm[offset + 8 + i] = (uint8_t)(size >> 8 * i);
    }
}

static struct models_result result_of(const char *model, int expected)
{
    struct models_result result;
    uint8_t data[16];
    size_t n = sizeof data;
    assert_int_equal(models_output("b", model, 0, &result, data, &n), expected);
    return result;
}

/* --- runs --- */

static void test_oneshot(void **state)
{
    (void)state;
    store(0, 5000, 9000, 0, 8192);
    assert_int_equal(models_oneshot(1, "b", "m0"), ML_SUCCESS);
    settle();
    assert_int_equal(running(), 0);
    static const uint32_t rights[] = { 5, 1, 3, 3, 0, 3 }, sizes[] = { 8192, 4096, 12288, 4096, 0, 8192 };
    for (unsigned i = 0; i < 6; i++) {
        uint32_t offset, size, right;
        core_window(i, &offset, &size, &right);
        assert_int_equal(right, rights[i]);
        assert_int_equal(size, sizes[i]);
    }
    result_of("m0", ML_NO_OUTPUT_HEADER);
    job_writes(0, 0, 8000, 0x77);
    core_finishes();
    settle();
    assert_int_equal(notified[1], 1);
    assert_int_equal(models_completed(0), 0);
    assert_int_equal(models_completed(1), 1);
    assert_int_equal(models_completed(1), 0);
    uint8_t data[9000];
    size_t n = sizeof data;
    struct models_result result;
    assert_int_equal(models_output("b", "m0", 0, &result, data, &n), ML_SUCCESS);
    assert_int_equal(n, 8000);
    assert_int_equal(data[0], 0x77);
    assert_int_equal(result.jobnum, 1);
    assert_int_equal(result.size, 8000);
    n = sizeof data;
    assert_int_equal(models_output("b", "m0", 7990, &result, data, &n), ML_SUCCESS);
    assert_int_equal(n, 10);
}

/* The job's header is its own word: not more than there is, and errors are told. */
static void test_header(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    models_oneshot(0, "b", "m0");
    settle();
    job_writes(13, 0x80000044, 0xffffffff, 1);
    core_finishes();
    settle();
    struct models_result result = result_of("m0", ML_SUCCESS);
    assert_int_equal(result.return_code, 13);
    assert_int_equal(result.pc, 0x80000044);
    assert_int_equal(result.size, 88);
    assert_false(result.faulted);
    store(1, 100, 0, 0, 100);       /* no output at all */
    models_oneshot(0, "b", "m1");
    settle();
    core_finishes();
    settle();
    assert_int_equal(result_of("m1", ML_SUCCESS).size, 0);
}

/* W30: whoever faults is told so, and the next one runs. */
static void test_fault(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    store(1, 100, 100, 0, 100);
    models_oneshot(0, "b", "m0");
    models_oneshot(1, "b", "m1");
    settle();
    assert_int_equal(running(), 0);
    core_faults(true, 15, 0x80000010, 0xdead000);
    settle();
    assert_int_equal(running(), 1);
    struct models_result result = result_of("m0", ML_SUCCESS);
    assert_true(result.faulted);
    if (core_knows_causes()) {
        assert_int_equal(result.return_code, 15);
        assert_int_equal(result.pc, 0x80000010);
        assert_int_equal(result.address, 0xdead000);
    }
    assert_int_equal(notified[0], 1);
    core_faults(false, 2, 0x80000000, 0x80000000);
    settle();
    assert_false(core_runs());
    assert_int_equal(notified[1], 1);
    models_oneshot(0, "b", "m0");   /* again, from a fresh copy */
    settle();
    assert_int_equal(running(), 0);
    struct models_info info;
    assert_true(models_info(0, &info));
    assert_int_equal(info.statistics.loads, 2);
    assert_int_equal(info.statistics.faults, 1);
}

static void test_host_request(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    models_oneshot(0, "b", "m0");
    settle();
    core_requests();
    settle();
    assert_int_equal(running(), 0);
    assert_int_equal(core_jobs(), 1);
}

static void test_time_limit(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    store(1, 100, 100, 0, 100);
    assert_int_equal(models_configure(0, "b", "m0", 4, 200), ML_SUCCESS);
    models_oneshot(0, "b", "m0");
    models_oneshot(0, "b", "m1");
    settle();
    advance(199000);
    assert_int_equal(running(), 0);
    advance(2000);
    assert_int_equal(running(), 1);
    struct models_result result = result_of("m0", ML_SUCCESS);
    assert_true(result.faulted);
    assert_int_equal(result.return_code, VC_CAUSE_TIME);
    assert_int_equal(result.pc, core_knows_causes() ? CORE_STOPPED_AT : 0);
    assert_int_equal(notified[0], 1);
    assert_int_equal(models_configure(0, "b", "m0", 8, 200), ML_BAD_ARGUMENT);
    assert_int_equal(models_configure(0, "b", "m0", 4, 0), ML_BAD_ARGUMENT);
}

/* It has ended in time, but the alarm is heard of first. */
static void test_ends_in_time(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    assert_int_equal(models_configure(0, "b", "m0", 4, 200), ML_SUCCESS);
    models_oneshot(0, "b", "m0");
    settle();
    job_writes(0, 0, 10, 1);
    core_finishes();
    now += 300000;
    models_tick();
    settle();
    assert_false(result_of("m0", ML_SUCCESS).faulted);
    assert_int_equal(notified[0], 1);
}

/* W32: the memory of a model that runs is left alone until the core stands still. */
static void test_cancel_while_running(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    store(1, 100, 100, 0, 100);
    models_oneshot(0, "b", "m0");
    models_oneshot(0, "b", "m0");   /* once more in the queue: it is there once */
    models_oneshot(0, "b", "m1");
    settle();
    assert_int_equal(running(), 0);
    uint32_t before = memory_free_bytes();
    assert_int_equal(models_cancel("b", "m0"), ML_SUCCESS);
    if (core_knows_causes()) {
        assert_int_equal(memory_free_bytes(), before);
    }
    assert_int_equal(models_cancel("b", "m0"), ML_NO_SUCH_MODEL);
    settle();
    assert_int_equal(running(), 1);
    result_of("m0", ML_NO_SUCH_MODEL);
    core_finishes();
    settle();
    assert_int_equal(models_cancel("b", "m1"), ML_SUCCESS);
    settle();
    assert_int_equal(memory_free_bytes(), CORE_TCM);
    assert_int_equal(notified[0], 1);
    assert_int_equal(models_cancel("b", "none"), ML_NO_SUCH_MODEL);
}

static void test_finish_meets_cancel(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    models_oneshot(0, "b", "m0");
    settle();
    core_finishes();                /* its interrupt is on its way */
    assert_int_equal(models_cancel("b", "m0"), ML_SUCCESS);
    settle();
    assert_int_equal(memory_free_bytes(), CORE_TCM);
    assert_false(core_runs());
    models_oneshot(0, "b", "m0");
    settle();
    assert_int_equal(running(), 0);
}

/* --- order --- */

static void test_priorities(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        store(i, 100, 100, 0, 100);
    }
    models_configure(0, "b", "m3", 7, 1000);
    models_configure(0, "b", "m1", 1, 1000);
    for (unsigned i = 0; i < 4; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "m%u", i);
        models_oneshot(0, "b", name);
        settle();
    }
    static const int order[] = { 0, 3, 2, 1 };
    for (unsigned i = 0; i < 4; i++) {
        settle();
        assert_int_equal(running(), order[i]);
        core_finishes();
    }
}

/* Three periods for ten minutes: no drift, every run there was or was counted as dropped. */
static void test_periodic(void **state)
{
    (void)state;
    static const uint32_t ms[] = { 70, 250, 1000 };
    static const char *const names[] = { "m0", "m1", "m2" };
    for (unsigned i = 0; i < 3; i++) {
        store(i, 100, 100, 0, 100);
        assert_int_equal(models_periodic(0, "b", names[i], ms[i]), ML_SUCCESS);
    }
    uint64_t begin = now;
    while (now < begin + 600000000) {
        advance(1000);
        if (running() >= 0 && now % 5000 == 0) {
            core_finishes();
            settle();
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        struct models_info info;
        assert_true(models_info(i, &info));
        uint32_t due = 600000 / ms[i];
        uint32_t had = info.statistics.runs + info.statistics.drops + info.queued + info.running;
        assert_true(had == due);
        assert_int_equal(info.statistics.drops, 0);
    }
    assert_int_equal(models_periodic(0, "b", "m0", 0), ML_INVALID_TIMER);
}

static void test_drops(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    models_configure(0, "b", "m0", 4, 60000);
    models_periodic(0, "b", "m0", 100);
    advance(1050000);               /* it begins after 100 ms, and runs on */
    struct models_info info;
    assert_true(models_info(0, &info));
    assert_true(info.running);
    assert_int_equal(info.statistics.drops, 9);
    models_periodic(0, "b", "m0", 50);      /* the new rate holds */
    core_finishes();
    settle();
    advance(50000);
    assert_int_equal(running(), 0);
    core_finishes();
    settle();
    now += 1000000;                 /* nobody looked for a second */
    models_tick();
    assert_true(models_info(0, &info));
    assert_int_equal(info.statistics.drops, 9 + 19);
    assert_int_equal(models_cancel("b", "m0"), ML_SUCCESS);
    settle();
    assert_true(alarm_at == UINT64_MAX);
}

/* Asked for while it runs: it waits from then on, and runs once more. What has ended is not the end of the next one. */
static void test_once_more(void **state)
{
    (void)state;
    struct models_info info;
    store(0, 100, 100, 0, 100);
    models_oneshot(0, "b", "m0");
    settle();
    assert_true(models_info(0, &info));
    uint64_t waited = info.statistics.wait_us;
    now += 1000;
    models_oneshot(0, "b", "m0");
    now += 3000;
    core_finishes();
    settle();
    assert_int_equal(running(), 0);
    assert_true(models_info(0, &info));
    assert_int_equal(info.statistics.wait_us, waited + 3000);
    assert_int_equal(models_completed(0), 1);
    core_finishes();
    settle();
    assert_false(models_pending("b", "m0"));
    models_oneshot(0, "b", "m0");
    assert_true(models_pending("b", "m0"));
    assert_int_equal(models_completed(0), 0);
    core_finishes();
    settle();
    assert_int_equal(models_completed(0), 1);
}

/* Two that are due again before they have ended, which is more than the core can do: others have their turn all the same. */
static void test_nobody_starves(void **state)
{
    (void)state;
    struct models_info info;
    for (unsigned i = 0; i < 4; i++) {
        store(i, 100, 100, 0, 100);
    }
    models_periodic(0, "b", "m0", 1);
    models_periodic(0, "b", "m1", 1);
    models_periodic(1, "b", "m2", 1000);
    advance(1000);
    models_oneshot(1, "b", "m3");
    for (unsigned ms = 0; ms < 10000; ms++) {
        advance(1000);
        if (core_runs() && ms % 5 == 0) {
            core_finishes();
            settle();
        }
    }
    assert_true(models_info(3, &info));
    assert_int_equal(info.statistics.runs, 1);
    assert_true(models_info(2, &info));
    assert_true(info.statistics.runs >= 4);        /* each begins before the next one is due, some while it is */
}

/* --- memory, inputs --- */

static void test_eviction(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        store(i, 0x30000, 100, 0, 0x20000);
    }
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = 0; i < 8; i++) {
            char name[8];
            (void)snprintf(name, sizeof name, "m%u", i);
            assert_int_equal(models_oneshot(0, "b", name), ML_SUCCESS);
        }
        for (unsigned i = 0; i < 8; i++) {
            settle();
            assert_true(running() >= 0);
            uint32_t offset, size, rights;
            core_window(5, &offset, &size, &rights);
            for (uint32_t at = 0; at < size; at++) {
                assert_int_equal(core_tcm[offset + at], 0);     /* nothing of the one before */
            }
            memset(core_tcm + offset, 0x99, size);
            core_finishes();
        }
        settle();
        assert_true(memory_is_sound());
    }
    struct models_info info;
    assert_true(models_info(0, &info));
    assert_true(info.statistics.evictions > 0);
    assert_int_equal(info.statistics.runs, 5);
}

static void set_large_input(const char *model)
{
    static const uint8_t data[100] = { 1 };
    if (models_set_input(0, "b", model, 0, data, sizeof data) == ML_BUSY) {
        settle();
        assert_int_equal(models_set_input(0, "b", model, 0, data, sizeof data), ML_SUCCESS);
    }
}

/* Input that is set and never used holds no memory that a run of others needs. */
static void test_unused_input(void **state)
{
    (void)state;
    store(0, 100, 100, 0x80000, 100);
    store(1, 100, 100, 0, 0x90000);
    set_large_input("m0");
    assert_int_equal(models_oneshot(1, "b", "m1"), ML_SUCCESS);
    settle();
    assert_int_equal(running(), 1);
    core_finishes();
    settle();
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_SUCCESS);
    settle();
    assert_int_equal(result_of("m0", ML_SUCCESS).return_code, MODELS_CAUSE_NO_INPUT);
}

/* But that of one that is to run does: its run comes first, also before one of a higher priority, and none is lost. */
static void test_input_in_the_way(void **state)
{
    (void)state;
    store(0, 100, 100, 0x40000, 0x60000);
    store(1, 100, 100, 0, 0x90000);
    store(2, 100, 100, 0, 100);
    store(3, 100, 100, 0x30000, 0x60000);
    set_large_input("m0");
    set_large_input("m3");
    assert_int_equal(models_configure(1, "b", "m1", MODELS_PRIORITIES - 1, 1000), ML_SUCCESS);
    assert_int_equal(models_oneshot(1, "b", "m2"), ML_SUCCESS);
    settle();
    assert_int_equal(running(), 2);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_SUCCESS);
    assert_int_equal(models_oneshot(0, "b", "m3"), ML_SUCCESS);
    assert_int_equal(models_oneshot(1, "b", "m1"), ML_SUCCESS);
    static const int turns[] = { 2, 0, 3, 1 };
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(running(), turns[i]);
        core_finishes();
        settle();
        assert_true(memory_is_sound());
    }
    for (unsigned i = 0; i < 4; i++) {
        struct models_info info;
        assert_true(models_info(i, &info));
        assert_int_equal(info.statistics.runs, 1);
        assert_int_equal(info.statistics.faults, 0);
    }
}

static void test_too_large(void **state)
{
    (void)state;
    store(0, 100, 100, 0, CORE_TCM);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_INVALID_IMAGE);
    store(1, 100, CORE_TCM - 0x3fff, 0, 4096);      /* all of it, to the page */
    assert_int_equal(models_oneshot(0, "b", "m1"), ML_INVALID_IMAGE);
    store(1, 100, CORE_TCM - 0x4000, 0, 4096);
    assert_int_equal(models_oneshot(0, "b", "m1"), ML_SUCCESS);
    settle();
    assert_int_equal(running(), 1);
}

/* The chip's clear reaches 4 MiB: what is behind is nobody's. */
static void test_memory_that_cannot_be_cleared(void **state)
{
    (void)state;
    assert_true(models_init(core_tcm, 16u << 20));
    assert_int_equal(memory_size(), 4u << 20);
}

static void test_input(void **state)
{
    (void)state;
    store(0, 100, 100, 20000, 100);
    uint32_t size, at;
    static uint8_t data[20000];
    memset(data, 0x42, sizeof data);
    assert_int_equal(models_input_size(0, "b", "m0", &size), ML_SUCCESS);
    assert_int_equal(size, 20000);
    int error = models_set_input(0, "b", "m0", 0, data, sizeof data);
    assert_int_equal(error, ML_BUSY);               /* memory is being cleared for it */
    settle();
    assert_int_equal(models_set_input(0, "b", "m0", 0, data, sizeof data), ML_SUCCESS);
    assert_int_equal(models_set_input(0, "b", "m0", 1, data, sizeof data), ML_BAD_ARGUMENT);
    assert_int_equal(models_set_input(0, "b", "m0", UINT32_MAX, data, 1), ML_BAD_ARGUMENT);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_SUCCESS);
    settle();
    uint32_t offset, rights;
    core_window(4, &offset, &size, &rights);
    assert_int_equal(rights, VC_READ);
    for (at = 0; at < 20000; at++) {
        assert_int_equal(core_tcm[offset + at], 0x42);
    }
    for (; at < size; at++) {
        assert_int_equal(core_tcm[offset + at], 0);
    }
    assert_int_equal(models_set_input(0, "b", "m0", 0, data, 1), ML_BUSY);
}

static void set_input(const char *name)
{
    uint8_t byte = 0x42;
    int error;
    while ((error = models_set_input(0, "b", name, 0, &byte, 1)) == ML_BUSY) {
        settle();
    }
    assert_int_equal(error, ML_SUCCESS);
}

/* It goes with the model's memory: no run begins without it. */
static void test_input_is_lost(void **state)
{
    (void)state;
    store(0, 100, 100, 100, 100);
    store(1, 100, CORE_TCM - 0x8000, 0, 4096);
    set_input("m0");
    models_oneshot(0, "b", "m0");
    settle();
    assert_int_equal(running(), 0);
    core_finishes();
    settle();
    models_oneshot(0, "b", "m0");                   /* it is there for the next run, too */
    settle();
    assert_int_equal(running(), 0);
    core_finishes();
    settle();
    models_oneshot(0, "b", "m1");                   /* needs all of the memory */
    settle();
    assert_int_equal(running(), 1);
    core_finishes();
    settle();
    models_oneshot(0, "b", "m0");
    settle();
    assert_false(core_runs());
    assert_true(result_of("m0", ML_SUCCESS).faulted);
    assert_int_equal(result_of("m0", ML_SUCCESS).return_code, MODELS_CAUSE_NO_INPUT);
    set_input("m0");
    models_oneshot(0, "b", "m0");
    settle();
    assert_int_equal(running(), 0);
    core_faults(true, 15, 0, 0);
    settle();
    models_oneshot(0, "b", "m0");
    settle();
    assert_int_equal(result_of("m0", ML_SUCCESS).return_code, MODELS_CAUSE_NO_INPUT);
    set_input("m0");
    models_oneshot(0, "b", "m0");
    settle();
    assert_int_equal(running(), 0);
}

/* --- images that are not good --- */

static void test_bad_images(void **state)
{
    (void)state;
    struct stored *s = store(0, 100, 100, 0, 100);
    s->bytes[BUNDLE_HEADER_SIZE] ^= 1;              /* the CRC is of what was loaded */
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_SUCCESS);
    settle();
    assert_false(core_runs());
    assert_int_equal(result_of("m0", ML_SUCCESS).return_code, MODELS_CAUSE_NOT_LOADED);
    static const struct {
        uint32_t vaddr, flags, msize;
    } bad[] = {
        { 0x80001000, R, 100 },     /* not at the beginning of a part */
        { 0x86000000, R, 100 },     /* no part */
        { 0x81000000, R | W, 100 }, /* constants that can be written */
        { 0x82000000, R | X, 100 },
    };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        s = &stored[1 + i];
        (void)snprintf(s->name, sizeof s->name, "m%u", 1 + i);
        add_section(s, 0x80000000, R | X | E, 100, 100, 1);
        add_section(s, bad[i].vaddr, bad[i].flags, 0, bad[i].msize, 1);
        assert_int_equal(models_oneshot(0, "b", s->name), ML_INVALID_IMAGE);
    }
    s = &stored[8];                 /* a part that has to be there is missing */
    (void)snprintf(s->name, sizeof s->name, "m8");
    add_section(s, 0x80000000, R | X | E, 100, 100, 1);
    assert_int_equal(models_oneshot(0, "b", "m8"), ML_INVALID_IMAGE);
    assert_int_equal(models_oneshot(0, "b", "m9"), ML_NO_SUCH_MODEL);
    assert_int_equal(models_oneshot(0, "", "m0"), ML_NO_SUCH_MODEL);
    store_fails = true;
    store(10, 100, 100, 0, 100);
    assert_int_equal(models_oneshot(0, "b", "m10"), ML_INVALID_IMAGE);
}

/* The application's own model, or one that is a bundle of its own; each application has its copy. */
static void test_whose_image(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_SUCCESS);
    settle();
    assert_int_equal(running(), 0);
    core_finishes();
    settle();
    assert_int_equal(sizes_asked, 2);               /* by the look at it, and by the load */
    assert_int_equal(models_oneshot(0, "c", "m0"), ML_NO_SUCH_MODEL);
    owner[0] = '\0';
    assert_int_equal(models_oneshot(0, "c", "m0"), ML_SUCCESS);
    settle();
    assert_int_equal(running(), 0);
    core_finishes();
    settle();
    struct models_info info;
    assert_true(models_info(0, &info));
    assert_string_equal(info.bundle, "b");
    assert_true(models_info(1, &info));
    assert_string_equal(info.bundle, "c");
}

/* The stored image changes between check and load, to one that needs more. */
static void test_image_changes(void **state)
{
    (void)state;
    store(0, 100, 100, 0, 100);
    store(1, 100, 100, 0, 100);
    models_oneshot(0, "b", "m1");
    settle();
    models_oneshot(0, "b", "m0");
    store(0, 0x50000, 100, 0, 100);
    core_finishes();
    settle();
    assert_false(core_runs());
    assert_true(result_of("m0", ML_SUCCESS).faulted);
}

static void test_slots(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IMAGES; i++) {
        store(i, 100, 100, 0, 100);
    }
    char name[8];
    for (unsigned i = 0; i < MODELS; i++) {
        (void)snprintf(name, sizeof name, "m%u", i);
        assert_int_equal(models_oneshot(0, "b", name), ML_SUCCESS);
    }
    assert_int_equal(models_oneshot(0, "b", "m40"), ML_NO_MODEL_SLOTS_LEFT);
    for (unsigned i = 0; i < MODELS; i++) {
        settle();
        core_finishes();
    }
    settle();
    assert_int_equal(models_oneshot(0, "b", "m40"), ML_NO_MODEL_SLOTS_LEFT);    /* results that nobody has seen */
    assert_int_equal(models_completed(0), UINT32_MAX);
    for (unsigned i = MODELS; i < IMAGES; i++) {    /* one-shots do not keep their slots */
        (void)snprintf(name, sizeof name, "m%u", i);
        assert_int_equal(models_oneshot(0, "b", name), ML_SUCCESS);
        settle();
        core_finishes();
        settle();
    }
    assert_int_equal(models_cancel("b", "m0"), ML_NO_SUCH_MODEL);
    assert_int_equal(models_cancel("b", "m40"), ML_SUCCESS);
}

/* --- a core that has died --- */

static void time_passes(uint64_t us)
{
    for (uint64_t end = now + us; alarm_at <= end;) {
        now = alarm_at > now ? alarm_at : now;
        models_tick();
    }
}

/* It does not stop when it is told to: after a second everybody is told, and when it is back models run. */
static void test_dead_core(void **state)
{
    (void)state;
    if (!core_knows_causes()) {
        return;                     /* the chip's resets at once */
    }
    store(0, 100, 100, 0, 100);
    store(1, 100, 100, 0, 100);
    store(2, 100, 100, 0, 100);
    models_oneshot(0, "b", "m0");
    models_oneshot(1, "b", "m1");
    models_periodic(2, "b", "m2", 60000);
    settle();
    assert_int_equal(running(), 0);
    time_passes(5000000);           /* its time is over */
    assert_int_equal(notified[0], 0);
    time_passes(2000000);
    assert_int_equal(notified[0], 1);
    assert_int_equal(notified[1], 1);
    assert_int_equal(notified[2], 1);
    assert_int_equal(result_of("m0", ML_SUCCESS).return_code, VC_CAUSE_FIRMWARE);
    assert_true(alarm_at == UINT64_MAX);
    assert_false(models_pending("b", "m2"));        /* its period is over */
    assert_int_equal(models_oneshot(0, "b", "m1"), ML_SUCCESS);
    settle();
    assert_int_equal(running(), 1);
    core_finishes();
    settle();
    assert_int_equal(notified[0], 2);
    assert_int_equal(result_of("m1", ML_SUCCESS).return_code, 0);
}

/* Its firmware fails while a job runs, and before it has cleared memory that it was to clear: the job is over, the memory is cleared all the same, and
 * the core is heard of again. */
static void test_core_restarts(void **state)
{
    (void)state;
    if (!core_knows_causes()) {
        return;
    }
    store(0, 100, 100, 0, 0x20000);
    store(1, 100, 100, 0, 0x20000);
    store(2, 100, 100, 10, 100);
    models_oneshot(0, "b", "m0");
    settle();
    assert_int_equal(running(), 0);
    models_oneshot(0, "b", "m1");
    core_restarts();
    models_event();
    assert_int_equal(result_of("m0", ML_SUCCESS).return_code, VC_CAUSE_FIRMWARE);
    (void)core_work();
    models_event();                 /* m1 needs room: a clear is under way */
    assert_false(vector_settled());
    memset(core_tcm, 0x99, sizeof core_tcm);
    core_restarts();
    uint8_t byte = 0;               /* asked before its interrupt is handled */
    assert_int_equal(models_set_input(0, "b", "m2", 0, &byte, 1), ML_BUSY);
    advance(10000);
    assert_int_equal(running(), 1);
    uint32_t offset, size, rights;
    core_window(5, &offset, &size, &rights);
    for (uint32_t at = 0; at < size; at++) {
        assert_int_equal(core_tcm[offset + at], 0);
    }
    core_finishes();
    settle();
    assert_int_equal(result_of("m1", ML_SUCCESS).return_code, 0);
    assert_int_equal(notified[0], 2);
}

/* --- anything in any order --- */

static uint32_t text_seen, text_bytes;
static int text_of = -1;

/* What runs finds its text as it was stored, until it ends. */
static void check_running(void)
{
    int model = running();
    if (model < 0) {
        text_of = -1;
        return;
    }
    assert_true(model < 12);
    uint32_t size, rights;
    core_window(0, &text_seen, &size, &rights);
    text_bytes = size;
    for (uint32_t at = 0; at < 100; at++) {
        assert_int_equal(core_tcm[text_seen + at], model + 1);
    }
    text_of = model;
}

static void test_random(void **state)
{
    (void)state;
    srand(7);
    for (unsigned i = 0; i < 12; i++) {
        store(i, 100 + 0x8000 * i, 200, 1000 * i, 0x4000 * (1 + i % 4));
    }
    static uint8_t data[12000];
    for (unsigned step = 0; step < 30000; step++) {
        char name[8];
        unsigned model = (unsigned)rand() % 13, client = (unsigned)rand() % 3;
        (void)snprintf(name, sizeof name, "m%u", model);
        struct models_result result;
        size_t n = sizeof data;
        switch (rand() % 12) {
        case 0:
            (void)models_oneshot(client, "b", name);
            break;
        case 1:
            (void)models_periodic(client, "b", name, 1 + (uint32_t)rand() % 300);
            break;
        case 2:
            (void)models_cancel("b", name);
            break;
        case 3:
            (void)models_set_input(client, "b", name, (uint32_t)rand() % 2000, data, (size_t)rand() % 2000);
            break;
        case 4:
            (void)models_output("b", name, (uint32_t)rand() % 300, &result, data, &n);
            break;
        case 5:
            (void)models_completed(client);
            break;
        case 6:
            (void)models_configure(client, "b", name, (uint32_t)rand() % 8, 1 + (uint32_t)rand() % 200);
            break;
        case 7:
            if (core_runs()) {
                job_writes((uint32_t)rand() % 3, 0, (uint32_t)rand(), 1);
                core_finishes();
            }
            break;
        case 8:
            if (core_runs()) {
                core_faults(rand() % 2, 13, 1, 2);
            }
            break;
        case 9:
            (void)core_work();      /* without its interrupt */
            break;
        case 10:
            settle();
            break;
        default:
            advance((uint64_t)rand() % 100000);
        }
        check_running();
        assert_true(memory_is_sound());
    }
    for (unsigned i = 0; i < 12; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "m%u", i);
        (void)models_cancel("b", name);
    }
    settle();
    assert_int_equal(memory_free_bytes(), CORE_TCM);        /* nothing has leaked, */
    assert_int_equal(models_oneshot(0, "b", "m1"), ML_SUCCESS);     /* and the queue goes on */
    settle();
    assert_int_equal(running(), 1);
}

/* A thousand times: cancelled at another moment. */
static void test_cancel_at_any_moment(void **state)
{
    (void)state;
    srand(8);
    store(0, 5000, 100, 100, 0x4000);
    store(1, 5000, 100, 100, 0x4000);
    for (unsigned i = 0; i < 1000; i++) {
        models_oneshot(0, "b", "m0");
        models_oneshot(1, "b", "m1");
        for (int step = rand() % 6; step > 0; step--) {
            if (rand() % 3 == 0 && core_runs()) {
                core_finishes();
            }
            if (rand() % 2 && core_work()) {
                models_event();
            }
        }
        assert_int_equal(models_cancel("b", "m0"), ML_SUCCESS);
        settle();
        if (core_runs()) {
            assert_int_equal(running(), 1);
            core_finishes();
            settle();
        }
        (void)models_completed(1);
        struct models_info info;
        assert_false(core_runs());
        assert_true(models_info(1, &info) || models_info(0, &info));
        assert_int_equal(info.statistics.runs, i + 1);
    }
    assert_int_equal(models_cancel("b", "m1"), ML_SUCCESS);
    settle();
    assert_int_equal(memory_free_bytes(), CORE_TCM);
}

/* --- models that are data --- */

enum { DATA_INPUT = 70, DATA_OUTPUT = 72, DATA_ARENA = 5000, DATA_ESTIMATE = 250000 };

/* A table over all of the input, which is one tensor; the output is two. */
struct data_image {
    struct nn_header header;
    struct nn_layer layers[1];
    struct nn_tensor tensors[3];
    uint8_t table[256];
    char strings[16];
};
_Static_assert(sizeof(struct data_image) == 128 + 64 + 3 * 64 + 256 + 16, "no gaps");

static struct nn_tensor data_tensor(uint32_t kind, uint32_t offset, uint32_t size)
{
    return (struct nn_tensor){ .kind = kind, .offset = offset, .size = size, .rank = 2, .shape = { 2, size / 2, 1, 1 }, .scale = 0x3f000000, .zero = -3, .name = 2 };
}

static struct data_image data_image(void)
{
    struct data_image image = {
        .header = { .magic = NN_MAGIC, .version = NN_VERSION, .size = sizeof image, .layers_at = offsetof(struct data_image, layers), .layers = 1,
                    .tensors_at = offsetof(struct data_image, tensors), .tensors = 3, .constants_at = offsetof(struct data_image, table),
                    .constants_size = 256, .strings_at = offsetof(struct data_image, strings), .strings_size = 16, .arena_size = DATA_ARENA,
                    .input_size = DATA_INPUT, .output_size = DATA_OUTPUT, .instructions = { 1000000, DATA_ESTIMATE, 1, 1 } },
        .layers = { { .op = NN_TABLE, .in = NN_PLACE(NN_INPUT, 0), .out = NN_PLACE(NN_OUTPUT, 0), .in_h = 1, .in_w = 1, .in_c = DATA_INPUT, .out_h = 1,
                      .out_w = 1, .out_c = DATA_INPUT, .kernel_h = 1, .kernel_w = 1, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1,
                      .act_min = -128, .act_max = 127, .multiplier = 1 } },
        .tensors = { data_tensor(NN_IS_INPUT, 0, DATA_INPUT), data_tensor(NN_IS_OUTPUT, 0, 50), data_tensor(NN_IS_OUTPUT, 50, 22) },
        .strings = "m\0tensor\0yes\0no",
    };
    image.tensors[1].labels_at = 9;
    image.tensors[1].labels = 2;
    return image;
}

static void store_data(unsigned i, const struct data_image *image)
{
    struct stored *s = &stored[i];
    s->size = 0;
    (void)snprintf(s->name, sizeof s->name, "m%u", i);
    memcpy(s->bytes + BUNDLE_HEADER_SIZE, image, sizeof *image);
    add_header(s, BUNDLE_TYPE_DATA_MODEL, 0x81000000, R, sizeof *image, sizeof *image);
}

static void with_executor(void)
{
    executor_bytes = sizeof executor;
    memset(executor, 0x99, sizeof executor);
    assert_true(models_init(core_tcm, CORE_TCM));
    settle();
    assert_int_equal(memory_size(), CORE_TCM - 8192);
}

/* Its windows: the executor, the model as it is stored, output, input, stack and arena. */
static void test_data_model(void **state)
{
    (void)state;
    struct data_image image = data_image();
    with_executor();
    store_data(0, &image);
    uint8_t input[DATA_INPUT];
    memset(input, 7, sizeof input);
    int error;
    while ((error = models_set_input(0, "b", "m0", 0, input, sizeof input)) == ML_BUSY) {
        settle();
    }
    assert_int_equal(error, ML_SUCCESS);
    assert_int_equal(models_set_input(0, "b", "m0", 1, input, sizeof input), ML_BAD_ARGUMENT);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_SUCCESS);
    settle();
    static const uint32_t rights[] = { 5, 1, 3, 0, 1, 3 }, sizes[] = { 8192, 4096, 4096, 0, 4096, 12288 };
    uint32_t offset[6], size, right;
    for (unsigned i = 0; i < 6; i++) {
        core_window(i, &offset[i], &size, &right);
        assert_int_equal(right, rights[i]);
        assert_int_equal(size, sizes[i]);
    }
    assert_int_equal(offset[0], CORE_TCM - 8192);
    assert_memory_equal(core_tcm + offset[0], executor, sizeof executor);
    assert_int_equal(core_tcm[offset[0] + sizeof executor], 0);
    assert_memory_equal(core_tcm + offset[1], &image, sizeof image);
    assert_memory_equal(core_tcm + offset[4], input, sizeof input);
    job_writes(0, 0, DATA_OUTPUT, 0x55);
    core_tcm[offset[2] + 64] = 0x56;
    core_finishes();
    settle();
    struct models_result result;
    uint8_t data[100];
    size_t n = sizeof data;
    assert_int_equal(models_output("b", "m0", 0, &result, data, &n), ML_SUCCESS);
    assert_int_equal(n, DATA_OUTPUT);
    assert_int_equal(data[0], 0x56);
    assert_int_equal(data[1], 0x55);
    struct models_info info;
    assert_true(models_info(0, &info));
    assert_true(info.is_data);
    assert_int_equal(info.limit_ms, 500 + 4 * DATA_ESTIMATE / 1000);
    assert_int_equal(models_cancel("b", "m0"), ML_SUCCESS);
    settle();
    assert_int_equal(memory_free_bytes(), CORE_TCM - 8192);
}

static void test_data_tensors(void **state)
{
    (void)state;
    struct data_image image = data_image();
    struct nn_tensor tensor;
    const char *text;
    int error;
    with_executor();
    store_data(0, &image);
    while ((error = models_tensor(0, "b", "m0", NN_IS_OUTPUT, 1, &tensor, &text)) == ML_BUSY) {
        settle();
    }
    assert_int_equal(error, ML_SUCCESS);
    assert_int_equal(tensor.offset, 50);
    assert_int_equal(tensor.size, 22);
    assert_int_equal(tensor.zero, -3);
    assert_string_equal(text, "tensor");
    assert_int_equal(models_tensor(0, "b", "m0", NN_IS_OUTPUT, 2, &tensor, &text), ML_BAD_ARGUMENT);
    assert_int_equal(models_tensor(0, "b", "m0", NN_IS_INPUT, 0, &tensor, &text), ML_SUCCESS);
    assert_int_equal(tensor.size, DATA_INPUT);
    assert_int_equal(models_label(0, "b", "m0", 0, 1, &text), ML_SUCCESS);
    assert_string_equal(text, "no");
    assert_int_equal(models_label(0, "b", "m0", 0, 2, &text), ML_SUCCESS);
    assert_string_equal(text, "");
    assert_int_equal(models_tensor(0, "b", "none", NN_IS_INPUT, 0, &tensor, &text), ML_NO_SUCH_MODEL);
    store(1, 100, 100, 20, 100);    /* a native one: bytes */
    while ((error = models_tensor(0, "b", "m1", NN_IS_OUTPUT, 0, &tensor, &text)) == ML_BUSY) {
        settle();
    }
    assert_int_equal(error, ML_SUCCESS);
    assert_int_equal(tensor.size, 88);
    assert_int_equal(tensor.type, NN_UINT8);
}

/* What would leave its windows never begins; why is told, and the next in the queue runs. */
static void test_data_refused(void **state)
{
    (void)state;
    struct data_image image = data_image();
    with_executor();
    image.layers[0].out = NN_PLACE(NN_OUTPUT, DATA_OUTPUT - 1);
    store_data(0, &image);
    store(1, 100, 100, 0, 100);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_SUCCESS);
    assert_int_equal(models_oneshot(0, "b", "m1"), ML_SUCCESS);
    settle();
    assert_int_equal(running(), 1);
    assert_string_equal(refused.part, "layer");
    assert_string_equal(refused.field, "out");
    struct models_result result = result_of("m0", ML_SUCCESS);
    assert_true(result.faulted);
    assert_int_equal(result.return_code, MODELS_CAUSE_REFUSED);
    assert_int_equal(core_jobs(), 1);
    core_finishes();
    settle();
    uint8_t byte = 0;
    int error;
    while ((error = models_set_input(0, "b", "m0", 0, &byte, 1)) == ML_BUSY) {
        settle();
    }
    assert_int_equal(error, ML_INVALID_IMAGE);
}

/* Sizes beyond all bounds, sections that a data model has not, no executor: refused before anything else. */
static void test_data_invalid(void **state)
{
    (void)state;
    struct data_image image = data_image();
    store_data(0, &image);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_INVALID_IMAGE);
    with_executor();
    uint32_t *const sizes[] = { &image.header.arena_size, &image.header.input_size, &image.header.output_size };
    for (unsigned i = 0; i < 3; i++) {
        uint32_t good = *sizes[i];
        static const uint32_t bad[] = { CORE_TCM, 0x01000000, 0x7fffffff, 0xffffffff, 0xfffff000 };
        for (unsigned k = 0; k < sizeof bad / sizeof *bad; k++) {
            *sizes[i] = bad[k];
            store_data(0, &image);
            assert_int_equal(models_oneshot(0, "b", "m0"), ML_INVALID_IMAGE);
        }
        *sizes[i] = good;
    }
    store_data(0, &image);
    put32(stored[0].bytes + 12, 0x82000000);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_INVALID_IMAGE);
    store_data(0, &image);
    put32(stored[0].bytes + 24, R | W);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_INVALID_IMAGE);
    store_data(0, &image);
    put32(stored[0].bytes + 32, sizeof image + 1);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_INVALID_IMAGE);
    store_data(0, &image);
    add_section(&stored[0], 0x83000000, R | W, 10, 10, 1);
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_INVALID_IMAGE);
    store_data(0, &image);          /* the image changes between the first look and the load */
    stored[0].bytes[BUNDLE_HEADER_SIZE + 300]++;
    assert_int_equal(models_oneshot(0, "b", "m0"), ML_SUCCESS);
    settle();
    assert_int_equal(result_of("m0", ML_SUCCESS).return_code, MODELS_CAUSE_NOT_LOADED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_oneshot, fresh),
        cmocka_unit_test_setup(test_header, fresh),
        cmocka_unit_test_setup(test_fault, fresh),
        cmocka_unit_test_setup(test_host_request, fresh),
        cmocka_unit_test_setup(test_time_limit, fresh),
        cmocka_unit_test_setup(test_ends_in_time, fresh),
        cmocka_unit_test_setup(test_cancel_while_running, fresh),
        cmocka_unit_test_setup(test_finish_meets_cancel, fresh),
        cmocka_unit_test_setup(test_priorities, fresh),
        cmocka_unit_test_setup(test_periodic, fresh),
        cmocka_unit_test_setup(test_drops, fresh),
        cmocka_unit_test_setup(test_once_more, fresh),
        cmocka_unit_test_setup(test_nobody_starves, fresh),
        cmocka_unit_test_setup(test_eviction, fresh),
        cmocka_unit_test_setup(test_unused_input, fresh),
        cmocka_unit_test_setup(test_input_in_the_way, fresh),
        cmocka_unit_test_setup(test_too_large, fresh),
        cmocka_unit_test_setup(test_memory_that_cannot_be_cleared, fresh),
        cmocka_unit_test_setup(test_input, fresh),
        cmocka_unit_test_setup(test_input_is_lost, fresh),
        cmocka_unit_test_setup(test_bad_images, fresh),
        cmocka_unit_test_setup(test_whose_image, fresh),
        cmocka_unit_test_setup(test_image_changes, fresh),
        cmocka_unit_test_setup(test_slots, fresh),
        cmocka_unit_test_setup(test_dead_core, fresh),
        cmocka_unit_test_setup(test_core_restarts, fresh),
        cmocka_unit_test_setup(test_random, fresh),
        cmocka_unit_test_setup(test_cancel_at_any_moment, fresh),
        cmocka_unit_test_setup(test_data_model, fresh),
        cmocka_unit_test_setup(test_data_tensors, fresh),
        cmocka_unit_test_setup(test_data_refused, fresh),
        cmocka_unit_test_setup(test_data_invalid, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
