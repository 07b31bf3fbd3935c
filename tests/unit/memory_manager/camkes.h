/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* In place of MemoryManager's generated header: the page that the boot left. */

#include <sel4/bootinfo.h>

extern uint8_t fake_bootinfo[4096];
#define BOOTINFO_VADDR ((uintptr_t)fake_bootinfo)
