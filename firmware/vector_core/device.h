/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The control block (common/vc_top) as a device: what its registers do. Needs nothing of the machine: tested on the host. */

#include <stdbool.h>
#include <stdint.h>

#include <vc_top/registers.h>

struct device_window {
    uint32_t offset;
    uint32_t limit;                 /* length - 1 */
    uint32_t permissions;           /* 0: there is none */
};

struct device_fault {
    uint32_t cause;
    uint32_t pc;
    uint32_t address;
};

/* Begins a life of the firmware: registers as at reset. `page` is the block, `tcm_size` the size of the memory behind it. `failure`: of the last life, NULL
 * if there was none. */
void device_start(volatile uint32_t *page, uint32_t tcm_size, const struct device_fault *failure);

/* From here on the driver finds the core, with all that was published. `failed`: there was a failure; the driver, which may believe that memory was cleared,
 * hears of it before it sees that nothing is under way any more. */
void device_open(bool failed);

/* Lets what the driver has written take effect. */
void device_serve(void);

/* A job is to run. */
bool device_runs(void);

const struct device_window *device_windows(void);
uint32_t device_time_limit_ms(void);

/* What a job does. It does not run any more then. */
void device_finish(uint32_t result);
void device_host_request(void);
void device_fault(enum vc_interrupt kind, const struct device_fault *fault);

/* What one has used so far, to be said before its end. */
void device_used(uint64_t instructions, uint64_t ticks);

/* A register of ours. */
void device_publish(uint32_t offset, uint32_t value);

/* --- for the user of the module to implement --- */

/* Hart 0 is to look. */
void core_ring(void);

/* Writes zeros into the memory. */
void core_clear(uint32_t offset, uint32_t size);

/* A job was stopped: VC_PC is to say where. */
void core_stopped(void);

/* A job is to begin at this offset in window 0: device_fault if it can not. */
void core_begin(uint32_t pc);
