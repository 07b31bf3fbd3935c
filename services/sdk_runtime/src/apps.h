/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The registered applications. */
#include <stdbool.h>
#include <stdint.h>

#define MAX_APPS     16u
#define APP_ID_MAX   0xffffffu
#define APP_NAME_MAX 63u        /* bytes of a bundle id */
#define NOT_PARKED   (-1)

/* Masks have one bit for each of the application's timer ids.
 * Invariant: completed and periodic are subsets of active; parked != NOT_PARKED implies completed == 0. */
struct app {
    uint32_t id;                /* 0: free entry */
    uint32_t active;            /* started, and neither cancelled nor (one-shots) reported */
    uint32_t periodic;
    uint32_t completed;         /* not reported yet */
    int parked;                 /* handle of its waiting call */
    char name[APP_NAME_MAX + 1];
};

/* The application of an id, or NULL. */
struct app *app_find(uint32_t id);

/* Registers one; SDKManagerError. The name is copied. */
int app_register(uint32_t id, const char *name);

/* Forgets it with its timers and its waiting call; SDKManagerError. */
int app_release(uint32_t id);

/* For walking over all: entry i < MAX_APPS or NULL when it is free. */
struct app *app_at(unsigned i);

/* Index of an entry. */
unsigned app_index(const struct app *app);
