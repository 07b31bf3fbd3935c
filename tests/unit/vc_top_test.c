/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The control block in shared memory (common/vc_top): writes arrive in order, interrupts are not lost. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include <vc_top/link.h>

static volatile uint32_t page[VC_LINK_BYTES / 4];
static struct vc_core_link core;

static int fresh(void **state)
{
    (void)state;
    memset((void *)(uintptr_t)page, 0, sizeof page);
    memset(&core, 0, sizeof core);
    return 0;
}

static void test_alive(void **state)
{
    (void)state;
    assert_false(vc_link_alive(page));
    vc_core_start(&core, page, 0);
    assert_true(vc_link_alive(page));
    assert_true(vc_link_settled(page));
    assert_int_equal(vc_link_read(page, VC_INTR_STATE), 0);
}

static void test_writes_in_order(void **state)
{
    (void)state;
    struct vc_write write;
    vc_core_start(&core, page, 0);
    for (uint32_t i = 0; i < VC_LINK_QUEUE; i++) {
        assert_true(vc_link_write(page, VC_WINDOWS + 4 * i, i));
    }
    assert_false(vc_link_write(page, VC_CTRL, 0));
    assert_false(vc_link_settled(page));
    for (uint32_t i = 0; i < VC_LINK_QUEUE; i++) {
        assert_true(vc_core_take(&core, &write));
        assert_int_equal(write.offset, VC_WINDOWS + 4 * i);
        assert_int_equal(write.value, i);
        vc_core_done(&core);
    }
    assert_false(vc_core_take(&core, &write));
    assert_true(vc_link_settled(page));
}

static void test_only_what_was_seen_is_taken_back(void **state)
{
    (void)state;
    vc_core_start(&core, page, 0);
    vc_core_raise(&core, VC_FINISH);
    assert_int_equal(vc_link_read(page, VC_INTR_STATE), VC_FINISH);
    vc_core_raise(&core, VC_HOST_REQUEST | VC_FINISH);      /* the second is one with the first */
    assert_int_equal(vc_link_read(page, VC_INTR_STATE), VC_FINISH | VC_HOST_REQUEST);
    assert_true(vc_link_write(page, VC_INTR_STATE, VC_FINISH));
    assert_int_equal(vc_link_read(page, VC_INTR_STATE), VC_HOST_REQUEST);
    assert_true(vc_link_write(page, VC_INTR_STATE, VC_FINISH | VC_DATA_FAULT));     /* not pending: nothing happens */
    assert_int_equal(vc_link_read(page, VC_INTR_STATE), VC_HOST_REQUEST);
    assert_true(vc_link_write(page, VC_INTR_STATE, UINT32_MAX));
    assert_int_equal(vc_link_read(page, VC_INTR_STATE), 0);
}

static void test_lives(void **state)
{
    (void)state;
    struct vc_write write;
    vc_core_start(&core, page, 0);
    vc_core_raise(&core, VC_FINISH);
    assert_true(vc_link_write(page, VC_CTRL, 0));
    vc_core_start(&core, page, 0);     /* the firmware's: what was queued and what was pending are gone */
    assert_false(vc_core_take(&core, &write));
    assert_int_equal(vc_link_read(page, VC_INTR_STATE), 0);
    assert_true(vc_link_write(page, VC_CTRL, 3));
    assert_true(vc_core_take(&core, &write));
    assert_int_equal(write.value, 3);
    vc_core_start(&core, page, VC_DATA_FAULT);
    assert_int_equal(vc_link_read(page, VC_INTR_STATE), VC_DATA_FAULT);
    assert_true(vc_link_settled(page));
}

/* The other side's words are anything: at most a queue of them is taken, and nothing outside of the page. */
static void test_garbage(void **state)
{
    (void)state;
    srand(1);
    vc_core_start(&core, page, 0);
    for (unsigned i = 0; i < 100000; i++) {
        page[(unsigned)rand() % (VC_LINK_BYTES / 4)] = (uint32_t)rand() << 16 ^ (uint32_t)rand();
        struct vc_write write;
        unsigned n = 0;
        while (vc_core_take(&core, &write)) {
            vc_core_done(&core);
            assert_true(++n <= VC_LINK_QUEUE);
        }
        vc_core_raise(&core, 1u << rand() % 4);
        (void)vc_link_write(page, (unsigned)rand() % 512 * 4, (uint32_t)rand());
    }
}

/* Events of one kind with a number each: when all is quiet, the driver has seen the last of them. Single steps in random order. */
static void test_no_event_is_lost(void **state)
{
    (void)state;
    srand(2);
    vc_core_start(&core, page, 0);
    uint32_t events = 0, seen = 0, latest = 0;
    bool taken_back = false;
    for (unsigned i = 0; i < 1000000; i++) {
        switch (rand() % 4) {
        case 0:
            vc_core_publish(&core, VC_RESULT, ++events);
            vc_core_raise(&core, VC_FINISH);
            break;
        case 1:
            if (!taken_back && (vc_link_read(page, VC_INTR_STATE) & VC_FINISH)) {
                (void)vc_link_write(page, VC_INTR_STATE, VC_FINISH);
                taken_back = true;
            }
            break;
        default:
            if (taken_back) {
                latest = vc_link_read(page, VC_RESULT);
                assert_true(latest >= seen);
                seen = latest;
                taken_back = false;
            }
        }
        if (!taken_back && !(vc_link_read(page, VC_INTR_STATE) & VC_FINISH)) {
            assert_int_equal(seen, events);
        }
    }
}

/* The same with two threads, and the queue between them. */
enum { EVENTS = 20000 };
static volatile uint32_t driver_is_done;

static void *core_thread(void *arg)
{
    (void)arg;
    uint32_t expected = 0, events = 0;
    while (events < EVENTS || !driver_is_done) {
        struct vc_write write;
        while (vc_core_take(&core, &write)) {
            if (write.offset != VC_INIT_START || write.value != expected) {
                abort();
            }
            expected++;
            vc_core_done(&core);
        }
        if (events < EVENTS) {
            vc_core_publish(&core, VC_RESULT, ++events);
            vc_core_raise(&core, 1u << events % 4);
        }
        sched_yield();
    }
    return NULL;
}

static void test_two_threads(void **state)
{
    (void)state;
    pthread_t thread;
    vc_core_start(&core, page, 0);
    driver_is_done = 0;
    assert_int_equal(pthread_create(&thread, NULL, core_thread, NULL), 0);
    uint32_t seen = 0, written = 0;
    while (seen < EVENTS || written < EVENTS) {
        written += written < EVENTS && vc_link_write(page, VC_INIT_START, written);
        uint32_t pending = vc_link_read(page, VC_INTR_STATE);
        if (pending) {
            (void)vc_link_write(page, VC_INTR_STATE, pending);
            seen = vc_link_read(page, VC_RESULT);
        }
    }
    while (!vc_link_settled(page)) {
        sched_yield();
    }
    driver_is_done = 1;
    pthread_join(thread, NULL);
    assert_int_equal(seen, EVENTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_alive, fresh),
        cmocka_unit_test_setup(test_writes_in_order, fresh),
        cmocka_unit_test_setup(test_only_what_was_seen_is_taken_back, fresh),
        cmocka_unit_test_setup(test_lives, fresh),
        cmocka_unit_test_setup(test_garbage, fresh),
        cmocka_unit_test_setup(test_no_event_is_lost, fresh),
        cmocka_unit_test_setup(test_two_threads, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
