/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Keys of bundles: up to KEYS_PER_BUNDLE values of up to SECURITY_VALUE_MAX bytes. The table is one page, taken with a bundle's
 * first key and given back with its last, or with the bundle. Functions return a security_error.
 */

enum { KEYS_PER_BUNDLE = 24 };

/* After a restart: a key that was being written is written. Before the store looks at its chunks. */
void keys_recover(void);

/* Whether a table has no key (any more). */
bool keys_empty(uint8_t chunk);

/* Copies the value; *n: in, room; out, bytes of the value. */
int keys_read(const char *bundle, const char *key, uint8_t *value, size_t *n);

/* Sets or replaces a value. */
int keys_write(const char *bundle, const char *key, const uint8_t *value, size_t n);

/* A key that is not there counts as deleted. */
int keys_delete(const char *bundle, const char *key);

/* Number of the bundle's keys besides one. */
int keys_count(const char *bundle, const char *except, uint32_t *count);
