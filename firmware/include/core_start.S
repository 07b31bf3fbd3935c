/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Start of the firmware of a core of its own (included by its start.S): at reset, and again when it has failed. What is KEPT outlives the
 * latter. Traps go to trap_entry. */

#if __riscv_xlen == 64
#define REG_S sd
#define REG_L ld
#define REG_SIZE 8
#else
#define REG_S sw
#define REG_L lw
#define REG_SIZE 4
#endif

    .section .text.start, "ax", @progbits
    .globl _start
_start:
    la      t0, core_kept_start
    la      t1, core_kept_end
    j       2f
1:  REG_S   zero, 0(t0)
    addi    t0, t0, REG_SIZE
2:  bltu    t0, t1, 1b

    .globl core_start_again
core_start_again:
    csrci   mstatus, 8                  /* MIE */
    csrw    mie, zero
    csrw    mscratch, zero
    la      sp, core_stack_top
    la      t0, trap_entry
    csrw    mtvec, t0
    la      t0, __bss_start
    la      t1, __bss_end
3:  bgeu    t0, t1, 4f
    REG_S   zero, 0(t0)
    addi    t0, t0, REG_SIZE
    j       3b
4:  tail    core_main
