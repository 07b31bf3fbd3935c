// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

#include <platform_gen.h>

#include "csr.h"
#include "monitor.h"

/* Address of a naturally aligned power-of-two region (section 3.7.1, table 3.10). */
#define NAPOT(base, size) ((uintptr_t)((base) >> 2) | (uintptr_t)(((size) >> 3) - 1))

#define IS_NAPOT(base, size) (((size) & ((size)-1)) == 0 && ((base) & ((size)-1)) == 0)

_Static_assert(IS_NAPOT(MONITOR_BASE, MONITOR_SIZE), "the monitor is one PMP entry");
#ifdef HART1_BASE
_Static_assert(IS_NAPOT(HART1_BASE, HART1_SIZE), "hart 1's memory is one PMP entry");
_Static_assert(IS_NAPOT(HART2_BASE, HART2_SIZE), "hart 2's memory is one PMP entry");
#endif

/* The lowest matching entry decides. Entry 0 has no rights and no lock: nothing for S and U, everything for M, which runs
 * there. Entries 1 and 2, if other harts have memory, are locked: hart 0 has no business there in any mode, until reset. */
enum {
    CFG_MONITOR = PMP_NAPOT,
#ifdef HART1_BASE
    CFG_OTHER_HART = PMP_NAPOT | PMP_LOCKED,
#else
    CFG_OTHER_HART = 0,
#endif
    CFG_EVERYTHING = PMP_NAPOT | PMP_RWX,
};

void pmp_init(void)
{
    csr_write(pmpaddr0, NAPOT(MONITOR_BASE, MONITOR_SIZE));
#ifdef HART1_BASE
    csr_write(pmpaddr1, NAPOT(HART1_BASE, HART1_SIZE));
    csr_write(pmpaddr2, NAPOT(HART2_BASE, HART2_SIZE));
#endif
    csr_write(pmpaddr3, UINTPTR_MAX);
    csr_write(pmpcfg0, (uint32_t)CFG_EVERYTHING << 24 | (uint32_t)CFG_OTHER_HART << 16 |
                           (uint32_t)CFG_OTHER_HART << 8 | (uint32_t)CFG_MONITOR);
}
