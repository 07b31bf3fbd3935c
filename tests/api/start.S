/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* M-mode program without a kernel: every ecall stores a0..a7 and t0 in `captured` and returns made-up values. */
#if __riscv_xlen == 64
#define STORE sd
#define SIZE 8
#else
#define STORE sw
#define SIZE 4
#endif
    .text
    .globl _start
_start:
    csrr t0, mhartid
1:  bnez t0, 1b
    la sp, stack_top
    la t0, trap
    csrw mtvec, t0
    call program
    li t0, 0x100000 /* power off */
    li t1, 0x5555
    sw t1, 0(t0)
2:  j 2b

    .balign 4
trap:
    csrw mscratch, t1
    la t1, captured
    STORE a0, 0*SIZE(t1)
    STORE a1, 1*SIZE(t1)
    STORE a2, 2*SIZE(t1)
    STORE a3, 3*SIZE(t1)
    STORE a4, 4*SIZE(t1)
    STORE a5, 5*SIZE(t1)
    STORE a6, 6*SIZE(t1)
    STORE a7, 7*SIZE(t1)
    STORE t0, 8*SIZE(t1)
    li a0, 0xb
    la t1, reply_info
#if __riscv_xlen == 64
    ld a1, 0(t1)
#else
    lw a1, 0(t1)
#endif
    li a2, 0xa2
    li a3, 0xa3
    li a4, 0xa4
    li a5, 0xa5
    csrr t1, mepc
    addi t1, t1, 4
    csrw mepc, t1
    csrr t1, mscratch
    mret

    .bss
    .balign 16
    .space 4096
stack_top:
    .globl captured
captured: .space 9*SIZE
