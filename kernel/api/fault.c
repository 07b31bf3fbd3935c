// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Faults and their messages (sel4-abi.md ch. 8).
#include <api/fault.h>

#include <api/syscall.h>
#include <arch.h>
#include <debug/benchmark.h>
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

// The longest message is an unknown system call's.
#define FAULT_MESSAGE_MAX (ARCH_SYSCALL_MESSAGE_REGS + 1)

// Each of these writes words and returns where the next one goes.

static word_t *put_registers(word_t *out, const tcb_t *t, const uint8_t *list, word_t count)
{
    for (word_t i = 0; i < count; i++)
        *out++ = t->context.reg[list[i]];
    return out;
}

static word_t *put_lookup_failure(word_t *out, const struct lookup_failure *f)
{
    *out++ = f->type;
    if (f->type == seL4_InvalidRoot)
        return out;
    *out++ = f->bits_left;
    if (f->type == seL4_MissingCapability)
        return out;
    *out++ = f->found;
    if (f->type == seL4_GuardMismatch)
        *out++ = f->bits_found;
    return out;
}

static word_t *put_timeout(word_t *out, const tcb_t *t)
{
    *out++ = t->fault.u.badge;
    if (t->sc == NULL)
        return out;
    uint64_t us = sc_take_consumed(t->sc);
    *out++ = (word_t)us;
    if (sizeof(word_t) == 4)
        *out++ = (word_t)(us >> 32);
    return out;
}

static word_t *put_fault(word_t *out, const tcb_t *t)
{
    const struct fault *f = &t->fault;
    switch (f->type) {
    case seL4_Fault_CapFault:
        *out++ = t->context.reg[REG_PC];
        *out++ = f->u.cap.address;
        *out++ = f->u.cap.in_receive;
        return put_lookup_failure(out, &f->u.cap.lookup);
    case seL4_Fault_UnknownSyscall:
        out = put_registers(out, t, arch_syscall_message, ARCH_SYSCALL_MESSAGE_REGS);
        *out++ = f->u.syscall;
        return out;
    case seL4_Fault_UserException:
        out = put_registers(out, t, arch_exception_message, ARCH_EXCEPTION_MESSAGE_REGS);
        *out++ = f->u.user.number;
        *out++ = f->u.user.code;
        return out;
    case seL4_Fault_Timeout:
        return put_timeout(out, t);
    default:
        *out++ = t->context.reg[REG_PC];
        *out++ = f->u.vm.address;
        *out++ = f->u.vm.prefetch;
        *out++ = f->u.vm.fsr;
        return out;
    }
}

// Words beyond the registers need a buffer; without one they are not part of the message.
word_t fault_message(const tcb_t *sender, tcb_t *receiver)
{
    word_t message[FAULT_MESSAGE_MAX];
    word_t length = (word_t)(put_fault(message, sender) - message);
    word_t i = 0;
    for (; i < REG_MESSAGE_COUNT && i < length; i++)
        receiver->context.reg[REG_MESSAGE + i] = message[i];
    if (length > REG_MESSAGE_COUNT) {
        word_t *buffer = tcb_ipc_buffer(receiver, true);
        if (buffer == NULL)
            length = REG_MESSAGE_COUNT;
        for (; i < length; i++)
            buffer[BUFFER_MR(i)] = message[i];
    }
    return info_make(sender->fault.type, length);
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
    benchmark_enter();
    if (likely(sched_enter())) {
        ks.current->fault = *fault;
        fault_raise(ks.current);
    } else if (tcb_is_runnable(ks.current)) {
        ks.current->state = THREAD_RESTART;
    }
    sched_finish();
    benchmark_leave();
}

EXPORT void handle_user_exception(word_t number, word_t code)
{
    handle_fault(&(struct fault){.type = seL4_Fault_UserException, .u.user = {number, code}});
}

EXPORT void handle_vm_fault(word_t address, word_t fsr, bool prefetch)
{
    handle_fault(&(struct fault){.type = seL4_Fault_VMFault, .u.vm = {address, fsr, prefetch}});
}
