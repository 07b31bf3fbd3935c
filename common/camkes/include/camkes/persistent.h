/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* Variables that survive a restart of their component. Free of system calls. */
#ifndef CAMKES_PERSISTENT_H
#define CAMKES_PERSISTENT_H

/* Variables that survive a restart: static CAMKES_PERSISTENT struct x x; They start as zeros. The service may die
 * between any two instructions, so what belongs together is written in an order (camkes_in_order between the steps) in which
 * the next life can tell, and repairs, what was half done. */
#define CAMKES_PERSISTENT __attribute__((section(".bss.camkes_persistent")))

/* The writes before it are done before those behind it (one thread, one processor: the compiler is all that reorders). */
#define camkes_in_order() __asm__ volatile("" ::: "memory")

#endif
