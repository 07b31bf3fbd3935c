/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Rows of the check-list of chapter 14 that combine several objects; each test says which. The README has the table of the others.
 */
#include "kit/kit.h"

static struct thread *passive(void (*body)(word_t), word_t arg, word_t priority)
{
    struct thread *t = thread_new(body, arg, priority);
    thread_start(t);
    settle();
    EXPECT_OK(sc_unbind(t->sc));
    return t;
}

/* ---- BIND005, IPC0024, SCHED_CONTEXT_0008 ----------------------------------------------------------------------------- */

TEST(checklist, bind005_a_signal_waits_for_the_scheduling_context_of_the_bound_thread)
{
    word_t n = notification_new();
    struct thread *t = thread_for_syscall(SYS_RECV, endpoint_new(), 0, reply_new(), 0, 0);
    EXPECT_OK(tcb_bind_notification(t->tcb, n));
    thread_start(t);
    EXPECT_OK(sc_unbind(t->sc));
    ipc_signal(mint_new(n, ALL_RIGHTS, 9));
    settle();
    EXPECT_EQ(t->seen[0], 0);
    EXPECT_OK(sc_bind(t->sc, t->tcb)); /* the receive is over: not a blocked thread any more */
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(t->seen[1], 9);
}

static word_t ep, reply;

static void receive_and_stay(word_t gate)
{
    ipc_recv(ep, reply);
    self()->progress = 1;
    ipc_wait(gate);
    self()->progress = 2;
    ipc_send(reply, INFO(9, 0, 0), NONE);
    self()->progress = 3;
    thread_stop();
}

TEST(checklist, ipc0024_reply_object_deleted_first_then_the_scheduling_context)
{
    word_t gate = notification_new();
    ep = endpoint_new();
    reply = reply_new();
    struct thread *s = passive(receive_and_stay, gate, TEST_PRIORITY + 1);
    struct thread *c = thread_with_syscall(0, SYS_CALL, ep, INFO(5, 0, 1), 0, 0, 0);
    EXPECT_EQ(s->progress, 1);
    EXPECT_OK(cnode_delete(reply));
    EXPECT_OK(cnode_delete(c->sc));
    ipc_signal(gate);
    settle();
    EXPECT_EQ(s->progress, 1); /* nothing to run on */
    EXPECT_OK(sc_bind(s->sc, s->tcb));
    EXPECT_OK(tcb_set_priority(s->tcb, ROOT_TCB, TEST_PRIORITY - 1)); /* its Send has nobody to go to: the slot is empty */
    settle();
    EXPECT_EQ(s->progress, 3);
    EXPECT_EQ(c->seen[0], 0);
}

TEST(checklist, sched_context0008_server_deleted_on_a_context_that_was_handed_over)
{
    word_t gate = notification_new(), back = endpoint_new();
    ep = endpoint_new();
    reply = reply_new();
    struct thread *s = passive(receive_and_stay, gate, TEST_PRIORITY + 1);
    struct thread *c = thread_with_syscall(0, SYS_NBSEND_WAIT, back, INFO(1, 0, 0), ep, 0, 0);
    EXPECT_EQ(s->progress, 1);
    EXPECT_OK(cnode_delete(s->tcb));
    EXPECT_OK(sc_bind(c->sc, c->tcb)); /* free again; c still waits */
    EXPECT_EQ(c->seen[0], 0);
    ipc_nbsend(back, INFO(2, 0, 0), NONE);
    EXPECT_EQ(c->seen[2], INFO(2, 0, 0));
}

/* ---- TIMEOUTFAULT0002, TIMEOUTFAULT0003 --------------------------------------------------------------------------------- */

static word_t faults, fault_reply;
static volatile word_t spins, restarts;

struct hop {
    word_t service, reply; /* of this server */
    word_t next;           /* endpoint that it calls; 0: it spins for ever */
    struct thread *thread;
};
static struct hop hops[2];

static void serve(word_t number)
{
    struct hop *h = &hops[number];
    restarts++;
    ipc_recv(h->service, h->reply);
    while (h->next == 0) spins++;
    ipc_call(h->next, INFO(1, 0, 0), NONE);
    for (;;) spins++;
}

static void make_server(unsigned number, word_t next)
{
    struct hop *h = &hops[number];
    *h = (struct hop){endpoint_new(), reply_new(), next, NULL};
    h->thread = passive(serve, number, TEST_PRIORITY - 1 + number);
    EXPECT_OK(tcb_set_timeout_endpoint(h->thread->tcb, mint_new(faults, ALL_RIGHTS, 0x70 + number)));
}

static void expect_timeout_of(unsigned number)
{
    EXPECT_EQ(ipc_recv(faults, fault_reply), 0x70 + number);
    EXPECT_EQ(self()->out.info, INFO(seL4_Fault_Timeout, 0, IS_64BIT ? 2 : 3));
    EXPECT_EQ(got_mr(0), 0xc11e);
}

/* The handler answers for the server, gives it its own context and lets it begin anew, then takes the context away. */
static void reset_server(unsigned number)
{
    struct hop *h = &hops[number];
    struct thread *t = h->thread;
    word_t before = restarts;
    ipc_send(h->reply, INFO(4, 0, 0), NONE);
    EXPECT_OK(sc_bind(t->sc, t->tcb));
    word_t regs[32] = {[0] = (word_t)serve, [2] = t->stack_top, [16] = number, [17] = (word_t)t->seen, [31] = (word_t)t};
    for (unsigned i = 4; i < 32; i++) self()->buffer->msg[i] = regs[i];
    ipc_send(fault_reply, INFO(0, 0, 32), (struct list){4, regs});
    settle();
    EXPECT_EQ(restarts, before + 1);
    EXPECT_OK(sc_unbind(t->sc));
}

static struct thread *client_of(word_t service, word_t budget)
{
    struct thread *c = thread_for_syscall(SYS_CALL, service, INFO(1, 0, 0), 0, 0, 0);
    EXPECT_OK(sc_configure(c->sc, budget, 100000, 0, 0xc11e, 0));
    thread_start(c);
    return c;
}

static void timeout_setup(void)
{
    faults = endpoint_new();
    fault_reply = reply_new();
    spins = restarts = 0;
}

TIMED_TEST(checklist, timeoutfault0002_handler_resets_the_server_and_the_client_goes_on)
{
    timeout_setup();
    make_server(0, 0);
    for (word_t round = 0; round < 3; round++) {
        struct thread *c = client_of(hops[0].service, 1000);
        expect_timeout_of(0);
        EXPECT(spins > 0);
        reset_server(0);
        sleep_us(110000); /* the next period of the client */
        EXPECT_EQ(c->seen[2], INFO(4, 0, 0));
    }
}

TIMED_TEST(checklist, timeoutfault0003_servers_of_a_chain_fault_one_after_the_other)
{
    timeout_setup();
    make_server(1, 0);
    make_server(0, hops[1].service);
    struct thread *c = client_of(hops[0].service, 1000);
    expect_timeout_of(1);
    EXPECT_EQ(c->seen[0], 0);
    reset_server(1); /* the context goes to server 0 with no budget left: its fault */
    expect_timeout_of(0);
    reset_server(0);
    sleep_us(110000);
    EXPECT_EQ(c->seen[2], INFO(4, 0, 0));
    EXPECT_IO(sc_bind(c->sc, hops[0].thread->tcb)); /* everybody has his own */
}

/* ---- SYNC004, SERSERV -------------------------------------------------------------------------------------------------- */

static word_t block, served[4];
static volatile unsigned served_count;

static void wait_in_turn(word_t number)
{
    ipc_wait(block);
    served[served_count++] = number;
    ipc_signal(block);
    thread_stop();
}

TEST(checklist, sync004_a_broadcast_passed_on_by_the_woken_wakes_everybody_in_order)
{
    block = notification_new();
    served_count = 0;
    for (word_t i = 0; i < 4; i++) thread_start(thread_new(wait_in_turn, i, TEST_PRIORITY + 1));
    EXPECT_EQ(served_count, 0);
    ipc_signal(block);
    EXPECT_EQ(served_count, 4);
    for (word_t i = 0; i < 4; i++) EXPECT_EQ(served[i], i);
    EXPECT_EQ(ipc_poll(block), 0);
}

TEST(checklist, vspace0006_a_thread_runs_in_an_asid_of_the_last_pool)
{
    word_t pools = (word_t)1 << seL4_NumASIDPoolsBits, slots = slots_new(pools), untypeds = slots_new(pools);
    EXPECT_OK(untyped_retype(test_untyped, seL4_UntypedObject, 12, ROOT_CNODE, 0, 0, untypeds, pools - 1));
    for (word_t i = 0; i < pools - 1; i++) EXPECT_OK(asid_make_pool(untypeds + i, slots + i));
    word_t vspace = table_new(), handler = endpoint_new();
    EXPECT_OK(asid_assign(slots + pools - 2, vspace));
    vspace_add_image(vspace);
    struct thread *t = thread_new_in(vspace, fault_syscall, 99, TEST_PRIORITY + 1);
    EXPECT_OK(tcb_set_space(t->tcb, handler, ROOT_CNODE, PLAIN_GUARD(boot_info->initThreadCNodeSizeBits), vspace));
    thread_start(t);
    EXPECT_EQ(fault_recv(handler, reply_new()), seL4_Fault_UnknownSyscall);
}
