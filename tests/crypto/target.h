/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Programs that have the target for themselves: their console, their end, and what an operation costs. */

#include <stddef.h>
#include <stdint.h>

void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the machine; its exit code is 0 if nothing failed. */
_Noreturn void finish(unsigned failed);

struct cost {
    uint32_t instructions, stack; /* stack: bytes below the caller's frame */
};
struct cost cost_of(void (*operation)(void));
