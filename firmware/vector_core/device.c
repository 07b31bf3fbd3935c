/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */

#include "device.h"

#include <stddef.h>
#include <string.h>
#include <vc_top/link.h>

enum { TIME_LIMIT_MS = 10000, TIME_LIMIT_MAX_MS = 600000 };

static struct {
    struct vc_core_link link;
    struct device_window windows[VC_WINDOW_COUNT];
    uint32_t tcm_size;
    uint32_t enabled;               /* interrupts */
    uint32_t ctrl;
    uint32_t errors;
    uint32_t init_start;
    uint32_t time_limit_ms;
} device;

void device_publish(uint32_t offset, uint32_t value)
{
    vc_core_publish(&device.link, offset, value);
}

static void ring_if_pending(void)
{
    if (vc_core_pending(&device.link) & device.enabled) {
        core_ring();
    }
}

static void raise(uint32_t interrupts)
{
    vc_core_raise(&device.link, interrupts);
    ring_if_pending();
}

static void set_ctrl(uint32_t value)
{
    device.ctrl = value & (VC_FREEZE | VC_RESET | VC_PC_START);
    device_publish(VC_CTRL, device.ctrl);
}

static void set_errors(uint32_t errors)
{
    device.errors = errors;
    device_publish(VC_ERROR_STATUS, errors);
}

static void set_time_limit(uint32_t ms)
{
    device.time_limit_ms = ms < 1 ? 1 : ms > TIME_LIMIT_MAX_MS ? TIME_LIMIT_MAX_MS : ms;
    device_publish(VC_TIME_LIMIT, device.time_limit_ms);
}

/* --- registers --- */

static void write_ctrl(uint32_t value)
{
    bool begins = (device.ctrl & VC_RESET) && !(value & VC_RESET), stops = !(device.ctrl & VC_RESET) && (value & VC_RESET);
    set_ctrl(value);
    if (stops) {
        core_stopped();
    }
    if (begins) {
        set_errors(0);
        core_begin(value & VC_PC_START);
    }
}

static uint32_t whole_pages(uint32_t offset)
{
    return (offset + VC_PAGE - 1) / VC_PAGE * VC_PAGE;
}

static void clear(uint32_t value)
{
    uint32_t start = device.init_start / VC_PAGE * VC_PAGE, end = whole_pages(value & VC_INIT_ADDRESS);
    device_publish(VC_INIT_STATUS, VC_INIT_PENDING);
    if (start < end && end <= device.tcm_size) {
        core_clear(start, end - start);
    }
    device_publish(VC_INIT_STATUS, VC_INIT_DONE);
}

static void write_init(uint32_t offset, uint32_t value)
{
    if (offset == VC_INIT_START) {
        device.init_start = value & VC_INIT_ADDRESS;
        device_publish(offset, value & (VC_INIT_ADDRESS | VC_INIT_VALID));
        return;
    }
    device_publish(offset, value & (VC_INIT_ADDRESS | VC_INIT_VALID));
    if (value & VC_INIT_VALID) {
        clear(value);
    }
}

static void write_window(uint32_t offset, uint32_t value)
{
    struct device_window *window = &device.windows[(offset - VC_WINDOWS) / VC_WINDOW_BYTES];
    switch (offset % VC_WINDOW_BYTES) {
    case VC_WINDOW_OFFSET:
        window->offset = value;
        break;
    case VC_WINDOW_LIMIT:
        window->limit = value;
        break;
    case VC_WINDOW_PERMISSIONS:
        value &= VC_READ | VC_WRITE | VC_EXECUTE;
        window->permissions = value;
        break;
    default:
        return;
    }
    device_publish(offset, value);
}

static bool is_window(uint32_t offset)
{
    return offset >= VC_WINDOWS && offset < VC_WINDOWS + VC_WINDOW_COUNT * VC_WINDOW_BYTES;
}

/* Registers that are not here can not be written. The banks are always on: this memory has none. */
static void take_effect(uint32_t offset, uint32_t value)
{
    switch (offset) {
    case VC_INTR_ENABLE:
        device.enabled = value & VC_INTERRUPTS;
        device_publish(offset, device.enabled);
        ring_if_pending();
        break;
    case VC_INTR_TEST:
        raise(value);
        break;
    case VC_CTRL:
        write_ctrl(value);
        break;
    case VC_INIT_START:
    case VC_INIT_END:
        write_init(offset, value);
        break;
    case VC_TIME_LIMIT:
        set_time_limit(value);
        break;
    default:
        if (is_window(offset)) {
            write_window(offset, value);
        }
    }
}

/* Who resets wants to know when the core stands still. */
static bool is_awaited(const struct vc_write *write)
{
    return write->offset == VC_CTRL && (write->value & VC_RESET);
}

void device_serve(void)
{
    struct vc_write write;
    while (vc_core_take(&device.link, &write)) {
        take_effect(write.offset, write.value);
        vc_core_done(&device.link);
        if (is_awaited(&write)) {
            core_ring();
        }
    }
}

static void publish_fault(const struct device_fault *fault)
{
    device_publish(VC_CAUSE, fault->cause);
    device_publish(VC_PC, fault->pc);
    device_publish(VC_ADDRESS, fault->address);
}

void device_start(volatile uint32_t *page, uint32_t tcm_size, const struct device_fault *failure)
{
    memset(&device, 0, sizeof device);
    device.link.page = page;
    if (failure != NULL) {
        publish_fault(failure);
    }
    device.tcm_size = tcm_size;
    for (uint32_t offset = VC_WINDOWS; offset < VC_WINDOWS + VC_WINDOW_COUNT * VC_WINDOW_BYTES; offset += sizeof *page) {
        device_publish(offset, 0);
    }
    device_publish(VC_INTR_ENABLE, 0);
    device_publish(VC_INTR_TEST, 0);
    device_publish(VC_MEMORY_BANK_CTRL, VC_BANKS_ALL);
    device_publish(VC_INIT_STATUS, 0);
    device_publish(VC_TCM_SIZE, tcm_size);
    set_ctrl(VC_FREEZE | VC_RESET);
    set_errors(0);
    set_time_limit(TIME_LIMIT_MS);
}

void device_open(bool failed)
{
    vc_core_start(&device.link, device.link.page, failed ? VC_INSTRUCTION_FAULT : 0);
}

/* --- the job --- */

bool device_runs(void)
{
    return !(device.ctrl & (VC_FREEZE | VC_RESET));
}

const struct device_window *device_windows(void)
{
    return device.windows;
}

uint32_t device_time_limit_ms(void)
{
    return device.time_limit_ms;
}

static void publish64(uint32_t offset, uint64_t value)
{
    device_publish(offset, (uint32_t)value);
    device_publish(offset + 4, (uint32_t)(value >> 32));
}

void device_used(uint64_t instructions, uint64_t ticks)
{
    publish64(VC_INSTRUCTIONS, instructions);
    publish64(VC_TICKS, ticks);
}

void device_finish(uint32_t result)
{
    device_publish(VC_RESULT, result);
    set_ctrl(VC_FREEZE | VC_RESET);
    raise(VC_FINISH);
}

void device_host_request(void)
{
    set_ctrl(device.ctrl | VC_FREEZE);
    raise(VC_HOST_REQUEST);
}

/* Whether an address is in some window, whatever its rights. */
static bool is_mapped(uint32_t address)
{
    for (unsigned i = 0; i < VC_WINDOW_COUNT; i++) {
        const struct device_window *window = &device.windows[i];
        if (window->permissions && address - (VC_WINDOW_BASE + i * VC_WINDOW_STRIDE) <= window->limit) {
            return true;
        }
    }
    return false;
}

/* Access and page faults of instructions, loads and stores: the address is what was reached for. */
static bool is_access(uint32_t cause)
{
    return cause < 16 && (1u << cause & (1u << 1 | 1u << 5 | 1u << 7 | 1u << 12 | 1u << 13 | 1u << 15));
}

void device_fault(enum vc_interrupt kind, const struct device_fault *fault)
{
    if (is_access(fault->cause) && !is_mapped(fault->address)) {
        set_errors(device.errors | (kind == VC_DATA_FAULT ? VC_DATA_OUT_OF_RANGE : VC_TEXT_OUT_OF_RANGE));
    }
    publish_fault(fault);
    set_ctrl(VC_FREEZE | VC_RESET);
    raise(kind);
}
