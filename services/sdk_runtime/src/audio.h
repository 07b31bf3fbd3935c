/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Who listens to the microphone. Each application has its own place in the sound; the driver keeps a quarter of a second for all. */
#include "apps.h"
#include <camkes/marshal.h>

/* These return SDKError. */
int recording_start(struct app *app, seL4_Word rate);
int recording_collect(struct app *app, uint32_t count, bool wait, camkes_stream_t *out);    /* or REQUEST_PARKED */

/* Did it record? The last one switches the microphone off. */
bool recording_stop(struct app *app);

/* Its last answer has arrived. */
void recording_taken(struct app *app);

/* The driver has signalled: whoever waits for what there is now gets it. */
void recordings_collect(void);

/* After a restart: nobody may listen any more. */
void recordings_recover(void);
