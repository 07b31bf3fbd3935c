/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "core.h"

#include "camkes.h"

#include <bundle/bundle.h>
#include <kata/log.h>
#include <mailbox/message.h>
#include <mailbox_driver.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKAGES = 8, KEYS = 64, IMAGE_MAX = 1 << 20, REPLY_MAX = 2 * MAILBOX_PAGE };

_Alignas(4096) volatile uint8_t buffers[buffers_SIZE];
struct core_model core;

struct package {
    char bundle[CORE_NAME_SIZE], model[CORE_NAME_SIZE];
    uint8_t *image;
    uint32_t size, have;
    uint32_t session;           /* 0: installed */
    bool used;
};

static struct package packages[PACKAGES];
static struct { char bundle[CORE_NAME_SIZE], key[CORE_NAME_SIZE]; uint8_t value[CORE_VALUE_MAX]; uint32_t size; bool used; } keys[KEYS];
static uint32_t last_session;

static void drop(struct package *p)
{
    free(p->image);
    memset(p, 0, sizeof *p);
}

void core_reset(void)
{
    for (int i = 0; i < PACKAGES; i++)
        drop(&packages[i]);
    memset(keys, 0, sizeof keys);
    memset((uint8_t *)(uintptr_t)buffers, 0, sizeof buffers);
    core = (struct core_model){ 0 };
}

void core_restart(void)
{
    for (int i = 0; i < PACKAGES; i++)
        if (packages[i].session)
            drop(&packages[i]);
}

bool core_window_is_clean(void)
{
    for (size_t i = 10 * MAILBOX_PAGE; i < sizeof buffers; i++)
        if (buffers[i])
            return false;
    return true;
}

/* --- arguments and results --- */

static struct { const uint8_t *at; size_t left; bool bad; } in;
static struct { uint8_t bytes[REPLY_MAX]; size_t n, room; bool full; } out;

static uint32_t word(void)
{
    uint32_t value = 0;
    if (in.left < sizeof value) {
        in.bad = true;
        return 0;
    }
    memcpy(&value, in.at, sizeof value);
    in.at += sizeof value;
    in.left -= sizeof value;
    return value;
}

static const char *name(void)
{
    const char *text = (const char *)in.at;
    size_t n = strnlen(text, in.left < CORE_NAME_SIZE ? in.left : CORE_NAME_SIZE);
    if (n == in.left || n == CORE_NAME_SIZE) {
        in.bad = true;
        return "";
    }
    in.at += n + 1;
    in.left -= n + 1;
    return text;
}

static bool done(void) { return !in.bad && in.left == 0; }

static void put(const void *bytes, size_t n)
{
    if (n > out.room - out.n)
        out.full = true;
    else
        memcpy(out.bytes + out.n, bytes, n), out.n += n;
}

static void put_word(uint32_t value) { put(&value, sizeof value); }

static bool is_id(const char *text)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return n > 0 && text[n] == '\0' && text[0] != '.' && text[0] != '-';
}

static struct package *find(const char *bundle, const char *model)
{
    for (int i = 0; i < PACKAGES; i++)
        if (packages[i].used && !packages[i].session && strcmp(packages[i].bundle, bundle) == 0 && (!model || strcmp(packages[i].model, model) == 0))
            return &packages[i];
    return NULL;
}

/* --- requests --- */

static uint32_t install(const char *bundle, const char *model, uint32_t size)
{
    struct package *p = packages;
    unsigned open = 0;
    for (int i = 0; i < PACKAGES; i++)
        open += packages[i].session != 0;
    if (size == 0 || size > IMAGE_MAX)
        return CORE_SIZE_INVALID;
    if (open == CORE_SESSIONS)
        return CORE_BUSY;
    while (p < packages + PACKAGES && p->used)
        p++;
    if (p == packages + PACKAGES)
        return CORE_QUOTA_EXCEEDED;
    *p = (struct package){ .image = malloc(size), .size = size, .session = ++last_session, .used = true };
    strcpy(p->bundle, bundle);
    strcpy(p->model, model);
    put_word(p->session);
    return CORE_SUCCESS;
}

static struct package *session_of(uint32_t number)
{
    for (int i = 0; number && i < PACKAGES; i++)
        if (packages[i].session == number)
            return &packages[i];
    return NULL;
}

static uint32_t install_data(struct package *p)
{
    if (in.left > p->size - p->have) {
        drop(p);
        return CORE_SIZE_INVALID;
    }
    memcpy(p->image + p->have, in.at, in.left);
    p->have += (uint32_t)in.left;
    if (p->have > 0 && p->image[0] == 'R') {
        drop(p);
        return CORE_BUNDLE_REFUSED + BUNDLE_BAD_MAGIC;
    }
    return CORE_SUCCESS;
}

static uint32_t install_end(struct package *p)
{
    uint32_t error = p->have != p->size ? CORE_SIZE_INVALID : find(p->bundle, p->model) ? CORE_DELETE_FIRST : CORE_SUCCESS;
    p->session = 0;
    put(p->bundle, strlen(p->bundle) + 1);
    if (error)
        drop(p);
    return error;
}

static uint32_t uninstall(const char *bundle)
{
    bool any = false;
    for (struct package *p; (p = find(bundle, NULL)) != NULL; any = true)
        drop(p);
    for (int i = 0; any && i < KEYS; i++)
        if (keys[i].used && strcmp(keys[i].bundle, bundle) == 0)
            memset(&keys[i], 0, sizeof keys[i]);
    return any ? CORE_SUCCESS : CORE_BUNDLE_NOT_FOUND;
}

static uint32_t get_package(uint32_t index)
{
    const char *last = "", *next;
    do {
        next = NULL;
        for (int i = 0; i < PACKAGES; i++)
            if (packages[i].used && !packages[i].session && strcmp(packages[i].bundle, last) > 0 && (!next || strcmp(packages[i].bundle, next) < 0))
                next = packages[i].bundle;
        last = next;
    } while (next && index--);
    if (next)
        put(next, strlen(next) + 1);
    return next ? CORE_SUCCESS : CORE_BUNDLE_NOT_FOUND;
}

static uint32_t load(const struct package *p, uint32_t offset, uint32_t length)
{
    if (!p)
        return CORE_BUNDLE_NOT_FOUND;
    uint32_t left = offset < p->size ? p->size - offset : 0;
    put(p->image + (left ? offset : 0), length < left ? length : left);
    return CORE_SUCCESS;
}

/* An image that begins with 'M' is a manifest. */
static uint32_t manifest(const struct package *p)
{
    if (p && p->image[0] == 'M')
        put(p->image, p->size);
    return p ? CORE_SUCCESS : CORE_BUNDLE_NOT_FOUND;
}

static uint32_t models(uint32_t index, const char *bundle)
{
    for (int i = 0; i < PACKAGES; i++)
        if (packages[i].used && !packages[i].session && strcmp(packages[i].bundle, bundle) == 0 && packages[i].model[0] && index-- == 0) {
            put_word(packages[i].size);
            put(packages[i].model, strlen(packages[i].model) + 1);
            return CORE_SUCCESS;
        }
    return CORE_BUNDLE_NOT_FOUND;
}

static int find_key(const char *bundle, const char *key)
{
    for (int i = 0; i < KEYS; i++)
        if (keys[i].used && strcmp(keys[i].bundle, bundle) == 0 && strcmp(keys[i].key, key) == 0)
            return i;
    return -1;
}

static uint32_t write_key(const char *bundle, const char *key)
{
    int i = find_key(bundle, key), count = 0;
    if (in.left > CORE_VALUE_MAX)
        return CORE_VALUE_INVALID;
    for (int k = 0; k < KEYS; k++)
        count += keys[k].used && strcmp(keys[k].bundle, bundle) == 0;
    if (i < 0 && count >= CORE_KEYS_PER_BUNDLE)
        return CORE_QUOTA_EXCEEDED;
    for (int k = 0; i < 0; k++)
        if (!keys[k].used)
            i = k;
    strcpy(keys[i].bundle, bundle);
    strcpy(keys[i].key, key);
    memcpy(keys[i].value, in.at, in.left);
    keys[i].size = (uint32_t)in.left;
    keys[i].used = true;
    return CORE_SUCCESS;
}

static uint32_t serve_key(uint32_t number, const char *bundle, const char *key)
{
    if (!is_id(bundle))
        return CORE_BUNDLE_ID_INVALID;
    if (in.bad || !key[0])
        return in.bad ? CORE_DESERIALIZE_FAILED : CORE_KEY_INVALID;
    if (!find(bundle, NULL))
        return CORE_BUNDLE_NOT_FOUND;
    int i = find_key(bundle, key);
    if (number == CORE_WRITE_KEY)
        return core.error ? core.error : write_key(bundle, key);
    if (!done() && number == CORE_DELETE_KEY)       /* behind the names of a value to be read, zeros make room for it */
        return CORE_DESERIALIZE_FAILED;
    if (number == CORE_DELETE_KEY) {
        if (i >= 0)
            memset(&keys[i], 0, sizeof keys[i]);
        return CORE_SUCCESS;
    }
    if (i < 0)
        return CORE_KEY_NOT_FOUND;
    put(keys[i].value, keys[i].size);
    return CORE_SUCCESS;
}

static uint32_t list_keys(uint32_t cursor, const char *bundle)
{
    uint32_t given = 0, next = 0;
    if (!find(bundle, NULL))
        return CORE_BUNDLE_NOT_FOUND;
    put_word(0);
    for (uint32_t i = cursor; i < KEYS; i++) {
        if (!keys[i].used || strcmp(keys[i].bundle, bundle) != 0)
            continue;
        if (core.page_size && given == core.page_size) {
            next = i;
            break;
        }
        put_word(keys[i].size);
        put(keys[i].key, strlen(keys[i].key) + 1);
        given++;
    }
    memcpy(out.bytes + 4, &next, sizeof next);
    return CORE_SUCCESS;
}

static uint32_t serve_install(uint32_t number)
{
    uint32_t value = word();
    if (number == CORE_INSTALL_ABORT) {
        bool any = value == 0 || session_of(value) != NULL;
        for (int i = 0; i < PACKAGES; i++)
            if (packages[i].session && (value == 0 || packages[i].session == value))
                drop(&packages[i]);
        return any ? CORE_SUCCESS : CORE_NO_SESSION;
    }
    if (number == CORE_INSTALL_APP || number == CORE_INSTALL_MODEL) {
        const char *bundle = name(), *model = number == CORE_INSTALL_MODEL ? name() : "";
        if (!done())
            return CORE_DESERIALIZE_FAILED;
        if (!is_id(bundle) || (number == CORE_INSTALL_MODEL && !is_id(model)))
            return CORE_BUNDLE_ID_INVALID;
        return core.error ? core.error : install(bundle, model, value);
    }
    struct package *p = session_of(value);
    if (!p)
        return CORE_NO_SESSION;
    if (core.error) {
        drop(p);
        return core.error;
    }
    return number == CORE_INSTALL_DATA ? install_data(p) : done() ? install_end(p) : CORE_DESERIALIZE_FAILED;
}

static uint32_t serve_question(uint32_t number)
{
    uint32_t offset = number == CORE_GET_PACKAGES || number == CORE_LOAD_APPLICATION || number == CORE_LOAD_MODEL ||
                      number == CORE_GET_MODELS || number == CORE_LIST_KEYS ? word() : 0;
    uint32_t length = number == CORE_LOAD_APPLICATION || number == CORE_LOAD_MODEL ? word() : 0;
    const char *bundle = number == CORE_GET_PACKAGES ? "" : name(), *model = number == CORE_LOAD_MODEL ? name() : "";
    if (!done())
        return CORE_DESERIALIZE_FAILED;
    if (number != CORE_GET_PACKAGES && !is_id(bundle))
        return CORE_BUNDLE_ID_INVALID;
    switch (number) {
    case CORE_GET_PACKAGES:
        return get_package(offset);
    case CORE_SIZE_BUFFER:
        if (find(bundle, ""))
            put_word(find(bundle, "")->size);
        return find(bundle, "") ? CORE_SUCCESS : CORE_BUNDLE_NOT_FOUND;
    case CORE_GET_MANIFEST:
        return manifest(find(bundle, ""));
    case CORE_GET_MODELS:
        return models(offset, bundle);
    case CORE_LIST_KEYS:
        return list_keys(offset, bundle);
    case CORE_UNINSTALL:
        return core.error ? core.error : uninstall(bundle);
    default:
        return load(find(bundle, model), offset, length);
    }
}

/* The answer is the question, and as many zeros as there is room for. */
static uint32_t attest(void)
{
    uint32_t most = word(), n = word();
    if (in.bad || n < CORE_NONCE_MIN || n > CORE_NONCE_MAX || n > in.left || in.left - n > CORE_CLAIM_MAX)
        return CORE_DESERIALIZE_FAILED;
    if (in.left > most)
        return CORE_SERIALIZE_FAILED;
    put(in.at, in.left);
    return CORE_SUCCESS;
}

static uint32_t serve(uint32_t number)
{
    switch (number) {
    case CORE_ECHO:
        put(in.at, in.left);
        return CORE_SUCCESS;
    case CORE_BOOT_OK:
        return core.error;
    case CORE_ATTEST:
        return attest();
    case CORE_INSTALL_APP:
    case CORE_INSTALL_MODEL:
    case CORE_INSTALL_DATA:
    case CORE_INSTALL_END:
    case CORE_INSTALL_ABORT:
        return serve_install(number);
    case CORE_READ_KEY:
    case CORE_WRITE_KEY:
    case CORE_DELETE_KEY: {
        const char *bundle = name(), *key = in.bad ? "" : name();
        return serve_key(number, bundle, key);
    }
    case CORE_UNINSTALL:
    case CORE_GET_PACKAGES:
    case CORE_SIZE_BUFFER:
    case CORE_GET_MANIFEST:
    case CORE_LOAD_APPLICATION:
    case CORE_LOAD_MODEL:
    case CORE_GET_MODELS:
    case CORE_LIST_KEYS:
        return serve_question(number);
    default:
        return CORE_NOT_SUPPORTED;
    }
}

/* Serves a message of n bytes; the answer is in out. */
static int exchange(const uint8_t *message, size_t n, size_t room)
{
    uint32_t number, error;
    bool fails = core.mailbox_fails > 0;
    core.requests++;
    if (fails) {
        core.mailbox_fails--;
        if (!core.served_all_the_same)
            return core.mailbox_error;
    }
    memcpy(&number, message, sizeof number);
    in.at = message + 4;
    in.left = n - 4;
    in.bad = false;
    out.n = 4;
    out.room = room;
    out.full = false;
    error = serve(number);
    if (error == CORE_SUCCESS && out.full)
        error = CORE_SERIALIZE_FAILED;
    if (error != CORE_SUCCESS)
        out.n = 4;
    memcpy(out.bytes, &error, sizeof error);
    core.sessions_open = 0;
    for (int i = 0; i < PACKAGES; i++)
        core.sessions_open += packages[i].session != 0;
    return fails ? core.mailbox_error : MAILBOX_SUCCESS;
}

/* --- MailboxDriver, and the runtime --- */

int mailbox_transfer(uint32_t offset, uint32_t size, uint32_t timeout_ms, uint32_t *reply_size)
{
    uint8_t *buffer = (uint8_t *)(uintptr_t)buffers + offset;
    if (offset % MAILBOX_PAGE || size < 4 || size > sizeof buffers - offset || timeout_ms < 1000)
        return MAILBOX_BAD_BUFFER;
    int error = exchange(buffer, size, mailbox_reply_room(size));
    memset(buffer, 0xa5, mailbox_reply_room(size));     /* as much as the security core may write */
    memcpy(buffer, out.bytes, out.n);
    *reply_size = (uint32_t)out.n;
    return error;
}

int mailbox_exchange(const uint8_t *request, size_t request_n, uint32_t timeout_ms, uint8_t *reply, size_t *reply_n)
{
    (void)timeout_ms;
    if (request_n < 4 || request_n > MAILBOX_INLINE_MAX)
        return MAILBOX_BAD_BUFFER;
    int error = exchange(request, request_n, MAILBOX_INLINE_MAX);
    memcpy(reply, out.bytes, out.n);
    *reply_n = out.n;
    return error;
}

int mailbox_buffers(uint32_t *paddr, uint32_t *size) { return *paddr = *size = 0, MAILBOX_NO_DEVICE; }
int mailbox_send(uint32_t paddr, uint32_t size) { return (void)paddr, (void)size, MAILBOX_NO_DEVICE; }
int mailbox_receive(uint32_t *paddr, uint32_t *size) { return *paddr = *size = 0, MAILBOX_NO_DEVICE; }

seL4_Word camkes_sender(void) { return core.client; }
bool camkes_restarted(void) { return core.restarted; }
void camkes_capscan(void) {}

void kata_log(uint8_t level, const char *format, ...)
{
    va_list arguments;
    (void)level;
    va_start(arguments, format);
    vsnprintf(core.log, sizeof core.log, format, arguments);
    va_end(arguments);
    core.log_lines++;
}
