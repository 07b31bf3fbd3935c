/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "pmp.h"

#include <platform_gen.h>

#include "csr.h"

extern const char core_text_end[], core_rodata_end[];

#define NAPOT(base, size) ((uintptr_t)((base) >> 2) | (uintptr_t)(((size) >> 3) - 1))
#define CFG(entry, flags) ((uint32_t)(PMP_LOCKED | (flags)) << 8 * (entry) % 32)

/* Locked entries hold in M-mode (privileged specification, section 3.7.1), which is all there is here. The lowest that matches decides. */
void pmp_lock(void)
{
    csr_write(pmpaddr0, NAPOT(0u, 4096u));
    csr_write(pmpaddr1, HART1_BASE >> 2);
    csr_write(pmpaddr2, (uintptr_t)core_text_end >> 2);
    csr_write(pmpaddr3, (uintptr_t)core_rodata_end >> 2);
    csr_write(pmpaddr4, UINTPTR_MAX);
    uint32_t low = CFG(0, PMP_NAPOT) | CFG(1, 0) | CFG(2, PMP_TOR | PMP_R | PMP_X) | CFG(3, PMP_TOR | PMP_R);
    uint32_t high = CFG(4, PMP_NAPOT | PMP_R | PMP_W);
#if __riscv_xlen == 32
    csr_write(pmpcfg0, low);
    csr_write(pmpcfg1, high);       /* last: it takes the right to execute from everything that the others have not */
#else
    csr_write(pmpcfg0, (uint64_t)high << 32 | low);
#endif
}
