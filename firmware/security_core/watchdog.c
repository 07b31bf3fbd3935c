/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "watchdog.h"

#include <platform_gen.h>

#include "core.h"
#include "csr.h"
#include "mtime.h"

enum { HART = 1 };
#define TICKS_PER_MS (TIMEBASE_HZ / 1000u)

static void set_alarm(uint32_t ms)
{
    mtime_alarm(HART, mtime_ticks() + (uint64_t)ms * TICKS_PER_MS);
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
