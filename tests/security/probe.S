/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* A program for hart 0 in the kernel's place: supervisor mode, translation off. */

#if __riscv_xlen == 64
#define STORE sd
#define LOAD ld
#define SIZE 8
#else
#define STORE sw
#define LOAD lw
#define SIZE 4
#endif

    .section .text.start, "ax", @progbits
    .globl _start
_start:
    la      sp, stack_top
    la      t0, trap
    csrw    stvec, t0
    csrw    sscratch, zero
    call    probe_main
1:  j       1b

/* unsigned long attempt(enum mode user, enum access kind, unsigned long address): the cause of the trap that the access raises, or (unsigned long)-1.
 * In user mode it ends with an ecall. No register is kept across it but those saved here. */
    .globl attempt
attempt:
    addi    sp, sp, -16 * SIZE
    STORE   ra, 0 * SIZE(sp)
    STORE   s0, 1 * SIZE(sp)
    STORE   s1, 2 * SIZE(sp)
    mv      s1, sp
    li      t0, 0x100               /* sstatus.SPP */
    csrc    sstatus, t0
    bnez    a0, 1f
    csrs    sstatus, t0
1:  la      t0, access
    csrw    sepc, t0
    sret
access:
    li      t0, 1
    beqz    a1, 2f
    beq     a1, t0, 3f
    jr      a2
    .option push
    .option norvc
2:  lw      t0, 0(a2)
    j       4f
3:  sw      zero, 0(a2)
4:  ebreak                          /* let through */
    .option pop

    .balign 4
trap:
    mv      sp, s1
    csrr    a0, scause
    addi    a0, a0, -3              /* breakpoint: the access was let through */
    beqz    a0, 5f
    addi    a0, a0, 3
    j       6f
5:  li      a0, -1
6:  LOAD    ra, 0 * SIZE(sp)
    LOAD    s0, 1 * SIZE(sp)
    LOAD    s1, 2 * SIZE(sp)
    addi    sp, sp, 16 * SIZE
    ret

/* void sbi_putchar(char c), void sbi_shutdown(void) */
    .globl sbi_putchar
sbi_putchar:
    li      a7, 1
    ecall
    ret
    .globl sbi_shutdown
sbi_shutdown:
    li      a7, 8
    ecall
7:  j       7b

    .bss
    .balign 16
    .space 4096
stack_top:
