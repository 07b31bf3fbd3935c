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
    bool more_to_come;      /* received bytes have been left in the device: an interrupt will follow */
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
    line.raw = line.overrun = line.more_to_come = line.last_was_cr = line.drain_awaited = false;
    line.column0 = line.rx_on = true;
    line.tx_on = false;
    ns16550_init();
}

/* --- queueing --- */

static void pump(void);

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
    pump();
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
    pump();
    return true;
}

bool line_congested(void)
{
    return ring_free(&line.tx) < LINE_SEND_MAX;
}

void line_set_raw(bool raw)
{
    line.raw = raw;
    pump();
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
    uint8_t bytes[NS16550_FIFO_SIZE];
    size_t room = ring_free(&line.rx) < sizeof bytes ? ring_free(&line.rx) : sizeof bytes;
    size_t n = ns16550_receive(bytes, room, &line.more_to_come, &line.overrun);
    for (size_t i = 0; i < n; i++) {
        ring_put(&line.rx, bytes[i]);
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

/* Received bytes are fetched on interrupts only: those come as soon as there is room, and again while bytes are left. */
static void pump(void)
{
    transmit();
    update_interrupts();
}

void line_interrupt(void)
{
    receive();
    pump();
}

bool line_receiving(void)
{
    return line.more_to_come && ring_used(&line.rx);
}

size_t line_received(const uint8_t **bytes, size_t enough)
{
    uint32_t start = line.rx.tail & (line.rx.size - 1);
    uint32_t used = ring_used(&line.rx), to_end = line.rx.size - start;
    *bytes = &line.rx.data[start];
    if (line.more_to_come && used < enough) {
        return 0;
    }
    return used < to_end ? used : to_end;
}

void line_consume(size_t n)
{
    line.rx.tail += (uint32_t)n;
    update_interrupts();
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
