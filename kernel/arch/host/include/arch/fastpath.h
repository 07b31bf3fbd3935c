/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Switching threads, and how the fast paths leave the kernel: what restore_message does on the hart, and the end of the entry. */
#pragma once

#include <arch/vspace.h>
#include <object/tcb.h>

INLINE void arch_switch_thread(const tcb_t *t) { vspace_switch(t->slots[TCB_VSPACE].cap); }

/* Counted, so that tests know which entries were short. */
INLINE void arch_fast_return(void) { host.fast_switches++; }
extern bool host_slow; /* host/world.h */
INLINE bool arch_fast_allowed(void) { return !host_slow; }

INLINE NORETURN void arch_fast_switch(tcb_t *t, word_t badge, word_t info)
{
    arch_switch_thread(t);
    t->context.reg[REG_BADGE] = badge;
    t->context.reg[REG_INFO] = info;
    host.fast_switches++;
    host_leave(HOST_USER);
}
