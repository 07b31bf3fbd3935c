/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Variables that a restart of the firmware leaves as they are. They are zeros after the machine's reset. */
#ifndef KEPT
#define KEPT __attribute__((section(".kept")))
#endif

/* What outlives a restart. */
struct core_kept {
    uint32_t lives;                 /* 1 in the first */
    uint32_t restart_cause;         /* mcause and mepc of the last restart */
    uint32_t restart_pc;
    uint32_t failures;              /* restarts since a request was served */
    uint32_t requests;
    uint32_t malformed;
    uint32_t malformed_last;
    uint32_t overruns;
    uint32_t wakeups;
    uint32_t boot_instructions;
    uint32_t random_bytes;
    uint32_t store_instructions;    /* to open the store */
    bool released;                  /* harts 0 and 2 run */
};
extern struct core_kept core_kept;

/* Bytes of RAM that the firmware uses. */
uint32_t core_ram_bytes(void);

/* Memory without compiler in between. */
static inline uint32_t mmio_read(uintptr_t address) { return *(volatile uint32_t *)address; }
static inline void mmio_write(uintptr_t address, uint32_t value) { *(volatile uint32_t *)address = value; }
