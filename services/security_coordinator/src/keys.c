/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "keys.h"

#include "chunk.h"
#include "store.h"

#include <camkes/persistent.h>
#include <string.h>

struct key_entry {
    uint8_t size;                       /* bytes of the value */
    char key[SECURITY_KEY_MAX + 1];     /* empty: unused entry */
    uint8_t value[SECURITY_VALUE_MAX];
};

_Static_assert(KEYS_PER_BUNDLE * sizeof(struct key_entry) <= CHUNK_PAGE_BYTES, "a key table is one page");

/* An entry on its way into its table: the next life can repeat what this one has begun. */
static CAMKES_PERSISTENT struct {
    struct key_entry entry;
    uint8_t chunk;      /* of the table */
    uint8_t place;      /* index in it + 1; 0: nothing is on its way. Written last, cleared first */
} journal;

static struct key_entry *table_of(uint8_t chunk) { return (struct key_entry *)chunk_memory(chunk); }

static void finish_write(void)
{
    table_of(journal.chunk)[journal.place - 1] = journal.entry;
    camkes_in_order();
    journal.place = 0;
}

void keys_recover(void)
{
    if (journal.place && chunk_lives(journal.chunk)) {
        finish_write();
    }
    journal.place = 0;
}

/* Replaces an entry of a table. */
static void write_entry(uint8_t chunk, const struct key_entry *place, const char *key, const uint8_t *value, size_t n)
{
    memset(&journal.entry, 0, sizeof journal.entry);
    memcpy(journal.entry.key, key, strlen(key) + 1);
    memcpy(journal.entry.value, value, n);
    journal.entry.size = (uint8_t)n;
    journal.chunk = chunk;
    camkes_in_order();
    journal.place = (uint8_t)(place - table_of(chunk) + 1);
    camkes_in_order();
    finish_write();
}

/* The package of a bundle that has its keys, or the first one when none has. */
static bool pick(void *ctx, struct package *p)
{
    struct package **holder = ctx;
    if (*holder == NULL || p->keys != CHUNK_NONE) {
        *holder = p;
    }
    return p->keys == CHUNK_NONE;
}

/* Checks the names; *holder is the package with the bundle's keys. */
static int open_keys(const char *bundle, const char *key, struct package **holder)
{
    *holder = NULL;
    if (key[0] == '\0' || strlen(key) > SECURITY_KEY_MAX) {
        return SECURITY_KEY_INVALID;
    }
    return store_visit(bundle, pick, holder) ? SECURITY_SUCCESS : SECURITY_BUNDLE_NOT_FOUND;
}

/* The entry of a key ("": an unused entry), or NULL. */
static struct key_entry *find(const struct package *holder, const char *key)
{
    if (holder->keys == CHUNK_NONE) {
        return NULL;
    }
    struct key_entry *table = table_of(holder->keys);
    for (unsigned i = 0; i < KEYS_PER_BUNDLE; i++) {
        if (strcmp(table[i].key, key) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

bool keys_empty(uint8_t chunk)
{
    const struct key_entry *table = table_of(chunk);
    for (unsigned i = 0; i < KEYS_PER_BUNDLE; i++) {
        if (table[i].key[0]) {
            return false;
        }
    }
    return true;
}

int keys_read(const char *bundle, const char *key, uint8_t *value, size_t *n)
{
    struct package *holder;
    size_t room = *n;
    *n = 0;
    int error = open_keys(bundle, key, &holder);
    if (error) {
        return error;
    }
    const struct key_entry *entry = find(holder, key);
    if (entry == NULL) {
        return SECURITY_KEY_NOT_FOUND;
    }
    if (entry->size > room) {
        return SECURITY_READ_FAILED;
    }
    memcpy(value, entry->value, entry->size);
    *n = entry->size;
    return SECURITY_SUCCESS;
}

int keys_write(const char *bundle, const char *key, const uint8_t *value, size_t n)
{
    struct package *holder;
    int error = open_keys(bundle, key, &holder);
    if (error) {
        return error;
    }
    if (n > SECURITY_VALUE_MAX) {
        return SECURITY_VALUE_INVALID;
    }
    if (holder->keys == CHUNK_NONE) {
        holder->keys = chunk_alloc(1);
    }
    struct key_entry *entry = find(holder, key);
    if (entry == NULL) {
        entry = find(holder, "");
    }
    if (entry == NULL) {    /* no memory for a table, or the table is full */
        return SECURITY_WRITE_FAILED;
    }
    write_entry(holder->keys, entry, key, value, n);
    return SECURITY_SUCCESS;
}

int keys_delete(const char *bundle, const char *key)
{
    struct package *holder;
    int error = open_keys(bundle, key, &holder);
    if (error) {
        return error;
    }
    struct key_entry *entry = find(holder, key);
    if (entry) {
        entry->key[0] = '\0';
        camkes_in_order();
        memset(entry, 0, sizeof *entry);
        if (keys_empty(holder->keys)) {
            uint8_t keys = holder->keys;
            holder->keys = CHUNK_NONE;
            camkes_in_order();
            chunk_free(keys);
        }
    }
    return SECURITY_SUCCESS;
}

int keys_count(const char *bundle, const char *except, uint32_t *count)
{
    struct package *holder = NULL;
    *count = 0;
    if (!store_visit(bundle, pick, &holder)) {
        return SECURITY_BUNDLE_NOT_FOUND;
    }
    if (holder->keys == CHUNK_NONE) {
        return SECURITY_SUCCESS;
    }
    const struct key_entry *table = (const struct key_entry *)chunk_memory(holder->keys);
    for (unsigned i = 0; i < KEYS_PER_BUNDLE; i++) {
        *count += table[i].key[0] != '\0' && strcmp(table[i].key, except) != 0;
    }
    return SECURITY_SUCCESS;
}
