/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* The dispatch loop. Invariant of the reply objects: see camkes/runtime.h. */
#include "internal.h"

struct camkes_state camkes_state;

static seL4_CPtr reply_object(unsigned i) { return camkes_component.reply_base + i; }

static void answer(seL4_MessageInfo_t info)
{
    camkes_state.reply = info;
    camkes_state.reply_due = true;
}

/* Lets go of the capability that was to go, or has gone, with a reply. */
static void forget_reply_cap(void)
{
    if (camkes_state.release) {
        (void)seL4_CNode_Delete(camkes_component.self_cnode, camkes_state.reply_cap, seL4_WordBits);
    }
    camkes_state.reply_cap = 0;
    camkes_state.release = false;
}

static void refuse(void)
{
    forget_reply_cap();
    answer(seL4_MessageInfo_new(CAMKES_REPLY_MALFORMED, 0, 0, 0));
}

void camkes_signals(seL4_Word bits)
{
    const struct camkes_source *source = camkes_component.sources;
    for (unsigned i = camkes_component.source_count; i; i--, source++) {
        if (bits & source->bit && source->handle) {
            bits &= ~source->bit;
            source->handle();
        }
    }
    camkes_state.signals |= bits & CAMKES_BADGE_SIGNALS;
}

/* Method that a badge and label ask for, or NULL; notes the client and its page. */
static camkes_method_t find_method(seL4_Word badge, seL4_Word label)
{
    seL4_Word number = badge >> 8;
    seL4_Word client = (badge & 0xff) - 1; /* badge 0 becomes a client that does not exist */
    if (number >= camkes_component.interface_count) {
        return NULL;
    }
    const struct camkes_interface *interface = &camkes_component.interfaces[number];
    label -= CAMKES_LABEL_BASE;
    if (client >= interface->client_count || label >= interface->method_count) {
        return NULL;
    }
    camkes_state.client = (uint8_t)client;
    camkes_state.page = interface->pages ? interface->pages[client] : NULL;
    return interface->methods[label];
}

static camkes_stream_t whole(void *page, seL4_Word words)
{
    return page ? camkes_stream(page, CAMKES_PAGE_WORDS) : camkes_stream(__sel4_ipc_buffer->msg, words);
}

/* Serves a call of another component. */
static void serve_call(seL4_Word badge, seL4_MessageInfo_t info)
{
    camkes_method_t method = find_method(badge, seL4_MessageInfo_get_label(info));
    void *page = camkes_state.page;
    seL4_Word length = seL4_MessageInfo_get_length(info);
    if (!method) {
        refuse();
        return;
    }
    camkes_rpc_t rpc = {
        .in = whole(page, length < CAMKES_IPC_WORDS ? length : CAMKES_IPC_WORDS),
        .out = whole(page, CAMKES_IPC_WORDS),
    };
    method(&rpc);
    if (camkes_state.deferred) {
        return;
    }
    if (camkes_bad(&rpc.in) || camkes_bad(&rpc.out)) {
        refuse();
    } else {
        answer(seL4_MessageInfo_new(CAMKES_REPLY_OK, 0, 0, camkes_length(page, &rpc.out)));
    }
}

/* Serves a client that was made at run time. */
static void serve_dynamic(seL4_Word badge, seL4_MessageInfo_t info)
{
    camkes_state.page = NULL;
    if (!camkes_component.dynamic || !camkes_component.dynamic(badge, info)) {
        refuse();
    }
}

static void dispatch(seL4_Word badge, seL4_MessageInfo_t info)
{
    if (badge & CAMKES_BADGE_NOTIFICATION) {
        camkes_signals(badge); /* info is meaningless then, and the reply object untouched */
        return;
    }
    camkes_state.serving = true;
    camkes_state.deferred = false;
    if (badge & CAMKES_BADGE_DYNAMIC) {
        serve_dynamic(badge, info);
    } else {
        serve_call(badge, info);
    }
    camkes_state.serving = false;
    if (!camkes_state.reply_due) { /* parked or dropped: nothing goes now */
        forget_reply_cap();
    }
}

/* Puts the capability that goes with the reply into it. */
static seL4_MessageInfo_t take_reply(void)
{
    seL4_MessageInfo_t info = camkes_state.reply;
    if (camkes_state.reply_cap) {
        seL4_SetCap(0, camkes_state.reply_cap);
        info.words[0] |= SEL4_INFO(0, 1, 0);
    }
    camkes_state.reply_due = false;
    return info;
}

static void send_reply(void)
{
    if (camkes_state.reply_due) {
        seL4_Send(reply_object(camkes_state.current), take_reply());
        forget_reply_cap();
    }
}

/* Next event; on the way the reply that is due, in the same system call where nothing has to happen in between. */
static seL4_MessageInfo_t receive(seL4_Word *badge)
{
    if (camkes_state.reply_due && !camkes_state.reply_cap) {
        seL4_CPtr reply = reply_object(camkes_state.current);
        return seL4_ReplyRecv(camkes_component.endpoint, take_reply(), badge, reply);
    }
    send_reply();
    return seL4_Recv(camkes_component.endpoint, badge, reply_object(camkes_state.current));
}

static void serve_one(void)
{
    seL4_Word badge;
    seL4_MessageInfo_t info = receive(&badge);
    dispatch(badge, info);
}

void camkes_serve(void)
{
    serve_one();
    send_reply();
}

_Noreturn void camkes_loop(void);
_Noreturn void camkes_loop(void)
{
    for (;;) {
        serve_one();
    }
}

seL4_Word camkes_sender(void) { return camkes_state.client; }
bool camkes_deferred(void) { return camkes_state.deferred; }

void camkes_raw_reply(seL4_MessageInfo_t info)
{
    if (camkes_state.serving) {
        answer(info);
    }
}

void camkes_set_reply_cap(seL4_CPtr cptr, bool release)
{
    camkes_state.reply_cap = cptr;
    camkes_state.release = release;
}
