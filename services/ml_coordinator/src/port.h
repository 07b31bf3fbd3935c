/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <vc_top/registers.h>

/*
 * The way to the vector core's control block. port_virt.c: a page shared with its firmware, and doorbells; port_sparrow.c: the device of the
 * Sparrow chip. Nothing here waits.
 */

/* False: there is no vector core. */
bool port_present(void);

uint32_t port_read(uint32_t offset);

/* Takes effect in the order of the calls, not necessarily at once. False: too many are under way. */
bool port_write(uint32_t offset, uint32_t value);

/* All writes have taken effect. Where that takes a while, an interrupt comes after the one of a reset. */
bool port_settled(void);

/* To be called first when the interrupt comes. */
void port_interrupt(void);

/* Whether registers are there that only our firmware has (from VC_CAUSE on). */
bool port_has_details(void);
