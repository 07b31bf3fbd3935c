/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* The component on a platform whose security core is parked: it keeps its place in the assembly and says so. */

#include "mailbox_driver.h"

#include "camkes.h"

int api_send(uint32_t paddr, uint32_t size)
{
    (void)paddr;
    (void)size;
    return MAILBOX_NO_DEVICE;
}

int api_receive(uint32_t *paddr, uint32_t *size)
{
    *paddr = *size = 0;
    return MAILBOX_NO_DEVICE;
}

int api_capscan(void)
{
    camkes_capscan();
    return MAILBOX_SUCCESS;
}
