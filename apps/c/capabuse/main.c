/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A hostile application: messages with random capabilities, labels, lengths and contents to the SDK, then system calls
 * on guessed capability addresses. The last of them is one that the kernel answers with a fault; which one changes from
 * start to start (a key counts them). Debug system calls are left out: a debug kernel gives them to everybody. */
#include <sdk.h>
#include <sel4/sel4.h>
#include <stdio.h>

#define MESSAGES 3000u
#define GUESSES  500u

static uint32_t seed = 0x2545f491;

static uint32_t random32(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static seL4_CPtr sdk(void)
{
    return sdk_start[1];
}

static void fill_message(void)
{
    for (unsigned i = 0; i < 120; i++)
        seL4_SetMR(i, i < 4 && (random32() & 3) != 0 ? random32() % 130 : random32());
    for (unsigned i = 0; i < 3; i++)
        __sel4_ipc_buffer->caps_or_badges[i] = random32() & 1 ? sdk() : 0;
    seL4_SetCapReceivePath(random32() & 1, random32() & 3, 32);
}

/* Labels below 64 look like faults; 72 (wait) would put the application to sleep when one of its own timers runs. */
static void garbage_calls(void)
{
    for (uint32_t i = 0; i < MESSAGES; i++) {
        seL4_Word label = random32() % 100, caps = random32() & 3, length = random32() & 127;
        if (label == SDK_REQUEST_TIMER_WAIT || label == SDK_REQUEST_LOG)
            label = random32();
        fill_message();
        (void)seL4_Call(sdk(), seL4_MessageInfo_new(label, 0, caps, length));
    }
}

/* Requests that nobody waits for the answer of, parked calls among them. */
static void calls_without_caller(void)
{
    (void)sdk_timer_oneshot(30, 10);
    for (uint32_t i = 0; i < GUESSES; i++) {
        fill_message();
        seL4_NBSend(sdk(), seL4_MessageInfo_new(64 + i % 16, 0, i & 3, i & 127));
        seL4_Send(sdk(), seL4_MessageInfo_new(SDK_REQUEST_TIMER_WAIT, 0, 0, 0));
    }
}

static void silent_guesses(void)
{
    for (uint32_t i = 0; i < GUESSES; i++) {
        fill_message();
        seL4_NBSend(i < 64 ? i : random32(), seL4_MessageInfo_new(random32() % 50, 0, 0, random32() & 127));
    }
    (void)seL4_Call(0, seL4_MessageInfo_new(random32() % 50, 0, 0, 4));
    seL4_Yield();
}

/* One of these per start; each ends the application. */
static void last_act(unsigned step)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(1, 0, 0, 2);
    seL4_Word badge;
    switch (step % 9) {
    case 0: seL4_Send(step + 2, info); break;
    case 1: (void)seL4_Call(0xffffffffu, info); break;
    case 2: (void)seL4_Recv(sdk(), &badge, 0); break;
    case 3: (void)seL4_NBRecv(0, &badge, sdk()); break;
    case 4: (void)seL4_Wait(sdk(), &badge); break;
    case 5: (void)seL4_NBWait(7, &badge); break;
    case 6: (void)seL4_ReplyRecv(sdk(), info, &badge, sdk()); break;
    case 7: (void)seL4_NBSendRecv(sdk(), info, 3, &badge, 4); break;
    case 8: (void)seL4_NBSendWait(sdk(), info, 5, &badge); break;
    }
}

int main(void)
{
    uint8_t step = 0;
    size_t size = 1;
    (void)sdk_read_key("step", &step, &size);
    printf("capabuse::step %u\n", step);
    garbage_calls();
    calls_without_caller();
    silent_guesses();
    step++;
    (void)sdk_write_key("step", &step, 1);
    puts("capabuse::still alive");
    last_act(step);
    return 0;
}
