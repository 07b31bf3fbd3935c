/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "doorbell.h"

#include <platform_gen.h>
#include <string.h>

#include "core.h"
#include "csr.h"

/* PCI configuration space (PCI Local Bus Specification 3.0, chapter 6), 32 bits at a time. */
enum { PCI_ID = 0x00, PCI_COMMAND = 0x04, PCI_BAR0 = 0x10, PCI_SLOT_SHIFT = 15 };
enum { PCI_COMMAND_MEMORY = 1 << 1, PCI_COMMAND_MASTER = 1 << 2 };

/* QEMU's edu device (docs/specs/edu.txt). */
#define EDU_ID 0x11e81234u
enum { EDU_STATUS = 0x24, EDU_RAISE = 0x60, EDU_ACKNOWLEDGE = 0x64 };

/* Interrupt controller (RISC-V PLIC specification 1.0.0). */
#define PLIC_PRIORITY(source) (PLIC_BASE + 4u * (source))
#define PLIC_ENABLE(source) (PLIC_BASE + 0x2000u + 0x80u * SECURITY_PLIC_CONTEXT + (source) / 32u * 4u)
#define PLIC_THRESHOLD (PLIC_BASE + 0x200000u + 0x1000u * SECURITY_PLIC_CONTEXT)
#define PLIC_CLAIM (PLIC_THRESHOLD + 4u)

static bool bell_init(unsigned slot, uint32_t base)
{
    uintptr_t config = ECAM_BASE + (slot << PCI_SLOT_SHIFT);
    if (mmio_read(config + PCI_ID) != EDU_ID) {
        return false;
    }
    if (mmio_read(config + PCI_BAR0) != base) {     /* else it is in use: this is not our first life */
        mmio_write(config + PCI_BAR0, base);
    }
    mmio_write(config + PCI_COMMAND, PCI_COMMAND_MEMORY);
    return (mmio_read(config + PCI_COMMAND) & (PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER)) == PCI_COMMAND_MEMORY;
}

/* Those between harts 0 and 2, who can not configure devices. Their page is empty until hart 2 says otherwise. */
static void vector_bells_init(void)
{
    if (core_kept.lives == 1) {
        memset((void *)(uintptr_t)VC_TOP_BASE, 0, VC_TOP_SIZE);
    }
    if (bell_init(VECTOR_BELL_IN_SLOT, VECTOR_BELL_IN_BASE) && bell_init(VECTOR_BELL_OUT_SLOT, VECTOR_BELL_OUT_BASE)) {
        mmio_write(PLIC_PRIORITY(VECTOR_BELL_IN_IRQ), 1);
    }
}

bool doorbell_init(void)
{
    vector_bells_init();
    if (!bell_init(DOORBELL_IN_SLOT, DOORBELL_IN_BASE) || !bell_init(DOORBELL_OUT_SLOT, DOORBELL_OUT_BASE)) {
        return false;
    }
    mmio_write(PLIC_PRIORITY(DOORBELL_IN_IRQ), 1);
    mmio_write(PLIC_ENABLE(DOORBELL_IN_IRQ), 1u << DOORBELL_IN_IRQ % 32u);
    mmio_write(PLIC_THRESHOLD, 0);
    mmio_write(PLIC_CLAIM, DOORBELL_IN_IRQ);        /* what the last life may have claimed, and not completed */
    return true;
}

void doorbell_ring(void)
{
    mmio_write(DOORBELL_OUT_BASE + EDU_RAISE, 1);
}

void doorbell_answer(void)
{
    if (csr_read(mip) & IRQ_MEI) {
        uint32_t source = mmio_read(PLIC_CLAIM);
        mmio_write(DOORBELL_IN_BASE + EDU_ACKNOWLEDGE, mmio_read(DOORBELL_IN_BASE + EDU_STATUS));
        if (source != 0) {
            mmio_write(PLIC_CLAIM, source);
        }
    }
}
