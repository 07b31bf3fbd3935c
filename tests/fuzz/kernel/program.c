/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "program.h"

#include "arguments.h"
#include "budget.h"

#include <stdio.h>

unsigned long program_steps, program_successes;

struct message {
    word_t cptr, label;
    word_t caps[seL4_MsgMaxExtraCaps], mrs[48];
    unsigned cap_count, mr_count;
};

/* --- invocations ------------------------------------------------------------------------------------------ */

static void add_word(struct message *m, word_t value) { m->mrs[m->mr_count++] = value; }

/* Fields of one message register follow one another in the description. */
static void add_field(struct message *m, const struct argument *arg, uint8_t byte, bool same_register)
{
    word_t value = (word_t)(byte & MASK(arg->detail[1])) << arg->detail[0];

    if (same_register)
        m->mrs[m->mr_count - 1] |= value;
    else
        add_word(m, value);
}

static void build_invocation(const uint8_t *step, const struct typed_invocation *inv, struct message *m)
{
    const uint8_t *byte = step + 3;
    word_t last = 0;

    *m = (struct message){.cptr = pick_cap(step[2], inv->object, 0), .label = inv->label};
    for (unsigned i = 0; i < inv->count; i++) {
        const struct argument *arg = &inv->args[i];
        uint8_t value = byte < step + STEP_BYTES ? *byte++ : 0;
        if (arg->kind == ARG_CAP)
            m->caps[m->cap_count++] = pick_cap(value, arg->detail[0], arg->detail[1]);
        else if (arg->kind == ARG_FIELD)
            add_field(m, arg, value, i > 0 && inv->args[i - 1].kind == ARG_FIELD);
        else if (arg->kind == ARG_VALUES)
            for (word_t k = 0; k < last; k++)
                add_word(m, 0x1000 + k);
        else
            add_word(m, last = pick_word(arg->kind, value));
    }
    if ((step[1] & MODE_SHORT) && m->mr_count > 0)
        m->mr_count--;
}

static void invoke_step(const uint8_t *step)
{
    const struct typed_invocation *inv = &typed_invocations[step[0] % typed_invocation_count];
    struct message m;

    build_invocation(step, inv, &m);
    put_message(m.cptr, m.label, m.caps, m.cap_count, m.mrs, m.mr_count);
    budgets_before_call();
    switch (step[1] & MODE_CALL) {
    case 2:
        host_syscall(seL4_SysSend);
        break;
    case 3:
        ks.current->context.reg[REG_REPLY] = m.cptr;
        ks.current->context.reg[REG_CAP] = pick_cap(step[15], CAP_ENDPOINT, CAP_NOTIFICATION);
        host_syscall(seL4_SysNBSendWait);
        break;
    default: {
        const tcb_t *self = ks.current;
        host_syscall(seL4_SysCall);
        program_successes += ks.current == self && info_label(info()) == 0;
    }
    }
}

/* --- messages and events ------------------------------------------------------------------------------------ */

static const sword_t ipc_calls[] = {seL4_SysCall, seL4_SysReplyRecv, seL4_SysRecv, seL4_SysSend, seL4_SysNBSend, seL4_SysNBSendRecv,
                                    seL4_SysNBSendWait, seL4_SysNBRecv, seL4_SysWait, seL4_SysNBWait};
#define IPC_CALLS (sizeof ipc_calls / sizeof *ipc_calls)

/* Bytes: 2 endpoint or notification, 3 length, 4 number of extra capabilities, 5..7 those, 8 reply, 9 destination, 10.. receive slot. */
static void ipc_step(const uint8_t *step, sword_t number)
{
    word_t caps[seL4_MsgMaxExtraCaps], *reg = ks.current->context.reg;
    word_t *buffer = tcb_ipc_buffer(ks.current, true);

    for (unsigned i = 0; i < seL4_MsgMaxExtraCaps; i++)
        caps[i] = step[5 + i] % WORLD_SLOTS;
    put_message(pick_cap(step[2], CAP_ENDPOINT, CAP_NOTIFICATION), step[3] >> 4, caps, step[4] % 8 > 3 ? 0 : step[4] % 8, NONE);
    reg[REG_INFO] |= step[3] & 8 ? 120 : step[3] & 7;
    reg[REG_REPLY] = pick_cap(step[8], CAP_REPLY, number == seL4_SysNBSendWait ? CAP_ENDPOINT : 0);
    reg[REG_NBSENDRECV_DEST] = pick_cap(step[9], CAP_ENDPOINT, CAP_REPLY);
    if (buffer != NULL) {
        buffer[BUFFER_RECEIVE_CNODE] = pick_cap(step[10], CAP_CNODE, 0);
        buffer[BUFFER_RECEIVE_INDEX] = pick_word(ARG_FREE_SLOT, step[11]);
        buffer[BUFFER_RECEIVE_DEPTH] = pick_word(ARG_DEPTH, step[12]);
    }
    host_syscall(number);
}

static void send_to(const uint8_t *step, word_t tag)
{
    put_message(pick_cap(step[2], tag, 0), 0, NONE, WORDS(step[3], step[4]));
    host_syscall(step[5] & 1 ? seL4_SysCall : seL4_SysSend);
}

static void debug_step(const uint8_t *step)
{
    static const sword_t calls[] = {seL4_SysDebugPutChar, seL4_SysDebugDumpScheduler, seL4_SysDebugCapIdentify, seL4_SysDebugSnapshot,
                                    seL4_SysBenchmarkNullSyscall, 0, 4711, -100};
    ks.current->context.reg[REG_CAP] = step[3] % 80;
    host_syscall(calls[step[2] % 8]);
}

/* Time passes while a thread computes: the timer's interrupts are taken when they are due, with a small delay. */
static void compute(ticks_t ticks, ticks_t delay)
{
    for (int i = 0; i < 16 && host_state == HOST_USER; i++) {
        bool interrupted = host.timer - host.time < ticks;
        ticks_t part = interrupted ? host.timer - host.time : ticks;
        ticks -= part;
        host_pass(part);
        if (interrupted)
            host_pass(delay);
        host_interrupt();
        if (ticks == 0)
            return;
    }
}

static void event_step(const uint8_t *step)
{
    switch (step[0] % 8) {
    case 0:
        compute(pick_ticks(step[2]), step[3] % 64);
        break;
    case 1:
        host_line(step[3] & 1 ? step[2] % 16 : WORLD_IRQ, !(step[3] & 2));
        host_interrupt();
        break;
    case 2:
        host_exception(step[2] % 16 == EXC_ECALL_FROM_U ? EXC_BREAKPOINT : step[2] % 16, pick_word(ARG_VADDR, step[3]));
        break;
    case 3:
        host_syscall(seL4_SysYield);
        break;
    case 4:
        debug_step(step);
        break;
    case 5:
        send_to(step, CAP_NOTIFICATION);
        break;
    case 6:
        send_to(step, CAP_REPLY);
        break;
    default:
        host_syscall(seL4_SysYield);
        break;
    }
}

/* --- running ------------------------------------------------------------------------------------------------ */

/* The instruction of a restarted thread is its last ecall. Numbers that halt the machine are not for random programs. */
static bool restarted(void)
{
    const word_t *reg = ks.current->context.reg;
    sword_t number = (sword_t)reg[REG_A7];
    return reg[REG_NEXT_PC] == reg[REG_PC] && number < 0 && number != seL4_SysDebugHalt && number != seL4_SysDebugNameThread;
}

static void set_up(uint8_t mode)
{
    static const ticks_t pace[] = {0, 3, 40, 300};

    host_slow = mode & MODE_SLOW;
    host_pass(pace[mode >> MODE_TIME_SHIFT]);
    if (mode & MODE_INTERRUPT) {
        host.poll_countdown = 1 + (mode >> MODE_TIME_SHIFT);
        host.poll_irq = mode & MODE_SLOW ? 0 : WORLD_IRQ;
    }
}

static void run_step(const uint8_t *step)
{
    uint8_t what = step[0];

    set_up(step[1]);
    program_steps++;
    if (what < STEP_INVOCATIONS)
        invoke_step(step);
    else if (what < 0xe0)
        ipc_step(step, ipc_calls[what % IPC_CALLS]);
    else
        event_step(step);
    host.poll_countdown = 0;
}

/* Somebody runs; false: nobody can any more. */
static bool somebody_runs(void)
{
    if (host_state == HOST_IDLE) {
        host_line(WORLD_IRQ, true);
        host_interrupt();
        host_line(WORLD_IRQ, false);
    }
    return host_state == HOST_USER;
}

static bool before_step(uint8_t mode)
{
    if (!somebody_runs())
        return false;
    for (int i = 0; i < 8 && host_irq_pending(); i++)
        host_interrupt();
    for (int i = 0; i < 4 && host_state == HOST_USER && restarted() && !(mode & MODE_NEW); i++) {
        budgets_before_call();
        host_ecall();
    }
    return somebody_runs();
}

void program_run(const uint8_t *data, size_t size)
{
    host_reset();
    budgets_start();
    for (; size >= STEP_BYTES && before_step(data[1]); data += STEP_BYTES, size -= STEP_BYTES) {
        budgets_check();
        run_step(data);
        budgets_check();
        host.lines &= ~(1u << WORLD_IRQ);
    }
}

void program_print(const uint8_t *data, size_t size)
{
    for (; size >= STEP_BYTES; data += STEP_BYTES, size -= STEP_BYTES) {
        if (data[0] < STEP_INVOCATIONS)
            printf("%-28s", typed_invocations[data[0] % typed_invocation_count].name);
        else if (data[0] < 0xe0)
            printf("syscall %-20ld", ipc_calls[data[0] % IPC_CALLS]);
        else
            printf("event %-22u", data[0] % 8u);
        for (unsigned i = 1; i < STEP_BYTES; i++)
            printf(" %02x", data[i]);
        printf("\n");
    }
}
