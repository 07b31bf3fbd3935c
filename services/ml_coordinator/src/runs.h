/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "table.h"

/* Runs: whose turn it is, when a run has to end, what became of it. models_event and models_tick are here as well. */

/* Into the queue. due_us: then it should have begun. */
void runs_queue(struct model *m, uint64_t due_us);

/* Whatever can begin now. */
void runs_go_on(void);
void runs_set_alarm(void);
