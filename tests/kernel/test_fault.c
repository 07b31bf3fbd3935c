/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Chapter 8: fault messages and their replies.
 */
#include "kit/kit.h"

#define KERNEL_ADDRESS ((word_t)1 << (WORD_BITS - 1) | 0x4000)
#define UNMAPPED (FAR_VADDR + 0x1238)
#define ACCESS_LOAD 5
#define ACCESS_STORE 7
#define ACCESS_FETCH 1

static word_t ep, reply;

static struct thread *faulter(void (*body)(word_t), word_t arg)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *t = thread_new(body, arg, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, mint_new(ep, ALL_RIGHTS, 0x99));
    thread_start(t);
    return t;
}

static void expect_fault(word_t label, word_t length)
{
    EXPECT_EQ(ipc_recv(ep, reply), 0x99);
    EXPECT_EQ(self()->out.info, INFO(label, 0, length));
}

static void answer(word_t label, struct list mrs)
{
    for (unsigned i = 4; i < mrs.n; i++) self()->buffer->msg[i] = mrs.at[i];
    ipc_send(reply, INFO(label, 0, mrs.n), mrs);
}

/* ---- VMFault ------------------------------------------------------------------------------------------------------- */

TEST(fault, load_from_unmapped_page)
{
    faulter(fault_load, UNMAPPED);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(0), (word_t)fault_load_site);
    EXPECT_EQ(got_mr(1), UNMAPPED);
    EXPECT_EQ(got_mr(2), 0);
    EXPECT_EQ(got_mr(3), ACCESS_LOAD);
}

TEST(fault, store_to_unmapped_page)
{
    faulter(fault_store, UNMAPPED);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(0), (word_t)fault_store_site);
    EXPECT_EQ(got_mr(1), UNMAPPED);
    EXPECT_EQ(got_mr(2), 0);
    EXPECT_EQ(got_mr(3), ACCESS_STORE);
}

TEST(fault, jump_to_unmapped_page)
{
    faulter((void (*)(word_t))UNMAPPED, 0);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(0), UNMAPPED);
    EXPECT_EQ(got_mr(1), UNMAPPED);
    EXPECT_EQ(got_mr(2), 1);
    EXPECT_EQ(got_mr(3), ACCESS_FETCH);
}

TEST(fault, address_0)
{
    faulter(fault_store, 0);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(1), 0);
}

TEST(fault, kernel_addresses_are_not_accessible)
{
    faulter(fault_load, KERNEL_ADDRESS);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(1), KERNEL_ADDRESS);
    EXPECT_EQ(got_mr(3), ACCESS_LOAD);
    faulter(fault_store, KERNEL_ADDRESS);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(3), ACCESS_STORE);
    faulter((void (*)(word_t))KERNEL_ADDRESS, 0);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(2), 1);
}

TEST(fault, store_to_read_only_page)
{
    word_t frame = frame_new();
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, RIGHT_READ, 0));
    faulter(fault_store, TEST_VADDR + 8);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(1), TEST_VADDR + 8);
    EXPECT_EQ(got_mr(3), ACCESS_STORE);
}

TEST(fault, execution_of_an_execute_never_page)
{
    word_t frame = frame_new();
    EXPECT_OK(page_map(frame, ROOT_VSPACE, TEST_VADDR, 3, 1));
    faulter((void (*)(word_t))TEST_VADDR, 0);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_EQ(got_mr(1), TEST_VADDR);
    EXPECT_EQ(got_mr(2), 1);
}

TEST(fault, pager_maps_and_the_instruction_is_repeated)
{
    struct thread *t = faulter(fault_store, TEST_VADDR);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_OK(page_map(frame_new(), ROOT_VSPACE, TEST_VADDR, 3, 0));
    answer(0, NONE);
    EXPECT_EQ(t->seen[0], 1);
    EXPECT_EQ(*(volatile word_t *)TEST_VADDR, 0x5a);
}

TEST(fault, vmfault_reply_contents_and_label_are_ignored)
{
    struct thread *t = faulter(fault_store, TEST_VADDR);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_OK(page_map(frame_new(), ROOT_VSPACE, TEST_VADDR, 3, 0));
    answer(77, LIST(1, 2, 3));
    EXPECT_EQ(t->seen[0], 1);
}

TEST(fault, pc_moved_while_blocked_takes_effect)
{
    struct thread *t = faulter(fault_store, UNMAPPED);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_OK(tcb_write_pc(t->tcb, 0, (word_t)fault_store_site + 4));
    answer(0, NONE);
    EXPECT_EQ(t->seen[0], 1);
}

TEST(fault, resume_without_reply_repeats_the_instruction)
{
    struct thread *t = faulter(fault_store, TEST_VADDR);
    expect_fault(seL4_Fault_VMFault, 4);
    EXPECT_OK(page_map(frame_new(), ROOT_VSPACE, TEST_VADDR, 3, 0));
    thread_start(t);
    EXPECT_EQ(t->seen[0], 1);
    answer(0, NONE); /* the reply object is free */
}

/* ---- UserException ------------------------------------------------------------------------------------------------- */

TEST(fault, illegal_instruction)
{
    struct thread *t = faulter(fault_illegal, 0);
    expect_fault(seL4_Fault_UserException, 4);
    EXPECT_EQ(got_mr(0), (word_t)fault_illegal_site);
    EXPECT_EQ(got_mr(1), t->stack_top);
    EXPECT_EQ(got_mr(2), 2);
    EXPECT_EQ(got_mr(3), 0);
}

TEST(fault, user_exception_reply_restores_pc_and_sp)
{
    struct thread *t = faulter(fault_illegal, 0);
    expect_fault(seL4_Fault_UserException, 4);
    answer(0, LIST((word_t)fault_illegal_site + 4, 0x4440));
    EXPECT_EQ(t->seen[1], 2);
    EXPECT_EQ(t->seen[0], 0x4440);
}

TEST(fault, user_exception_reply_restores_only_what_it_brings)
{
    struct thread *t = faulter(fault_illegal, 0);
    expect_fault(seL4_Fault_UserException, 4);
    answer(0, LIST((word_t)fault_illegal_site + 4));
    EXPECT_EQ(t->seen[0], t->stack_top);
}

TEST(fault, user_exception_reply_with_label_stops_the_thread)
{
    struct thread *t = faulter(fault_illegal, 0);
    expect_fault(seL4_Fault_UserException, 4);
    answer(1, LIST((word_t)fault_illegal_site + 4));
    settle();
    EXPECT_EQ(t->seen[1], 0);
    thread_start(t); /* INACTIVE with the registers restored */
    EXPECT_EQ(t->seen[1], 2);
}

TEST(fault, empty_reply_repeats_the_exception)
{
    faulter(fault_illegal, 0);
    expect_fault(seL4_Fault_UserException, 4);
    answer(0, NONE);
    expect_fault(seL4_Fault_UserException, 4);
    EXPECT_EQ(got_mr(0), (word_t)fault_illegal_site);
}

/* The kernel does not switch vector registers, so nobody may use them, whatever the firmware has turned on (the hart has some with
 * BOOT=upstream ARCH=riscv64). */
extern const char fault_vector_site[];
__asm__(".pushsection .text\n"
        ".option push\n.option norvc\n"
        "fault_vector: fault_vector_site: .word 0x000072d7\n" /* vsetvli t0, zero, e8, m1 */
        "1: j 1b\n"
        ".option pop\n.popsection");
void fault_vector(word_t unused);

TEST(fault, vector_registers_cannot_be_used)
{
    faulter(fault_vector, 0);
    expect_fault(seL4_Fault_UserException, 4);
    EXPECT_EQ(got_mr(0), (word_t)fault_vector_site);
    EXPECT_EQ(got_mr(2), 2);
}

TEST(fault, ebreak_is_exception_3)
{
    faulter(fault_ebreak, 0);
    expect_fault(seL4_Fault_UserException, 4);
    EXPECT_EQ(got_mr(0), (word_t)fault_ebreak_site);
    EXPECT_EQ(got_mr(2), 3);
}

/* ---- UnknownSyscall ------------------------------------------------------------------------------------------------- */

TEST(fault, unknown_syscall_message)
{
    struct thread *t = faulter(fault_syscall, 0x4b455854);
    expect_fault(seL4_Fault_UnknownSyscall, 11);
    EXPECT_EQ(got_mr(0), (word_t)fault_syscall_site);
    EXPECT_EQ(got_mr(1), t->stack_top);
    EXPECT_EQ(got_mr(2), 0x107);
    for (unsigned i = 0; i < 7; i++) EXPECT_EQ(got_mr(3 + i), 0x100 + i);
    EXPECT_EQ(got_mr(10), 0x4b455854);
}

TEST(fault, unknown_syscall_numbers)
{
    static const long numbers[] = {0, 1, 99, -34, -1000};
    for (unsigned i = 0; i < ARRAY_LENGTH(numbers); i++) {
        struct thread *t = faulter(fault_syscall, (word_t)numbers[i]);
        expect_fault(seL4_Fault_UnknownSyscall, 11);
        EXPECT_EQ(got_mr(10), (word_t)numbers[i]);
        EXPECT_OK(tcb_suspend(t->tcb));
    }
}

TEST(fault, unknown_syscall_reply_restores_ten_registers)
{
    struct thread *t = faulter(fault_syscall, 99);
    expect_fault(seL4_Fault_UnknownSyscall, 11);
    answer(0, LIST((word_t)fault_syscall_site + 4, 0x5550, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28));
    EXPECT_EQ(t->seen[10], 1);
    for (unsigned i = 0; i < 7; i++) EXPECT_EQ(t->seen[i], 0x21 + i); /* a0..a6 */
    EXPECT_EQ(t->seen[7], 0x20);                                      /* ra */
    EXPECT_EQ(t->seen[8], 0x5550);                                    /* sp */
    EXPECT_EQ(t->seen[9], 99);                                        /* a7 is kept */
}

TEST(fault, unknown_syscall_short_reply_keeps_the_rest)
{
    struct thread *t = faulter(fault_syscall, 99);
    expect_fault(seL4_Fault_UnknownSyscall, 11);
    answer(0, LIST((word_t)fault_syscall_site + 4));
    EXPECT_EQ(t->seen[10], 1);
    for (unsigned i = 0; i < 8; i++) EXPECT_EQ(t->seen[i], 0x100 + i);
    EXPECT_EQ(t->seen[8], t->stack_top);
}

TEST(fault, unknown_syscall_reply_with_label_stops_the_thread)
{
    struct thread *t = faulter(fault_syscall, 99);
    expect_fault(seL4_Fault_UnknownSyscall, 11);
    answer(1, LIST((word_t)fault_syscall_site + 4));
    settle();
    EXPECT_EQ(t->seen[10], 0);
    EXPECT_OK(tcb_write_pc(t->tcb, 1, (word_t)fault_syscall_site + 4));
    EXPECT_EQ(t->seen[10], 1);
}

TEST(fault, receiver_without_buffer_gets_four_words)
{
    ep = endpoint_new();
    struct thread *handler = thread_for_syscall(SYS_RECV, ep, 0, reply_new(), 0, 0);
    EXPECT_OK(tcb_set_ipc_buffer(handler->tcb, 0, 0));
    thread_start(handler);
    struct thread *t = thread_new(fault_syscall, 99, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    EXPECT_EQ(handler->seen[2], INFO(seL4_Fault_UnknownSyscall, 0, 4));
    EXPECT_EQ(handler->seen[3], (word_t)fault_syscall_site);
}

/* ---- delivery --------------------------------------------------------------------------------------------------------- */

TEST(fault, message_shows_registers_at_delivery)
{
    struct thread *t = faulter(fault_illegal, 0);
    EXPECT_OK(tcb_write_registers(t->tcb, 0, 3, LIST((word_t)fault_illegal_site + 4, 0, 0x7770)));
    expect_fault(seL4_Fault_UserException, 4);
    EXPECT_EQ(got_mr(0), (word_t)fault_illegal_site + 4);
    EXPECT_EQ(got_mr(1), 0x7770);
}

TEST(fault, receiver_without_reply_object_stops_the_thread)
{
    struct thread *t = faulter(fault_illegal, 0);
    EXPECT_EQ(ipc_wait(ep), 0x99);
    settle();
    EXPECT_EQ(t->seen[1], 0);
    thread_start(t); /* faults again: it was INACTIVE */
    expect_fault(seL4_Fault_UserException, 4);
}

TEST(fault, thread_without_handler_stops)
{
    struct thread *t = thread_new(fault_illegal, 0, TEST_PRIORITY + 1);
    thread_start(t);
    EXPECT_EQ(thread_pc(t), (word_t)fault_illegal_site);
    EXPECT_OK(tcb_write_pc(t->tcb, 1, (word_t)fault_illegal_site + 4));
    EXPECT_EQ(t->seen[1], 2);
}

TEST(fault, passive_handler_runs_on_the_faulting_threads_sc)
{
    ep = endpoint_new();
    reply = reply_new();
    struct thread *handler = thread_for_syscall(SYS_RECV, ep, 0, reply, 0, 0);
    thread_start(handler);
    EXPECT_OK(sc_unbind(handler->sc));
    struct thread *t = thread_new(fault_illegal, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, ep);
    thread_start(t);
    EXPECT_EQ(handler->seen[2], INFO(seL4_Fault_UserException, 0, 4));
    EXPECT_OK(sc_unbind_object(t->sc, handler->tcb));
}

TEST(fault, deleted_handler_endpoint_stops_the_thread)
{
    /* The TCB holds its own copy: revoking the original removes it. */
    word_t original = endpoint_new();
    struct thread *t = thread_new(fault_illegal, 0, TEST_PRIORITY + 1);
    thread_set_fault_ep(t, original);
    EXPECT_OK(cnode_revoke(original));
    thread_start(t);
    EXPECT_EQ(ipc_nbrecv(original, reply_new()), 0);
    EXPECT_EQ(INFO_LABEL(self()->out.info), 0);
}
