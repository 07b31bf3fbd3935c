/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Reset and trap entry of the monitor. mscratch is the monitor's stack top while the hart is in S- or U-mode and 0 while
 * it is in M-mode, so that a trap of the monitor itself is recognised. */

#if __riscv_xlen == 64
#define REG_S sd
#define REG_L ld
#define REG_SIZE 8
#define WORD .dword
#else
#define REG_S sw
#define REG_L lw
#define REG_SIZE 4
#define WORD .word
#endif

#define FRAME_WORDS 17
#define FRAME_SIZE ((FRAME_WORDS * REG_SIZE + 15) & ~15)

    .section .text.start, "ax", @progbits
    .globl _start
_start:
    csrw    mie, zero
    csrw    mscratch, zero
    la      sp, monitor_stack_top
    la      t0, trap_entry
    csrw    mtvec, t0
    la      t0, __bss_start
    la      t1, __bss_end
1:  bgeu    t0, t1, 2f
    REG_S   zero, 0(t0)
    addi    t0, t0, REG_SIZE
    j       1b
2:  tail    monitor_main

    .text
    .globl enter_kernel
enter_kernel:                       /* a0: hand-off, a1: entry point */
    csrw    mepc, a1
    la      t0, monitor_stack_top
    csrw    mscratch, t0
    mv      t0, a0
    REG_L   a0, 0 * REG_SIZE(t0)
    REG_L   a1, 1 * REG_SIZE(t0)
    REG_L   a2, 2 * REG_SIZE(t0)
    REG_L   a3, 3 * REG_SIZE(t0)
    REG_L   a4, 4 * REG_SIZE(t0)
    REG_L   a5, 5 * REG_SIZE(t0)
    mret

    .balign 4                       /* mtvec.BASE is 4-byte aligned, MODE 0 = direct (section 3.1.7) */
    .globl trap_entry
trap_entry:
    csrrw   sp, mscratch, sp
    bnez    sp, 1f
    la      sp, monitor_stack_top   /* the monitor itself trapped; what it was doing is lost, but it can be reported */
1:  addi    sp, sp, -FRAME_SIZE
    REG_S   ra, 0 * REG_SIZE(sp)
    REG_S   t0, 2 * REG_SIZE(sp)
    csrrw   t0, mscratch, zero
    REG_S   t0, 1 * REG_SIZE(sp)
    REG_S   t1, 3 * REG_SIZE(sp)
    REG_S   t2, 4 * REG_SIZE(sp)
    REG_S   t3, 5 * REG_SIZE(sp)
    REG_S   t4, 6 * REG_SIZE(sp)
    REG_S   t5, 7 * REG_SIZE(sp)
    REG_S   t6, 8 * REG_SIZE(sp)
    REG_S   a0, 9 * REG_SIZE(sp)
    REG_S   a1, 10 * REG_SIZE(sp)
    REG_S   a2, 11 * REG_SIZE(sp)
    REG_S   a3, 12 * REG_SIZE(sp)
    REG_S   a4, 13 * REG_SIZE(sp)
    REG_S   a5, 14 * REG_SIZE(sp)
    REG_S   a6, 15 * REG_SIZE(sp)
    REG_S   a7, 16 * REG_SIZE(sp)
    mv      a0, sp
    call    monitor_trap
    REG_L   t0, 1 * REG_SIZE(sp)
    csrw    mscratch, t0            /* the interrupted sp, swapped back by the last instruction but one */
    REG_L   ra, 0 * REG_SIZE(sp)
    REG_L   t0, 2 * REG_SIZE(sp)
    REG_L   t1, 3 * REG_SIZE(sp)
    REG_L   t2, 4 * REG_SIZE(sp)
    REG_L   t3, 5 * REG_SIZE(sp)
    REG_L   t4, 6 * REG_SIZE(sp)
    REG_L   t5, 7 * REG_SIZE(sp)
    REG_L   t6, 8 * REG_SIZE(sp)
    REG_L   a0, 9 * REG_SIZE(sp)
    REG_L   a1, 10 * REG_SIZE(sp)
    REG_L   a2, 11 * REG_SIZE(sp)
    REG_L   a3, 12 * REG_SIZE(sp)
    REG_L   a4, 13 * REG_SIZE(sp)
    REG_L   a5, 14 * REG_SIZE(sp)
    REG_L   a6, 15 * REG_SIZE(sp)
    REG_L   a7, 16 * REG_SIZE(sp)
    addi    sp, sp, FRAME_SIZE
    csrrw   sp, mscratch, sp
    mret

    .section .rodata.handoff, "a", @progbits
    .balign REG_SIZE
    .globl handoff
handoff:                            /* struct kernel_handoff; the values come from the link command (--defsym) */
    WORD    UI_START
    WORD    UI_END
    WORD    UI_PVOFFSET
    WORD    UI_ENTRY
    WORD    0
    WORD    0
    WORD    KERNEL_ENTRY
