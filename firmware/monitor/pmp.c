// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

#include <platform_gen.h>

#include "csr.h"
#include "monitor.h"

/* Address of a naturally aligned power-of-two region (section 3.7.1, table 3.10). */
#define NAPOT(base, size) ((uintptr_t)((base) >> 2) | (uintptr_t)(((size) >> 3) - 1))

#define IS_NAPOT(base, size) (((size) & ((size)-1)) == 0 && ((base) & ((size)-1)) == 0)

_Static_assert(IS_NAPOT(MONITOR_BASE, MONITOR_SIZE), "the monitor is one PMP entry");
_Static_assert(IS_NAPOT(CLINT_BASE, CLINT_SIZE), "and so are timers and software interrupts");

/* The lowest matching entry decides. The first twelve belong to the boot ROM, which has locked the walls around the security
 * core and its devices in them (firmware/boot_rom/rom.S). Ours have no lock: nothing for S and U, everything for M, which runs
 * here. The timers are in it because those of the other harts lie beside our own. */
enum {
    CFG_MACHINE_ONLY = PMP_NAPOT,
    CFG_EVERYTHING = PMP_NAPOT | PMP_RWX,
};

void pmp_init(void)
{
    uint32_t cfg = (uint32_t)CFG_EVERYTHING << 16 | (uint32_t)CFG_MACHINE_ONLY << 8 | (uint32_t)CFG_MACHINE_ONLY;

    csr_write(pmpaddr12, NAPOT(MONITOR_BASE, MONITOR_SIZE));
    csr_write(pmpaddr13, NAPOT(CLINT_BASE, CLINT_SIZE));
    csr_write(pmpaddr14, UINTPTR_MAX);
#if __riscv_xlen == 32
    csr_write(pmpcfg3, cfg);
#else
    csr_set(pmpcfg2, (uintptr_t)cfg << 32); /* entries 12 to 15; 8 to 11 are the ROM's */
#endif
}
