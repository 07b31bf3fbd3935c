/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Entry from the firmware (S-mode, translation off; a0: hart, a1: device tree), the two programs to load, and the jump into
 * the kernel.
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
_start:
    la      sp, loader_stack_top
    la      t0, __bss_start
    la      t1, __bss_end
1:  bgeu    t0, t1, 2f
    STORE   zero, 0(t0)
    addi    t0, t0, SIZE
    j       1b
2:  tail    loader_main

    .text
/* What firmware and loader may leave in sstatus: loads of execute-only pages, access to user pages, floating point, vectors. */
#define SSTATUS_LEFT_OVER (1 << 19 | 1 << 18 | 3 << 13 | 3 << 9)

/* enter_kernel(registers a0..a5 of the kernel, its entry, satp): turns translation on, where this code is mapped to itself. */
    .globl enter_kernel
enter_kernel:
    mv      t0, a0
    mv      t1, a1
    li      t2, SSTATUS_LEFT_OVER
    csrs    sstatus, t2
    sfence.vma
    csrw    satp, a2
    sfence.vma
    fence.i
    LOAD    a0, 0 * SIZE(t0)
    LOAD    a1, 1 * SIZE(t0)
    LOAD    a2, 2 * SIZE(t0)
    LOAD    a3, 3 * SIZE(t0)
    LOAD    a4, 4 * SIZE(t0)
    LOAD    a5, 5 * SIZE(t0)
    jr      t1

    .section .rodata.images, "a"
    .balign 16
    .globl kernel_elf, user_elf
kernel_elf:
    .incbin KERNEL_ELF
    .balign 16
user_elf:
    .incbin USER_ELF

    .bss
    .balign 16
    .space  4096
loader_stack_top:
