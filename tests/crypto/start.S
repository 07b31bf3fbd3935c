/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Reset of a program that has the machine for itself, in machine mode. A trap ends it. */
#if __riscv_xlen == 64
#define STORE sd
#define SIZE  8
#else
#define STORE sw
#define SIZE  4
#endif
    .section .text.start, "ax", @progbits
    .globl _start
_start:
    la      sp, stack_top
    la      t0, trapped
    csrw    mtvec, t0
    la      t0, __bss_start
    la      t1, __bss_end
1:  bgeu    t0, t1, 2f
    STORE   zero, 0(t0)
    addi    t0, t0, SIZE
    j       1b
2:  tail    test_main

    .balign 4
trapped:
    la      sp, stack_top
    csrr    a0, mcause
    csrr    a1, mepc
    tail    test_trapped
