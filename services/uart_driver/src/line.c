/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "line.h"

#include "ns16550.h"
#include "ring.h"

#include <camkes/persistent.h>
#include <string.h>

/* With stack, IPC buffer and the service's state these fit into two pages. */
static uint8_t rx_data[1024], tx_data[1024];

/* The counters of the rings persist, their contents do not: a restarted driver can say how much it has lost. */
static CAMKES_PERSISTENT struct ring rx, tx;
static CAMKES_PERSISTENT bool raw_mode; /* a file transfer goes on over the driver's death: its protocol knows how */

static struct {
    struct line_store *kept;
    uint32_t lost_rx, lost_tx;  /* bytes that were in the rings when the driver died, until they are reported */
    uint16_t waiting[LINE_SOURCES]; /* bytes of each source in kept->log behind kept->shown */
    bool overrun;           /* the device lost received bytes since the last report */
    bool more_to_come;      /* received bytes have been left in the device: an interrupt will follow */
    bool column0;           /* the last byte queued ended a line */
    bool last_was_cr;       /* the last byte sent was '\r' */
    bool drain_awaited;     /* somebody wants to know when the transmitter is empty */
    bool rx_on, tx_on;      /* interrupts as last set */
} line;

/* --- the log's ring --- */

/* The byte at a position. */
static uint8_t log_byte(uint32_t at)
{
    return line.kept->bytes[at % LINE_LOG_SIZE];
}

/* Position behind the line that begins at a position; that itself when the line has no end. */
static uint32_t log_line_end(uint32_t start)
{
    uint32_t at = start;
    while (at != line.kept->head && ++at != line.kept->head) {   /* the first byte is the source */
        if (log_byte(at) == '\n') {
            return at + 1;
        }
    }
    return start;
}

/*
 * Takes over what the driver's last life left. It may have died anywhere: a line without end was being written, and everything
 * else holds only if it is consistent. Counts what waits.
 */
static void log_repair(void)
{
    struct line_store *kept = line.kept;
    uint32_t at = kept->tail, next;
    bool waiting = false;
    if (kept->head - kept->tail > LINE_LOG_SIZE || kept->shown - kept->tail > kept->head - kept->tail) {
        kept->head = kept->tail = kept->shown = at = 0;
    }
    for (; (next = log_line_end(at)) != at; at = next) {
        if (log_byte(at) >= LINE_SOURCES || next - at > LINE_LOG_MAX + 2) {
            break;
        }
        if (next - kept->tail > kept->shown - kept->tail) {
            kept->shown = waiting ? kept->shown : at;
            waiting = true;
            line.waiting[log_byte(at)] = (uint16_t)(line.waiting[log_byte(at)] + (next - at));
        }
    }
    kept->head = at;
    kept->shown = waiting ? kept->shown : at;
}

static void log_init(bool restarted)
{
    memset(line.waiting, 0, sizeof line.waiting);
    if (restarted) {
        log_repair();
    } else {
        memset(line.kept, 0, sizeof *line.kept);
    }
}

/* An empty ring; returns what was in it. */
static uint32_t empty(struct ring *ring, uint8_t *data, uint32_t size)
{
    uint32_t used = ring_used(ring);
    *ring = (struct ring){ .data = data, .size = size };
    return used <= size ? used : size;
}

void line_init(struct line_store *store, bool restarted)
{
    line.kept = store;
    log_init(restarted);
    uint32_t in_rx = empty(&rx, rx_data, sizeof rx_data), in_tx = empty(&tx, tx_data, sizeof tx_data);
    line.lost_rx = restarted ? in_rx : 0;
    line.lost_tx = restarted ? in_tx : 0;
    raw_mode = restarted && raw_mode;
    line.overrun = line.more_to_come = line.last_was_cr = line.drain_awaited = false;
    line.column0 = line.rx_on = true;
    line.tx_on = false;
    ns16550_init();
}

/* --- queueing --- */

static void pump(void);

static void queue(uint8_t byte)
{
    ring_put(&tx, byte);
    line.column0 = byte == '\n';
}

/* A log line may enter the tx ring when room for a console write remains behind it. */
static bool room_for_line(size_t length)
{
    return !raw_mode && ring_free(&tx) >= length + 2 + LINE_SEND_MAX;
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

/* Gives up lines that have been shown, the oldest first, until n bytes fit: only called when they do then. */
static void make_room(size_t n)
{
    while (LINE_LOG_SIZE - (line.kept->head - line.kept->tail) < n) {
        line.kept->tail = log_line_end(line.kept->tail);
    }
}

/* A source may have as much waiting as it leaves to the others: whoever floods the log loses its own lines, not theirs. */
static bool may_keep(unsigned source, size_t bytes)
{
    size_t unused = LINE_LOG_SIZE - (line.kept->head - line.kept->shown);
    return line.waiting[source] + 2 * bytes <= unused;
}

static void keep_byte(uint8_t byte)
{
    line.kept->bytes[line.kept->head % LINE_LOG_SIZE] = byte;
    line.kept->head++;
}

void line_log(unsigned source, const char *text)
{
    size_t n = log_length(text);
    if (source >= LINE_SOURCES) {
        source = 0;
    }
    if (!may_keep(source, n + 2)) {
        line.kept->lost[source]++;
        return;
    }
    make_room(n + 2);
    keep_byte((uint8_t)source);
    for (size_t i = 0; i < n; i++) {
        keep_byte(printable(text[i]));
    }
    keep_byte('\n');
    line.waiting[source] = (uint16_t)(line.waiting[source] + n + 2);
    pump();
}

uint32_t line_lost(unsigned source)
{
    return line.kept->lost[source];
}

size_t line_log_read(uint32_t *position, uint8_t *bytes, size_t room)
{
    size_t n = 0;
    uint32_t at = *position;
    if (line.kept->head - at > line.kept->head - line.kept->tail) {
        at = line.kept->tail;             /* gone, or nonsense */
    }
    while (at != line.kept->head) {
        uint32_t end = log_line_end(at);
        if (n + (end - at - 1) > room) {
            break;
        }
        for (at++; at != end; at++) {
            bytes[n++] = log_byte(at);
        }
    }
    *position = at;
    return n;
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

/* "uart_driver::3 log lines of NAME lost", when there is room for it. */
static void report_loss(unsigned source)
{
    start_line();
    queue_text("uart_driver::");
    queue_number(line.kept->lost[source] - line.kept->told[source]);
    queue_text(" log lines of ");
    queue_text(line_source_name(source));
    queue_text(" lost\n");
    line.kept->told[source] = line.kept->lost[source];
}

/* What was lost with the driver's last life. */
static void report_death(void)
{
    if (!(line.lost_rx | line.lost_tx) || !room_for_line(80)) {
        return;
    }
    start_line();
    queue_text("uart_driver::lost in the restart: ");
    queue_number(line.lost_rx);
    queue_text(" bytes received, ");
    queue_number(line.lost_tx);
    queue_text(" to send\n");
    line.lost_rx = line.lost_tx = 0;
}

static void report_losses(void)
{
    for (unsigned i = 0; i < LINE_SOURCES; i++) {
        if (line.kept->lost[i] != line.kept->told[i] && room_for_line(80)) {
            report_loss(i);
        }
    }
    if (line.overrun && room_for_line(80)) {
        start_line();
        queue_text("uart_driver::received bytes were lost by the device\n");
        line.overrun = false;
    }
    report_death();
}

/* Prints waiting log lines as far as there is room. */
static void release_log(void)
{
    while (line.kept->shown != line.kept->head) {
        uint32_t end = log_line_end(line.kept->shown);
        uint32_t bytes = end - line.kept->shown;
        if (!room_for_line(bytes)) {
            return;
        }
        uint8_t source = log_byte(line.kept->shown);
        line.waiting[source] = (uint16_t)(line.waiting[source] - bytes);
        start_line();
        for (uint32_t at = line.kept->shown + 1; at != end; at++) {
            queue(log_byte(at));
        }
        line.kept->shown = end;
    }
    report_losses();
}

bool line_send(const uint8_t *bytes, size_t n)
{
    if (n > ring_free(&tx)) {
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
    return ring_free(&tx) < LINE_SEND_MAX;
}

void line_set_raw(bool raw)
{
    raw_mode = raw;
    if (raw) {
        ns16550_use_fifos();    /* the other side waits for us to begin: nothing is on its way */
    }
    pump();
}

/* --- device --- */

/* Sends the next byte; in text mode a lone '\n' takes a '\r' before it. */
static void send_next(void)
{
    uint8_t byte = tx.data[tx.tail & (tx.size - 1)];
    if (byte == '\n' && !raw_mode && !line.last_was_cr) {
        ns16550_tx_put('\r');
        line.last_was_cr = true;
        return;
    }
    ns16550_tx_put(ring_get(&tx));
    line.last_was_cr = byte == '\r';
}

static void transmit(void)
{
    size_t space;
    do {
        release_log();
        for (space = ns16550_tx_space(); space && ring_used(&tx); space--) {
            send_next();
        }
    } while (ring_used(&tx) && ns16550_tx_space());
}

static void receive(void)
{
    uint8_t bytes[NS16550_FIFO_SIZE];
    size_t room = ring_free(&rx) < sizeof bytes ? ring_free(&rx) : sizeof bytes;
    size_t n = ns16550_receive(bytes, room, &line.more_to_come, &line.overrun);
    for (size_t i = 0; i < n; i++) {
        ring_put(&rx, bytes[i]);
    }
}

static void update_interrupts(void)
{
    bool rx_on = ring_free(&rx) > 0;
    bool tx_on = ring_used(&tx) > 0 || line.drain_awaited;
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
    return line.more_to_come && ring_used(&rx);
}

size_t line_received(const uint8_t **bytes, size_t enough)
{
    uint32_t start = rx.tail & (rx.size - 1);
    uint32_t used = ring_used(&rx), to_end = rx.size - start;
    *bytes = &rx.data[start];
    if (line.more_to_come && used < enough) {
        return 0;
    }
    return used < to_end ? used : to_end;
}

void line_consume(size_t n)
{
    rx.tail += (uint32_t)n;
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
    bool drained = !ring_used(&tx) && ns16550_tx_space();
    line.drain_awaited = !drained;
    update_interrupts();
    if (drained) {
        await_shift_register();
    }
    return drained;
}
