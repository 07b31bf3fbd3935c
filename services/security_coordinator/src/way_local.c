/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* In the place of a security core, for kernels that are started without one (make user-image): the firmware's own handlers, checks and store in
 * this component, over memory in the place of a flash. Packages and keys last until power-off; nothing is secret: who gets this component's
 * memory has all of it, and the random numbers are none. */

#include "way.h"

#include "mailbox_driver.h"

#include <camkes/persistent.h>
#include <mailbox/message.h>
#include <security_core/boot/measure.h>
#include <security_core/core.h>
#include <security_core/dispatch.h>
#include <security_core/flash_bus.h>
#include <security_core/storage.h>
#include <string.h>

enum { BLOCK = 16384, BLOCKS = 64, PAGE = 32 };

/* Complemented: zeros are erased. Survives a restart as a flash does. */
static CAMKES_PERSISTENT uint8_t memory[BLOCKS * BLOCK];
static CAMKES_PERSISTENT uint32_t random_count;

/* There is nobody to share it with. */
static _Alignas(MAILBOX_PAGE) uint8_t window[WAY_PAGES * MAILBOX_PAGE];

struct core_kept core_kept;
struct flash_bus_count flash_bus_count;
struct boot_measured boot_measured;

uint32_t core_ram_bytes(void)
{
    return 0;
}

bool boot_allows_unsigned(void)
{
    return false;
}

/* Nothing was measured before it was started: there is nothing to be confirmed, and nothing to be stated. */
uint32_t handle_boot_ok(struct request *request)
{
    return request->size == 0 ? CORE_SUCCESS : CORE_DESERIALIZE_FAILED;
}

uint32_t handle_attest(struct request *request)
{
    (void)request;
    return CORE_NOT_SUPPORTED;
}

/* Numbers that do not repeat before power-off. */
int platform_random(void *out, size_t n)
{
    uint8_t *bytes = out;
    for (size_t i = 0; i < n; i += sizeof random_count) {
        uint32_t number = ++random_count;
        memcpy(bytes + i, &number, n - i < sizeof number ? n - i : sizeof number);
    }
    return 0;
}

/* --- the flash --- */

static int read_memory(void *ctx, uint32_t address, void *to, size_t n)
{
    uint8_t *bytes = to;
    (void)ctx;
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)~memory[address + i];
    }
    return 0;
}

static int program_memory(void *ctx, uint32_t address, const void *from, size_t n)
{
    const uint8_t *bytes = from;
    (void)ctx;
    for (size_t i = 0; i < n; i++) {
        memory[address + i] |= (uint8_t)~bytes[i];
    }
    flash_bus_count.programs++;
    flash_bus_count.programmed += (uint32_t)n;
    return 0;
}

static int erase_memory(void *ctx, uint32_t block)
{
    (void)ctx;
    memset(memory + block * BLOCK, 0, BLOCK);
    flash_bus_count.erases++;
    return 0;
}

static const struct flash flash = {
    .block_size = BLOCK, .blocks = BLOCKS, .page_size = PAGE, .read = read_memory, .program = program_memory, .erase = erase_memory,
};

/* --- requests --- */

uint8_t *way_buffers(void)
{
    return window;
}

static size_t serve(uint8_t *message, size_t size, size_t room)
{
    static bool open;
    if (!open) {
        (void)storage_start(&flash);    /* what is wrong with it, requests are told */
        open = true;
    }
    return dispatch_message(message, size, room);
}

int way_transfer(uint32_t offset, uint32_t size, uint32_t timeout_ms, uint32_t *reply_size)
{
    uint32_t room = mailbox_reply_room(size);
    (void)timeout_ms;
    if (offset % MAILBOX_PAGE || offset > sizeof window || room > sizeof window - offset) {
        return MAILBOX_BAD_BUFFER;
    }
    *reply_size = (uint32_t)serve(window + offset, size, room);
    return MAILBOX_SUCCESS;
}

int way_exchange(const uint8_t *request, size_t request_n, uint32_t timeout_ms, uint8_t *reply, size_t *reply_n)
{
    uint32_t message[MAILBOX_INLINE_WORDS];
    (void)timeout_ms;
    if (request_n > sizeof message) {
        return MAILBOX_BAD_BUFFER;
    }
    memcpy(message, request, request_n);
    *reply_n = serve((uint8_t *)message, request_n, sizeof message);
    memcpy(reply, message, *reply_n);
    return MAILBOX_SUCCESS;
}

/* There is no mailbox to be tested. */
bool way_original(uint32_t offset, uint32_t size)
{
    (void)offset, (void)size;
    return false;
}
