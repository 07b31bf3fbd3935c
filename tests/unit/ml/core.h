/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* A vector core for tests of its driver: what it runs is decided by the test. core_virt.c: our firmware's device behind shared memory;
 * core_sparrow.c: a model of the chip's registers. */

#include <stdbool.h>
#include <stdint.h>

#include <vc_top/registers.h>

enum { CORE_TCM = 0x100000 };
extern uint8_t core_tcm[CORE_TCM];

void core_reset(void);

/* The core does what it was told; returns whether that has raised its interrupt. */
bool core_work(void);

/* A job is running. Its windows: offset, size and rights of number i; size 0: there is none. */
bool core_runs(void);
void core_window(unsigned i, uint32_t *offset, uint32_t *size, uint32_t *rights);
unsigned core_jobs(void);           /* begun since core_reset */

/* What the job does. */
void core_finishes(void);
void core_faults(bool data, uint32_t cause, uint32_t pc, uint32_t address);
void core_requests(void);
bool core_knows_causes(void);
enum { CORE_STOPPED_AT = 0x1234 };  /* where a job is that is stopped; it knows that then, too */

/* Its firmware fails, and starts again. */
void core_restarts(void);
