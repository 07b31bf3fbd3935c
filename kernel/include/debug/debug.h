/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Kernel console, assertions and the invariant checker. Everything here vanishes from release builds. */
#pragma once

#include <types.h>

#ifdef CONFIG_PRINTING
/* Formatted output on the kernel console: %s %c %d %u %x (32 bit), %lx %lu (word), %%. */
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Redirects it to the bytes from `at` to `end`, or with NULL back to the console; returns where the last text ended. */
char *print_to(char *at, char *end);
#else
__attribute__((format(printf, 1, 2))) INLINE void kprintf(const char *format, ...)
{
    (void)format;
}
#endif

#ifdef CONFIG_DEBUG_BUILD
/* Reports a broken internal invariant and halts. Never reachable by a user program: such a path is a kernel bug. */
NORETURN void kassert_failed(const char *condition, const char *file, unsigned line);
#define kassert(c) ((c) ? (void)0 : kassert_failed(#c, __FILE__, __LINE__))
#else
#define kassert(c) ((void)sizeof(c))
#endif

#ifdef CONFIG_KERNEL_CHECK_INVARIANTS
/* Checks queues, threads, reply stacks, scheduling contexts (the invariants of testing.md D.4 that are cheap to walk) and
 * halts with a message when one is broken. Runs after each kernel entry that changed something. */
void check_invariants(void);
#else
INLINE void check_invariants(void) {}
#endif
