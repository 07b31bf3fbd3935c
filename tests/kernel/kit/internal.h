/* SPDX-License-Identifier: Apache-2.0
 * Copyright The KataOS-C authors
 *
 * Between the parts of the kit.
 */
#ifndef KIT_INTERNAL_H
#define KIT_INTERNAL_H

#include "kit.h"

extern volatile uint8_t *kit_uart;

/* Order of initialisation: world (memory), console, threads. */
void kit_world_init(seL4_BootInfo *info);
void kit_console_init(void);
void kit_threads_init(void);

/* Undoes what a test did: its objects, its slots, the root thread's own settings. */
void kit_world_clean(void);
void kit_threads_clean(void);
/* Stops every thread of the running test: one of them may be what keeps it from ending. */
void kit_threads_suspend(void);

/* Counts finished tests, so that the watchdog sees a hang; prints and abandons the running test after two of its
 * periods without change. */
extern volatile unsigned kit_test_number;
extern volatile bool kit_test_failed;
void kit_report_hang(void);

/* Name of the running test and of the pass; whether a failure ends only the test or everything (during start-up). */
extern const char *kit_running, *kit_pass;
extern bool kit_recoverable;

/* The second pass: a thread of the highest priority interrupts everything at irregular moments. */
void kit_jammer(bool on);

/* While true, objects are taken from memory that outlives the tests. */
extern bool kit_permanent;

#endif
