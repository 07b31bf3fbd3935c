/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* The heap of an application: pieces, one behind the other. */
#include "bundles.h"
#include <sel4/sel4.h>

/* Grows or shrinks the heap to at least so many bytes: PM_SUCCESS, PM_QUOTA_EXCEEDED or PM_NO_MEMORY (nothing has changed then). */
int heap_resize(struct bundle *bundle, uint32_t bytes);

/* Answers the system call SDK_HEAP_SYSCALL. words: the message registers of the fault, copied. Returns the number of words in
 * them to reply with. */
seL4_Word heap_syscall(struct bundle *bundle, seL4_Word *words);
