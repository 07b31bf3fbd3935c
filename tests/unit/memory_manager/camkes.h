/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* In place of generated headers. MemoryManager's: the page that the boot left. */

#include <sel4/bootinfo.h>
#include <stddef.h>

extern uint8_t fake_bootinfo[4096];
#define BOOTINFO_VADDR ((uintptr_t)fake_bootinfo)

/* A client's. */
#define memory_MAX_DATA 440u
int memory_alloc(const uint32_t *objs, size_t objs_n, uint32_t lifetime, const char *tag, uint32_t *handle);
int memory_free(uint32_t handle);
int memory_retain(const uint32_t *handles, size_t handles_n);
