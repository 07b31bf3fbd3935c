/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* The job: code of somebody else in user mode, with the windows as its address space. */

/* Where it is while it does not run. start.S knows the layout. */
struct job_context {
    uintptr_t firmware_sp;
    uintptr_t pc;
    uintptr_t x[32];                /* x[0] is not used */
};

/* Goes on with the job that core_begin has begun, until something is to be done: it has said or done something (the device knows what then), or
 * the doorbell has rung. */
void job_run(void);

/* --- start.S --- */

/* Enters user mode, and returns with the next trap; what it was is in mcause and mtval. */
void job_enter(struct job_context *context);

/* Zeros in all floating-point and vector registers, and the state of reset in their control registers. */
void job_clear_registers(void);
