/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "audio.h"
#include "backend.h"
#include "timers.h"
#include <audio_driver.h>
#include <camkes/persistent.h>
#include <kata/sdk_abi.h>

static int sdk_error(int error)
{
    if (error == AUDIO_SUCCESS)
        return SDK_SUCCESS;
    return error < 0 && service_died() ? SDK_SERVICE_RESTARTED : error == AUDIO_OFF ? SDK_NOT_RECORDING : SDK_NO_PLATFORM_SUPPORT;
}

int recording_start(struct app *app, seL4_Word rate)
{
    uint32_t next;
    if (audio_start == NULL || rate > UINT32_MAX)
        return SDK_NO_PLATFORM_SUPPORT;
    int error = sdk_error(audio_start((uint32_t)rate, &next));
    if (error == SDK_SUCCESS) {
        app->audio_at = next;
        app->audio_lost = app->audio_taken = 0;
        camkes_in_order();
        app->records = true;
    }
    return error;
}

static bool somebody_records(void)
{
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        if (app_at(i) != NULL && app_at(i)->records)
            return true;
    return false;
}

bool recording_stop(struct app *app)
{
    bool recorded = app->records;
    app->records = false;
    if (recorded && !somebody_records())
        (void)audio_stop();
    return recorded;
}

void recordings_recover(void)
{
    if (audio_stop != NULL && !somebody_records())
        (void)audio_stop();
}

void recording_taken(struct app *app)
{
    app->audio_at += app->audio_taken;
    camkes_in_order();
    app->audio_taken = 0;
}

/* How many samples there are for it. What it has missed is counted; one word moves last, so that nothing is counted twice. */
static int available(struct app *app, uint32_t *count)
{
    uint32_t from, next;
    size_t n = 0;
    int error = sdk_error(audio_read(app->audio_at, 0, &from, &next, NULL, &n));
    if (error != SDK_SUCCESS)
        return error;
    uint32_t lost = app->audio_lost + (from - app->audio_at);
    app->audio_at = from;
    camkes_in_order();
    app->audio_lost = lost;
    *count = next - from;
    return SDK_SUCCESS;
}

/* Its samples, straight into the results. They are there: the driver hears no more before it is asked. */
static int deliver(struct app *app, uint32_t count, camkes_stream_t *out)
{
    size_t room, bytes = count * sizeof(int16_t), done = 0;
    camkes_put_word(out, app->audio_lost);
    uint8_t *data = camkes_put_begin(out, &room);
    if (camkes_bad(out) || room < bytes)
        return SDK_SERIALIZE_FAILED;
    while (done < bytes) {
        uint32_t at = app->audio_at + (uint32_t)done / sizeof(int16_t), from, next;
        size_t n = bytes - done;
        int error = sdk_error(audio_read(at, (uint32_t)n / sizeof(int16_t), &from, &next, data + done, &n));
        if (error != SDK_SUCCESS)
            return error;
        if (from != at || n == 0)
            return SDK_SERVICE_RESTARTED;       /* the driver died in between: to be asked again */
        done += n;
    }
    camkes_put_end(out, bytes);
    app->audio_taken = count;
    return SDK_SUCCESS;
}

static int park(struct app *app, uint32_t count)
{
    app->parked = park_caller();
    if (app->parked == NOT_PARKED)
        return SDK_OUT_OF_RESOURCES;
    app->audio_wanted = count;
    app->waiting = WAITS_FOR_AUDIO;
    return REQUEST_PARKED;
}

int recording_collect(struct app *app, uint32_t count, bool wait, camkes_stream_t *out)
{
    uint32_t there;
    if (!app->records)
        return SDK_NOT_RECORDING;
    int error = available(app, &there);
    if (error != SDK_SUCCESS)
        return error;
    if (there >= count)
        return deliver(app, count, out);
    if (wait)
        return park(app, count);
    camkes_put_word(out, app->audio_lost);
    camkes_put_array(out, NULL, 0);
    return SDK_SUCCESS;
}

static void wake(struct app *app)
{
    uint32_t there;
    if (app->parked == NOT_PARKED || app->suspended || app->waiting != WAITS_FOR_AUDIO)
        return;
    int error = available(app, &there);
    if (error == SDK_SUCCESS && there < app->audio_wanted)
        return;
    camkes_stream_t out = answer_begin(app);
    if (error == SDK_SUCCESS)
        error = deliver(app, app->audio_wanted, &out);
    answer_end(app, error, &out);
    app->parked = NOT_PARKED;
    app->waiting = WAITS_NOT;
}

void recordings_collect(void)
{
    for (unsigned i = 0; i < SDK_MAX_APPS; i++)
        if (app_at(i) != NULL)
            wake(app_at(i));
}
