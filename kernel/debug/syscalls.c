// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors
// Debug system calls.
#include <debug/syscalls.h>

#include <arch.h>
#include <debug/benchmark.h>
#include <debug/debug.h>
#include <ipc/message.h>
#include <object/cnode.h>
#include <sched/sched.h>

#ifdef CONFIG_DEBUG_BUILD
static const char *const state_names[] = {
    "inactive", "receiving", "sending", "awaiting reply", "waiting", "idle", "running", "restart",
};

#ifdef CONFIG_PRINTING
static void dump_scheduler(void)
{
    kprintf("thread                          state           ip        prio core\n");
    for (const tcb_t *t = ks.all_threads; t != NULL; t = t->debug_next)
        kprintf("%s  %s  0x%lx  %u  0\n", t->name, state_names[t->state], t->context.reg[REG_PC], (unsigned)t->prio);
}
#endif

static void snapshot(void)
{
    kprintf("thread %s, %s\n", ks.current->name, state_names[ks.current->state]);
}

static NORETURN void halt(const char *why)
{
    kprintf("halting: %s\n", why);
    arch_halt();
}

static word_t cap_identify(word_t cptr)
{
    const slot_t *slot = cspace_lookup(ks.current, cptr);
    return slot == NULL ? 0 : cap_tag(slot->cap);
}

static void name_thread(word_t cptr)
{
    const slot_t *slot = cspace_lookup(ks.current, cptr);
    const word_t *buffer = tcb_ipc_buffer(ks.current, false);
    if (slot == NULL || !cap_is_thread(slot->cap))
        halt("DebugNameThread: not a thread");
    if (buffer == NULL)
        halt("DebugNameThread: no IPC buffer");
    const char *name = (const char *)(buffer + BUFFER_MR(0));
    word_t length = 0;
    while (length < seL4_MsgMaxLength * sizeof(word_t) && name[length] != '\0')
        length++;
    if (length == seL4_MsgMaxLength * sizeof(word_t))
        halt("DebugNameThread: name too long");
    tcb_set_name(tcb_of_cap(slot->cap), name);
}
#endif

#if defined(CONFIG_PRINTING) || defined(CONFIG_DEBUG_BUILD) || defined(CONFIG_ENABLE_BENCHMARKS)
bool debug_syscall(word_t number)
{
    word_t *a0 = &ks.current->context.reg[REG_CAP];
    (void)a0;
    switch ((sword_t)number) {
#ifdef CONFIG_PRINTING
    case seL4_SysDebugPutChar:
        arch_putchar((char)*a0);
        return true;
    case seL4_SysDebugDumpScheduler:
#ifdef CONFIG_DEBUG_BUILD
        dump_scheduler();
#endif
        return true;
#endif
#ifdef CONFIG_DEBUG_BUILD
    case seL4_SysDebugHalt:
        halt("DebugHalt");
    case seL4_SysDebugSnapshot:
        snapshot();
        return true;
    case seL4_SysDebugCapIdentify:
        *a0 = cap_identify(*a0);
        return true;
    case seL4_SysDebugNameThread:
        name_thread(*a0);
        return true;
#endif
    default:
        return benchmark_syscall(number);
    }
}
#endif
