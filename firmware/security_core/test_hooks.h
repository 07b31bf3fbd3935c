/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "dispatch.h"

/* In images for tests only ($(OUT)/security_core_test.elf): an Echo of certain words makes the firmware fail, or
 * the power in an operation of the flash. */
enum test_cut { TEST_CUT_NONE, TEST_CUT_BEFORE, TEST_CUT_MIDDLE, TEST_CUT_AFTER };

#ifdef CORE_TEST
void test_hook(const struct request *request);
/* Where in the flash operation that begins now the power is to fail. */
enum test_cut test_cut(void);
void test_power_off(void);
#else
static inline void test_hook(const struct request *request) { (void)request; }
static inline enum test_cut test_cut(void) { return TEST_CUT_NONE; }
static inline void test_power_off(void) {}
#endif
