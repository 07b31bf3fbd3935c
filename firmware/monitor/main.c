// SPDX-License-Identifier: Apache-2.0
// Copyright The KataOS-C authors

#include "monitor.h"

#include <platform_gen.h>

#include "csr.h"

_Noreturn void monitor_main(void);

/* Every exception that the kernel can handle goes to S-mode: misaligned, access and page faults, illegal instructions,
 * breakpoints, ecall from U. Environment calls from S stay here, they are the SBI (section 3.1.8). */
#define DELEGATED_EXCEPTIONS 0xb1ffu
#define DELEGATED_INTERRUPTS (IRQ_SSI | IRQ_STI | IRQ_SEI)

/* cycle, time and instret are readable below M-mode (section 3.1.11). */
#define COUNTERS_ALL 7u

static void delegate_traps(void)
{
    csr_write(medeleg, DELEGATED_EXCEPTIONS);
    csr_write(mideleg, DELEGATED_INTERRUPTS);
    csr_write(mcounteren, COUNTERS_ALL);
}

/* Turns on stimecmp for the kernel, with the comparison in the far future: a reset value of 0 would fire at once. The same
 * holds for the machine timer, which nobody uses then. */
static void enable_sstc(void)
{
#ifdef PLATFORM_SSTC
    volatile uint32_t *mtimecmp = (volatile uint32_t *)(uintptr_t)(CLINT_BASE + 0x4000u);

    mtimecmp[0] = UINT32_MAX;
    mtimecmp[1] = UINT32_MAX;
#if __riscv_xlen == 32
    csr_set(CSR_MENVCFGH, (uint32_t)1 << (MENVCFG_STCE_BIT - 32));
    csr_write(CSR_STIMECMP, UINT32_MAX);
    csr_write(CSR_STIMECMPH, UINT32_MAX);
#else
    csr_set(CSR_MENVCFG, (uint64_t)1 << MENVCFG_STCE_BIT);
    csr_write(CSR_STIMECMP, UINT64_MAX);
#endif
#endif
}

/* RV32 kernels run at VA = PA and install their own page table. An RV64 kernel is linked high, so it needs a table to
 * start on: 1 GiB pages that map the RAM at its physical address and in the kernel window. The walker runs with S-mode's
 * PMP rights, so the table cannot be in the monitor; the last page of RAM is free until the kernel has its own. */
static void map_kernel(void)
{
#if __riscv_xlen == 64
    enum { ENTRIES = 512, GIGA_SHIFT = 30, PTE_PPN_SHIFT = 10, PTE_VRWXAD = 0xcf };
    uint64_t *table = (uint64_t *)(HART0_END - 4096u);
    uint64_t pte = (uint64_t)HART0_BASE >> GIGA_SHIFT << (GIGA_SHIFT - 12 + PTE_PPN_SHIFT) | PTE_VRWXAD;

    for (unsigned i = 0; i < ENTRIES; i++) {
        table[i] = 0;
    }
    table[HART0_BASE >> GIGA_SHIFT] = pte;
    table[(handoff.kernel_entry >> GIGA_SHIFT) % ENTRIES] = pte;
    csr_write(satp, 8ull << 60 | (uintptr_t)table >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
#else
    csr_write(satp, 0);
#endif
}

/** Called by _start on the monitor's stack with a zeroed .bss. */
_Noreturn void monitor_main(void)
{
    pmp_init();
    delegate_traps();
    enable_sstc();
    map_kernel();
    csr_clear(mstatus, MSTATUS_MPP_MASK | MSTATUS_MPIE);
    csr_set(mstatus, MSTATUS_MPP_S);
    enter_kernel(&handoff, handoff.kernel_entry);
}
