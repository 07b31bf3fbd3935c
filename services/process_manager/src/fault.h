/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* What a fault message says. */
#include "bundles.h"
#include <sel4/types.h>

/* Notes how an application ended: state EXITED with its code, or FAULTED with its fault. words: the message's registers,
 * length of them. */
void fault_record(struct bundle *bundle, seL4_Word label, const seL4_Word *words, seL4_Word length);

/* Is it no end, but the system call SDK_HEAP_SYSCALL? */
bool fault_is_heap(seL4_Word label, const seL4_Word *words, seL4_Word length);

/* Name of a fault label. */
const char *fault_name(uint32_t cause);
