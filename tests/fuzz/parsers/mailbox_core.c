/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/*
 * The security core's side of the mailbox, with a management core that writes anything anywhere into the shared window. Input: pieces of 6 bytes,
 * where (2) and which word (4). The place 0xffff: the security core does its work; 0xfffe: the words of a FIFO are announced. Whatever happened,
 * a management core that starts again is served.
 */
#include "target.h"
#include <mailbox/request.h>
#include <mailbox/ring.h>
#include <string.h>

#include "boot/measure.h"
#include "core.h"
#include "dispatch.h"
#include "server.h"

#define BASE 0x80600000u
enum { WINDOW = 0x10000, GUARD = 4096, STEPS = 64 };

static struct {
    _Alignas(4096) uint8_t before[GUARD];
    uint8_t window[WINDOW];
    uint8_t behind[GUARD];
} memory;
static unsigned rung;
struct core_kept core_kept;
struct boot_measured boot_measured;

uint32_t core_ram_bytes(void) { return 1; }
uint32_t dispatch(uint32_t number, struct request *request) { return number == CORE_ECHO ? handle_echo(request) : handle_test_mailbox(request); }
void server_ring(void) { rung++; }

uint8_t *server_buffer(uint32_t address, uint32_t size)
{
    REQUIRE(address >= BASE + MAILBOX_PAGE && size > 0 && (uint64_t)address + size <= (uint64_t)BASE + WINDOW && address % MAILBOX_PAGE == 0);
    return memory.window + (address - BASE);
}

static void work(void)
{
    for (unsigned i = 0; i < STEPS && server_step(); i++) {
    }
}

static void word_at(uint32_t at, uint32_t word)
{
    memcpy(memory.window + at % WINDOW / 4 * 4, &word, 4);
}

/* Puts the next words of the management core's FIFO where they are due and tells, as a driver would. */
static void announce(uint32_t n)
{
    struct mailbox_half *half = (struct mailbox_half *)(void *)memory.window, *other = (struct mailbox_half *)(void *)(memory.window + MAILBOX_HALF_BYTES);
    half->seen = other->epoch;
    half->written += n % 9;
}

static void good_request(struct mailbox_ring *ring)
{
    struct mailbox_message m = { .version = MAILBOX_VERSION, .id = 77, .size = 12, .words = { CORE_ECHO, 0x12345678, 0x9abcdef0 } }, reply;
    struct mailbox_window window = { BASE + MAILBOX_PAGE, WINDOW - MAILBOX_PAGE };
    struct mailbox_decoder decoder = {0};
    enum mailbox_fault fault;
    uint32_t words[MAILBOX_MESSAGE_WORDS], word;
    REQUIRE(mailbox_ring_put(ring, words, mailbox_encode(&m, words)));
    work();
    REQUIRE(rung > 0);
    enum mailbox_progress progress = MAILBOX_MORE;
    while (progress == MAILBOX_MORE && mailbox_ring_get(ring, &word))
        progress = mailbox_feed(&decoder, &window, word, &reply, &fault);
    REQUIRE(progress == MAILBOX_COMPLETE && reply.reply && reply.id == 77 && reply.size == 12 && reply.words[0] == CORE_SUCCESS);
    REQUIRE(reply.words[1] == 0x12345678 && reply.words[2] == 0x9abcdef0);
}

static void start_again(void)
{
    struct mailbox_ring ring = { .mine = NULL };
    uint32_t last = ((struct mailbox_half *)(void *)memory.window)->epoch;
    mailbox_ring_start(&ring, memory.window, MAILBOX_MANAGEMENT, last + 1 != 0 ? last + 1 : 1);
    for (unsigned i = 0; i < 4; i++) {
        work();
        (void)mailbox_ring_look(&ring);
    }
    REQUIRE(mailbox_ring_look(&ring) == MAILBOX_LINK_UP);
    good_request(&ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mailbox_window window = { BASE + MAILBOX_PAGE, WINDOW - MAILBOX_PAGE };
    memset(&memory, 0, sizeof memory);
    memset(&core_kept, 0, sizeof core_kept);
    server_start(memory.window, &window, 1);
    word_at(0, 1);
    work();
    for (; size >= 6; data += 6, size -= 6) {
        uint32_t at = data[0] | (uint32_t)data[1] << 8, word;
        memcpy(&word, data + 2, 4);
        if (at == 0xffff)
            work();
        else if (at == 0xfffe)
            announce(word);
        else
            word_at(at, word);
    }
    work();
    start_again();
    for (unsigned i = 0; i < GUARD; i++)
        REQUIRE(memory.before[i] == 0 && memory.behind[i] == 0);
    return 0;
}
