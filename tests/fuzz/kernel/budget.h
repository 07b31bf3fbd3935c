/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* An invariant that needs memory: the refills of a scheduling context always add up to the budget that it was configured with. */
#pragma once

/* Forgets what was noted. */
void budgets_start(void);
/* Compares all scheduling contexts with what was noted, and notes them. */
void budgets_check(void);
