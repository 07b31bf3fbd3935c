// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Reading, writing and copying the registers of threads (sel4-abi.md 6.1).
#include <object/tcb.h>

#include <api/invocation.h>
#include <ipc/message.h>

// What is read as pc is reg[REG_PC], where the thread last entered the kernel. Where it goes on behind a finished system call becomes
// that when it is suspended.
static void set_pc(tcb_t *t, word_t pc)
{
    t->context.reg[REG_PC] = pc;
    t->context.reg[REG_NEXT_PC] = pc;
}

static void read_registers(struct invocation *inv, const tcb_t *t, word_t count)
{
    word_t *reg = &ks.current->context.reg[REG_MESSAGE];
    word_t in_registers = count < REG_MESSAGE_COUNT ? count : REG_MESSAGE_COUNT;
    for (word_t i = 0; i < in_registers; i++)
        reg[i] = t->context.reg[i];
    if (count > REG_MESSAGE_COUNT) {
        word_t *buffer = tcb_ipc_buffer(ks.current, true);
        if (buffer == NULL)
            count = REG_MESSAGE_COUNT;
        for (word_t i = REG_MESSAGE_COUNT; i < count; i++)
            buffer[BUFFER_MR(i)] = t->context.reg[i];
    }
    inv->reply_length = count;
}

outcome_t tcb_decode_read_registers(struct invocation *inv, tcb_t *t)
{
    if (inv->length < 2)
        return fail(seL4_TruncatedMessage);
    word_t flags = inv_mr(inv, 0), count = inv_mr(inv, 1);
    if (count - 1 >= REG_USER_COUNT)
        return fail_range(1, REG_USER_COUNT);
    if (t == ks.current)
        return fail(seL4_IllegalOperation);

    if (flags & 1u)
        tcb_suspend(t);
    if (inv->flags & INVOKE_CALL)
        read_registers(inv, t, count);
    return DONE;
}

outcome_t tcb_decode_write_registers(struct invocation *inv, tcb_t *t)
{
    if (inv->length < 2)
        return fail(seL4_TruncatedMessage);
    word_t flags = inv_mr(inv, 0), count = inv_mr(inv, 1);
    if (inv->length - 2 < count)
        return fail(seL4_TruncatedMessage);
    if (t == ks.current)
        return fail(seL4_IllegalOperation);

    if (count > REG_USER_COUNT)
        count = REG_USER_COUNT;
    word_t i = 0;
    for (; i < count && i < REG_MESSAGE_COUNT - 2; i++)
        t->context.reg[i] = inv_mr(inv, 2 + i);
    for (; i < count; i++)
        t->context.reg[i] = inv->buffer[BUFFER_MR(2 + i)];
    if (count != 0)
        set_pc(t, t->context.reg[REG_PC]);
    if (flags & 1u)
        tcb_restart(t);
    return DONE;
}

enum copy_flags { COPY_SUSPEND_SOURCE = 1, COPY_RESUME_TARGET = 2, COPY_FRAME = 4, COPY_INTEGER = 8 };

COLD outcome_t tcb_decode_copy_registers(struct invocation *inv, tcb_t *t)
{
    if (inv->length < 1 || inv->extra[0] == NULL)
        return fail(seL4_TruncatedMessage);
    if (!cap_is_thread(inv->extra[0]->cap))
        return fail_capability(1);
    tcb_t *source = tcb_of_cap(inv->extra[0]->cap);
    word_t flags = inv_mr(inv, 0);

    if (flags & COPY_SUSPEND_SOURCE)
        tcb_suspend(source);
    if (flags & COPY_RESUME_TARGET)
        tcb_restart(t);
    if (flags & COPY_FRAME) {
        for (word_t i = 0; i < REG_FRAME_COUNT; i++)
            t->context.reg[i] = source->context.reg[i];
        set_pc(t, t->context.reg[REG_PC]);
    }
    if (flags & COPY_INTEGER) {
        for (word_t i = REG_FRAME_COUNT; i < REG_USER_COUNT; i++)
            t->context.reg[i] = source->context.reg[i];
    }
    return DONE;
}
