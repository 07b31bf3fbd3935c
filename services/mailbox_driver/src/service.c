/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component: who waits for which answer (interfaces/mailbox.idl4). */

#include "exchange.h"
#include "mailbox_driver.h"

#include "camkes.h"
#include <kata/log.h>

#define TICK_TIMER 0
#define ORIGINAL_TIMEOUT_MS 1000
enum { NOBODY = -1 };

static CAMKES_PERSISTENT uint32_t lives;

static bool ticking;

/* The conversation in the original's format: send and receive are two calls, and there is one such message at a time. */
static struct {
    enum { IDLE, AWAITED, ARRIVED } is;
    unsigned client;
    camkes_park_t receiver;
    int error;
    uint32_t paddr;
    uint32_t size;
} original;

/* The window without its first page, in which the FIFOs are. */
static const struct mailbox_window window = { window_paddr + MAILBOX_PAGE, window_size - MAILBOX_PAGE };

/* Buffers of long messages: the first `buffer_clients` clients have equal shares of whole pages. */
static struct mailbox_window share_of(unsigned client)
{
    uint32_t size = window.size / MAILBOX_PAGE / buffer_clients * MAILBOX_PAGE;
    return client < buffer_clients ? (struct mailbox_window){ window.base + client * size, size } : (struct mailbox_window){ 0, 0 };
}

void pre_init(void)
{
    original.receiver = NOBODY;
    lives++;
}

/* A signal may have gone to the life before, and that one's timer runs. */
void post_init(void)
{
    exchange_init(&window, lives);
    if (camkes_restarted()) {
        (void)timer_cancel(TICK_TIMER);
    }
}

/* Ticks come while anybody waits; TimerService tells us of none that it has lost in a restart, but then signals once. */
static void keep_ticking(void)
{
    if (!ticking && exchange_waits()) {
        int error = timer_oneshot(TICK_TIMER, EXCHANGE_TICK_MS);
        if (error != 0) {
            (void)timer_cancel(TICK_TIMER);
            error = timer_oneshot(TICK_TIMER, EXCHANGE_TICK_MS);
        }
        ticking = error == 0;
    }
}

/* --- answers --- */

static void original_answered(int error, const struct mailbox_message *reply)
{
    uint32_t paddr = reply ? reply->address : 0, size = reply ? reply->size : 0;
    if (original.receiver != NOBODY) {
        api_receive_reply(original.receiver, error, paddr, size);
        original.receiver = NOBODY;
        original.is = IDLE;
        return;
    }
    original.is = ARRIVED;
    original.error = error;
    original.paddr = paddr;
    original.size = size;
}

void exchange_answered(const struct mailbox_request *request, int error, const struct mailbox_message *reply)
{
    if (request->message.version == MAILBOX_ORIGINAL) {
        original_answered(error, reply);
    } else if (request->message.is_long) {
        api_transfer_reply(request->waiter, error, reply ? reply->size : 0);
    } else {
        api_exchange_reply(request->waiter, error, reply ? (const uint8_t *)reply->words : NULL, reply ? reply->size : 0);
    }
}

void exchange_noticed(const char *what)
{
    kata_log_text(LOG_WARN, what);      /* a component that formats nothing does not contain the formatter */
}

void irq_handle(void)
{
    exchange_interrupt();
    irq_acknowledge();
    exchange_pump();
}

void timer_notified(void)
{
    (void)timer_completed_timers();
    ticking = false;
    exchange_tick();
    keep_ticking();
}

/* --- requests --- */

/* The client's request before, if there is one, was of its last life: it does not wait any more. */
static void forget_caller(void)
{
    exchange_give_up((unsigned)camkes_sender());
    if (original.is != IDLE && original.client == camkes_sender()) {
        camkes_unpark_drop(original.receiver);
        original.receiver = NOBODY;
        original.is = IDLE;
    }
}

/* Parks the caller until exchange_answered. */
static int await(struct mailbox_request *entered)
{
    entered->waiter = camkes_park();
    if (entered->waiter == NOBODY) {
        mailbox_leave(entered);
        return MAILBOX_BUSY;
    }
    keep_ticking();
    exchange_pump();
    return MAILBOX_SUCCESS;
}

int api_exchange(const uint8_t *request, size_t request_n, uint32_t timeout_ms, uint8_t *reply, size_t *reply_n)
{
    struct mailbox_request *entered;
    (void)reply;
    *reply_n = 0;
    forget_caller();
    int error = exchange_short((unsigned)camkes_sender(), request, request_n, timeout_ms, &entered);
    return error ? error : await(entered);
}

int api_buffers(uint32_t *paddr, uint32_t *size)
{
    struct mailbox_window share = share_of((unsigned)camkes_sender());
    *paddr = share.base;
    *size = share.size;
    return MAILBOX_SUCCESS;
}

int api_transfer(uint32_t offset, uint32_t size, uint32_t timeout_ms, uint32_t *reply_size)
{
    unsigned client = (unsigned)camkes_sender();
    struct mailbox_window share = share_of(client);
    struct mailbox_request *entered;
    *reply_size = 0;
    forget_caller();
    if (offset >= share.size || mailbox_check_buffer(&share, share.base + offset, size) != MAILBOX_FAULT_NONE) {
        return MAILBOX_BAD_BUFFER;
    }
    int error = exchange_long(client, MAILBOX_VERSION, share.base + offset, size, timeout_ms, &entered);
    return error ? error : await(entered);
}

int api_send(uint32_t paddr, uint32_t size)
{
    unsigned client = (unsigned)camkes_sender();
    struct mailbox_window share = share_of(client);
    struct mailbox_request *entered;
    forget_caller();
    if (mailbox_check_buffer(&share, paddr, size) != MAILBOX_FAULT_NONE) {
        return MAILBOX_BAD_BUFFER;
    }
    if (original.is != IDLE) {
        return MAILBOX_BUSY;
    }
    int error = exchange_long(client, MAILBOX_ORIGINAL, paddr, size, ORIGINAL_TIMEOUT_MS, &entered);
    if (error) {
        return error;
    }
    original.is = AWAITED;
    original.client = client;
    keep_ticking();
    exchange_pump();
    return MAILBOX_SUCCESS;
}

int api_receive(uint32_t *paddr, uint32_t *size)
{
    *paddr = *size = 0;
    if (original.is == IDLE || original.client != camkes_sender()) {
        return MAILBOX_RECV_FAILED;
    }
    if (original.is == ARRIVED) {
        *paddr = original.paddr;
        *size = original.size;
        original.is = IDLE;
        return original.error;
    }
    camkes_unpark_drop(original.receiver);
    original.receiver = camkes_park();
    return original.receiver == NOBODY ? MAILBOX_BUSY : MAILBOX_SUCCESS;
}

int api_capscan(void)
{
    camkes_capscan();
    return MAILBOX_SUCCESS;
}
