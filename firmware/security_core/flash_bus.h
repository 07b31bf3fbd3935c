/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "store/flash.h"

/* Operations since the machine's reset. */
struct flash_bus_count {
    uint32_t programs, programmed, erases;      /* programmed: bytes */
};
extern struct flash_bus_count flash_bus_count;

/* The machine's flash for the store, which counts its operations and resets the watchdog with each. NULL: there is none (said on the console). */
const struct flash *flash_bus_open(void);
