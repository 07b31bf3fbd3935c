/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* State that the parts of the runtime share. */
#ifndef CAMKES_INTERNAL_H
#define CAMKES_INTERNAL_H

#include <camkes/runtime.h>

/* The request that is being served, and the reply that is due for the one before. */
struct camkes_state {
    void *page;               /* shared page of the caller, or NULL */
    seL4_MessageInfo_t reply; /* valid when reply_due */
    seL4_CPtr reply_cap;      /* goes with the reply; 0: none */
    seL4_Word signals;        /* notification bits without a handler, for camkes_wait */
    uint8_t current;          /* index of the current reply object */
    uint8_t client;
    bool serving;             /* a request is being served and has not been parked */
    bool deferred;            /* it was parked */
    bool reply_due;
    bool release;             /* delete reply_cap after the reply */
};
extern struct camkes_state camkes_state;

/* Words in the IPC buffer up to the end of a stream over it; 0 for one over a shared page. */
seL4_Word camkes_length(const void *page, const camkes_stream_t *s);

/* Calls the handlers of the notification bits; bits without one are kept for camkes_wait. */
void camkes_signals(seL4_Word bits);

#endif
