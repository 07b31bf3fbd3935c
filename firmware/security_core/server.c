/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "server.h"

#include <string.h>

#include <mailbox/request.h>
#include <mailbox/ring.h>

#include "core.h"
#include "dispatch.h"

enum { ERROR_BYTES = 4 };           /* in front of arguments and results: number of the request, error of the reply */

static struct {
    struct mailbox_ring ring;
    struct mailbox_window window;
    struct mailbox_decoder decoder;
    uint32_t reply[MAILBOX_MESSAGE_WORDS];      /* waits for room in the FIFO */
    unsigned reply_words;
} server;

void server_start(void *fifos, const struct mailbox_window *window, uint32_t life)
{
    memset(&server, 0, sizeof server);
    server.window = *window;
    mailbox_ring_start(&server.ring, fifos, MAILBOX_SECURITY, life);
    (void)mailbox_ring_look(&server.ring);
    server_ring();
}

static void answer(const struct mailbox_message *reply)
{
    server.reply_words = mailbox_encode(reply, server.reply);
}

/* The answer to a request of which no more is known than its id: an error. */
static void answer_error(uint8_t id, uint32_t error)
{
    struct mailbox_message reply = { .version = MAILBOX_VERSION, .id = id, .reply = true, .size = ERROR_BYTES, .words = { error } };
    answer(&reply);
}

/* --- serving --- */

static void serve_long(struct mailbox_message *message)
{
    uint32_t left = server.window.size - (message->address - server.window.base), room = mailbox_reply_room(message->size);
    room = room < left ? room : left;
    uint8_t *data = server_buffer(message->address, room);
    if (message->version == MAILBOX_ORIGINAL) {
        dispatch_original(data, message->size);
        answer(message);
        return;
    }
    message->size = (uint16_t)dispatch_message(data, message->size, room);
    message->reply = true;
    answer(message);
}

static void serve_short(struct mailbox_message *message)
{
    message->size = (uint16_t)dispatch_message((uint8_t *)message->words, message->size, sizeof message->words);
    message->reply = true;
    answer(message);
}

static void serve(struct mailbox_message *message)
{
    core_kept.requests++;
    core_kept.failures = 0;
    if (message->is_long) {
        serve_long(message);
    } else {
        serve_short(message);
    }
}

/* --- receiving --- */

static void refuse(const struct mailbox_message *message, enum mailbox_fault fault)
{
    core_kept.malformed++;
    core_kept.malformed_last = fault;
    mailbox_ring_flush(&server.ring);           /* where the next message begins is not known */
    if (message->version == MAILBOX_VERSION && !message->reply && (fault == MAILBOX_FAULT_SIZE || fault == MAILBOX_FAULT_ADDRESS)) {
        answer_error(message->id, CORE_MALFORMED + (uint32_t)fault);
    }
}

static void receive(uint32_t word)
{
    struct mailbox_message message;
    enum mailbox_fault fault;
    enum mailbox_progress progress = mailbox_feed(&server.decoder, &server.window, word, &message, &fault);
    if (progress == MAILBOX_COMPLETE && message.reply) {
        progress = MAILBOX_MALFORMED;           /* we have asked for nothing */
        fault = MAILBOX_FAULT_RESERVED;
    }
    if (progress == MAILBOX_COMPLETE) {
        serve(&message);
    } else if (progress == MAILBOX_MALFORMED) {
        refuse(&message, fault);
    }
}

static bool look(void)
{
    enum mailbox_link link = mailbox_ring_look(&server.ring);
    if (link == MAILBOX_LINK_NEW) {
        server.decoder = (struct mailbox_decoder){0};
        server.reply_words = 0;                 /* nobody waits for it */
        server_ring();
    }
    return link != MAILBOX_LINK_DOWN;
}

bool server_step(void)
{
    uint32_t word;
    if (!look()) {
        return false;
    }
    if (server.reply_words != 0) {
        if (!mailbox_ring_put(&server.ring, server.reply, server.reply_words)) {
            return false;                       /* nothing else is taken before there is room for the answer */
        }
        server.reply_words = 0;
        server_ring();
        return true;
    }
    uint32_t overruns = server.ring.overruns;
    bool any = mailbox_ring_get(&server.ring, &word);
    if (any) {
        receive(word);
    }
    if (server.ring.overruns != overruns) {
        core_kept.overruns++;
        server.decoder = (struct mailbox_decoder){0};
    }
    return any;
}
