/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* The dispatch loop, parked replies and calls, against a small model of the kernel's reply objects. The kernel of this
 * test fails when a receive would cancel the call of a client that nobody dropped on purpose. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "../../common/camkes/src/internal.h"

#define ENDPOINT 5
#define REPLIES 10 /* slots 10, 11, 12 */
#define REPLY_COUNT 3
#define SELF_CNODE 2

/* ---- the kernel ---------------------------------------------------------------------------------------------- */

static seL4_IPCBuffer buffer;
seL4_IPCBuffer *__sel4_ipc_buffer = &buffer;

static struct {
    seL4_Word badge;
    seL4_MessageInfo_t info;
    seL4_Word mr[4];
    int client;               /* > 0: this event is a call of that client */
    int holds[REPLY_COUNT];   /* client in each reply object, 0: none */
    int may_cancel;           /* client that may be cancelled */
    int cancelled;
    struct {
        seL4_MessageInfo_t info;
        seL4_Word mr0;
        seL4_CPtr cap;
        int count;
    } answer[8];              /* what each client got */
    seL4_CPtr deleted;
    int combined;             /* ReplyRecv system calls */
} k;

void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    assert_in_range(dest, REPLIES, REPLIES + REPLY_COUNT - 1);
    int client = k.holds[dest - REPLIES];
    k.holds[dest - REPLIES] = 0;
    k.answer[client].info = info;
    k.answer[client].mr0 = buffer.msg[0];
    k.answer[client].cap = seL4_MessageInfo_get_extraCaps(info) ? buffer.caps_or_badges[0] : 0;
    k.answer[client].count++;
}

seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *badge, seL4_CPtr reply)
{
    assert_int_equal(src, ENDPOINT);
    assert_in_range(reply, REPLIES, REPLIES + REPLY_COUNT - 1);
    int *holds = &k.holds[reply - REPLIES];
    if (*holds) {
        assert_int_equal(*holds, k.may_cancel);
        k.cancelled = *holds;
    }
    *holds = k.client;
    *badge = k.badge;
    if (k.client) {
        memcpy(buffer.msg, k.mr, sizeof k.mr);
    }
    return k.info;
}

seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t info, seL4_Word *badge, seL4_CPtr reply)
{
    k.combined++;
    seL4_Send(reply, info);
    return seL4_Recv(src, badge, reply);
}

seL4_Error seL4_CNode_Delete(seL4_CNode root, seL4_Word index, seL4_Uint8 depth)
{
    assert_int_equal(root, SELF_CNODE);
    assert_int_equal(depth, seL4_WordBits);
    k.deleted = index;
    return seL4_NoError;
}

/* Server behind every outgoing call: adds one to MR0 and returns it; label 70 answers "malformed". */
seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    assert_int_equal(dest, 7);
    buffer.msg[0]++;
    if (seL4_MessageInfo_get_label(info) == 70) {
        return seL4_MessageInfo_new(1, 0, 0, 0);
    }
    return seL4_MessageInfo_new(0, 0, buffer.receiveCNode == SELF_CNODE && buffer.receiveIndex == 33, 1);
}

seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    (void)mr1, (void)mr2, (void)mr3;
    buffer.msg[0] = *mr0;
    info = seL4_Call(dest, info);
    *mr0 = buffer.msg[0];
    return info;
}

/* ---- the component ------------------------------------------------------------------------------------------- */

static camkes_park_t parked;
static seL4_Word sender, signalled, dynamic_badge;
static seL4_Word page[CAMKES_PAGE_WORDS];
static bool dynamic_answer = true, dynamic_replies = true;

static void add_one(camkes_rpc_t *rpc)
{
    seL4_Word n = camkes_get_word(&rpc->in);
    if (camkes_bad(&rpc->in)) {
        return;
    }
    sender = camkes_sender();
    buffer.msg[0] = 0xdead; /* a handler that makes calls */
    camkes_put_word(&rpc->out, n + 1);
}

static void park(camkes_rpc_t *rpc)
{
    parked = camkes_park();
    if (camkes_deferred()) {
        return;
    }
    camkes_put_word(&rpc->out, 99);
}

static void give_cap(camkes_rpc_t *rpc)
{
    seL4_Word mode = camkes_get_word(&rpc->in);
    camkes_set_reply_cap(44, mode > 0);
    if (mode == 2) {
        (void)camkes_park();
    }
}

static bool dynamic(seL4_Word badge, seL4_MessageInfo_t info)
{
    dynamic_badge = badge;
    if (dynamic_answer && dynamic_replies) {
        seL4_SetMR(0, seL4_GetMR(0) * 2);
        camkes_raw_reply(info);
    }
    return dynamic_answer;
}

static void on_signal(void) { signalled++; }

static const camkes_method_t methods[] = { add_one, park, give_cap };
static void *const pages[] = { page };
static const struct camkes_interface interfaces[] = {
    { .methods = methods, .method_count = 3, .client_count = 2 },
    { .methods = methods, .pages = pages, .method_count = 2, .client_count = 1 },
};
static const struct camkes_source sources[] = { { .bit = 2, .handle = on_signal }, { .bit = 4, .handle = on_signal } };
static struct camkes_reply replies[REPLY_COUNT];
const struct camkes_component camkes_component = {
    .interfaces = interfaces, .interface_count = 2, .sources = sources, .source_count = 2, .replies = replies, .reply_count = REPLY_COUNT,
    .reply_base = REPLIES, .endpoint = ENDPOINT, .self_cnode = SELF_CNODE, .dynamic = dynamic,
};

static int setup(void **state)
{
    (void)state;
    memset(&k, 0, sizeof k);
    memset(&buffer, 0, sizeof buffer);
    memset(replies, 0, sizeof replies);
    memset(&camkes_state, 0, sizeof camkes_state);
    dynamic_answer = dynamic_replies = true;
    signalled = 0;
    return 0;
}

/* Client `client` calls with one argument; afterwards it was answered `answers` times in all. */
static void call(int client, seL4_Word badge, seL4_Word label, seL4_Word length, seL4_Word argument, int answers)
{
    k.client = client;
    k.badge = badge;
    k.info = seL4_MessageInfo_new(label, 0, 0, length);
    k.mr[0] = argument;
    camkes_serve();
    assert_int_equal(k.answer[client].count, answers);
}

static void refused(int client)
{
    assert_int_equal(seL4_MessageInfo_get_label(k.answer[client].info), CAMKES_REPLY_MALFORMED);
    assert_int_equal(seL4_MessageInfo_get_length(k.answer[client].info), 0);
}

/* ---- tests --------------------------------------------------------------------------------------------------- */

static void call_and_reply(void **state)
{
    (void)state;
    call(1, 2, 64, 1, 41, 1);
    assert_int_equal(seL4_MessageInfo_get_label(k.answer[1].info), 0);
    assert_int_equal(seL4_MessageInfo_get_length(k.answer[1].info), 1);
    assert_int_equal(k.answer[1].mr0, 42);
    assert_int_equal(sender, 1);
}

static void call_through_a_page(void **state)
{
    (void)state;
    page[0] = 41;
    call(1, 0x101, 64, 0, 0, 1);
    assert_int_equal(seL4_MessageInfo_get_length(k.answer[1].info), 0);
    assert_int_equal(page[0], 42);
}

static void malformed_requests_are_refused(void **state)
{
    (void)state;
    int n = 0;
    call(1, 2, 64, 0, 0, ++n); /* argument missing */
    refused(1);
    call(1, 2, 67, 1, 0, ++n); /* no such method */
    refused(1);
    call(1, 2, 3, 1, 0, ++n); /* a fault label */
    refused(1);
    call(1, 2, 0, 0, 0, ++n);
    refused(1);
    call(1, 0, 64, 1, 0, ++n); /* no badge */
    refused(1);
    call(1, 3, 64, 1, 0, ++n); /* no such client */
    refused(1);
    call(1, 0x201, 64, 1, 0, ++n); /* no such interface */
    refused(1);
    call(1, 0x3ffff01, 64, 1, 0, ++n);
    refused(1);
    call(1, 1, 64, 127, 1, ++n); /* longer than a message can be: read as 120 words */
    assert_int_equal(k.answer[1].mr0, 2);
}

static void parked_call_is_answered_later(void **state)
{
    (void)state;
    call(1, 1, 65, 0, 0, 0);
    assert_true(parked >= 0);
    call(2, 2, 64, 1, 1, 1); /* others are served meanwhile */
    camkes_stream_t s = camkes_reply_begin(parked);
    camkes_put_word(&s, 5);
    camkes_reply_end(parked, &s);
    assert_int_equal(k.answer[1].count, 1);
    assert_int_equal(k.answer[1].mr0, 5);
    camkes_reply_end(parked, &s); /* the handle is not valid any more */
    assert_int_equal(k.answer[1].count, 1);
    assert_int_equal(k.answer[0].count, 0);
}

static void as_many_as_there_are_reply_objects(void **state)
{
    (void)state;
    camkes_park_t first;
    call(1, 1, 65, 0, 0, 0);
    first = parked;
    call(2, 1, 65, 0, 0, 0);
    assert_int_not_equal(parked, first);
    call(3, 1, 65, 0, 0, 1); /* none is left: answered at once */
    assert_int_equal(parked, -1);
    assert_int_equal(k.answer[3].mr0, 99);
    camkes_raw_reply_to(first, seL4_MessageInfo_new(0, 0, 0, 0));
    assert_int_equal(k.answer[1].count, 1);
    call(4, 1, 65, 0, 0, 0);
    assert_int_equal(parked, REPLY_COUNT - 1); /* its object was the current one, the freed one is now */
}

static void dropped_caller_is_cancelled_by_the_next_use(void **state)
{
    (void)state;
    call(1, 1, 65, 0, 0, 0);
    camkes_park_t first = parked;
    camkes_unpark_drop(first);
    camkes_unpark_drop(first);
    camkes_unpark_drop(-1);
    camkes_unpark_drop(REPLY_COUNT);
    k.may_cancel = 1;
    call(2, 1, 65, 0, 0, 0); /* parks in the second object; the first becomes current */
    call(3, 1, 64, 1, 1, 1);
    assert_int_equal(k.cancelled, 1);
}

static void parking_outside_a_request(void **state)
{
    (void)state;
    assert_int_equal(camkes_park(), -1);
    assert_true(camkes_bad(&(camkes_stream_t){ NULL, NULL }));
    camkes_stream_t s = camkes_reply_begin(0);
    assert_true(camkes_bad(&s));
}

static void notifications(void **state)
{
    (void)state;
    k.badge = CAMKES_BADGE_NOTIFICATION | 2 | 4 | 8;
    k.info = seL4_MessageInfo_new(64, 0, 0, 1); /* left over from the last message */
    camkes_serve();
    assert_int_equal(signalled, 2);
    assert_int_equal(camkes_state.signals, 8);
    assert_int_equal(k.answer[0].count, 0);
}

static void dynamic_clients(void **state)
{
    (void)state;
    call(1, CAMKES_BADGE_DYNAMIC | 7, 77, 1, 21, 1);
    assert_int_equal(CAMKES_DYNAMIC_ID(dynamic_badge), 7);
    assert_int_equal(k.answer[1].mr0, 42);
    assert_int_equal(seL4_MessageInfo_get_label(k.answer[1].info), 77);
    dynamic_answer = false;
    call(1, CAMKES_BADGE_DYNAMIC | 7, 77, 1, 21, 2);
    refused(1);
    dynamic_answer = true;
    dynamic_replies = false;
    call(1, CAMKES_BADGE_DYNAMIC | 7, 6, 4, 0, 2); /* dropped, like a fault */
    k.may_cancel = 1;
    call(2, 1, 64, 1, 1, 1);
    assert_int_equal(k.cancelled, 1);
}

static void capability_in_the_reply(void **state)
{
    (void)state;
    call(1, 1, 66, 1, 0, 1);
    assert_int_equal(k.answer[1].cap, 44);
    assert_int_equal(k.deleted, 0);
    call(1, 1, 66, 1, 1, 2);
    assert_int_equal(k.answer[1].cap, 44);
    assert_int_equal(k.deleted, 44);
    call(1, 1, 64, 1, 1, 3); /* not in the next one */
    assert_int_equal(k.answer[1].cap, 0);
    k.deleted = 0;
    call(2, 1, 66, 1, 2, 0); /* parked: does not go with another reply */
    assert_int_equal(k.deleted, 44);
    call(3, 1, 64, 1, 1, 1);
    assert_int_equal(k.answer[3].cap, 0);
}

static void calls_to_others(void **state)
{
    (void)state;
    camkes_stream_t s = camkes_request(NULL);
    camkes_put_word(&s, 3);
    camkes_set_recv_slot(33);
    assert_true(camkes_call(7, 0, NULL, &s));
    assert_int_equal(camkes_get_word(&s), 4);
    assert_true(camkes_received_cap());
    assert_int_equal(camkes_get_word(&s), 0); /* the reply had one word */
    assert_true(camkes_bad(&s));
    s = camkes_request(NULL);
    assert_true(camkes_call(7, 0, NULL, &s));
    assert_false(camkes_received_cap());
    s = camkes_request(NULL);
    assert_false(camkes_call(7, 6, NULL, &s));
    assert_true(camkes_bad(&s));
    assert_false(camkes_call(7, 0, NULL, &s)); /* arguments did not fit */
    seL4_Word mr[4] = { 9 };
    assert_true(camkes_call_words(7, 0, 1, mr));
    assert_int_equal(mr[0], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(call_and_reply, setup),
        cmocka_unit_test_setup(call_through_a_page, setup),
        cmocka_unit_test_setup(malformed_requests_are_refused, setup),
        cmocka_unit_test_setup(parked_call_is_answered_later, setup),
        cmocka_unit_test_setup(as_many_as_there_are_reply_objects, setup),
        cmocka_unit_test_setup(dropped_caller_is_cancelled_by_the_next_use, setup),
        cmocka_unit_test_setup(parking_outside_a_request, setup),
        cmocka_unit_test_setup(notifications, setup),
        cmocka_unit_test_setup(dynamic_clients, setup),
        cmocka_unit_test_setup(capability_in_the_reply, setup),
        cmocka_unit_test_setup(calls_to_others, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
