/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Calls to other components. */
#include "internal.h"

/* What was asked for the next call, and what the last one brought. */
static struct {
    seL4_CPtr request_cap;
    bool receives;
    bool received;
} extras;
static seL4_Word status; /* label of the last reply */

seL4_Word camkes_call_status(void) { return status; }

camkes_stream_t camkes_request(void *page)
{
    return page ? camkes_stream(page, CAMKES_PAGE_WORDS) : camkes_stream(__sel4_ipc_buffer->msg, CAMKES_IPC_WORDS);
}

seL4_Word camkes_length(const void *page, const camkes_stream_t *s)
{
    return page ? 0 : (seL4_Word)(s->at - __sel4_ipc_buffer->msg);
}

void camkes_set_recv_slot(seL4_CPtr slot)
{
    extras.receives = slot != 0;
    seL4_SetCapReceivePath(slot ? camkes_component.self_cnode : 0, slot, seL4_WordBits);
}

void camkes_set_request_cap(seL4_CPtr cptr) { extras.request_cap = cptr; }
bool camkes_received_cap(void) { return extras.received; }

/* Info of a request with the capability that was asked for it. */
static seL4_MessageInfo_t request_info(seL4_Word method, seL4_Word length)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(CAMKES_LABEL_BASE + method, 0, extras.request_cap != 0, length);
    if (extras.request_cap) {
        seL4_SetCap(0, extras.request_cap);
        extras.request_cap = 0;
    }
    return info;
}

/* What was asked for a call ends with it. */
static void note_reply(seL4_MessageInfo_t info)
{
    status = seL4_MessageInfo_get_label(info);
    extras.received = seL4_MessageInfo_get_extraCaps(info) > 0;
    if (extras.receives) {
        camkes_set_recv_slot(0);
    }
}

bool camkes_call(seL4_CPtr endpoint, seL4_Word method, void *page, camkes_stream_t *s)
{
    status = CAMKES_REPLY_MALFORMED;
    if (!camkes_bad(s)) {
        seL4_MessageInfo_t info = seL4_Call(endpoint, request_info(method, camkes_length(page, s)));
        note_reply(info);
        if (status == CAMKES_REPLY_OK) {
            seL4_Word *words = page ? page : __sel4_ipc_buffer->msg;
            *s = camkes_stream(words, page ? CAMKES_PAGE_WORDS : seL4_MessageInfo_get_length(info));
            return true;
        }
    }
    *s = camkes_stream(NULL, 0);
    return false;
}

bool camkes_call_words(seL4_CPtr endpoint, seL4_Word method, seL4_Word args, seL4_Word mr[4])
{
    note_reply(seL4_CallWithMRs(endpoint, request_info(method, args), &mr[0], &mr[1], &mr[2], &mr[3]));
    return status == CAMKES_REPLY_OK;
}
