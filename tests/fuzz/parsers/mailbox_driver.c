/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/*
 * The management core's side of the mailbox: MailboxDriver with a security core that writes anything into the FIFOs' page. Input: pieces of 6
 * bytes. Every request ends exactly once, and a security core that starts again serves.
 */
#include "target.h"
#include <mailbox/ring.h>
#include <string.h>

#include "camkes.h"
#include "exchange.h"
#include "mailbox_driver.h"

#define BASE 0x80601000u
enum { REQUESTS = 4096, CLIENTS = 3 };

static const struct mailbox_window window = { BASE, 15 * MAILBOX_PAGE };
_Alignas(4096) volatile uint8_t fifo[4096];
volatile uint8_t bell_out[4096], bell_in[4096];

static uint8_t ended[REQUESTS];
static int asked, last_error;

void exchange_answered(const struct mailbox_request *request, int error, const struct mailbox_message *reply)
{
    REQUIRE(request->waiter > 0 && request->waiter <= asked && request->client < CLIENTS);
    REQUIRE(ended[request->waiter - 1]++ == 0);
    REQUIRE((error == MAILBOX_SUCCESS) == (reply != NULL));
    if (reply != NULL && reply->is_long) {
        REQUIRE(reply->address == request->message.address && reply->size <= mailbox_reply_room(request->message.size));
    } else if (reply != NULL) {
        REQUIRE(!request->message.is_long && reply->size <= MAILBOX_INLINE_MAX);
    }
    last_error = error;
}

void exchange_noticed(const char *what)
{
    (void)what;
}

static void entered(int error, struct mailbox_request *request)
{
    REQUIRE((error == MAILBOX_SUCCESS) == (request != NULL));
    if (request != NULL)
        request->waiter = ++asked;
    exchange_pump();
}

static void ask(const uint8_t *piece)
{
    static const uint8_t bytes[MAILBOX_INLINE_MAX];
    struct mailbox_request *request = NULL;
    int error;
    unsigned client = piece[1] % CLIENTS;
    if (asked == REQUESTS - 1)
        return;
    exchange_give_up(client);
    if (piece[1] & 0x80)
        error = exchange_short(client, bytes, piece[2] % 32, (uint32_t)(piece[3] * 10), &request);
    else
        error = exchange_long(client, piece[1] >> 6, BASE + (uint32_t)(piece[2] % 16) * MAILBOX_PAGE, (uint32_t)(piece[3] << 8 | piece[4]),
                              (uint32_t)(piece[5] * 10), &request);
    entered(error, request);
}

static void start_again(uint32_t life)
{
    struct mailbox_ring core = { .mine = NULL };
    struct mailbox_request *request;
    struct mailbox_decoder decoder = {0};
    struct mailbox_message message;
    enum mailbox_fault fault;
    uint32_t words[MAILBOX_MESSAGE_WORDS], word;
    mailbox_ring_start(&core, (void *)(uintptr_t)fifo, MAILBOX_SECURITY, life);
    for (unsigned i = 0; i < 4; i++) {
        exchange_pump();
        (void)mailbox_ring_look(&core);
    }
    for (unsigned i = 0; i < 30; i++)
        exchange_tick();
    REQUIRE(!exchange_waits());
    for (int i = 0; i < asked; i++)
        REQUIRE(ended[i] == 1);
    while (mailbox_ring_get(&core, &word)) {
    }
    REQUIRE(exchange_short(0, (const uint8_t *)"echo", 4, 1000, &request) == MAILBOX_SUCCESS);
    request->waiter = ++asked;
    exchange_pump();
    enum mailbox_progress progress = MAILBOX_MORE;
    while (progress == MAILBOX_MORE && mailbox_ring_get(&core, &word))
        progress = mailbox_feed(&decoder, &window, word, &message, &fault);
    REQUIRE(progress == MAILBOX_COMPLETE && message.size == 4 && !message.reply);
    message.reply = true;
    REQUIRE(mailbox_ring_put(&core, words, mailbox_encode(&message, words)));
    exchange_interrupt();
    exchange_pump();
    REQUIRE(ended[asked - 1] == 1 && last_error == MAILBOX_SUCCESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mailbox_half *core = (struct mailbox_half *)((uintptr_t)fifo + MAILBOX_HALF_BYTES);
    memset((void *)(uintptr_t)fifo, 0, sizeof fifo);
    memset(ended, 0, sizeof ended);
    asked = 0;
    core->epoch = 1;
    exchange_init(&window, 1);
    core->seen = 1;
    for (; size >= 6; data += 6, size -= 6) {
        uint32_t word;
        memcpy(&word, data + 2, 4);
        switch (data[0] % 8) {
        case 0:
            exchange_tick();
            break;
        case 1:
        case 2:
            ask(data);
            break;
        case 3:
            core->written += word % 9;
            /* fall through */
        case 4:
            exchange_interrupt();
            exchange_pump();
            break;
        default:
            memcpy((void *)((uintptr_t)core + data[1] % 16 * 4), &word, 4);
        }
    }
    start_again(core->epoch + 1 != 0 && core->epoch + 1 != ((struct mailbox_half *)(uintptr_t)fifo)->seen ? core->epoch + 1 : 0x5eed);
    return 0;
}
