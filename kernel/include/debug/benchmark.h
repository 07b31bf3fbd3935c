/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Benchmark system calls, and the counting of processor time per thread (CONFIG_BENCHMARK_TRACK_UTILISATION; the fast paths are off
 * then). Counts between BenchmarkResetLog and BenchmarkFinalizeLog; the unit is the hart's cycle counter. */
#pragma once

#include <object/tcb.h>

#ifdef CONFIG_ENABLE_BENCHMARKS
/* Executes the call if this build has it; same rules as debug_syscall(). */
bool benchmark_syscall(word_t number);
#else
INLINE bool benchmark_syscall(word_t number)
{
    (void)number;
    return false;
}
#endif

#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
/* The kernel is entered and left: for a user thread, and around the idle thread's sleep. */
void benchmark_enter(void);
void benchmark_leave(void);
/* ks.current is about to be replaced by `next`. */
void benchmark_switch(tcb_t *next);
#else
INLINE void benchmark_enter(void) {}
INLINE void benchmark_leave(void) {}
INLINE void benchmark_switch(tcb_t *next) { (void)next; }
#endif
