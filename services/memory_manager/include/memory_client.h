/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * For clients of MemoryManager, which may die in any call and is then restarted with its books. A call without an answer may
 * have been executed or not; these functions find out, and call again. A client adds services/memory_manager/client/memory_client.c
 * to its sources and says what it has.
 */

/* Implemented by the client: the handles of all its allocations (zeros are ignored), at most `room`. What is not among them
 * may be freed. */
size_t memory_handles(uint32_t *handles, size_t room);

/* memory_alloc. Negative only when MemoryManager refuses to serve at all. */
int memory_get(const uint32_t *objs, size_t objs_n, uint32_t lifetime, const char *tag, uint32_t *handle);

/* memory_free: success, MEMORY_FREE_FAILED, or negative when MemoryManager refuses to serve at all: then the client tries again
 * later, or forgets the handle, and the next memory_get frees it. */
int memory_give_back(uint32_t handle);

/* Frees what the client does not have: after its own restart, when its tables are in order. */
void memory_reconcile(void);
