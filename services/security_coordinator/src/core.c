/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "core.h"

#include "mailbox_driver.h"
#include "way.h"

#include <mailbox/message.h>
#include <string.h>

/* A request and its answer: a value of a page, and names. */
#define SLOT_PAGES 2u
#define SLOT_BYTES (SLOT_PAGES * MAILBOX_PAGE)
#define SLOTS ((WAY_PAGES - CORE_SPARE_PAGES) / SLOT_PAGES)
enum { NUMBER_BYTES = 4 };

_Static_assert(SLOTS >= 2, "a request that was given up does not stop the next");

/* Slots take turns: one whose request was given up is not free before the security core has answered it after all. */
static unsigned slot;

/* Bytes of the request in the making; more than a slot: it has not fitted. */
static size_t length;

static uint8_t *buffer(void)
{
    return way_buffers() + slot * SLOT_BYTES;
}

uint8_t *core_spare(unsigned page)
{
    return way_buffers() + SLOTS * SLOT_BYTES + page * MAILBOX_PAGE;
}

static void next_slot(void)
{
    slot = (slot + 1) % SLOTS;
}

/* A stub's -1 says that the driver has died in the call. */
static uint32_t unreachable(int error)
{
    return CORE_UNREACHABLE + (uint32_t)(error < 0 ? (int)MAILBOX_RESTARTED : error);
}

/* --- a request in the making --- */

void core_begin(enum core_request number)
{
    length = 0;
    core_put_u32((uint32_t)number);
}

void core_put(const void *bytes, size_t n)
{
    if (length > SLOT_BYTES || n > SLOT_BYTES - length) {
        length = SLOT_BYTES + 1;
        return;
    }
    memcpy(buffer() + length, bytes, n);
    length += n;
}

void core_put_u32(uint32_t value)
{
    core_put(&value, sizeof value);
}

void core_put_name(const char *name)
{
    size_t n = strlen(name) + 1;
    if (n > CORE_NAME_SIZE) {
        name = "";
        n = 1;
    }
    core_put(name, n);
}

void core_expect(size_t reply)
{
    size_t least = (reply - 1) / MAILBOX_PAGE * MAILBOX_PAGE + 1;
    if (length < least && least <= SLOT_BYTES) {
        memset(buffer() + length, 0, least - length);
        length = least;
    }
}

/* --- its way --- */

/* The request in the current slot; moved on if that turns out to be taken. */
static int transfer(size_t size, uint32_t timeout_ms, uint32_t *reply_size)
{
    int error = way_transfer(slot * SLOT_BYTES, (uint32_t)size, timeout_ms, reply_size);
    for (unsigned tries = 1; error == MAILBOX_BUSY && tries < SLOTS; tries++) {
        const uint8_t *taken = buffer();
        next_slot();
        memcpy(buffer(), taken, size);
        error = way_transfer(slot * SLOT_BYTES, (uint32_t)size, timeout_ms, reply_size);
    }
    return error;
}

uint32_t core_send(uint32_t timeout_ms, const uint8_t **results, size_t *n)
{
    uint32_t size = 0, error;
    *results = NULL;
    *n = 0;
    if (length > SLOT_BYTES) {
        return CORE_DESERIALIZE_FAILED;
    }
    int sent = transfer(length, timeout_ms, &size);
    const uint8_t *reply = buffer();
    next_slot();
    if (sent != MAILBOX_SUCCESS) {
        return unreachable(sent);
    }
    if (size < NUMBER_BYTES || size > SLOT_BYTES) {
        return unreachable(MAILBOX_BAD_REPLY);
    }
    memcpy(&error, reply, sizeof error);
    *results = reply + NUMBER_BYTES;
    *n = size - NUMBER_BYTES;
    return error;
}

/* The security core may have written into the buffer before it started again: the request is made anew. */
uint32_t core_ask(const uint8_t **results, size_t *n)
{
    uint8_t copy[NUMBER_BYTES + CORE_ASK_MAX];
    size_t whole = length, kept = whole < sizeof copy ? whole : sizeof copy;
    if (whole > SLOT_BYTES) {
        return core_send(0, results, n);
    }
    memcpy(copy, buffer(), kept);
    uint32_t error = core_send(CORE_READ_MS, results, n);
    if (error == CORE_UNREACHABLE + MAILBOX_RESTARTED) {
        length = 0;
        core_put(copy, kept);
        core_expect(whole);
        error = core_send(CORE_READ_MS, results, n);
    }
    return error;
}

static uint32_t call_short(uint32_t number, const void *arguments, size_t n, void *results, size_t *results_n)
{
    uint8_t message[MAILBOX_INLINE_MAX];
    size_t size = sizeof message, room = *results_n;
    uint32_t error;
    memcpy(message, &number, sizeof number);
    memcpy(message + NUMBER_BYTES, arguments, n);
    *results_n = 0;
    int sent = way_exchange(message, NUMBER_BYTES + n, CORE_TIMEOUT_MS, message, &size);
    if (sent != MAILBOX_SUCCESS) {
        return unreachable(sent);
    }
    if (size < NUMBER_BYTES || size - NUMBER_BYTES > room) {
        return unreachable(MAILBOX_BAD_REPLY);
    }
    memcpy(&error, message, sizeof error);
    *results_n = size - NUMBER_BYTES;
    memcpy(results, message + NUMBER_BYTES, *results_n);
    return error;
}

uint32_t core_call(enum core_request number, const void *arguments, size_t n, void *results, size_t *results_n)
{
    size_t room = *results_n, got;
    const uint8_t *from;
    if (n <= MAILBOX_INLINE_MAX - NUMBER_BYTES && room <= MAILBOX_INLINE_MAX - NUMBER_BYTES) {
        return call_short((uint32_t)number, arguments, n, results, results_n);
    }
    *results_n = 0;
    core_begin(number);
    core_put(arguments, n);
    uint32_t error = core_send(CORE_TIMEOUT_MS, &from, &got);
    if (error == CORE_SUCCESS) {
        if (got > room) {
            return unreachable(MAILBOX_BAD_REPLY);
        }
        memcpy(results, from, got);
        *results_n = got;
    }
    return error;
}

bool core_test_original(void)
{
    volatile uint32_t *words = (volatile uint32_t *)(void *)buffer();
    uint32_t offset = slot * SLOT_BYTES;
    words[0] = CORE_TEST_FIRST;
    words[CORE_TEST_WORDS - 1] = CORE_TEST_LAST;
    next_slot();
    return way_original(offset, CORE_TEST_WORDS * sizeof *words) && words[0] == CORE_TEST_FIRST_REPLY &&
           words[CORE_TEST_WORDS - 1] == CORE_TEST_LAST_REPLY;
}

/* --- results --- */

uint32_t core_get_u32(const uint8_t **results, size_t *n)
{
    uint32_t value;
    if (*n < sizeof value) {
        *n = 0;
        return 0;
    }
    memcpy(&value, *results, sizeof value);
    *results += sizeof value;
    *n -= sizeof value;
    return value;
}

bool core_get_name(const uint8_t **results, size_t *n, char *name, size_t cap)
{
    size_t bytes = 0;
    while (bytes < *n && bytes < cap && (*results)[bytes] != '\0') {
        bytes++;
    }
    name[0] = '\0';
    if (bytes == *n || bytes == cap) {
        *n = 0;
        return false;
    }
    memcpy(name, *results, bytes);
    name[bytes] = '\0';
    *results += bytes + 1;
    *n -= bytes + 1;
    return true;
}
