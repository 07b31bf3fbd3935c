// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Faults and their messages (sel4-abi.md ch. 8).
#include <api/fault.h>

#include <api/syscall.h>
#include <arch.h>
#include <arch/fastpath.h>
#include <debug/benchmark.h>
#include <debug/debug.h>
#include <ipc/fastpath.h>
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

// But for an unknown system call's the longest message is a capability fault's with a guard mismatch.
#define FAULT_MESSAGE_MAX 7u

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

// Words beyond the registers need a buffer; without one they are not part of the message. Each of these two returns the length.

static word_t put_syscall(tcb_t *receiver, const tcb_t *t)
{
    (void)put_registers(&receiver->context.reg[REG_MESSAGE], t, arch_syscall_message, REG_MESSAGE_COUNT);
    word_t *buffer = tcb_ipc_buffer(receiver, true);
    if (buffer == NULL)
        return REG_MESSAGE_COUNT;
    word_t *out = put_registers(buffer + BUFFER_MR(REG_MESSAGE_COUNT), t, arch_syscall_message + REG_MESSAGE_COUNT,
                                ARCH_SYSCALL_MESSAGE_REGS - REG_MESSAGE_COUNT);
    *out = t->fault.u.syscall;
    return ARCH_SYSCALL_MESSAGE_REGS + 1;
}

static COLD word_t put_cap_fault(tcb_t *receiver, const tcb_t *t)
{
    word_t message[FAULT_MESSAGE_MAX];
    word_t length = (word_t)(put_fault(message, t) - message), i = 0;
    for (; i < REG_MESSAGE_COUNT; i++)
        receiver->context.reg[REG_MESSAGE + i] = message[i];
    if (length == i)
        return length;
    word_t *buffer = tcb_ipc_buffer(receiver, true);
    if (buffer == NULL)
        return REG_MESSAGE_COUNT;
    for (; i < length; i++)
        buffer[BUFFER_MR(i)] = message[i];
    return length;
}

word_t fault_message(const tcb_t *sender, tcb_t *receiver)
{
    word_t *registers = &receiver->context.reg[REG_MESSAGE];
    word_t type = sender->fault.type, length;
    if (likely(type > seL4_Fault_UnknownSyscall)) // these have at most four words
        length = (word_t)(put_fault(registers, sender) - registers);
    else
        length = type == seL4_Fault_UnknownSyscall ? put_syscall(receiver, sender) : put_cap_fault(receiver, sender);
    return info_make(type, length);
}

_Static_assert(seL4_Fault_UserException > seL4_Fault_UnknownSyscall && seL4_Fault_Timeout > seL4_Fault_UnknownSyscall &&
               seL4_Fault_VMFault > seL4_Fault_UnknownSyscall && ARCH_EXCEPTION_MESSAGE_REGS + 2 <= REG_MESSAGE_COUNT, "short faults");

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

void fault_enter(word_t type, word_t a, word_t b, word_t c)
{
    tcb_t *t = ks.current;
    benchmark_enter();
    if (likely(sched_enter())) {
        t->fault.type = type;
        t->fault.u.word[0] = a;
        t->fault.u.word[1] = b;
        t->fault.u.word[2] = c;
        // Not if a sleeper has woken up just now: then the handler is not the only one who may run next.
        if (likely(arch_fast_allowed() && ks.action == SCHED_KEEP && fastpath_fault(t)))
            return;
        fault_raise(t);
    } else if (tcb_is_runnable(t)) {
        t->state = THREAD_RESTART;
    }
    sched_finish();
    benchmark_leave();
}

_Static_assert(offsetof(struct fault, u.vm.prefetch) == offsetof(struct fault, u.word[2]) &&
               offsetof(struct fault, u.user.code) == offsetof(struct fault, u.word[1]), "order of fault_enter()'s arguments");
