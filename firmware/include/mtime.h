/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <platform_gen.h>
#include <stdint.h>

#include "csr.h"

/* The machine's clock and a hart's alarm (privileged specification, section 3.2.1). For firmware, which has the CLINT in reach. */

static inline uint64_t mtime_ticks(void)
{
#if __riscv_xlen == 32
    uintptr_t high, low;
    do {
        high = csr_read(timeh);
        low = csr_read(time);
    } while (high != csr_read(timeh));
    return (uint64_t)high << 32 | low;
#else
    return csr_read(time);
#endif
}

/* The hart's timer interrupt is pending from then on. UINT64_MAX: never. */
static inline void mtime_alarm(unsigned hart, uint64_t at)
{
    volatile uint32_t *compare = (volatile uint32_t *)(uintptr_t)(CLINT_BASE + 0x4000u + 8u * hart);
    compare[1] = UINT32_MAX;            /* no match between the two halves */
    compare[0] = (uint32_t)at;
    compare[1] = (uint32_t)(at >> 32);
}
