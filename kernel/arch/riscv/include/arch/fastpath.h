/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Switching threads, and how the fast paths leave the kernel. */
#pragma once

#include <arch/fpu.h>
#include <arch/vspace.h>
#include <object/tcb.h>

/* Installs t's address space and what else belongs to the running thread, as arch_switch_vspace(). */
INLINE void arch_switch_thread(const tcb_t *t)
{
    vspace_switch(t->slots[TCB_VSPACE].cap);
    fpu_switch(t);
}

/* A fast path has done its work and returns to the trap entry. */
INLINE void arch_fast_return(void) {}
/* Exceptions and interrupts may take fast paths: not where the general path is watched (debug/benchmark.h). */
#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
INLINE bool arch_fast_allowed(void) { return false; }
#else
INLINE bool arch_fast_allowed(void) { return true; }
#endif

/* Makes t the running thread and returns to user mode at its next pc, with badge and info in their registers and the others from
 * its context (entry.S). */
INLINE NORETURN void arch_fast_switch(tcb_t *t, word_t badge, word_t info)
{
    arch_switch_thread(t);

    register word_t a0 __asm__("a0") = badge;
    register word_t a1 __asm__("a1") = info;
    __asm__ volatile("mv sp, %2\n\tj restore_message" : : "r"(a0), "r"(a1), "r"(t) : "memory");
    __builtin_unreachable();
}
