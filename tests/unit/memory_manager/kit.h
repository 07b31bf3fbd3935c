/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "allocation.h"
#include "buddy.h"
#include "fake_kernel.h"
#include "memory_manager.h"

#include <sel4/invocation_gen.h>

/* A machine for MemoryManager's allocator, and what must be true of it. */

enum { KIT_BASE = 100 };            /* slot of block 0 */

extern uint32_t kit_quotas[FAKE_CLIENTS];
extern uint32_t kit_total;          /* bytes of the machine */

/* A machine without memory, and slots for so many blocks; no quotas. */
void kit_start(uint32_t slots);

/* More memory, before anything is allocated. */
void kit_add_root(uint32_t bits, bool frame);
void kit_add_roots(uint32_t bits, bool frame, uint32_t count);

/* A life of the service begins. */
void kit_restart(void);

/* One request for one kind of object, with medium lifetime. */
int kit_create(uint32_t client, uint32_t type, uint32_t size, uint32_t slot, uint32_t *handle);

/* Books and kernel agree to the byte, for each client and in all. */
void kit_check(void);

/* The same; returns the bytes in use. */
uint32_t kit_allocated(void);

/* The same; nothing is in use. */
void kit_expect_all_free(void);

/* Every slab can be had as a whole: nothing is left of what was made in it. Nothing may be in use. */
void kit_expect_whole(void);
