/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* An image for hart 2 that tries to get out of its slot, in machine mode. What came of it is in its own memory, the only one that it can write
 * (read by the test through QEMU's monitor): RESULTS: a magic word, the number of targets, then for each of them its address and the causes that a
 * load, a store and a jump have raised (-1: let through). */
#include <platform_gen.h>

#define RESULTS (HART2_BASE + 0x1000)
#define MAGIC 0x2b0b2b0b

    .section .text.start, "ax", @progbits
    .globl _start
_start:
    csrw    mie, zero
    la      t0, trap
    csrw    mtvec, t0
    li      s0, RESULTS
    la      s1, targets
    la      s2, targets_end
    addi    s3, s0, 8
next:
    lw      s4, 0(s1)
    sw      s4, 0(s3)
    .option push
    .option norvc
    la      s5, 1f
    lw      t0, 0(s4)
    li      s6, -1
1:  sw      s6, 4(s3)
    la      s5, 2f
    sw      zero, 0(s4)
    li      s6, -1
2:  sw      s6, 8(s3)
    la      s5, 3f
    jr      s4
3:  sw      s6, 12(s3)
    .option pop
    addi    s1, s1, 4
    addi    s3, s3, 16
    bne     s1, s2, next
    la      t0, targets
    sub     t0, s2, t0
    srli    t0, t0, 2
    sw      t0, 4(s0)
    li      t0, MAGIC
    sw      t0, 0(s0)
4:  wfi
    j       4b

    .balign 4
trap:
    csrr    s6, mcause
    jr      s5

    .balign 4
targets:
    .word   HART1_BASE, HART1_BASE + 0x4000, HART1_BASE + HART1_SIZE - 4            /* the security core */
    .word   FLASH_BASE, FLASH_BASE + FLASH_SIZE / 2                                  /* its flash */
    .word   MAILBOX_BASE, MAILBOX_BASE + MAILBOX_SIZE - 4                            /* its mailbox */
    .word   DOORBELL_IN_BASE + 0x60, DOORBELL_OUT_BASE + 0x60
    .word   ECAM_BASE, VIRTIO_BASE, FW_CFG_BASE                                      /* bus masters */
    .word   HART0_BASE, KERNEL_PADDR, HART0_END - 4                                  /* the management core */
    .word   CLINT_BASE + 4, CLINT_BASE + 0x4008, PLIC_BASE + 0x2100, UART_BASE, FINISHER_BASE, BOOT_MANIFEST_BASE
    .word   CLINT_BASE + 8, CLINT_BASE + 0x400c, CLINT_BASE + 0x4018                 /* beside its timer */
    .word   PLIC_BASE + 0x2200, PLIC_BASE + 0x204008, PLIC_BASE + 4, ARCHIVE_BASE    /* beside its interrupts; its neighbours */
    .word   VC_TOP_BASE + VC_TOP_SIZE, TCM_BASE - 4, TCM_BASE + TCM_SIZE
targets_end:
