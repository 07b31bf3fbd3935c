/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/*
 * Where harts 0 and 2 are at reset: they sleep until the security core (hart 1) has found their images good and raises their software
 * interrupt. Then they put up the walls that nobody takes down before the next reset (locked PMP entries hold in M-mode, too: privileged
 * specification, section 3.7.1), and enter their images. This page can be executed by all, and written by nobody.
 */
#include <platform_gen.h>

#define PMP_RX 0x05
#define PMP_RWX 0x07
#define PMP_TOR 0x08
#define PMP_NAPOT 0x18
#define PMP_LOCKED 0x80
#define PMP_RW 0x03
#define OPEN_RX (PMP_LOCKED | PMP_NAPOT | PMP_RX)
#define OPEN_RW (PMP_LOCKED | PMP_NAPOT | PMP_RW)
#define OPEN_RWX (PMP_LOCKED | PMP_NAPOT | PMP_RWX)
#define CLOSED (PMP_LOCKED | PMP_NAPOT)
#define CLOSED_TOR (PMP_LOCKED | PMP_TOR)

#define NAPOT(base, size) ((base) >> 2 | (((size) >> 3) - 1))
#define CFG4(a, b, c, d) ((a) | (b) << 8 | (c) << 16 | (d) << 24)

#define IRQ_MSI 8
/* Of both contexts of a hart: 0x100 bytes of enables, 0x2000 of claims. */
#define PLIC_ENABLES(context) (PLIC_BASE + 0x2000 + ((context) & ~1) * 0x80)
#define PLIC_CLAIMS(context) (PLIC_BASE + 0x200000 + ((context) & ~1) * 0x1000)
#define VECTOR_ENABLE (PLIC_BASE + 0x2000 + VECTOR_PLIC_CONTEXT * 0x80 + VECTOR_BELL_IN_IRQ / 32 * 4)
#define VECTOR_CLAIM (PLIC_BASE + 0x200000 + VECTOR_PLIC_CONTEXT * 0x1000)   /* threshold and claim */
#define VECTOR_MTIMECMP (CLINT_BASE + 0x4000 + 8 * 2)

.macro wall entry, base, size
    li      t0, NAPOT(\base, \size)
    csrw    pmpaddr\entry, t0
.endm

    .section .text.start, "ax", @progbits
    .globl _start
_start:
    csrw    mie, zero
    la      t0, stop
    csrw    mtvec, t0
    csrr    s0, mhartid
    /* A timer that never fires: with its reset value of 0 it is pending for ever, and wakes a sleeping hart of QEMU at every change of
     * any interrupt in the machine. */
    li      t0, CLINT_BASE + 0x4000
    slli    t1, s0, 3
    add     t0, t0, t1
    li      t1, -1
    sw      t1, 0(t0)
    sw      t1, 4(t0)
    li      s1, CLINT_BASE
    slli    t1, s0, 2
    add     s1, s1, t1
    li      t0, IRQ_MSI
    csrw    mie, t0
1:  wfi
    csrr    t0, mip
    andi    t0, t0, IRQ_MSI
    beqz    t0, 1b
    csrw    mie, zero
    sw      zero, 0(s1)
    bnez    s0, hart2

    /* Hart 0: everything but what is the other harts'. Entries 12 to 15 are the monitor's. */
    wall    0, BOOT_MANIFEST_BASE, (BOOT_MANIFEST_SIZE + BOOT_ROM_SIZE)
    wall    1, HART1_BASE, HART1_SIZE
    wall    2, HART2_BASE, HART2_SIZE
    wall    3, FLASH_BASE, FLASH_SIZE
    wall    4, ECAM_BASE, ECAM_SIZE
    li      t0, VIRTIO_BASE >> 2
    csrw    pmpaddr5, t0
    li      t0, (VIRTIO_BASE + VIRTIO_SIZE) >> 2
    csrw    pmpaddr6, t0
    wall    7, FW_CFG_BASE, FW_CFG_SIZE
    wall    8, PLIC_ENABLES(SECURITY_PLIC_CONTEXT), 0x100
    wall    9, PLIC_CLAIMS(SECURITY_PLIC_CONTEXT), 0x2000
    wall    10, PLIC_ENABLES(VECTOR_PLIC_CONTEXT), 0x100
    wall    11, PLIC_CLAIMS(VECTOR_PLIC_CONTEXT), 0x2000
#if __riscv_xlen == 32
    li      t0, CFG4(OPEN_RX, CLOSED, CLOSED, CLOSED)
    csrw    pmpcfg0, t0
    li      t0, CFG4(CLOSED, 0, CLOSED_TOR, CLOSED)
    csrw    pmpcfg1, t0
    li      t0, CFG4(CLOSED, CLOSED, CLOSED, CLOSED)
    csrw    pmpcfg2, t0
    csrw    minstret, zero          /* instructions are counted from here on: those of the security core before are not ours */
    csrw    minstreth, zero
#else
    li      t0, CFG4(OPEN_RX, CLOSED, CLOSED, CLOSED) | CFG4(CLOSED, 0, CLOSED_TOR, CLOSED) << 32
    csrw    pmpcfg0, t0
    li      t0, CFG4(CLOSED, CLOSED, CLOSED, CLOSED)
    csrw    pmpcfg2, t0
    csrw    minstret, zero
#endif
    li      t0, MONITOR_BASE
    jr      t0

    /*
     * Hart 2: its own slot, the registers that it presents and the memory that they are about, its interrupts, its timer; and nothing else of
     * the machine. The slot is what no entry matches: open to the firmware in machine mode, closed to jobs, whatever their page tables say.
     * The page tables are in an entry because the walker reads them with a job's rights.
     */
hart2:
    li      t0, VECTOR_ENABLE
    li      t1, 1 << (VECTOR_BELL_IN_IRQ % 32)
    sw      t1, 0(t0)
    wall    0, BOOT_ROM_BASE, BOOT_ROM_SIZE
    wall    1, VECTOR_MTIMECMP, 8
    wall    2, VECTOR_CLAIM, 8
    wall    3, VECTOR_BELLS_BASE, VECTOR_BELLS_SIZE
    wall    4, VC_TOP_BASE, VC_TOP_SIZE
    wall    5, TCM_BASE, TCM_SIZE
    wall    6, VECTOR_TABLES_BASE, VECTOR_TABLES_SIZE
    csrw    pmpaddr7, zero          /* from here to the slot, */
    li      t0, HART2_BASE >> 2
    csrw    pmpaddr8, t0
    li      t0, (HART2_BASE + HART2_SIZE) >> 2      /* and from behind it to the end */
    csrw    pmpaddr9, t0
    li      t0, -1
    csrw    pmpaddr10, t0
#if __riscv_xlen == 32
    li      t0, CFG4(OPEN_RX, OPEN_RW, OPEN_RW, OPEN_RW)
    csrw    pmpcfg0, t0
    li      t0, CFG4(OPEN_RW, OPEN_RWX, OPEN_RW, PMP_LOCKED)
    csrw    pmpcfg1, t0
    li      t0, CFG4(CLOSED_TOR, PMP_LOCKED, CLOSED_TOR, 0)
    csrw    pmpcfg2, t0
#else
    li      t0, CFG4(OPEN_RX, OPEN_RW, OPEN_RW, OPEN_RW) | CFG4(OPEN_RW, OPEN_RWX, OPEN_RW, PMP_LOCKED) << 32
    csrw    pmpcfg0, t0
    li      t0, CFG4(CLOSED_TOR, PMP_LOCKED, CLOSED_TOR, 0)
    csrw    pmpcfg2, t0
#endif
    li      t0, HART2_BASE
    jr      t0

    .balign 4                       /* mtvec.BASE (section 3.1.7) */
stop:
    wfi
    j       stop
