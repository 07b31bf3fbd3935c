/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* From the first instruction to the component's own code. */
#include "internal.h"
#include <kata/panic.h>

seL4_IPCBuffer camkes_ipc_buffer __attribute__((aligned(sizeof(seL4_IPCBuffer))));

__attribute__((weak)) void pre_init(void);
__attribute__((weak)) void post_init(void);
_Noreturn void camkes_loop(void);
_Noreturn void camkes_main(void);

_Noreturn void camkes_stop(void)
{
    while (camkes_component.notification) {
        (void)camkes_wait(CAMKES_BADGE_SIGNALS);
    }
    panic_stop();
}

/* Entered from start.S on the component's stack, with zeroed .bss. */
_Noreturn void camkes_main(void)
{
    seL4_SetIPCBuffer(&camkes_ipc_buffer);
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
