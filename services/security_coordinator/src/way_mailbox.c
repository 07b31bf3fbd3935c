/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "way.h"

#include "mailbox_driver.h"

#include "camkes.h"

_Static_assert(buffers_SIZE == WAY_PAGES * 4096, "the component's share of the mailbox window");
uint8_t *way_buffers(void)
{
    return (uint8_t *)(uintptr_t)buffers;
}

int way_transfer(uint32_t offset, uint32_t size, uint32_t timeout_ms, uint32_t *reply_size)
{
    return mailbox_transfer(offset, size, timeout_ms, reply_size);
}

int way_exchange(const uint8_t *request, size_t request_n, uint32_t timeout_ms, uint8_t *reply, size_t *reply_n)
{
    return mailbox_exchange(request, request_n, timeout_ms, reply, reply_n);
}

bool way_original(uint32_t offset, uint32_t bytes)
{
    uint32_t base, size, paddr;
    return mailbox_buffers(&base, &size) == MAILBOX_SUCCESS && mailbox_send(base + offset, bytes) == MAILBOX_SUCCESS &&
           mailbox_receive(&paddr, &size) == MAILBOX_SUCCESS && paddr == base + offset && size == bytes;
}
