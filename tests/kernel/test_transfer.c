/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 7.4: capabilities in messages.
 */
#include "kit/kit.h"

static word_t ep, badged, ntfn, slot;

/* A thread sends N capabilities through VIA; the root task receives them into SLOT (0: no receive slot). */
static struct thread *send_caps(word_t via, unsigned n, word_t a, word_t b, word_t c)
{
    struct thread *t = thread_for_syscall(SYS_SEND, via, INFO(1, n, 1), 0, 0, a);
    t->buffer->caps_or_badges[1] = b;
    t->buffer->caps_or_badges[2] = c;
    thread_start(t);
    return t;
}

static void set_receive_slot(word_t s)
{
    seL4_IPCBuffer *buffer = self()->buffer;
    buffer->receiveCNode = s ? ROOT_CNODE : 0;
    buffer->receiveIndex = s;
    buffer->receiveDepth = WORD_BITS;
    for (unsigned i = 0; i < 3; i++) buffer->caps_or_badges[i] = 0xdead0 + i;
}

static void setup(void)
{
    ep = endpoint_new();
    badged = mint_new(ep, ALL_RIGHTS, 0x44);
    ntfn = notification_new();
    slot = slot_new();
    set_receive_slot(slot);
}

/* The examples of 7.4: what the receiver is told. */
static void expect_transfer(word_t a, word_t b, word_t c, unsigned n, word_t caps, word_t unwrapped)
{
    word_t reply = reply_new();
    send_caps(ep, n, a, b, c);
    set_receive_slot(slot);
    ipc_recv(ep, reply);
    EXPECT_EQ(INFO_LENGTH(self()->out.info), 1);
    EXPECT_EQ(INFO_LABEL(self()->out.info), 1);
    EXPECT_EQ(INFO_CAPS(self()->out.info), caps);
    EXPECT_EQ(INFO_UNWRAPPED(self()->out.info), unwrapped);
    for (unsigned i = 0; i < 3; i++)
        EXPECT_EQ(self()->buffer->caps_or_badges[i], unwrapped >> i & 1 ? 0x44 : 0xdead0 + i);
}

TEST(transfer, one_capability_arrives)
{
    setup();
    expect_transfer(ntfn, 0, 0, 1, 1, 0);
    ipc_signal(slot);
    EXPECT_EQ(ipc_poll(ntfn), 0);
    EXPECT(!slot_is_empty(slot));
    EXPECT_OK(cnode_revoke(ntfn)); /* derived like a copy */
    EXPECT(slot_is_empty(slot));
}

TEST(transfer, endpoint_of_the_message_is_unwrapped)
{
    setup();
    expect_transfer(badged, 0, 0, 1, 1, 1);
    EXPECT(slot_is_empty(slot));
}

TEST(transfer, unbadged_capability_to_the_endpoint_is_unwrapped_too)
{
    setup();
    send_caps(ep, 1, ep, 0, 0);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(INFO_UNWRAPPED(self()->out.info), 1);
    EXPECT_EQ(self()->buffer->caps_or_badges[0], 0);
}

TEST(transfer, unwrap_transfer_unwrap)
{
    setup();
    expect_transfer(badged, ntfn, badged, 3, 3, 5);
    EXPECT(!slot_is_empty(slot));
}

TEST(transfer, second_real_capability_ends_processing)
{
    setup();
    expect_transfer(ntfn, badged, ntfn, 3, 2, 2);
    EXPECT_OK(cnode_delete(slot));
    expect_transfer(badged, badged, ntfn, 3, 3, 3);
    EXPECT_OK(cnode_delete(slot));
    expect_transfer(ntfn, ntfn, 0, 2, 1, 0);
}

TEST(transfer, empty_source_slot_ends_processing)
{
    setup();
    expect_transfer(0, badged, 0, 2, 0, 0);
    expect_transfer(badged, 0, badged, 3, 1, 1);
    EXPECT(slot_is_empty(slot));
}

TEST(transfer, occupied_receive_slot_ends_processing)
{
    setup();
    EXPECT_OK(cnode_copy(slot, ntfn, ALL_RIGHTS));
    expect_transfer(badged, ntfn, badged, 3, 1, 1);
}

TEST(transfer, no_receive_slot_ends_processing)
{
    setup();
    slot = 0;
    expect_transfer(badged, ntfn, badged, 3, 1, 1);
}

TEST(transfer, underivable_capability_ends_processing)
{
    setup();
    expect_transfer(table_new(), badged, 0, 2, 0, 0); /* an unmapped page table */
    EXPECT(slot_is_empty(slot));
    expect_transfer(seL4_CapIRQControl, badged, 0, 2, 0, 0);
    EXPECT(slot_is_empty(slot));
}

TEST(transfer, only_with_grant)
{
    setup();
    send_caps(mint_new(ep, RIGHT_WRITE | RIGHT_GRANT_REPLY, 3), 2, badged, ntfn, 0);
    EXPECT_EQ(ipc_recv(ep, reply_new()), 3);
    EXPECT_EQ(self()->out.info, INFO(1, 0, 1));
    EXPECT(slot_is_empty(slot));
    send_caps(mint_new(ep, RIGHT_WRITE | RIGHT_GRANT, 3), 1, ntfn, 0, 0);
    EXPECT_EQ(ipc_recv(ep, reply_new()), 3);
    EXPECT_EQ(self()->out.info, INFO(1, 1, 1));
    EXPECT(!slot_is_empty(slot));
}

TEST(transfer, to_a_receiver_that_waits)
{
    setup();
    struct thread *t = thread_for_syscall(SYS_RECV, ep, 0, reply_new(), 0, 0);
    t->buffer->receiveCNode = ROOT_CNODE;
    t->buffer->receiveIndex = slot;
    t->buffer->receiveDepth = WORD_BITS;
    thread_start(t);
    self()->buffer->caps_or_badges[0] = badged;
    self()->buffer->caps_or_badges[1] = ntfn;
    ipc_send(ep, INFO(1, 2, 0), NONE);
    EXPECT_EQ(t->seen[2], INFO(1, 2, 0) | 1 << 9);
    EXPECT_EQ(t->buffer->caps_or_badges[0], 0x44);
    EXPECT(!slot_is_empty(slot));
}

TEST(transfer, keeps_badge_and_rights)
{
    setup();
    word_t n = mint_new(ntfn, RIGHT_WRITE, 0x31);
    expect_transfer(n, 0, 0, 1, 1, 0);
    ipc_signal(slot);
    EXPECT_EQ(ipc_poll(ntfn), 0x31);
    EXPECT_IO(tcb_bind_notification(tcb_new(), slot)); /* no Read */
}

TEST(transfer, receive_slot_in_an_inner_cnode)
{
    setup();
    word_t inner = cnode_new(4);
    send_caps(ep, 1, ntfn, 0, 0);
    self()->buffer->receiveCNode = inner;
    self()->buffer->receiveIndex = 9;
    self()->buffer->receiveDepth = 4;
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(1, 1, 1));
    EXPECT_DF(invoke(inner, CNodeCopy, LIST(ROOT_CNODE), LIST(9, 4, ROOT_TCB, WORD_BITS, 15)));
}

TEST(transfer, bad_receive_depth_is_no_slot)
{
    setup();
    send_caps(ep, 1, ntfn, 0, 0);
    self()->buffer->receiveDepth = WORD_BITS - 1;
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(1, 0, 1));
    send_caps(ep, 1, ntfn, 0, 0);
    self()->buffer->receiveDepth = 0;
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(1, 0, 1));
}

TEST(transfer, sender_without_buffer_sends_no_capabilities)
{
    setup();
    struct thread *t = thread_for_syscall(SYS_SEND, ep, INFO(1, 1, 1), 0, 0, ntfn);
    EXPECT_OK(tcb_set_ipc_buffer(t->tcb, 0, 0));
    thread_start(t);
    ipc_recv(ep, reply_new());
    EXPECT_EQ(self()->out.info, INFO(1, 0, 1));
}

TEST(transfer, resolve_failure_at_delivery_drops_all_capabilities)
{
    setup();
    struct thread *t = send_caps(ep, 2, badged, ntfn, 0);
    EXPECT_OK(tcb_set_space(t->tcb, 0, ROOT_CNODE, cnode_data(1, 8), ROOT_VSPACE)); /* nothing resolves any more */
    EXPECT_EQ(ipc_recv(ep, reply_new()), 0);
    EXPECT_EQ(self()->out.info, INFO(1, 0, 1));
}

TEST(transfer, untyped_with_children_does_not_travel)
{
    setup();
    word_t ut = untyped_new(12);
    EXPECT_OK(untyped_retype(ut, seL4_EndpointObject, 0, ROOT_CNODE, 0, 0, slot_new(), 1));
    expect_transfer(ut, 0, 0, 1, 0, 0);
    EXPECT_OK(cnode_revoke(ut));
    expect_transfer(ut, 0, 0, 1, 1, 0);
}

TEST(transfer, mapped_frame_arrives_unmapped)
{
    setup();
    word_t frame = frame_new();
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, 3, 0));
    expect_transfer(frame, 0, 0, 1, 1, 0);
    EXPECT_OK(page_map(slot, ROOT_VSPACE, TEST_VADDR + PAGE_SIZE, 3, 0));
}

/* A caller that offers receive slot SLOT for the reply. */
static struct thread *caller_with_slot(void)
{
    struct thread *t = thread_for_syscall(SYS_CALL, ep, INFO(1, 0, 0), 0, 0, 0);
    t->buffer->receiveCNode = ROOT_CNODE;
    t->buffer->receiveIndex = slot;
    t->buffer->receiveDepth = WORD_BITS;
    thread_start(t);
    return t;
}

TEST(transfer, reply_carries_capabilities)
{
    setup();
    word_t reply = reply_new();
    struct thread *t = caller_with_slot();
    ipc_recv(ep, reply);
    self()->buffer->caps_or_badges[0] = ntfn;
    ipc_send(reply, INFO(2, 1, 0), NONE);
    EXPECT_EQ(t->seen[2], INFO(2, 1, 0));
    EXPECT(!slot_is_empty(slot));
}

TEST(transfer, reply_without_grant_carries_none)
{
    setup();
    word_t reply = reply_new(), plain = copy_new(reply, ALL_RIGHTS & ~RIGHT_GRANT);
    struct thread *t = caller_with_slot();
    ipc_recv(ep, reply);
    self()->buffer->caps_or_badges[0] = ntfn;
    ipc_send(plain, INFO(2, 1, 0), NONE);
    EXPECT_EQ(t->seen[2], INFO(2, 0, 0));
    EXPECT(slot_is_empty(slot));
}

TEST(transfer, reply_never_unwraps)
{
    setup();
    word_t reply = reply_new();
    struct thread *t = caller_with_slot();
    ipc_recv(ep, reply);
    self()->buffer->caps_or_badges[0] = badged;
    ipc_send(reply, INFO(2, 1, 0), NONE);
    EXPECT_EQ(t->seen[2], INFO(2, 1, 0));
    EXPECT(!slot_is_empty(slot));
}
