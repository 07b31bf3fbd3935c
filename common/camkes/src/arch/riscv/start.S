/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Entry of a component: sp is set by whoever made the thread. gp serves linker relaxation; without the symbol in the
 * linker script it is 0 and unused. */
    .weak __global_pointer$
    .section .text._start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    j camkes_main
