/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include "dispatch.h"

/* In images for tests only ($(OUT)/security_core_test.elf): an Echo of certain words makes the firmware fail. */
#ifdef CORE_TEST
void test_hook(const struct request *request);
#else
static inline void test_hook(const struct request *request) { (void)request; }
#endif
