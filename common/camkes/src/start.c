/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* From the first instruction to the component's own code. */
#include "internal.h"
#include <kata/panic.h>

seL4_IPCBuffer camkes_ipc_buffer __attribute__((aligned(sizeof(seL4_IPCBuffer))));

__attribute__((weak)) void pre_init(void);
__attribute__((weak)) void post_init(void);
_Noreturn void camkes_loop(void);
_Noreturn void camkes_main(seL4_Word life, seL4_Word polls);

static bool restarted;

bool camkes_restarted(void) { return restarted; }

/* An interrupt that the last life had not acknowledged would never come again. */
static void acknowledge_interrupts(void)
{
    for (unsigned i = 0; i < camkes_component.irq_count; i++) {
        (void)seL4_IRQHandler_Ack(camkes_component.irq_base + i);
    }
}

/* Refuses one call if there is one. Signals are dropped; faults of applications too, which leaves those suspended. */
static bool refuse_one(void)
{
    seL4_Word badge = 0;
    seL4_CPtr reply = camkes_component.reply_base;
    seL4_MessageInfo_t info = seL4_NBRecv(camkes_component.endpoint, &badge, reply);
    if (badge && !(badge & CAMKES_BADGE_NOTIFICATION) && seL4_MessageInfo_get_label(info) >= CAMKES_LABEL_BASE) {
        seL4_Send(reply, seL4_MessageInfo_new(CAMKES_REPLY_RESTARTED, 0, 0, 0));
    }
    return badge != 0;
}

/* The life of a service that died too often: it answers every call with an error, and after `polls` rounds asks to be
 * started again. The supervisor has given it a budget that Yield ends, so that it sleeps between the rounds: nobody
 * who tries again and again takes the processor from others. */
static _Noreturn void refuse_calls(seL4_Word polls)
{
    for (; polls; polls--) {
        while (camkes_component.endpoint && refuse_one()) {
        }
        seL4_Yield();
    }
    panic_stop();
}

_Noreturn void camkes_stop(void)
{
    while (camkes_component.notification) {
        (void)camkes_wait(CAMKES_BADGE_SIGNALS);
    }
    panic_stop();
}

/* Entered from start.S on the component's stack, with zeroed .bss. */
_Noreturn void camkes_main(seL4_Word life, seL4_Word polls)
{
    seL4_SetIPCBuffer(&camkes_ipc_buffer);
    if (life == CAMKES_LIFE_REFUSING) {
        refuse_calls(polls);
    }
    if (life == CAMKES_LIFE_RESTARTED) {
        restarted = true;
        camkes_set_recv_slot(0); /* the IPC buffer is as the last life left it */
        acknowledge_interrupts();
    }
    if (pre_init) {
        pre_init();
    }
    if (post_init) {
        post_init();
    }
    if (camkes_component.run) {
        (void)camkes_component.run();
    }
    if (camkes_component.endpoint) {
        camkes_loop();
    }
    camkes_stop();
}
