/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Who may use the floating point unit. */
#pragma once

#include <arch/csr.h>
#include <state.h>

#ifdef CONFIG_HAVE_FPU
#define FLAG_FPU_DISABLED 1u /* seL4_TCBFlag_fpuDisabled */

/* Turns the unit on for its owner and off for everybody else; t runs next. */
INLINE void fpu_switch(const tcb_t *t)
{
    if (t == ks.fpu_owner)
        csr_set(sstatus, SSTATUS_FS_CLEAN);
    else
        csr_clear(sstatus, SSTATUS_FS_MASK);
}
/* The running thread t executed an illegal instruction. True: it was the first use of floating point; t is the owner now and tries
 * again. False: it must not use it, or has it already: illegal for another reason. */
bool fpu_claim(tcb_t *t);
#else
INLINE void fpu_switch(const tcb_t *t) { (void)t; }
INLINE bool fpu_claim(tcb_t *t)
{
    (void)t;
    return false;
}
#endif
