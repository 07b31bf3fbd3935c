/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "kit.h"

#include <crypto.h>
#include <stdlib.h>
#include <string.h>

#include "boot/measure.h"
#include "core.h"
#include "dispatch.h"
#include "flash_bus.h"
#include "memory.h"
#include "storage.h"

struct flash_model chip;
bool development, no_random;
struct reply reply;

/* --- what belongs to the machine --- */

struct core_kept core_kept = { .lives = 1 };
struct flash_bus_count flash_bus_count;

uint32_t core_ram_bytes(void)
{
    return 65536;
}

bool boot_allows_unsigned(void)
{
    return development;
}

/* Other numbers each time, and the same ones in each run. */
int platform_random(void *out, size_t n)
{
    static uint32_t calls;
    if (no_random)
        return -1;
    fill_bytes(out, (uint32_t)n, 77777u + calls++);
    return 0;
}

void machine_begin(uint32_t block_size, uint32_t blocks, uint32_t page_size)
{
    model_init(&chip, block_size, blocks, page_size, 0xff);
    development = no_random = false;
    (void)machine_restart(true);
}

void machine_end(void)
{
    model_free(&chip);
}

uint32_t machine_start(struct flash_model *flash, bool power_off)
{
    memory_clear(power_off);
    return storage_start(&flash->flash);
}

uint32_t machine_restart(bool power_off)
{
    return machine_start(&chip, power_off);
}

/* --- one request --- */

static struct {
    uint32_t number;
    uint8_t bytes[PACKAGE_MAX + 64];
    size_t n;
} question;

void ask_begin(uint32_t number)
{
    question.number = number;
    question.n = 0;
}

void ask_bytes(const void *bytes, size_t n)
{
    if (n > sizeof question.bytes - question.n)
        abort();
    if (n > 0)
        memcpy(question.bytes + question.n, bytes, n);
    question.n += n;
}

void ask_word(uint32_t word)
{
    ask_bytes(&word, sizeof word);
}

void ask_name(const char *name)
{
    ask_bytes(name, strlen(name) + 1);
}

/* Behind the buffer lies memory that must not be touched: the sanitizer sees it. A failed request has no results. */
uint32_t ask_in(size_t room)
{
    size_t size = question.n > room ? question.n : room;
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (data == NULL)
        abort();
    memset(data, 0xee, size);
    memcpy(data, question.bytes, question.n);
    struct request request = { .data = data, .size = question.n, .room = room };
    uint32_t error = dispatch(question.number, &request);
    if (request.result > room || (error != CORE_SUCCESS && request.result != 0) || request.result > sizeof reply.bytes)
        abort();
    memcpy(reply.bytes, data, request.result);
    reply.n = request.result;
    reply.at = 0;
    free(data);
    return error;
}

uint32_t ask(void)
{
    return ask_in(ASK_ROOM);
}

uint32_t reply_word(void)
{
    uint32_t word;
    if (reply.n - reply.at < sizeof word)
        abort();
    memcpy(&word, reply.bytes + reply.at, sizeof word);
    reply.at += sizeof word;
    return word;
}

const char *reply_name(void)
{
    const char *name = (const char *)reply.bytes + reply.at;
    size_t length = strnlen(name, reply.n - reply.at);
    if (length == reply.n - reply.at)
        abort();
    reply.at += length + 1;
    return name;
}

/* --- requests --- */

uint32_t install_begin(const char *bundle, const char *model, uint32_t size, uint32_t *session)
{
    ask_begin(bundle == NULL ? CORE_INSTALL : model == NULL ? CORE_INSTALL_APP : CORE_INSTALL_MODEL);
    ask_word(size);
    if (bundle != NULL)
        ask_name(bundle);
    if (model != NULL)
        ask_name(model);
    uint32_t error = ask();
    *session = error == CORE_SUCCESS ? reply_word() : 0;
    return error;
}

uint32_t install_data(uint32_t session, const void *bytes, uint32_t n)
{
    ask_begin(CORE_INSTALL_DATA);
    ask_word(session);
    ask_bytes(bytes, n);
    return ask();
}

uint32_t install_end(uint32_t session)
{
    ask_begin(CORE_INSTALL_END);
    ask_word(session);
    return ask();
}

uint32_t install_as(const char *bundle, const char *model, const struct package *package, uint32_t piece)
{
    uint32_t session, error = install_begin(bundle, model, package->n, &session);
    for (uint32_t at = 0; error == CORE_SUCCESS && at < package->n; at += piece)
        error = install_data(session, package->at + at, package->n - at < piece ? package->n - at : piece);
    return error == CORE_SUCCESS ? install_end(session) : error;
}

uint32_t install(const struct package *package)
{
    return install_as(NULL, NULL, package, 4000);
}

uint32_t about_bundle(uint32_t number, const char *bundle)
{
    ask_begin(number);
    ask_name(bundle);
    return ask();
}

uint32_t load_part(const char *bundle, const char *model, uint32_t offset, uint32_t length)
{
    ask_begin(model == NULL ? CORE_LOAD_APPLICATION : CORE_LOAD_MODEL);
    ask_word(offset);
    ask_word(length);
    ask_name(bundle);
    if (model != NULL)
        ask_name(model);
    return ask();
}

static void about_key(uint32_t number, const char *bundle, const char *key)
{
    ask_begin(number);
    ask_name(bundle);
    ask_name(key);
}

uint32_t write_key(const char *bundle, const char *key, const void *value, size_t n)
{
    about_key(CORE_WRITE_KEY, bundle, key);
    ask_bytes(value, n);
    return ask();
}

uint32_t read_key(const char *bundle, const char *key)
{
    about_key(CORE_READ_KEY, bundle, key);
    return ask();
}

uint32_t delete_key(const char *bundle, const char *key)
{
    about_key(CORE_DELETE_KEY, bundle, key);
    return ask();
}

uint32_t list_keys(const char *bundle, uint32_t cursor, size_t room)
{
    ask_begin(CORE_LIST_KEYS);
    ask_word(cursor);
    ask_name(bundle);
    return ask_in(room);
}

bool is_installed(const char *bundle, const char *model, const struct package *package)
{
    enum { PIECE = 4096 };
    for (uint32_t at = 0; at < package->n; at += PIECE) {
        uint32_t n = package->n - at < PIECE ? package->n - at : PIECE;
        if (load_part(bundle, model, at, PIECE) != CORE_SUCCESS || reply.n != n || memcmp(reply.bytes, package->at + at, n) != 0)
            return false;
    }
    return load_part(bundle, model, package->n, 1) == CORE_SUCCESS && reply.n == 0;
}

bool key_is(const char *bundle, const char *key, const void *value, size_t n)
{
    return read_key(bundle, key) == CORE_SUCCESS && reply.n == n && (n == 0 || memcmp(reply.bytes, value, n) == 0);
}

uint64_t space(void)
{
    struct store_statistics now;
    store_statistics(storage(), &now);
    return now.free;
}
