/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "timers.h"

#include "timer_service.h"

#include <camkes/persistent.h>

#define NS_PER_MS 1000000u
#define COUNT (TIMERS_CLIENTS * TIMERS_PER_CLIENT)
#define NONE UINT8_MAX

_Static_assert(COUNT < NONE, "a timer's index and NONE fit into a byte");

/* A timer's place in the tables is client * 32 + id: no allocation, no search, and an id cannot exist twice. `running`: it is in the queue, and the
 * rest is valid: written last. The queue is made anew by timers_recover. */
struct timer {
    uint64_t deadline;
    uint32_t period_ms;     /* 0: one-shot */
} __attribute__((packed, aligned(4)));      /* 12 bytes, not 16: they share a page with the stack */

static CAMKES_PERSISTENT struct timer timers[COUNT];
static CAMKES_PERSISTENT bool running[COUNT];
static uint8_t next[COUNT]; /* in the queue */
static CAMKES_PERSISTENT uint32_t completed[TIMERS_CLIENTS];
/* What each client was told last; it may not have heard that when the service dies, so the next life tells it again. The
 * client's next call about its timers shows that it has. */
static CAMKES_PERSISTENT uint32_t told[TIMERS_CLIENTS];
/* A periodic timer on its way to its next deadline. */
static CAMKES_PERSISTENT struct {
    uint64_t deadline;
    uint8_t number;         /* index + 1; 0: none. Written last, cleared first */
} moving;
static uint8_t first;       /* queue, ordered by deadline */

void timers_init(void)
{
    for (unsigned i = 0; i < COUNT; i++) {
        running[i] = false;
    }
    for (unsigned i = 0; i < TIMERS_CLIENTS; i++) {
        completed[i] = told[i] = 0;
    }
    moving.number = 0;
    first = NONE;
}

static void enqueue(uint8_t index)
{
    uint8_t *link = &first;
    while (*link != NONE && timers[*link].deadline <= timers[index].deadline) {
        link = &next[*link];
    }
    next[index] = *link;
    camkes_in_order();
    running[index] = true;
    *link = index;
}

uint32_t timers_recover(void)
{
    uint32_t clients = 0;
    first = NONE;
    if (moving.number) {
        timers[moving.number - 1].deadline = moving.deadline;
        running[moving.number - 1] = true;
        camkes_in_order();
        moving.number = 0;
    }
    for (uint8_t i = 0; i < COUNT; i++) {
        if (running[i]) {
            enqueue(i);
        }
    }
    for (uint32_t client = 0; client < TIMERS_CLIENTS; client++) {
        completed[client] |= told[client];
        clients |= (uint32_t)(completed[client] != 0) << client;
    }
    return clients;
}

/* The timer must be running. */
static void dequeue(uint8_t index)
{
    uint8_t *link = &first;
    while (*link != index) {
        link = &next[*link];
    }
    *link = next[index];
    running[index] = false;
    camkes_in_order();
}

int timers_start(uint32_t client, uint32_t id, uint32_t duration_ms, bool periodic, uint64_t now)
{
    if (client >= TIMERS_CLIENTS) {
        return TIMER_OUT_OF_RESOURCES;
    }
    if (id >= TIMERS_PER_CLIENT) {
        return TIMER_NO_SUCH_TIMER;
    }
    if (periodic && duration_ms == 0) {
        return TIMER_UNKNOWN_ERROR;
    }
    uint8_t index = (uint8_t)(client * TIMERS_PER_CLIENT + id);
    told[client] = 0;
    if (running[index]) {
        return TIMER_ALREADY_EXISTS;
    }
    timers[index].deadline = now + (uint64_t)duration_ms * NS_PER_MS;
    timers[index].period_ms = periodic ? duration_ms : 0;
    enqueue(index);
    return TIMER_SUCCESS;
}

int timers_start_at(uint32_t client, uint32_t id, uint64_t deadline)
{
    if (client >= TIMERS_CLIENTS) {
        return TIMER_OUT_OF_RESOURCES;
    }
    if (id >= TIMERS_PER_CLIENT) {
        return TIMER_NO_SUCH_TIMER;
    }
    (void)timers_cancel(client, id);
    uint8_t index = (uint8_t)(client * TIMERS_PER_CLIENT + id);
    timers[index].deadline = deadline;
    timers[index].period_ms = 0;
    enqueue(index);
    return TIMER_SUCCESS;
}

int timers_cancel(uint32_t client, uint32_t id)
{
    if (client >= TIMERS_CLIENTS || id >= TIMERS_PER_CLIENT) {
        return TIMER_NO_SUCH_TIMER;
    }
    uint8_t index = (uint8_t)(client * TIMERS_PER_CLIENT + id);
    uint32_t bit = 1u << id;
    told[client] = 0;
    if (!running[index] && !(completed[client] & bit)) {
        return TIMER_NO_SUCH_TIMER;
    }
    if (running[index]) {
        dequeue(index);
    }
    completed[client] &= ~bit;
    return TIMER_SUCCESS;
}

/* The first deadline after now on the timer's grid. Steps of doubling length: late by n periods costs log(n)^2. */
static uint64_t next_deadline(const struct timer *t, uint64_t now)
{
    uint64_t period = (uint64_t)t->period_ms * NS_PER_MS;
    uint64_t deadline = t->deadline;
    while (deadline <= now) {
        uint64_t step = period;
        while (deadline + 2 * step <= now) {
            step *= 2;
        }
        deadline += step;
    }
    return deadline;
}

static void move_to_next_deadline(uint8_t index, uint64_t now)
{
    moving.deadline = next_deadline(&timers[index], now);
    camkes_in_order();
    moving.number = (uint8_t)(index + 1);
    camkes_in_order();
    dequeue(index);
    timers[index].deadline = moving.deadline;
    enqueue(index);
    camkes_in_order();
    moving.number = 0;
}

uint32_t timers_expire(uint64_t now)
{
    uint32_t clients = 0;
    while (first != NONE && timers[first].deadline <= now) {
        uint8_t index = first;
        completed[index / TIMERS_PER_CLIENT] |= 1u << (index % TIMERS_PER_CLIENT);
        camkes_in_order();
        clients |= 1u << (index / TIMERS_PER_CLIENT);
        if (timers[index].period_ms) {
            move_to_next_deadline(index, now);
        } else {
            dequeue(index);
        }
    }
    return clients;
}

uint32_t timers_take_completed(uint32_t client)
{
    if (client >= TIMERS_CLIENTS) {
        return 0;
    }
    uint32_t mask = completed[client];
    told[client] = mask;
    camkes_in_order();
    completed[client] = 0;
    return mask;
}

bool timers_first(uint64_t *deadline)
{
    if (first == NONE) {
        return false;
    }
    *deadline = timers[first].deadline;
    return true;
}

/* Long division in digits of 16 bits, whose intermediates fit into 32 bits. divisor < 2^16. */
static uint64_t divide(uint64_t dividend, uint32_t divisor)
{
    uint64_t quotient = 0;
    uint32_t rest = 0;
    for (int shift = 48; shift >= 0; shift -= 16) {
        uint32_t digits = rest << 16 | (uint32_t)((dividend >> shift) & 0xffff);
        quotient = quotient << 16 | digits / divisor;
        rest = digits % divisor;
    }
    return quotient;
}

/* 10^6 = 2^6 * 15625. */
uint64_t timers_ns_to_ms(uint64_t ns)
{
    return divide(ns >> 6, 15625);
}

uint64_t timers_ns_to_us(uint64_t ns)
{
    return divide(ns, 1000);
}
