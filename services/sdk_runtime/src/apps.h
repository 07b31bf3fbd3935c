/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The registered applications. Everything about one is in its record, a page that comes with it and outlives this service, which
 * may die between any two instructions: what belongs together is written in an order that app_recover can repair. */
#include <sdk_runtime.h>
#include <stdbool.h>
#include <stdint.h>

#define NOT_PARKED     (-1)
#define RECEIVE_TIMER  31u                      /* internal timer of an application: end of its receive */
#define QUEUE_WORDS    (SDK_QUEUE_BYTES / 4)    /* a power of two */
#define NO_DEADLINE    UINT64_MAX

enum waiting { WAITS_NOT, WAITS_FOR_TIMER, WAITS_FOR_MESSAGE, WAITS_FOR_MODEL, WAITS_FOR_AUDIO };

/* Messages that wait for their receiver: a ring of words. Each is a word (sender << 16 | bytes; sender: index of its name among
 * the receiver's peers), then its bytes. The counters run freely; the words are at their remainders. */
struct queue {
    uint32_t head, tail;
    uint32_t words[QUEUE_WORDS];
};

/* Masks have one bit for each of the application's timer ids, and RECEIVE_TIMER.
 * Invariant: parked != NOT_PARKED implies waiting != WAITS_NOT. */
#define LOG_BURST      100u
#define LOG_PER_SECOND 50u

struct app {
    struct sdk_app_config config;
    uint32_t active;            /* started, and neither cancelled nor (one-shots) reported */
    uint32_t periodic;
    uint32_t completed;         /* not reported yet */
    uint32_t reported;          /* reported by the last answer, which has not been seen to arrive */
    uint32_t taken;             /* words of the message that the last answer carried, likewise */
    uint32_t model_active, model_periodic, model_completed, model_reported;     /* likewise, by the ids of models */
    uint32_t audio_at;          /* number of the sample that is next for it */
    uint32_t audio_taken;       /* samples that the last answer carried, which has not been seen to arrive */
    uint32_t audio_wanted;      /* samples that it waits for */
    uint32_t audio_lost;        /* samples that were gone before it asked for them, since it started */
    uint64_t next;              /* first of the deadlines that are still to come, or NO_DEADLINE */
    uint64_t deadline[32];      /* microseconds since boot */
    uint32_t period_ms[32];
    uint64_t log_time;          /* microseconds since boot up to which log_used is right */
    uint32_t log_used;          /* log lines of which it may have LOG_BURST at once, and LOG_PER_SECOND in the long run */
    uint32_t log_lost;          /* lines over that since the last one that was printed */
    int parked;                 /* handle of its waiting call */
    uint8_t waiting;            /* enum waiting */
    bool in_area;               /* the request being served, or waiting: arguments and results are in the message area */
    bool has_page;              /* its message area can be used */
    bool records;               /* it has started audio */
    bool suspended;             /* waiting calls are not answered */
    struct queue queue;
};
_Static_assert(sizeof(struct app) <= 4096, "a record is one page");

/* The application of an id or a name, or NULL. */
struct app *app_find(uint32_t id);
struct app *app_named(const char *name);

/* A free entry, or -1. */
int app_free_entry(void);

/* Registers the application whose record is in a free entry; SDKManagerError. The configuration in it is checked. */
int app_register(unsigned entry, uint32_t id);

/* Forgets it with its timers and its waiting call; its record is not looked at again. */
void app_release(struct app *app);

/* The service was restarted: repairs what was half done when it died. Waiting calls have been answered by the supervisor. alive: is
 * the record of an entry still there? */
void apps_recover(bool (*alive)(unsigned entry));

/* For walking over all: entry i < SDK_MAX_APPS or NULL when it is free. */
struct app *app_at(unsigned i);

/* Entry of an application. */
unsigned app_entry(const struct app *app);

/* The application's last answer has arrived: it sends its next request. It does not wait for an earlier one any more. */
void app_heard(struct app *app);

/* Suspended: waiting calls are not answered. Resumed: the kernel makes the application send its waiting call again. */
void app_set_suspended(struct app *app, bool suspended);
