/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * An interrupt after an exact number of instructions, and how long it took to its handler.
 */
#ifndef ALARM_H
#define ALARM_H

#include "bench.h"

#define ALARM_PRIORITY (TEST_PRIORITY + 50)

/* Once per group: maps the clock, starts the handler's thread. */
void alarm_init(void);
/* The interrupt comes behind that many instructions. */
void alarm_set(uint32_t instructions);
/* Waits for it; instructions from the interrupt to the handler's first one. */
word_t alarm_latency(void);

#endif
