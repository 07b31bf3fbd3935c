/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "messages.h"
#include "backend.h"
#include "timers.h"
#include <camkes/persistent.h>
#include <kata/sdk_abi.h>
#include <string.h>

/* Words that a message of so many bytes takes. */
static uint32_t words_of(uint32_t bytes)
{
    return 1 + (bytes + 3) / 4;
}

static uint32_t *word_at(struct queue *queue, uint32_t counter)
{
    return &queue->words[counter % QUEUE_WORDS];
}

/* Copies between a queue and flat memory, in at most two pieces. */
static void copy_in(struct queue *queue, uint32_t at, const void *from, uint32_t bytes)
{
    uint32_t flat = (QUEUE_WORDS - at % QUEUE_WORDS) * 4;
    uint32_t first = bytes < flat ? bytes : flat;
    memcpy(word_at(queue, at), from, first);
    memcpy(queue->words, (const char *)from + first, bytes - first);
}

static void copy_out(struct queue *queue, uint32_t at, void *to, uint32_t bytes)
{
    uint32_t flat = (QUEUE_WORDS - at % QUEUE_WORDS) * 4;
    uint32_t first = bytes < flat ? bytes : flat;
    memcpy(to, word_at(queue, at), first);
    memcpy((char *)to + first, queue->words, bytes - first);
}

/* Index of a name among an application's peers, or -1. */
static int peer_index(const struct app *app, const char *name)
{
    for (unsigned i = 0; i < SDK_PEERS_MAX; i++)
        if (strcmp(app->config.peers[i], name) == 0)
            return (int)i;
    return -1;
}

/* Appends the first message of the queue; it leaves the queue when its receiver is heard of again. */
static int deliver(struct app *app, camkes_stream_t *out)
{
    uint32_t header = *word_at(&app->queue, app->queue.head), bytes = header & 0xffff;
    size_t room;
    camkes_put_string(out, app->config.peers[header >> 16]);
    void *to = camkes_put_begin(out, &room);
    if (to == NULL || bytes > room)
        return SDK_SERIALIZE_FAILED;
    copy_out(&app->queue, app->queue.head + 1, to, bytes);
    camkes_put_end(out, bytes);
    if (camkes_bad(out))
        return SDK_SERIALIZE_FAILED;
    app->taken = words_of(bytes);
    return SDK_SUCCESS;
}

static void answer(struct app *app, int error, const camkes_stream_t *out)
{
    answer_end(app, error, out);
    app->parked = NOT_PARKED;
    app->waiting = WAITS_NOT;
}

static void wake(struct app *app)
{
    if (app->parked == NOT_PARKED || app->waiting != WAITS_FOR_MESSAGE || app->suspended)
        return;
    timer_stop(app, RECEIVE_TIMER);
    camkes_stream_t out = answer_begin(app);
    int error = deliver(app, &out);
    answer(app, error, &out);
}

/* The tail moves last: half a message is not there. */
static void append(struct queue *queue, uint32_t sender, const void *data, uint32_t bytes)
{
    *word_at(queue, queue->tail) = sender << 16 | bytes;
    copy_in(queue, queue->tail + 1, data, bytes);
    camkes_in_order();
    queue->tail += words_of(bytes);
}

int message_send(struct app *from, const char *to, const void *data, uint32_t bytes)
{
    if (*to == '\0' || peer_index(from, to) < 0)
        return SDK_NO_SUCH_PEER;
    struct app *receiver = app_named(to);
    if (receiver == NULL)
        return SDK_PEER_NOT_RUNNING;
    int sender = peer_index(receiver, from->config.name);
    if (sender < 0)
        return SDK_NO_SUCH_PEER;
    if (receiver->queue.tail - receiver->queue.head + words_of(bytes) > QUEUE_WORDS)
        return SDK_QUEUE_FULL;
    append(&receiver->queue, (uint32_t)sender, data, bytes);
    wake(receiver);
    return SDK_SUCCESS;
}

int message_receive(struct app *app, uint32_t wait_ms, camkes_stream_t *out)
{
    if (app->queue.head != app->queue.tail)
        return deliver(app, out);
    if (wait_ms == 0)
        return SDK_TIMED_OUT;
    if (wait_ms != SDK_FOREVER && wait_ms > MAX_DURATION)
        return SDK_INVALID_TIMER;
    app->parked = park_caller();
    if (app->parked == NOT_PARKED)
        return SDK_OUT_OF_RESOURCES;
    app->waiting = WAITS_FOR_MESSAGE;
    if (wait_ms != SDK_FOREVER)
        timer_start_receive(app, wait_ms);
    return REQUEST_PARKED;
}

void message_taken(struct app *app)
{
    app->queue.head += app->taken;
    camkes_in_order();
    app->taken = 0;
}

void message_time_out(struct app *app)
{
    camkes_stream_t out = answer_begin(app);
    answer(app, SDK_TIMED_OUT, &out);
}
