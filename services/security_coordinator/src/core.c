/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "core.h"

#include "mailbox_driver.h"

#include "camkes.h"
#include <mailbox/message.h>
#include <string.h>

#define PAGES (sizeof buffers / MAILBOX_PAGE)
enum { ERROR_BYTES = 4 };

/* Pages take turns: one whose request was given up is not free before the security core has answered it after all. */
static unsigned page;

static uint8_t *buffer(void)
{
    return (uint8_t *)(uintptr_t)buffers + page * MAILBOX_PAGE;
}

uint8_t *core_arguments(void)
{
    return buffer() + ERROR_BYTES;
}

/* A stub's -1 says that the driver has died in the call. */
static uint32_t unreachable(int error)
{
    return CORE_UNREACHABLE + (uint32_t)(error < 0 ? (int)MAILBOX_RESTARTED : error);
}

static void next_page(void)
{
    page = (page + 1) % PAGES;
}

/* The request in the current page; moved on if that turns out to be taken. */
static int transfer(size_t size, uint32_t *reply_size)
{
    int error = mailbox_transfer(page * MAILBOX_PAGE, (uint32_t)size, CORE_TIMEOUT_MS, reply_size);
    for (unsigned tries = 1; error == MAILBOX_BUSY && tries < PAGES; tries++) {
        const uint8_t *taken = buffer();
        next_page();
        memcpy(buffer(), taken, size);
        error = mailbox_transfer(page * MAILBOX_PAGE, (uint32_t)size, CORE_TIMEOUT_MS, reply_size);
    }
    return error;
}

uint32_t core_request(uint32_t number, size_t n, const uint8_t **results, size_t *results_n)
{
    uint32_t size = 0, error;
    memcpy(buffer(), &number, sizeof number);
    int sent = transfer(ERROR_BYTES + n, &size);
    const uint8_t *reply = buffer();
    next_page();
    *results = reply + ERROR_BYTES;
    *results_n = 0;
    if (sent != MAILBOX_SUCCESS) {
        return unreachable(sent);
    }
    if (size < ERROR_BYTES || size > MAILBOX_PAGE) {
        return unreachable(MAILBOX_BAD_REPLY);
    }
    memcpy(&error, reply, sizeof error);
    *results_n = size - ERROR_BYTES;
    return error;
}

static uint32_t call_short(uint32_t number, const void *arguments, size_t n, void *results, size_t *results_n)
{
    uint8_t message[MAILBOX_INLINE_MAX];
    size_t size = sizeof message, room = *results_n;
    uint32_t error;
    memcpy(message, &number, sizeof number);
    memcpy(message + ERROR_BYTES, arguments, n);
    *results_n = 0;
    int sent = mailbox_exchange(message, ERROR_BYTES + n, CORE_TIMEOUT_MS, message, &size);
    if (sent != MAILBOX_SUCCESS) {
        return unreachable(sent);
    }
    if (size < ERROR_BYTES || size - ERROR_BYTES > room) {
        return unreachable(MAILBOX_BAD_REPLY);
    }
    memcpy(&error, message, sizeof error);
    *results_n = size - ERROR_BYTES;
    memcpy(results, message + ERROR_BYTES, *results_n);
    return error;
}

uint32_t core_call(uint32_t number, const void *arguments, size_t n, void *results, size_t *results_n)
{
    size_t room = *results_n, length;
    const uint8_t *from;
    if (n <= MAILBOX_INLINE_MAX - ERROR_BYTES && room <= MAILBOX_INLINE_MAX - ERROR_BYTES) {
        return call_short(number, arguments, n, results, results_n);
    }
    *results_n = 0;
    if (n > CORE_ARGUMENTS_MAX) {
        return CORE_DESERIALIZE_FAILED;
    }
    memcpy(core_arguments(), arguments, n);
    uint32_t error = core_request(number, n, &from, &length);
    if (error == CORE_SUCCESS) {
        if (length > room) {
            return unreachable(MAILBOX_BAD_REPLY);
        }
        memcpy(results, from, length);
        *results_n = length;
    }
    return error;
}

bool core_test_original(void)
{
    volatile uint32_t *words = (volatile uint32_t *)(void *)buffer();
    uint32_t base, size, paddr, bytes = CORE_TEST_WORDS * sizeof *words;
    uint32_t offset = page * MAILBOX_PAGE;
    words[0] = CORE_TEST_FIRST;
    words[CORE_TEST_WORDS - 1] = CORE_TEST_LAST;
    next_page();
    return mailbox_buffers(&base, &size) == MAILBOX_SUCCESS && mailbox_send(base + offset, bytes) == MAILBOX_SUCCESS &&
           mailbox_receive(&paddr, &size) == MAILBOX_SUCCESS && paddr == base + offset && size == bytes &&
           words[0] == CORE_TEST_FIRST_REPLY && words[CORE_TEST_WORDS - 1] == CORE_TEST_LAST_REPLY;
}
