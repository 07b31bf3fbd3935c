/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The small world in which random programs run: some threads that share one CNode of 64 slots with one or two objects of each kind. */
#pragma once

#include "tests/hostkernel/kit.h"

#define WORLD_RADIX 6u
#define WORLD_SLOTS (1u << WORLD_RADIX)
#define WORLD_THREADS 4u

enum world_slot {
    W_NULL,
    W_TCB, /* four: running, round robin, short budget, passive */
    W_CNODE = W_TCB + WORLD_THREADS,
    W_VSPACE,
    W_VSPACE2,
    W_TABLE,
    W_TABLE_MAPPED,
    W_EP,
    W_EP2,
    W_EP_BADGED,
    W_EP_SEND,
    W_NTFN,
    W_NTFN2,
    W_NTFN_BADGED,
    W_REPLY,
    W_REPLY2,
    W_REPLY3,
    W_SC,
    W_SPARE_SC = W_SC + WORLD_THREADS,
    W_SCHED_CONTROL,
    W_DOMAIN,
    W_IRQ_CONTROL,
    W_IRQ_HANDLER,
    W_ASID_CONTROL,
    W_ASID_POOL,
    W_UNTYPED,
    W_UNTYPED_PAGE,
    W_UNTYPED_SMALL,
    W_DEVICE_UNTYPED,
    W_GIGA_UNTYPED,
    W_FRAME,
    W_FRAME_MAPPED,
    W_DEVICE_FRAME,
    W_BUFFER,
    W_SMALL_CNODE = W_BUFFER + WORLD_THREADS,
    W_FREE, /* the rest is empty */
};
_Static_assert(W_FREE + 8 < WORLD_SLOTS, "programs need empty slots");

#define WORLD_IRQ 3u
#define WORLD_VADDR 0x10000000u /* where W_FRAME_MAPPED is, in W_VSPACE */
/* The budget of all threads is long enough, and the time of the world's making short enough, that nothing is due at the start. */

/* Makes it out of the booted kernel and takes the snapshot. With `tiny`: long budgets for everybody (no time runs out by itself). */
void world_make(bool tiny);
/* Memory from which the world's objects come, for hashing. */
struct world_memory {
    word_t base, bytes;
};
extern struct world_memory world_memory;
