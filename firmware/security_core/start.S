/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Start of the security core, at reset and again when the watchdog has bitten. No trap is ever returned from: interrupts are looked for, not
 * taken (main.c), so what arrives here is the watchdog or a fault, and either means to start again. */

#include "core_start.S"

    .balign 4                       /* mtvec.BASE (privileged specification, section 3.1.7) */
trap_entry:
    la      sp, core_stack_top
    tail    core_trap
