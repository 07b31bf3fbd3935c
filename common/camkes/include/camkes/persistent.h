/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors */
/* What a component keeps when it is started again. Included by <camkes/runtime.h>; alone it needs no seL4 header, so that
 * logic with persistent state can be tested on the host. */
#ifndef CAMKES_PERSISTENT_H
#define CAMKES_PERSISTENT_H

/* Variables that survive a restart: static CAMKES_PERSISTENT struct x x; They start as zeros. The service may die
 * between any two instructions, so what belongs together is written in an order (camkes_in_order between the steps) in which
 * the next life can tell, and repairs, what was half done. A write of one word or less is done or not done. */
#ifdef __riscv
#define CAMKES_PERSISTENT __attribute__((section(".bss.camkes_persistent")))
#else /* in tests on the host: a section that has __start and __stop symbols */
#define CAMKES_PERSISTENT __attribute__((section("camkes_persistent")))
#endif

/* The writes before it are done before those behind it (one thread, one processor: the compiler is all that reorders). */
#define camkes_in_order() __asm__ volatile("" ::: "memory")

#endif
