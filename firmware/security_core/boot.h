/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>

/* Called before the other harts are let go, if the firmware has it: looks at their images; false: they stay where they are. */
__attribute__((weak)) bool boot_measure(void);

/* Lets harts 0 and 2 go, once per reset of the machine. */
void boot_release(void);
