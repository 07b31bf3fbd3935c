/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* How the fast paths leave the kernel. */
#pragma once

#include <arch/fpu.h>
#include <arch/vspace.h>
#include <object/tcb.h>

/* Installs t's address space and returns to user mode at its next pc, with badge and info in their registers and the others from
 * its context (entry.S). */
INLINE NORETURN void arch_fast_switch(tcb_t *t, word_t badge, word_t info)
{
    vspace_switch(t->slots[TCB_VSPACE].cap);
    fpu_switch(t);

    register word_t a0 __asm__("a0") = badge;
    register word_t a1 __asm__("a1") = info;
    __asm__ volatile("mv sp, %2\n\tj restore_message" : : "r"(a0), "r"(a1), "r"(t) : "memory");
    __builtin_unreachable();
}
