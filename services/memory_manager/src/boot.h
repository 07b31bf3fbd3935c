/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* Where the memory of the machine is when MemoryManager starts. */
struct boot_memory {
    uint32_t overhead;      /* bytes of untyped memory that are used already, or in pieces too small to manage */
    uint32_t user;          /* overhead + the pages of the boot image that belong to components */
    uint32_t kernel;        /* RAM that was never given to user level: the kernel and the boot's own objects */
};

/*
 * Takes over what the rootserver left (common/capdl/include/capdl/handoff.h): removes its thread, gives its pages and all
 * untyped memory to the buddy allocator, as its roots. Begins every life of the service, and goes on where an earlier one
 * that died in it had come to. Stops the component when the hand-over is not valid.
 */
void boot_take_over(struct boot_memory *memory);
