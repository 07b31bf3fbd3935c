/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* The actions that the enumeration combines: few, but each kind of object and each kind of interference between threads. */
#pragma once

#include <stdbool.h>

extern const unsigned action_count;
const char *action_name(unsigned action);
/* It takes an object or a capability away. */
bool action_destroys(unsigned action);
/* Everybody waits: one of the threads, if it is still there, starts again, by a hand from outside. */
void action_wake(unsigned which);
/* The action makes sense in the present state: somebody runs, or it is an event from outside. */
bool action_possible(unsigned action);
/* It is a system call on an object of IPC: something for which there may be a fast path. */
bool action_is_ipc(unsigned action);
/* Done by the thread that runs, including what it takes to get over preemption. */
void action_do(unsigned action);
