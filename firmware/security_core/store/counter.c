/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Counters: objects of eight bytes that only ever go up. */
#include "internal.h"

enum { COUNTER_SIZE = 8 };

static struct store_id counter_id(const char *bundle, const char *name)
{
    return (struct store_id){STORE_COUNTER, bundle, name};
}

int store_counter(struct store *s, const char *bundle, const char *name, uint64_t *value)
{
    uint8_t bytes[COUNTER_SIZE];
    struct store_info info;
    struct store_id id = counter_id(bundle, name);
    int result = store_find(s, &id, &info);
    *value = 0;
    if (result == STORE_NOT_FOUND)
        return STORE_OK;
    if (result == STORE_OK)
        result = info.size == COUNTER_SIZE ? store_read(s, &info, 0, bytes, COUNTER_SIZE) : STORE_CORRUPT;
    if (result < 0)
        return result;
    *value = (uint64_t)get32(bytes + 4) << 32 | get32(bytes);
    return STORE_OK;
}

/* @return 1 if there is something to write */
static int check_raise(struct store *s, const char *bundle, const char *name, uint64_t value, uint8_t bytes[COUNTER_SIZE])
{
    uint64_t now;
    int error = store_counter(s, bundle, name, &now);
    if (error)
        return error;
    if (value < now)
        return STORE_BACKWARDS;
    put32(bytes, (uint32_t)value);
    put32(bytes + 4, (uint32_t)(value >> 32));
    return value > now;
}

int store_raise(struct store *s, const char *bundle, const char *name, uint64_t value)
{
    uint8_t bytes[COUNTER_SIZE];
    struct store_id id = counter_id(bundle, name);
    int result = check_raise(s, bundle, name, value, bytes);
    return result <= 0 ? result : store_put(s, &id, bytes, COUNTER_SIZE);
}

int store_transaction_raise(struct store *s, const char *bundle, const char *name, uint64_t value)
{
    uint8_t bytes[COUNTER_SIZE];
    struct store_id id = counter_id(bundle, name);
    int result = check_raise(s, bundle, name, value, bytes);
    return result <= 0 ? result : store_transaction_put(s, &id, bytes, COUNTER_SIZE);
}
