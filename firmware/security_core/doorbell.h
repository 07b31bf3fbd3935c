/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>

/* Sets up both doorbells: PCI devices of which nothing but their interrupt is used. They are never allowed to be bus masters. False: the
 * machine has none. Those of the vector core, too, if there are any. */
bool doorbell_init(void);

/* Rings the management core's. */
void doorbell_ring(void);

/* Takes back what our own has rung, if it has, so that the interrupt is not pending any more. */
void doorbell_answer(void);
