/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Floating point registers, lazily: they stay with the thread that used them last, its owner, until another thread uses them. The unit
 * is on only while its owner runs, so another thread's first instruction traps as illegal (privileged specification, 3.1.6.6),
 * the registers change hands, and it is executed again. The owner never has fpuDisabled set (sel4-abi.md 6.6). */

#include <arch.h>
#include <arch/fpu.h>
#include <state.h>

#ifdef CONFIG_HAVE_FPU
/* fpu.S */
void fpu_save(struct fpu_state *state);
void fpu_load(const struct fpu_state *state);

static void save_owner(void)
{
    csr_set(sstatus, SSTATUS_FS_CLEAN);
    if (ks.fpu_owner != NULL)
        fpu_save(&ks.fpu_owner->context.fpu);
}

bool fpu_claim(tcb_t *t)
{
    if (t == ks.fpu_owner || (t->flags & FLAG_FPU_DISABLED))
        return false;
    save_owner();
    fpu_load(&t->context.fpu);
    ks.fpu_owner = t;
    return true;
}

void arch_flags_changed(tcb_t *t)
{
    if (t != ks.fpu_owner || !(t->flags & FLAG_FPU_DISABLED))
        return;
    save_owner();
    ks.fpu_owner = NULL;
    fpu_switch(ks.current);
}

void arch_forget_thread(tcb_t *t)
{
    if (t != ks.fpu_owner)
        return;
    ks.fpu_owner = NULL;
    fpu_switch(ks.current);
}
#else
void arch_forget_thread(tcb_t *t) { (void)t; }
#endif
