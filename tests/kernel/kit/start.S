/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Entry of the test root task, and the few pieces that C cannot say: non-local exit from a failed test, system calls
 * with every register under control, and threads that live in registers only.
 */
#if __riscv_xlen == 64
#define LOAD  ld
#define STORE sd
#define SIZE  8
#else
#define LOAD  lw
#define STORE sw
#define SIZE  4
#endif

    .section .text.start, "ax"
    .globl _start
_start:                                 /* a0 = bootinfo; every other register is 0 */
    la      sp, root_stack_top
    la      tp, root_thread
    call    kit_main
1:  j       1b

    .text
/* int run_guarded(void (*test)(void)): 0 when the test returned, 1 when it ended through abandon_test(). */
    .globl run_guarded
run_guarded:
    addi    sp, sp, -16 * SIZE
    STORE   ra, 0 * SIZE(sp)
    STORE   s0, 1 * SIZE(sp)
    STORE   s1, 2 * SIZE(sp)
    STORE   s2, 3 * SIZE(sp)
    STORE   s3, 4 * SIZE(sp)
    STORE   s4, 5 * SIZE(sp)
    STORE   s5, 6 * SIZE(sp)
    STORE   s6, 7 * SIZE(sp)
    STORE   s7, 8 * SIZE(sp)
    STORE   s8, 9 * SIZE(sp)
    STORE   s9, 10 * SIZE(sp)
    STORE   s10, 11 * SIZE(sp)
    STORE   s11, 12 * SIZE(sp)
    la      t0, guarded_sp
    STORE   sp, 0(t0)
    jalr    a0
    li      a0, 0
    j       restore
/* Also entered from outside (the watchdog sets the pc here), so it relies on no register. */
    .globl abandon_test
abandon_test:
    la      tp, root_thread
    la      t0, guarded_sp
    LOAD    sp, 0(t0)
    li      a0, 1
restore:
    LOAD    ra, 0 * SIZE(sp)
    LOAD    s0, 1 * SIZE(sp)
    LOAD    s1, 2 * SIZE(sp)
    LOAD    s2, 3 * SIZE(sp)
    LOAD    s3, 4 * SIZE(sp)
    LOAD    s4, 5 * SIZE(sp)
    LOAD    s5, 6 * SIZE(sp)
    LOAD    s6, 7 * SIZE(sp)
    LOAD    s7, 8 * SIZE(sp)
    LOAD    s8, 9 * SIZE(sp)
    LOAD    s9, 10 * SIZE(sp)
    LOAD    s10, 11 * SIZE(sp)
    LOAD    s11, 12 * SIZE(sp)
    addi    sp, sp, 16 * SIZE
    ret

/* void ecall_with(struct register_file *f): loads x1..x31 (x2 excepted: it is the frame's own address) from f->in,
 * traps, and stores all of them in f->out. */
    .globl ecall_with
    .globl ecall_with_site
ecall_with:
    addi    sp, sp, -16 * SIZE
    STORE   ra, 0 * SIZE(sp)
    STORE   s0, 1 * SIZE(sp)
    STORE   s1, 2 * SIZE(sp)
    STORE   s2, 3 * SIZE(sp)
    STORE   s3, 4 * SIZE(sp)
    STORE   s4, 5 * SIZE(sp)
    STORE   s5, 6 * SIZE(sp)
    STORE   s6, 7 * SIZE(sp)
    STORE   s7, 8 * SIZE(sp)
    STORE   s8, 9 * SIZE(sp)
    STORE   s9, 10 * SIZE(sp)
    STORE   s10, 11 * SIZE(sp)
    STORE   s11, 12 * SIZE(sp)
    STORE   gp, 13 * SIZE(sp)
    STORE   tp, 14 * SIZE(sp)
    STORE   sp, 64 * SIZE(a0)
    mv      sp, a0
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    LOAD    x\n, \n * SIZE(sp)
    .endr
ecall_with_site:
    ecall
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    STORE   x\n, (32 + \n) * SIZE(sp)
    .endr
    LOAD    sp, 64 * SIZE(sp)
    LOAD    ra, 0 * SIZE(sp)
    LOAD    s0, 1 * SIZE(sp)
    LOAD    s1, 2 * SIZE(sp)
    LOAD    s2, 3 * SIZE(sp)
    LOAD    s3, 4 * SIZE(sp)
    LOAD    s4, 5 * SIZE(sp)
    LOAD    s5, 6 * SIZE(sp)
    LOAD    s6, 7 * SIZE(sp)
    LOAD    s7, 8 * SIZE(sp)
    LOAD    s8, 9 * SIZE(sp)
    LOAD    s9, 10 * SIZE(sp)
    LOAD    s10, 11 * SIZE(sp)
    LOAD    s11, 12 * SIZE(sp)
    LOAD    gp, 13 * SIZE(sp)
    LOAD    tp, 14 * SIZE(sp)
    addi    sp, sp, 16 * SIZE
    ret

/* A thread that dumps x1..x31 as it finds them into the register_file at sp (out part) and stops by an ebreak. */
    .globl dump_registers
    .globl dump_registers_end
dump_registers:
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    STORE   x\n, (32 + \n) * SIZE(sp)
    .endr
    .option push
    .option norvc
dump_registers_end:
    ebreak
    .option pop
1:  j       1b

/* A thread without a stack: appends its number (a0) to the byte list at a1 (a1[0] = count), then waits on a2 for ever. */
    .globl append_and_wait
append_and_wait:
    lbu     t0, 0(a1)
    addi    t0, t0, 1
    add     t1, a1, t0
    sb      a0, 0(t1)
    sb      t0, 0(a1)
    mv      a0, a2
    li      a7, -9
    ecall
1:  j       1b

/* A thread that counts for ever in the word at a0. */
    .globl count_for_ever
count_for_ever:
1:  LOAD    t0, 0(a0)
    addi    t0, t0, 1
    STORE   t0, 0(a0)
    j       1b

    .option push
    .option norvc
/* Fault sites: 4-byte instructions at known addresses. a0 = operand, a1 = word that receives a result. */
    .globl fault_load, fault_load_site, fault_store, fault_store_site, fault_illegal, fault_illegal_site
    .globl fault_syscall, fault_syscall_site, fault_ebreak, fault_ebreak_site
fault_load:
fault_load_site:
    LOAD    a2, 0(a0)
    STORE   a2, 0(a1)
    j       finish
fault_store:
    li      a2, 0x5a
fault_store_site:
    STORE   a2, 0(a0)
    li      a2, 1
    STORE   a2, 0(a1)
    j       finish
fault_illegal:
fault_illegal_site:
    .word   0xc0001073                  /* csrrw x0, cycle, x0: illegal everywhere */
    STORE   sp, 0(a1)
    li      a2, 2
    STORE   a2, SIZE(a1)
    j       finish
fault_ebreak:
fault_ebreak_site:
    ebreak
    li      a2, 3
    STORE   a2, 0(a1)
    j       finish
fault_syscall:                          /* number in a0 */
    mv      a7, a0
    mv      s0, a1
    li      a0, 0x100
    li      a1, 0x101
    li      a2, 0x102
    li      a3, 0x103
    li      a4, 0x104
    li      a5, 0x105
    li      a6, 0x106
    li      ra, 0x107
fault_syscall_site:
    ecall
    STORE   a0, 0 * SIZE(s0)
    STORE   a1, 1 * SIZE(s0)
    STORE   a2, 2 * SIZE(s0)
    STORE   a3, 3 * SIZE(s0)
    STORE   a4, 4 * SIZE(s0)
    STORE   a5, 5 * SIZE(s0)
    STORE   a6, 6 * SIZE(s0)
    STORE   ra, 7 * SIZE(s0)
    STORE   sp, 8 * SIZE(s0)
    STORE   a7, 9 * SIZE(s0)
    li      a2, 1
    STORE   a2, 10 * SIZE(s0)
finish:                                 /* stop: wait on the null capability raises a CapFault */
    li      a0, 0
    li      a7, -9
    ecall
1:  j       1b
    .option pop

    .bss
    .balign 16
root_stack:
    .space  4096
root_stack_top:
    .balign SIZE
guarded_sp:
    .space  SIZE
