/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* System calls for debugging and benchmarks (sel4-abi.md 2.1, 2.3). */
#pragma once

#include <types.h>

#if defined(CONFIG_PRINTING) || defined(CONFIG_DEBUG_BUILD) || defined(CONFIG_ENABLE_BENCHMARKS)
/* Executes the call if this build has it. They come before the budget check, change at most a0 and never reschedule. */
bool debug_syscall(word_t number);
#else
INLINE bool debug_syscall(word_t number)
{
    (void)number;
    return false;
}
#endif
