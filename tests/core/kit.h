/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The security core on a model of a flash, and a client of it. Nothing else of the firmware is replaced but what needs the machine. */
#include <mailbox/request.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "package_kit.h"

extern struct flash_model chip;
extern bool development;        /* packages without signature are taken */
extern bool no_random;

/* A machine with an empty flash; the end of it, with everything that was done to the flash allowed. */
void machine_begin(uint32_t block_size, uint32_t blocks, uint32_t page_size);
void machine_end(void);
/* The firmware starts again: after the power was off, or by itself. Returns what storage_start says. */
uint32_t machine_restart(bool power_off);
/* On another flash. */
uint32_t machine_start(struct flash_model *flash, bool power_off);

/* --- one request --- */

void ask_begin(uint32_t number);
void ask_word(uint32_t word);
void ask_name(const char *name);
void ask_bytes(const void *bytes, size_t n);
/* Sends it, in a buffer of exactly the size that is needed; returns the error. */
uint32_t ask_in(size_t room);
uint32_t ask(void);
enum { ASK_ROOM = 8188 };

/* The results of the last one, and how much of them has been read. */
extern struct reply {
    uint8_t bytes[ASK_ROOM];
    size_t n, at;
} reply;
uint32_t reply_word(void);
const char *reply_name(void);

/* --- requests --- */

uint32_t install_begin(const char *bundle, const char *model, uint32_t size, uint32_t *session);   /* bundle NULL: the signed one; model NULL: none */
uint32_t install_data(uint32_t session, const void *bytes, uint32_t n);
uint32_t install_end(uint32_t session);
/* All of an image in pieces; an error of any step. */
uint32_t install_as(const char *bundle, const char *model, const struct package *package, uint32_t piece);
uint32_t install(const struct package *package);
uint32_t about_bundle(uint32_t number, const char *bundle);     /* those that have a name as their only argument */
uint32_t load_part(const char *bundle, const char *model, uint32_t offset, uint32_t length);
uint32_t write_key(const char *bundle, const char *key, const void *value, size_t n);
uint32_t read_key(const char *bundle, const char *key);
uint32_t delete_key(const char *bundle, const char *key);
uint32_t list_keys(const char *bundle, uint32_t cursor, size_t room);

/* Whether the image in the store is this one, to the last byte. */
bool is_installed(const char *bundle, const char *model, const struct package *package);
bool key_is(const char *bundle, const char *key, const void *value, size_t n);
/* Bytes of the flash that can be written. */
uint64_t space(void);
