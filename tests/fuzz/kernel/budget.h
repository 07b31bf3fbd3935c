/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* An invariant that needs memory: the refills of a scheduling context always add up to the budget that it was configured with; with round
 * robin the second is the slice. */
#pragma once

/* Forgets what was noted. */
void budgets_start(void);
/* The current thread is about to execute a system call: if that may give new parameters, what was noted is forgotten. */
void budgets_before_call(void);
/* Compares all scheduling contexts with what was noted, and notes them. */
void budgets_check(void);
