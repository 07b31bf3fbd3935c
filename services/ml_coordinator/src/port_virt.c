/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Port of QEMU's `virt` machine: the block is a page of memory (common/vc_top), and two of QEMU's `edu` devices are the doorbells, of which nothing
 * is used but their interrupt. */

#include "port.h"

#include "camkes.h"
#include <vc_top/link.h>

/* Registers of the edu device, 32 bits each (QEMU, docs/specs/edu.txt). */
enum { EDU_INTERRUPT_STATUS = 0x24, EDU_INTERRUPT_RAISE = 0x60, EDU_INTERRUPT_ACKNOWLEDGE = 0x64 };

static volatile uint32_t *word(volatile uint8_t *device, unsigned offset)
{
    return (volatile uint32_t *)(volatile void *)(device + offset);
}

bool port_present(void)
{
    return vc_link_alive(word(registers, 0));
}

uint32_t port_read(uint32_t offset)
{
    return vc_link_read(word(registers, 0), offset);
}

bool port_write(uint32_t offset, uint32_t value)
{
    bool written = vc_link_write(word(registers, 0), offset, value);
    if (offset != VC_INTR_STATE) {
        *word(bell_out, EDU_INTERRUPT_RAISE) = 1;
    }
    return written;
}

bool port_settled(void)
{
    return vc_link_settled(word(registers, 0));
}

void port_interrupt(void)
{
    *word(bell_in, EDU_INTERRUPT_ACKNOWLEDGE) = *word(bell_in, EDU_INTERRUPT_STATUS);
}

bool port_has_details(void)
{
    return true;
}
