/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * System calls that go nowhere, calls, and replies. "call" is from the client's ecall to the first instruction of the
 * server, "reply_recv" from the server's ecall to the first instruction of the client.
 */
#include "bench.h"

static word_t ep, reply;
static volatile word_t reply_info;

void bench_syscalls(void)
{
    word_t n = notification_new();
    for (unsigned i = 0; i < SAMPLES; i++) add(timed(SYS_NBSEND, 0, 0, NONE, 0));
    report("null_syscall");
    for (unsigned i = 0; i < SAMPLES; i++) add(timed(SYS_CALL, 0, 0, NONE, 0));
    report("error_reply");
    for (unsigned i = 0; i < SAMPLES; i++) add(timed(SYS_YIELD, 0, 0, NONE, 0));
    report("yield_alone");
    for (unsigned i = 0; i < SAMPLES; i++) add(timed(SYS_NBWAIT, n, 0, NONE, 0));
    report("poll_empty");
}

static void serve(word_t unused)
{
    (void)unused;
    struct message m = {ep, 0, {0}};
    peer.after = timed_syscall(SYS_RECV, &m, reply).after;
    for (;;) {
        m.cap = ep;
        m.info = reply_info;
        struct stamps s = timed_syscall(SYS_REPLY_RECV, &m, reply);
        peer.before = s.before;
        peer.after = s.after;
    }
}

static struct thread *server_in(word_t vspace, word_t priority)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = thread_new_in(vspace, serve, 0, priority);
    thread_start(t);
    settle();
    EXPECT_OK(sc_unbind(t->sc)); /* a passive server: it runs on its clients' time */
    return t;
}

/* words each way; the two rows are printed as call_SUFFIX and reply_recv_SUFFIX. */
static void rounds(word_t words, word_t reply_words, const char *call_name, const char *reply_name)
{
    word_t calls[SAMPLES], replies[SAMPLES], previous = 0;
    reply_info = INFO(0, 0, reply_words);
    for (unsigned i = 0; i < SAMPLES + 2; i++) {
        timed(SYS_CALL, ep, INFO(0, 0, words), LIST(1, 2, 3, 4), 0);
        if (i >= 2) {
            calls[i - 2] = peer.after - last.before - calibration;
            replies[i - 2] = previous - peer.before - calibration;
        }
        previous = last.after; /* the server stores its stamps when it runs next */
    }
    for (unsigned i = 0; i < SAMPLES; i++) add(calls[i]);
    report(call_name);
    for (unsigned i = 0; i < SAMPLES; i++) add(replies[i]);
    report(reply_name);
}

static void call_with_capability(void)
{
    word_t n = notification_new(), slot = slot_new();
    struct thread *t = server_in(other_vspace, HIGHER);
    t->buffer->receiveCNode = ROOT_CNODE;
    t->buffer->receiveIndex = slot;
    t->buffer->receiveDepth = WORD_BITS;
    reply_info = INFO(0, 0, 0);
    for (unsigned i = 0; i < SAMPLES; i++) {
        self()->buffer->caps_or_badges[0] = n;
        timed(SYS_CALL, ep, INFO(0, 1, 0), NONE, 0);
        add(peer.after - last.before - calibration);
        EXPECT_OK(cnode_delete(slot));
    }
    report("call_capability");
}

void bench_ipc(void)
{
    server_in(other_vspace, HIGHER);
    rounds(0, 0, "call_0", "reply_recv_0");
    rounds(4, 4, "call_4", "reply_recv_4");
    rounds(10, 10, "call_10", "reply_recv_10");
    rounds(10, 0, "call_10_answer_0", "reply_recv_10_answer_0");
    rounds(120, 120, "call_120", "reply_recv_120");
    server_in(other_vspace, LOWER);
    rounds(0, 0, "call_0_to_lower", "reply_recv_0_to_higher");
    server_in(ROOT_VSPACE, HIGHER);
    rounds(0, 0, "call_0_same_space", "reply_recv_0_same_space");
    call_with_capability();
}
