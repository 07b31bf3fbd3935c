/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The UART driver's line discipline over a fake NS16550. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "line.h"
#include "ns16550.h"

static struct {
    char sent[65536];
    size_t sent_n;
    uint8_t fifo[16];       /* receive FIFO */
    size_t fifo_n;
    size_t space;           /* transmitter: what tx_space() answers once, 0 = busy */
    bool instant;           /* transmitter is always empty */
    bool rx_irq, tx_irq, overrun;
} hw;

void ns16550_use_fifos(void) {}
void ns16550_init(void) { hw.rx_irq = true; hw.tx_irq = false; }
size_t ns16550_receive(uint8_t *bytes, size_t room, bool *more, bool *overrun)
{
    size_t n = hw.fifo_n >= 14 ? 13 : hw.fifo_n;
    *more = hw.fifo_n >= 14;
    n = n < room ? n : room;
    *overrun |= hw.overrun;
    hw.overrun = false;
    memcpy(bytes, hw.fifo, n);
    hw.fifo_n -= n;
    memmove(hw.fifo, hw.fifo + n, hw.fifo_n);
    *more |= hw.fifo_n > 0;
    return n;
}
size_t ns16550_tx_space(void) { return hw.instant ? 16 : hw.space; }
void ns16550_tx_put(uint8_t byte)
{
    assert_true(hw.instant || hw.space > 0);
    if (!hw.instant) {
        hw.space--;
    }
    hw.sent[hw.sent_n++] = (char)byte;
}
bool ns16550_tx_idle(void) { return true; }
void ns16550_set_interrupts(bool receive, bool transmit) { hw.rx_irq = receive; hw.tx_irq = transmit; }

const char *line_source_name(unsigned source) { return source == 1 ? "one" : source == 2 ? "two" : "other"; }

static struct line_store store;

static int setup(void **state)
{
    (void)state;
    memset(&hw, 0, sizeof hw);
    hw.instant = true;
    line_init(&store, false);
    return 0;
}

static void expect_sent(const char *text)
{
    assert_int_equal(hw.sent_n, strlen(text));
    assert_memory_equal(hw.sent, text, hw.sent_n);
    hw.sent_n = 0;
}

static bool send_text(const char *text) { return line_send((const uint8_t *)text, strlen(text)); }

/* The transmitter takes everything, in FIFO loads, as long as the driver asks for interrupts. */
static void drain(void)
{
    while (hw.tx_irq) {
        hw.space = 16;
        line_interrupt();
    }
    hw.space = 0;
}

static void test_text_mode_ends_lines(void **state)
{
    (void)state;
    send_text("a\nb\r\nc");
    expect_sent("a\r\nb\r\nc");
}

static void test_log_line_starts_in_column_0(void **state)
{
    (void)state;
    line_log(1, "first");
    expect_sent("first\r\n");
    send_text("KATA> ");
    line_log(1, "second\n");
    expect_sent("KATA> \r\nsecond\r\n");
}

static void test_log_shows_control_characters(void **state)
{
    (void)state;
    line_log(1, "a\x1b[2Jb\nc\td");
    expect_sent("a?[2Jb?c\td\r\n");
}

static void test_raw_mode_changes_nothing_and_holds_lines(void **state)
{
    (void)state;
    line_set_raw(true);
    line_log(1, "held 1");
    line_log(1, "held 2");
    send_text("\n\r\x18\n");
    expect_sent("\n\r\x18\n");
    line_set_raw(false);
    expect_sent("held 1\r\nheld 2\r\n");
}

static char hundred[101];

static void fill_hundred(void)
{
    memset(hundred, 'x', 100);
}

static void test_lost_lines_are_counted(void **state)
{
    (void)state;
    fill_hundred();
    line_set_raw(true);
    for (int i = 0; i < 13; i++) {
        line_log(2, hundred);   /* 10 take half of the 2048 bytes; the other half is for the others */
    }
    assert_int_equal(line_lost(2), 3);
    line_set_raw(false);
    assert_int_equal(hw.sent_n, 10 * 102 + strlen("uart_driver::3 log lines of two lost\r\n"));
    assert_non_null(strstr(hw.sent, "uart_driver::3 log lines of two lost\r\n"));
    hw.sent_n = 0;
    line_log(2, "again");
    expect_sent("again\r\n");
    assert_int_equal(line_lost(2), 3);
}

/* Whoever floods the log loses its own lines: another source's come through, in order. */
static void test_a_flood_does_not_displace_others(void **state)
{
    (void)state;
    fill_hundred();
    line_set_raw(true);
    for (int i = 0; i < 1000; i++) {
        line_log(2, hundred);
        if (i % 100 == 50) {
            char text[] = "other 0";
            text[6] = (char)('0' + i / 100);
            line_log(1, text);
        }
    }
    assert_int_equal(line_lost(1), 0);
    line_set_raw(false);
    hw.sent[hw.sent_n] = '\0';
    const char *at = hw.sent;
    for (int i = 0; i < 10; i++) {
        char text[] = "\nother 0\r";
        text[7] = (char)('0' + i);
        at = strstr(at, text);
        assert_non_null(at);
    }
    assert_null(strstr(hw.sent, "of one lost"));
    assert_non_null(strstr(hw.sent, " log lines of two lost\r\n"));
}

/* The history: whole lines, oldest first, also of lines that are not printed yet; a position that is gone begins anew. */
static void test_log_can_be_read_again(void **state)
{
    (void)state;
    uint8_t bytes[LINE_LOG_MAX + 1];
    uint32_t position = 0;
    char expected[64];
    assert_int_equal(line_log_read(&position, bytes, sizeof bytes), 0);
    line_log(1, "a");
    line_log(2, "bc");
    line_set_raw(true);
    line_log(1, "d");
    assert_int_equal(line_log_read(&position, bytes, 5), 5);
    assert_memory_equal(bytes, "a\nbc\n", 5);
    assert_int_equal(line_log_read(&position, bytes, sizeof bytes), 2);
    assert_int_equal(line_log_read(&position, bytes, sizeof bytes), 0);
    line_set_raw(false);
    for (int i = 0; i < 5000; i++) {
        sprintf(expected, "line %d", i);
        line_log((unsigned)i % 3, expected);
    }
    position = 0;               /* long gone */
    int next = -1;
    size_t total = 0;
    for (size_t n; (n = line_log_read(&position, bytes, 100)) > 0; total += n) {
        bytes[n] = '\0';
        for (char *line = strtok((char *)bytes, "\n"); line; line = strtok(NULL, "\n")) {
            int number = 0;
            assert_int_equal(sscanf(line, "line %d", &number), 1);
            assert_true(next < 0 || number == next);
            next = number + 1;
        }
    }
    assert_int_equal(next, 5000);
    assert_true(total > 1500);
}

static void test_overlong_log_line_is_cut(void **state)
{
    (void)state;
    char text[1001];
    memset(text, 'y', 1000);
    text[1000] = 0;
    line_log(2, text);
    assert_int_equal(hw.sent_n, LINE_LOG_MAX + 2);
}

static void test_writer_waits_and_nothing_is_lost(void **state)
{
    (void)state;
    uint8_t block[LINE_SEND_MAX];
    size_t total = 0;
    hw.instant = false;
    for (int round = 0; round < 20; round++) {
        while (!line_congested()) {
            for (size_t i = 0; i < sizeof block; i++) {
                block[i] = (uint8_t)('A' + (total + i) % 26);
            }
            assert_true(line_send(block, sizeof block));
            total += sizeof block;
        }
        assert_true(hw.tx_irq);
        drain();
    }
    assert_int_equal(hw.sent_n, total);
    for (size_t i = 0; i < total; i++) {
        assert_int_equal(hw.sent[i], 'A' + i % 26);
    }
}

static void test_full_queue_refuses_whole_write(void **state)
{
    (void)state;
    uint8_t block[LINE_SEND_MAX] = { 0 };
    hw.instant = false;
    assert_true(line_send(block, sizeof block));
    assert_true(line_send(block, sizeof block));
    assert_true(line_congested());
    assert_false(line_send(block, sizeof block));
    assert_true(line_send(block, 100));
}

static void test_log_leaves_room_for_a_write(void **state)
{
    (void)state;
    uint8_t block[LINE_SEND_MAX] = { 0 };
    hw.instant = false;
    for (int i = 0; i < 100; i++) {
        line_log(1, "a line of the log that is fairly long, so that many of them fill the queue");
    }
    assert_false(line_congested());
    assert_true(line_send(block, sizeof block));
}

static void arrive(const char *text)
{
    for (; *text; text++) {
        hw.fifo[hw.fifo_n++] = (uint8_t)*text;
    }
    line_interrupt();
}

static void test_stream_is_delivered_in_large_pieces(void **state)
{
    (void)state;
    const uint8_t *bytes;
    arrive("k");                                        /* a key: at once */
    assert_int_equal(line_received(&bytes, 100), 1);
    line_consume(1);
    arrive("0123456789abcd");                           /* trigger level: more may follow */
    assert_int_equal(line_received(&bytes, 100), 0);
    assert_true(line_receiving());
    assert_int_equal(line_received(&bytes, 13), 13);    /* but this is all that was asked for */
    line_interrupt();                                   /* silence: the byte left behind */
    assert_int_equal(line_received(&bytes, 100), 14);
    assert_memory_equal(bytes, "0123456789abcd", 14);
    assert_false(line_receiving());
}

static void test_receive_stops_and_goes_on(void **state)
{
    (void)state;
    const uint8_t *bytes;
    size_t sent = 0, got = 0;
    while (hw.rx_irq) {
        while (hw.fifo_n < sizeof hw.fifo) {
            hw.fifo[hw.fifo_n++] = (uint8_t)sent++;
        }
        line_interrupt();
    }
    assert_true(sent >= 1024);      /* ring full; the FIFO keeps the rest: no byte was dropped */
    for (size_t n; (n = line_received(&bytes, 1)) > 0;) {
        n = n > 7 ? 7 : n;
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(bytes[i], (uint8_t)got++);
        }
        line_consume(n);
        if (hw.rx_irq && hw.fifo_n) {
            line_interrupt();
        }
    }
    assert_int_equal(got, sent);
    assert_true(hw.rx_irq);
}

static void test_drained_asks_for_an_interrupt(void **state)
{
    (void)state;
    hw.instant = false;
    hw.space = 16;
    send_text("abc");
    hw.space = 0;           /* the FIFO still sends */
    assert_false(hw.tx_irq);
    assert_false(line_drained());
    assert_true(hw.tx_irq);
    hw.space = 16;
    line_interrupt();
    assert_true(line_drained());
    assert_false(hw.tx_irq);
    expect_sent("abc");
}

static void test_overrun_is_reported(void **state)
{
    (void)state;
    hw.overrun = true;
    line_interrupt();
    expect_sent("uart_driver::received bytes were lost by the device\r\n");
    line_interrupt();
    expect_sent("");
}

/* The log outlives the driver, wherever it died; a line that was being written is given up. */
static void test_log_survives_a_restart(void **state)
{
    (void)state;
    line_log(1, "shown");
    line_set_raw(true);
    line_log(1, "waiting");
    fill_hundred();
    for (int i = 0; i < 15; i++) {
        line_log(2, hundred);
    }
    uint32_t lost = line_lost(2);
    store.bytes[store.head % LINE_LOG_SIZE] = 1;
    store.bytes[(store.head + 1) % LINE_LOG_SIZE] = 'x';
    store.head += 2;
    hw.sent_n = 0;
    line_init(&store, true);
    assert_int_equal(line_lost(2), lost);
    line_set_raw(false);
    line_log(1, "after");
    hw.sent[hw.sent_n] = '\0';
    assert_memory_equal(hw.sent, "waiting\r\nxxxx", 13);
    assert_non_null(strstr(hw.sent, "\nafter\r\n"));
    assert_non_null(strstr(hw.sent, "log lines of two lost\r\n"));
    assert_null(strstr(hw.sent, "shown"));
    uint32_t position = 0;
    uint8_t bytes[16];
    assert_int_equal(line_log_read(&position, bytes, sizeof bytes), 14);
    assert_memory_equal(bytes, "shown\nwaiting\n", 14);
}

/* Whatever the store holds, the driver comes up and logs. */
static void test_any_store_is_survived(void **state)
{
    (void)state;
    srand(3);
    for (int i = 0; i < 20000; i++) {
        uint32_t position = (uint32_t)rand();
        uint8_t bytes[LINE_LOG_MAX + 1];
        hw.sent_n = 0;
        for (size_t k = 0; k < sizeof store.bytes; k++) {
            store.bytes[k] = (uint8_t)(rand() % (i % 2 ? 40 : 2000) ? rand() % 13 : '\n');
        }
        store.tail = (uint32_t)rand() * 3;
        store.shown = store.tail + (uint32_t)rand() % 2100;
        store.head = store.tail + (uint32_t)rand() % 2100;
        line_init(&store, true);
        for (unsigned k = 0; k < 14; k++) {
            line_log(k, "alive");
        }
        assert_int_equal(store.shown, store.head);
        while (line_log_read(&position, bytes, sizeof bytes)) {
        }
    }
}

static void test_restart_counts_what_is_lost(void **state)
{
    (void)state;
    hw.instant = false;
    memcpy(hw.fifo, "abc", hw.fifo_n = 3);
    line_interrupt();
    send_text("0123456789");
    line_init(&store, true);
    hw.instant = true;
    line_log(1, "hello");
    line_interrupt();
    expect_sent("hello\r\nuart_driver::lost in the restart: 3 bytes received, 10 to send\r\n");
    line_init(&store, true);
    line_interrupt();
    expect_sent("");        /* nothing was lost */
}

static void test_raw_mode_survives_a_restart(void **state)
{
    (void)state;
    line_set_raw(true);
    line_log(1, "held");
    line_init(&store, true);
    send_text("a\n");
    expect_sent("a\n");
    line_set_raw(false);
    expect_sent("held\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_text_mode_ends_lines, setup),
        cmocka_unit_test_setup(test_log_line_starts_in_column_0, setup),
        cmocka_unit_test_setup(test_log_shows_control_characters, setup),
        cmocka_unit_test_setup(test_raw_mode_changes_nothing_and_holds_lines, setup),
        cmocka_unit_test_setup(test_lost_lines_are_counted, setup),
        cmocka_unit_test_setup(test_a_flood_does_not_displace_others, setup),
        cmocka_unit_test_setup(test_log_can_be_read_again, setup),
        cmocka_unit_test_setup(test_log_survives_a_restart, setup),
        cmocka_unit_test_setup(test_any_store_is_survived, setup),
        cmocka_unit_test_setup(test_restart_counts_what_is_lost, setup),
        cmocka_unit_test_setup(test_raw_mode_survives_a_restart, setup),
        cmocka_unit_test_setup(test_overlong_log_line_is_cut, setup),
        cmocka_unit_test_setup(test_writer_waits_and_nothing_is_lost, setup),
        cmocka_unit_test_setup(test_full_queue_refuses_whole_write, setup),
        cmocka_unit_test_setup(test_log_leaves_room_for_a_write, setup),
        cmocka_unit_test_setup(test_stream_is_delivered_in_large_pieces, setup),
        cmocka_unit_test_setup(test_receive_stops_and_goes_on, setup),
        cmocka_unit_test_setup(test_drained_asks_for_an_interrupt, setup),
        cmocka_unit_test_setup(test_overrun_is_reported, setup),
    };
    return cmocka_run_group_tests_name("uart_line", tests, NULL, NULL);
}
