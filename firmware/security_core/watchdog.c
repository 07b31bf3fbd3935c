/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "watchdog.h"

#include <platform_gen.h>

#include "core.h"
#include "csr.h"

#define MTIMECMP (CLINT_BASE + 0x4000u + 8u)    /* of hart 1 */
#define TICKS_PER_MS (TIMEBASE_HZ / 1000u)

uint64_t clock_ticks(void)
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

static void set_alarm(uint32_t ms)
{
    uint64_t deadline = clock_ticks() + (uint64_t)ms * TICKS_PER_MS;
    mmio_write(MTIMECMP + 4, UINT32_MAX);       /* no match between the two halves (section 3.2.1) */
    mmio_write(MTIMECMP, (uint32_t)deadline);
    mmio_write(MTIMECMP + 4, (uint32_t)(deadline >> 32));
}

void watchdog_reset(void)
{
    set_alarm(WATCHDOG_MS);
    csr_write(mie, IRQ_MTI);
    csr_set(mstatus, MSTATUS_MIE);
}

/* While MIE is off, pending interrupts end a wfi, but are not taken: doorbells are enabled here only. What became pending before lets it end
 * at once. */
void watchdog_sleep(uint32_t ms)
{
    csr_clear(mstatus, MSTATUS_MIE);
    set_alarm(ms);
    csr_write(mie, IRQ_MTI | IRQ_MEI);
    __asm__ volatile("wfi" ::: "memory");
    watchdog_reset();
}

void watchdog_pause(uint32_t ms)
{
    csr_clear(mstatus, MSTATUS_MIE);
    set_alarm(ms);
    csr_write(mie, IRQ_MTI);
    while (!(csr_read(mip) & IRQ_MTI)) {
        __asm__ volatile("wfi" ::: "memory");
    }
}
