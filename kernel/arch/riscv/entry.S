/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Kernel entry at boot, trap entry and return to user mode.
 *
 * In user mode sscratch holds the address of the running thread's TCB, which begins with its register context; in the kernel it is
 * 0, so that a trap of the kernel itself (always a bug) is recognised. sstatus is never written after boot: a trap from
 * user mode leaves SPP = 0 and SIE = 0, sret sets SPIE (privileged specification, section 4.1.1). Nothing of a kernel entry
 * survives it, so the stack is the same for everybody and starts empty every time. */

#include <kernel/gen_config.h>
#include <arch/context.h>

#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
#undef KERNEL_FASTPATH              /* only the general paths count */
#endif

#define SYSCALL_CALL -1
#define SYSCALL_REPLY_RECV -2
#define SCAUSE_ECALL_FROM_U 8

    .section .boot.start, "ax", @progbits
    .globl _start
_start:                             /* a0..a5: the loader's hand-off (sel4-abi.md 12.1) */
    csrw    sie, zero
    csrw    sscratch, zero
    la      sp, kernel_stack_top
    la      t0, trap_entry
    csrw    stvec, t0
    call    boot_kernel             /* sets up ks.current */
    j       return_to_user

    .text
    .balign 4                       /* stvec.BASE, MODE 0 = direct (section 4.1.2) */
    .globl trap_entry
    .type trap_entry, @function
trap_entry:
    csrrw   sp, sscratch, sp
    beqz    sp, kernel_trap
    REG_S   ra, CTX_RA(sp)
    REG_S   gp, CTX_GP(sp)
    REG_S   tp, CTX_TP(sp)
    REG_S   t0, CTX_T(0)(sp)
    REG_S   t1, CTX_T(1)(sp)
    REG_S   t2, CTX_T(2)(sp)
    REG_S   t3, CTX_T(3)(sp)
    REG_S   t4, CTX_T(4)(sp)
    REG_S   t5, CTX_T(5)(sp)
    REG_S   t6, CTX_T(6)(sp)
    REG_S   s0, CTX_S(0)(sp)
    REG_S   s1, CTX_S(1)(sp)
    REG_S   s2, CTX_S(2)(sp)
    REG_S   s3, CTX_S(3)(sp)
    REG_S   s4, CTX_S(4)(sp)
    REG_S   s5, CTX_S(5)(sp)
    REG_S   s6, CTX_S(6)(sp)
    REG_S   s7, CTX_S(7)(sp)
    REG_S   s8, CTX_S(8)(sp)
    REG_S   s9, CTX_S(9)(sp)
    REG_S   s10, CTX_S(10)(sp)
    REG_S   s11, CTX_S(11)(sp)
    REG_S   a0, CTX_A(0)(sp)
    REG_S   a1, CTX_A(1)(sp)
    REG_S   a2, CTX_A(2)(sp)
    REG_S   a3, CTX_A(3)(sp)
    REG_S   a4, CTX_A(4)(sp)
    REG_S   a5, CTX_A(5)(sp)
    REG_S   a6, CTX_A(6)(sp)
    REG_S   a7, CTX_A(7)(sp)
    csrrw   t0, sscratch, zero
    csrr    t1, sepc
    csrr    t2, scause
    REG_S   t0, CTX_SP(sp)
    REG_S   t1, CTX_PC(sp)
    addi    t3, t2, -SCAUSE_ECALL_FROM_U
    bnez    t3, not_a_syscall
    addi    t1, t1, 4               /* ecall has no compressed form */
    REG_S   t1, CTX_NEXT_PC(sp)
    la      sp, kernel_stack_top
#ifdef KERNEL_FASTPATH
    addi    t3, a7, -SYSCALL_CALL
    beqz    t3, call
    addi    t3, a7, -SYSCALL_REPLY_RECV
    beqz    t3, reply_recv
#endif
    mv      a2, a7
#ifdef KERNEL_FASTPATH
    call    fastpath_syscall
#else
    call    handle_syscall
#endif

return_to_user:                     /* ks.current, the first word of ks, runs on */
    lla     sp, ks
    REG_L   sp, 0(sp)
    addi    t1, sp, CTX_NEXT_PC
    REG_L   t0, 0(t1)
    REG_SC  zero, t0, (t1)          /* gives up a reservation of the thread that ran before (unprivileged spec, 8.2) */
    REG_L   a0, CTX_A(0)(sp)
    REG_L   a1, CTX_A(1)(sp)
    .globl restore_message
restore_message:                    /* sp: context; a0, a1: what the thread gets in them */
    REG_L   t0, CTX_NEXT_PC(sp)
    csrw    sscratch, sp
    csrw    sepc, t0
    REG_L   ra, CTX_RA(sp)
    REG_L   gp, CTX_GP(sp)
    REG_L   tp, CTX_TP(sp)
    REG_L   t0, CTX_T(0)(sp)
    REG_L   t1, CTX_T(1)(sp)
    REG_L   t2, CTX_T(2)(sp)
    REG_L   t3, CTX_T(3)(sp)
    REG_L   t4, CTX_T(4)(sp)
    REG_L   t5, CTX_T(5)(sp)
    REG_L   t6, CTX_T(6)(sp)
    REG_L   s0, CTX_S(0)(sp)
    REG_L   s1, CTX_S(1)(sp)
    REG_L   s2, CTX_S(2)(sp)
    REG_L   s3, CTX_S(3)(sp)
    REG_L   s4, CTX_S(4)(sp)
    REG_L   s5, CTX_S(5)(sp)
    REG_L   s6, CTX_S(6)(sp)
    REG_L   s7, CTX_S(7)(sp)
    REG_L   s8, CTX_S(8)(sp)
    REG_L   s9, CTX_S(9)(sp)
    REG_L   s10, CTX_S(10)(sp)
    REG_L   s11, CTX_S(11)(sp)
    REG_L   a2, CTX_A(2)(sp)
    REG_L   a3, CTX_A(3)(sp)
    REG_L   a4, CTX_A(4)(sp)
    REG_L   a5, CTX_A(5)(sp)
    REG_L   a6, CTX_A(6)(sp)
    REG_L   a7, CTX_A(7)(sp)
    REG_L   sp, CTX_SP(sp)
    sret

not_a_syscall:                      /* t1: sepc, t2: scause */
    REG_S   t1, CTX_NEXT_PC(sp)
    la      sp, kernel_stack_top
    bltz    t2, 1f                  /* the sign bit says interrupt (section 4.1.8) */
    mv      a0, t2
    call    handle_exception
    j       return_to_user
1:  call    handle_interrupt
    j       return_to_user

#ifdef KERNEL_FASTPATH
/* The fast paths get the arguments in registers, and go on to the general path themselves if they do not apply. */
call:
    call    fastpath_call
    j       return_to_user
reply_recv:
    mv      a2, a6
    call    fastpath_reply_recv
    j       return_to_user
#endif

kernel_trap:                        /* sscratch: the kernel's sp */
    csrr    a3, sscratch
    la      sp, kernel_stack_top
    csrr    a0, scause
    csrr    a1, sepc
    csrr    a2, stval
    tail    kernel_fault
    .size trap_entry, . - trap_entry

    .section .bss.stack, "aw", @nobits
    .balign 16
    .globl kernel_stack, kernel_stack_top
kernel_stack:
    .space  1 << CONFIG_KERNEL_STACK_BITS
kernel_stack_top:
