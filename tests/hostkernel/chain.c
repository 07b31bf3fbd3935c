/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "chain.h"

#define SELF seL4_CapInitThreadTCB

tcb_t *client, *servers[HOPS], *root;
sched_context_t *lent;

void root_priority(word_t prio) { call(SELF, TCBSetPriority, WORDS(SELF), WORDS(prio)); }
void root_again(void)
{
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(255));
    assert_ptr_equal(ks.current, root);
}

void chain(word_t hops)
{
    make_ipc_objects();
    root = ks.current;
    client = make_thread(UNTYPED, FIRST, 100, 10000, 20000);
    lent = client->sc;
    assert_int_equal(retype(UNTYPED, seL4_EndpointObject, 0, SERVER_EP(0), HOPS), 0);
    assert_int_equal(retype(UNTYPED, seL4_ReplyObject, 0, SERVER_REPLY(0), HOPS), 0);
    for (word_t n = 0; n < hops; n++) {
        servers[n] = make_thread(UNTYPED, SERVER(n), 101 + n, 10000, 10000);
        start_thread(SERVER(n));
        root_priority(1);
        assert_ptr_equal(ks.current, servers[n]);
        syscall_with(seL4_SysRecv, SERVER_EP(n), 0, SERVER_REPLY(n));
        assert_int_equal(call(SERVER(n) + 2, SchedContextUnbind, NONE, NONE), 0);
        root_priority(255);
    }
    start_thread(FIRST);
    root_priority(1);
    assert_ptr_equal(ks.current, client);
    for (word_t n = 0; n < hops; n++) {
        syscall_with(seL4_SysCall, SERVER_EP(n), 1, 0);
        assert_ptr_equal(ks.current, servers[n]);
        assert_ptr_equal(servers[n]->sc, lent);
    }
}

void reply_and_wait(word_t n) { syscall_with(seL4_SysReplyRecv, SERVER_EP(n), 1, SERVER_REPLY(n)); }
