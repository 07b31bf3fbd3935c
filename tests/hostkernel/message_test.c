/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What arrives of a message: words, capabilities, badges (sel4-abi.md 2.5, 7.4), on the fast and on the general path. */
#include "tests.h"

#include <object/cnode.h>

#define ROOT seL4_CapInitThreadCNode
#define SELF seL4_CapInitThreadTCB
#define CAPS(n) ((word_t)(n) << INFO_CAPS_SHIFT)
#define UNWRAPPED(n) ((word_t)(n) << INFO_UNWRAPPED_SHIFT)

/* FIRST (prio 100) waits on EP for the root task's messages, with REPLY. The root task runs. */
static tcb_t *receiver(void)
{
    tcb_t *root = ks.current, *t;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    start_thread(FIRST);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    assert_ptr_equal(ks.current, t);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_ptr_equal(ks.current, root);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(200));
    return t;
}

static void receive_again(tcb_t *t)
{
    tcb_t *root = ks.current;
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
    assert_ptr_equal(ks.current, t);
    syscall_with(seL4_SysRecv, EP, 0, REPLY);
    assert_ptr_equal(ks.current, root);
    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(200));
}

static void want_cap(const tcb_t *t, word_t index, word_t depth)
{
    word_t *buffer = tcb_ipc_buffer(t, true);
    buffer[BUFFER_RECEIVE_CNODE] = ROOT;
    buffer[BUFFER_RECEIVE_INDEX] = index;
    buffer[BUFFER_RECEIVE_DEPTH] = depth;
}

static word_t word_of(const tcb_t *t, word_t n)
{
    return n < REG_MESSAGE_COUNT ? t->context.reg[REG_MESSAGE + n] : tcb_ipc_buffer(t, false)[BUFFER_MR(n)];
}

/* Every length; what is behind the message is not touched. */
static void words(void **state)
{
    tcb_t *t = receiver();
    word_t values[seL4_MsgMaxLength];
    (void)state;
    for (word_t length = 0; length <= seL4_MsgMaxLength; length += length < 14 ? 1 : 53) {
        for (word_t i = 0; i < seL4_MsgMaxLength; i++)
            values[i] = length * 1000 + i;
        for (word_t i = 0; i < 4; i++)
            t->context.reg[REG_MESSAGE + i] = 7;
        for (word_t i = 4; i < seL4_MsgMaxLength; i++)
            tcb_ipc_buffer(t, true)[BUFFER_MR(i)] = 7;
        put_message(EP, 5, NONE, values, length);
        host_syscall(seL4_SysSend);
        assert_int_equal(t->context.reg[REG_INFO], info_make(5, length));
        for (word_t i = 0; i < seL4_MsgMaxLength; i++)
            assert_int_equal(word_of(t, i), i < length ? values[i] : 7);
        receive_again(t);
    }
    put_message(EP, 5, NONE, NONE);
    ks.current->context.reg[REG_INFO] = info_make(5, 127);
    host_syscall(seL4_SysSend);
    assert_int_equal(t->context.reg[REG_INFO], info_make(5, seL4_MsgMaxLength));
}

/* Without buffers, or with one that may not be written, what is in registers arrives, and no capability. */
static void buffers_that_are_missing(void **state)
{
    (void)state;
    for (int which = 0; which < 3; which++, fresh_system(state)) {
        tcb_t *t = receiver();
        want_cap(t, FREE, DEPTH);
        if (which == 0) {
            assert_int_equal(call(FIRST, TCBSetIPCBuffer, WORDS(0), WORDS(0)), 0);
        } else if (which == 1) {
            copy_cap(FREE + 1, FIRST + 1, RIGHT_READ);
            assert_int_equal(call(FIRST, TCBSetIPCBuffer, WORDS(FREE + 1), WORDS(BUFFER_VADDR)), 0);
            assert_non_null(tcb_ipc_buffer(t, false));
            assert_null(tcb_ipc_buffer(t, true));
        }
        put_message(EP, 5, WORDS(NTFN), WORDS(1, 2, 3, 4, 5, 6));
        if (which == 2) /* the sender's */
            slot_delete_now(&ks.current->slots[TCB_BUFFER]);
        host_syscall(seL4_SysSend);
        assert_int_equal(t->context.reg[REG_INFO], info_make(5, 4));
        assert_int_equal(t->context.reg[REG_MESSAGE + 3], 4);
        assert_true(slot_is_empty(host_slot(t, FREE)));
    }
    /* a buffer that may only be written is none at all */
    receiver();
    copy_cap(FREE + 1, FIRST + 1, RIGHT_WRITE);
    assert_int_equal(call(FIRST, TCBSetIPCBuffer, WORDS(FREE + 1), WORDS(BUFFER_VADDR)), 0);
    assert_null(tcb_ipc_buffer(thread_in(FIRST), false));
    assert_null(tcb_ipc_buffer(thread_in(FIRST), true));
}

/* {capabilities sent; fields of the receiver's info word; what is in FREE then} */
static void capabilities(void **state)
{
    enum { BADGED = FREE + 2, SENDER = FREE + 3 };
    const struct {
        word_t caps[3], count, info, tag;
    } cases[] = {
        {{NTFN}, 1, CAPS(1), CAP_NOTIFICATION},
        {{BADGED, NTFN}, 2, CAPS(2) | UNWRAPPED(1), CAP_NOTIFICATION},
        {{NTFN, EP, BADGED}, 3, CAPS(3) | UNWRAPPED(6), CAP_NOTIFICATION},
        {{NTFN, REPLY2, EP}, 3, CAPS(1), CAP_NOTIFICATION},                /* one that is not unwrapped per message */
        {{EP, EP, EP}, 3, CAPS(3) | UNWRAPPED(7), CAP_NULL},
        {{UNTYPED, NTFN}, 2, 0, CAP_NULL},                                 /* it has children: cannot be copied */
        {{seL4_CapIRQControl, NTFN}, 2, 0, CAP_NULL},
        {{BADGED, seL4_CapIRQControl}, 2, CAPS(1) | UNWRAPPED(1), CAP_NULL},
        {{SECOND}, 1, 0, CAP_NULL},                                        /* an empty slot */
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++, fresh_system(state)) {
        tcb_t *t = receiver();
        want_cap(t, FREE, DEPTH);
        mint_cap(BADGED, EP, RIGHT_ALL, 31);
        put_message(EP, 5, cases[i].caps, cases[i].count, NONE);
        host_syscall(seL4_SysSend);
        assert_int_equal(t->context.reg[REG_INFO], info_make(5, 0) | cases[i].info);
        assert_int_equal(cap_tag(host_slot(t, FREE)->cap), cases[i].tag);
        for (word_t n = 0; n < cases[i].count; n++)
            if (cases[i].info & UNWRAPPED(1u << n))
                assert_int_equal(tcb_ipc_buffer(t, false)[BUFFER_CAPS + n], cases[i].caps[n] == BADGED ? 31 : 0);
        if (cases[i].tag == CAP_NOTIFICATION) { /* a child of the sender's */
            assert_int_equal(delete_cap(NTFN), 0);
            assert_false(slot_is_empty(host_slot(t, FREE)));
        }
    }
}

static void places_for_a_capability(void **state)
{
    const struct {
        word_t cnode, index, depth;
        bool arrives;
    } cases[] = {{ROOT, FREE, DEPTH, true}, {ROOT, UNTYPED, DEPTH, false}, {ROOT, FREE, 63, false}, {ROOT, FREE, 0, false}, {ROOT, FREE, 65, false},
                 {EP, FREE, DEPTH, false}, {1000, FREE, DEPTH, false}, {ROOT, 256, DEPTH, false}};
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++, fresh_system(state)) {
        tcb_t *t = receiver();
        want_cap(t, cases[i].index, cases[i].depth);
        tcb_ipc_buffer(t, true)[BUFFER_RECEIVE_CNODE] = cases[i].cnode;
        put_message(EP, 5, WORDS(NTFN), NONE);
        host_syscall(seL4_SysSend);
        assert_int_equal(t->context.reg[REG_INFO], info_make(5, 0) | (cases[i].arrives ? CAPS(1) : 0));
        assert_int_equal(!slot_is_empty(host_slot(t, FREE)), cases[i].arrives);
        assert_int_equal(t->state, THREAD_RUNNING);
    }
}

/* Grant of the endpoint capability, and of the reply capability, decide. */
static void grant_is_needed(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++, fresh_system(state)) {
        tcb_t *root = ks.current, *t = receiver();
        want_cap(t, FREE, DEPTH);
        copy_cap(FREE + 5, EP, with ? RIGHT_WRITE | RIGHT_GRANT : RIGHT_WRITE | RIGHT_GRANT_REPLY);
        put_message(FREE + 5, 5, WORDS(NTFN), NONE);
        host_syscall(seL4_SysCall);
        assert_ptr_equal(ks.current, t);
        assert_int_equal(root->state, THREAD_BLOCKED_REPLY);
        assert_int_equal(info(), info_make(5, 0) | (with ? CAPS(1) : 0));
        word_t *buffer = tcb_ipc_buffer(root, true);
        buffer[BUFFER_RECEIVE_CNODE] = ROOT;
        buffer[BUFFER_RECEIVE_INDEX] = FREE + 6;
        buffer[BUFFER_RECEIVE_DEPTH] = DEPTH;
        copy_cap(FREE + 7, REPLY, with ? RIGHT_ALL : RIGHT_ALL & ~RIGHT_GRANT);
        put_message(FREE + 7, 0, WORDS(NTFN), WORDS(8));
        host_syscall(seL4_SysSend);
        assert_ptr_equal(ks.current, root);
        assert_int_equal(info(), info_make(0, 1) | (with ? CAPS(1) : 0));
        assert_int_equal(is_empty(FREE + 6), !with);
        assert_int_equal(badge(), 0);
        assert_int_equal(mr(0), 8);
    }
}

/* An extra capability that does not resolve is a fault of Send and Call, whatever is invoked, and silence of NBSend. */
static void extra_capabilities_that_do_not_resolve(void **state)
{
    static const word_t invoked[] = {EP, NTFN, REPLY2, UNTYPED, FIRST};
    static const sword_t calls[] = {seL4_SysSend, seL4_SysCall, seL4_SysNBSend};
    tcb_t *root = ks.current, *t;
    (void)state;
    make_ipc_objects();
    t = make_thread(UNTYPED, FIRST, 100, 10000, 10000);
    for (int slow = 0; slow < 2; slow++) {
        host_slow = slow;
        for (unsigned i = 0; i < 5; i++) {
            for (unsigned n = 0; n < 3; n++) {
                start_thread(FIRST);
                call(SELF, TCBSetPriority, WORDS(SELF), WORDS(1));
                assert_ptr_equal(ks.current, t);
                put_message(invoked[i], 0, WORDS(EP, 1000), NONE);
                host_syscall(calls[n]);
                if (calls[n] == seL4_SysNBSend) {
                    assert_ptr_equal(ks.current, t);
                    assert_int_equal(call(SELF, TCBSetPriority, WORDS(SELF), WORDS(200)), UNANSWERED);
                    assert_int_equal(call(FIRST, TCBSuspend, NONE, NONE), 0);
                } else {
                    assert_ptr_equal(ks.current, root);
                    assert_int_equal(t->fault.type, seL4_Fault_CapFault);
                    assert_int_equal(t->fault.u.cap.address, 1000);
                    assert_int_equal(t->fault.u.cap.in_receive, 0);
                    call(SELF, TCBSetPriority, WORDS(SELF), WORDS(200));
                }
            }
        }
    }
    syscall_with(seL4_SysNBWait, NTFN, 0, 0);
    assert_int_equal(badge(), 0);
    syscall_with(seL4_SysNBRecv, EP, 0, REPLY);
    assert_int_equal(badge(), 0);
    mint_cap(FREE, NTFN, RIGHT_ALL, 3);
    put_message(FREE, 0, WORDS(EP), NONE); /* one that does resolve does not matter */
    host_syscall(seL4_SysSend);
    syscall_with(seL4_SysNBWait, NTFN, 0, 0);
    assert_int_equal(badge(), 3);
}

/* Without the right to send, a Call is answered with an error, and Send does nothing. */
static void no_right_to_send(void **state)
{
    (void)state;
    make_ipc_objects();
    copy_cap(FREE, EP, RIGHT_ALL & ~RIGHT_WRITE);
    mint_cap(FREE + 1, NTFN, RIGHT_READ, 7);
    for (int slow = 0; slow < 2; slow++) {
        host_slow = slow;
        for (word_t slot = FREE; slot < FREE + 2; slot++) {
            assert_int_equal(call(slot, 0, NONE, NONE), seL4_InvalidCapability);
            assert_int_equal(mr(0), 0);
            assert_int_equal(info_length(info()), 1);
            assert_int_equal(syscall_with(seL4_SysSend, slot, 0, 0), HOST_USER);
            assert_int_equal(ks.current->state, THREAD_RUNNING);
        }
        syscall_with(seL4_SysNBWait, NTFN, 0, 0);
        assert_int_equal(badge(), 0);
    }
    static const word_t sent_to[] = {NTFN, REPLY, UNTYPED, FREE + 9};
    for (unsigned i = 0; i < 4; i++) { /* Send is no Call: it has no answer */
        put_message(sent_to[i], 5, WORDS(NTFN), WORDS(1, 2));
        host_syscall(seL4_SysSend);
        assert_int_equal(info(), info_make(5, 2) | CAPS(1));
        assert_int_equal(badge(), sent_to[i]);
    }
    assert_int_equal(call(NTFN, 5, NONE, WORDS(1, 2)), 0); /* a signal by Call is answered at once */
    assert_int_equal(info(), 0);
    assert_int_equal(badge(), 0);
    assert_int_equal(call(REPLY, 5, NONE, WORDS(1, 2)), 0);
    assert_int_equal(info(), 0);
}

/* A receiver that waits does not hear of somebody who may not send, whatever else he may; nor the other way round. */
static void rights_with_somebody_waiting(void **state)
{
    for (int slow = 0; slow < 2; slow++) {
        for (word_t rights = 0; rights < 16; rights++, fresh_system(state)) {
            tcb_t *root = ks.current, *t = receiver();
            copy_cap(FREE, EP, rights);
            host_slow = slow;
            put_message(FREE, 1, NONE, WORDS(4));
            host_syscall(seL4_SysSend);
            assert_int_equal(t->state, rights & RIGHT_WRITE ? THREAD_RUNNING : THREAD_BLOCKED_RECV);
            assert_ptr_equal(ks.current, root);
            if (rights & RIGHT_WRITE)
                receive_again(t);
            put_message(FREE, 1, NONE, WORDS(4));
            host_syscall(seL4_SysCall);
            assert_ptr_equal(ks.current, rights & RIGHT_WRITE ? t : root);
            assert_int_equal(t->state, rights & RIGHT_WRITE ? THREAD_RUNNING : THREAD_BLOCKED_RECV);
            if (rights & RIGHT_WRITE) { /* t receives with this capability, now, by ReplyRecv and by Recv */
                syscall_with(slow ? seL4_SysRecv : seL4_SysReplyRecv, FREE, 0, REPLY);
                assert_int_equal(t->fault.type, rights & RIGHT_READ ? seL4_Fault_NullFault : seL4_Fault_CapFault);
            }
        }
    }
}

/* Call without the right to a reply stops the caller for good; Grant alone is right enough. */
static void the_right_to_a_reply(void **state)
{
    const word_t rights[] = {RIGHT_WRITE, RIGHT_WRITE | RIGHT_GRANT, RIGHT_WRITE | RIGHT_GRANT_REPLY, RIGHT_WRITE | RIGHT_READ};
    (void)state;
    for (int slow = 0; slow < 2; slow++) {
        for (unsigned i = 0; i < 4; i++, fresh_system(state)) {
            tcb_t *root = ks.current, *t = receiver();
            host_slow = slow;
            copy_cap(FREE, EP, rights[i]);
            assert_int_equal(call(FREE, 1, NONE, WORDS(4)), UNANSWERED);
            assert_ptr_equal(ks.current, t);
            bool right = i == 1 || i == 2;
            assert_int_equal(root->state, right ? THREAD_BLOCKED_REPLY : THREAD_INACTIVE);
            assert_ptr_equal(t->reply, NULL);
            syscall_with(seL4_SysSend, REPLY, 0, 0);
            assert_ptr_equal(ks.current, right ? root : t);
        }
    }
}

int message_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words), TEST(buffers_that_are_missing), TEST(capabilities), TEST(places_for_a_capability), TEST(grant_is_needed),
        TEST(extra_capabilities_that_do_not_resolve), TEST(no_right_to_send), TEST(rights_with_somebody_waiting),
        TEST(the_right_to_a_reply),
    };
    return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
