/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* How operations fail: an outcome is returned, the details stand in one record. */
#pragma once

#include <types.h>

typedef enum outcome {
    DONE,
    FAILED,    /* ks.error says why: becomes an error reply */
    PREEMPTED, /* an interrupt or the end of the budget is waiting: the system call will be restarted */
} outcome_t;

/* sel4-abi.md 3.2: the descriptor that follows the type word. */
struct lookup_failure {
    word_t type; /* seL4_InvalidRoot .. seL4_GuardMismatch */
    word_t bits_left;
    word_t found; /* DepthMismatch: bitsFound; GuardMismatch: guardFound */
    word_t bits_found; /* GuardMismatch */
};

struct syscall_error {
    word_t code; /* seL4_Error */
    word_t arg[2];
};

/* Each records the error and returns FAILED. */
outcome_t fail(word_t code);                          /* errors without details */
outcome_t fail_argument(word_t number);               /* InvalidArgument */
outcome_t fail_capability(word_t number);             /* InvalidCapability */
outcome_t fail_range(word_t min, word_t max);         /* RangeError */
outcome_t fail_memory(word_t available);              /* NotEnoughMemory */
outcome_t fail_lookup(bool source);                   /* FailedLookup, descriptor in ks.lookup_failure */
outcome_t fail_lookup_root(bool source);              /* FailedLookup, InvalidRoot */
outcome_t fail_lookup_missing(bool source, word_t bits_left); /* FailedLookup, MissingCapability */
