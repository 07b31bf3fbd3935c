/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The UART driver's line discipline over a fake NS16550. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static int setup(void **state)
{
    (void)state;
    memset(&hw, 0, sizeof hw);
    hw.instant = true;
    line_init();
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
    line_log("first");
    expect_sent("first\r\n");
    send_text("KATA> ");
    line_log("second\n");
    expect_sent("KATA> \r\nsecond\r\n");
}

static void test_log_shows_control_characters(void **state)
{
    (void)state;
    line_log("a\x1b[2Jb\nc\td");
    expect_sent("a?[2Jb?c\td\r\n");
}

static void test_raw_mode_changes_nothing_and_holds_lines(void **state)
{
    (void)state;
    line_set_raw(true);
    line_log("held 1");
    line_log("held 2");
    send_text("\n\r\x18\n");
    expect_sent("\n\r\x18\n");
    line_set_raw(false);
    expect_sent("held 1\r\nheld 2\r\n");
}

static void test_lost_lines_are_counted(void **state)
{
    (void)state;
    char text[101];
    memset(text, 'x', 100);
    text[100] = 0;
    line_set_raw(true);
    for (int i = 0; i < 23; i++) {
        line_log(text);     /* 20 fit into 2048 bytes */
    }
    line_set_raw(false);
    assert_int_equal(hw.sent_n, 20 * 102 + strlen("uart_driver::3 log lines lost\r\n"));
    assert_non_null(strstr(hw.sent, "uart_driver::3 log lines lost\r\n"));
    hw.sent_n = 0;
    line_log("again");
    expect_sent("again\r\n");
}

static void test_overlong_log_line_is_cut(void **state)
{
    (void)state;
    char text[1001];
    memset(text, 'y', 1000);
    text[1000] = 0;
    line_log(text);
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
        line_log("a line of the log that is fairly long, so that many of them fill the queue");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_text_mode_ends_lines, setup),
        cmocka_unit_test_setup(test_log_line_starts_in_column_0, setup),
        cmocka_unit_test_setup(test_log_shows_control_characters, setup),
        cmocka_unit_test_setup(test_raw_mode_changes_nothing_and_holds_lines, setup),
        cmocka_unit_test_setup(test_lost_lines_are_counted, setup),
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
