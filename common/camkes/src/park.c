/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Calls that are answered later. */
#include "internal.h"

static int free_object(void)
{
    for (int i = 0; i < camkes_component.reply_count; i++) {
        if (i != camkes_state.current && !camkes_component.replies[i].busy) {
            return i;
        }
    }
    return -1;
}

camkes_park_t camkes_park(void)
{
    int next = free_object();
    if (!camkes_state.serving || next < 0) {
        return -1;
    }
    camkes_park_t parked = camkes_state.current;
    camkes_component.replies[parked] = (struct camkes_reply){ .page = camkes_state.page, .busy = true };
    camkes_state.current = (uint8_t)next;
    camkes_state.serving = false;
    camkes_state.deferred = true;
    return parked;
}

/* The parked call of a handle, or NULL when the handle is not valid (any more). */
static struct camkes_reply *parked_call(camkes_park_t p)
{
    if (p < 0 || p >= camkes_component.reply_count || !camkes_component.replies[p].busy) {
        return NULL;
    }
    return &camkes_component.replies[p];
}

void camkes_unpark_drop(camkes_park_t p)
{
    struct camkes_reply *call = parked_call(p);
    if (call) {
        call->busy = false;
    }
}

void camkes_raw_reply_to(camkes_park_t p, seL4_MessageInfo_t info)
{
    if (parked_call(p)) {
        seL4_Send(camkes_component.reply_base + (seL4_CPtr)p, info);
        camkes_unpark_drop(p);
    }
}

camkes_stream_t camkes_reply_begin(camkes_park_t p)
{
    struct camkes_reply *call = parked_call(p);
    return call ? camkes_request(call->page) : camkes_stream(NULL, 0);
}

void camkes_reply_end(camkes_park_t p, const camkes_stream_t *out)
{
    struct camkes_reply *call = parked_call(p);
    if (call) {
        seL4_Word label = camkes_bad(out) ? CAMKES_REPLY_MALFORMED : CAMKES_REPLY_OK;
        camkes_raw_reply_to(p, seL4_MessageInfo_new(label, 0, 0, label ? 0 : camkes_length(call->page, out)));
    }
}
