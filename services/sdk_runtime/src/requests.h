/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Requests of applications: message words in, error and message words out. */
#include "apps.h"
#include <camkes/marshal.h>

/* Serves one request. in: the words of its arguments; out: where results go (both may lie over the same words: arguments are
 * copied before anything is written or called). Returns the SDKError to answer with, or REQUEST_PARKED. */
int request_serve(struct app *app, seL4_Word request, camkes_stream_t *in, camkes_stream_t *out);

/* The arguments of a request in the message area, which the application may change at any time: they are copied once, and
 * nobody looks at the area again. *in is valid until the next one. */
int request_take(struct app *app, const void *area, seL4_Word words, camkes_stream_t *in);
