/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Taking interrupts inside the kernel. */
#pragma once

#include <types.h>

/* Reads the time and deals with one pending interrupt, if any, without choosing a thread: for handle_interrupt(), the idle loop and
 * preempted operations. */
void interrupt_service(void);
