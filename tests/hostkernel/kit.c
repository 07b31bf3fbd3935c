/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#include "kit.h"

#include <stdlib.h>

#include "kernel/boot/boot.h"

void set_mr(word_t n, word_t value)
{
    word_t *buffer = tcb_ipc_buffer(ks.current, true);

    if (n < REG_MESSAGE_COUNT)
        ks.current->context.reg[REG_MESSAGE + n] = value;
    else if (buffer != NULL)
        buffer[BUFFER_MR(n)] = value;
}

word_t mr(word_t n)
{
    const word_t *buffer = tcb_ipc_buffer(ks.current, false);

    if (n < REG_MESSAGE_COUNT)
        return ks.current->context.reg[REG_MESSAGE + n];
    return buffer == NULL ? 0 : buffer[BUFFER_MR(n)];
}

void put_message(word_t cptr, word_t label, const word_t *caps, size_t cap_count, const word_t *mrs, size_t mr_count)
{
    word_t *buffer = tcb_ipc_buffer(ks.current, true);
    word_t *reg = ks.current->context.reg;

    for (word_t i = 0; i < mr_count; i++)
        set_mr(i, mrs[i]);
    for (word_t i = 0; buffer != NULL && i < cap_count; i++)
        buffer[BUFFER_CAPS + i] = caps[i];
    reg[REG_CAP] = cptr;
    reg[REG_INFO] = info_make(label, mr_count) | cap_count << INFO_CAPS_SHIFT;
    ks.error = (struct syscall_error){.code = 0x3eeee}; /* a failure must say which it is */
    ks.lookup_failure = (struct lookup_failure){0x3eeee, 0x3eeee, 0x3eeee, 0x3eeee};
}

word_t call(word_t cptr, word_t label, const word_t *caps, size_t cap_count, const word_t *mrs, size_t mr_count)
{
    const tcb_t *self = ks.current;
    const word_t *reg = self->context.reg;

    put_message(cptr, label, caps, cap_count, mrs, mr_count);
    host_syscall(seL4_SysCall);
    while (ks.current == self && reg[REG_NEXT_PC] == reg[REG_PC])
        host_ecall(); /* it was preempted */
    if (ks.current != self)
        return UNANSWERED;
    return info_label(reg[REG_INFO]);
}

enum host_exit syscall_with(sword_t number, word_t cptr, word_t length, word_t reply)
{
    word_t *reg = ks.current->context.reg;

    reg[REG_CAP] = cptr;
    reg[REG_INFO] = info_make(0, length);
    reg[REG_REPLY] = reply;
    return host_syscall(number);
}

word_t badge(void) { return ks.current->context.reg[REG_BADGE]; }
word_t info(void) { return ks.current->context.reg[REG_INFO]; }

bool run_until(const tcb_t *t)
{
    for (int i = 0; i < 1000 && ks.current != t; i++) {
        if (host.time < host.timer && host.timer != UINT64_MAX)
            host.time = host.timer;
        host_interrupt();
    }
    return ks.current == t;
}

word_t copy_cap(word_t to, word_t from, word_t rights)
{
    return call(seL4_CapInitThreadCNode, CNodeCopy, WORDS(seL4_CapInitThreadCNode), WORDS(to, DEPTH, from, DEPTH, rights));
}

word_t mint_cap(word_t to, word_t from, word_t rights, word_t badge)
{
    return call(seL4_CapInitThreadCNode, CNodeMint, WORDS(seL4_CapInitThreadCNode),
                WORDS(to, DEPTH, from, DEPTH, rights, badge));
}

word_t move_cap(word_t to, word_t from)
{
    return call(seL4_CapInitThreadCNode, CNodeMove, WORDS(seL4_CapInitThreadCNode), WORDS(to, DEPTH, from, DEPTH));
}

word_t delete_cap(word_t slot) { return call(seL4_CapInitThreadCNode, CNodeDelete, NONE, WORDS(slot, DEPTH)); }
word_t revoke_cap(word_t slot) { return call(seL4_CapInitThreadCNode, CNodeRevoke, NONE, WORDS(slot, DEPTH)); }
bool is_empty(word_t slot) { return slot_is_empty(host_slot(ks.current, slot)); }

static word_t find_untyped(word_t bits, bool device)
{
    const struct boot_info *boot = host_boot_info();
    word_t best = 0, best_bits = WORD_BITS;

    for (word_t i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        const struct untyped_desc *u = &boot->untyped_list[i];
        if (u->is_device == device && u->size_bits >= bits && u->size_bits < best_bits) {
            best = boot->untyped.start + i;
            best_bits = u->size_bits;
        }
    }
    return best;
}

word_t boot_untyped(word_t bits) { return find_untyped(bits, false); }
word_t boot_device_untyped(word_t bits) { return find_untyped(bits, true); }
word_t sched_control(void) { return host_boot_info()->sched_control.start; }

word_t retype(word_t untyped, word_t type, word_t size_bits, word_t slot, word_t count)
{
    return call(untyped, UntypedRetype, WORDS(seL4_CapInitThreadCNode), WORDS(type, size_bits, 0, 0, slot, count));
}

tcb_t *thread_in(word_t slot)
{
    cap_t cap = host_slot(ks.current, slot)->cap;
    return cap_is_thread(cap) ? tcb_of_cap(cap) : NULL;
}

static void must(bool good)
{
    if (!good)
        abort();
}

tcb_t *make_thread(word_t untyped, word_t slot, word_t prio, word_t budget, word_t period)
{
    must(retype(untyped, seL4_TCBObject, 0, slot, 1) == 0);
    must(retype(untyped, seL4_RISCV_4K_Page, 0, slot + 1, 1) == 0);
    must(call(slot, TCBConfigure, WORDS(seL4_CapInitThreadCNode, seL4_CapInitThreadVSpace, slot + 1), WORDS(0, 0, BUFFER_VADDR)) == 0);
    must(call(slot, TCBSetPriority, WORDS(seL4_CapInitThreadTCB), WORDS(prio)) == 0);
    must(call(slot, TCBSetMCPriority, WORDS(seL4_CapInitThreadTCB), WORDS(seL4_MaxPrio)) == 0);
    if (budget != 0) {
        must(retype(untyped, seL4_SchedContextObject, 7, slot + 2, 1) == 0);
        must(call(sched_control(), SchedControlConfigureFlags, WORDS(slot + 2), WORDS(budget, period, 0, slot, 0)) == 0);
        must(call(slot + 2, SchedContextBind, WORDS(slot), NONE) == 0);
    }
    return thread_in(slot);
}

word_t start_thread(word_t slot) { return call(slot, TCBResume, NONE, NONE); }
