/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "bell.h"

#include <platform_gen.h>

#include "csr.h"
#include "mtime.h"

/* QEMU's edu device (docs/specs/edu.txt). */
enum { EDU_STATUS = 0x24, EDU_RAISE = 0x60, EDU_ACKNOWLEDGE = 0x64 };

/* Interrupt controller (RISC-V PLIC specification 1.0.0). The boot ROM has enabled our source, the security core has given it a priority. */
#define PLIC_THRESHOLD (PLIC_BASE + 0x200000u + 0x1000u * VECTOR_PLIC_CONTEXT)
#define PLIC_CLAIM (PLIC_THRESHOLD + 4u)

enum { HART = 2 };

static uint32_t mmio_read(uintptr_t address)
{
    return *(volatile uint32_t *)address;
}

static void mmio_write(uintptr_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

void bell_start(void)
{
    mmio_write(PLIC_THRESHOLD, 0);
    mmio_write(PLIC_CLAIM, VECTOR_BELL_IN_IRQ);     /* what the last life may have claimed, and not completed */
    timer_off();
    csr_write(mie, IRQ_MEI | IRQ_MTI);
}

void bell_answer(void)
{
    if (csr_read(mip) & IRQ_MEI) {
        uint32_t source = mmio_read(PLIC_CLAIM);
        mmio_write(VECTOR_BELL_IN_BASE + EDU_ACKNOWLEDGE, mmio_read(VECTOR_BELL_IN_BASE + EDU_STATUS));
        if (source != 0) {
            mmio_write(PLIC_CLAIM, source);
        }
    }
}

void bell_ring(void)
{
    mmio_write(VECTOR_BELL_OUT_BASE + EDU_RAISE, 1);
}

/* Interrupts are off in here (mstatus.MIE): one that is pending, or becomes it, ends the sleep and is not taken. */
void bell_sleep(void)
{
    timer_off();
    __asm__ volatile("wfi" ::: "memory");
}

void timer_set(uint64_t ticks)
{
    mtime_alarm(HART, mtime_ticks() + ticks);
}

void timer_off(void)
{
    mtime_alarm(HART, UINT64_MAX);
}
