/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 7.4: contents of messages - registers, buffers, labels, badges.
 */
#include "kit/kit.h"

static word_t ep, reply;

static word_t pattern(unsigned i, word_t seed)
{
    return seed * 0x1001 + i * 0x11;
}

static void fill_mrs(word_t *mrs, unsigned n, word_t seed)
{
    for (unsigned i = 0; i < n; i++) mrs[i] = pattern(i, seed);
}

/* ---- contents ------------------------------------------------------------------------------------------------------- */

static void send_all_lengths(word_t unused)
{
    (void)unused;
    static word_t mrs[120];
    for (unsigned n = 0; n <= 120; n++) {
        fill_mrs(mrs, n, n);
        ipc_send(ep, INFO(n, 0, n), (struct list){n, mrs});
    }
    thread_stop();
}

static void receive_all_lengths(word_t priority)
{
    ep = endpoint_new();
    reply = reply_new();
    thread_start(thread_new(send_all_lengths, 0, priority));
    for (unsigned n = 0; n <= 120; n++) {
        EXPECT_EQ(ipc_recv(ep, reply), 0);
        EXPECT_EQ(self()->out.info, INFO(n, 0, n));
        for (unsigned i = 0; i < n; i++) EXPECT_EQ(got_mr(i), pattern(i, n));
    }
}

TEST(ipc, send_all_lengths_from_higher_priority) { receive_all_lengths(TEST_PRIORITY + 1); }
TEST(ipc, send_all_lengths_from_equal_priority) { receive_all_lengths(TEST_PRIORITY); }
TEST(ipc, send_all_lengths_from_lower_priority) { receive_all_lengths(TEST_PRIORITY - 1); }

/* Replies with every word plus one and the label plus one. */
static void echo_server(word_t unused)
{
    (void)unused;
    static word_t mrs[120];
    ipc_recv(ep, reply);
    for (;;) {
        word_t n = INFO_LENGTH(self()->out.info), label = INFO_LABEL(self()->out.info);
        for (unsigned i = 0; i < n; i++) mrs[i] = got_mr(i) + 1;
        ipc_reply_recv(ep, INFO(label + 1, 0, n), (struct list){n, mrs}, reply);
    }
}

static void call_all_lengths(word_t vspace, word_t priority, bool passive)
{
    static word_t mrs[120];
    ep = endpoint_new();
    reply = reply_new();
    struct thread *server = thread_new_in(vspace, echo_server, 0, priority);
    thread_start(server);
    settle();
    if (passive) EXPECT_OK(sc_unbind(server->sc));
    for (unsigned n = 0; n <= 120; n++) {
        fill_mrs(mrs, n, n);
        EXPECT_EQ(ipc_call(ep, INFO(n, 0, n), (struct list){n, mrs}), n + 1);
        EXPECT_EQ(self()->out.cap, 0);
        EXPECT_EQ(self()->out.info, INFO(n + 1, 0, n));
        for (unsigned i = 0; i < n; i++) EXPECT_EQ(got_mr(i), pattern(i, n) + 1);
    }
}

TEST(ipc, call_active_server_above) { call_all_lengths(ROOT_VSPACE, TEST_PRIORITY + 1, false); }
TEST(ipc, call_active_server_equal) { call_all_lengths(ROOT_VSPACE, TEST_PRIORITY, false); }
TEST(ipc, call_active_server_below) { call_all_lengths(ROOT_VSPACE, TEST_PRIORITY - 1, false); }
TEST(ipc, call_passive_server_above) { call_all_lengths(ROOT_VSPACE, TEST_PRIORITY + 1, true); }
TEST(ipc, call_passive_server_equal) { call_all_lengths(ROOT_VSPACE, TEST_PRIORITY, true); }
TEST(ipc, call_passive_server_below) { call_all_lengths(ROOT_VSPACE, TEST_PRIORITY - 1, true); }
TEST(ipc, call_active_server_in_another_vspace) { call_all_lengths(vspace_with_image(), TEST_PRIORITY + 1, false); }
TEST(ipc, call_passive_server_in_another_vspace) { call_all_lengths(vspace_with_image(), TEST_PRIORITY - 1, true); }

TEST(ipc, length_above_120_is_120)
{
    ep = endpoint_new();
    thread_with_syscall(0, SYS_SEND, ep, INFO(3, 0, 127), 0, 0, 0);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(3, 0, 120));
}

TEST(ipc, registers_beyond_the_length_keep_their_values)
{
    ep = endpoint_new();
    thread_with_syscall(0, SYS_SEND, ep, INFO(3, 0, 2), 0, 0, 0);
    sys(SYS_RECV, ep, 0, LIST(91, 92, 93, 94), reply_new(), 0);
    EXPECT_EQ(got_mr(0), 11);
    EXPECT_EQ(got_mr(1), 12);
    EXPECT_EQ(got_mr(2), 93);
    EXPECT_EQ(got_mr(3), 94);
}

TEST(ipc, label_is_carried_unmodified)
{
    ep = endpoint_new();
    word_t label = WORD_MAX >> 12;
    thread_with_syscall(0, SYS_SEND, ep, INFO(label, 0, 0), 0, 0, 0);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(INFO_LABEL(self()->out.info), label);
}

TEST(ipc, badge_of_the_senders_capability_is_received)
{
    ep = endpoint_new();
    thread_with_syscall(0, SYS_SEND, mint_new(ep, RIGHT_WRITE, 0xabcdef1), INFO(0, 0, 0), 0, 0, 0);
    EXPECT_EQ(ipc_recv(mint_new(ep, RIGHT_READ, 0x77), reply_new()), 0xabcdef1);
}

TEST(ipc, unwrapped_bits_of_the_sender_are_not_carried)
{
    ep = endpoint_new();
    thread_with_syscall(0, SYS_SEND, ep, INFO(1, 0, 0) | 7 << 9, 0, 0, 0);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(1, 0, 0));
}

TEST(ipc, sender_without_buffer_sends_four_words)
{
    ep = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_SEND, ep, INFO(1, 0, 10), 0, 0, 0);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, 0, 0));
    thread_start(t);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(1, 0, 4));
    EXPECT_EQ(got_mr(3), 14);
}

TEST(ipc, receiver_without_buffer_receives_four_words)
{
    ep = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_RECV, ep, 0, reply_new(), 0, 0);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, 0, 0));
    thread_start(t);
    ipc_send(ep, INFO(1, 0, 10), LIST(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    EXPECT_EQ(t->seen[2], INFO(1, 0, 4));
    EXPECT_EQ(t->seen[6], 4);
}

TEST(ipc, read_only_buffer_can_send_but_not_receive)
{
    ep = endpoint_new();
    struct thread *t = thread_for_syscall(SYS_RECV, ep, 0, reply_new(), 0, 0);
    word_t read_only = copy_new(t->buffer_frame, RIGHT_READ);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, (word_t)t->buffer, read_only));
    thread_start(t);
    ipc_send(ep, INFO(1, 0, 6), LIST(1, 2, 3, 4, 5, 6));
    EXPECT_EQ(t->seen[2], INFO(1, 0, 4));
    struct thread *u = thread_for_syscall(SYS_SEND, ep, INFO(1, 0, 6), 0, 0, 0);
    u->buffer->msg[5] = 0x99;
    read_only = copy_new(u->buffer_frame, RIGHT_READ);
    EXPECT_OK(tcb_set_ipc_buffer(u->tcb, (word_t)u->buffer, read_only));
    thread_start(u);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(1, 0, 6));
    EXPECT_EQ(got_mr(5), 0x99);
}

TEST(ipc, kernel_never_touches_the_buffers_first_words)
{
    ep = endpoint_new();
    thread_with_syscall(0, SYS_SEND, ep, INFO(1, 0, 6), 0, 0, 0);
    seL4_IPCBuffer *b = self()->buffer;
    b->tag = 0x1111;
    b->userData = 0x2222;
    for (unsigned i = 0; i < 4; i++) b->msg[i] = 0x3333 + i;
    ipc_recv(ep, reply_new());
    EXPECT_EQ(b->tag, 0x1111);
    EXPECT_EQ(b->userData, 0x2222);
    for (unsigned i = 0; i < 4; i++) EXPECT_EQ(b->msg[i], 0x3333 + i);
}

/* ---- short messages between a waiting server and its clients ------------------------------------------------------ */

static struct message served;
static volatile word_t answer_length;

/* Presets its message registers before each receive, so that what the kernel leaves alone can be told from what it wrote. */
static void serve_presets(word_t unused)
{
    (void)unused;
    struct message m = {ep, 0, {0x71, 0x72, 0x73, 0x74}};
    syscall(SYS_RECV, &m, reply, 0);
    for (;;) {
        served = m;
        m = (struct message){ep, INFO(2, 0, answer_length), {0x71, 0x72, 0x73, 0x74}};
        syscall(SYS_REPLY_RECV, &m, reply, 0);
    }
}

static void short_calls(bool passive)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *server = thread_new(serve_presets, 0, TEST_PRIORITY + 1);
    thread_start(server);
    if (passive) EXPECT_OK(sc_unbind(server->sc));
    for (word_t n = 0; n <= 4; n++) {
        for (word_t back = 0; back <= 4; back++) {
            answer_length = back;
            sys(SYS_CALL, ep, INFO(1, 0, n), LIST(0x11, 0x12, 0x13, 0x14), 0, 0);
            EXPECT_EQ(served.info, INFO(1, 0, n));
            EXPECT_EQ(self()->out.info, INFO(2, 0, back));
            for (word_t i = 0; i < 4; i++) {
                EXPECT_EQ(served.mr[i], i < n ? 0x11 + i : 0x71 + i);
                EXPECT_EQ(got_mr(i), i < back ? 0x71 + i : 0x11 + i);
            }
        }
    }
}

TEST(ipc, short_calls_to_an_active_server_touch_only_their_length) { short_calls(false); }
TEST(ipc, short_calls_to_a_passive_server_touch_only_their_length) { short_calls(true); }
