/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: who waits for what, and the two interfaces (interfaces/uart.idl4, interfaces/logger.idl4). */

#include "line.h"
#include "uart_driver.h"

#include "camkes.h"

#include <kata/sdk_abi.h>
#include <string.h>

enum { LEVEL_ERROR = 1, LEVEL_INFO = 3, LEVEL_TRACE = 5 };
enum { NOBODY = -1 };

#define READ_TIMER 0

/* Who logs: the clients of the logger, and the driver itself for what it has to say about others. */
enum { SOURCES = logger_CLIENTS + 1, SOURCE_SELF = logger_CLIENTS };
_Static_assert(1 + SDK_NAME_MAX + 3 + SDK_LOG_MAX <= LINE_LOG_MAX, "[application]::message");
_Static_assert((int)SOURCES <= (int)LINE_SOURCES, "more components log than line.h has room for");

/* Callers whose reply is parked; at most one of each kind. */
static struct {
    camkes_park_t reader;   /* for input */
    uint32_t limit;         /* ... of so many bytes */
    bool timed;             /* ... with READ_TIMER running */
    camkes_park_t writer;   /* for room behind its bytes, which are queued already */
    camkes_park_t flusher;  /* for the line to be drained ... */
    camkes_park_t switcher; /* ... and then the mode to become raw_wanted */
    bool raw_wanted;
} state;

/* What a restart leaves as it is. */
static CAMKES_PERSISTENT struct {
    struct line_store store;
    uint8_t log_level[SOURCES];
} kept;

_Static_assert(uart_CLIENTS == 1, "a call while another one waits comes from a new life of the one client");

const char *line_source_name(unsigned source)
{
    static const char *const clients[] = logger_CLIENT_NAMES;

    return source < logger_CLIENTS ? clients[source] : COMPONENT_NAME;
}

static void set_all_levels(uint8_t level)
{
    for (unsigned i = 0; i < SOURCES; i++) {
        kept.log_level[i] = level;
    }
}

void pre_init(void)
{
    state.reader = state.writer = state.flusher = state.switcher = NOBODY;
    if (!camkes_restarted()) {
        set_all_levels(LEVEL_INFO);
    }
    line_init(&kept.store, camkes_restarted());
}

/* The signal for a report may have gone to the life before, and that one's timer runs. */
void post_init(void)
{
    if (camkes_restarted()) {
        timer_cancel(READ_TIMER);
    }
    reports_notified();
}

/* --- answering the waiting --- */

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Answers the waiting reader with what there is, also if that is nothing. */
static void answer_reader(void)
{
    const uint8_t *bytes;
    uint32_t n = min_u32((uint32_t)line_received(&bytes, 0), state.limit);
    if (state.timed) {
        timer_cancel(READ_TIMER);
        state.timed = false;
    }
    uart_read_reply(state.reader, UART_SUCCESS, bytes, n);
    state.reader = NOBODY;
    line_consume(n);
}

static void answer_drained(void)
{
    if ((state.flusher == NOBODY && state.switcher == NOBODY) || !line_drained()) {
        return;
    }
    if (state.flusher != NOBODY) {
        uart_flush_reply(state.flusher, UART_SUCCESS);
        state.flusher = NOBODY;
    }
    if (state.switcher != NOBODY) {
        line_set_raw(state.raw_wanted);
        uart_set_raw_reply(state.switcher, UART_SUCCESS);
        state.switcher = NOBODY;
    }
}

static void answer_waiting(void)
{
    const uint8_t *bytes;
    if (state.reader != NOBODY && line_received(&bytes, state.limit)) {
        answer_reader();
    }
    if (state.writer != NOBODY && !line_congested()) {
        uart_write_reply(state.writer, UART_SUCCESS);
        state.writer = NOBODY;
    }
    answer_drained();
}

void irq_handle(void)
{
    line_interrupt();
    answer_waiting();
    irq_acknowledge();
}

void timer_notified(void)
{
    uint32_t completed = timer_completed_timers();
    if ((completed & (1u << READ_TIMER)) && state.reader != NOBODY && state.timed) {
        state.timed = false;
        answer_reader();
    }
}

/* --- deaths of components, told by the supervisor --- */

void reports_notified(void)
{
    char text[LINE_LOG_MAX + 1];
    while (reports_next(text, sizeof text) == 0) {
        line_log(SOURCE_SELF, text);
    }
}

/* --- console --- */

/* TimerService may die in the call, with the timer started or not. */
static bool start_read_timer(uint32_t timeout_ms)
{
    int error = timer_oneshot(READ_TIMER, timeout_ms);
    if (error < 0 && camkes_server_restarted()) {
        timer_cancel(READ_TIMER);
        error = timer_oneshot(READ_TIMER, timeout_ms);
    }
    return error == 0;
}

static int park_reader(uint32_t room, uint32_t timeout_ms)
{
    if (timeout_ms && !start_read_timer(timeout_ms)) {
        return UART_READ_FAILED;
    }
    state.reader = camkes_park();
    if (state.reader == NOBODY) {
        if (timeout_ms) {
            timer_cancel(READ_TIMER);
        }
        return UART_READ_FAILED;
    }
    state.limit = room;
    state.timed = timeout_ms != 0;
    return UART_SUCCESS;
}

/* A client that was restarted does not wait for the answers of its last life. */
static void forget(camkes_park_t *waiting)
{
    camkes_unpark_drop(*waiting);
    *waiting = NOBODY;
}

static void forget_reader(void)
{
    forget(&state.reader);
    if (state.timed) {
        timer_cancel(READ_TIMER);
        state.timed = false;
    }
}

int uart_read(uint32_t limit, uint32_t timeout_ms, uint8_t *data, size_t *data_n)
{
    const uint8_t *bytes;
    uint32_t room = min_u32(limit, (uint32_t)*data_n);
    *data_n = 0;
    if (room == 0) {
        return UART_BAD_LIMIT;
    }
    forget_reader();
    uint32_t n = min_u32((uint32_t)line_received(&bytes, room), room);
    if (n) {
        for (uint32_t i = 0; i < n; i++) {
            data[i] = bytes[i];
        }
        *data_n = n;
        line_consume(n);
        return UART_SUCCESS;
    }
    if (timeout_ms == UART_NO_WAIT) {
        return UART_SUCCESS;
    }
    return park_reader(room, line_receiving() ? 0 : timeout_ms);    /* the end of a stream needs no timer */
}

int uart_write(const uint8_t *data, size_t data_n)
{
    if (data_n > LINE_SEND_MAX || !line_send(data, data_n)) {
        return UART_WRITE_FAILED;
    }
    if (line_congested()) {
        forget(&state.writer);
        state.writer = camkes_park();
    }
    return UART_SUCCESS;
}

int uart_flush(void)
{
    if (line_drained()) {
        return UART_SUCCESS;
    }
    forget(&state.flusher);
    state.flusher = camkes_park();
    return state.flusher == NOBODY ? UART_FLUSH_FAILED : UART_SUCCESS;
}

int uart_set_raw(uint8_t raw)
{
    if (line_drained()) {
        line_set_raw(raw != 0);
        return UART_SUCCESS;
    }
    forget(&state.switcher);
    state.switcher = camkes_park();
    if (state.switcher == NOBODY) {
        return UART_FLUSH_FAILED;
    }
    state.raw_wanted = raw != 0;
    return UART_SUCCESS;
}

int uart_set_log_level(const char *component, uint8_t level)
{
    level = level < LEVEL_TRACE ? level : LEVEL_TRACE;
    if (*component == '\0') {
        set_all_levels(level);
        return UART_SUCCESS;
    }
    for (unsigned i = 0; i < SOURCES; i++) {
        if (strcmp(line_source_name(i), component) == 0) {
            kept.log_level[i] = level;
            return UART_SUCCESS;
        }
    }
    return UART_NO_SUCH_SOURCE;
}

int uart_log_source(uint32_t index, char *name, size_t name_cap, uint8_t *level, uint32_t *lost)
{
    if (index >= SOURCES) {
        return UART_NO_SUCH_SOURCE;
    }
    strlcpy(name, line_source_name(index), name_cap);
    *level = kept.log_level[index];
    *lost = line_lost(index);
    return UART_SUCCESS;
}

int uart_log_read(uint32_t position, uint32_t *next, uint8_t *data, size_t *data_n)
{
    *data_n = line_log_read(&position, data, *data_n);
    *next = position;
    return UART_SUCCESS;
}

int uart_capscan(void)
{
    camkes_capscan();
    return UART_SUCCESS;
}

/* --- logger --- */

void logger_log(uint8_t level, const char *msg)
{
    unsigned source = (unsigned)camkes_sender();
    if (level < LEVEL_ERROR || level > LEVEL_TRACE) {
        level = LEVEL_TRACE;
    }
    if (level <= kept.log_level[source]) {
        line_log(source, msg);
    }
}
