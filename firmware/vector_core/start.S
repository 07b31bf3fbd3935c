/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Start of the vector core, at reset and again when the firmware has failed; the way into a job and back. mscratch is the job's context
 * while it runs, and 0 in machine mode, where traps are not returned from: interrupts are looked for, not taken. */

#include "core_start.S"

#define SAVED 13                        /* ra, s0 to s11 */
#define FRAME_SIZE ((SAVED * REG_SIZE + 15) & ~15)

/* struct job_context */
#define FIRMWARE_SP 0
#define PC REG_SIZE
#define X(n) ((2 + (n)) * REG_SIZE)

    .text
    .globl job_enter
job_enter:
    addi    sp, sp, -FRAME_SIZE
    REG_S   ra, 0(sp)
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    REG_S   s\n, (1 + \n) * REG_SIZE(sp)
    .endr
    REG_S   sp, FIRMWARE_SP(a0)
    csrw    mscratch, a0
    REG_L   t0, PC(a0)
    csrw    mepc, t0
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    REG_L   x\n, X(\n)(a0)
    .endr
    REG_L   a0, X(10)(a0)
    mret

    .balign 4                           /* mtvec.BASE (privileged specification, section 3.1.7) */
trap_entry:
    csrrw   a0, mscratch, a0
    beqz    a0, 5f
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    REG_S   x\n, X(\n)(a0)
    .endr
    csrrw   t0, mscratch, zero
    REG_S   t0, X(10)(a0)
    csrr    t0, mepc
    REG_S   t0, PC(a0)
    REG_L   sp, FIRMWARE_SP(a0)
    REG_L   ra, 0(sp)
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    REG_L   s\n, (1 + \n) * REG_SIZE(sp)
    .endr
    addi    sp, sp, FRAME_SIZE
    ret
5:  la      sp, core_stack_top          /* the firmware itself */
    tail    core_trap

    .globl job_clear_registers
job_clear_registers:
    .option push
    .option arch, +v
    csrw    vcsr, zero
    vsetvli t0, zero, e8, m8, ta, ma
    vmv.v.i v0, 0
    vmv.v.i v8, 0
    vmv.v.i v16, 0
    vmv.v.i v24, 0
    li      t0, -1                      /* a type that does not exist: vtype.vill, vl 0 (vector specification, section 3.11) */
    vsetvl  zero, zero, t0
    csrw    vstart, zero
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fcvt.d.w f\n, zero
    .endr
    csrw    fcsr, zero                  /* last: the conversions have no flags to leave, the frm is round to nearest */
    .option pop
    ret
