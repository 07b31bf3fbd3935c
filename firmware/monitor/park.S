/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Image of a hart that has no firmware yet: it locks everything away from itself until reset and sleeps. The hart stays in
 * M-mode, where only locked PMP entries count (privileged specification, section 3.7.1): its own slot becomes read and
 * execute only, all the rest inaccessible. Nothing is printed, no interrupt is enabled, a trap sleeps as well. */

#define NAPOT_SLOT ((PARK_BASE >> 2) | ((PARK_SIZE >> 3) - 1))
#define PMP_NAPOT 0x18
#define PMP_LOCKED 0x80
#define PMP_RX 0x05

    .section .text.start, "ax", @progbits
    .globl _start
_start:
    csrw    mie, zero
    la      t0, sleep
    csrw    mtvec, t0
    /* A timer that never fires: with its reset value of 0 the timer interrupt is pending for ever, and then every change of
     * any interrupt in the machine wakes a sleeping hart of QEMU. */
    li      t0, PARK_MTIMECMP
    li      t1, -1
    sw      t1, 0(t0)
    sw      t1, 4(t0)
    li      t0, NAPOT_SLOT
    csrw    pmpaddr0, t0
    li      t0, -1
    csrw    pmpaddr1, t0
    li      t0, ((PMP_LOCKED | PMP_NAPOT) << 8) | (PMP_LOCKED | PMP_NAPOT | PMP_RX)
    csrw    pmpcfg0, t0
    .balign 4
sleep:
    wfi
    j       sleep
