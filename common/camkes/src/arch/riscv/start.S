/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Entry of a component, at its very first address. a0: how it starts (enum camkes_life), a1: an argument of that; both
 * go on to camkes_main. The supervisor that starts it again knows nothing of its layout, so it makes its own stack
 * pointer and its own clean .bss; what is behind __bss_end persists (CAMKES_PERSISTENT). gp serves linker relaxation. */
    .section .text._start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    beqz a0, 2f             /* the first life: fresh frames are zero */
    la t0, __bss_start
    la t1, __bss_end
1:  bgeu t0, t1, 2f
    sw zero, (t0)
    addi t0, t0, 4
    j 1b
2:  j camkes_main
