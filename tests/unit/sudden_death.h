/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A function that dies after any number of instructions, as a service does that is killed: the processor steps through it, and at the
 * chosen instruction control leaves it for good. Tests run an operation again and again, dying one instruction later each
 * time until it survives, and look each time at what the recovery makes of the rest. To be compiled with
 * -D_POSIX_C_SOURCE=200809L. */
#ifndef TESTS_SUDDEN_DEATH_H
#define TESTS_SUDDEN_DEATH_H

#ifdef __x86_64__
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Instructions from one death to the next: with the sanitizers, more than one is between two stores. LONG=1: every one. */
static unsigned long sudden_death_stride(void)
{
    const char *text = getenv("LONG");
    return text && *text == '1' ? 1 : 7;
}

static sigjmp_buf sudden_death_exit;
static volatile unsigned long sudden_death_left;

static void sudden_death_step(int signal)
{
    (void)signal;
    if (sudden_death_left-- == 0)
        siglongjmp(sudden_death_exit, 1);
}

static void sudden_death_trace(bool on)
{
    enum { TRAP = 0x100 };
    unsigned long long flags = __builtin_ia32_readeflags_u64();
    __builtin_ia32_writeeflags_u64(on ? flags | TRAP : flags & ~(unsigned long long)TRAP);
}

/* Runs operation(context) for `instructions` instructions. Returns true when it died, false when it had come to its end before. */
static bool sudden_death(unsigned long instructions, void (*operation)(void *), void *context)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = sudden_death_step;
    sigaction(SIGTRAP, &action, &old);
    sudden_death_left = instructions;
    bool died = sigsetjmp(sudden_death_exit, 1) != 0;
    if (!died) {
        sudden_death_trace(true);
        operation(context);
        sudden_death_trace(false);
    }
    sigaction(SIGTRAP, &old, NULL);
    return died;
}
#endif
#endif
