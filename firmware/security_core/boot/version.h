/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright The KataOS-C authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The lowest version of the management core's images that may be started: of the build's constant and the rollback counter in the store the higher
 * one. *lost: the counter could not be read; then it is the constant, or the lowest version of the recovery images if that is higher. */
uint32_t boot_lowest_version(bool *lost);
