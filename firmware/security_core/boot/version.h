/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* The rollback counter of the management core's images: the lowest version that may still be started. */
uint32_t boot_lowest_version(void);
