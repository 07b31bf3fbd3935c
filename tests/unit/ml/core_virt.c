/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "core.h"

#include <string.h>
#include <vc_top/link.h>

#include "device.h"
#include "port.h"

_Alignas(4096) uint8_t core_tcm[CORE_TCM];
static volatile uint32_t page[VC_LINK_BYTES / 4];
static bool rung;
static unsigned jobs;

/* --- the firmware's side --- */

void core_ring(void)
{
    rung = true;
}

void core_clear(uint32_t offset, uint32_t size)
{
    memset(core_tcm + offset, 0, size);
}

void core_begin(uint32_t pc)
{
    (void)pc;
    jobs++;
}

void core_stopped(void)
{
    device_publish(VC_PC, CORE_STOPPED_AT);
}

void core_reset(void)
{
    memset((void *)(uintptr_t)page, 0, sizeof page);
    memset(core_tcm, 0xa5, sizeof core_tcm);
    device_start(page, CORE_TCM, NULL);
    device_open(false);
    rung = false;
    jobs = 0;
}

bool core_work(void)
{
    device_serve();
    return rung;
}

bool core_runs(void)
{
    return device_runs();
}

void core_window(unsigned i, uint32_t *offset, uint32_t *size, uint32_t *rights)
{
    const struct device_window *window = &device_windows()[i];
    *offset = window->offset;
    *size = window->permissions ? window->limit + 1 : 0;
    *rights = window->permissions;
}

unsigned core_jobs(void)
{
    return jobs;
}

void core_finishes(void)
{
    device_used(1000, 10);
    device_finish(0);
}

void core_faults(bool data, uint32_t cause, uint32_t pc, uint32_t address)
{
    device_fault(data ? VC_DATA_FAULT : VC_INSTRUCTION_FAULT, &(struct device_fault){ cause, pc, address });
}

void core_requests(void)
{
    device_host_request();
}

bool core_knows_causes(void)
{
    return true;
}

/* --- the port --- */

bool port_present(void)
{
    return vc_link_alive(page);
}

uint32_t port_read(uint32_t offset)
{
    return vc_link_read(page, offset);
}

bool port_write(uint32_t offset, uint32_t value)
{
    return vc_link_write(page, offset, value);
}

bool port_settled(void)
{
    return vc_link_settled(page);
}

void port_interrupt(void)
{
    rung = false;
}

bool port_has_details(void)
{
    return true;
}

void core_restarts(void)
{
    device_start(page, CORE_TCM, &(struct device_fault){ VC_CAUSE_FIRMWARE, 0, 0 });
    device_open(true);
    core_ring();
}
