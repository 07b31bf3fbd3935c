/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "report.h"

#include <sel4/sel4.h>
#include <stdbool.h>
#include <stdint.h>

/* The lives of the other components: everything here that the kernel does. `number` is a component's place in
 * camkes_supervised[]. */

/* What is known about a component. */
struct life {
    uint64_t cpu_us;        /* before the last look at its scheduling context */
    uint32_t restarts;
    uint32_t overruns;
    bool refusing;
    bool doomed;            /* to be killed when its budget is used up */
};
extern struct life lives[];

/*
 * Ends the component's life and begins the next one: everybody whose call it has not answered gets CAMKES_REPLY_RESTARTED, its
 * thread starts at its first address. After too many restarts the new life only refuses calls, and dies when that is enough.
 * *report has the cause of the death; the rest is filled in, and it is kept.
 */
void restart(unsigned number, struct report *report);

/* Gives the component so little budget that it is used up after `us` more of processor time: a fault comes then. False when the
 * kernel cannot time that. */
bool doom(unsigned number, uint32_t us);

/* Sends the component to address 0. */
void crash(unsigned number);

/* Processor time of a scheduling context since it was last asked, in us. */
uint64_t consumed(seL4_CPtr sc);
