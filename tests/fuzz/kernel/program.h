/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* Programs of system calls as bytes. A program is a sequence of steps of 16 bytes; every sequence of bytes is a program. A step is carried out
 * by whichever thread runs:
 *   byte 0    what: below STEP_INVOCATIONS an invocation (modulo their number), else another operation
 *   byte 1    how: enum step_mode
 *   byte 2..  arguments, one byte each: the invoked capability, then as the API description lists them
 * An argument byte selects among values that make sense for its kind (arguments.c). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define STEP_BYTES 16u
#define STEP_INVOCATIONS 0xa0u

enum step_mode {
    MODE_CALL = 3,         /* bits 0, 1: 0, 1 Call; 2 Send; 3 first phase of NBSendWait */
    MODE_SHORT = 4,        /* one message register less than there should be */
    MODE_NEW = 8,          /* a thread that was restarted does something new instead of its system call */
    MODE_SLOW = 16,        /* not through the fast paths */
    MODE_INTERRUPT = 32,   /* an interrupt comes in the middle of a long operation */
    MODE_TIME_SHIFT = 6,   /* bits 6, 7: how much time has passed */
};

/* Runs a program in the world of world.h, from the snapshot on. Aborts when an invariant breaks. */
void program_run(const uint8_t *data, size_t size);
/* Prints it. */
void program_print(const uint8_t *data, size_t size);
/* Steps executed and system calls answered without error, over all runs. */
extern unsigned long program_steps, program_successes;
