/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "storage.h"

#include <mailbox/request.h>
#include <string.h>

static struct store store;
static uint32_t state;                          /* meaningful when it is not open */
static bool is_open;

static uint8_t device_key[CRYPTO_KEY], kept_keys[STORAGE_KEYS][CRYPTO_KEY];
static struct {
    bool good;
    uint8_t random[STORAGE_UNIQUE - sizeof(uint32_t)];
    uint32_t count;
} unique;

_Alignas(4) uint8_t storage_scratch[SCRATCH_SIZE];

uint32_t storage_error(int result)
{
    switch (result) {
    case STORE_OK:
        return CORE_SUCCESS;
    case STORE_NOT_FOUND:
        return CORE_BUNDLE_NOT_FOUND;
    case STORE_FULL:
        return CORE_STORE_FULL;
    case STORE_WORN:
        return CORE_STORE_WORN;
    case STORE_TOO_LARGE:
        return CORE_SIZE_INVALID;
    case STORE_CORRUPT:
        return CORE_STORE_CORRUPT;
    case STORE_BUSY:
        return CORE_BUSY;
    default:
        return CORE_STORE_FAILED;
    }
}

static uint32_t make_device_key(const struct store_id *id)
{
    if (platform_random(device_key, sizeof device_key) != 0) {
        return CORE_NO_RANDOM;
    }
    return storage_error(store_put(&store, id, device_key, sizeof device_key));
}

/* Only one that was never there is made: everything that is encrypted depends on it. */
static uint32_t find_device_key(void)
{
    static const struct store_id id = { STORE_SECRET, "", "device" };
    struct store_info info;
    int found = store_find(&store, &id, &info);
    if (found == STORE_NOT_FOUND) {
        return make_device_key(&id);
    }
    if (found != STORE_OK) {
        return storage_error(found);
    }
    int n = store_read(&store, &info, 0, device_key, sizeof device_key);
    return n == sizeof device_key ? CORE_SUCCESS : n < 0 ? storage_error(n) : CORE_STORE_CORRUPT;
}

static uint32_t derive_keys(void)
{
    static const char *const labels[STORAGE_KEYS] = { [KEY_OF_IMAGES] = "images of packages", [KEY_OF_VALUES] = "values of keys" };
    for (unsigned i = 0; i < STORAGE_KEYS; i++) {
        if (crypto_derive(device_key, labels[i], NULL, 0, kept_keys[i]) != CRYPTO_OK) {
            return CORE_STORE_FAILED;
        }
    }
    return CORE_SUCCESS;
}

uint32_t storage_start(const struct flash *flash)
{
    state = storage_error(store_open(&store, flash));
    if (state == CORE_SUCCESS) {
        state = find_device_key();
    }
    if (state == CORE_SUCCESS) {
        state = derive_keys();
    }
    is_open = state == CORE_SUCCESS;
    unique.count = 0;
    unique.good = platform_random(unique.random, sizeof unique.random) == 0;
    return state;
}

struct store *storage(void)
{
    return is_open ? &store : NULL;
}

uint32_t storage_state(void)
{
    return is_open || state != CORE_SUCCESS ? state : CORE_STORE_FAILED;
}

bool storage_key(const char *label, uint8_t key[CRYPTO_KEY])
{
    return is_open && crypto_derive(device_key, label, NULL, 0, key) == CRYPTO_OK;
}

const uint8_t *storage_kept_key(enum storage_purpose purpose)
{
    return is_open ? kept_keys[purpose] : NULL;
}

bool storage_unique(uint8_t bytes[STORAGE_UNIQUE])
{
    if (!unique.good || unique.count == UINT32_MAX) {
        return false;
    }
    unique.count++;
    memcpy(bytes, unique.random, sizeof unique.random);
    memcpy(bytes + sizeof unique.random, &unique.count, sizeof unique.count);
    return true;
}

bool storage_idle(void)
{
    return is_open && store_idle(&store);
}
