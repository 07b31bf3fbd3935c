/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/crypto.h"
#include "store/store.h"

/*
 * The store of this device, and the keys that all others come from. The device key is made of random numbers at the first start; where there
 * are fuses it would be in these, here it is an object of the store itself, in a flash that only this hart can reach.
 */

enum { STORAGE_UNIQUE = CRYPTO_NONCE };

/* Opens the store on a flash, which must stay valid. A core_error: CORE_SUCCESS, or what storage_state() says from now on. */
uint32_t storage_start(const struct flash *flash);

/* The store, or NULL: storage_state() says why. */
struct store *storage(void);
uint32_t storage_state(void);

/* The core_error for the result of a call of the store; CORE_BUNDLE_NOT_FOUND for an object that is not there. */
uint32_t storage_error(int result);

/* A key for one purpose, out of the device key. False: there is no device key. */
bool storage_key(const char *label, uint8_t key[CRYPTO_KEY]);

/* Those that are needed with every piece and every value are derived once, at the start: deriving takes twice as long as a tag. NULL: no store. */
enum storage_purpose { KEY_OF_IMAGES, KEY_OF_VALUES, STORAGE_KEYS };
const uint8_t *storage_kept_key(enum storage_purpose purpose);

/* Bytes that were never returned before, on this device: a random number of this start, and a count. False: no random numbers. */
bool storage_unique(uint8_t bytes[STORAGE_UNIQUE]);

/* Does a little of what the store has to do at some time. False: nothing to do. */
bool storage_idle(void);

/* Memory of CORE_VALUE_MAX bytes and what belongs to a value, for one request. It holds nothing that is relied upon later but the piece of an
 * image that images.c remembers there; whoever else takes it makes it forget. */
enum { SCRATCH_SIZE = 4096 + CRYPTO_NONCE + CRYPTO_TAG };
extern uint8_t storage_scratch[SCRATCH_SIZE];
