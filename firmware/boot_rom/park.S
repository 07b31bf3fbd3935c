/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Image of a hart that has no firmware yet: it sleeps. What it could do otherwise, the boot ROM has locked away from it. */
    .section .text.start, "ax", @progbits
    .globl _start
_start:
    csrw    mie, zero
    la      t0, sleep
    csrw    mtvec, t0
    .balign 4
sleep:
    wfi
    j       sleep
