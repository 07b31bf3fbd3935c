/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Keys of bundles. The security core reads and writes whole values; a caller's message may hold less, so values travel in pieces on this side:
 * what is read is kept until its last piece was taken, and what is written is collected until its last piece has come, KEY_TRANSFERS values
 * at a time. Of more, the one that has not moved for longest is forgotten: its caller begins again. Functions return a security_error.
 */
enum { KEY_TRANSFERS = 4 };

/* The piece of a value that begins at offset. *size: bytes of the whole value. *n: in, room; out, bytes. A piece at another offset than 0 has to
 * continue what the same client reads: SECURITY_BUNDLE_DATA_INVALID. */
int key_read(unsigned client, const char *bundle, const char *key, uint32_t offset, uint32_t *size, uint8_t *value, size_t *n);

/* Takes a piece of a value of `size` bytes; the last one sets or replaces the value. SECURITY_BUNDLE_DATA_INVALID as above. */
int key_write(unsigned client, const char *bundle, const char *key, uint32_t size, uint32_t offset, const uint8_t *value, size_t n);

/* A key that is not there counts as deleted. */
int key_delete(const char *bundle, const char *key);

/* The key after `after` ("": the first) in the order of their bytes, and the size of its value; "" behind the last. */
int key_next(const char *bundle, const char *after, char *key, size_t cap, uint32_t *size);

/* Number of the bundle's keys besides one. */
int key_count(const char *bundle, const char *except, uint32_t *count);
