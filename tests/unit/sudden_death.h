/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* A service may die between any two instructions; its persistent variables (CAMKES_PERSISTENT) are then what its next life finds. Here an
 * operation runs in single steps, every different content of these variables on the way is kept, and each of them is put
 * back and judged: that is what the service could have died with. To be compiled with $(SUDDEN_DEATH_CFLAGS): without the
 * sanitizers, which multiply the instructions. A test's own stand-ins for what persists (memory, chunks) are to be
 * CAMKES_PERSISTENT too. */
#ifndef TESTS_SUDDEN_DEATH_H
#define TESTS_SUDDEN_DEATH_H

#ifndef __x86_64__
#error single steps are only known for x86-64
#endif
#include <camkes/persistent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Made by the linker: all that is CAMKES_PERSISTENT. */
extern char __start_camkes_persistent[], __stop_camkes_persistent[];

enum { SUDDEN_DEATH_BYTES = 128 << 20 };

static struct {
    char states[SUDDEN_DEATH_BYTES];
    size_t used;
    size_t size;            /* of one state */
    unsigned long steps;
} sudden_death;

static void sudden_death_keep_state(int signal)
{
    (void)signal;
    sudden_death.steps++;
    if (sudden_death.used && memcmp(sudden_death.states + sudden_death.used - sudden_death.size, __start_camkes_persistent, sudden_death.size) == 0) {
        return;
    }
    if (sudden_death.used + sudden_death.size > sizeof sudden_death.states) {
        abort();
    }
    memcpy(sudden_death.states + sudden_death.used, __start_camkes_persistent, sudden_death.size);
    sudden_death.used += sudden_death.size;
}

static void sudden_death_trace(bool on)
{
    enum { TRAP = 0x100 };
    unsigned long long flags = __builtin_ia32_readeflags_u64();
    __builtin_ia32_writeeflags_u64(on ? flags | TRAP : flags & ~(unsigned long long)TRAP);
}

/* Runs operation(context), then judge(context) once for each state that it could have died in. Returns their number. */
static unsigned sudden_deaths(void (*operation)(void *), void (*judge)(void *), void *context)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = sudden_death_keep_state;
    sigaction(SIGTRAP, &action, &old);
    sudden_death.used = sudden_death.steps = 0;
    sudden_death.size = (size_t)(__stop_camkes_persistent - __start_camkes_persistent);
    sudden_death_trace(true);
    operation(context);
    sudden_death_trace(false);
    sigaction(SIGTRAP, &old, NULL);
    for (size_t at = 0; at < sudden_death.used; at += sudden_death.size) {
        memcpy(__start_camkes_persistent, sudden_death.states + at, sudden_death.size);
        judge(context);
    }
    return (unsigned)(sudden_death.used / sudden_death.size);
}

#endif
