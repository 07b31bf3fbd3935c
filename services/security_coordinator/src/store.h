/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "security_coordinator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Packages: images of applications and models, by bundle id (and model id). A package is written in a session that belongs to
 * one client and becomes visible when its image has been validated. Everything about a bundle, its keys
 * included, disappears with store_uninstall(), and its memory goes back to the byte.
 *
 * Functions return a security_error; names are NUL-terminated and not trusted.
 */

enum {
    STORE_PACKAGES = 20,
    STORE_NAME_SIZE = 64,   /* with its NUL */
};

enum package_state { PACKAGE_NONE, PACKAGE_INSTALLING, PACKAGE_INSTALLED };

struct package {
    uint32_t size;          /* bytes received */
    uint32_t expected;      /* bytes announced, 0: not known */
    uint16_t generation;    /* of the session, never 0 in use */
    uint8_t state;
    uint8_t kind;           /* security_kind */
    uint8_t owner;          /* client of the session */
    uint8_t image;          /* first chunk of the image, CHUNK_NONE: empty */
    uint8_t keys;           /* chunk of the key table, CHUNK_NONE: no keys */
    char name[STORE_NAME_SIZE];
    char model[STORE_NAME_SIZE];    /* empty for applications */
};

void store_init(void);

/* In the place of store_init when the service was restarted, wherever it had died: installed packages and their keys are there, of
 * a key that was being written the old or the new value; unfinished sessions and packages that were being removed are gone, their
 * memory too. Returns the number of packages that had to be given up because their chunks make no sense. */
unsigned store_recover(void);

/* Opens a session. A session that the same client left unfinished is dropped. size: announced bytes, 0 if unknown. */
int store_begin(uint32_t client, uint32_t kind, const char *name, const char *model, uint32_t size, uint32_t *session);

/* Appends to the image. An error other than SECURITY_BUNDLE_DATA_INVALID ends the session. */
int store_data(uint32_t client, uint32_t session, const uint8_t *data, size_t n);

/* Validates and registers the image; the session is over in either case. */
int store_end(uint32_t client, uint32_t session);
int store_abort(uint32_t client, uint32_t session);

/* Removes the application, the models and the keys of a bundle. */
int store_uninstall(const char *name);

/* The index-th bundle id in order of the names; NULL behind the last. */
const char *store_bundle(uint32_t index);

/* An installed package; NULL when there is none. model: "" for the application. */
struct package *store_find(const char *name, const char *model);

/* Calls visit for each installed package of a bundle until it returns false; false when there is no such bundle. */
bool store_visit(const char *name, bool (*visit)(void *ctx, struct package *package), void *ctx);

/* Copies bytes of the image; returns their number, short only at its end. */
uint32_t store_read(const struct package *package, uint32_t offset, void *to, uint32_t length);
