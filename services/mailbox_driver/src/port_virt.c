/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Port of QEMU's `virt` machine: FIFOs in the first page of the mailbox window, and two of QEMU's `edu` devices as doorbells, of which nothing
 * is used but their interrupt (firmware/security_core/README.md). */

#include "port.h"

#include "camkes.h"

/* Registers of the edu device, 32 bits each (QEMU, docs/specs/edu.txt). */
enum { EDU_INTERRUPT_STATUS = 0x24, EDU_INTERRUPT_RAISE = 0x60, EDU_INTERRUPT_ACKNOWLEDGE = 0x64 };

static struct mailbox_ring ring;

static volatile uint32_t *doorbell(volatile uint8_t *device, unsigned offset)
{
    return (volatile uint32_t *)(volatile void *)(device + offset);
}

bool port_start(uint32_t life)
{
    const struct mailbox_half *other = (const struct mailbox_half *)((uintptr_t)fifo + MAILBOX_HALF_BYTES);
    if (other->epoch == 0) {
        return false;               /* and the page may be read-only: a kernel without a security core */
    }
    mailbox_ring_start(&ring, (void *)(uintptr_t)fifo, MAILBOX_MANAGEMENT, life);
    (void)mailbox_ring_look(&ring);
    port_ring();
    return true;
}

enum mailbox_link port_look(void)
{
    return mailbox_ring_look(&ring);
}

bool port_send(const uint32_t *words, unsigned n)
{
    return mailbox_ring_put(&ring, words, n);
}

bool port_receive(uint32_t *word)
{
    return mailbox_ring_get(&ring, word);
}

void port_flush(void)
{
    mailbox_ring_flush(&ring);
}

void port_ring(void)
{
    *doorbell(bell_out, EDU_INTERRUPT_RAISE) = 1;
}

bool port_interrupt(void)
{
    *doorbell(bell_in, EDU_INTERRUPT_ACKNOWLEDGE) = *doorbell(bell_in, EDU_INTERRUPT_STATUS);
    return false;
}
