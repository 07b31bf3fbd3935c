/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

/* Prints a table of what the operations of crypto.h cost. Call it before anything else uses the pool, whose peak it shows. */
void measure(void);
