/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The mailbox driver over the Sparrow chip's device: full and empty FIFOs, errors, time-outs, answers that fit nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device.h"
#include "exchange.h"
#include "mailbox_driver.h"
#include "sparrow_mailbox.h"

#define BASE 0x80601000u
static const struct mailbox_window window = { BASE, 15 * MAILBOX_PAGE };

/* What was answered last. */
static struct {
    unsigned n;
    int waiter, error;
    struct mailbox_message reply;
} answered;

void exchange_answered(const struct mailbox_request *request, int error, const struct mailbox_message *reply)
{
    answered.n++;
    answered.waiter = request->waiter;
    answered.error = error;
    if (error == MAILBOX_SUCCESS) {
        answered.reply = *reply;
    }
}

void exchange_noticed(const char *what)
{
    (void)what;
}

static int setup(void **state)
{
    (void)state;
    device_reset();
    memset(&answered, 0, sizeof answered);
    exchange_init(&window, 1);
    return 0;
}

static void interrupt(void)
{
    if (device_interrupt()) {
        exchange_interrupt();
        exchange_pump();
    }
    assert_false(device_interrupt());
}

/* Asks; returns the id. */
static uint8_t ask_short(unsigned client, size_t n, int waiter)
{
    static const uint8_t bytes[MAILBOX_INLINE_MAX] = "a short request";
    struct mailbox_request *r;
    assert_int_equal(exchange_short(client, bytes, n, 1000, &r), MAILBOX_SUCCESS);
    r->waiter = waiter;
    exchange_pump();
    return r->message.id;
}

static uint8_t ask_long(unsigned client, uint32_t address, uint32_t size, int waiter)
{
    struct mailbox_request *r;
    assert_int_equal(exchange_long(client, MAILBOX_VERSION, address, size, 1000, &r), MAILBOX_SUCCESS);
    r->waiter = waiter;
    exchange_pump();
    return r->message.id;
}

/* What the security core gets; false: nothing, or not all of it. */
static bool peer_message(struct mailbox_message *message)
{
    struct mailbox_decoder decoder = {0};
    enum mailbox_fault fault;
    uint32_t word;
    while (device_peer_get(&word)) {
        switch (mailbox_feed(&decoder, &window, word, message, &fault)) {
        case MAILBOX_COMPLETE:
            return true;
        case MAILBOX_MALFORMED:
            fail_msg("fault %d", (int)fault);
        default:
            exchange_pump();        /* room: the rest follows */
        }
    }
    return false;
}

static void peer_send(const struct mailbox_message *message)
{
    uint32_t words[MAILBOX_MESSAGE_WORDS];
    unsigned n = mailbox_encode(message, words);
    for (unsigned i = 0; i < n; i++) {
        assert_true(device_peer_put(words[i]));
    }
    interrupt();
}

static void test_short_there_and_back(void **state)
{
    struct mailbox_message got;
    (void)state;
    uint8_t id = ask_short(0, 15, 7);
    assert_true(peer_message(&got));
    assert_int_equal(got.id, id);
    assert_int_equal(got.size, 15);
    assert_memory_equal(got.words, "a short request", 15);
    got.reply = true;
    peer_send(&got);
    assert_int_equal(answered.n, 1);
    assert_int_equal(answered.waiter, 7);
    assert_int_equal(answered.error, MAILBOX_SUCCESS);
    assert_false(exchange_waits());
}

static void test_several_outstanding_answered_in_any_order(void **state)
{
    struct mailbox_message a, b;
    (void)state;
    ask_long(0, BASE, 100, 1);
    ask_long(1, BASE + 2 * MAILBOX_PAGE, 5000, 2);
    assert_true(peer_message(&a) && peer_message(&b));
    a.reply = b.reply = true;
    b.size = 2 * MAILBOX_PAGE;      /* more than was sent, but in the pages that the request has begun */
    peer_send(&b);
    assert_true(answered.waiter == 2 && answered.reply.size == 2 * MAILBOX_PAGE);
    peer_send(&a);
    assert_true(answered.waiter == 1 && answered.n == 2);
}

/* The FIFO to the security core is full: the rest of the message follows when there is room, and nobody waits in a loop. */
static void test_full(void **state)
{
    struct mailbox_message got;
    (void)state;
    ask_short(0, MAILBOX_INLINE_MAX, 1);
    assert_int_equal(device_sent(), 7);
    (void)device_accesses();
    ask_short(1, MAILBOX_INLINE_MAX, 2);
    ask_short(2, 4, 3);
    assert_int_equal(device_sent(), 8);
    assert_in_range(device_accesses(), 1, 12);
    for (int i = 1; i <= 3; i++) {
        assert_true(peer_message(&got));
        got.reply = true;
        peer_send(&got);
        assert_int_equal(answered.waiter, i);
    }
    assert_int_equal(exchange_counters()->device_errors, 0);
}

static void test_time_out_and_late_answer(void **state)
{
    struct mailbox_request *r;
    struct mailbox_message got;
    (void)state;
    ask_long(0, BASE, 10, 1);
    for (int i = 0; i < 10; i++) {
        exchange_tick();
        assert_int_equal(answered.n, 0);
    }
    exchange_tick();
    assert_int_equal(answered.error, MAILBOX_TIMED_OUT);
    assert_false(exchange_waits());
    /* the other side may still write to the buffer */
    assert_int_equal(exchange_long(0, MAILBOX_VERSION, BASE, 10, 0, &r), MAILBOX_BUSY);
    assert_true(peer_message(&got));
    got.reply = true;
    peer_send(&got);
    assert_int_equal(answered.n, 1);
    assert_int_equal(exchange_counters()->late, 1);
    ask_long(0, BASE, 10, 2);
    assert_true(peer_message(&got));
    got.reply = true;
    peer_send(&got);
    assert_int_equal(answered.waiter, 2);
    assert_int_equal(answered.error, MAILBOX_SUCCESS);
}

/* Nobody reads at the other end: time-outs, then errors at once; all is well when somebody does. */
static void test_the_other_side_sleeps(void **state)
{
    struct mailbox_request *r;
    struct mailbox_message got;
    (void)state;
    unsigned asked = 0;
    while (exchange_short(asked % 3, (const uint8_t *)"x", 1, 0, &r) == MAILBOX_SUCCESS) {
        r->waiter = (int)asked++;
        exchange_pump();
        assert_in_range(asked, 1, MAILBOX_OUTSTANDING);
    }
    assert_int_equal(asked, MAILBOX_OUTSTANDING);
    exchange_tick();
    assert_int_equal(answered.n, asked);
    unsigned sent = device_sent() / 2;
    while (peer_message(&got)) {
        got.reply = true;
        peer_send(&got);
    }
    assert_in_range(exchange_counters()->late, sent, asked);
    ask_short(0, 3, 99);
    assert_true(peer_message(&got));
    got.reply = true;
    peer_send(&got);
    assert_int_equal(answered.waiter, 99);
}

static void test_answers_that_fit_nothing(void **state)
{
    struct mailbox_message got, wrong;
    (void)state;
    ask_long(0, BASE, 100, 1);
    assert_true(peer_message(&got));
    got.reply = true;
    wrong = got;
    wrong.id ^= 1;
    peer_send(&wrong);
    wrong = got;
    wrong.reply = false;
    peer_send(&wrong);
    assert_int_equal(answered.n, 0);
    assert_int_equal(exchange_counters()->unexpected, 2);
    wrong = got;
    wrong.address += MAILBOX_PAGE;
    peer_send(&wrong);
    assert_int_equal(answered.error, MAILBOX_BAD_REPLY);
    ask_long(0, BASE, 100, 2);
    assert_true(peer_message(&got));
    got.reply = true;
    got.size = MAILBOX_PAGE + 1;
    peer_send(&got);
    assert_true(answered.error == MAILBOX_BAD_REPLY && answered.n == 2);
    ask_long(0, BASE, 100, 3);
    assert_true(peer_message(&got));
    got.reply = true;
    got.is_long = false;
    got.size = 4;
    peer_send(&got);
    assert_true(answered.error == MAILBOX_BAD_REPLY && answered.n == 3);
}

static void test_garbage_then_a_good_answer(void **state)
{
    static const uint32_t garbage[] = { 0x60000004u, 0x0f000004u, 0x010000ffu, 0x00000010u, 0xffffffffu };
    struct mailbox_message got;
    (void)state;
    ask_short(0, 4, 1);
    assert_true(peer_message(&got));
    for (unsigned i = 0; i < 5; i++) {
        assert_true(device_peer_put(garbage[i]));
        assert_true(device_peer_put(0x12345678));
        interrupt();
        assert_int_equal(exchange_counters()->malformed, i + 1);
    }
    got.reply = true;
    peer_send(&got);
    assert_true(answered.n == 1 && answered.error == MAILBOX_SUCCESS);
}

/* The error interrupt is on, is acknowledged, and both FIFOs start anew. */
static void test_error_interrupt(void **state)
{
    struct mailbox_message got;
    (void)state;
    ask_short(0, MAILBOX_INLINE_MAX, 1);
    device_fail(ERROR_WRITE);
    assert_true(device_interrupt());
    interrupt();
    assert_int_equal(exchange_counters()->device_errors, 1);
    assert_int_equal(device_sent(), 0);
    for (int i = 0; i < 11; i++) {
        exchange_tick();
    }
    assert_int_equal(answered.error, MAILBOX_TIMED_OUT);
    ask_short(0, 4, 2);
    assert_true(peer_message(&got));
    got.reply = true;
    peer_send(&got);
    assert_int_equal(answered.waiter, 2);
}

/* The interrupt without words, and words without the interrupt (which a tick finds). */
static void test_spurious_and_lost_interrupts(void **state)
{
    struct mailbox_message got;
    (void)state;
    exchange_interrupt();
    exchange_pump();
    ask_short(0, 4, 1);
    assert_true(peer_message(&got));
    got.reply = true;
    uint32_t words[MAILBOX_MESSAGE_WORDS];
    unsigned n = mailbox_encode(&got, words);
    for (unsigned i = 0; i < n; i++) {
        assert_true(device_peer_put(words[i]));
    }
    mailbox_register_write(MBOX_INTR_STATE, INTR_ALL);
    exchange_tick();
    assert_true(answered.n == 1 && answered.error == MAILBOX_SUCCESS);
}

static void test_bad_requests(void **state)
{
    struct mailbox_request *r;
    static const uint8_t bytes[64];
    (void)state;
    assert_int_equal(exchange_short(0, bytes, MAILBOX_INLINE_MAX + 1, 0, &r), MAILBOX_BAD_BUFFER);
    assert_int_equal(exchange_long(0, MAILBOX_VERSION, BASE + 4, 4, 0, &r), MAILBOX_BAD_BUFFER);
    assert_int_equal(exchange_long(0, MAILBOX_VERSION, BASE - MAILBOX_PAGE, 4, 0, &r), MAILBOX_BAD_BUFFER);
    assert_int_equal(exchange_long(0, MAILBOX_VERSION, BASE + 15 * MAILBOX_PAGE, 4, 0, &r), MAILBOX_BAD_BUFFER);
    assert_int_equal(exchange_long(0, MAILBOX_VERSION, BASE + 14 * MAILBOX_PAGE, MAILBOX_PAGE + 1, 0, &r), MAILBOX_BAD_BUFFER);
    assert_int_equal(exchange_long(0, MAILBOX_VERSION, BASE, 0, 0, &r), MAILBOX_BAD_BUFFER);
    assert_int_equal(exchange_long(0, MAILBOX_VERSION, BASE, 0x10000, 0, &r), MAILBOX_BAD_BUFFER);
    assert_false(exchange_waits());
}

/* The original's format: no id, so one at a time. */
static void test_original_format(void **state)
{
    struct mailbox_request *r;
    uint32_t word;
    (void)state;
    assert_int_equal(exchange_long(0, MAILBOX_ORIGINAL, BASE, 68, 1000, &r), MAILBOX_SUCCESS);
    r->waiter = 5;
    exchange_pump();
    assert_int_equal(exchange_long(1, MAILBOX_ORIGINAL, BASE + MAILBOX_PAGE, 68, 1000, &r), MAILBOX_BUSY);
    assert_true(device_peer_get(&word) && word == (0x80000000u | 68));
    assert_true(device_peer_get(&word) && word == BASE);
    assert_true(device_peer_put(0x80000000u | 68) && device_peer_put(BASE));
    interrupt();
    assert_true(answered.waiter == 5 && answered.error == MAILBOX_SUCCESS && answered.reply.size == 68);
}

static void test_client_that_asks_again(void **state)
{
    struct mailbox_message old, got;
    (void)state;
    ask_short(0, 4, 1);
    assert_true(peer_message(&old));
    exchange_give_up(0);
    assert_true(answered.waiter == 1 && answered.error == MAILBOX_TIMED_OUT);
    ask_short(0, 4, 2);
    assert_true(peer_message(&got));
    got.reply = old.reply = true;
    peer_send(&old);
    assert_int_equal(answered.n, 1);
    peer_send(&got);
    assert_true(answered.n == 2 && answered.waiter == 2);
}

/* The threshold of the write FIFO is no interrupt of ours, even if somebody sets its state. */
static void test_write_threshold(void **state)
{
    (void)state;
    mailbox_register_write(MBOX_WIRQT, 0);
    ask_short(0, 4, 1);
    assert_false(device_interrupt());
    exchange_interrupt();
    assert_int_equal(mailbox_register_read(MBOX_INTR_STATE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_short_there_and_back, setup),
        cmocka_unit_test_setup(test_several_outstanding_answered_in_any_order, setup),
        cmocka_unit_test_setup(test_full, setup),
        cmocka_unit_test_setup(test_time_out_and_late_answer, setup),
        cmocka_unit_test_setup(test_the_other_side_sleeps, setup),
        cmocka_unit_test_setup(test_answers_that_fit_nothing, setup),
        cmocka_unit_test_setup(test_garbage_then_a_good_answer, setup),
        cmocka_unit_test_setup(test_error_interrupt, setup),
        cmocka_unit_test_setup(test_spurious_and_lost_interrupts, setup),
        cmocka_unit_test_setup(test_bad_requests, setup),
        cmocka_unit_test_setup(test_original_format, setup),
        cmocka_unit_test_setup(test_client_that_asks_again, setup),
        cmocka_unit_test_setup(test_write_threshold, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
