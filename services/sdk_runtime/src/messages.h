/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Messages between applications whose manifests name each other. The queue belongs to the receiver: a receiver that does not take
 * its messages is in the way of those only that write to it, and they get an error at once. */
#include "apps.h"
#include <camkes/marshal.h>

/* These return SDKError; message_receive also REQUEST_PARKED. */
int message_send(struct app *from, const char *to, const void *data, uint32_t bytes);

/* Appends sender and message. wait_ms: 0, a time, or SDK_FOREVER. */
int message_receive(struct app *app, uint32_t wait_ms, camkes_stream_t *out);

/* The message that the last answer carried has arrived: it leaves the queue. */
void message_taken(struct app *app);

/* The application has waited long enough. */
void message_time_out(struct app *app);
