// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Faults and their messages (sel4-abi.md ch. 8).
#include <api/fault.h>

#include <api/syscall.h>
#include <arch.h>
#include <debug/debug.h>
#include <ipc/message.h>
#include <object/cap.h>
#include <object/endpoint.h>
#include <sched/sched.h>

void fault_raise(tcb_t *t)
{
    cap_t handler = t->slots[TCB_FAULT_HANDLER].cap;
    if (cap_is_endpoint(handler)) {
        endpoint_send(t, handler, (struct send_mode){.blocking = true, .can_donate = true});
        return;
    }
    fault_print(t);
    sched_dequeue(t);
    t->state = THREAD_INACTIVE;
}

void fault_raise_timeout(tcb_t *t)
{
    t->fault.type = seL4_Fault_Timeout;
    t->fault.u.badge = t->sc->badge;
    endpoint_send(t, t->slots[TCB_TIMEOUT_HANDLER].cap, (struct send_mode){.blocking = true});
}

// --- messages -------------------------------------------------------------------------------------------

// Where the words of a fault message go; words beyond the registers need a buffer.
struct fault_writer {
    word_t *reg;
    word_t *buffer;
    word_t length;
};

static void put(struct fault_writer *w, word_t value)
{
    if (w->length < REG_MESSAGE_COUNT)
        w->reg[REG_MESSAGE + w->length] = value;
    else if (w->buffer != NULL)
        w->buffer[BUFFER_MR(w->length)] = value;
    else
        return;
    w->length++;
}

static void put_registers(struct fault_writer *w, const tcb_t *t, const uint8_t *list, word_t count)
{
    for (word_t i = 0; i < count; i++)
        put(w, t->context.reg[list[i]]);
}

static void put_lookup_failure(struct fault_writer *w, const struct lookup_failure *f)
{
    put(w, f->type);
    if (f->type == seL4_InvalidRoot)
        return;
    put(w, f->bits_left);
    if (f->type == seL4_MissingCapability)
        return;
    put(w, f->found);
    if (f->type == seL4_GuardMismatch)
        put(w, f->bits_found);
}

static void put_timeout(struct fault_writer *w, const tcb_t *t)
{
    put(w, t->fault.u.badge);
    if (t->sc == NULL)
        return;
    uint64_t us = sc_take_consumed(t->sc);
    put(w, (word_t)us);
    if (sizeof(word_t) == 4)
        put(w, (word_t)(us >> 32));
}

word_t fault_message(tcb_t *sender, tcb_t *receiver, word_t *receiver_buffer)
{
    const struct fault *f = &sender->fault;
    struct fault_writer w = {receiver->context.reg, receiver_buffer, 0};
    switch (f->type) {
    case seL4_Fault_CapFault:
        put(&w, sender->context.reg[REG_PC]);
        put(&w, f->u.cap.address);
        put(&w, f->u.cap.in_receive);
        put_lookup_failure(&w, &f->u.cap.lookup);
        break;
    case seL4_Fault_UnknownSyscall:
        put_registers(&w, sender, arch_syscall_message, ARCH_SYSCALL_MESSAGE_REGS);
        put(&w, f->u.syscall);
        break;
    case seL4_Fault_UserException:
        put_registers(&w, sender, arch_exception_message, ARCH_EXCEPTION_MESSAGE_REGS);
        put(&w, f->u.user.number);
        put(&w, f->u.user.code);
        break;
    case seL4_Fault_Timeout:
        put_timeout(&w, sender);
        break;
    default:
        put(&w, sender->context.reg[REG_PC]);
        put(&w, f->u.vm.address);
        put(&w, f->u.vm.prefetch);
        put(&w, f->u.vm.fsr);
        break;
    }
    return info_make(f->type, w.length);
}

// --- replies --------------------------------------------------------------------------------------------

// Restores the first registers of a list from the reply's message. list NULL: registers in order.
static void restore_registers(tcb_t *t, const tcb_t *sender, const uint8_t *list, word_t count)
{
    word_t length = info_length(sender->context.reg[REG_INFO]);
    const word_t *buffer = NULL;
    if (length > count)
        length = count;
    if (length > REG_MESSAGE_COUNT) {
        buffer = tcb_ipc_buffer(sender, false);
        if (buffer == NULL)
            length = REG_MESSAGE_COUNT;
    }
    for (word_t i = 0; i < length; i++) {
        word_t value = i < REG_MESSAGE_COUNT ? sender->context.reg[REG_MESSAGE + i] : buffer[BUFFER_MR(i)];
        t->context.reg[list != NULL ? list[i] : i] = value;
    }
}

bool fault_reply(tcb_t *t, const tcb_t *sender)
{
    switch (t->fault.type) {
    case seL4_Fault_UnknownSyscall:
        restore_registers(t, sender, arch_syscall_message, ARCH_SYSCALL_MESSAGE_REGS);
        break;
    case seL4_Fault_UserException:
        restore_registers(t, sender, arch_exception_message, ARCH_EXCEPTION_MESSAGE_REGS);
        break;
    case seL4_Fault_Timeout:
        restore_registers(t, sender, NULL, REG_USER_COUNT);
        break;
    default:
        return true;
    }
    return info_label(sender->context.reg[REG_INFO]) == 0;
}

// --- entries --------------------------------------------------------------------------------------------

// Common frame of all exceptions: budget first, then the fault of the current thread.
static void handle_fault(const struct fault *fault)
{
    if (likely(sched_enter())) {
        ks.current->fault = *fault;
        fault_raise(ks.current);
    } else if (tcb_is_runnable(ks.current)) {
        ks.current->state = THREAD_RESTART;
    }
    sched_finish();
}

EXPORT void handle_user_exception(word_t number, word_t code)
{
    handle_fault(&(struct fault){.type = seL4_Fault_UserException, .u.user = {number, code}});
}

EXPORT void handle_vm_fault(word_t address, word_t fsr, bool prefetch)
{
    handle_fault(&(struct fault){.type = seL4_Fault_VMFault, .u.vm = {address, fsr, prefetch}});
}
