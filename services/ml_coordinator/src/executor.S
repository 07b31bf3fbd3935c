/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The executor's image (models/executor), where there is a vector core. */
    .section .rodata.executor, "a", @progbits
    .globl executor_begin, executor_end
    .balign 4
executor_begin:
#ifdef EXECUTOR
    .incbin EXECUTOR
#endif
executor_end:
