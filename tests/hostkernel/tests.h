/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
/* What the files of tests share. Every test begins with the freshly booted system and UNTYPED, 64 KiB of its own. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* cmocka's macro hides the kernel's function of that name */

#include "kit.h"

enum { UNTYPED = 100, FIRST = 110, SECOND = 120, THIRD = 130, EP = 140, NTFN, REPLY, REPLY2, SC, FREE = 160 };

/* cmocka set-up function. */
int fresh_system(void **state);
/* A test function with that set-up. */
#define TEST(f) cmocka_unit_test_setup(f, fresh_system)
/* Makes EP, NTFN, REPLY, REPLY2. */
void make_ipc_objects(void);

int boot_tests(void);
int untyped_tests(void);
int cnode_tests(void);
int ipc_tests(void);
int notification_tests(void);
int tcb_tests(void);
int sched_tests(void);
int vspace_tests(void);
int irq_tests(void);
int fault_tests(void);
int cspace_tests(void);
int refill_tests(void);
int message_tests(void);
int schedule_tests(void);
int derivation_tests(void);
int reply_tests(void);
int object_tests(void);
int errors_tests(void);
int fastpath_tests(void);
int thread_tests(void);
