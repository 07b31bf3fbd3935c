/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* First instruction of user level. a0: bootinfo (sel4-abi 12.6); everything else is ours to set up. */
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    j rootserver_main
