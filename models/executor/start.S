/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Beginning and end of the executor's run: a stack, and the chip's finish instruction. */
#include <nn/executor.h>

    .section .text.start, "ax", @progbits
    .globl _start
_start:
    li      sp, NN_EXECUTOR_STACK_TOP
    call    executor_main
    .word   0x0000307b
