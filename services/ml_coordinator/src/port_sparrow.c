/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

/* Port of the Sparrow chip: its control block. Writes take effect at once, but for the memory clear. */

#include "port.h"
#include "vc_device.h"

bool port_present(void)
{
    return true;
}

uint32_t port_read(uint32_t offset)
{
    return vc_register_read(offset);
}

bool port_write(uint32_t offset, uint32_t value)
{
    vc_register_write(offset, value);
    return true;
}

bool port_settled(void)
{
    return !(vc_register_read(VC_INIT_STATUS) & VC_INIT_PENDING);
}

/* The four lines follow the state: taking that back is all. */
void port_interrupt(void)
{
}

bool port_has_details(void)
{
    return false;
}
