/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdint.h>

/* The security_error for a result of core_send and the like; what concerns everybody (the flash, the security core) is logged. */
int result_of(uint32_t error);
