/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "line.h"

#include "ns16550.h"
#include "ring.h"

/* With stack, IPC buffer and the service's state these fit into two pages. */
static uint8_t rx_data[1024], tx_data[1024], held_data[2048];

static struct {
    struct ring rx, tx, held;
    uint32_t lost_lines;    /* log lines lost since the last report */
    bool overrun;           /* the device lost received bytes since the last report */
    bool raw;
    bool column0;           /* the last byte queued ended a line */
    bool last_was_cr;       /* the last byte sent was '\r' */
    bool drain_awaited;     /* somebody wants to know when the transmitter is empty */
    bool rx_on, tx_on;      /* interrupts as last set */
} line;

void line_init(void)
{
    line.rx = (struct ring){ .data = rx_data, .size = sizeof rx_data };
    line.tx = (struct ring){ .data = tx_data, .size = sizeof tx_data };
    line.held = (struct ring){ .data = held_data, .size = sizeof held_data };
    line.lost_lines = 0;
    line.raw = line.overrun = line.last_was_cr = line.drain_awaited = false;
    line.column0 = line.rx_on = true;
    line.tx_on = false;
    int early = ns16550_init();
    if (early >= 0) {
        ring_put(&line.rx, (uint8_t)early);
    }
}

/* --- queueing --- */

static void queue(uint8_t byte)
{
    ring_put(&line.tx, byte);
    line.column0 = byte == '\n';
}

/* A log line may enter the tx ring when room for a console write remains behind it. */
static bool room_for_line(size_t length)
{
    return !line.raw && ring_free(&line.tx) >= length + 2 + LINE_SEND_MAX;
}

static void start_line(void)
{
    if (!line.column0) {
        queue('\n');
    }
}

static size_t log_length(const char *text)
{
    size_t n = 0;
    while (n < LINE_LOG_MAX && text[n]) {
        n++;
    }
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r')) {
        n--;
    }
    return n;
}

static uint8_t printable(char c)
{
    uint8_t byte = (uint8_t)c;
    return (byte < ' ' && byte != '\t') || byte == 0x7f ? '?' : byte;
}

static void hold(const char *text, size_t n)
{
    if (ring_free(&line.held) < n + 1) {
        line.lost_lines++;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        ring_put(&line.held, printable(text[i]));
    }
    ring_put(&line.held, '\n');
}

void line_log(const char *text)
{
    size_t n = log_length(text);
    if (ring_used(&line.held) || line.lost_lines || !room_for_line(n)) {
        hold(text, n);
    } else {
        start_line();
        for (size_t i = 0; i < n; i++) {
            queue(printable(text[i]));
        }
        queue('\n');
    }
    line_pump();
}

static void queue_text(const char *text)
{
    while (*text) {
        queue((uint8_t)*text++);
    }
}

static void queue_number(uint32_t n)
{
    uint8_t digits[10];
    size_t count = 0;
    do {
        digits[count++] = (uint8_t)('0' + n % 10);
        n /= 10;
    } while (n);
    while (count) {
        queue(digits[--count]);
    }
}

static void report_losses(void)
{
    if (!line.raw && line.lost_lines && room_for_line(80)) {
        start_line();
        queue_text("uart_driver::");
        queue_number(line.lost_lines);
        queue_text(" log lines lost\n");
        line.lost_lines = 0;
    }
    if (!line.raw && line.overrun && room_for_line(80)) {
        start_line();
        queue_text("uart_driver::received bytes were lost by the device\n");
        line.overrun = false;
    }
}

static void release_held(void)
{
    while (ring_used(&line.held) && room_for_line(LINE_LOG_MAX)) {
        uint8_t byte;
        start_line();
        do {
            byte = ring_get(&line.held);
            queue(byte);
        } while (byte != '\n');
    }
    if (!ring_used(&line.held)) {
        report_losses();
    }
}

bool line_send(const uint8_t *bytes, size_t n)
{
    if (n > ring_free(&line.tx)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        queue(bytes[i]);
    }
    line_pump();
    return true;
}

bool line_congested(void)
{
    return ring_free(&line.tx) < LINE_SEND_MAX;
}

void line_set_raw(bool raw)
{
    line.raw = raw;
    line_pump();
}

/* --- device --- */

/* Sends the next byte; in text mode a lone '\n' takes a '\r' before it. */
static void send_next(void)
{
    uint8_t byte = line.tx.data[line.tx.tail & (line.tx.size - 1)];
    if (byte == '\n' && !line.raw && !line.last_was_cr) {
        ns16550_tx_put('\r');
        line.last_was_cr = true;
        return;
    }
    ns16550_tx_put(ring_get(&line.tx));
    line.last_was_cr = byte == '\r';
}

static void transmit(void)
{
    size_t space;
    do {
        release_held();
        for (space = ns16550_tx_space(); space && ring_used(&line.tx); space--) {
            send_next();
        }
    } while (ring_used(&line.tx) && ns16550_tx_space());
}

static void receive(void)
{
    size_t ready;
    while (ring_free(&line.rx) && (ready = ns16550_rx_ready(&line.overrun)) > 0) {
        for (; ready && ring_free(&line.rx); ready--) {
            ring_put(&line.rx, ns16550_rx_get());
        }
    }
}

static void update_interrupts(void)
{
    bool rx_on = ring_free(&line.rx) > 0;
    bool tx_on = ring_used(&line.tx) > 0 || line.drain_awaited;
    if (rx_on != line.rx_on || tx_on != line.tx_on) {
        line.rx_on = rx_on;
        line.tx_on = tx_on;
        ns16550_set_interrupts(rx_on, tx_on);
    }
}

void line_pump(void)
{
    receive();
    transmit();
    update_interrupts();
}

size_t line_received(const uint8_t **bytes)
{
    uint32_t start = line.rx.tail & (line.rx.size - 1);
    uint32_t used = ring_used(&line.rx), to_end = line.rx.size - start;
    *bytes = &line.rx.data[start];
    return used < to_end ? used : to_end;
}

void line_consume(size_t n)
{
    line.rx.tail += (uint32_t)n;
    line_pump();
}

/* The device has no interrupt for "shift register empty": once its FIFO is, the rest is at most one character time. */
static void await_shift_register(void)
{
    for (int i = 0; i < 100000 && !ns16550_tx_idle(); i++) {
    }
}

bool line_drained(void)
{
    bool drained = !ring_used(&line.tx) && ns16550_tx_space();
    line.drain_awaited = !drained;
    update_interrupts();
    if (drained) {
        await_shift_register();
    }
    return drained;
}
