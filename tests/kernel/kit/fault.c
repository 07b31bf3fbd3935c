/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Threads that do one system call and are expected to fault in it, and the handler's side.
 */
#include "kit.h"

struct call {
    long number;
    word_t a0, info, a6, t0;
};
static struct call calls[4];
static unsigned next_call;

word_t fault_recv(word_t ep, word_t reply)
{
    ipc_recv(ep, reply);
    return INFO_LABEL(self()->out.info);
}

static void one_syscall(word_t index)
{
    const struct call *c = &calls[index];
    struct thread *me = self();
    struct message m = {c->a0, c->info, {11, 12, 13, 14}};
    syscall(c->number, &m, c->a6, c->t0);
    me->seen[0] = 1;
    me->seen[1] = m.cap;
    me->seen[2] = m.info;
    for (unsigned i = 0; i < 4; i++) me->seen[3 + i] = m.mr[i];
    thread_stop();
}

struct thread *thread_for_syscall(long number, word_t a0, word_t info, word_t a6, word_t t0, word_t extra)
{
    word_t index = next_call++ % ARRAY_LENGTH(calls);
    calls[index] = (struct call){number, a0, info, a6, t0};
    struct thread *t = thread_new(one_syscall, index, TEST_PRIORITY + 10);
    t->buffer->caps_or_badges[0] = extra;
    return t;
}

struct thread *thread_with_syscall(word_t ep, long number, word_t a0, word_t info, word_t a6, word_t t0, word_t extra)
{
    struct thread *t = thread_for_syscall(number, a0, info, a6, t0, extra);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    return t;
}
