/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "exchange.h"

#include "mailbox_driver.h"
#include "port.h"

#include <string.h>

static struct {
    struct mailbox_window window;
    struct mailbox_table table;
    struct mailbox_decoder decoder;
    struct exchange_counters counters;
    uint32_t life;
    bool started;
} state;

/* The security core may come up later than the driver. */
static bool started(void)
{
    if (!state.started) {
        state.started = port_start(state.life);
    }
    return state.started;
}

void exchange_init(const struct mailbox_window *window, uint32_t life)
{
    memset(&state, 0, sizeof state);
    state.window = *window;
    state.life = life;
    state.table.last_id = (uint8_t)(life * MAILBOX_OUTSTANDING);    /* not the ids that the last life has used last */
    (void)started();
}

const struct exchange_counters *exchange_counters(void)
{
    return &state.counters;
}

bool exchange_waits(void)
{
    return mailbox_anybody_waits(&state.table);
}

/* --- entering --- */

static uint16_t ticks_of(uint32_t timeout_ms)
{
    uint32_t ms = timeout_ms < EXCHANGE_TIMEOUT_MAX_MS ? timeout_ms : (uint32_t)EXCHANGE_TIMEOUT_MAX_MS;
    return (uint16_t)(1 + (ms + EXCHANGE_TICK_MS - 1) / EXCHANGE_TICK_MS);
}

void exchange_give_up(unsigned client)
{
    for (unsigned i = 0; i < MAILBOX_OUTSTANDING; i++) {
        struct mailbox_request *r = &state.table.requests[i];
        if ((r->state == MAILBOX_QUEUED || r->state == MAILBOX_SENT) && r->client == client) {
            mailbox_abandon(r);
            exchange_answered(r, MAILBOX_TIMED_OUT, NULL);
        }
    }
}

static int enter(unsigned client, uint8_t version, uint32_t timeout_ms, struct mailbox_request **entered)
{
    *entered = mailbox_enter(&state.table, version, ticks_of(timeout_ms));
    if (*entered == NULL) {
        return MAILBOX_BUSY;
    }
    (*entered)->client = (uint8_t)client;
    return MAILBOX_SUCCESS;
}

int exchange_short(unsigned client, const uint8_t *request, size_t n, uint32_t timeout_ms, struct mailbox_request **entered)
{
    *entered = NULL;
    if (n > MAILBOX_INLINE_MAX) {
        return MAILBOX_BAD_BUFFER;
    }
    if (!started()) {
        return MAILBOX_NO_DEVICE;
    }
    int error = enter(client, MAILBOX_VERSION, timeout_ms, entered);
    if (error == MAILBOX_SUCCESS) {
        (*entered)->message.size = (uint16_t)n;
        memcpy((*entered)->message.words, request, n);
    }
    return error;
}

int exchange_long(unsigned client, uint8_t version, uint32_t address, uint32_t size, uint32_t timeout_ms, struct mailbox_request **entered)
{
    *entered = NULL;
    if (mailbox_check_buffer(&state.window, address, size) != MAILBOX_FAULT_NONE) {
        return MAILBOX_BAD_BUFFER;
    }
    if (!started()) {
        return MAILBOX_NO_DEVICE;
    }
    if (mailbox_buffer_in_use(&state.table, address, mailbox_reply_room(size)) ||
        (version == MAILBOX_ORIGINAL && mailbox_id_in_use(&state.table, MAILBOX_ORIGINAL_ID))) {
        return MAILBOX_BUSY;
    }
    int error = enter(client, version, timeout_ms, entered);
    if (error == MAILBOX_SUCCESS) {
        (*entered)->message.is_long = true;
        (*entered)->message.size = (uint16_t)size;
        (*entered)->message.address = address;
    }
    return error;
}

/* --- moving --- */

/* What arrived is no message: nobody knows where the next one begins. */
static void resynchronise(void)
{
    state.decoder = (struct mailbox_decoder){0};
    port_flush();
}

static void other_side_is_new(void)
{
    struct mailbox_request *r;
    state.decoder = (struct mailbox_decoder){0};
    while ((r = mailbox_forget(&state.table)) != NULL) {
        exchange_answered(r, MAILBOX_RESTARTED, NULL);
    }
}

static void refuse(uint32_t *counter, const char *what)
{
    (*counter)++;
    exchange_noticed(what);
}

static void take(const struct mailbox_message *message)
{
    struct mailbox_request *r;
    switch (mailbox_find(&state.table, message, &r)) {
    case MAILBOX_MATCH:
        mailbox_leave(r);
        exchange_answered(r, MAILBOX_SUCCESS, message);
        break;
    case MAILBOX_MATCH_WRONG:
        refuse(&state.counters.malformed, "an answer with another buffer or size than asked for");
        mailbox_leave(r);
        exchange_answered(r, MAILBOX_BAD_REPLY, NULL);
        break;
    case MAILBOX_MATCH_LATE:
        refuse(&state.counters.late, "an answer came too late");
        break;
    default:
        refuse(&state.counters.unexpected, "an answer to no request");
        break;
    }
}

/* At most so many words at a time: who floods us does not keep us. */
static bool receive_all(void)
{
    uint32_t word;
    unsigned n = 0;
    for (; n < 4 * MAILBOX_FIFO_WORDS && port_receive(&word); n++) {
        struct mailbox_message message;
        enum mailbox_fault fault;
        switch (mailbox_feed(&state.decoder, &state.window, word, &message, &fault)) {
        case MAILBOX_COMPLETE:
            take(&message);
            break;
        case MAILBOX_MALFORMED:
            refuse(&state.counters.malformed, "a malformed message");
            resynchronise();
            break;
        default:
            break;
        }
    }
    return n > 0;
}

static bool send_all(void)
{
    bool any = false;
    struct mailbox_request *r;
    while ((r = mailbox_first_queued(&state.table)) != NULL) {
        uint32_t words[MAILBOX_MESSAGE_WORDS];
        unsigned n = mailbox_encode(&r->message, words);
        if (!port_send(words, n)) {
            break;
        }
        r->state = MAILBOX_SENT;
        any = true;
    }
    return any;
}

void exchange_pump(void)
{
    if (!started()) {
        return;
    }
    enum mailbox_link link = port_look();
    bool ring = link == MAILBOX_LINK_NEW;   /* it waits for us to notice */
    if (ring) {
        other_side_is_new();
    }
    if (link != MAILBOX_LINK_DOWN) {
        ring |= receive_all();
        ring |= send_all();
    }
    if (ring) {
        port_ring();
    }
}

void exchange_interrupt(void)
{
    if (state.started && port_interrupt()) {
        refuse(&state.counters.device_errors, "the device has lost words");
        state.decoder = (struct mailbox_decoder){0};
    }
}

void exchange_tick(void)
{
    struct mailbox_request *r;
    exchange_pump();                /* an interrupt may have got lost */
    for (bool first = true; (r = mailbox_tick(&state.table, first)) != NULL; first = false) {
        exchange_answered(r, MAILBOX_TIMED_OUT, NULL);
    }
}
