/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Signals for components that wait for them instead of handling them. */
#include "internal.h"

static seL4_Word take(seL4_Word bits)
{
    seL4_Word found = camkes_state.signals & bits;
    camkes_state.signals &= ~bits;
    return found;
}

seL4_Word camkes_poll(seL4_Word bits)
{
    seL4_Word badge;
    (void)seL4_Poll(camkes_component.notification, &badge);
    camkes_signals(badge);
    return take(bits);
}

seL4_Word camkes_wait(seL4_Word bits)
{
    seL4_Word found;
    while (!(found = take(bits))) {
        seL4_Word badge;
        (void)seL4_Wait(camkes_component.notification, &badge);
        camkes_signals(badge);
    }
    return found;
}
