/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Page tables made of the windows: they are all that a job can reach. Needs nothing of the machine: tested on the host. */

#include <stdbool.h>
#include <stdint.h>

#include "device.h"

/* Sv32, or Sv39 where the hart has 64 bits (privileged specification, sections 4.3 and 4.4). */
#if defined(__riscv_xlen) && __riscv_xlen == 64
typedef uint64_t pte_t;
enum { PT_INDEX_BITS = 9, PT_LEVELS = 3 };
#else
typedef uint32_t pte_t;
enum { PT_INDEX_BITS = 10, PT_LEVELS = 2 };
#endif
enum { PT_ENTRIES = 1 << PT_INDEX_BITS };

/* Memory for the tables, the root first. `address`: of it, as the page walker sees it. */
struct windows_tables {
    pte_t (*tables)[PT_ENTRIES];
    uint64_t address;
    unsigned count;
    unsigned used;
};

struct windows_memory {
    uint64_t address;
    uint32_t size;
};

/* Maps the windows. Negative: done; else the number of one that is none: outside of the memory, not of whole pages, with rights that do
 * not exist, or too large for the tables. */
int windows_map(struct windows_tables *tables, const struct device_window *windows, const struct windows_memory *memory);

/* Where in the memory a job's address is, if it may execute there. */
bool windows_text(const struct device_window *windows, uint32_t address, uint32_t *offset);
