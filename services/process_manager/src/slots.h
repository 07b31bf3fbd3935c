/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* This component's free slots: four of each application stay as long as it lives, the others are for what is being made. */
#include "bundles.h"
#include <camkes.h>

enum { KEPT_TCB, KEPT_CONTAINER, KEPT_VSPACE, KEPT_SC, KEPT };

enum {
    WORK = SELF_CNODE_FIRST_SLOT + KEPT * MAX_BUNDLES,
    WORK_CSPACE = WORK, WORK_IPC, WORK_RECORD, WORK_FAULT_EP, WORK_SDK_EP, WORK_CONTAINER,
    WORK_POOL,                          /* page tables begin here, frames behind them */
    WORK_END = SELF_CNODE_LAST_SLOT + 1,
};
_Static_assert(WORK_POOL + 64 <= WORK_END, "cnode_headroom");

static inline seL4_CPtr kept_slot(const struct bundle *bundle, unsigned which)
{
    return SELF_CNODE_FIRST_SLOT + KEPT * bundle_number(bundle) + which;
}

static inline seL4_CPtr tcb_of(const struct bundle *bundle) { return kept_slot(bundle, KEPT_TCB); }
static inline seL4_CPtr container_of(const struct bundle *bundle) { return kept_slot(bundle, KEPT_CONTAINER); }
static inline seL4_CPtr vspace_of(const struct bundle *bundle) { return kept_slot(bundle, KEPT_VSPACE); }
static inline seL4_CPtr sc_of(const struct bundle *bundle) { return kept_slot(bundle, KEPT_SC); }
