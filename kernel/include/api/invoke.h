/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Invoking the capability at an address, for the system calls that send. */
#pragma once

#include <api/failures.h>
#include <object/slot.h>

enum invoke_flags {
    INVOKE_BLOCKING = 1,
    INVOKE_CALL = 2,        /* a reply is wanted */
    INVOKE_DONATE = 4,      /* a passive receiver gets the scheduling context */
    INVOKE_FIRST_PHASE = 8, /* of a combined system call: errors are dropped, some objects refuse */
};

/* Invokes the capability in `slot`, to which cptr led (NULL: it led nowhere, ks.lookup_failure), for the current thread. PREEMPTED: the
 * caller is in RESTART and the call is to be abandoned. */
outcome_t invoke(word_t cptr, slot_t *slot, word_t info, enum invoke_flags flags);
/* The current thread named a capability that does not exist; ks.lookup_failure says why. */
void raise_cap_fault(word_t cptr, bool in_receive);
